"""Whether an attempt stands in the way of an order, and in which words that is said."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from orgwizard.domain.errors import Busy, Repeated
from orgwizard.domain.order_key import OrderKey
from orgwizard.storage.attempt_record import Record

_NOTHING_MADE = frozenset(("refused", "not_sent", "absent"))
_PRESSING = ("running", "open", "done", "unclear")


@dataclass(frozen=True)
class EarlierAttempt:
    """An attempt at the same order that stands in the way of sending it again.

    "running": another process is at it; "open": something is left to do or to find out; "done": the org was created;
    "unclear": unreadable record, or its parent is not known, so that it may have been this order.
    """

    kind: Literal["running", "open", "done", "unclear"]
    record: Record

    def error(self, options: str = "") -> Busy | Repeated:
        """Return what keeps this order from being sent."""
        attempt = self.record.id
        if self.kind == "running":
            return Busy(f"Another orgwizard is creating this org right now: attempt {attempt}.", "Wait until it ends.")
        if self.kind == "unclear":
            advice = "Check at the provider whether it exists. To create it anyway, use --again."
            return Repeated(attempt, self.kind, f"This org may have been created before: {self._doubt()}.", advice)
        state = "created this org" if self.kind == "done" else "may have created this org and is unfinished"
        see = f"orgwizard resume {attempt} {options}".rstrip()
        cause = f"Attempt {attempt} {state}."
        return Repeated(attempt, self.kind, cause, f"See: {see}. To create a second one, use --again.")

    def _doubt(self) -> str:
        if self.record.state == "damaged":
            return f"the record of attempt {self.record.id} cannot be read ({self.record.path})"
        return f"attempt {self.record.id} was for an org of this name, and maybe of this parent"


def most_pressing(records: Iterable[Record], key: OrderKey, passed_over: Collection[str] = ()) -> EarlierAttempt | None:
    """Return the attempt that stands in the way of an order the most, `None` where none does.

    Those in *passed_over*, by their ids, do not count, but for one that is running.
    """
    standing = filter(None, (_standing(record, key) for record in records))
    counted = [one for one in standing if one.kind == "running" or one.record.id not in passed_over]
    return min(counted, key=lambda one: _PRESSING.index(one.kind), default=None)


def _standing(record: Record, key: OrderKey) -> EarlierAttempt | None:
    """Return how a record stands in the way of an order, `None` where it does not."""
    same = record.same_order(key)
    if same is False or record.state in _NOTHING_MADE:
        return None
    if record.running and same:
        return EarlierAttempt("running", record)
    if same is None or record.state == "damaged" or record.provider != key.provider:
        return EarlierAttempt("unclear", record)
    return EarlierAttempt("done" if record.settled else "open", record)

"""Whether an attempt stands in the way of an order, and in which words that is said."""

import shlex
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from orgwizard.domain.attempt_state import MEANINGS
from orgwizard.domain.errors import Busy, Repeated
from orgwizard.domain.events import resuming
from orgwizard.domain.order_key import OrderKey
from orgwizard.storage.attempts.record import Record

_NOTHING_MADE = frozenset(("refused", "not_sent", "absent"))
_CHECK_FIRST = "Check at the provider whether it exists. To create it anyway, use --again."
_PRESSING = ("running", "open", "done", "unclear")


@dataclass(frozen=True)
class EarlierAttempt:
    """An attempt at the same order that stands in the way of sending it again.

    "running": another process is at it; "open": something is left to do or to find out; "done": the org was created, or
    was of a sandbox that has ended;
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
            cause = f"This org may have been created before: {self._doubt()}."
            return Repeated(attempt, self.kind, cause, set_aside(self.record) or _CHECK_FIRST)
        state = "created this org" if self.created else "may have created this org"
        state += " and is unfinished" if self.kind == "open" else ""
        advice = f"See: {resuming(attempt, options)}. To create a second one, use --again."
        return Repeated(attempt, self.kind, f"Attempt {attempt} {state}.", advice)

    @property
    def created(self) -> bool:
        """Return whether the org is known to have been created."""
        return MEANINGS[self.record.state].outcome == "created"

    def _doubt(self) -> str:
        if self.record.state == "damaged":
            return f"the record of attempt {self.record.id} cannot be read ({self.record.path})"
        return f"attempt {self.record.id} was for an org of this name, and maybe of this parent"


def set_aside(record: Record) -> str:
    """Return how to retire a record that cannot be read, and so stands in the way of other orders; "" for any other.

    The command stands at the end, to be pasted.
    Its keys may be in the response beside it, which stays where it is.
    """
    if record.state != "damaged":
        return ""
    command = shlex.join(("mv", str(record.path), str(record.path.with_suffix(".unreadable"))))
    kept = f" Keep {record.spool}: it may contain keys." if record.spool else ""
    began = f"{record.started:%Y-%m-%d, %H:%M} UTC"
    return f"Check at the provider what was created on {began}.{kept} Then set the record aside: {command}"


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

"""`create` of one plan: one org per order, whoever repeats the command."""

from collections.abc import Callable
from dataclasses import dataclass

from orgwizard.application.creation.create_org import request_digest
from orgwizard.domain.errors import Busy, Repeated, WizardError
from orgwizard.domain.events import Event, Result
from orgwizard.presentation import text_report
from orgwizard.presentation.attempts import attempt_text
from orgwizard.presentation.json import json_report
from orgwizard.providers.contract import Provider
from orgwizard.providers.order import Order
from orgwizard.storage.attempts.record import Record
from orgwizard.ui.batch.confirmation import confirm
from orgwizard.ui.batch.follower import Follower
from orgwizard.ui.batch.signals import EndingSignals, leaving_on_signal
from orgwizard.ui.batch.streams import write_json, write_stderr, write_stdout


@dataclass(frozen=True)
class PlanRun:
    """Creates the org of an order, or tells what became of an earlier attempt at it.

    Whoever repeats the command, as schedulers do, gets the result of the first attempt, which is finished first where
    it is still open, and nothing is sent; only *again* creates a second org.
    """

    follower: Follower
    provider: Provider
    order: Order
    store: object
    again: bool = False

    def run(self, *, yes: bool) -> int:
        """Create the org, once confirmed or with *yes*; returns the exit code, 128+n after a signal."""
        service, order = self.follower.service, self.order
        try:
            wanted, credentials = order.wanted, order.connection.credentials
            earlier = None if self.again else service.creations.earlier(self.provider, wanted, credentials)
            if earlier:
                code = self._first_result(earlier.error())
                if code is not None:
                    return code
            if not yes:
                confirm("\n".join(text_report.order(self.provider, order, self.store)), "create")
            return self._create()
        except Busy as busy:
            return self._report_busy(busy)

    def _create(self) -> int:
        """Create the org, or tell the first result where the check, or another program, showed that there is one."""
        service = self.follower.service
        while True:  # each round settles an attempt that stood in the way
            with leaving_on_signal(service.engine) as taking:

                def begin(tell: Callable[[Event], None]) -> bool:
                    return service.creations.create(self.provider, self.order, self.store, tell, again=self.again)

                result = self.follower.follow(begin, taking)
                if taking.caught or not isinstance(result.error, (Busy, Repeated)):
                    return self.follower.report(result, taking)
            code = self._first_result(result.error)
            if code is not None:
                return code

    def _first_result(self, error: WizardError) -> int | None:
        """Tell what became of the first attempt at an order that is repeated, finishing it where it is open.

        Returns the exit code, None where that attempt turns out to have created nothing. Raises what keeps it from
        that.
        """
        if not isinstance(error, Repeated):
            raise error
        record = self.follower.service.journal.get(error.attempt)
        if error.kind == "done":
            write_stderr(f"{error.cause} Nothing was sent; --again creates a second one.")
            if record.digest not in ("", request_digest(self.provider.request(self.order))):
                write_stderr("It was created with different values; those of this command were not used.")
            return print_attempt(record, as_json=self.follower.as_json)
        with leaving_on_signal(self.follower.service.engine) as taking:
            if error.kind == "unclear":
                return self._report_unclear(record, error, taking)
            return self._finish(record, taking)

    def _finish(self, record: Record, taking: EndingSignals) -> int | None:
        """Finish an open attempt; returns the exit code, None where it turns out to have created nothing."""
        write_stderr(f"Attempt {record.id} for this org is not finished: {attempt_text.STATE_WORDS[record.state]}.")
        write_stderr("orgwizard finishes it first; nothing is sent twice.")
        result = self.follower.follow(lambda tell: self.follower.service.creations.resume(record, tell), taking)
        if result.outcome != "not_created" or taking.caught:
            return self.follower.report(result, taking)
        why = f" {result.error.cause}" if result.error else ""
        write_stderr(f"That attempt created nothing.{why} Creating it now.")
        return None

    def _report_unclear(self, record: Record, error: Repeated, taking: EndingSignals) -> int:
        site, name = self.order.connection.site.key, self.order.wanted.name
        unknown = Result("unknown", self.provider.key, site, name, attempt=record.id, error=error)
        return self.follower.report(unknown, taking)

    def _report_busy(self, busy: Busy) -> int:
        """Tell that another program is at this order, whose outcome nobody knows yet; returns the exit code."""
        if self.follower.as_json:
            write_json(nothing_created(self.provider, self.order, busy) | {"outcome": None})
        write_stderr("\n".join(busy.lines()))
        return busy.exit_code


def nothing_created(provider: Provider, order: Order, error: WizardError | None = None) -> dict[str, object]:
    """Return the object of a command that created nothing."""
    site, name = order.connection.site.key, order.wanted.name
    return Result("not_created", provider.key, site, name, error=error).as_json()


def print_attempt(record: Record, *, as_json: bool) -> int:
    """Print an attempt about which nothing is left to do, as when it ended; returns its exit code."""
    if as_json:
        write_json(json_report.stored_result(record))
    else:
        write_stdout("\n".join(attempt_text.lines(record)))
    return attempt_text.exit_code(record)

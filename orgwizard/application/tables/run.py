"""A table's orders created in its order: one create request at a time, each org settling beside the next requests."""

import asyncio
import math
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from orgwizard.application.creation.stream import events_of, own_fault
from orgwizard.application.creation.waiting import until_first
from orgwizard.application.service import Service
from orgwizard.application.tables.limits import Pace, StoreProbedOnce
from orgwizard.domain.attempt_state import Outcome
from orgwizard.domain.control import Control
from orgwizard.domain.errors import Busy, NoResponse, Repeated, WizardError
from orgwizard.domain.events import READY, SETTLE, Event, Progress, Result
from orgwizard.providers.contract import Provider
from orgwizard.providers.order import Order
from orgwizard.storage.attempts.record import Record

REFUSALS_OF_ONE_KIND = 3  # what is wrong with the third row is wrong with all that follow
MOST_AT_ONCE = 50  # orgs that are waited for
ROUNDS = 5  # each finishes an attempt that stands in the way of a row
_NOT_COUNTED = frozenset(("left", "interrupted"))


@dataclass(frozen=True)
class TableRow:
    """An order, and the number of its row in the file."""

    number: int
    order: Order

    @property
    def name(self) -> str:
        """Return the name of the org."""
        return self.order.wanted.name


@dataclass(frozen=True)
class RowProgress:
    """A stage of one row began, waits, or ended."""

    number: int
    event: Progress


@dataclass(frozen=True)
class RowEnd:
    """How a row, or one attempt of several, ended: with a result, or with that of an earlier run in its record."""

    number: int
    result: Result | None
    earlier: Record | None = None


@dataclass(frozen=True)
class Pause:
    """The service's limit is used up: the next request leaves in that many seconds."""

    left_seconds: int


@dataclass(frozen=True)
class TableEnd:
    """All that was begun has ended: the rows that were not begun, and why not."""

    left: tuple[TableRow, ...]
    why: str = ""


TableEvent = RowProgress | RowEnd | Pause | TableEnd


def create_table(
    service: Service, provider: Provider, rows: Sequence[TableRow], store: StoreProbedOnce, *, keep_going: bool = False
) -> Callable[[Control], AsyncIterator[TableEvent]]:
    """Return what begins the run once it is handed its `Control`; the last event is the only `TableEnd`.

    An order that an earlier run has sent is not sent again: its result is told, after it is finished where it is open.
    Without *keep_going* the run ends at the first unknown outcome, and at three refusals of one kind.
    """
    pace = Pace(provider, service.send, service.clock)
    paced = replace(service, send=pace.send)

    def begin(control: Control) -> AsyncIterator[TableEvent]:
        stop = StopRule(keep_going=keep_going)
        return events_of(lambda tell: _TableRun(_RowRun(paced, provider, store, control, tell), rows, pace, stop).run())

    return begin


class StopRule:
    """Whether the run goes on after what has ended so far; `why` says what keeps it from that."""

    def __init__(self, *, keep_going: bool) -> None:
        self.why = ""
        self._keep_going = keep_going
        self._refusals: Counter[str] = Counter()

    def add(self, number: int, result: Result) -> None:
        """Take the result of a row into account."""
        if self._keep_going or self.why or isinstance(result.error, Busy):  # another program is at that row
            return
        if result.outcome == "unknown":
            self.why = f"The outcome of row {number} is unknown."
        elif result.outcome != "created" and result.error and result.error.code not in _NOT_COUNTED:
            kind = result.error.code or result.error.default_code
            self._refusals[kind] += 1
            if self._refusals[kind] == REFUSALS_OF_ONE_KIND:
                self.why = f"{REFUSALS_OF_ONE_KIND} rows failed for the same reason: {result.error.cause}"


class _TableRun:
    """The rows, one after the other."""

    def __init__(self, run: "_RowRun", rows: Sequence[TableRow], pace: Pace, stop: StopRule) -> None:
        self._run, self._rows, self._pace, self._stop = run, deque(rows), pace, stop
        self._tell, self._control, self._clock = run.tell, run.control, run.service.clock
        self._begun: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        try:
            while self._goes_on():
                await self._paced()
                if self._goes_on():
                    await self._begin(self._rows.popleft())
        finally:
            if self._begun:
                await asyncio.wait(self._begun)
        why = self._stop.why or ("Cancelled." if self._rows else "")
        self._tell(TableEnd(tuple(self._rows), why))

    def _goes_on(self) -> bool:
        return bool(self._rows) and not self._stop.why and not self._control.leave.is_set()

    async def _paced(self) -> None:
        """Wait until the service allows a request, and few enough orgs are waited for."""
        while len(self._begun) >= MOST_AT_ONCE:
            await until_first(*self._begun)
        while (left := self._pace.wait_seconds) > 0 and not self._control.leave.is_set():
            self._tell(Pause(math.ceil(left)))
            await until_first(self._clock.sleep(left - (math.ceil(left) - 1)), self._control.leave.wait())

    async def _begin(self, row: TableRow) -> None:
        """Begin a row, and wait until nothing of it is on its way to the parent any more."""
        passed = asyncio.Event()
        task = asyncio.ensure_future(self._ended(row, passed))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        await until_first(task, passed.wait())

    async def _ended(self, row: TableRow, passed: asyncio.Event) -> None:
        end = await self._run.ended(row, passed)
        if end.result:
            self._stop.add(row.number, end.result)
        self._tell(end)


class _RowRun:
    """One row at a time, from whatever an earlier run has left of it to its end."""

    def __init__(
        self,
        service: Service,
        provider: Provider,
        store: StoreProbedOnce,
        control: Control,
        tell: Callable[[TableEvent], None],
    ) -> None:
        self.service, self.control, self.tell = service, control, tell
        self._provider, self._store = provider, store

    async def ended(self, row: TableRow, passed: asyncio.Event) -> RowEnd:
        """Create the org of a row, unless an earlier attempt has; *passed* is set once the request is over."""
        try:
            for _ in range(ROUNDS):
                if end := await self._round(row, passed):
                    return end
            raise RuntimeError("an attempt that was finished still stands in the way")
        except WizardError as error:
            return RowEnd(row.number, self._without_flow(row, error))
        except Exception as bug:
            return RowEnd(row.number, self._without_flow(row, own_fault(bug, "unknown", "")))

    async def _round(self, row: TableRow, passed: asyncio.Event) -> RowEnd | None:
        """Return the end of a row; None where an attempt stood in the way that turns out to have created nothing."""
        earlier = self.service.creations.earlier(self._provider, row.order.wanted, row.order.connection.credentials)
        error = earlier.error() if earlier else None
        if error is None:
            creation = self.service.creations.creation(self._provider, row.order, self._store)
            result = await follow(row.number, creation(self.control.for_one()), self.tell, passed)
            if not isinstance(result.error, Repeated):
                return RowEnd(row.number, result)
            error = result.error
        if not isinstance(error, Repeated) or error.kind == "unclear":
            return RowEnd(row.number, self._without_flow(row, error))
        record = self.service.journal.get(error.attempt)
        if error.kind == "done":
            return RowEnd(row.number, None, record)
        begin, _ = await asyncio.to_thread(self.service.creations.resumption, record, row.order.connection)
        result = await follow(row.number, begin(self.control.for_one()), self.tell, passed)
        over = result.outcome != "not_created" or self.control.leave.is_set()
        return RowEnd(row.number, result) if over else None

    def _without_flow(self, row: TableRow, error: WizardError) -> Result:
        """Return the result of a row that ended apart from a creation; an earlier run may have created its org."""
        doubtful = isinstance(error, (Busy, Repeated, NoResponse)) or error.code == "bug"
        outcome: Outcome = "unknown" if doubtful else "not_created"
        attempt = error.attempt if isinstance(error, Repeated) else ""
        named = (self._provider.key, row.order.connection.site.key, row.order.wanted.name)
        return Result(outcome, *named, attempt=attempt, error=error)


async def follow(
    number: int, events: AsyncIterator[Event], tell: Callable[[TableEvent], None], passed: asyncio.Event | None = None
) -> Result:
    """Tell of the stages of one creation, or resumption, and return its result; *passed* is set once it only waits."""
    result: Result | None = None
    async for event in events:
        if isinstance(event, Result):
            result = event
        elif isinstance(event, Progress):
            tell(RowProgress(number, event))
            if passed and event.stage in (SETTLE, READY):
                passed.set()
    if result is None:
        raise RuntimeError("a creation ended without a result")
    return result

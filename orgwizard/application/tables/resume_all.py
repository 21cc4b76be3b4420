"""Every open attempt finished, side by side: nothing is created."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from orgwizard.application.creation.stream import events_of, own_fault
from orgwizard.application.service import Service
from orgwizard.application.tables.run import MOST_AT_ONCE, RowEnd, TableEnd, TableEvent, follow
from orgwizard.domain.control import Control
from orgwizard.domain.errors import WizardError
from orgwizard.domain.events import Result
from orgwizard.storage.attempts.record import Record


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt with something left to do, and its number in this run."""

    number: int
    record: Record

    @property
    def name(self) -> str:
        """Return the name of the org."""
        return self.record.name or self.record.id


def resume_all(service: Service, attempts: Sequence[OpenAttempt]) -> Callable[[Control], AsyncIterator[TableEvent]]:
    """Return what begins the run once it is handed its `Control`; the last event is the only `TableEnd`."""
    return lambda control: events_of(lambda tell: _ResumeAll(service, attempts, control, tell).run())


class _ResumeAll:
    """The attempts, as many at once as a table waits for."""

    def __init__(
        self,
        service: Service,
        attempts: Sequence[OpenAttempt],
        control: Control,
        tell: Callable[[TableEvent], None],
    ) -> None:
        self._service, self._attempts, self._control, self._tell = service, attempts, control, tell
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    async def run(self) -> None:
        await asyncio.gather(*map(self._ended, self._attempts))
        self._tell(TableEnd(()))

    async def _ended(self, attempt: OpenAttempt) -> None:
        async with self._room:
            try:
                begin, _ = await asyncio.to_thread(self._service.creations.resumption, attempt.record)
                result = await follow(attempt.number, begin(self._control.for_one()), self._tell)
            except WizardError as error:
                result = _not_resumed(attempt.record, error)
            except Exception as bug:
                result = _not_resumed(attempt.record, own_fault(bug, "unknown", ""))
            self._tell(RowEnd(attempt.number, result))


def _not_resumed(record: Record, error: WizardError) -> Result:
    """Return the result of an attempt that stays open as it was."""
    named = (record.provider, record.site, record.name)
    return Result("unknown", *named, attempt=record.id, error=error, open=True)

"""Every open attempt finished, side by side: nothing is created."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from itertools import starmap

from orgwizard.application.creation.stream import events_of, own_fault
from orgwizard.application.service import Service
from orgwizard.application.tables.run import MOST_AT_ONCE, RowEnd, TableEnd, TableEvent, follow
from orgwizard.domain.control import Control
from orgwizard.domain.errors import WizardError
from orgwizard.domain.events import Result
from orgwizard.storage.attempts.record import Record


def resume_all(service: Service, attempts: Mapping[int, Record]) -> Callable[[Control], AsyncIterator[TableEvent]]:
    """Return what begins the run once it is handed its `Control`; the last event is the only `TableEnd`.

    *attempts* are those with something left to do, by their numbers in this run.
    """
    return lambda control: events_of(lambda tell: _ResumeAll(service, attempts, control, tell).run())


class _ResumeAll:
    """The attempts, as many at once as a table waits for."""

    def __init__(
        self,
        service: Service,
        attempts: Mapping[int, Record],
        control: Control,
        tell: Callable[[TableEvent], None],
    ) -> None:
        self._service, self._attempts, self._control, self._tell = service, attempts, control, tell
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    async def run(self) -> None:
        await asyncio.gather(*starmap(self._ended, self._attempts.items()))
        self._tell(TableEnd(()))

    async def _ended(self, number: int, record: Record) -> None:
        async with self._room:
            try:
                begin, _ = await asyncio.to_thread(self._service.creations.resumption, record)
                result = await follow(number, begin(self._control.for_one()), self._tell)
            except WizardError as error:
                result = _not_resumed(record, error)
            except Exception as bug:
                result = _not_resumed(record, own_fault(bug, "unknown", ""))
            self._tell(RowEnd(number, result))


def _not_resumed(record: Record, error: WizardError) -> Result:
    """Return the result of an attempt that stays open as it was."""
    named = (record.provider, record.site, record.name)
    return Result("unknown", *named, attempt=record.id, error=error, open=True)

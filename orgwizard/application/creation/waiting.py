"""Waiting that a person watches and can end: stages are told, seconds counted down, and leaving ends it at once."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

from orgwizard.domain.clock import Clock
from orgwizard.domain.control import Control
from orgwizard.domain.errors import NotSent
from orgwizard.domain.events import Progress, StageState
from orgwizard.domain.secrets.redactor import REDACTOR

T = TypeVar("T")


class Waiting:
    """The time of one creation; *tell* is called with each progress."""

    def __init__(self, clock: Clock, control: Control, tell: Callable[[Progress], None]) -> None:
        self._clock, self._control, self._tell = clock, control, tell

    @property
    def leaving(self) -> bool:
        """Return whether the user asked to end at the next safe point."""
        return self._control.leave.is_set()

    def progress(
        self,
        stage: str,
        state: StageState,
        words: str,
        left: int | None = None,
        *,
        spent: int | None = None,
        deadline: float | None = None,
    ) -> None:
        """Tell of a stage; *left* and *spent* are seconds, *deadline* is when it is given up, by the clock."""
        given_up = None if deadline is None else math.ceil(deadline - self._clock.now())
        self._tell(Progress(stage, state, REDACTOR.clean(words), left, spent, given_up))

    async def count_down(self, stage: str, seconds: float, words: str, *, deadline: float | None = None) -> None:
        """Count down, a whole second at a time, until it is over or the user leaves; *deadline* as in `progress`."""
        until = self._clock.now() + seconds
        while (left := until - self._clock.now()) > 0 and not self.leaving:
            whole = math.ceil(left)
            self.progress(stage, "waiting", words, whole, deadline=deadline)
            await until_first(self._clock.sleep(left - (whole - 1)), self._control.leave.wait())

    async def unless_leaving(self, waiting: Awaitable[T]) -> T:
        """Wait for something that creates nothing; raises `NotSent` as soon as the user leaves."""
        task = asyncio.ensure_future(waiting)
        try:
            await until_first(task, self._control.leave.wait())
            if task.done():
                return task.result()
            raise NotSent("Cancelled.", code="left")
        finally:
            task.cancel()


async def until_first(*waits: Awaitable[object]) -> None:
    """Wait for one of several; coroutines among them are cancelled then, futures are not."""
    tasks = {asyncio.ensure_future(wait) for wait in waits}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks.difference(waits):
            task.cancel()

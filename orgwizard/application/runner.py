"""The thread and loop in which creations run, apart from any screen, so that they outlive it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from orgwizard.domain.control import Control
from orgwizard.system.daemon_threads import DaemonThreads

T = TypeVar("T")
E = TypeVar("E")  # what is told: an `Event`, or that of a table
ASKED_BEFORE_GIVING_UP = 2
CLOSING_SECONDS = 5.0  # for what follows a result: a line in the journal


class Engine:
    """Runs reads and one creation at a time on a loop of its own.

    Faces hand it coroutines and are told of events by a function that must not block; whatever that
    function raises is its own affair and does not touch the creation.
    """

    def __init__(self) -> None:
        """Start the thread; it does nothing until it is given something."""
        self._loop, self._threads = asyncio.new_event_loop(), DaemonThreads()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._control: Control | None = None
        self._guard = threading.Lock()
        self._delivered = False
        self.idle = threading.Event()
        self.idle.set()
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_default_executor(self._threads)
        self._loop.run_forever()
        if begun := asyncio.all_tasks(self._loop):  # reads that nobody waits for any more
            for task in begun:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait(begun))
        self._loop.close()

    def read(self, work: Coroutine[object, object, T]) -> Future[T]:
        """Run something that creates nothing; cancel the future to stop it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def work(self, step: Callable[[], T]) -> Future[T]:
        """Run a blocking step that creates nothing, off the caller's thread; the program's end does not wait for it."""
        return self._threads.submit(step)

    def create(self, begin: Callable[[Control], AsyncIterator[E]], tell: Callable[[E], None]) -> bool:
        """Run one creation, or those of one table, to the end; false where one is running, whatever the face thinks."""
        with self._guard:
            if not self.idle.wait(CLOSING_SECONDS if self._delivered else 0):
                return False
            self.idle.clear()
            self._delivered = False
            self._control = control = Control()  # here, so that a signal right after this is not lost
        try:
            asyncio.run_coroutine_threadsafe(self._create(begin(control), tell), self._loop)
        except BaseException:
            self._end()
            raise
        return True

    async def _create(self, events: AsyncIterator[E], tell: Callable[[E], None]) -> None:
        from orgwizard.domain.events import Result

        try:
            async for event in events:
                self._delivered = isinstance(event, Result)  # what is left is to write the end down
                with suppress(Exception):  # a screen that is gone must not stop the creation
                    tell(event)
        finally:
            self._end()

    def _end(self) -> None:
        self._control = None
        self.idle.set()

    def end_soon(self, asked: int) -> None:
        """Ask a running creation to end, as often as it was *asked* by now: the third time gives its answer up."""
        if asked > ASKED_BEFORE_GIVING_UP:
            self.give_up()
        self.leave()

    def leave(self) -> None:
        """Ask a running creation to end at its next safe point: what was sent is still stored."""
        self._ask("leave")

    def give_up(self) -> None:
        """Ask a running creation to stop waiting for its answer."""
        self._ask("give_up")

    def keys_shown(self) -> None:
        """Tell a running creation that its keys, which are stored nowhere, were shown to a person."""
        self._ask("shown")

    def _ask(self, what: str) -> None:
        control = self._control  # the one that runs now, not one that begins meanwhile
        if control is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(getattr(control, what).set)

    def close(self) -> None:
        """Wait for a running creation, then end the thread."""
        self.idle.wait()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

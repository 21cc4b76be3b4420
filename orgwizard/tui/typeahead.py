"""Keys that come faster than they are worked off: on a slow line they arrive in bursts.

Textual gives all keys of a burst to the widget that had the focus at its start, so that the text after a Tab or an
Enter is lost or goes into the wrong field. Here each key waits until the one before has had all its effects.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

ROUNDS = 2  # what a key sets off may set off something itself: the next step, a dialog
PATIENCE_SECONDS = 1.0


class Typeahead:
    """The keys that wait for their turn."""

    def __init__(self, app: App[Any], work_off: Callable[[Event], Awaitable[None]]) -> None:
        self._app, self._work_off = app, work_off
        self._keys: asyncio.Queue[Key | Paste] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.idle = asyncio.Event()
        self.idle.set()

    def take(self, key: Key | Paste) -> None:
        """Have a key worked off after those before it."""
        self.idle.clear()
        self._keys.put_nowait(key)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while not self._keys.empty():
            try:
                await self._work_off(self._keys.get_nowait())
            except Exception as fault:  # it belongs to the app, which ends with it
                self._app.call_later(_raise, fault)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._effects()
        self.idle.set()

    async def _effects(self) -> None:
        """Go the way of all messages, from the focused widget up to the app, behind those that are on it."""
        for _ in range(ROUNDS):
            start: DOMNode = self._app.focused or self._app.screen
            for node in start.ancestors_with_self:
                await _reached(node)


def _raise(fault: Exception) -> None:
    raise fault


async def _reached(node: MessagePump) -> None:
    reached = asyncio.Event()
    if node.call_later(reached.set):
        await reached.wait()

"""Type-ahead queue: keys are processed one at a time; on a slow line they arrive in bursts.

Textual gives all keys of a burst to the widget that had the focus at its start, so that the text after a Tab or an
Enter is lost or goes into the wrong field. Here each key waits until the one before has had all its effects.

So much text at once that nobody types it may be a paste, of a terminal that does not mark them: where a secret is
asked for, or where a line looks like one or is longer than what people type ahead, no line end in it is a key.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

from orgwizard.domain.secrets.redactor import REDACTOR

ROUNDS = 2  # what a key sets off may set off something itself: the next step, a dialog
PATIENCE_SECONDS = 1.0
BURST = 32  # keys
LONG_LINE = 40  # characters: that many are seldom typed ahead for one field
SECOND_KEY_SECONDS = 0.004  # what a single key waits for another one
BURST_SECONDS = 0.02  # between two keys of a burst; a key that is held down repeats more slowly
REST_SECONDS = 0.2  # the rest of a paste that is known to be one may come with the next packet
LINE_ENDS = ("enter", "ctrl+j")


class KeyQueue:
    """The keys that wait for their turn."""

    def __init__(self, app: App[Any], work_off: Callable[[Event], Awaitable[None]]) -> None:
        self._app, self._work_off = app, work_off
        self._keys: deque[Key | Paste] = deque()
        self._single = 0  # how many of them are known to be no paste
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.idle = asyncio.Event()
        self.idle.set()

    def take(self, key: Key | Paste) -> None:
        """Have a key worked off after those before it."""
        self.idle.clear()
        self._keys.append(key)
        self._came.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._keys:
            try:
                await self._work_off(await self._next())
            except Exception as fault:  # it belongs to the app, which ends with it
                self._app.call_later(_raise, fault)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._effects()
        self.idle.set()

    # ---- bursts ----

    async def _next(self) -> Key | Paste:
        """Return the next key, or a whole burst as the paste that it is."""
        if not self._single:
            length = await self._burst()
            if length >= BURST and self._is_paste(length):
                if not (spaces := self._spaces_first(length)):
                    return Paste(self._text(length))
                length = spaces
            self._single = length
        self._single = max(0, self._single - 1)
        return self._keys.popleft()

    def _is_paste(self, length: int) -> bool:
        """Return whether a burst is a paste, rather than answers that were typed ahead on a slow line."""
        text = self._letters(length)
        long_line = any(len(line) >= LONG_LINE for line in text.split("\n"))
        return self._is_secret_asked or long_line or REDACTOR.is_secret(text)

    @property
    def _is_secret_asked(self) -> bool:
        return bool(getattr(self._app.focused, "secret", False))

    def _letters(self, length: int) -> str:
        return "".join(_letter(key) for key in islice(self._keys, length) if isinstance(key, Key))

    async def _burst(self) -> int:
        """Return how many of the next keys are text that came at once, waiting for those that are on their way."""
        length = 0
        while True:
            while length < len(self._keys) and self._belongs(length):
                length += 1
            if length < len(self._keys) or not length or not await self._another(_patience(length)):
                return length

    def _belongs(self, number: int) -> bool:
        """Return whether a key is text, and came right after the one before it."""
        key = self._keys[number]
        if not isinstance(key, Key) or not _letter(key) or (key.key == "tab" and number < BURST):
            return False
        return not number or key.time - self._keys[number - 1].time <= _patience(number)

    async def _another(self, seconds: float) -> bool:
        self._came.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._came.wait()
        return False

    def _spaces_first(self, length: int) -> int:
        """Return how many spaces a burst begins with, which stay keys: text may stand before them."""
        text = self._letters(length)
        return 0 if self._is_secret_asked else len(text) - len(text.lstrip(" "))

    def _text(self, length: int) -> str:
        """Take a burst out; behind a single line, Enter stays a key, and so do spaces: text may follow."""
        text = self._letters(length)
        one_line = text.removesuffix("\n")
        if "\n" not in one_line:
            text = one_line if self._is_secret_asked else one_line.rstrip(" ")
        for _ in text:
            self._keys.popleft()
        return text

    async def _effects(self) -> None:
        """Go the way of all messages, from the focused widget up to the app, behind those that are on it."""
        for _ in range(ROUNDS):
            start: DOMNode = self._app.focused or self._app.screen
            for node in start.ancestors_with_self:
                await _reached(node)


def _letter(key: Key) -> str:
    """Return what a key is in a text, or ""."""
    if key.key in LINE_ENDS:
        return "\n"
    if key.key == "tab":
        return "\t"
    return key.character if key.is_printable and key.character else ""


def _patience(length: int) -> float:
    """Return for how many seconds a burst of so many keys may pause."""
    if length == 1:
        return SECOND_KEY_SECONDS
    return BURST_SECONDS if length < BURST else REST_SECONDS


def _raise(fault: Exception) -> None:
    raise fault


async def _reached(node: MessagePump) -> None:
    reached = asyncio.Event()
    if node.call_later(reached.set):
        await reached.wait()

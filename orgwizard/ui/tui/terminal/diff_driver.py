"""Textual's driver on a diet: it keeps a copy of the screen and sends only what differs."""

import math
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from orgwizard.ui.tui.terminal import key_parser
from orgwizard.ui.tui.terminal.paint import neutral
from orgwizard.ui.tui.terminal.screen_model import Cells

SWITCH = "ORGWIZARD_DRIVER"
# From so many bytes on, a paint may be seen half done, and is worth the sequences that hold it together.
_TORN_BYTES = 256


class DiffDriver(LinuxDriver):
    """Draws what Textual's own driver draws, with fewer bytes."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._cells = Cells()
        self._sizes: deque[tuple[int, int]] = deque()  # that the terminal has told and the copy does not know yet
        self._in_update = False
        self._answered, self._asked_at = threading.Event(), -math.inf

    def run_input_thread(self) -> None:
        """Read keys, and have the terminal tell whether an Escape is the beginning of another key."""
        key_parser.install(self._query, self._answered.set)
        super().run_input_thread()

    def _query(self, data: str) -> None:
        self._answered.clear()
        self._asked_at = time.monotonic()
        self.write(data)

    def disable_input(self) -> None:
        """Read no more, once the response under way has come: it would be typed into the shell."""
        self._answered.wait(self._asked_at + key_parser.LOST_SECONDS - time.monotonic())
        super().disable_input()

    def redraw(self) -> None:
        """Have the next paint sent whole onto an empty screen."""
        self._cells.erase()

    def write(self, data: str) -> None:
        """Send what differs; called in other threads and in signal handlers too, but for neutral sequences only."""
        if data in (SYNC_START, SYNC_END):
            self._in_update = data == SYNC_START
        elif neutral(data):
            super().write(data)
        elif out := self._shortened(data):
            super().write(f"{SYNC_START}{out}{SYNC_END}" if self._in_update and len(out) >= _TORN_BYTES else out)

    def _shortened(self, data: str) -> str:
        while self._sizes:
            self._cells.resize(self._sizes.popleft())
        return self._cells.send(data)

    # ---- when the terminal no longer shows what it was sent ----

    def start_application_mode(self) -> None:
        """Begin, or go on after a suspension, on a screen that is not known to be empty."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._cells.erase()

    def resume_application_mode(self) -> None:
        """Go on, and have everything painted: Textual leaves that out where a signal from elsewhere suspended it."""
        super().resume_application_mode()
        self._loop.call_soon_threadsafe(self._app.call_later, self._paint_all)

    def _paint_all(self) -> None:
        """Forget the copy once more: the signal may have come in the midst of a paint, which goes on after it."""
        self._cells.erase()
        self._app.refresh(layout=True)

    def stop_application_mode(self) -> None:
        """Leave the terminal without the last look."""
        if rest := self._cells.rest():
            super().write(rest)
        super().stop_application_mode()

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the size; Textual asks for it when the terminal has told that it is another one."""
        size = super()._get_terminal_size()
        self._sizes.append(size)
        return size

    def process_message(self, message: Message) -> None:
        """Take note of a terminal that tells its size among the keys; this runs in the thread that reads them."""
        if isinstance(message, events.Resize):
            self._sizes.append((message.size.width, message.size.height))
        super().process_message(message)


def driver_class(environ: Mapping[str, str]) -> type[LinuxDriver]:
    """Return the driver to use: Textual's own where the environment asks for it."""
    return LinuxDriver if environ.get(SWITCH) == "textual" else DiffDriver

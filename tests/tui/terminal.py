"""A terminal for tests: the real program on a pseudo-terminal, its screen read with an emulator."""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyte

from orgwizard.presentation.wizard.step_order import ASCII_MARKS, HERE, MARKS, NARROW_ASCII_MARKS, SHORT_TITLES

PATIENCE_SECONDS = 40
REST_SECONDS = 0.5  # of a busy machine
# Private sequences that the emulator would print: kitty keys, queries.
_UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;$]*[a-zA-Z]")
_KNOWN = (b"\x1b[?25", b"\x1b[?1049", b"\x1b[?7")
KEYS = {
    "enter": b"\r",
    "tab": b"\t",
    "escape": b"\x1b",
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "ctrl+n": b"\x0e",
    "ctrl+q": b"\x11",
    "ctrl+o": b"\x0f",
    "f1": b"\x1bOP",
}


class Terminal:
    """One run of the program; `screen` is what a person would see."""

    def __init__(self, arguments: list[str], environ: Mapping[str, str], size: tuple[int, int] = (80, 24)) -> None:
        columns, rows = size
        self.emulated = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.emulated)
        self.received = b""
        self._shown = (0, "")
        self.master, end = os.openpty()
        self._name = os.ttyname(end)
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        command = [sys.executable, "-m", "orgwizard", *arguments]
        self._process = subprocess.Popen(
            command, stdin=end, stdout=end, stderr=end, env=environ, start_new_session=True
        )
        os.close(end)

    @property
    def screen(self) -> str:
        """What a person would see; put together anew only where something came, for that takes a while."""
        if self._shown[0] != len(self.received):
            self._shown = len(self.received), "\n".join(line.rstrip() for line in self.emulated.display)
        return self._shown[1]

    def read(self, seconds: float = 0.1) -> bool:
        """Take what was drawn; false at the end of the program."""
        waiting = select.poll()
        waiting.register(self.master, select.POLLIN)
        if not waiting.poll(seconds * 1000):
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.received += data
        self.stream.feed(_UNKNOWN.sub(lambda m: m[0] if m[0].startswith(_KNOWN) else b"", data))
        return bool(data)

    def until(self, words: str) -> None:
        """Wait until the screen says *words*."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.screen:
            assert self.read(), f"ended before {words!r}:\n{self.screen}"
            assert time.monotonic() < deadline, f"{words!r} did not appear:\n{self.screen}"

    def until_step(self, number: int) -> None:
        """Wait until the line of steps, with the marks of this terminal, is at a step."""
        title = SHORT_TITLES[number - 1]
        marks = (MARKS[HERE], ASCII_MARKS[HERE], NARROW_ASCII_MARKS[HERE])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not any(f"{mark} {title}" in self.screen for mark in marks):
            assert self.read(), f"ended before {title!r}:\n{self.screen}"
            assert time.monotonic() < deadline, f"{title!r} was not reached:\n{self.screen}"

    def rest(self) -> None:
        """Wait until nothing is drawn for a while."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while select.select([self.master], [], [], REST_SECONDS)[0]:
            assert self.read(), f"ended:\n{self.screen}"
            assert time.monotonic() < deadline, f"it is drawn without an end:\n{self.screen}"

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal."""
        self.emulated.resize(rows, columns)
        self._shown = (-1, "")
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.kill(signal.SIGWINCH)  # the terminal controls no session, so that the kernel tells nobody

    def reversed_cells(self) -> list[tuple[int, int]]:
        """Return column and row of every reversed cell below the head line, but those of the scroll bar: the focus."""
        cells = ((x, y) for y in range(1, self.emulated.lines) for x in range(self.emulated.columns - 4))
        return [(x, y) for x, y in cells if self.emulated.buffer[y][x].reverse]

    def until_focused(self) -> list[tuple[int, int]]:
        """Wait until a focus is to be seen, and return its cells."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.reversed_cells():
            assert self.read(), f"ended without a focus:\n{self.screen}"
            assert time.monotonic() < deadline, f"no focus to be seen:\n{self.screen}"
        return self.reversed_cells()

    def background(self) -> str:
        """Return the colour behind the last cell."""
        return str(self.emulated.buffer[self.emulated.lines - 1][self.emulated.columns - 1].bg)

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self.master, KEYS[key])

    def write(self, text: str) -> None:
        os.write(self.master, text.encode())

    def kill(self, number: int) -> None:
        self._process.send_signal(number)

    def until_stopped(self) -> None:
        """Wait until the program is suspended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert self.read(), "it ended"
            assert time.monotonic() < deadline, "it does not stop"

    @contextlib.contextmanager
    def kept_open(self) -> Iterator[int]:
        """Open the program's end of the terminal too, as the shell has it that started the program."""
        end = os.open(self._name, os.O_RDWR | os.O_NOCTTY)
        try:
            yield end
        finally:
            os.close(end)

    def ended(self) -> int:
        """Wait for the end and return the exit code."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._process.poll() is None:
            self.read()
            assert time.monotonic() < deadline, f"it did not end:\n{self.screen}"
        while select.select([self.master], [], [], 0)[0] and self.read():
            pass
        return self._process.wait()

    def hang_up(self) -> None:
        """Close the terminal, which controls no session: the kernel signals nobody."""
        os.close(self.master)
        self.master = -1

    def ended_unread(self) -> int:
        """Return the exit code of a program that nobody reads from any more."""
        return self._process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Leave nothing behind."""
        self._process.kill()
        self._process.wait()
        if self.master >= 0:
            os.close(self.master)


@contextlib.contextmanager
def terminal(arguments: list[str], environ: Mapping[str, str], **settings: Any) -> Iterator[Terminal]:
    """Run the program, and leave nothing of it behind."""
    run = Terminal(arguments, environ, **settings)
    try:
        yield run
    finally:
        run.close()

"""A terminal as lines in and lines out: secrets without echo, waits that a signal ends, nothing left changed."""

import os
import select
import signal
import termios
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from orgwizard.domain.errors import Exit
from orgwizard.ui.plain import line_editor
from orgwizard.ui.plain.line_editor import LineEditor

T = TypeVar("T")

LINE_BYTES = 65536
LONGEST_LINE = 4095  # what Linux keeps of a line while it is typed (N_TTY_BUF_SIZE); macOS keeps fewer
LOOK_SECONDS = 0.2
_LOCAL_MODES = 3  # where termios.tcgetattr has them


class Quit(Exception):
    """The user, or a signal, ends the face; `code` is the program's exit code."""

    def __init__(self, code: int = Exit.LEFT) -> None:
        self.code = code
        super().__init__(code)


class EchoNotDisabled(Exception):
    """The terminal shows what is typed, whatever it is told."""


class Terminal:
    """The terminal of standard input and stderr, in the mode in which it edits and gives whole lines itself."""

    def __init__(self, source: int = 0, sink: int = 2) -> None:
        self._source, self._sink = source, sink
        self._editor: LineEditor | None = None
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        self._code: int | None = None
        self._silent: list[Any] | None = None

    # ---- lines ----

    @property
    def columns(self) -> int:
        """Return how wide it is now, in characters; 0 where that is not known, or it is no terminal."""
        try:
            return os.get_terminal_size(self._sink).columns
        except OSError:
            return 0

    def write(self, text: str) -> bool:
        """Show a text; return whether the terminal took it: one that is gone is no failure."""
        data = text.encode(errors="replace")
        try:
            while data:
                data = data[os.write(self._sink, data) :]
        except OSError:
            return False
        return True

    def read(self, prompt: str) -> str:
        """Ask, and return the line that was typed; raises `Quit` at the end of input, or when told to end."""
        self.checked()
        if self._editor and self._silent is None:
            return self._edited(prompt, self._editor)
        self.write(prompt)
        typed = b""
        while not typed.endswith(b"\n"):
            self._wait(prompt)
            piece = self._piece()
            if not piece:
                raise Quit
            typed += piece
        return typed.decode(errors="replace").rstrip("\r\n")

    def edit_lines(self, environ: Mapping[str, str]) -> None:
        """Have readline edit the lines from now on, if it can; secrets are never its business."""
        self._editor = line_editor.editor(environ, self._source, self._woken, self._wake, self.checked)

    def _edited(self, prompt: str, editor: LineEditor) -> str:
        try:
            return editor.read(prompt)
        except (EOFError, OSError):  # the input ended, or the terminal is gone
            self.write("\n")
            raise Quit from None

    def _wait(self, prompt: str) -> None:
        """Wait for a line; after a suspension the prompt is said again, and the echo is off again."""
        while self._woken in select.select([self._source, self._woken], [], [])[0]:
            os.read(self._woken, LINE_BYTES)
            self.checked()
            self._silence()
            self.write(prompt)

    def _piece(self) -> bytes:
        try:
            return os.read(self._source, LINE_BYTES)
        except OSError:  # a terminal that is gone
            return b""

    def waiting(self, seconds: float = 0.0) -> bool:
        """Return whether more was typed already, or comes within some seconds."""
        return bool(select.select([self._source], [], [], seconds)[0])

    def forget(self) -> None:
        """Drop what was typed ahead."""
        with suppress(termios.error):
            termios.tcflush(self._source, termios.TCIFLUSH)

    # ---- secrets ----

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Show nothing that is typed; what was typed ahead was shown, and is dropped. Raises `EchoNotDisabled`."""
        try:
            before = termios.tcgetattr(self._source)
        except termios.error:
            raise EchoNotDisabled from None
        self._silent = [*before]
        self._silent[_LOCAL_MODES] &= ~termios.ECHO
        try:
            self._silence()
            yield
        finally:
            self._silent = None
            with suppress(termios.error):
                termios.tcsetattr(self._source, termios.TCSAFLUSH, before)

    def _silence(self) -> None:
        """Turn the echo off where it must be off, and make sure that it is."""
        if self._silent is None:
            return
        try:
            termios.tcsetattr(self._source, termios.TCSAFLUSH, self._silent)
            echoes = termios.tcgetattr(self._source)[_LOCAL_MODES] & termios.ECHO
        except termios.error:
            echoes = True
        if echoes:
            raise EchoNotDisabled

    # ---- the end ----

    def end(self, code: int) -> None:
        """Have the face leave with a code; may be called in any thread, and in a signal's handler."""
        self._code = code
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):
            os.write(self._waker, b"!")

    def checked(self) -> None:
        """Raise `Quit` where the face was told to end."""
        if self._code is not None:
            raise Quit(self._code)

    def stays(self) -> None:
        """Take back that the face was told to end."""
        self._code = None

    def awaited(self, work: "Future[T]", meanwhile: Callable[[], None] = lambda: None) -> T:
        """Return the result of work done elsewhere; where the face is to end, the work is dropped."""
        while not wait((work,), LOOK_SECONDS).done:
            meanwhile()
            try:
                self.checked()
            except Quit:
                work.cancel()
                raise
        self.checked()
        return work.result()

    @contextmanager
    def handling_signals(self) -> Iterator[None]:
        """Have signals end the wait for a line, whichever thread the system gives them to.

        One of them tells that the program goes on after a suspension: shells put their own modes into the terminal.
        """
        before = signal.signal(signal.SIGCONT, lambda *_: self._wake())
        waker = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(waker)
            signal.signal(signal.SIGCONT, before)

"""Lines edited by readline, where it is there: its keys and the user's settings, and no history of what was typed."""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import ModuleType

PIECE_BYTES = 4096
NUDGE_SECONDS = 0.05
_NUDGE = signal.SIGURG  # ends readline's wait; where nobody handles it, it is ignored
_MOVES_NO_CURSOR = frozenset(("", "dumb", "unknown"))
# Nothing is sent to the terminal but what is typed.
_SETTINGS = ("enable-bracketed-paste off", "enable-meta-key off", "bell-style none")


class _Nudged(Exception):
    """Readline's wait is over: the face is to end, or the program goes on after a suspension."""


class LineEditor:
    """Reads lines with *readline*; a byte in the pipe *woken*, which *wake* writes, ends the wait for one.

    *check* raises where the face is to end.
    """

    def __init__(self, readline: ModuleType, woken: int, wake: Callable[[], None], check: Callable[[], None]) -> None:
        self._readline, self._woken, self._wake, self._check = readline, woken, wake, check
        self._waits = False

    def read(self, prompt: str) -> str:
        """Return a line; raises `EOFError` at the end of input, and whatever *check* raises.

        What was typed before a suspension is there again after it.
        """
        typed = ""
        while True:
            self._readline.set_startup_hook(lambda typed=typed: self._readline.insert_text(typed))
            try:
                with self._interruptible():
                    return input(self._begun(_drawable(prompt)))
            except _Nudged:
                typed = self._readline.get_line_buffer()
                with suppress(OSError):  # of a terminal that is gone
                    print(flush=True)
                self._check()

    def _begun(self, prompt: str) -> str:
        """Return what is left to draw of a prompt: libedit draws one line only, and the others are said before it."""
        if "libedit" not in (self._readline.__doc__ or ""):
            return prompt
        before, end, last = prompt.rpartition("\n")
        print(before, end=end, flush=True)
        return last

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Have the pipe end a wait that is not for it, by a signal to this thread, whose handler raises."""
        before = signal.signal(_NUDGE, self._nudged)
        self._waits = True
        watching = threading.Thread(target=self._nudge, args=(threading.get_ident(),), name="line", daemon=True)
        watching.start()
        try:
            yield
        finally:
            self._waits = False
            self._wake()
            watching.join()
            signal.signal(_NUDGE, before)
            self._drain()

    def _nudge(self, waiting: int) -> None:
        select.select([self._woken], [], [])
        while self._waits:
            signal.pthread_kill(waiting, _NUDGE)
            time.sleep(NUDGE_SECONDS)  # it may have come just before the wait

    def _nudged(self, *_: object) -> None:
        if self._waits:
            self._waits = False
            raise _Nudged

    def _drain(self) -> None:
        while select.select([self._woken], [], [], 0)[0]:
            os.read(self._woken, PIECE_BYTES)


def editor(
    environ: Mapping[str, str], source: int, woken: int, wake: Callable[[], None], check: Callable[[], None]
) -> LineEditor | None:
    """Return an editor for the terminal *source*; None where it cannot draw there, or readline is not installed."""
    if environ.get("TERM", "") in _MOVES_NO_CURSOR or not _draws_on(source):
        return None
    try:
        import readline
    except ImportError:
        return None
    readline.set_auto_history(False)
    if "libedit" not in (readline.__doc__ or ""):
        for setting in _SETTINGS:
            readline.parse_and_bind(f"set {setting}")
    with suppress(AttributeError, ValueError):  # what is not text of the locale is a mark, and the rules judge it
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    return LineEditor(readline, woken, wake, check)


def _draws_on(source: int) -> bool:
    """Return whether stdin and stdout, which readline uses, are the terminal *source*."""
    try:
        return len({os.ttyname(stream.fileno()) for stream in (sys.stdin, sys.stdout)} | {os.ttyname(source)}) == 1
    except (OSError, ValueError, AttributeError):
        return False


def _drawable(prompt: str) -> str:
    """Return a prompt in the characters that stdout can take."""
    encoding = sys.stdout.encoding or "ascii"
    return prompt.encode(encoding, "replace").decode(encoding)

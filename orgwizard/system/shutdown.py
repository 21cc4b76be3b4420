"""A signal that would end the program: the creation is finished and stored, the terminal mended, then the end."""

import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from orgwizard.system.terminal_reset import RESET, Attributes, attributes, put_back

# Each of them would end the program at once, and lose the keys of an answer that is under way: Ctrl+\ and Ctrl+C, a
# batch system (USR1, USR2), a limit of CPU time, and an alarm, which outlives the exec of the wrapper that set it.
ENDING = (
    signal.SIGHUP,
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
    signal.SIGXCPU,
)
CREATION_SECONDS = 150.0  # longer than a create call may take, so that its answer can be stored
SCREEN_SECONDS = 2.0


def handled_signals() -> list[signal.Signals]:
    """Return the ending signals, without those that the program was started to ignore, as `nohup` does."""
    return [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]


@contextlib.contextmanager
def handling(signals: Sequence[signal.Signals], handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Have some signals handled for a while, and then as before."""
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


class Watch:
    """Turns the first of some signals into a calm end, and into a hard one where the face is stuck.

    `leave` asks a creation to end, `idle` tells that none runs, `end` has the face leave with a code; `reset`
    is written to a terminal whose face is stuck, and `rescue` then saves what the face alone has.
    """

    def __init__(
        self,
        leave: Callable[[], None],
        idle: threading.Event,
        end: Callable[[int], None],
        *,
        signals: Sequence[signal.Signals] = ENDING,
        reset: bytes = RESET,
        rescue: Callable[[], None] = lambda: None,
    ) -> None:
        self._leave, self._idle, self._end = leave, idle, end
        self._signals, self._reset, self._rescue = signals, reset, rescue
        self._over = threading.Event()
        self._first = True
        self._terminal: Attributes | None = None

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        """Watch while the face is up."""
        self._terminal = attributes()
        with handling(self._signals, self._caught):
            if self._terminal is not None:
                threading.Thread(target=_on_hang_up, args=(self._over,), name="hang-up", daemon=True).start()
            hook, threading.excepthook = threading.excepthook, _quiet
            try:
                yield
            finally:
                self._over.set()
                threading.excepthook = hook

    def _caught(self, number: int, _frame: FrameType | None) -> None:
        if not self._first:
            return
        self._first = False
        if number == signal.SIGHUP:
            # The kernel continues a session that it hangs up; Textual would take that for the end of a suspension
            # and begin to read the terminal that is gone a second time.
            signal.signal(signal.SIGCONT, signal.SIG_IGN)
        self._leave()
        threading.Thread(target=self._finish, args=(number,), name="watchdog", daemon=True).start()

    def _finish(self, number: int) -> None:
        """Wait for the creation, then for the screen; where it is stuck, end without it.

        After a hang-up the screen ends first: nobody sees it, and reading a terminal that is gone never rests.
        """
        if number == signal.SIGHUP:
            self._end(128 + number)
        self._idle.wait(CREATION_SECONDS)
        self._end(128 + number)
        if not self._over.wait(SCREEN_SECONDS):
            with contextlib.suppress(Exception):
                self._rescue()
            put_back(self._terminal, self._reset)
            os._exit(128 + number)


def _on_hang_up(over: threading.Event) -> None:
    """Wait without work for the terminal to go, and signal that.

    The kernel signals only the session that a terminal controls; others would read its end over and over.
    """
    waiting = select.poll()
    waiting.register(0, 0)
    gone = waiting.poll()
    if any(what & select.POLLHUP for _, what in gone) and not over.is_set():
        os.kill(os.getpid(), signal.SIGHUP)


def _quiet(_problem: threading.ExceptHookArgs) -> None:
    """Say nothing: after a hang-up, the thread that writes to the terminal dies of it, and nobody can read why."""

"""Ending signals in a command that creates: requests to end at a safe point, not deaths."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from orgwizard.application.runner import ASKED_BEFORE_GIVING_UP, Engine
from orgwizard.presentation.wizard.leaving_text import LEAVING
from orgwizard.system import shutdown

READER_SECONDS = 1.0
ONCE_MORE = {
    1: LEAVING,
    2: "Still waiting for the response. Interrupt again to give up: keys in it would be lost for good.",
}


class EndingSignals:
    """The ending signals that came so far: requests to end at a safe point; a third one gives the answer up.

    While something is printed, they end a wait for a reader that stands still.
    """

    def __init__(self, engine: Engine) -> None:
        self.caught: list[int] = []
        self.keys_printed = False
        self._engine, self._printing = engine, False

    def take(self, number: int, _: FrameType | None) -> None:
        """Note a signal, and say what it does where an answer may be outstanding."""
        self.caught.append(number)
        if len(self.caught) <= ASKED_BEFORE_GIVING_UP and not self._engine.idle.is_set():
            _write_now(f"{ONCE_MORE[len(self.caught)]}\n")
        self._engine.end_soon(len(self.caught))
        if self._printing:
            _begin_to_interrupt()

    @contextmanager
    def ending_a_wait(self) -> Iterator[None]:
        """Give up writing what nobody has read a second after a signal: what writes it then returns false."""
        before = signal.signal(signal.SIGALRM, _interrupt)
        self._printing = True
        try:
            if self.caught:
                _begin_to_interrupt()
            yield
        except InterruptedError:
            pass
        finally:
            self._printing = False
            if self.caught:
                signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _write_now(text: str) -> None:
    """Write to stderr where that takes no time: within a signal, `print` may be at work already."""
    with suppress(OSError, ValueError):
        if select.select([], [2], [], 0)[1]:
            os.write(2, text.encode())


def _begin_to_interrupt() -> None:
    signal.setitimer(signal.ITIMER_REAL, READER_SECONDS, READER_SECONDS)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise InterruptedError


@contextmanager
def leaving_on_signal(engine: Engine) -> Iterator[EndingSignals]:
    """Take ending signals instead of dying of them."""
    taking = EndingSignals(engine)
    with shutdown.handling(shutdown.handled_signals(), taking.take):
        yield taking

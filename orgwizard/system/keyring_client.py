"""The system keyring, which may hang, asked with a time limit."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Generic, TypeVar

from orgwizard.domain.errors import LocalFailure
from orgwizard.system.keyring_faults import keyring_fault, silent_fault

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")


def ask_keyring(
    question: "Callable[[KeyringBackend], T]", *, seconds: float, undo: "Callable[[KeyringBackend], None] | None" = None
) -> T:
    """Return what *question* answers about the system keyring; raises `LocalFailure` if it fails or hangs.

    A locked keyring may wait for ever for a prompt nobody sees: a daemon thread is left behind, not waited for.
    What it does after that is taken back by *undo*: the caller has been told that it failed.
    """
    asking = _Asking(question, undo)
    Thread(target=asking.run, daemon=True).start()
    try:
        return asking.answer.result(seconds)
    except TimeoutError:
        if not asking.answer.cancel():  # it came in this very moment
            return asking.answer.result()
    raise LocalFailure(*silent_fault(asking.ring, seconds))


class _Asking(Generic[T]):
    """One question on its way; `ring` is the keyring that was asked, as soon as it is known."""

    def __init__(
        self, question: "Callable[[KeyringBackend], T]", undo: "Callable[[KeyringBackend], None] | None"
    ) -> None:
        self._question, self._undo = question, undo
        self.answer: Future[T] = Future()
        self.ring: KeyringBackend | None = None

    def run(self) -> None:
        try:
            self._ask()
        except BaseException as error:  # backends raise anything
            if not self.answer.cancelled():
                # The error's own text is not repeated: it may hold the entry.
                self.answer.set_exception(LocalFailure(*keyring_fault(self.ring, error)))

    def _ask(self) -> None:
        import keyring  # here and below, nowhere else: it costs 100 ms and looks for a session bus

        self.ring = ring = keyring.get_keyring()
        try:
            result = self._question(ring)
        finally:
            in_time = self.answer.set_running_or_notify_cancel()
            if self._undo and not in_time:
                self._undo(ring)
        if in_time:
            self.answer.set_result(result)


def load_keyring() -> None:
    """Begin to import the keyring's library, which may hang where it looks for a session bus, and wait for nothing."""

    def load() -> None:
        with suppress(Exception):  # whoever asks the keyring is told what is wrong with it
            import keyring  # noqa: F401

    Thread(target=load, daemon=True).start()

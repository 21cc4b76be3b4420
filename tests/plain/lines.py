"""A terminal of typed lines for tests of the plain face: what was asked and said is one list of lines."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from orgwizard.ui.plain.terminal import EchoNotDisabled, Quit, Terminal

T = TypeVar("T")
PATIENCE_SECONDS = 30


class Typed(Terminal):
    """Gives the lines that a test typed beforehand, and keeps what was written; input ends after the last one."""

    def __init__(self, *lines: str | Callable[[], str], echo_stays: bool = False, more: bool = False) -> None:
        # No file descriptor is opened: all that would use one is overridden.
        self._lines = list(lines)
        self.text = ""
        self.unseen: list[str] = []
        self.code: int | None = None
        self.echo_stays, self.more = echo_stays, more
        self._hides = self._has_read = False
        self.width = 0

    @property
    def columns(self) -> int:
        return self.width

    @property
    def left_over(self) -> list[str | Callable[[], str]]:
        return self._lines

    @property
    def said(self) -> str:
        """Return everything as one line, as it is heard."""
        return " ".join(self.text.split())

    def write(self, text: str) -> bool:
        self.text += text
        return True

    def read(self, prompt: str) -> str:
        self.checked()
        self.write(prompt)
        if not self._lines:
            raise Quit
        given = self._lines.pop(0)
        line = given if isinstance(given, str) else given()
        self._has_read = True
        self.checked()
        if self._hides:
            self.unseen.append(line)
        else:
            self.write(f"{line}\n")
        return line

    @contextmanager
    def hidden(self) -> Iterator[None]:
        if self.echo_stays:
            raise EchoNotDisabled
        self._hides = True
        try:
            yield
        finally:
            self._hides = False

    def forget(self) -> None:
        self.more = False

    def waiting(self, seconds: float = 0.0) -> bool:  # noqa: ARG002 - the contract's
        return self.more and self._has_read

    def end(self, code: int) -> None:
        self.code = code

    def checked(self) -> None:
        if self.code is not None:
            raise Quit(self.code)

    def stays(self) -> None:
        self.code = None

    def awaited(self, work: "Future[T]", meanwhile: Callable[[], None] = lambda: None) -> T:
        result = work.result(PATIENCE_SECONDS)
        self.checked()
        meanwhile()
        return result

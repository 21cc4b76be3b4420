"""One line at the bottom of a terminal that is written over and over; nothing where stderr is none."""

import shutil
import sys
from contextlib import suppress


class StatusLine:
    """The last line of stderr, as long as that is a terminal."""

    def __init__(self, *, wanted: bool = True) -> None:
        """Begin with nothing shown."""
        self.is_on = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._shown = ""

    def show(self, words: str) -> None:
        """Show *words*, which are ours, in the place of those before, as far as the terminal is wide."""
        fitting = words[: max(shutil.get_terminal_size().columns - 1, 1)]
        if self.is_on and fitting != self._shown:
            self._write(f"\r{fitting.ljust(len(self._shown))}")
            self._shown = fitting

    def clear(self) -> None:
        """Leave an empty line to whatever is printed next."""
        if self._shown:
            self._write(f"\r{' ' * len(self._shown)}\r")
            self._shown = ""

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text)
            sys.stderr.flush()

"""The last lines of a terminal, written over as things go on; nothing where stderr is no terminal that can do it."""

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate
from unicodedata import east_asian_width

UP, DOWN, CLEAR_LINE, CLEAR_BELOW = "\x1b[{}A", "\x1b[{}B", "\x1b[K", "\x1b[J"
MOST_LINES = 16


class LiveLines:
    """A few lines at the bottom; only what has changed is written."""

    def __init__(self, *, wanted: bool = True) -> None:
        able = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self.is_on = wanted and able
        self._shown: list[str] = []

    @property
    def most(self) -> int:
        """Return how many lines fit, with room above for what has ended."""
        return max(1, min(MOST_LINES, shutil.get_terminal_size().lines // 2))

    def show(self, lines: Sequence[str]) -> None:
        """Show lines, which drive no terminal, in the place of those before, as far as the terminal is wide."""
        if not self.is_on:
            return
        fitting = [_fitted(line) for line in lines]
        if len(fitting) != len(self._shown):
            self.clear()
            self._write("\n".join(fitting) + "\r")
        else:
            self._write("".join(_replaced(at, fitting) for at in range(len(fitting)) if fitting[at] != self._shown[at]))
        self._shown = fitting

    def clear(self) -> None:
        """Make room for whatever is printed next."""
        if self._shown:
            self._write(_moved(UP, len(self._shown) - 1) + CLEAR_BELOW)
            self._shown = []

    def forget(self) -> None:
        """Let what is shown stand: something else was written below it."""
        self._shown = []

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text)
            sys.stderr.flush()


def _replaced(at: int, lines: Sequence[str]) -> str:
    """Return what writes one line over and comes back to the beginning of the last."""
    below = len(lines) - 1 - at
    return f"{_moved(UP, below)}{lines[at]}{CLEAR_LINE}\r{_moved(DOWN, below)}"


def _moved(way: str, lines: int) -> str:
    return way.format(lines) if lines else ""


def _fitted(line: str) -> str:
    """Return as much of a line as surely fits; a wide character takes two cells, any other one at most."""
    widths = accumulate(2 if east_asian_width(character) in "WF" else 1 for character in line)
    columns = shutil.get_terminal_size().columns - 1
    return "".join(character for character, end in zip(line, widths, strict=True) if end <= columns)

"""Rows of two columns, of which the first stays free where the second is wrapped; a path is broken at "/" alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.containers import Lines
from rich.style import Style
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Prose:
    """A text without markup, whose words that are longer than a line, such as a path, are broken after slashes.

    Lines after the first begin after *hang* cells. It is no `Text`, of which Textual would take the characters alone.
    """

    words: str
    hang: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines of the text; part of Rich's protocol of what can be drawn."""
        width = options.max_width
        first, *more = _wrapped(console, self.words, width) or [Text()]
        rest = self.words[len(first) :].lstrip()
        yield first
        for line in _wrapped(console, rest, width - self.hang) if more else ():
            yield Text(" " * self.hang).append_text(line)


def _wrapped(console: Console, words: str, width: int) -> Lines:
    return Text(at_slashes(words, width), overflow="fold").wrap(console, width)


def two_columns(rows: Iterable[tuple[str, str]], first: int, *, style: Style | None = None) -> Table:
    """Return a grid whose first column takes *first* cells with a blank at its end; text in it is no markup."""
    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(width=first - 1)
    grid.add_column(ratio=1, overflow="fold")
    for left, right in rows:
        grid.add_row(Text(left, style or ""), Prose(right))
    return grid


def in_columns(lines: Iterable[str], first: int) -> Group:
    """Return lines of which those that have a blank before cell *first*, where that is not 0, are two columns."""
    return Group(*(row(line, first) for line in lines))


def row(line: str, first: int, hang: int = 0) -> Table | Prose:
    """Return one line like that; one without columns goes on after *hang* cells."""
    if first and line[:first].endswith(" "):
        return two_columns([(line[:first].rstrip(), line[first:])], first)
    return Prose(line, hang)


def at_slashes(text: str, width: int) -> str:
    """Return the text with line ends after slashes in words of more than *width* cells, such as a long path."""
    return re.sub(r"\S+", lambda word: _broken(word[0], width), text)


def _broken(word: str, width: int) -> str:
    if cell_len(word) <= width:
        return word
    lines = [""]
    for part in re.findall(r"[^/]*/|[^/]+", word):
        if lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)

"""What Textual writes, read as runs of cells: text, where it goes, and how it looks."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from rich.cells import get_character_cell_size

from orgwizard.ui.tui.terminal.cell_style import PLAIN, Look, Unknown, styled

# A character and its look. The right half of a wide character is "".
Cell = tuple[str, Look]
Position = tuple[int, int]  # column and row, from 0
_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[(?P<look>[\d;]*)m|(?P<line>\r?\n)"
    r"|(?P<link>\x1b\]8;[^\x07\x1b]*\x1b\\)|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)
# What leaves cells, look and cursor as they are: modes of cursor, wrapping, mouse, focus, paste, keys and updates,
# questions about modes and the state, the bell, and operating system commands such as title and clipboard. The other
# screen is among them because it is asked for only where the program comes and goes.
_NEUTRAL = re.compile(
    r"(?:\x1b\[\?(?:7|25|100[0346]|101[56]|1049|2004|2026|2048)[hl]|\x1b\[\?\d+\$p|\x1b\[5n|\x1b\[>\d*u|\x1b\[<u"
    r"|\x07|\x1b\](?!8;)[^\x07\x1b]*(?:\x07|\x1b\\))+"
)
# The end of what leaves the terminal without a look, whatever stands before it.
_UNSTYLED_END = re.compile(r"\x1b\[0?m(?:\x1b\[\d+;\d+H|[^\x1b])*\Z")
_CACHED = 4096


def neutral(data: str) -> bool:
    """Return whether *data* changes nothing that a `Cells` keeps."""
    return _NEUTRAL.fullmatch(data) is not None


def look_after(data: str) -> Look | None:
    """Return the look that is left by what cannot be read as a whole, None where it cannot be told."""
    return PLAIN if _UNSTYLED_END.search(data) else None


@lru_cache(_CACHED)
def sure_width(character: str) -> int:
    """Return how many cells a character takes up on every terminal, 0 where terminals do not agree.

    They do not about what joins with its neighbours (combining marks, joiners, selectors, emoji), nor about the
    place of letters that are read from right to left.
    """
    kind, wide = unicodedata.category(character), unicodedata.east_asian_width(character) in ("W", "F")
    leftwards = unicodedata.bidirectional(character) in ("R", "AL")
    pictorial = kind == "So" and (wide or character > "\uffff")
    if kind[0] not in "LNPSZ" or leftwards or pictorial:
        return 0
    width = 2 if wide else 1
    return width if width == get_character_cell_size(character) else 0


@dataclass
class Run:
    """Text after one move of the cursor; `cells` is None where its width is not sure, `source` is as it came."""

    at: Position
    look: Look
    look_after: Look
    source: str = ""
    cells: list[Cell] | None = field(default_factory=list)

    def add(self, text: str, look: Look) -> None:
        """Take text; raises `Unknown` where it might join with what stands before the run."""
        self.source += text
        if self.cells is None:
            return
        if text.isascii():
            self.cells += [(character, look) for character in text]
            return
        widths = [sure_width(character) for character in text]
        if not self.cells and not widths[0]:
            raise Unknown
        if not all(widths):
            self.cells = None
            return
        for character, width in zip(text, widths, strict=True):
            self.cells += ((character, look), ("", look))[:width]

    def link(self, sequence: str) -> None:
        """Take the beginning or the end of an address to open (OSC 8), of which cells know nothing."""
        self.source += sequence
        self.cells = None

    def style(self, sequence: str, look: Look) -> None:
        """Take a change of the look of further text."""
        self.source += sequence
        self.look_after = look


class Reader:
    """The cursor and the look while a paint is read; None is what is not known."""

    def __init__(self, size: tuple[int, int], at: Position | None, look: Look | None) -> None:
        self.runs: list[Run] = []
        self.look = look
        self._columns, self._rows = size
        self._column: int | None = at[0] if at else None
        self._row: int | None = at[1] if at else None
        self._open: Run | None = None

    @property
    def at(self) -> Position | None:
        """Return where the cursor is."""
        return None if self._column is None or self._row is None else (self._column, self._row)

    def read(self, data: str) -> None:
        """Read a whole paint into `runs`; raises `Unknown` at anything else."""
        position = 0
        while position < len(data):
            token = _TOKEN.match(data, position)
            if token is None:
                raise Unknown
            self._take(token)
            position = token.end()
        if self._column == self._columns:
            raise Unknown  # after the last column terminals do not agree where the cursor is

    def _take(self, token: re.Match[str]) -> None:
        if token["text"]:
            self._write(token["text"])
        elif token["link"]:
            self._run().link(token["link"])
            self._column = None
        elif token["look"] is not None:
            self._style(token["look"], token[0])
        elif token["line"]:
            self._move(0, self._rows if self._row is None else self._row + 1)
        else:
            self._move(int(token["column"]) - 1, int(token["row"]) - 1)

    def _move(self, column: int, row: int) -> None:
        if not (0 <= column < self._columns and 0 <= row < self._rows):
            raise Unknown
        self._column, self._row, self._open = column, row, None

    def _style(self, parameters: str, sequence: str) -> None:
        self.look = styled(self.look, parameters)
        if self.look is None:
            raise Unknown
        if self._open:
            self._open.style(sequence, self.look)

    def _write(self, text: str) -> None:
        if self.look is None:
            raise Unknown
        run = self._run()
        run.add(text, self.look)
        self._column = None if run.cells is None else run.at[0] + len(run.cells)
        if self._column is not None and self._column > self._columns:
            raise Unknown

    def _run(self) -> Run:
        """Return the run under way, a new one where there is none; raises `Unknown` where it cannot begin."""
        if self._open is None:
            if self.at is None or self.look is None:
                raise Unknown
            self._open = Run(self.at, self.look, self.look)
            self.runs.append(self._open)
        return self._open

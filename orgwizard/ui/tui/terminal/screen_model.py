"""A copy of the terminal's cells: from what Textual writes to the least that makes the terminal show the same.

It sends what every terminal knows, a VT100 too: moves of the cursor, looks, text, and erasing to the end of a line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from orgwizard.ui.tui.terminal.cell_style import PLAIN, Look, Unknown, change
from orgwizard.ui.tui.terminal.paint import Cell, Position, Reader, Run, look_after

BLANK: Cell = (" ", PLAIN)
ERASE = "\x1b[m\x1b[2J"
ERASE_LINE = "\x1b[K"
_BRIDGE_BYTES = 4  # writing so much again takes no more than moving over it


@dataclass
class Pen:
    """Where the cursor is, and the look of the next text; None is wherever and whatever the terminal has."""

    at: Position | None = None
    look: Look | None = None


class Cells:
    """What the terminal shows, as far as that is known, and the two pens: Textual's and the terminal's own."""

    def __init__(self) -> None:
        self._size = (0, 0)
        self._rows: list[list[Cell | None]] = []
        self._meant, self._real = Pen(), Pen()
        self._erase_first = False

    def forget(self) -> None:
        """Know nothing any more: whatever is painted next is sent."""
        columns, rows = self._size
        self._rows = [[None] * columns for _ in range(rows)]
        self._real = Pen()

    def erase(self) -> None:
        """Have the next paint begin with an empty screen; it must be a paint of everything."""
        self._erase_first = True

    def resize(self, size: tuple[int, int]) -> None:
        """Take note that the terminal was given a size, be it the same: what it shows is not known any more."""
        self._size = size
        self.forget()

    def send(self, data: str) -> str:
        """Return what to send for what Textual writes; what is not understood is sent as it is."""
        erasing = self._erased()
        reader = Reader(self._size, self._meant.at, self._meant.look)
        try:
            reader.read(data)
        except Unknown:
            return erasing + self.rest() + self._passed(data)
        drawn = "".join(self._drawn(run) for run in reader.runs)
        self._meant = Pen(reader.at, reader.look)
        return erasing + drawn + (self._moved(reader.at) if reader.at else "")

    def rest(self) -> str:
        """Return what gives the terminal the pen that Textual means it to have."""
        looked = self._looked(self._meant.look) if self._meant.look else ""
        return looked + (self._moved(self._meant.at) if self._meant.at else "")

    def _erased(self) -> str:
        if not self._erase_first:
            return ""
        columns, rows = self._size
        self._erase_first = False
        self._rows = [[BLANK] * columns for _ in range(rows)]
        self._meant, self._real = Pen(None, PLAIN), Pen(None, PLAIN)
        return ERASE

    def _passed(self, data: str) -> str:
        self.forget()
        self._meant = Pen(None, look_after(data))
        return data

    # ---- one run ----

    def _drawn(self, run: Run) -> str:
        row, (start, line) = self._rows[run.at[1]], run.at
        if run.cells is None:
            return self._verbatim(run)
        end = start + len(run.cells)
        before = row[start:end]
        if before == run.cells:
            return ""
        _cut(row, start, end)
        row[start:end] = run.cells
        erasable = _erasable(before, run.cells, row[end:])
        out = [
            self._written((start + first, line), run.cells[first:last])
            for first, last in _changes(before[:erasable], run.cells)
        ]
        if erasable < len(before):
            out += (self._moved((start + erasable, line)), self._looked(run.cells[erasable][1]), ERASE_LINE)
        return "".join(out)

    def _verbatim(self, run: Run) -> str:
        """Send a run as it came: nothing is known afterwards from there to the end of the line."""
        start, line = run.at
        row = self._rows[line]
        _cut(row, start, len(row))
        row[start:] = [None] * (len(row) - start)
        before = self._moved(run.at) + self._looked(run.look)
        self._real = Pen(None, run.look_after)
        return before + run.source

    def _written(self, at: Position, cells: Sequence[Cell]) -> str:
        out = [self._moved(at)]
        for look, alike in groupby(cells, itemgetter(1)):
            out += (self._looked(look), *(character for character, _ in alike))
        end = at[0] + len(cells)
        # After the last column terminals do not agree where the cursor is.
        self._real.at = (end, at[1]) if end < self._size[0] else None
        return "".join(out)

    def _moved(self, to: Position) -> str:
        before, self._real.at = self._real.at, to
        return move(before, to)

    def _looked(self, look: Look) -> str:
        before, self._real.look = self._real.look, look
        return change(before, look)


def move(start: Position | None, end: Position) -> str:
    """Return the shortest sequence from one place to another; None is a place that is not known."""
    if start == end:
        return ""
    column, row = end
    ways = [f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H" if row else "\x1b[H"]
    if start is not None:
        right, down = column - start[0], row - start[1]
        if not down:
            ways += [_steps(right, "C", "D"), "\r" if not column else ways[0]]
        elif not right:
            ways.append(_steps(down, "B", "A"))
        if not column and down == 1:
            ways.append("\r\n")
    return min(ways, key=len)


def _steps(count: int, forward: str, back: str) -> str:
    number = "" if abs(count) == 1 else abs(count)
    return f"\x1b[{number}{forward if count > 0 else back}"


def _cut(row: list[Cell | None], start: int, end: int) -> None:
    """Forget the other half of a wide character that is written over at either end: terminals do not agree on it."""
    if start and _is_half(row[start]):
        row[start - 1] = None
    if end < len(row) and _is_half(row[end]):
        row[end] = None


def _is_half(cell: Cell | None) -> bool:
    return cell is not None and not cell[0]


def _erasable(before: Sequence[Cell | None], after: Sequence[Cell], rest: Sequence[Cell | None]) -> int:
    """Return from where the rest of a line is best erased; the end of the run where it is not."""
    last, first, changed = after[-1], len(after), 0
    if last[0] != " " or not last[1].blank or any(cell != last for cell in rest):
        return first
    for index in range(len(after) - 1, -1, -1):
        if after[index] != last:
            break
        if before[index] != last:
            first, changed = index, changed + 1
    return first if changed > len(ERASE_LINE) else len(after)


def _changes(before: Sequence[Cell | None], after: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Yield first and end of each stretch to write, of whole characters, with what is quicker written than skipped."""
    start = end = 0
    for index, old in enumerate(before):
        if old == after[index] or index < end:
            continue
        first, beyond = _whole(after, index)
        if end and not _bridged(after, end, first):
            yield start, end
            end = 0
        start, end = (start if end else first), beyond
    if end:
        yield start, end


def _whole(cells: Sequence[Cell], index: int) -> tuple[int, int]:
    """Return first and end of the character that has a cell."""
    first = index if cells[index][0] else index - 1
    wide = first + 1 < len(cells) and not cells[first + 1][0]
    return first, first + (2 if wide else 1)


def _bridged(cells: Sequence[Cell], end: int, start: int) -> bool:
    """Return whether the cells between two changes are as quickly written as skipped."""
    between = cells[end:start] if start - end <= _BRIDGE_BYTES else ()
    alike = all(look == cells[end - 1][1] for _, look in between)
    return start <= end or (
        bool(between) and alike and len("".join(map(itemgetter(0), between)).encode()) <= _BRIDGE_BYTES
    )

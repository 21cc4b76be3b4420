"""Two terminals side by side: one is fed what Textual writes, the other what our driver makes of it."""

import re
from collections.abc import Iterator

import pyte
from pyte.screens import Char

from orgwizard.ui.tui.terminal.paint import neutral
from orgwizard.ui.tui.terminal.screen_model import ERASE, Cells

# Private sequences that the emulator would print: kitty keys, queries.
_UNKNOWN = re.compile(r"\x1b\[[<>=?][0-9;$]*[a-zA-Z]")
_KNOWN = re.compile(r"\x1b\[\?(25|7)[hl]")
NO_WRAP = "\x1b[?7l"
MOST_TOLD = 9


class Emulator(pyte.Screen):
    """A screen that leaves the other half of a wide character alone when one half is written over."""

    def feed(self, data: str) -> None:
        """Take what arrives through a terminal driver that returns the carriage at each new line."""
        kept = _UNKNOWN.sub(lambda found: found[0] if _KNOWN.fullmatch(found[0]) else "", data)
        pyte.Stream(self).feed(kept.replace("\r\n", "\n").replace("\n", "\r\n"))

    def row(self, y: int) -> list[Char]:
        line = self.buffer[y]
        return [line[x] for x in range(self.columns)]


class StrictEmulator(Emulator):
    """A screen that blanks the other half, as xterm does."""

    def draw(self, data: str) -> None:
        for character in data:
            before = self.row(self.cursor.y)
            super().draw(character)
            self._mend(before)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        before = self.row(self.cursor.y)
        super().erase_in_line(how, private)
        self._mend(before)

    def _mend(self, before: list[Char]) -> None:
        """Blank what was half of a wide character and is alone now."""
        line = self.buffer[self.cursor.y]
        for x in range(self.columns - 1):
            left, right = line[x], line[x + 1]
            if before[x + 1].data == "" and (left != before[x]) != (right != before[x + 1]):
                if right.data == "" and left.data and not _is_wide(left.data):
                    line[x + 1] = right._replace(data=" ")
                elif right.data and _is_wide(left.data):
                    line[x] = left._replace(data=" ")


def _is_wide(data: str) -> bool:
    return bool(data) and pyte.screens.wcwidth(data[0]) == 2


class Twins:
    """The two terminals, of one kind, and the copy between them; `check` compares them cell by cell."""

    def __init__(self, size: tuple[int, int], kind: type[Emulator] = Emulator) -> None:
        self.direct, self.ours = kind(*size), kind(*size)
        self.copy = Cells()
        self.size = size
        self.written = 0
        self.erasing = False
        self.sent = ""
        self.copy.resize(size)
        self.both(NO_WRAP)

    def both(self, data: str) -> None:
        """Feed both the same, as a foreign program would."""
        self.direct.feed(data)
        self.ours.feed(data)

    def resize(self, size: tuple[int, int]) -> None:
        self.size = size
        self.copy.resize(size)
        for screen in (self.direct, self.ours):
            screen.resize(size[1], size[0])
            screen.cursor_position(1, 1)

    def redraw(self) -> None:
        """Have the next paint begin with an empty screen."""
        self.erasing = True
        self.copy.erase()

    def write(self, data: str) -> str:
        """Write as Textual does, and compare; returns what was sent."""
        sent = data if neutral(data) else self.copy.send(data)
        self.receive(data, sent)
        return sent

    def receive(self, data: str, sent: str) -> None:
        if not neutral(data):
            self.direct.feed(ERASE if self.erasing else "")
            self.erasing = False
            self.written += 1
        self.sent += sent
        self.direct.feed(data)
        self.ours.feed(sent)
        self.check()

    def check(self) -> None:
        """Compare cursors, and the rows that changed since the last time."""
        rows = sorted(y for y in self.direct.dirty | self.ours.dirty if y < self.direct.lines)
        self.direct.dirty.clear()
        self.ours.dirty.clear()
        assert not (found := list(self._differences(rows))), "\n".join(found[:MOST_TOLD])

    def _differences(self, rows: list[int]) -> Iterator[str]:
        wanted, found = self.direct.cursor, self.ours.cursor
        if (wanted.x, wanted.y) != (found.x, found.y):
            yield f"the cursor is at {(found.x, found.y)} and should be at {(wanted.x, wanted.y)}"
        for y in rows:
            for x, (left, right) in enumerate(zip(self.direct.row(y), self.ours.row(y), strict=True)):
                if left != right:
                    yield f"{x},{y} is {right} and should be {left}"

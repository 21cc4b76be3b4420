"""What stands over a step: a line of the keys that do something in it, and what covers it without room."""

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from textual import on
from textual.events import DescendantFocus
from textual.screen import ModalScreen
from textual.widgets import Static

from orgwizard.system.terminal_caps import SMALLEST
from orgwizard.ui.tui.widgets import key_help
from orgwizard.ui.tui.widgets.frame import COLUMNS, MARGINS
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.static_text import StaticText

Answer = TypeVar("Answer")


def too_small(meanwhile: str = "") -> Static:
    """Return what covers a screen that has no room, in which no key does anything; *meanwhile* says what is safe."""
    rest = f"; {meanwhile}." if meanwhile else "."
    words = f"This terminal is too small. The wizard needs {SMALLEST[0]}x{SMALLEST[1]}{rest}"
    return Static(words, classes="too-small", markup=False)


class KeyLine(ModalScreen[Answer]):
    """What stands over a step, with a line of the keys that do something in it."""

    key_names: ClassVar[Mapping[str, str]] = {}
    """What keys do here, by their actions."""

    def key_words(self, action: str) -> Words | None:
        """Return what a key with an action does; None where that is not worth a place on the line."""
        words = self.key_names.get(action.partition("(")[0], "")
        return Words(words, words) if words else None

    @on(DescendantFocus)
    def refresh_keys(self) -> None:
        """Name the keys that do something where the focus is."""
        width = min(self.app.size.width, COLUMNS) - MARGINS
        for line in self.query(".hints").results(StaticText):
            line.update(key_help.line(self, self.key_words, width), layout=False)

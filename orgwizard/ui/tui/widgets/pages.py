"""Pages to read over a step, with arrows: help, a request, commands to copy."""

import textwrap
from collections.abc import Iterable, Mapping
from itertools import cycle
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.widgets import Static

from orgwizard.ui.tui.widgets.columns import in_columns
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.overlay import KeyLine, too_small
from orgwizard.ui.tui.widgets.static_text import StaticText


class Page(KeyLine[None]):
    """A page to read, with arrows, and to close again."""

    key_names: ClassVar[Mapping[str, str]] = {"scroll_up": "scroll", "scroll_down": "scroll", "dismiss": "close"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,f1,ctrl+g", "dismiss", show=False),
        Binding("ctrl+n", "dismiss", show=False),
    ]

    def __init__(self, heading: str, lines: Iterable[str], indent: int = 0) -> None:
        self._heading, self._text = heading, in_columns(lines, indent)
        super().__init__()

    def compose(self) -> ComposeResult:
        """Yield the heading, the text and how to close it."""
        with Vertical(classes="page"):
            yield Static(self._heading, classes="title", markup=False)
            with VerticalScroll():
                yield Static(self._text, classes="text")
            yield StaticText(classes="hints")
        yield too_small()

    def key_words(self, action: str) -> Words | None:
        """Return what a key does; where all is in sight, nothing scrolls."""
        scrolls = any(text.max_scroll_y > 0 for text in self.query(VerticalScroll))
        return None if action.startswith("scroll_") and not scrolls else super().key_words(action)

    @on(Resize)
    def _read_on(self) -> None:
        self.call_after_refresh(self.refresh_keys)

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one(VerticalScroll).focus()


class Commands(Page):
    """A page of commands, each with what it does; one after the other can be copied."""

    key_names: ClassVar[Mapping[str, str]] = {**Page.key_names, "copy": "copy one after the other"}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+y", "copy", show=False)]

    def __init__(self, heading: str, commands: Mapping[str, str]) -> None:
        lines = [line for command, what in commands.items() for line in (command, *([f"    {what}"] if what else []))]
        super().__init__(heading, lines)
        self._to_copy = cycle(commands)

    def action_copy(self) -> None:
        """Send the next command to the terminal's clipboard (OSC 52), which may or may not take it."""
        command = next(self._to_copy)
        self.app.copy_to_clipboard(command)
        self.query_one(".hints", StaticText).update(f"Copied: {command}")


def table(rows: Mapping[str, str], indent: int) -> list[str]:
    """Return rows of two columns, the second after *indent* cells; more names than fit go on beneath."""
    lines = []
    for name, words in rows.items():
        first, *others = textwrap.wrap(name, indent - 2, break_long_words=False) or [""]
        lines += [f"{first:<{indent - 2}}  {words}", *others]
    return lines

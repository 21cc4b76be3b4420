"""What can be chosen and pressed: radio buttons, menus, buttons, each a row of text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.table import Table
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.style import Style
from textual.visual import visualize
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from orgwizard.domain.text.sanitize import printable
from orgwizard.ui.tui.widgets.columns import row, two_columns


class Listed(OptionList):
    """A list whose cursor is seen without colours."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Reverse the row under the cursor: Textual drops `text-style: reverse` for options."""
        style = super().get_visual_style(*component_classes, partial=partial)
        under_cursor = self.has_focus and "option-list--option-highlighted" in component_classes
        return style + Style(reverse=True) if under_cursor else style

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Keep the row under the cursor in sight, in whatever scrolls around the list too."""
        super().watch_highlighted(highlighted)
        self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        around = next((node for node in self.ancestors if isinstance(node, VerticalScroll)), None)
        if around is None or self.highlighted is None or not self.has_focus:
            return
        heights = [visualize(self, option.prompt).get_height({}, self.size.width) for option in self.options]
        top = self.region.y + sum(heights[: self.highlighted]) - round(self.scroll_y)
        row = Region(self.region.x, top, self.region.width, heights[self.highlighted])
        around.scroll_to_region(row.translate(around.scroll_offset - around.region.offset), animate=False)


class Choice(Listed):
    """A list of radio buttons: moving chooses, Enter goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", show=False)]

    @dataclass
    class Chosen(Message):
        """Another row was chosen."""

        choice: "Choice"

        @property
        def control(self) -> "Choice":
            """Return the list, so that handlers can be told apart by its id."""
            return self.choice

    def __init__(self, rows: Mapping[str, str], chosen: str, id: str) -> None:  # noqa: A002 - Textual's name
        self.rows = {key: printable(words) for key, words in rows.items()}
        self.chosen = chosen if chosen in rows else next(iter(rows))
        super().__init__(*(Option(self._prompt(key), id=key) for key in rows), id=id, compact=True, markup=False)

    def on_mount(self) -> None:
        """Put the cursor on what is chosen."""
        self.highlighted = self.get_option_index(self.chosen)

    def describe(self, key: str, words: str) -> None:
        """Change what a row says."""
        self.rows[key] = printable(words)
        self.replace_option_prompt(key, self._prompt(key))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Choose the row under the cursor."""
        event.stop()
        key, before = event.option_id or "", self.chosen
        # Textual puts the cursor on the first row before it is put on the chosen one: that is no choice.
        if key == before or event.option_index != self.highlighted:
            return
        self.chosen = key
        for changed in (before, key):
            self.replace_option_prompt(changed, self._prompt(changed))
        self.post_message(self.Chosen(self))

    def _prompt(self, key: str) -> Table:
        mark = "(•)" if key == self.chosen else "( )"
        return two_columns([(mark, self.rows[key])], 4)


class Menu(Listed):
    """A list of things to do: Enter does the one under the cursor."""

    def __init__(self, rows: Mapping[str, str], id: str, indent: int = 0) -> None:  # noqa: A002 - Textual's name
        self._indent = indent
        super().__init__(*self._rows(rows), id=id, compact=True, markup=False)

    def _rows(self, rows: Mapping[str, str]) -> list[Option]:
        return [Option(row(printable(words), self._indent, self._indent), id=key) for key, words in rows.items()]

    def show(self, rows: Mapping[str, str]) -> None:
        """Show other rows."""
        self.set_options(self._rows(rows))

    def on_mount(self) -> None:
        """Begin at the top."""
        self.highlighted = 0


def button(label: str, action: str) -> Button:
    """Return a button that does the action of its id, as often as it is pressed."""
    made = Button(Content(f"[ {label} ]"), id=action, compact=True)
    made.active_effect_duration = 0
    return made


def bullet(words: str) -> Horizontal:
    """Return one sentence of a list, wrapped beside its mark."""
    return Horizontal(
        Static("•", classes="mark", markup=False),
        Static(printable(words), classes="fact", markup=False),
        classes="line",
    )


def labelled(label: str, *widgets: Widget) -> Horizontal:
    """Return widgets under each other, with their label in the column of labels."""
    held = widgets[0] if len(widgets) == 1 else Vertical(*widgets, classes="held")
    return Horizontal(Static(label, classes="label", markup=False), held, classes="line part")


def remarks(found: Iterable[str]) -> Iterable[Static]:
    """Yield the warnings about a vendor's files."""
    for remark in found:
        yield Static(f"! {printable(remark)}", classes="remarks", markup=False)

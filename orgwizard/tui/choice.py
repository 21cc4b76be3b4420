"""A list in which one thing is chosen; what the arrows stand on is what is chosen."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from orgwizard.text import printable


class Choice(OptionList):
    """A list of radio buttons: moving chooses, Enter goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", show=False)]

    class Chosen(Message):
        """Another row was chosen."""

        def __init__(self, choice: "Choice") -> None:
            self.choice = choice
            super().__init__()

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
        if key == before:
            return
        self.chosen = key
        for changed in (before, key):
            self.replace_option_prompt(changed, self._prompt(changed))
        self.post_message(self.Chosen(self))

    def _prompt(self, key: str) -> Content:
        mark = "(•)" if key == self.chosen else "( )"
        return Content(f"{mark} {self.rows[key]}")


class Menu(OptionList):
    """A list of things to do: Enter does the one under the cursor."""

    def __init__(self, rows: Mapping[str, str | Content], id: str) -> None:  # noqa: A002 - Textual's name
        options = (
            Option(words if isinstance(words, Content) else Content(printable(words)), id=key)
            for key, words in rows.items()
        )
        super().__init__(*options, id=id, compact=True, markup=False)

    def on_mount(self) -> None:
        """Begin at the top."""
        self.highlighted = 0

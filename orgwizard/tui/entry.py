"""A one-line field: pastes are cleaned and never submit, secrets are never copied and shown only while asked."""

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from orgwizard.text import printable


def pasted(text: str, *, many: bool = False) -> tuple[str, str]:
    """Return what a paste means for a one-line field, and a sentence about what was left out of it, or "".

    With *many*, as for a key of several lines, the lines are joined by blanks and none is left out.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return "", "The paste held nothing but line ends." if text else ""
    if many:
        return " ".join(line.strip() for line in lines), ""
    line = lines[0].strip()
    if len(lines) > 1:
        return line, f"The paste had {len(lines)} lines: only the first was taken."
    return line, "Blanks around the pasted text were left out." if line != text.strip("\r\n") else ""


class Entry(Input):
    """An input for one answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+r", "reveal", "show or hide", show=False),
    ]

    class Said(Message):
        """Something about the field that the user should know."""

        def __init__(self, words: str) -> None:
            self.words = words
            super().__init__()

    many = False
    """Whether a paste of several lines is one answer, as a key is."""

    def __init__(self, value: str = "", *, secret: bool = False, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(
            value,
            placeholder=printable(placeholder),
            password=secret,
            id=id,
            select_on_focus=False,
            compact=True,
        )
        self.secret = secret
        self.cursor_blink = False

    def render_line(self, y: int) -> Strip:
        """Draw the line on which one writes as characters: blanks with an underline are not seen everywhere."""
        if not self.value:
            return self._empty_line()
        text = "•" * len(self.value) if self.password else self.value
        cursor = 1 if self.has_focus and self.cursor_at_end else 0
        seen = max(0, min(self.size.width, cell_len(text) + cursor - round(self.scroll_x)))
        return Strip([*super().render_line(y).crop(0, seen), self._line(self.size.width - seen)], self.size.width)

    def _empty_line(self) -> Strip:
        """Draw the placeholder, cut where the field ends, with the cursor on its first cell."""
        text = set_cell_size(self.placeholder, min(self.size.width, cell_len(self.placeholder)))
        style = self.rich_style + self.get_component_rich_style("input--placeholder", partial=True)
        drawn = [Segment(text, style), self._line(self.size.width - cell_len(text))]
        if not self.has_focus:
            return Strip(drawn, self.size.width)
        cursor = Segment((text or " ")[0], self.get_component_rich_style("input--cursor"))
        return Strip([cursor, *Strip(drawn).crop(cell_len(cursor.text))], self.size.width)

    def _line(self, width: int) -> Segment:
        return Segment("_" * width, self.rich_style + Style(dim=True, underline=False))

    def _on_paste(self, event: events.Paste) -> None:
        """Take the first line that says something; nothing in a paste can submit the field."""
        event.stop()
        event.prevent_default()
        self._insert(event.text)

    def action_paste(self) -> None:
        """Treat the program's own clipboard like a paste of the terminal."""
        self._insert(self.app.clipboard)

    def _insert(self, text: str) -> None:
        line, left_out = pasted(text, many=self.many)
        self.replace(line, *sorted(self.selection))
        if left_out:
            self.post_message(self.Said(left_out))

    def action_copy(self) -> None:
        """Copy what is selected, unless it is a secret."""
        if not self.secret:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected, unless it is a secret."""
        if not self.secret:
            super().action_cut()

    def action_reveal(self) -> None:
        """Show a secret, or hide it again."""
        if self.secret:
            self.password = not self.password

    def on_blur(self) -> None:
        """Hide a secret as soon as the field is left."""
        self.password = self.secret

"""A one-line field: pastes are cleaned and never submit, secrets are never copied and shown only while asked."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from orgwizard.text import printable


def pasted(text: str) -> tuple[str, str]:
    """Return what a paste means for a one-line field, and a sentence about what was left out of it, or ""."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return "", "The paste held nothing but line ends." if text else ""
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

    def _on_paste(self, event: events.Paste) -> None:
        """Take the first line that says something; nothing in a paste can submit the field."""
        event.stop()
        event.prevent_default()
        self._insert(event.text)

    def action_paste(self) -> None:
        """Treat the program's own clipboard like a paste of the terminal."""
        self._insert(self.app.clipboard)

    def _insert(self, text: str) -> None:
        line, left_out = pasted(text)
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

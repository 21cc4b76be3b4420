"""A one-line field: a paste never submits, and a secret is never copied and shown only while asked."""

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import Input

from orgwizard.domain.forms.questions import Question
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.text.plural import counted
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.wizard.paste_cleanup import meant

NOTHING_ENTERED = "Nothing entered yet."
REVEAL_SECONDS = 10.0
MASK = "•" * 8
SHOWN = 4  # characters at the end of a secret
LONG = 16  # from which length on these give nothing away


class Entry(Input):
    """An input for one answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+r", "reveal", "show or hide", show=False),
    ]

    # As in Textual, but without laying the screen out at every key: the field's own size does not depend on its text.
    virtual_size = Reactive(Size(0, 0))

    @dataclass
    class Said(Message):
        """Something about the field that the user should know."""

        words: str

    def __init__(
        self, value: str = "", question: Question | None = None, placeholder: str = "", *, proposed: bool = False
    ) -> None:
        self.secret = question is not None and question.secret
        super().__init__(
            value,
            placeholder=printable(placeholder),
            password=self.secret,
            id=f"{question.name}-entry" if question else None,
            select_on_focus=False,
            compact=True,
        )
        self.proposal = value if proposed else ""
        """What stands in it and nobody typed: it is selected, and the first key replaces it."""
        self._question = question
        self._hiding: Timer | None = None
        self.cursor_blink = False

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's cursor belongs, for input methods: Textual's is one cell off at the end of the text."""
        return super().cursor_screen_offset - Offset(int(self.cursor_at_end), 0)

    def render_line(self, y: int) -> Strip:
        """Draw the line on which one writes as characters: blanks with an underline are not seen everywhere."""
        if not self.value:
            return self._empty_line()
        if self.password and not self.has_focus:
            return self._masked_line()
        text = "•" * len(self.value) if self.password else self.value
        cursor = 1 if self.has_focus and self.cursor_at_end else 0
        seen = max(0, min(self.size.width, cell_len(text) + cursor - round(self.scroll_x)))
        return Strip([*super().render_line(y).crop(0, seen), self._line(self.size.width - seen)], self.size.width)

    def _empty_line(self) -> Strip:
        """Draw the placeholder, as much of it as the field has room for, with the cursor on its first cell."""
        text = Content(self.placeholder).truncate(self.size.width, ellipsis=True).plain
        style = self.rich_style + self.get_component_rich_style("input--placeholder", partial=True)
        drawn = [Segment(text, style), self._line(self.size.width - cell_len(text))]
        if not self.has_focus:
            return Strip(drawn, self.size.width)
        cursor = Segment((text or " ")[0], self.get_component_rich_style("input--cursor"))
        return Strip([cursor, *Strip(drawn).crop(cell_len(cursor.text))], self.size.width)

    def _masked_line(self) -> Strip:
        """Draw how long a secret is that was left, and of a long one its end, to compare it with its source."""
        length, whole = len(self.value), self._question is not None and self._question.file
        end = printable(self.value[-SHOWN:]) if length >= LONG and not whole else ""
        shown = f"{MASK}{end}  {counted(length, 'character')}"
        text = set_cell_size(shown, min(self.size.width, cell_len(shown)))
        return Strip([Segment(text, self.rich_style), self._line(self.size.width - cell_len(text))], self.size.width)

    def _line(self, width: int) -> Segment:
        return Segment("_" * width, self.rich_style + Style(dim=True, underline=False))

    def _on_paste(self, event: events.Paste) -> None:
        """Take what the paste means; nothing in it can submit the field."""
        event.stop()
        event.prevent_default()
        self.take_paste(event.text)

    def action_paste(self) -> None:
        """Treat the program's own clipboard like a paste of the terminal."""
        self.take_paste(self.app.clipboard)

    def take_paste(self, text: str) -> None:
        """Put in what is meant, and tell what was left out; a secret, of which nothing can be seen, is replaced."""
        first, last = (0, len(self.value)) if self.secret else sorted(self.selection)
        paste = meant(text, self._question, before=first > 0, after=last < len(self.value))
        if paste.text:
            self.hide_as_secret(REDACTOR.is_secret(paste.text))
            self.replace(paste.text, first, last)
        if paste.said:
            self.post_message(self.Said(paste.said))

    def take_key(self, character: str) -> None:
        """Put in what was typed elsewhere and is meant for this field."""
        self._select_proposal()
        self.replace(character, *sorted(self.selection))

    def propose(self, value: str) -> None:
        """Hold a value that nobody typed."""
        self.value = self.proposal = value
        self.cursor_position = len(value)
        if self.has_focus:
            self._select_proposal()

    def on_focus(self) -> None:
        """Have a proposal replaced by what is typed now."""
        self._select_proposal()

    def _select_proposal(self) -> None:
        if self.value and self.value == self.proposal and not self.secret:
            self.select_all()

    def action_copy(self) -> None:
        """Copy what is selected, unless it is a secret."""
        if not self.secret:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected, unless it is a secret."""
        if not self.secret:
            super().action_cut()

    def hide_as_secret(self, looks_secret: bool) -> None:
        """Treat what looks like a credential as one, whatever is asked for, until it no longer does."""
        secret = looks_secret or (self._question is not None and self._question.secret)
        if secret != self.secret:
            self.secret = self.password = secret

    def action_reveal(self) -> None:
        """Show a secret for a while, or hide it again."""
        if not self.secret:
            return
        if not self.value and self.has_focus:
            self.post_message(self.Said(NOTHING_ENTERED))
        revealed = self.password
        self._hide()
        if revealed:
            self.password = False
            self._hiding = self.set_timer(REVEAL_SECONDS, self._hide)

    def on_blur(self) -> None:
        """Hide a secret as soon as the field is left."""
        self._hide()

    def _hide(self) -> None:
        if self._hiding is not None:
            self._hiding.stop()
        self.password = self.secret

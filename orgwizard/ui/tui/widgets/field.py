"""One question of a form: its entry, what is wrong with it or helps to answer it, and what was proven."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from orgwizard.domain.forms.questions import Question, Suggestion, Value, secret_text
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.text.sanitize import printable
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.static_text import StaticText

PAUSE_SECONDS = 0.3  # of who types a word


class Field(Vertical):
    """One question: its label, what is typed, and below it help or what is wrong."""

    @dataclass
    class Changed(Message):
        """The user edited the field."""

        field: Field

    class Accepted(Message):
        """The user takes what is offered for this field and others."""

    def __init__(
        self, question: Question, value: Value, offer: Suggestion | None = None, *, typed: bool = True
    ) -> None:
        super().__init__(id=question.name, classes="field")
        self.question = question
        self._offer = offer
        self._text = self._proposed = shown(value, offer)
        self.correction = ""
        self._is_offered = False
        self._problem, self._notice, self._help = "", "", self.help
        self._pause: Timer | None = None
        self.entry = Entry(self._text, question, self._placeholder())
        self.entry.proposal = "" if typed else self._text
        self._count = StaticText(classes="count")
        self._note = StaticText(self.help, classes="note")

    def compose(self) -> ComposeResult:
        """Yield label, entry and count on one row, and the note below."""
        with Horizontal(classes="line"):
            yield Static(self.question.title, classes="label", markup=False)
            yield self.entry
            yield self._count
        yield self._note

    @property
    def help(self) -> str:
        """Return what helps to answer, said while nothing is wrong."""
        question = self.question
        return question.help if question.required or question.needs else f"{question.help} Optional.".strip()

    def _placeholder(self) -> str:
        """Return the source of a value that is used while nothing is typed, or an example."""
        if self._offer:
            return f"{self._offer.source}, used if left empty"
        if self.question.example:
            return f"for example {self.question.example}"
        return f"follows {self.question.follows}" if self.question.follows else ""

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell of edits, and not of the value that the field began with."""
        event.stop()
        if event.value != self._text:
            self._text = event.value
            self.entry.proposal = ""
            if self._pause is not None:
                self._pause.stop()
            self._pause = self.set_timer(PAUSE_SECONDS, self._end_pause)
            self.post_message(self.Changed(self))

    def show(self, problem: str, notice: str = "", proof: str = "", correction: str = "", offered: str = "") -> None:
        """Show what is wrong, else what is noticed, else the help; and what was proven, or how full it is.

        A *correction* is what was likely meant, to be taken with a key, as what is *offered* for several fields.
        """
        self._is_offered = bool(offered)
        looks_secret = REDACTOR.is_secret(self.entry.value)
        self.entry.hide_as_secret(looks_secret)
        self.correction = "" if looks_secret else correction  # no form of a secret is shown
        self._problem = f"{problem} Ctrl+T: {offered}" if problem and offered else problem
        self._notice, self._help = notice, f"Used before. Ctrl+T: {printable(offered)}" if offered else self.help
        self._show_note()
        self._show_count("" if problem else proof)

    def _show_note(self) -> None:
        """Show the line below; what was likely meant is named in a pause, because it changes with each key."""
        meant = f"Ctrl+T: {self.correction}" if self.correction and self._pause is None else ""
        problem = f"{self._problem} {meant}".strip() if self._problem else ""
        notice = "" if problem else f"{self._notice} {meant}".strip()
        self.set_class(bool(problem), "-wrong")
        self.set_class(bool(notice), "-noticed")
        self._note.update(f"! {problem}" if problem else notice or self._help)

    def _end_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
            self._show_note()

    def on_descendant_blur(self) -> None:
        """Name what was likely meant in what was left."""
        self._end_pause()

    def _show_count(self, proof: str) -> None:
        """Show what was proven, else how much of the room is used by what the user typed."""
        longest, typed = self.question.longest, len(self.entry.value.strip())
        is_counted = longest and typed and not self.question.secret and self.entry.value != self._proposed
        self._count.set_class(bool(proof), "-proven")
        self._count.update(f"✓ {proof}" if proof else f"{typed} of {longest}" if is_counted else "", layout=False)

    @property
    def suggests(self) -> bool:
        """Return whether there is something to take with a key."""
        return bool(self.correction) or self._is_offered

    def take_correction(self) -> None:
        """Put in what was likely meant, as if it had been typed."""
        if self.correction:
            self.entry.value = self.correction
            self.entry.cursor_position = len(self.correction)
        elif self._is_offered:
            self.post_message(self.Accepted())

    def propose(self, value: str) -> bool:
        """Put in a value that the user has not edited, without taking it for theirs; return whether it is another.

        What was typed this very moment may not have reached the draft yet: it is left alone.
        """
        if self.entry.value not in ("", self._proposed) or self.entry.value == value:
            return False
        self._text = self._proposed = value
        self.entry.propose(value)
        return True


def shown(value: Value, offer: Suggestion | None = None) -> str:
    """Return what an entry holds for a value: nothing for one that comes from elsewhere."""
    if offer and offer.typed == value:
        return ""
    secret = secret_text(value)
    return value if isinstance(value, str) else secret or ""

"""A form made from a model: one field per question, problems in the model's words, the draft as its only state."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from orgwizard.domain.questions import Question, Suggestion, Value, secret_text
from orgwizard.domain.redactor import REDACTOR
from orgwizard.domain.sanitize import printable
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.pair_table import PairTable, pair_problem
from orgwizard.ui.tui.widgets.static_text import StaticText

if TYPE_CHECKING:
    from orgwizard.presentation.form_state import FormState


class Field(Vertical):
    """One question: its label, what is typed, and below it help or what is wrong."""

    class Changed(Message):
        """The user edited the field."""

        def __init__(self, field: Field, text: str) -> None:
            self.field, self.text = field, text
            super().__init__()

    class Accepted(Message):
        """The user takes what is offered for this field and others."""

    def __init__(
        self, question: Question, value: Value, offer: Suggestion | None = None, *, typed: bool = True
    ) -> None:
        super().__init__(id=question.name, classes="field")
        self.question = question
        self._offer = offer
        self._text = self._proposed = shown(value, offer)
        self._typed = typed
        self.correction = ""
        self._is_offered = False

    def compose(self) -> ComposeResult:
        """Yield label, entry and count on one row, and the note below."""
        with Horizontal(classes="line"):
            yield Static(self.question.title, classes="label", markup=False)
            entry = Entry(self._text, self.question, self._placeholder())
            entry.proposal = "" if self._typed else self._text
            yield entry
            yield StaticText(classes="count")
        yield StaticText(self.help, classes="note")

    @property
    def entry(self) -> Entry:
        """Return the widget that is typed into."""
        return self.query_one(Entry)

    @property
    def help(self) -> str:
        """Return what helps to answer, said while nothing is wrong."""
        question = self.question
        return question.help if question.required else f"{question.help} Optional.".strip()

    def _placeholder(self) -> str:
        """Return the source of a value that is used while nothing is typed, or an example."""
        if self._offer:
            return self._offer.source
        if self.question.example:
            return f"for example {self.question.example}"
        return f"follows {self.question.follows}" if self.question.follows else ""

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell of edits, and not of the value that the field began with."""
        event.stop()
        if event.value != self._text:
            self._text = event.value
            self.entry.proposal = ""
            self.post_message(self.Changed(self, event.value))

    def show(self, problem: str, notice: str = "", proof: str = "", correction: str = "", offered: str = "") -> None:
        """Show what is wrong, else what is noticed, else the help; and what was proven, or how full it is.

        A *correction* is what was likely meant, to be taken with a key, as what is *offered* for several fields.
        """
        self._is_offered = bool(offered)
        problem = f"{problem} Ctrl+T: {offered}" if problem and offered else problem
        correction = "" if REDACTOR.is_secret(self.entry.value) else correction  # no form of a secret is shown
        self.correction = correction
        if correction:
            offer = f"Ctrl+T: {correction}"
            problem, notice = (f"{problem} {offer}", notice) if problem else ("", notice or offer)
        self.set_class(bool(problem), "-wrong")
        self.set_class(bool(notice), "-noticed")
        help_words = f"Used before. Ctrl+T: {printable(offered)}" if offered else self.help
        self.query_one(".note", Static).update(f"! {problem}" if problem else notice or help_words)
        longest, typed = self.question.longest, len(self.entry.value.strip())
        used = f"{typed} of {longest}" if longest and typed and not self.question.secret else ""
        proven = bool(proof) and not problem
        count = self.query_one(".count", Static)
        count.set_class(proven, "-proven")
        count.update(f"✓ {proof}" if proven else used, layout=False)

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


class Form(Vertical):
    """The questions of one model over the live answers of one section of the draft."""

    class Changed(Message):
        """The user changed an answer."""

    def __init__(self, sheet: FormState) -> None:
        self.sheet, self.session = sheet, sheet.session
        self.asked = [question for question in sheet.asked if not question.rows]
        self.tables = [question for question in sheet.asked if question.rows]
        super().__init__(classes="-airy" if len(self.asked) <= 4 else "-dense")

    def compose(self) -> ComposeResult:
        """Yield a field per question that is asked, and a place for what has no field."""
        sheet = self.sheet
        answers = sheet.answers
        for question in self.asked:
            name = question.name
            yield Field(question, answers.get(name), sheet.offers.get(name), typed=name in sheet.typed)
        for question in self.tables:
            kept = self.session.draft.section(f"{sheet.section}.rows")
            yield PairTable(question, sheet.typed.get(question.name), kept, partial(sheet.take_rows, question))
        yield StaticText(classes="elsewhere note")

    def on_mount(self) -> None:
        """Show what is known to be wrong."""
        self.refresh_notes()

    # ---- what is wrong ----

    def problems(self) -> dict[str, str]:
        """Return what is wrong per field: the model's rules, and refusals of the service."""
        tables = {rows.question.name: words for rows in self.query(PairTable) if (words := pair_problem(rows.pairs))}
        return self.sheet.problems() | tables

    def refresh_notes(self) -> None:
        """Show the problems of the touched fields."""
        found, offered = self.problems(), self.sheet.offered
        for field in self.query(Field):
            name = field.question.name
            problem = found.get(name, "") if self._is_touched(name) else ""
            likeness = _sentence(field.question.likeness(self.sheet.typed.get(name)))
            notice = likeness or self.sheet.notice(name)
            person = " ".join(offered.values()) if name in offered else ""
            field.show(problem, notice, self.sheet.proof(name), self.sheet.correction(name), person)
            field.display = self.sheet.is_due(field.question) or field.entry.has_focus
        for rows in self.query(PairTable):
            rows.show(found.get(rows.question.name, ""))
        fields = {question.name for question in (*self.asked, *self.tables)}
        rest = [f"! {name}: {words}" for name, words in found.items() if name not in fields]
        self.set_class(bool(rest), "-elsewhere")
        self.query_one(".elsewhere", Static).update(printable(" ".join(rest)))

    def touch_all(self) -> None:
        """Show every problem from now on."""
        self.session.touched |= {self.sheet.path(question.name) for question in self.asked}
        self.refresh_notes()

    def _is_touched(self, name: str) -> bool:
        path = self.sheet.path(name)
        return path in self.session.touched or path in self.session.refusals

    # ---- what the user does ----

    def on_field_changed(self, event: Field.Changed) -> None:
        """Take a key into the draft; everything else follows from there."""
        event.stop()
        name = event.field.question.name
        self.sheet.take(event.field.question, event.text)
        self.session.touched.add(self.sheet.path(name))
        self._propose(name)
        self.refresh_notes()
        self.post_message(self.Changed())

    def on_field_accepted(self) -> None:
        """Put in the answers that are offered, as if they had been typed."""
        offered = self.sheet.offered
        for field in self.query(Field):
            if text := offered.get(field.question.name):
                field.entry.value = text

    def on_pair_table_changed(self, event: PairTable.Changed) -> None:
        """Take over a change in a table."""
        event.stop()
        for question in self.tables:
            self.session.refusals.pop(self.sheet.path(question.name), None)
        self.refresh_notes()
        self.post_message(self.Changed())

    def _propose(self, edited: str = "") -> None:
        """Show the proposals in all fields that are not filled in, except the focused one."""
        proposed = self.sheet.model.proposals(self.sheet.typed)
        for field in self.query(Field):
            name = field.question.name
            if name not in self.sheet.typed and name != edited and field.propose(proposed.get(name, "")):
                self.sheet.session.refusals.pop(self.sheet.path(name), None)

    def on_descendant_blur(self) -> None:
        """Fill a field that was left empty and follows another."""
        self._propose()
        self.refresh_notes()


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"

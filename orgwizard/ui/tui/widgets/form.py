"""A form made from a model: one field per question, problems in the model's words, the draft as its only state."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from orgwizard.domain.text.sanitize import printable
from orgwizard.domain.text.sentence import capital
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.pair_table import PairTable, pair_problem
from orgwizard.ui.tui.widgets.static_text import StaticText

if TYPE_CHECKING:
    from orgwizard.presentation.wizard.form_state import FormState


class Form(Vertical):
    """The questions of one model over the live answers of one section of the draft."""

    class Changed(Message):
        """The user changed an answer: the step has all notes refreshed."""

    def __init__(self, sheet: FormState) -> None:
        self.sheet, self.session = sheet, sheet.session
        self.asked = [question for question in sheet.asked if not question.rows]
        self.tables = [question for question in sheet.asked if question.rows]
        self._fields: list[Field] = []
        self._tables: list[PairTable] = []
        super().__init__(classes="-airy" if len(self.asked) <= 4 else "-dense")

    def compose(self) -> ComposeResult:
        """Yield a field per question that is asked, and a place for what has no field."""
        sheet = self.sheet
        answers = sheet.answers
        for question in self.asked:
            name = question.name
            field = Field(question, answers.get(name), sheet.offers.get(name), typed=name in sheet.typed)
            self._fields.append(field)
            yield field
        for question in self.tables:
            kept = self.session.draft.section(f"{sheet.section}.rows")
            table = PairTable(question, sheet.typed.get(question.name), kept, partial(sheet.take_rows, question))
            self._tables.append(table)
            yield table
        yield StaticText(classes="elsewhere note")

    def on_mount(self) -> None:
        """Show what is known to be wrong."""
        self.refresh_notes()

    # ---- what is wrong ----

    def problems(self) -> dict[str, str]:
        """Return what is wrong per field: the model's rules, and refusals of the service."""
        tables = {rows.question.name: words for rows in self._tables if (words := pair_problem(rows.pairs))}
        return self.sheet.problems() | tables

    def refresh_notes(self) -> None:
        """Show the problems of the touched fields."""
        found, offered = self.problems(), self.sheet.offered
        for field in self._fields:
            name = field.question.name
            problem = found.get(name, "") if self._is_touched(name) else ""
            likeness = capital(field.question.likeness(self.sheet.typed.get(name)))
            notice = likeness or self.sheet.notice(name)
            person = " ".join(offered.values()) if name in offered else ""
            field.show(problem, notice, self.sheet.proof(name), self.sheet.correction(name), person)
            field.set_class(self.sheet.warns(name), "-warned")
            field.display = self.sheet.is_due(field.question) or field.entry.has_focus
        for rows in self._tables:
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
        self.sheet.take(event.field.question, event.field.entry.value)
        self.session.touched.add(self.sheet.path(name))
        self._propose(name)
        self.post_message(self.Changed())

    def on_field_accepted(self) -> None:
        """Put in the answers that are offered, as if they had been typed."""
        offered = self.sheet.offered
        for field in self._fields:
            if text := offered.get(field.question.name):
                field.entry.value = text

    def on_pair_table_changed(self, event: PairTable.Changed) -> None:
        """Take over a change in a table."""
        event.stop()
        for question in self.tables:
            self.session.refusals.pop(self.sheet.path(question.name), None)
        self.post_message(self.Changed())

    def _propose(self, edited: str = "") -> None:
        """Show the proposals in all fields that are not filled in, except the focused one."""
        proposed = self.sheet.model.proposals(self.sheet.typed)
        for field in self._fields:
            name = field.question.name
            if name not in self.sheet.typed and name != edited and field.propose(proposed.get(name, "")):
                self.sheet.session.refusals.pop(self.sheet.path(name), None)

    def on_descendant_blur(self) -> None:
        """Fill a field that was left empty and follows another."""
        self._propose()
        self.refresh_notes()

"""Rows of key and value for an answer that is a table, with duplicates and blanks allowed while typing."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static

from orgwizard.domain.questions import Question, Value
from orgwizard.domain.redactor import REDACTOR
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.static_text import StaticText

Pairs = list[list[str]]


def pair_problem(pairs: Pairs) -> str:
    """Say what is wrong with the rows as rows, before the model sees them as a table."""
    names = [name.strip() for name, _ in pairs if name.strip()]
    if twin := next((name for name in names if names.count(name) > 1), ""):
        return f"{REDACTOR.nameable(twin)} is listed twice."
    if any(value.strip() and not name.strip() for name, value in pairs):
        return "A value has no name."
    if bare := next((name for name, value in pairs if name.strip() and not value.strip()), ""):
        return f"{REDACTOR.nameable(bare.strip())} has no value."
    return ""


class PairTable(Vertical):
    """Any number of rows; the draft holds them as typed, and the table that they make."""

    class Changed(Message):
        """A row was typed into, added or removed."""

    def __init__(self, question: Question, typed: dict[str, Value], kept: dict[str, Value]) -> None:
        super().__init__(id=question.name, classes="field")
        self.question, self._typed = question, typed
        table = typed.get(question.name)
        given = [[str(name), str(value)] for name, value in table.items()] if isinstance(table, dict) else []
        self.pairs: Pairs = kept.setdefault(question.name, given)

    def compose(self) -> ComposeResult:
        """Yield the rows, and a button for one more under the label."""
        yield Vertical(*self._rows(), classes="rows")
        with Horizontal(classes="line"):
            yield Static(self.question.title, classes="label", markup=False)
            yield Button(Content("[ Add a row ]"), classes="add", compact=True)
        yield StaticText(classes="note")

    def _rows(self) -> Iterator[Horizontal]:
        for name, value in self.pairs:
            yield self._row(name, value)

    def _row(self, name: str = "", value: str = "") -> Horizontal:
        example = f"for example {self.question.example}"
        parts = (
            Static("", classes="label"),
            Entry(name, placeholder=example),
            Static("=", classes="equals"),
            Entry(value, placeholder="value"),
            Button(Content("[ Remove ]"), classes="remove", compact=True),
        )
        return Horizontal(*parts, classes="line row")

    def show(self, problem: str) -> None:
        """Show what is wrong with the rows."""
        self.set_class(bool(problem), "-wrong")
        self.query_one(".note", Static).update(f"! {problem}" if problem else "")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take a key into the draft."""
        event.stop()
        if self.pairs != self._typed_pairs():
            self._take()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """Add a row, or remove the row of the button."""
        event.stop()
        if event.button.has_class("add"):
            row = self._row()
            await self.query_one(".rows").mount(row)
            row.query(Entry).first().focus()
        else:
            self.query_one(".add", Button).focus()
            assert event.button.parent is not None  # noqa: S101 - a pressed button is in its row
            await event.button.parent.remove()  # type: ignore[attr-defined]
        self._take()

    def _typed_pairs(self) -> Pairs:
        return [[entry.value for entry in row.query(Entry)] for row in self.query(".row")]

    def _take(self) -> None:
        self.pairs[:] = self._typed_pairs()
        self._typed[self.question.name] = {name.strip(): value for name, value in self.pairs if name.strip()}
        self.post_message(self.Changed())

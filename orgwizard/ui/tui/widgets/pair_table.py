"""Rows of key and value for an answer that is a table, with duplicates and blanks allowed while typing."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static

from orgwizard.domain.forms.questions import Question, Value
from orgwizard.domain.forms.typed_text import text_of
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.static_text import StaticText

Pairs = list[list[str]]


def pair_problem(pairs: Pairs) -> str:
    """Say what is wrong with the rows as rows, before the model sees them as a table."""
    return next((words for words in _row_problems(pairs) if words), "")


def _row_problems(pairs: Pairs) -> list[str]:
    """Say what is wrong with each row as a row, "" where nothing is."""
    seen: set[str] = set()
    found = []
    for name, value in ((name.strip(), value.strip()) for name, value in pairs):
        twin, bare, nameless = name in seen, name and not value, value and not name
        words = " is listed twice." if twin else " has no value." if bare else ""
        found.append("A value has no name." if nameless else f"{REDACTOR.nameable(name)}{words}" if words else "")
        seen.update(filter(None, (name,)))
    return found


def wrong_row(pairs: Pairs, problem: str) -> int | None:
    """Return which row a problem is about, as the model's sentences name it, None where that cannot be told."""
    from orgwizard.domain.forms.fields import LOOKS_SECRET  # by now it is loaded, and at the start it is not needed

    for at, words in enumerate(_row_problems(pairs)):
        if problem and words == problem:
            return at
    for at, (name, value) in enumerate(pairs):
        named = name.strip() and problem.startswith((f"{name.strip()}: ", f'"{name.strip()}" '))
        if named or (problem == LOOKS_SECRET and any(map(REDACTOR.is_secret, (name, value)))):
            return at
    return None


class PairTable(Vertical):
    """Any number of rows; the draft holds them as typed, and the table that they make."""

    class Changed(Message):
        """A row was typed into, added or removed."""

    def __init__(self, question: Question, table: Value, kept: dict[str, Value], take: Callable[[Pairs], None]) -> None:
        super().__init__(id=question.name, classes="field")
        self.question, self._keep = question, take
        given = [[str(name), text_of(value)] for name, value in table.items()] if isinstance(table, dict) else []
        self.pairs: Pairs = kept.setdefault(question.name, given)

    def compose(self) -> ComposeResult:
        """Yield a button for one more row beside the label, the rows, and what is wrong with one of them."""
        with Horizontal(classes="line"):
            yield Static(self.question.title, classes="label", markup=False)
            yield Button(Content("[ Add a row ]"), classes="add", compact=True)
        yield Vertical(*(self._row(name, value) for name, value in self.pairs), classes="rows")
        yield StaticText(classes="note")

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
        """Show what is wrong with the rows, and mark the one that it is about."""
        wrong = wrong_row(self.pairs, problem)
        for at, row in enumerate(self.query(".row")):
            row.set_class(at == wrong, "-wrong")
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
            await self._remove(event.button)
        self._take()

    async def _remove(self, button: Button) -> None:
        """Remove the row of a button, and keep the place: the next row's button has the focus, or the one before."""
        buttons = list(self.query(".remove").results(Button))
        at = buttons.index(button)
        neighbours = [*buttons[at + 1 : at + 2], *buttons[max(at - 1, 0) : at], self.query_one(".add", Button)]
        neighbours[0].focus()
        await self.query(".row")[at].remove()

    def _typed_pairs(self) -> Pairs:
        return [[entry.value for entry in row.query(Entry)] for row in self.query(".row")]

    def _take(self) -> None:
        self.pairs[:] = self._typed_pairs()
        self._keep(self.pairs)
        self.post_message(self.Changed())

"""The questions that stand over a step: yes or no, the word that creates, a path."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.progress_text import GIVE_UP_WORD, GIVEN_UP_NOT_YET, give_up
from orgwizard.presentation.wizard.step_order import CREATE_WORD, NOT_BEFORE
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.frame import ROWS
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import button
from orgwizard.ui.tui.widgets.overlay import Answer, KeyLine, too_small
from orgwizard.ui.tui.widgets.static_text import StaticText


class Dialog(KeyLine[Answer]):
    """A question over a step, which stays in sight around it; one about an order begins with that order.

    *about* is the order: the org's name, and where it belongs. *warnings* are sentences that stand before the question.
    """

    def __init__(
        self, question: str, *, yes: str, no: str, about: tuple[str, str] = ("", ""), warnings: Iterable[str] = ()
    ) -> None:
        self._warnings = tuple(warnings)
        self._question = "\n".join(printable(line) for line in question.splitlines())
        self._yes, self._no = yes, no
        self._about = tuple(map(printable, about))
        super().__init__()

    def compose(self) -> ComposeResult:
        """Yield the order, the question, what is typed, and the answers."""
        with Vertical(classes="dialog"):
            if any(self._about):
                name, place = self._about
                yield Static(name, classes="title", markup=False)
                yield Static(place, classes="place", markup=False)
            yield Static(classes="warnings", markup=False)
            yield Static(self._question, markup=False)
            yield from self.typed()
            with Horizontal(classes="answers"):
                yield button(self._no, "no")
                yield button(self._yes, "yes")
            yield StaticText(classes="hints")
        yield too_small()

    def on_mount(self) -> None:
        """Show the warnings."""
        self.warn(self._warnings)

    def warn(self, warnings: Iterable[str]) -> None:
        """Show these sentences before the question, such as one that has become known since it was asked."""
        box, text = self.query_one(".warnings", Static), "\n".join(f"! {printable(words)}" for words in warnings)
        box.display = bool(text)
        box.update(text)

    def on_resize(self, event: Resize) -> None:
        """Stand at the bottom of the frame, which is in the middle of what is larger."""
        self.styles.padding = (0, 0, max(0, (event.size.height - ROWS) // 2), 0)

    def typed(self) -> Iterable[Widget]:
        """Yield what the answer is typed into, where it is."""
        return ()


class Ask(Dialog[bool]):
    """A question with two answers; the careful one has the focus and is what Escape means."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", show=False),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#no"
    key_names: ClassVar[Mapping[str, str]] = {
        "press": "select",
        "app.focus_previous": "move",
        "app.focus_next": "move",
        "answer": "cancel",
    }

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by key."""
        self.dismiss(answer)


def consent(question: str) -> Ask:
    """Return the *question* that a site brings along: whether credentials may go there."""
    return Ask(question, yes="Yes, send them there", no="No")


class TypedConfirmation(Dialog[str]):
    """A question that is answered by typing; "" where the user thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]
    AUTO_FOCUS = "Entry"
    key_names: ClassVar[Mapping[str, str]] = {"press": "select", "app.focus_next": "next", "cancel": "cancel"}

    def __init__(
        self,
        question: str,
        *,
        yes: str,
        value: str = "",
        note: str = "",
        about: tuple[str, str] = ("", ""),
        warnings: Iterable[str] = (),
    ) -> None:
        """Hold *value* as a proposal, which typing replaces; *note* says why an earlier answer was none."""
        self._value, self._note = value, note
        super().__init__(question, yes=yes, no="Cancel", about=about, warnings=warnings)

    def key_words(self, action: str) -> Words | None:
        """Return what a key does: Enter in the field what the button does."""
        if action == "submit":
            words = self._yes[:1].lower() + self._yes[1:]
            return Words(words, words)
        return super().key_words(action)

    def typed(self) -> Iterable[Widget]:
        """Yield the field, and a line for what is wrong with it."""
        yield Entry(self._value, proposed=True)
        yield Static(printable(self._note), classes="note", markup=False)

    def refusal(self, typed: str) -> str:
        """Return why *typed* is not an answer, or ""."""
        return "" if typed else "Type the word, or cancel."

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with what was typed, or not."""
        if event.button.id == "yes":
            self._answer()
        else:
            self.action_cancel()

    def on_input_submitted(self) -> None:
        """Answer by Enter."""
        self._answer()

    def _answer(self) -> None:
        typed = self.query_one(Entry).value.strip()
        if words := self.refusal(typed):
            self.query_one(".note", Static).update(words)
            self.query_one(Entry).focus()
        else:
            self.dismiss(typed)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take the last word back once the user types on."""
        if event.value != self._value:
            self.query_one(".note", Static).update("")

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss("")


class Confirm(TypedConfirmation):
    """The last question before something that cannot be undone: a word has to be typed."""

    def __init__(self, question: str, about: tuple[str, str], warnings: Iterable[str] = ()) -> None:
        question = f'{question} To create it, type the word "{CREATE_WORD}".'
        super().__init__(question, yes="Create now", about=about, warnings=warnings)

    def refusal(self, typed: str) -> str:
        """Take the word and nothing else, so that Enter alone never creates."""
        return "" if typed.lower() == CREATE_WORD else NOT_BEFORE


class GiveUp(TypedConfirmation):
    """The question before an answer that is outstanding, and the keys in it, are given up."""

    def __init__(self, store: Any, about: tuple[str, str]) -> None:
        super().__init__(give_up(store), yes="Give up", about=about)

    def refusal(self, typed: str) -> str:
        """Take the word and nothing else."""
        return "" if typed.lower() == GIVE_UP_WORD else GIVEN_UP_NOT_YET

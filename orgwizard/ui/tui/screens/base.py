"""The frame that all steps share: head line, body, message, buttons, keys; and how a step is left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Key, Paste, Resize, ScreenResume
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static

from orgwizard.domain.errors import WizardError
from orgwizard.domain.sanitize import printable
from orgwizard.presentation.step_order import complaints, section
from orgwizard.presentation.wizard_session import WizardSession
from orgwizard.system.terminal_caps import SMALLEST
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.dialogs import Ask
from orgwizard.ui.tui.widgets.form import Field, Form
from orgwizard.ui.tui.widgets.frame import Body, Place, Summary, Track
from orgwizard.ui.tui.widgets.lists import Choice, button
from orgwizard.ui.tui.widgets.static_text import StaticText

if TYPE_CHECKING:
    from orgwizard.presentation.form_state import Suspect
    from orgwizard.storage.attempt_record import Record

SANDBOX = " SANDBOX "
NEEDS = f"This terminal is too small. The wizard needs {SMALLEST[0]}x{SMALLEST[1]};"
TOO_SMALL = f"{NEEDS} your answers are kept."
KEYS = {
    "Tab, Shift+Tab": "next field or button, and back",
    "Enter": "next field; on the last one, next step",
    "Ctrl+N": "next step",
    "Escape": "back; nothing typed is lost",
    "Ctrl+T": "take the suggestion at the field",
    "F1, Ctrl+G": "this help",
    "Ctrl+L": "redraw",
    "Ctrl+Z": "suspend",
    "Ctrl+Q": "quit; your entries are saved, except secrets",
}
SECRET_KEYS = {"F2, Ctrl+R": "show the secret under the cursor for 10 seconds, or hide it"}


class Step(Screen[None]):
    """One screen of the wizard, a view of the session."""

    number: ClassVar[int] = 0
    section: ClassVar[str] = ""
    """The section of the draft that the step is about."""
    heading: ClassVar[str] = ""
    hints: ClassVar[str] = "Enter next field · Ctrl+N next step · Esc back · F1 keys"
    keys: ClassVar[dict[str, str]] = KEYS
    next_label: ClassVar[str] = "Next"
    summarized: ClassVar[bool] = False
    """Whether a wide terminal shows what was entered so far beside it."""
    too_small: ClassVar[str] = TOO_SMALL
    """Said in place of everything else."""
    AUTO_FOCUS = "Entry, Choice, Menu, Button"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", show=False),
        Binding("escape", "back", show=False),
        Binding("f1,ctrl+g", "keys", show=False),
        Binding("f2,ctrl+r", "reveal", show=False),
        Binding("ctrl+t", "take_correction", show=False),
        Binding("up", "scroll_body(-1)", show=False),
        Binding("down", "scroll_body(1)", show=False),
        Binding("pageup", "scroll_body(-10)", show=False),
        Binding("pagedown", "scroll_body(10)", show=False),
    ]

    class Forward(Message):
        """The step is complete."""

    class Back(Message):
        """The user goes one step back."""

    class Edit(Message):
        """The user goes to a field such as "organization.name", or to the step of a section, to change something."""

        def __init__(self, field: str) -> None:
            self.section, _, self.field = field.partition(".")
            super().__init__()

    class Check(Message):
        """The user has an attempt looked at again, or finished, by the answers that are here."""

        def __init__(self, record: Record) -> None:
            self.record = record
            super().__init__()

    class Refused(Message):
        """Something failed that may be about a field of this or another step."""

        def __init__(self, error: WizardError) -> None:
            self.error = error
            super().__init__()

    class Changed(Message):
        """An answer changed: the draft is worth saving."""

    class Keys(Message):
        """The user asks which keys there are."""

    def __init__(self, session: WizardSession) -> None:
        self.session = session
        session.reached = max(session.reached, self.number)
        super().__init__()

    # ---- what is drawn ----

    def on_compose(self) -> None:
        """Know how much room there is before all is laid out: Textual tells it after that, and does it all again."""
        width, height = self.app.size
        across, down = self.app.HORIZONTAL_BREAKPOINTS or [], self.app.VERTICAL_BREAKPOINTS or []
        room = self._get_breakpoint_classes(width, across) | self._get_breakpoint_classes(height, down)
        self.add_class(*room, update=False)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Keep the styles as they are: Textual would make all of them again, of a step that is only just made."""
        event.refresh_styles = False

    def compose(self) -> ComposeResult:
        """Yield the frame around the body."""
        with Vertical(id="frame"):
            yield from self._frame()
        yield Static(self.too_small, classes="too-small", markup=False)

    def _frame(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Static(self.heading, id="heading", markup=False)
            yield Place(self.session)
            if self.session.bootstrap.sandbox:
                yield Static(SANDBOX, id="sandbox", markup=False)
        yield Track(self.reached)
        with Horizontal(id="middle"):
            with Body(id="body"):
                yield from self.body()
            if self.summarized:
                yield Summary(self.session)
        yield StaticText(id="refusal")
        yield StaticText(id="message")
        with Horizontal(id="buttons"):
            yield from self.buttons()
            yield button("Help", "keys")
        yield Static(self.hint(), id="hints", markup=False)

    def body(self) -> Iterable[Widget]:
        """Yield what the step is about."""
        return ()

    def hint(self) -> str:
        """Return the line of keys below the buttons."""
        return self.hints

    def key_help(self) -> dict[str, str]:
        """Return every key of the step, and what it does."""
        return self.keys

    def buttons(self) -> Iterable[Widget]:
        """Yield the buttons; those of most steps are Next and Back. Help joins them."""
        yield button(self.next_label, "next")
        yield button("Back", "back")
        if SECRET_KEYS.items() <= self.keys.items():
            yield button("Reveal", "reveal")

    @property
    def reached(self) -> int:
        """Return the number of the step that is under way."""
        return self.number

    def org_name(self) -> str:
        """Return the name of the org that the step is about."""
        return self.session.org_name

    def about(self) -> tuple[str, str]:
        """Return what a question about the order begins with."""
        from orgwizard.presentation.review import about  # its rules are loaded after the first screen

        return about(self.session, self.org_name())

    def refresh_place(self) -> None:
        """Draw the head line and the summary again after provider, site or parent changed."""
        self.query_one(Place).refresh()
        self.refresh_summary()

    def refresh_summary(self) -> None:
        """Draw again what was entered so far, if it is shown."""
        for summary in self.query(Summary):
            summary.refresh()

    def say(self, words: str = "", *, wrong: bool = False) -> None:
        """Show one line of news above the buttons."""
        message = self.query_one("#message", Static)
        message.set_class(wrong, "-wrong")
        message.update(printable(words), layout=False)

    def on_mount(self) -> None:
        """Put the cursor into the field that the user was led to: the first wrong one, or the one to change."""
        self.call_after_refresh(self._begin_at)

    def _begin_at(self) -> None:
        if self not in self.app.screen_stack:  # it was left before it was drawn
            return
        self.show_refusals()
        wanted, self.session.wanted = self.session.wanted, ""
        if wanted:
            self.focus_field(wanted)
        else:
            self.focus_wrong()

    def focus_field(self, name: str) -> None:
        """Focus the field of an answer; where the step has another way to give it, what has the focus keeps it."""
        found = [entry for entry in self.query(f"#{name} Entry") if entry in self.focus_chain]
        if found:
            self.set_focus(found[0])

    def show_refusals(self) -> None:
        """Show what was refused and no field here can say; it stays until something is changed."""
        rest = self.standing()
        for box in self.query("#refusal").results(Static):  # not there while the program ends
            box.display = bool(rest)
            box.update(printable(" ".join(f"! {words}" for words in rest)))

    def standing(self) -> list[str]:
        """Return the sentences that stand in the way and that no field here can say."""
        here = {path: words for path, words in self.session.refusals.items() if section(path) == self.section}
        in_form = {field.question.name for field in self.query(Field) if field.entry in self.focus_chain}
        return [words for path, words in here.items() if path.rpartition(".")[2] not in in_form]

    def focus_wrong(self) -> None:
        """Focus the first field that was touched and is wrong."""
        wrong = [entry for entry in self.query(".field.-wrong Entry") if entry in self.focus_chain]
        if wrong:
            self.set_focus(wrong[0])

    @on(Resize)
    @on(Body.Grown)
    @on(DescendantFocus)
    def _keep_in_sight(self) -> None:
        """Keep the focused field in sight, and where there is room its help or what is wrong with it, too."""
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        if self.focused:
            for part in (*self.query(".field:focus-within").results(Widget), self.focused):
                part.scroll_visible(animate=False, immediate=True)

    # ---- moving ----

    def action_next(self) -> None:
        """Go on if the step is complete, else ask about what looks like a credential, or show what is missing."""
        suspect = next(filter(None, (form.sheet.suspect() for form in self.query(Form))), None)
        if self.complete():
            self.leave_for(self.Forward())
        elif suspect:
            self._ask_to_use(suspect)

    def _ask_to_use(self, suspect: Suspect) -> None:
        """Ask whether a value may be used that looks like a credential; after a no its field stays marked."""
        from orgwizard.presentation.form_state import USE_ANYWAY  # its rules are loaded after the first screen

        def answered(yes: bool | None) -> None:
            if yes:
                suspect.allow()
                for form in self.query(Form):
                    form.refresh_notes()
                self.changed()
                self.action_next()

        self.app.push_screen(Ask(f"{suspect.words}\n\n{USE_ANYWAY}?", yes=USE_ANYWAY, no="No"), answered)

    def leave_for(self, message: Message) -> None:
        """Say where to go; keys that are typed meanwhile must not end up in the fields of this step."""
        self.set_focus(None)
        self.post_message(message)

    def complete(self) -> bool:
        """Return whether the step is done; if not, show why and put the cursor there."""
        forms = list(self.query(Form))
        for form in forms:
            form.touch_all()
        if not any(form.problems() for form in forms):
            return True
        self.say("Fix the marked fields to continue.", wrong=True)
        self.focus_wrong()
        return False

    def action_back(self) -> None:
        """Go back; the draft has everything."""
        self.post_message(self.Back())

    def action_keys(self) -> None:
        """Show the keys of this step."""
        self.post_message(self.Keys())

    def action_reveal(self) -> None:
        """Show all secrets of the step for a while, or hide them; in a field, its own key shows that one."""
        for entry in self.query(Entry):
            entry.action_reveal()

    def action_take_correction(self) -> None:
        """Put what was likely meant into the field in use."""
        for found in self.query("Field:focus-within").results(Field):
            found.take_correction()

    def action_scroll_body(self, rows: int) -> None:
        """Move the body, where it is larger than the screen."""
        self.query_one("#body").scroll_relative(y=rows, animate=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the key of the same name does."""
        event.stop()
        self.call_later(self.run_action, f"screen.{event.button.id}")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the next field on Enter."""
        event.stop()
        self.advance(event.input)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Do what Enter means in a list."""
        event.stop()
        self.selected(event)

    def selected(self, event: OptionList.OptionSelected) -> None:
        """Go to the next field."""
        self.advance(event.option_list)

    def advance(self, widget: Widget) -> None:
        """Focus the field after *widget*; after the last one, try to go to the next step."""
        stops = [stop for stop in self.focus_chain if isinstance(stop, Entry | Choice)]
        after = stops[stops.index(widget) + 1 :] if widget in stops else []
        if after:
            self.set_focus(after[0])
        else:
            self.action_next()

    def on_key(self, event: Key) -> None:
        """Take what is typed on a list into the field after it."""
        entry = self._entry_after_list()
        if entry and event.is_printable and event.character and event.character != " ":
            event.stop()
            self.set_focus(entry)
            entry.take_key(event.character)

    def on_paste(self, event: Paste) -> None:
        """Take what is pasted on a list into the field after it, too."""
        if entry := self._entry_after_list():
            event.stop()
            self.set_focus(entry)
            entry.take_paste(event.text)

    def _entry_after_list(self) -> Entry | None:
        """Return the next field where the cursor is on a list, which takes no text."""
        chain = self.focus_chain
        if not isinstance(self.focused, Choice) or self.focused not in chain:
            return None
        return next((stop for stop in chain[chain.index(self.focused) :] if isinstance(stop, Entry)), None)

    # ---- news ----

    def on_form_changed(self, event: Form.Changed) -> None:
        """Take the last word back once the user types on."""
        event.stop()
        self.changed()

    def on_entry_said(self, event: Entry.Said) -> None:
        """Show what became of a paste, after whatever the paste changed."""
        event.stop()
        self.call_later(self.say, event.words)

    def changed(self) -> None:
        """Clear the message and have the draft saved."""
        self.say()
        self.refresh_summary()
        self.session.refusals.pop(self.section, None)
        self.show_refusals()
        self.post_message(self.Changed())

    def refused(self, error: WizardError) -> None:
        """Show a failure at the field it is about; where that is none of this step, have the user led to it."""
        found = complaints(error)
        if self.section and section(next(iter(found))) == self.section:
            self.session.refusals |= found
            for form in self.query(Form):
                form.refresh_notes()
            self.show_refusals()
            self.focus_wrong()
            self.say(error.meaning, wrong=True)
        else:
            self.say()
            self.post_message(self.Refused(error))

    def choice(self, name: str) -> Choice:
        """Return a list by its id."""
        return cast("Choice", self.query_one(f"#{name}"))


def remarks(found: Iterable[str]) -> Iterable[Static]:
    """Yield the warnings about a vendor's files."""
    for remark in found:
        yield Static(f"! {printable(remark)}", classes="remarks", markup=False)

"""The frame that all screens of the wizard share: head line, body, summary, message, buttons and the line of keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import ScreenResume
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.wizard.step_order import enter, section
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.tui.terminal.room import room_classes
from orgwizard.ui.tui.widgets import key_help
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.form import Form
from orgwizard.ui.tui.widgets.frame import COLUMNS, MARGINS, Body, Place, Summary, Track
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import button
from orgwizard.ui.tui.widgets.overlay import too_small
from orgwizard.ui.tui.widgets.static_text import StaticText

SANDBOX = " SANDBOX "


class Framed(Screen[None]):
    """A screen over the session, with the frame around its body."""

    number: ClassVar[int] = 0
    section: ClassVar[str] = ""
    """The section of the draft that the screen is about."""
    heading: ClassVar[str] = ""
    words: ClassVar[Mapping[str, Words | None]] = {}
    """What keys do here by their actions, where that is not the same everywhere; None for nothing."""
    summarized: ClassVar[bool] = False
    """Whether a wide terminal shows what was entered so far beside it."""
    safe_without_room: ClassVar[str] = "your entries are kept"
    """Said where the terminal is too small."""

    def __init__(self, session: WizardSession) -> None:
        self.session = session
        session.reached = max(session.reached, self.number)
        enter(session, self.section)
        super().__init__()
        self._summary = Summary(session) if self.summarized else None
        self.refusal = StaticText(id="refusal")
        self._message = StaticText(id="message")
        self._hints = StaticText(id="hints")

    def on_compose(self) -> None:
        """Know how much room there is before all is laid out: Textual tells it after that, and does it all again."""
        self.add_class(*room_classes(self), update=False)

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        """Move the cursor; not in a screen that was left, where Textual moves it off what it removes."""
        if self in self.app.screen_stack:
            super().set_focus(widget, scroll_visible, from_app_focus)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Keep the styles as they are: Textual would make all of them again, of a step that is only just made."""
        event.refresh_styles = False

    def compose(self) -> ComposeResult:
        """Yield the frame around the body."""
        with Vertical(id="frame"):
            yield from self._frame()
        yield too_small(self.safe_without_room)

    def _frame(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Static(self.heading, id="heading", markup=False)
            yield Place(self.session)
            if self.session.bootstrap.sandbox:
                yield Static(SANDBOX, id="sandbox", markup=False)
        yield Track(self.reached, self.session.reached)
        with Horizontal(id="middle"):
            with Body(id="body"):
                yield from self.body()
            if self._summary:
                yield self._summary
        yield self.refusal
        yield self._message
        with Horizontal(id="buttons"):
            yield from self.buttons()
            yield button("Help", "keys")
        self.refresh_hints()  # painted with the rest, before the focus is known
        yield self._hints

    def body(self) -> Iterable[Widget]:
        """Yield what the step is about."""
        return ()

    def buttons(self) -> Iterable[Widget]:
        """Yield the buttons; those of most steps are Next and Back. Help joins them."""
        yield button("Next", "next")
        yield button("Back", "back")
        if self.has_secrets:
            yield button("Reveal", "reveal")

    @property
    def has_secrets(self) -> bool:
        """Return whether there are secrets among its fields, to show on demand."""
        return False

    @property
    def looks_up(self) -> bool:
        """Return whether it is looked up what came of a request, which may be left at any time."""
        return False

    @property
    def reached(self) -> int:
        """Return the number of the step that is under way."""
        return self.number

    def key_words(self, action: str) -> Words | None:
        """Return what a key with an action does right now, None where it does nothing."""
        if action in self.words:
            return self.words[action]
        if action == "rest" and not self.session.bootstrap.engine.idle.is_set():
            return None
        if action == "quit" and not self.session.drafts.is_saved:
            return key_help.QUIT_UNSAVED
        return key_help.words_of(self, action)

    def refresh_hints(self) -> None:
        """Name the keys that do something now below the buttons."""
        width = min(self.app.size.width, COLUMNS) - MARGINS
        self._hints.update(key_help.line(self, self.key_words, width), layout=False)

    def org_name(self) -> str:
        """Return the name of the org that the step is about."""
        return self.session.draft.org_name

    def about(self) -> tuple[str, str]:
        """Return what a question about the order begins with: the org's name, and where it belongs."""
        return REDACTOR.seen(self.org_name()), self.session.parent.place()

    def refresh_place(self) -> None:
        """Draw the head line and the summary again after provider, site or parent changed."""
        self.query_one(Place).follow()
        self.refresh_summary()

    def refresh_summary(self) -> None:
        """Draw again what was entered so far, if it is shown."""
        if self._summary:
            self._summary.refresh()

    def refresh_notes(self) -> None:
        """Have the fields show what is known of their answers by now."""
        for form in self.query(Form):
            form.refresh_notes()

    def standing(self) -> list[str]:
        """Return the sentences that stand in the way and that no field here can say."""
        here = {path: words for path, words in self.session.refusals.items() if section(path) == self.section}
        if not here:
            return []
        stops = self.focus_chain
        in_form = {field.question.name for field in self.query(Field) if field.entry in stops}
        return [words for path, words in here.items() if path.rpartition(".")[2] not in in_form]

    def say(self, words: str = "", *, wrong: bool = False) -> None:
        """Show news above the buttons: a line, or more where the terminal is too narrow for it."""
        self._message.set_class(wrong, "-wrong")
        before, after = str(self._message.content), printable(words)
        wrapped = max(cell_len(before), cell_len(after)) > self._message.content_size.width
        self._message.update(after, layout=wrapped)

"""What all screens of the wizard do: keys and buttons, failures at their fields, and how a screen is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Button

from orgwizard.domain.errors import WizardError
from orgwizard.ui.tui.screens import refusals
from orgwizard.ui.tui.screens.moving import Moving
from orgwizard.ui.tui.screens.outcomes import Back, Failed, Next, Outcome
from orgwizard.ui.tui.widgets import focus, key_help
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.form import Form
from orgwizard.ui.tui.widgets.pages import Page, table

FIX = "Fix the marked fields to continue."
KEYS_INDENT = 24  # cells of the first column of the page of keys


class Step(Moving):
    """One screen of the wizard: what its keys do, what is wrong in it, and how it is left."""

    AUTO_FOCUS = "Entry, Choice, Menu, Button"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", show=False),
        Binding("f2,ctrl+r", "reveal", show=False),
        Binding("escape", "back", show=False),
        Binding("ctrl+t", "take_correction", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "scroll_body(-10)", show=False),
        Binding("pagedown", "scroll_body(10)", show=False),
        Binding("f1,ctrl+g", "keys", show=False),
    ]

    @dataclass
    class Left(Message):
        """The user goes elsewhere."""

        outcome: Outcome

    class Changed(Message):
        """An answer changed: the draft is worth saving."""

    def on_mount(self) -> None:
        """Put the cursor into the field that the user was led to: the first wrong one, or the one to change."""
        self.call_after_refresh(self._begin_at)

    def _begin_at(self) -> None:
        if self not in self.app.screen_stack:  # it was left before it was drawn
            return
        refusals.show(self)
        wanted, self.session.wanted = self.session.wanted, ""
        if wanted:
            focus.to_field(self, wanted)
        else:
            focus.to_wrong(self)

    # ---- the way on ----

    def action_next(self) -> None:
        """Go on if the step is complete, else ask about what looks like a credential, or show what is missing."""
        suspect = next(filter(None, (form.sheet.suspect() for form in self.query(Form))), None)
        if self.complete():
            self.leave_for(Next())
        elif suspect:
            refusals.ask_to_use(self, suspect, self._use)

    def _use(self) -> None:
        self.changed()
        self.action_next()

    def leave_for(self, outcome: Outcome) -> None:
        """Go elsewhere; keys that are typed meanwhile must not end up in the fields of this step."""
        self.set_focus(None)
        self.post_message(self.Left(outcome))

    def complete(self) -> bool:
        """Return whether the step is done; if not, show why and put the cursor there."""
        forms = list(self.query(Form))
        for form in forms:
            form.touch_all()
        if not any(form.problems() for form in forms):
            return True
        self.say(FIX, wrong=True)
        focus.to_wrong(self)
        return False

    def action_back(self) -> None:
        """Go back; the draft has everything."""
        self.post_message(self.Left(Back()))

    def action_quit(self) -> None:
        """Do by a button what Ctrl+Q does."""
        self.call_later(self.app.action_quit)

    def action_keys(self) -> None:
        """Show the keys that do something now."""
        keys = table(key_help.page(self, self.key_words), KEYS_INDENT)
        self.app.push_screen(Page(f"Keyboard: {self.heading}", keys, KEYS_INDENT))

    def action_reveal(self) -> None:
        """Show all secrets of the step for a while, or hide them; in a field, its own key shows that one."""
        for entry in self.query(Entry):
            entry.action_reveal()

    def action_take_correction(self) -> None:
        """Put what was likely meant into the field in use."""
        for found in self.query("Field:focus-within").results(Field):
            found.take_correction()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the key of the same name does."""
        event.stop()
        self.call_later(self.run_action, f"screen.{event.button.id}")

    # ---- news ----

    def on_form_changed(self, event: Form.Changed) -> None:
        """Take the last word back once the user types on."""
        event.stop()
        self.changed()

    def on_entry_said(self, event: Entry.Said) -> None:
        """Show what became of a paste, after whatever the paste changed."""
        event.stop()
        self.call_later(self.say, event.words)

    def copy(self, value: str) -> None:
        """Send a value to the terminal's clipboard (OSC 52), which may or may not take it."""
        self.app.copy_to_clipboard(value)
        self.say(f"Copied: {value}")

    def changed(self) -> None:
        """Clear the message, show what is known of the answers as they are now, and have the draft saved."""
        self.say()
        self.refresh_summary()
        self.session.refusals.pop(self.section, None)
        self.refresh_notes()
        refusals.show(self)
        self.post_message(self.Changed())

    def refused(self, error: WizardError) -> None:
        """Show a failure at the field it is about; where that is none of this step, have the user led to it."""
        if refusals.take(self, error):
            self.say(error.meaning, wrong=True)
        else:
            self.say()
            self.post_message(self.Left(Failed(error)))

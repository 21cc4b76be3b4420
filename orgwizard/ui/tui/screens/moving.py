"""How the cursor moves through a screen: by keys, by Enter, and by what is typed or pasted on a list."""

from __future__ import annotations

from textual import on
from textual.events import DescendantFocus, Key, Paste, Resize
from textual.widget import Widget
from textual.widgets import Input, OptionList

from orgwizard.ui.tui.screens.framed import Framed
from orgwizard.ui.tui.widgets import focus
from orgwizard.ui.tui.widgets.frame import Body


class Moving(Framed):
    """A screen whose fields and lists one goes through, and from the last of them to the next step."""

    _is_following = False

    def action_next(self) -> None:
        """Go on from the last field."""
        raise NotImplementedError

    @on(Resize)
    @on(Body.Grown)
    @on(DescendantFocus)
    def _keep_in_sight(self) -> None:
        """Keep the focused field in sight, and name the keys that do something there, once for all that happens now."""
        if not self._is_following:
            self._is_following = True
            self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        self._is_following = False
        focus.into_sight(self)
        self.refresh_hints()

    def action_move(self, by: int) -> None:
        """Go to the field before or after the one in use; elsewhere, and from the ends, scroll."""
        if beside := focus.beside(self, by):
            self.set_focus(beside)
        else:
            self.action_scroll_body(by)

    def action_scroll_body(self, rows: int) -> None:
        """Move the body, where it is larger than the screen."""
        self.query_one("#body").scroll_relative(y=rows, animate=False)

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
        if following := focus.after(self, widget):
            self.set_focus(following)
        else:
            self.action_next()

    def on_key(self, event: Key) -> None:
        """Take what is typed on a list into the field after it."""
        entry = focus.field_after_list(self)
        if entry and event.is_printable and event.character and event.character != " ":
            event.stop()
            self.set_focus(entry)
            entry.take_key(event.character)

    def on_paste(self, event: Paste) -> None:
        """Take what is pasted on a list into the field after it, too."""
        if entry := focus.field_after_list(self):
            event.stop()
            self.set_focus(entry)
            entry.take_paste(event.text)

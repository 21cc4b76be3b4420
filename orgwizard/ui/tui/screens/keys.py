"""Keys that are on the screen only: hidden until asked for, to select by mouse or to copy one by one."""

from collections.abc import Iterable
from itertools import cycle
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.domain.events import Result
from orgwizard.presentation.text_report import secrets, shown_secrets
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import button

TAKING_KEYS = {
    "reveal": Words("show the new keys, each under its name to select by mouse", "show"),
    "copy": Words("copy the new keys one by one", "copy"),
}
REVEAL_SECONDS = 60.0  # long enough to select each by mouse
HIDDEN = "New keys (hidden). F2 shows, Ctrl+Y copies; they are stored nowhere else."


class KeysStep(Step):
    """A step on which keys that are stored nowhere can be taken, once there are any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+r", "reveal", show=False),
        Binding("ctrl+y", "copy", show=False),
    ]
    _keys: Result | None = None
    _revealed = False
    _hiding: Timer | None = None

    def key_words(self, action: str) -> Words | None:
        """Return what a key does: with new keys, while there are any."""
        if action in TAKING_KEYS:
            return TAKING_KEYS[action] if self._keys else None
        return super().key_words(action)

    def hold_keys(self, result: Result) -> None:
        """Have the keys of *result* to show."""
        self._keys = result if result.secrets else None
        self._to_copy = cycle(secrets(result))

    def keys_box(self) -> Iterable[Widget]:
        """Yield where the keys are shown, nothing where there are none."""
        if self._keys:
            yield Static(HIDDEN, id="secrets", markup=False)

    def keys_buttons(self) -> Iterable[Widget]:
        """Yield what can be done with the keys."""
        if self._keys:
            yield button("Reveal", "reveal")
            yield button("Copy", "copy")
            yield from self.saving_buttons()

    def saving_buttons(self) -> Iterable[Widget]:
        """Yield what stores the keys after all, where that is possible."""
        return ()

    def action_reveal(self) -> None:
        """Show the keys for a while, or hide them again."""
        revealed = self._revealed
        self._hide()
        if not revealed and self._keys:
            self._revealed = True
            self._hiding = self.set_timer(REVEAL_SECONDS, self._hide)
            self._show_secrets()
            self.session.run.keys_shown()

    def on_screen_suspend(self) -> None:
        """Hide the keys when something else is on the screen."""
        self._hide()

    def _hide(self) -> None:
        if self._hiding is not None:
            self._hiding.stop()
        self._revealed = False
        self._show_secrets()

    def action_copy(self) -> None:
        """Send the next of the keys to the terminal's clipboard (OSC 52), which may or may not take it."""
        if not self._keys:
            return
        title, value = next(self._to_copy)
        self.app.copy_to_clipboard(value)
        self.say(f"{title}: copied. Ctrl+Y again for the next key.")

    def _show_secrets(self) -> None:
        shown = [f"{title}\n{value}" for title, value in shown_secrets(self._keys)] if self._keys else []
        for place in self.query("#secrets").results(Static):  # not there while the program ends
            place.update("\n".join(shown) if self._revealed else HIDDEN)

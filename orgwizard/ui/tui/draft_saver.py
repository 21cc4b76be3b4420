"""Saving the draft while it is typed: soon after a change, once for several keys, and before a step is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.timer import Timer

    from orgwizard.ui.tui.shell import Shell


SAVE_SECONDS = 1.0


class DraftSaver:
    """Saves the draft of the app's session; what keeps it from that is said on the step and stops nobody."""

    def __init__(self, app: Shell) -> None:
        self._app = app
        self._timer: Timer | None = None

    def soon(self) -> None:
        """Save it once nothing has changed for a while."""
        self._stop()
        self._timer = self._app.set_timer(SAVE_SECONDS, self.now)

    def now(self) -> None:
        """Save it."""
        self._stop()
        if words := self._app.session.drafts.save():
            self._app.say(words, wrong=True)

    def _stop(self) -> None:
        if self._timer:
            self._timer.stop()
            self._timer = None

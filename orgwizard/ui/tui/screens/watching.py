"""A step that follows the attempts of other processes, as long as it is in sight."""

from __future__ import annotations

from textual import on
from textual.events import ScreenResume, ScreenSuspend

from orgwizard.ui.tui.screens.base import Step

LOOK_SECONDS = 3.0


class WatchingStep(Step):
    """Looks now and then; what there is to look at is the step's."""

    def on_mount(self) -> None:
        """Begin to look."""
        self._looking = self.set_interval(LOOK_SECONDS, self.look)

    def look(self) -> object:
        """Show what has changed; called often, so it must be cheap where nothing has."""
        raise NotImplementedError

    def is_gone(self) -> bool:
        """Return whether another step stands in its place: what was looked up meanwhile is shown nowhere."""
        return self not in self.app.screen_stack

    @on(ScreenSuspend)
    def _rest(self) -> None:
        """Look no more: a page is on the screen."""
        self._looking.pause()

    @on(ScreenResume)
    def _look_on(self) -> None:
        self._looking.resume()

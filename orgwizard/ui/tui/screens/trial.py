"""A step that tries something before it is left; whatever changes what is tried stops that."""

from __future__ import annotations

from textual.worker import Worker

from orgwizard.ui.tui.screens.base import Step


class TrialStep(Step):
    """Has one trial under way at most."""

    trial: Worker[None] | None = None

    @property
    def trying(self) -> bool:
        """Return whether a trial is under way."""
        return self.trial is not None and self.trial.is_running

    def stop_trial(self) -> None:
        """Wait no longer for a trial of what is not wanted any more."""
        if self.trial is not None:
            self.trial.cancel()
            self.trial = None

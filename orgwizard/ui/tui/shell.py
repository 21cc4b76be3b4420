"""The wizard as what is around its screens sees it: the session, the screen that is shown, and a line of news."""

from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.terminal.program import Program


class Shell(Program):
    """A program that shows one screen of the wizard, and dialogs over it."""

    session: WizardSession

    @property
    def step(self) -> Step:
        """Return the screen of the wizard that is shown, below a dialog if there is one."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, Step))

    @property
    def in_dialog(self) -> bool:
        """Return whether a dialog or a page stands over the screen of the wizard."""
        return self.screen is not self.step

    def close_dialogs(self) -> None:
        """Take away what stands over the screen of the wizard."""
        while self.in_dialog:
            self.pop_screen()

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Show one line of news."""
        self.step.say(words, wrong=wrong)

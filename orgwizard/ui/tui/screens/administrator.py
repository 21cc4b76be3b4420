"""Step 4: who administers the child org first."""

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from orgwizard.presentation.wizard.form_state import FormState
from orgwizard.presentation.wizard.step_order import TITLES
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.widgets.form import Form


class AdministratorStep(Step):
    """Describe the first administrator, or read who it will be."""

    number = 4
    section = "administrator"
    heading = TITLES["administrator"]
    summarized = True

    @property
    def has_secrets(self) -> bool:
        """Return whether there is a field, and so a secret to show."""
        return self.session.provider.administrator is not None

    def body(self) -> Iterable[Widget]:
        """Yield the provider's note and its fields, if it has any."""
        provider = self.session.provider
        for words in provider.administrator_note:
            yield Static(words, classes="intro", markup=False)
        if provider.administrator:
            typed = self.session.draft.section("administrator")
            yield Form(FormState(self.session, "administrator", provider.administrator, typed))

"""Step 4: who administers the child org first."""

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from orgwizard.presentation.form_state import FormState
from orgwizard.presentation.step_order import TITLES
from orgwizard.ui.tui.screens.base import KEYS, SECRET_KEYS, Step
from orgwizard.ui.tui.widgets.form import Form


class AdministratorStep(Step):
    """Describe the first administrator, or read who it will be."""

    number = 4
    section = "administrator"
    heading = TITLES["administrator"]
    summarized = True
    keys = KEYS | SECRET_KEYS

    def buttons(self) -> Iterable[Widget]:
        """Yield the buttons; where there is no field, there is no secret to show."""
        asked = self.session.provider.administrator is not None
        return (button for button in super().buttons() if asked or button.id != "reveal")

    def body(self) -> Iterable[Widget]:
        """Yield the provider's note and its fields, if it has any."""
        provider = self.session.provider
        for words in provider.administrator_note:
            yield Static(words, classes="intro", markup=False)
        if provider.administrator:
            typed = self.session.draft.section("administrator")
            yield Form(FormState(self.session, "administrator", provider.administrator, typed))

"""Step 3: the child org itself."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.presentation.wizard.form_state import FormState
from orgwizard.presentation.wizard.step_order import TITLES, complaints
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.widgets.form import Form
from orgwizard.ui.tui.widgets.lists import labelled
from orgwizard.ui.tui.widgets.name_check import NameCheck


class OrganizationStep(Step):
    """Name the child org."""

    number = 3
    section = "organization"
    heading = TITLES["organization"]
    summarized = True

    def body(self) -> Iterable[Widget]:
        """Yield the fields, what asks about the name, and what is fixed and not asked."""
        model = self.session.provider.organization
        sheet = FormState(self.session, "organization", model, self.session.draft.section("organization"))
        yield Form(sheet)
        yield NameCheck(self.session)
        for title, words in sheet.constants:
            yield labelled(title, Static(words, classes="fact", markup=False))

    def on_mount(self) -> None:
        """Ask about the name that is there already."""
        self.query_one(NameCheck).ask()

    def changed(self) -> None:
        """Ask about the new name, once the user pauses."""
        self.query_one(NameCheck).ask()
        super().changed()

    @on(NameCheck.Answered)
    def _show_answer(self) -> None:
        """Show at its field what is known of the name."""
        self.refresh_notes()

    def on_name_check_taken(self, message: NameCheck.Taken) -> None:
        """Say at its field that the name is taken; the user may be typing in another one, and stays there."""
        if message.typed == self.session.draft.section("organization"):
            self.session.refusals |= complaints(message.refused)
            self.refresh_notes()

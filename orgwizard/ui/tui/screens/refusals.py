"""What a step says of a failure: at the field it is about, else above the buttons, until something is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from orgwizard.domain.errors import WizardError
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.wizard.step_order import complaints, section
from orgwizard.ui.tui.screens.framed import Framed
from orgwizard.ui.tui.widgets import focus
from orgwizard.ui.tui.widgets.dialogs import Ask

if TYPE_CHECKING:
    from orgwizard.presentation.wizard.form_state import Suspect


def show(step: Framed) -> None:
    """Show what stands in the way of a step and no field of it can say; it stays until something is changed."""
    rest = step.standing()
    step.refusal.display = bool(rest)
    step.refusal.update("\n".join(f"! {printable(words)}" for words in rest))


def take(step: Framed, error: WizardError) -> bool:
    """Show a failure at the field it is about; return whether that is one of this step."""
    found = complaints(error)
    if not step.section or section(next(iter(found))) != step.section:
        return False
    step.session.refusals |= found
    step.refresh_notes()
    show(step)
    focus.to_wrong(step)
    return True


def ask_to_use(step: Framed, suspect: Suspect, use: Callable[[], None]) -> None:
    """Ask whether a value may be used that looks like a credential; after a no its field stays marked."""
    from orgwizard.presentation.wizard.form_state import USE_ANYWAY  # its rules are loaded after the first screen

    def answered(yes: bool | None) -> None:
        if yes:
            suspect.allow()
            step.refresh_notes()
            use()

    step.app.push_screen(Ask(f"{suspect.words}\n\n{USE_ANYWAY}?", yes=USE_ANYWAY, no="No"), answered)

"""Leaving the wizard: at once where nothing is lost, else after a question, and never before a response is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgwizard.domain.errors import Exit
from orgwizard.presentation.wizard.leaving_text import (
    IN_BACKGROUND,
    KEPT_ANSWERS,
    LEAVES_FOR_KEYS,
    LEAVES_LOOKUP,
    LEAVES_RUNNING,
    LEAVING,
    LOSES_KEYS,
    NOT_KEPT,
)
from orgwizard.ui.tui.widgets.dialogs import Ask

if TYPE_CHECKING:
    from orgwizard.domain.errors import WizardError
    from orgwizard.domain.events import Result
    from orgwizard.ui.tui.draft_saver import DraftSaver
    from orgwizard.ui.tui.shell import Shell


class Leaving:
    """Whether the user leaves, and what was asked about that."""

    def __init__(self, app: Shell, drafts: DraftSaver) -> None:
        self._app, self._drafts = app, drafts
        self._asking = False
        self._keys_given_up = False  # the user said so, having been asked
        self.wanted = False
        """Whether the user leaves as soon as what is under way has ended."""
        self.done = False
        """Whether the user left, having been asked where keys would be lost."""

    def ask(self) -> None:
        """Leave at once where nothing is lost, else ask."""
        if self._asking:
            return
        question = self.question()
        if not question:
            self.answered(leave=True)
            return
        self._asking = True
        yes = IN_BACKGROUND if question == LEAVES_RUNNING else "Quit"
        self._app.push_screen(Ask(question, yes=yes, no="Stay", about=self._app.step.about()), self.answered)

    def question(self) -> str:
        """Return what to ask before leaving, or ""."""
        session = self._app.session
        result = session.run.result
        if not session.bootstrap.engine.idle.is_set() and not (result and result.secrets):
            if session.run.stored:
                return ""
            if self._app.step.looks_up:
                return LEAVES_LOOKUP
            return LEAVES_FOR_KEYS if session.draft.store == "screen" else LEAVES_RUNNING
        if result and result.secrets:
            return LOSES_KEYS
        begun = session.draft.provider and self._app.step.number and not self._app.in_dialog
        kept = KEPT_ANSWERS if session.drafts.is_saved else NOT_KEPT
        return f"Quit?  {kept}" if begun and not result else ""

    def answered(self, leave: bool | None) -> None:
        """Leave after a yes, once what was sent is stored."""
        self._asking = False
        if not leave:
            return
        session = self._app.session
        self._keys_given_up = bool(session.run.result and session.run.result.secrets)
        if session.bootstrap.engine.idle.is_set():
            self.end()
            return
        self.wanted = True
        session.bootstrap.engine.leave()
        self._app.say(LEAVING)

    def after(self, ended: Result | WizardError) -> bool:
        """Leave after the end of a creation, if that was wanted and loses no keys; return whether it does."""
        self._asking = False
        if not self.wanted or (getattr(ended, "secrets", None) and not self._keys_given_up):
            return False
        self.end()
        return True

    def end(self) -> None:
        """Leave."""
        self._drafts.now()
        self.done = True
        result = self._app.session.run.result
        self._app.exit(return_code=int(result.exit_code if result else Exit.LEFT))

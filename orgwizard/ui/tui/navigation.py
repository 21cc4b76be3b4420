"""Which screen comes next, by what the one before ended with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgwizard.domain.errors import Busy, Repeated, WizardError
from orgwizard.domain.events import Result
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation.wizard import step_order
from orgwizard.presentation.wizard.leaving_text import TAKE_KEYS
from orgwizard.presentation.wizard.start_menu import StartMenu, session_of
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.tui.screens import refusals
from orgwizard.ui.tui.screens.outcomes import (
    Another,
    Back,
    Begin,
    Check,
    Edit,
    Ended,
    Failed,
    FinishInBackground,
    Next,
    Outcome,
    Resume,
)
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.start import FirstStep, StartStep
from orgwizard.ui.tui.widgets.pages import Page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from orgwizard.ui.tui.draft_saver import DraftSaver
    from orgwizard.ui.tui.leaving import Leaving
    from orgwizard.ui.tui.screens.base import Step
    from orgwizard.ui.tui.shell import Shell


def all_steps() -> dict[str, type[Step]]:
    """Return the steps in the order of the walk, by the section of the draft that each is about.

    Those after the first, and what they need, are imported here.
    """
    from orgwizard.ui.tui.screens.administrator import AdministratorStep
    from orgwizard.ui.tui.screens.connect import ConnectStep
    from orgwizard.ui.tui.screens.create import CreateStep
    from orgwizard.ui.tui.screens.organization import OrganizationStep
    from orgwizard.ui.tui.screens.review import ReviewStep
    from orgwizard.ui.tui.screens.store import StoreStep

    order = (SiteStep, ConnectStep, OrganizationStep, AdministratorStep, StoreStep, ReviewStep, CreateStep)
    return {step.section: step for step in order}


def first_screen(session: WizardSession, *, given: bool) -> Step:
    """Return what to begin with: what there is to go on with, or the first open step of a draft that was *given*."""
    if given:
        return all_steps()[step_order.first(session)](session)
    start = StartStep(session, session.bootstrap.drafts.load())
    return FirstStep(session) if start.empty else start


class Navigator:
    """Follows the outcome of each screen to the next one."""

    def __init__(self, app: Shell, drafts: DraftSaver, leaving: Leaving) -> None:
        self._app, self._drafts, self._leaving = app, drafts, leaving
        self._ways: dict[type[Outcome], Callable[[Any], Awaitable[None]]] = {
            Begin: self._begin_steps,
            Resume: self._resume,
            Next: self._next,
            Back: self._back,
            Edit: self._edit,
            Check: self._check,
            Failed: self._failed,
            Ended: self._ended,
            FinishInBackground: self._finish_in_background,
            Another: self._another,
        }

    async def follow(self, outcome: Outcome) -> None:
        """Go where a screen's outcome leads."""
        await self._ways[type(outcome)](outcome)

    async def go(self, name: str) -> None:
        """Show a step afresh from the draft."""
        session = self._session
        step = all_steps()[name](session)  # the draft notes that the user came to it
        self._drafts.now()
        await self._app.switch_screen(step)
        self._app.call_after_refresh(
            lambda: session.bootstrap.engine.work(lambda: session.service.load_ahead(name, session.draft))
        )

    @property
    def _session(self) -> WizardSession:
        return self._app.session

    def _begin(self, draft: Draft) -> None:
        self._app.session = WizardSession(self._session.bootstrap, draft)

    # ---- the beginning ----

    async def _begin_steps(self, outcome: Begin) -> None:
        """Begin the steps with a draft, at the first step that it leaves open."""
        self._begin(outcome.draft)
        self._session.drafts.another_saved = outcome.another_saved
        await self.go(step_order.first(self._session))

    async def _resume(self, outcome: Resume) -> None:
        self._app.session = session_of(self._session.bootstrap, outcome.record)
        self._session.listed = outcome.listed
        await self._check(Check(outcome.record))

    async def _check(self, outcome: Check) -> None:
        """Look at an attempt again, with the connection and the answers that are here."""
        from orgwizard.ui.tui.screens.resume import ResumeStep

        self._drafts.now()
        await self._app.switch_screen(ResumeStep(self._session, outcome.record))

    async def _begin_anew(self) -> None:
        self._begin(Draft())
        await self._app.switch_screen(StartStep(self._session, self._session.bootstrap.drafts.load()))

    async def _another(self, _: Another) -> None:
        """Begin again with the same parent."""
        self._app.session = self._session.for_same_parent()
        await self.go(step_order.first_of_another(self._session))

    async def _list_again(self) -> None:
        """Show the list of attempts, at the one that was taken up from it."""
        from orgwizard.ui.tui.screens.attempts import AttemptsStep

        at = self._session.run.result
        self._begin(Draft())
        newest = StartMenu(self._session.bootstrap, None).attempt_list()
        await self._app.switch_screen(AttemptsStep(self._session, newest, at.attempt if at else ""))

    # ---- from step to step ----

    async def _next(self, _: Next) -> None:
        """Go to the next step, or back to the review where the user came from."""
        after = step_order.after(self._session, self._app.step.section)
        await self.go(after)
        if after == "organization" and self._session.parent.checked:
            self._app.say(f"Connected: {self._session.parent.checked.parent}.")

    async def _back(self, _: Back) -> None:
        """Go one step back; from the first one, and from the list of attempts, to the start."""
        here = self._app.step.section
        if self._session.listed:
            await self._list_again()
        elif here and (before := step_order.before(self._session, here)):
            await self.go(before)
        else:
            self._drafts.now()
            await self._app.switch_screen(StartStep(self._session, self._session.drafts.to_continue()))

    async def _edit(self, outcome: Edit) -> None:
        """Go to a step to change something, and come back to the review after it."""
        if not self._session.draft.org_name:  # an attempt that was taken up: its answers are not here
            await self._begin_anew()
            return
        section, _, self._session.wanted = outcome.field.partition(".")
        self._session.returning = section != "review"
        await self.go(section)

    async def _failed(self, outcome: Failed) -> None:
        """Lead to the field that a failure is about, or tell it on a page, and then on the step."""
        error = outcome.error
        found = step_order.complaints(error)
        section = step_order.section(next(iter(found)))
        if section:
            self._session.refusals |= found
            await self.go(section)
            self._app.say(error.meaning, wrong=True)
            return
        if here := self._app.step.section:
            self._session.refusals[here] = error.cause_and_advice
            refusals.show(self._app.step)
        self._app.push_screen(Page(error.meaning, error.lines()[1:]))

    # ---- the end of a creation ----

    async def _finish_in_background(self, _: FinishInBackground) -> None:
        self._leaving.answered(leave=True)

    async def _ended(self, outcome: Ended) -> None:
        """Show how a creation ended, unless the user leaves with it."""
        ended = outcome.result
        self._app.close_dialogs()  # they asked about a creation that is over
        if isinstance(ended, Result):
            self._session.run.result = ended
        if self._leaving.after(ended):
            return
        error = ended.error if isinstance(ended, Result) else ended
        if isinstance(error, Busy | Repeated) and self._session.draft.org_name:
            self._session.refusals["review"] = error.cause
            await self.go("review")
        elif error and error.field and (not isinstance(ended, Result) or ended.outcome == "not_created"):
            self._session.returning = True
            await self._failed(Failed(error))
        elif isinstance(ended, Result):
            await self._show_result(ended)
        else:
            await self._never_began(ended)

    async def _show_result(self, result: Result) -> None:
        from orgwizard.ui.tui.screens.done import DoneStep

        await self._app.switch_screen(DoneStep(self._session, result))
        if self._leaving.wanted:  # with keys that are nowhere else
            self._leaving.wanted = False
            self._app.say(TAKE_KEYS)

    async def _never_began(self, error: WizardError) -> None:
        if self._app.step.number:
            await self.go("review")
        else:  # an attempt that was to be resumed
            await self._begin_anew()
        await self._failed(Failed(error))

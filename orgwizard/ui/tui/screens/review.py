"""Step 6: the whole order in plain words, the exact request, and the one deliberate act that creates."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static

from orgwizard.domain.errors import WizardError
from orgwizard.presentation import text_report
from orgwizard.presentation.wizard.review import (
    REQUEST_TITLE,
    check_lines,
    check_title,
    is_second,
    lines,
    objections,
    save_plan,
    second,
    warnings,
)
from orgwizard.presentation.wizard.step_order import TITLES, complaints, unfinished
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.storage.attempts.earlier import EarlierAttempt
from orgwizard.ui.tui.screens import refusals
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.screens.outcomes import Check, Edit, Next
from orgwizard.ui.tui.widgets.dialogs import Confirm, TypedConfirmation
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import Menu, button
from orgwizard.ui.tui.widgets.name_check import NameCheck
from orgwizard.ui.tui.widgets.pages import Page

LABELS = 20  # cells of the labels' column
CREATE = Words("create; type a word to confirm", "create")
CHECK = Words("check the earlier attempt at this org", "check")


class ReviewStep(Step):
    """Read everything once more; change any line; create."""

    number = 6
    section = "review"
    heading = TITLES["review"]
    words: ClassVar[Mapping[str, Words | None]] = {
        "select": Words("change the line under the cursor, then come back here", "change"),
        "request": Words("the exact request, secrets masked", "request"),
        "plan": Words("save a plan file without secrets"),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "request", show=False),
        Binding("ctrl+p", "plan", show=False),
    ]

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._earlier = session.run.earlier()

    def key_words(self, action: str) -> Words | None:
        """Return what a key does: Ctrl+N creates, unless this order was sent before."""
        if action == "next":
            return CHECK if self._earlier else CREATE
        return super().key_words(action)

    def body(self) -> Iterable[Widget]:
        """Yield the lines, what cannot be undone, and what the check found."""
        self._lines = list(lines(self.session))
        yield Menu(
            {str(n): f"{label:<{LABELS - 1}} {value}" for n, (_, label, value) in enumerate(self._lines)},
            "lines",
            LABELS,
        )
        yield Static(warnings(self.session), classes="irreversible", markup=False)
        yield NameCheck(self.session)

    def standing(self) -> list[str]:
        """Return why Create is not offered and what will be refused, too: it must be in sight on a small screen."""
        earlier = [self._earlier.error().cause] if self._earlier else []
        return list(dict.fromkeys([*earlier, *super().standing(), *objections(self.session)]))

    def on_mount(self) -> None:
        """Ask once more whether the name is free."""
        self.query_one(NameCheck).ask(after=0)

    def on_name_check_taken(self, message: NameCheck.Taken) -> None:
        """Say that the name is taken; the service would refuse it."""
        self.session.refusals |= complaints(message.refused)
        refusals.show(self)
        if isinstance(self.app.screen, Confirm | SecondOrg):
            self.app.screen.warn(objections(self.session))

    def buttons(self) -> Iterable[Widget]:
        """Yield what can be done from here."""
        if self._earlier:
            yield button("Check", "next")
            yield button("Create a second", "second")
        else:
            yield button("Create", "next")
            yield button("Request", "request")
            yield button("Plan", "plan")
        yield button("Back", "back")

    def selected(self, event: OptionList.OptionSelected) -> None:
        """Go to where the line is changed."""
        self.leave_for(Edit(self._lines[event.option_index][0]))

    # ---- the request and the plan ----

    @work(exclusive=True, description="preparing the request")
    async def action_request(self) -> None:
        """Show the exact request, secrets masked."""
        try:
            order = await asyncio.wrap_future(self.session.ordering())
        except WizardError as error:
            self.refused(error)
            return
        call = self.session.provider.request(order)
        self.app.push_screen(Page(REQUEST_TITLE, text_report.request(call)))

    def action_plan(self) -> None:
        """Ask for a path and save the answers there."""
        self._ask_for_path("plan.toml")

    def _ask_for_path(self, proposed: str, note: str = "") -> None:
        question = "Save a plan file without secrets. Path of the new file:"
        self.app.push_screen(TypedConfirmation(question, yes="Save", value=proposed, note=note), self._save_plan)

    def _save_plan(self, path: str | None) -> None:
        if path:
            saved, words = save_plan(self.session, path)
            if saved:
                self.say(words)
            else:
                self._ask_for_path(path, words)

    # ---- creating ----

    def action_next(self) -> None:
        """Ask for the word that creates; of an order that was sent before, tell what came of it."""
        step = unfinished(self.session)
        if self._earlier:
            self._check(self._earlier)
        elif step != "review":
            self.leave_for(Edit(step))
        else:
            irreversible = self.session.provider.irreversible
            question = Confirm(irreversible, self.about(), objections(self.session))
            self.app.push_screen(question, self._confirmed)

    def action_second(self) -> None:
        """Ask for the sentence that creates another org of this name."""
        if self._earlier:
            self.app.push_screen(SecondOrg(self.session, self._earlier, self.about()), self._confirmed)

    def _check(self, earlier: EarlierAttempt) -> None:
        if earlier.kind == "open":
            self.leave_for(Check(earlier.record))
            return
        self.app.push_screen(Page(check_title(earlier), check_lines(earlier)), self._look_again)

    def _look_again(self, _: None) -> None:
        """Show the review as it is by now: the other process may have ended."""
        self.leave_for(Edit(self.section))

    def _confirmed(self, typed: str | None) -> None:
        if typed:
            self.session.run.again = self._earlier is not None
            self.session.refusals.pop(self.section, None)
            self.leave_for(Next())


class SecondOrg(TypedConfirmation):
    """The question before another org of the same name: a whole sentence has to be typed."""

    def __init__(self, session: WizardSession, earlier: EarlierAttempt, about: tuple[str, str]) -> None:
        self._session = session
        irreversible = session.provider.irreversible
        question = f"{earlier.error().cause} {irreversible} To create a second one, type: {second(session)}"
        super().__init__(question, yes="Create now", about=about, warnings=objections(session))

    def refusal(self, typed: str) -> str:
        """Take the sentence and nothing else."""
        return "" if is_second(self._session, typed) else f"Type: {second(self._session)}"

"""Step 7, second half: how it ended, where the keys are, what to do next."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from orgwizard.domain.errors import WizardError
from orgwizard.domain.events import Result
from orgwizard.presentation.attempts import next_commands
from orgwizard.presentation.progress_text import NO_WAY_BACK, SAVE_QUESTION, SAVING
from orgwizard.presentation.wizard.leaving_text import ANOTHER_LOSES_KEYS
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.tui.screens.keys import KeysStep
from orgwizard.ui.tui.screens.outcomes import Another, Check, Edit
from orgwizard.ui.tui.widgets import result_parts
from orgwizard.ui.tui.widgets.dialogs import Ask, TypedConfirmation
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import button
from orgwizard.ui.tui.widgets.pages import Commands
from orgwizard.ui.tui.widgets.result_parts import COPIES, copies

CHECK_AGAIN = "check again"
BACK_TO_LIST = Words("back to the list of attempts", "back")


class DoneStep(KeysStep):
    """Read the result, take the keys if they are nowhere else, go on or leave."""

    AUTO_FOCUS = ""  # an Enter too many must not take the result away
    number = 7
    heading = "Result"
    words: ClassVar[Mapping[str, Words | None]] = {"back": None, "quit": Words("quit", "quit")}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"copy_fact('{key}')", show=False) for key in COPIES),
        *(Binding(key, f"task('{key}')", show=False) for key in "stfm"),
    ]

    def __init__(self, session: WizardSession, result: Result) -> None:
        super().__init__(session)
        self.result = result
        self.hold_keys(result)

    @property
    def reached(self) -> int:
        """Return the number of the step under way: after an org was created, none."""
        return self.number + (self.result.outcome == "created")

    @property
    def _returns(self) -> bool:
        """Return whether Back leads to the list of attempts; keys that are on this screen only are not left so."""
        return self.session.listed and not self.result.secrets

    @property
    def _onward(self) -> str:
        """Return where Next leads; after an unknown outcome nothing is begun."""
        if self.result.outcome == "not_created":
            # An attempt that was taken up has no answers to review.
            return "back to the review" if self.session.draft.org_name else "back to the start"
        return "new org" if self.result.outcome == "created" else CHECK_AGAIN if self.result.open else ""

    def key_words(self, action: str) -> Words | None:
        """Return what a key does after this end."""
        if action == "back" and self._returns:
            return BACK_TO_LIST
        if action == "next" or (action == "back" and self.result.outcome == "not_created"):
            return Words(self._onward, self._onward) if self._onward else None
        name, _, key = action.rstrip("')").partition("('")
        if name == "copy_fact":
            return Words(f"copy the {COPIES[key]}") if copies(self.result)[key] else None
        if name == "task":
            titles = [task.title for task in next_commands.tasks(self.result) if task.key == key]
            return Words(f"commands to run: {titles[0]}") if titles else None
        return super().key_words(action)

    def body(self) -> Iterable[Widget]:
        """Yield the outcome, the facts, the keys where they are nowhere else, and what to do next."""
        yield from result_parts.outcome(self.result)
        yield from self.keys_box()
        yield from result_parts.next_steps(self.result)

    def buttons(self) -> Iterable[Widget]:
        """Yield what makes sense after this end; never "try again" after an unknown one."""
        yield from self.keys_buttons()
        if self.result.open:
            yield button("Check again", "check")
        if self.result.outcome == "created":
            alone = not (self.result.open or self.result.secrets)
            yield button("New child of the same parent" if alone else "New org", "next")
        if self.result.outcome == "not_created":
            yield button(self._onward.capitalize(), "next")
        if self._returns:
            yield button("Back", "back")
        yield button("Quit", "quit")

    def saving_buttons(self) -> Iterable[Widget]:
        """Yield what stores the keys after all."""
        yield button("Save", "store")

    @work(exclusive=True, group="saving", description="storing the keys after all")
    async def action_store(self) -> None:
        """Ask for a store, and put the keys into it."""
        store = await self.app.push_screen_wait(TypedConfirmation(SAVE_QUESTION, yes="Save", value="file"))
        if not store or not self.result.secrets:
            return
        self.say(SAVING)
        try:
            self.result = await asyncio.wrap_future(self.session.run.save_after_all(self.result, store))
        except WizardError as error:
            self.say(error.cause_and_advice, wrong=True)
            return
        self.hold_keys(self.result)
        await self.recompose()
        self.say(f"The keys are {self.result.stored_words}.")

    def action_copy_fact(self, key: str) -> None:
        """Copy a fact."""
        if value := copies(self.result)[key]:
            self.copy(value)

    def action_task(self, key: str) -> None:
        """Show the commands of a task."""
        for task in next_commands.tasks(self.result):
            if task.key == key:
                self.app.push_screen(Commands(f"{task.title}: {self.result.name}", task.commands))

    def action_check(self) -> None:
        """Finish the attempt, or look it up."""
        try:
            self.leave_for(Check(self.session.service.journal.get(self.result.attempt)))
        except WizardError as error:
            self.say(error.cause, wrong=True)

    def action_next(self) -> None:
        """Go on, after asking where the only copy of the keys is on this screen."""
        if self.result.outcome == "not_created":
            self.leave_for(Edit("review"))
        elif self._onward == CHECK_AGAIN:
            self.action_check()
        elif self.result.outcome == "created" and self.result.secrets:
            self.app.push_screen(Ask(ANOTHER_LOSES_KEYS, yes="New org", no="Stay", about=self.about()), self._go_on)
        else:
            self._go_on(self.result.outcome == "created")

    def _go_on(self, another: bool | None) -> None:
        if another:
            self.leave_for(Another())

    def action_back(self) -> None:
        """Go back to the list that the attempt is from, or to the review if nothing was created."""
        if self._returns:
            super().action_back()
        elif self.result.outcome == "not_created":
            self.action_next()
        else:
            self.say(NO_WAY_BACK)

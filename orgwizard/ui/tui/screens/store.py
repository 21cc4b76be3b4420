"""Step 5: where the new keys go; each place is really tried before it can be chosen."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from textual import on, work
from textual.css.query import NoMatches
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.application.connection.checks import StoreTest
from orgwizard.domain.errors import NeedsConsent
from orgwizard.presentation.wizard import store_choices
from orgwizard.presentation.wizard.step_order import TITLES
from orgwizard.presentation.wizard.store_choices import COMMAND
from orgwizard.presentation.wizard.store_flow import StoreFlow
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.tui.screens.base import FIX
from orgwizard.ui.tui.screens.outcomes import Next
from orgwizard.ui.tui.screens.trial import TrialStep
from orgwizard.ui.tui.widgets.dialogs import Ask
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.lists import Choice, labelled


class StoreStep(TrialStep):
    """Choose the place for the new keys."""

    number = 5
    section = "store"
    heading = TITLES["store"]
    summarized = True

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._flow = StoreFlow(session)
        self._proven: dict[str, str] = {}

    def body(self) -> Iterable[Widget]:
        """Yield the places, what is typed for some of them, and what trying them showed."""
        yield Static(store_choices.INTRODUCTION, classes="intro", markup=False)
        yield labelled("Store", Choice(self._flow.places, self._flow.place, "store"))
        for place in self._flow.places:
            if question := store_choices.question_of(place):
                yield Field(question, self._flow.typed(place))
        yield Static("", id="proof", classes="note", markup=False)

    def on_mount(self) -> None:
        """Try whatever can be tried without a side effect that stays, or a dialog."""
        self._show()
        for place in store_choices.FIRST_TRIED:
            self._try_place(place)
        self._try_keyring()

    @on(Choice.Chosen, "#store")
    def _choose(self, event: Choice.Chosen) -> None:
        self._flow.choose(event.choice.chosen)
        self._taken()
        self._try_keyring()

    @on(Field.Changed)
    def _type(self, event: Field.Changed) -> None:
        place = event.field.question.name
        self._proven.pop(place, None)
        self.query_one("#store", Choice).describe(place, self._flow.places[place])
        self.session.touched.add(f"store.{place}")
        self._flow.type(place, event.field.entry.value)
        self._taken()

    def _taken(self) -> None:
        self.stop_trial()
        self._show()
        self.changed()

    def _show(self) -> None:
        """Show what is typed for the chosen place, and what is known of it."""
        place = self._flow.place
        for field in self.query(Field):
            field.display = field.question.name == place
            if field.display:
                field.show(self._flow.problem if f"store.{place}" in self.session.touched else "")
        self.query_one("#proof", Static).update(self._proven.get(place, self._waiting()))

    def _waiting(self) -> str:
        """Return what is said of a place that was not tried yet."""
        if self._flow.place in (*store_choices.FIRST_TRIED, "keyring"):
            return "Testing…"
        others = store_choices.other_stores() if self._flow.place == COMMAND else ""
        return f"Next tests it. {others}".strip()

    # ---- trying ----

    def _try_keyring(self) -> None:
        """Try the keyring once it is chosen: that may open a dialog in which it is unlocked."""
        if self._flow.place == "keyring" and "keyring" not in self._proven:
            self._try_place("keyring")

    @work(description="testing a store")
    async def _try_place(self, place: str) -> None:
        self._note(place, await asyncio.wrap_future(self._flow.test(place)))

    def _note(self, place: str, test: StoreTest) -> None:
        """Note in the row of a place what its test showed."""
        error = test.error
        self._proven[place] = error.cause_and_advice if error else test.words
        state = "unencrypted" if test.consent else "unavailable" if error else "✓ tested"
        with suppress(NoMatches):  # the user went on meanwhile: there is nothing left to show it on
            self.query_one("#store", Choice).describe(place, f"{self._flow.places[place]:<22} {state}")
            self._show()

    def action_next(self) -> None:
        """Try the chosen place once more, then go on."""
        if self.trying:
            return
        self.session.refusals.pop("store", None)
        if self._flow.problem:
            self.session.touched.add(f"store.{self._flow.place}")
            self._show()
            self.say(FIX, wrong=True)
            self.set_focus(self.query_one(f"#{self._flow.place}", Field).entry)
        else:
            self.trial = self._try_chosen()

    @work(exclusive=True, group="chosen", description="testing the store")
    async def _try_chosen(self) -> None:
        self.say(store_choices.TRYING)
        test = await self._tested()
        if test.consent and await self._agrees(test.consent):
            self._flow.agree(test)
            test = await self._tested()
        if not test.error:
            self.leave_for(Next())
        elif self._flow.place == COMMAND:
            self.say("The command failed its test.", wrong=True)
        else:
            self.say("This store is unavailable. Choose another one.", wrong=True)

    async def _tested(self) -> StoreTest:
        """Test the chosen store, and note what that showed."""
        place = self._flow.place
        test = await asyncio.wrap_future(self._flow.test())
        self._note(place, test)
        return test

    async def _agrees(self, needed: NeedsConsent) -> bool:
        """Ask for consent to a store that keeps plain text."""
        question = f"{needed.cause} {needed.question}"
        agreed: bool = await self.app.push_screen_wait(Ask(question, yes=store_choices.CONSENT, no="No"))
        return agreed

    def action_back(self) -> None:
        """Stop a trial, and go back."""
        self.stop_trial()
        super().action_back()

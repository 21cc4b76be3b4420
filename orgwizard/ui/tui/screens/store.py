"""Step 5: where the new keys go; each place is really tried before it can be chosen."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from textual import on, work
from textual.css.query import NoMatches
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from orgwizard.domain.errors import NeedsConsent, WizardError
from orgwizard.presentation import store_choices
from orgwizard.presentation.step_order import TITLES
from orgwizard.presentation.store_choices import COMMAND
from orgwizard.presentation.wizard_session import WizardSession
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.screens.outcomes import Next
from orgwizard.ui.tui.widgets.dialogs import Ask
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.lists import Choice, labelled


class StoreStep(Step):
    """Choose the place for the new keys."""

    number = 5
    section = "store"
    heading = TITLES["store"]
    summarized = True

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._kept = session.draft.section("store")
        if line := store_choices.typed_of(session.draft.store):
            self._kept.setdefault(self.place, line)
        self._places = store_choices.places(session.draft.store)
        self._proven: dict[str, str] = {}
        self._trial: Worker[None] | None = None

    @property
    def place(self) -> str:
        """Return which of the places is chosen."""
        return store_choices.place_of(self.session.draft.store)

    def body(self) -> Iterable[Widget]:
        """Yield the places, what is typed for some of them, and what trying them showed."""
        yield Static(store_choices.INTRODUCTION, classes="intro", markup=False)
        yield labelled("Store", Choice(self._places, self.place, "store"))
        for place in self._places:
            if question := store_choices.question_of(place):
                yield Field(question, self._typed(place))
        yield Static("", id="proof", classes="note", markup=False)

    def on_mount(self) -> None:
        """Try whatever can be tried without a side effect that stays, or a dialog."""
        self._show()
        for place in store_choices.FIRST_TRIED:
            self._try_place(place)
        self._try_keyring()

    @on(Choice.Chosen, "#store")
    def _choose(self, event: Choice.Chosen) -> None:
        chosen = event.choice.chosen
        self._take(store_choices.store_of(chosen, self._typed(chosen)))
        self._try_keyring()

    @on(Field.Changed)
    def _type(self, event: Field.Changed) -> None:
        place = event.field.question.name
        self._kept[place] = event.text
        self._proven.pop(place, None)
        self.query_one("#store", Choice).describe(place, self._places[place])
        self.session.touched.add(f"store.{place}")
        self._take(store_choices.store_of(place, event.text))

    def _take(self, store: Any) -> None:
        self._stop()
        self.session.draft.store = store
        self.session.refusals.pop("store", None)  # it was about the one before
        self._show()
        self.changed()

    def _typed(self, place: str) -> str:
        return str(self._kept.get(place, ""))

    def _problem(self) -> str:
        """Return what is wrong with what was typed for the chosen place, or ""."""
        place = self.place
        return store_choices.problem_of(place, self._typed(place)) if store_choices.question_of(place) else ""

    def _show(self) -> None:
        """Show what is typed for the chosen place, and what is known of it."""
        touched = f"store.{self.place}" in self.session.touched
        for field in self.query(Field):
            field.display = field.question.name == self.place
            if field.display:
                field.show(self._problem() if touched else "")
        proof = self.query_one("#proof", Static)
        proof.update(self._proven.get(self.place, self._waiting()))

    def _waiting(self) -> str:
        """Return what is said of a place that was not tried yet."""
        if self.place in (*store_choices.FIRST_TRIED, "keyring"):
            return "Testing…"
        others = store_choices.other_stores() if self.place == COMMAND else ""
        return f"Next tests it. {others}".strip()

    # ---- trying ----

    def _try_keyring(self) -> None:
        """Try the keyring once it is chosen: that may open a dialog in which it is unlocked."""
        if self.place == "keyring" and "keyring" not in self._proven:
            self._try_place("keyring")

    @work(description="testing a store")
    async def _try_place(self, place: str) -> None:
        with suppress(NeedsConsent):  # it is asked for on Next
            await self._probe(place, place)

    async def _probe(self, place: str, store: Any) -> bool:
        """Really try a store, note the result in its row, and return whether it works; raises `NeedsConsent`."""
        try:
            self._proven[place] = await asyncio.wrap_future(self.session.service.checks.store(store))
            works = True
        except WizardError as error:
            self._proven[place] = " ".join(filter(None, (error.cause, error.advice)))
            self._describe(place, "unencrypted" if isinstance(error, NeedsConsent) else "unavailable")
            if isinstance(error, NeedsConsent):
                raise
            works = False
        else:
            self._describe(place, "✓ tested")
        return works

    def _describe(self, place: str, state: str) -> None:
        with suppress(NoMatches):  # the user went on meanwhile: there is nothing left to show it on
            self.query_one("#store", Choice).describe(place, f"{self._places[place]:<22} {state}")
            self._show()

    def action_next(self) -> None:
        """Try the chosen place once more, then go on."""
        if self._trial is not None and self._trial.is_running:
            return
        self.session.refusals.pop("store", None)
        if self._problem():
            self.session.touched.add(f"store.{self.place}")
            self._show()
            self.set_focus(self.query_one(f"#{self.place}", Field).entry)
        else:
            self._trial = self._try_chosen()

    @work(exclusive=True, group="chosen", description="testing the store")
    async def _try_chosen(self) -> None:
        self.say(store_choices.TRYING)
        try:
            works = await self._probe(self.place, self.session.draft.store)
        except NeedsConsent as needed:
            works = await self._agreed(needed)
        if works:
            self.leave_for(Next())
        elif self.place == COMMAND:
            self.say("The command failed its test.", wrong=True)
        else:
            self.say("This store is unavailable. Choose another one.", wrong=True)

    async def _agreed(self, needed: NeedsConsent) -> bool:
        """Ask for consent to a store that keeps plain text; with it, the draft has that, and the store is tried."""
        question = f"{needed.cause} {needed.question}"
        if not await self.app.push_screen_wait(Ask(question, yes=store_choices.CONSENT, no="No")):
            return False
        self.session.draft.store = needed.store
        return await self._probe(self.place, needed.store)

    def action_back(self) -> None:
        """Stop a trial, and go back."""
        self._stop()
        super().action_back()

    def _stop(self) -> None:
        """Wait no longer for a trial of what is not wanted any more."""
        if self._trial is not None:
            self._trial.cancel()
            self._trial = None

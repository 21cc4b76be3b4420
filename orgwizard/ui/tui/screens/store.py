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

from orgwizard.domain.errors import WizardError
from orgwizard.presentation.step_order import TITLES
from orgwizard.presentation.store_choices import (
    COMMAND,
    INTRODUCTION,
    PLACES,
    QUESTION,
    TRYING,
    command_line,
    place_of,
    words_of,
)
from orgwizard.presentation.wizard_session import WizardSession
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.widgets.form import Field
from orgwizard.ui.tui.widgets.lists import Choice, labelled


class StoreStep(Step):
    """Choose the place for the new keys."""

    number = 5
    section = "store"
    heading = TITLES["store"]

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._kept = session.draft.section("store")
        if line := command_line(session.draft.store):
            self._kept.setdefault(COMMAND, line)
        self._proven: dict[str, str] = {}
        self._trial: Worker[None] | None = None

    @property
    def place(self) -> str:
        """Return which of the four places is chosen."""
        return place_of(self.session.draft.store)

    def body(self) -> Iterable[Widget]:
        """Yield the places, the command line, and what trying them showed."""
        yield Static(INTRODUCTION, classes="intro", markup=False)
        yield labelled("Keep them in", Choice(PLACES, self.place, "store"))
        yield Field(QUESTION, self._kept.get(COMMAND, ""))
        yield Static("", id="proof", classes="note", markup=False)

    def on_mount(self) -> None:
        """Try whatever can be tried without a side effect that stays."""
        self._show()
        for place in PLACES:
            if place != COMMAND:
                self._try_place(place)

    @on(Choice.Chosen, "#store")
    def _choose(self, event: Choice.Chosen) -> None:
        chosen = event.choice.chosen
        self._take(self._command() if chosen == COMMAND else chosen)

    @on(Field.Changed)
    def _type(self, event: Field.Changed) -> None:
        self._kept[COMMAND] = event.text
        self._proven.pop(COMMAND, None)
        self.choice("store").describe(COMMAND, PLACES[COMMAND])
        self.session.touched.add("store.command")
        self._take(self._command())

    def _take(self, store: Any) -> None:
        self._stop()
        self.session.draft.store = store
        self.session.refusals.pop("store", None)  # it was about the one before
        self._show()
        self.changed()

    def _command(self) -> dict[str, Any]:
        return {COMMAND: words_of(str(self._kept.get(COMMAND, "")))[0]}

    def _show(self) -> None:
        """Show the command line where it is needed, and what is known of the chosen place."""
        field = self.query_one(Field)
        field.display = self.place == COMMAND
        problem = words_of(str(self._kept.get(COMMAND, "")))[1]
        field.show(problem if "store.command" in self.session.touched else "")
        waiting = "It is tried on Next." if self.place == COMMAND else "It is being tried."
        proof = self.query_one("#proof", Static)
        proof.update(self._proven.get(self.place, waiting))

    # ---- trying ----

    @work(description="trying a store")
    async def _try_place(self, place: str) -> None:
        await self._probe(place, place)

    async def _probe(self, place: str, store: Any) -> bool:
        """Really try a store, note the result in its row, and return whether it works."""
        try:
            self._proven[place] = await asyncio.wrap_future(self.session.service.probe(store))
            works = True
        except WizardError as error:
            self._proven[place] = " ".join(filter(None, (error.cause, error.advice)))
            works = False
        state = "works" if works else "does not work here"
        with suppress(NoMatches):  # the user went on meanwhile: there is nothing left to show it on
            self.choice("store").describe(place, f"{PLACES[place]:<22} {state}")
            self._show()
        return works

    def action_next(self) -> None:
        """Try the chosen place once more, then go on."""
        if self._trial is not None and self._trial.is_running:
            return
        self.session.refusals.pop("store", None)
        if self.place == COMMAND and words_of(str(self._kept.get(COMMAND, "")))[1]:
            self.session.touched.add("store.command")
            self._show()
            self.set_focus(self.query_one(Field).entry)
        else:
            self._trial = self._try_chosen()

    @work(exclusive=True, group="chosen", description="trying the chosen store")
    async def _try_chosen(self) -> None:
        self.say(TRYING)
        place, store = self.place, self.session.draft.store
        works = await self._probe(place, store)
        if works:
            self.leave_for(self.Forward())
        elif place == COMMAND:
            self.say("The command did not take the text: see above.", wrong=True)
        else:
            self.say("This place does not work: choose another one.", wrong=True)

    def action_back(self) -> None:
        """Stop a trial, and go back."""
        self._stop()
        super().action_back()

    def _stop(self) -> None:
        """Wait no longer for a trial of what is not wanted any more."""
        if self._trial is not None:
            self._trial.cancel()
            self._trial = None

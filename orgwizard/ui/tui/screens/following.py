"""A step that follows a creation in the engine, which does not need it, to its end."""

from __future__ import annotations

from dataclasses import dataclass

from textual import work
from textual.message import Message

from orgwizard.domain.errors import NOT_KNOWN, WizardError
from orgwizard.domain.events import Event, KeysArrived, Progress, Result
from orgwizard.presentation.progress_text import RUNS_ALREADY, STOPPING
from orgwizard.ui.tui.screens.keys import KeysStep
from orgwizard.ui.tui.screens.outcomes import Ended

LOOK_SECONDS = 1.0
NO_RESULT = "Internal error in orgwizard: the creation ended without a result. See: orgwizard orgs"


class FollowingStep(KeysStep):
    """Begins a creation, takes its events, and ends with it; how they are shown is the step's."""

    _over = False

    @dataclass
    class Told(Message):
        """The engine told of an event, at a time of the service's clock."""

        event: Event
        at: float

    def on_mount(self) -> None:
        """Begin at once: this screen is shown after the word was typed."""
        self._begin()

    @work(description="starting the creation")
    async def _begin(self) -> None:
        try:
            begun = await self.begun()
        except WizardError as error:
            self._end(error)
            return
        if begun:
            self.set_interval(LOOK_SECONDS, self._look)
        else:
            self.say(RUNS_ALREADY, wrong=True)

    def _look(self) -> None:
        """Wait for no creation that has ended, whatever kept it from telling so."""
        if self.session.bootstrap.engine.idle.is_set() and not self._over:
            self._end(self.session.run.result or WizardError(NO_RESULT, meaning=NOT_KNOWN, code="bug"))

    def _end(self, result: Result | WizardError) -> None:
        if not self._over:
            self._over = True
            self.leave_for(Ended(result))

    async def begun(self) -> bool:
        """Have the engine begin; false where it is at work already. Raises a `WizardError`."""
        raise NotImplementedError

    def arrived(self, result: Result) -> None:
        """Show keys that no store takes."""
        raise NotImplementedError

    def fold(self, event: Progress, at: float) -> None:
        """Fold an event, of the time *at*, into what is shown."""
        raise NotImplementedError

    def tell(self, event: Event) -> None:
        """Pass an event on to the screen; runs in the engine's thread and must not block."""
        self.post_message(self.Told(event, self.session.service.clock.now()))

    def on_following_step_told(self, message: Told) -> None:
        """Fold an event into what is shown."""
        message.stop()
        if isinstance(message.event, Result):
            self._end(message.event)
        elif isinstance(message.event, KeysArrived):
            self.arrived(message.event.result)
        else:
            self.fold(message.event, message.at)

    def give_up(self) -> None:
        """Have the engine wait no longer for the response."""
        self.session.service.engine.give_up()
        self.say(STOPPING)

    def stop_waiting(self) -> None:
        """Have the engine end at the next safe point."""
        self.session.service.engine.leave()
        self.say(STOPPING)

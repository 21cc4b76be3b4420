"""Step 7, first half: the stages of a creation under way, with times, and what is safe meanwhile."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.domain.events import CHECK, FIND, SEND, SETTLE, Progress, Result
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.progress_text import (
    KEYS_ARRIVED,
    SAFE_TO_CLOSE,
    TITLES,
    explanation,
    safe,
    waiting,
)
from orgwizard.presentation.wizard import step_order
from orgwizard.presentation.wizard.leaving_text import IN_BACKGROUND
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.tui.screens.following import FollowingStep
from orgwizard.ui.tui.screens.outcomes import FinishInBackground
from orgwizard.ui.tui.widgets.columns import Prose
from orgwizard.ui.tui.widgets.countdown import Countdown
from orgwizard.ui.tui.widgets.dialogs import GiveUp
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import button
from orgwizard.ui.tui.widgets.stages import Stages
from orgwizard.ui.tui.widgets.static_text import StaticText

GIVE_UP = Words("give up on the response; type a word to confirm", "give up")
WHAT_BACKGROUND_DOES = "Ctrl+Q quits the wizard once they are stored; they are tested later."
DOING_INDENT = 2  # cells of the lines after the first
QUITS_NOW = "quit, test the keys later"
QUITS_LOOKUP = "quit: stop checking; the attempt stays open to check again"
STOPS_LOOKUP = "stop checking; the attempt stays open to check again"


class CreateStep(FollowingStep):
    """Watch the creation; it runs in the engine and does not need this screen."""

    AUTO_FOCUS = ""  # an Enter too many must not stop the wait
    number = 7
    section = "create"
    heading = step_order.TITLES["create"]
    safe_without_room = "the creation continues"
    words: ClassVar[Mapping[str, Words | None]] = {"next": None, "back": None}
    stops: ClassVar[str] = "stop waiting; a response is still stored"
    leaves: ClassVar[str] = "finish in background: the wizard quits once the keys are stored, without testing them"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+t", "stop", show=False)]
    no_way_back: ClassVar[str] = "You can't go back while a creation runs."
    shown: ClassVar[frozenset[str]] = frozenset(TITLES)
    """The stages that are listed from the start; others join when they begin."""
    begins_with: ClassVar[str] = CHECK
    """The stage before the first event."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._current = self.begins_with
        self._awaits = False

    def body(self) -> Iterable[Widget]:
        """Yield the stages, what is waited for, and what is safe."""
        yield Static(f"{printable(self.org_name())} at {self.session.provider.title}", classes="title", markup=False)
        hidden = {FIND} if self.session.provider.settle_seconds else {FIND, SETTLE}
        yield Stages(self.shown - hidden)
        yield Countdown()
        yield StaticText(id="doing")
        yield StaticText("\n".join(self._safe()), id="safe")

    def buttons(self) -> Iterable[Widget]:
        """Yield how to wait no longer: the one that loses nothing at the present stage."""
        for label, name in ((IN_BACKGROUND, "background"), ("Stop waiting", "stop")):
            made = button(label, name)
            made.display = (name == "background") == self._can_finish_alone
            yield made

    @property
    def looks_up(self) -> bool:
        """Return whether it is looked up what came of the request: there are no keys to wait for."""
        return self._current == FIND

    @property
    def _can_finish_alone(self) -> bool:
        """Return whether the response is waited for, and its keys go to a place that needs no screen."""
        return self._awaits and self.session.draft.store != "screen"

    def key_words(self, action: str) -> Words | None:
        """Return what a key does at the present stage."""
        if action == "stop":
            return GIVE_UP if self._awaits else Words(STOPS_LOOKUP if self.looks_up else self.stops, "stop waiting")
        if action == "quit":
            return Words(self._leaving_words(), self._leaving_in_short())
        return super().key_words(action)

    def _leaving_in_short(self) -> str:
        if self._can_finish_alone:
            return IN_BACKGROUND.lower()
        return "quit, test later" if self.session.run.stored else "quit"

    def _leaving_words(self) -> str:
        """Return what Ctrl+Q does at the present stage."""
        if self._keys or self.session.draft.store == "screen":
            return "finish safely; the new keys are shown before quitting"
        if self.looks_up:
            return QUITS_LOOKUP
        return QUITS_NOW if self.session.run.stored else self.leaves

    def _refresh_ways_out(self) -> None:
        """Show the button and the keys of the present stage."""
        self.query_one("#background").display = self._can_finish_alone
        self.query_one("#stop").display = not self._can_finish_alone
        self.refresh_hints()

    async def begun(self) -> bool:
        """Have the engine create the org; false where it is at work already. Raises a `WizardError`."""
        order = await asyncio.wrap_future(self.session.ordering())
        return self.session.run.create(order, self.tell)

    def arrived(self, result: Result) -> None:
        """Offer the keys at once: what follows may take minutes, and the line may drop meanwhile."""
        self.hold_keys(result)
        self.query_one("#body").mount(*self.keys_box(), before="#stages")  # in sight on a small screen, too
        self.query_one("#body").scroll_home(animate=False)
        self.query_one("#buttons").mount(*self.keys_buttons(), before=0)
        self.say(KEYS_ARRIVED, wrong=True)
        self._assure()
        self._refresh_ways_out()

    def fold(self, event: Progress, at: float) -> None:
        """Fold an event into what is shown."""
        changed = self.query_one(Stages).take(event, at)
        self._current = event.stage
        awaits = event.stage == SEND and event.left_seconds is None  # else it waits before it sends again
        if awaits != self._awaits or changed:
            self._awaits = awaits
            self._refresh_ways_out()
        self._assure()
        counted = event.left_seconds if event.deadline_seconds is None else event.deadline_seconds
        self.query_one(Countdown).show(counted, waiting(event))
        if words := explanation(event):  # a countdown that says all leaves what was said before it
            self.query_one("#doing", StaticText).update(Prose(printable(words), DOING_INDENT))

    def _assure(self) -> None:
        """Say what is safe by now; that all is seen from afar."""
        sentences, line = self._safe(), self.query_one("#safe", StaticText)
        line.set_class(SAFE_TO_CLOSE in sentences, "-all")
        line.update("\n".join(sentences))

    def _safe(self) -> tuple[str, ...]:
        store, options = self.session.draft.store, self.session.options
        sentences = safe(self._current, store, options, on_screen_only=self._keys is not None)
        return (*sentences, WHAT_BACKGROUND_DOES) if self._can_finish_alone else sentences

    def action_stop(self) -> None:
        """Stop waiting: for the answer, or for the org to become ready."""
        if self._awaits:
            self.app.push_screen(GiveUp(self.session.draft.store, self.about()), self._give_up)
        else:
            self.stop_waiting()

    def action_background(self) -> None:
        """Leave the wizard; the engine ends its work first."""
        self.leave_for(FinishInBackground())

    def _give_up(self, word: str | None) -> None:
        if word:
            self.give_up()

    def action_back(self) -> None:
        """You can't go back from here."""
        self.say(self.no_way_back)

    def action_next(self) -> None:
        """Nothing comes next before the end."""

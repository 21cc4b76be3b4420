"""A creation from its first stage to its end in few lines; then the result, and keys that are nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue

from orgwizard.application.runner import ASKED_BEFORE_GIVING_UP, Engine
from orgwizard.domain.errors import Exit
from orgwizard.domain.events import CHECK, KEEP, SETTLE, STORE, Event, KeysArrived, Progress, Result
from orgwizard.presentation import text_report
from orgwizard.presentation.progress_text import (
    KEYS_ARRIVED,
    RUNS_ALREADY,
    STATES,
    STOPPING,
    TITLES,
    ProgressText,
    safe,
)
from orgwizard.presentation.wizard import store_choices
from orgwizard.presentation.wizard.leaving_text import LEAVING
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.plain.console import Console
from orgwizard.ui.plain.terminal import LOOK_SECONDS, Terminal

MINUTE_SECONDS = 60
GIVES_UP_NEXT = "Still waiting for the response. Press Ctrl+C again to give up: keys in it would be lost for good."


class Interruption:
    """What Ctrl+C does: it ends a prompt, and a creation as soon as its keys are stored; the third gives them up."""

    def __init__(self, engine: Engine, terminal: Terminal) -> None:
        self._engine, self._terminal = engine, terminal
        self.times = 0

    def __call__(self, *_: object) -> None:
        """Take the signal."""
        if self._engine.idle.is_set():
            self._terminal.end(Exit.LEFT)
            return
        self.times += 1
        self._engine.end_soon(self.times)

    @property
    def words(self) -> str:
        """Return what the last one did to a creation."""
        if not self.times:
            return ""
        if self.times <= ASKED_BEFORE_GIVING_UP:
            return LEAVING if self.times == 1 else GIVES_UP_NEXT
        return STOPPING


def followed(
    console: Console,
    interruption: Interruption,
    store: object,
    begin: Callable[[Callable[[Event], None]], bool],
    session: WizardSession,
) -> Result | None:
    """Begin a creation and say its stages; return its result, or None where one was running already.

    Keys that are stored nowhere are shown when they come.
    """
    events: SimpleQueue[Event] = SimpleQueue()
    interruption.times = 0
    stages = Stages(console, store, session.options)
    console.terminal.checked()
    if not begin(events.put):
        console.say(RUNS_ALREADY)
        return None
    for event in _as_they_come(events, console, interruption, session.bootstrap.engine):
        if isinstance(event, Result):
            return event
        if isinstance(event, KeysArrived):
            console.say(KEYS_ARRIVED)
            show_keys(console, session, event.result)
            stages.on_screen_only = True
        else:
            stages.say(event)
    raise RuntimeError("a creation ended without a result")


def _as_they_come(
    events: SimpleQueue[Event], console: Console, interruption: Interruption, engine: Engine
) -> Iterator[Event]:
    """Yield the events of a creation until it is over; what Ctrl+C did meanwhile is said."""
    said = ""
    while not (engine.idle.is_set() and events.empty()):
        event = None
        with suppress(Empty):
            event = events.get(timeout=LOOK_SECONDS)
        if interruption.words != said:
            said = interruption.words
            console.say(said)
        if event:
            yield event
        else:
            console.terminal.checked()


class Stages:
    """The stages of a creation in few lines: what lasts, what is safe meanwhile, and everything that is not well.

    `on_screen_only` once keys came that no store took.
    """

    def __init__(self, console: Console, store: object, options: str) -> None:
        self._console, self._store, self._options = console, store, options
        self.on_screen_only = False
        self._telling = ProgressText()
        # Both were tried before the review, and what is not well is said; a file takes no time.
        self._quiet = {CHECK, STORE, *((KEEP,) if store_choices.place_of(store) in store_choices.FIRST_TRIED else ())}
        self._assured = set(safe(CHECK, store))  # it is what the review said, too

    def say(self, event: Progress) -> None:
        """Say what is new; the next stage says that one went well, and the result what came of all."""
        if event.state == "ok" or (event.stage in self._quiet and event.state != "warning"):
            return
        if event.stage == SETTLE and event.left_seconds is not None and event.left_seconds < MINUTE_SECONDS:
            return  # its beginning said how long it takes
        if words := self._telling.words(event):
            self._console.say(" ".join(filter(None, (_stage(event, words), self._assurance(event)))))

    def _assurance(self, event: Progress) -> str:
        """Return what is safe from now on, every sentence once."""
        if event.state not in ("started", "waiting"):
            return ""
        sentences = safe(event.stage, self._store, self._options, on_screen_only=self.on_screen_only)
        new = [words for words in sentences if words not in self._assured]
        self._assured.update(new)
        return " ".join(new)


def show_keys(console: Console, session: WizardSession, result: Result) -> None:
    """Show each key on a line of its own, exactly as it is; they were shown where the terminal took them."""
    taken = True
    for title, value in text_report.shown_secrets(result):
        console.say(f"{title}, on the next line:")
        taken &= console.say(value)
    if taken:
        session.run.keys_shown()


def _stage(event: Progress, words: str) -> str:
    """Return a stage as a line: its beginning as it is, whatever follows with its name and how it stands."""
    if event.state == "started":
        return f"{words}."
    state = "" if event.state == "waiting" else f", {STATES[event.state]}"
    return f"{TITLES[event.stage]}{state}: {words}"

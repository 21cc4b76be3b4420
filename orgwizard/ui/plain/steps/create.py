"""A creation from its first stage to its end in few lines; then the result, and keys that are nowhere else."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from orgwizard.application.runner import Engine
from orgwizard.domain.errors import Exit, WizardError
from orgwizard.domain.events import CHECK, Event, KeysArrived, Progress, Result
from orgwizard.presentation import text_report
from orgwizard.presentation.progress_text import (
    KEYS_ARRIVED,
    NO_WAY_BACK,
    RUNS_ALREADY,
    SAVE_QUESTION,
    SAVE_TITLE,
    STATES,
    STOPPING,
    TITLES,
    ProgressText,
    safe,
)
from orgwizard.presentation.wizard_session import ANOTHER_LOSES_KEYS, LEAVING, LOSES_KEYS, WizardSession
from orgwizard.ui.plain.console import Back, Console
from orgwizard.ui.plain.terminal import LOOK_SECONDS, Lines, Quit

TIMES_BEFORE_GIVING_UP = 2
GIVES_UP_NEXT = "Still waiting for the response. Ctrl+C once more gives up: keys in it would be lost for good."
SHOW, SAVE, AGAIN, ANOTHER, REVIEW, LEAVE = "show", "save", "check", "another", "review", "quit"
ROWS = {
    SHOW: "Show the new keys, each on a line of its own",
    SAVE: SAVE_TITLE,
    AGAIN: "Check again",
    ANOTHER: "Create another org",
    REVIEW: "Go back",
    LEAVE: "Quit",
}


class Interruption:
    """What Ctrl+C does: it ends a prompt, and a creation as soon as its keys are stored; the third gives them up."""

    def __init__(self, engine: Engine, terminal: Lines) -> None:
        self._engine, self._terminal = engine, terminal
        self.times = 0

    def __call__(self, *_: object) -> None:
        """Take the signal."""
        if self._engine.idle.is_set():
            self._terminal.end(Exit.LEFT)
            return
        self.times += 1
        if self.times <= TIMES_BEFORE_GIVING_UP:
            self._engine.leave()
        else:
            self._engine.give_up()

    @property
    def words(self) -> str:
        """Return what the last one did to a creation."""
        if not self.times:
            return ""
        if self.times <= TIMES_BEFORE_GIVING_UP:
            return LEAVING if self.times == 1 else GIVES_UP_NEXT
        return STOPPING


def followed(
    console: Console,
    interruption: Interruption,
    store: Any,
    begin: Callable[[Callable[[Event], None]], bool],
    session: WizardSession,
) -> Result | None:
    """Begin a creation and say its stages; return its result, or None where one was running already.

    Keys that are stored nowhere are shown when they come.
    """
    events: SimpleQueue[Event] = SimpleQueue()
    interruption.times = 0
    telling, said = ProgressText(), ""
    assurance = Assurance(console, store, session.options)
    console.terminal.checked()
    if not begin(events.put):
        console.say(RUNS_ALREADY)
        return None
    while True:
        try:
            event = events.get(timeout=LOOK_SECONDS)
        except Empty:
            console.terminal.checked()
            if session.bootstrap.engine.idle.is_set() and events.empty():
                raise RuntimeError("a creation ended without a result") from None
            continue
        finally:
            if interruption.words != said:
                said = interruption.words
                console.say(said)
        if isinstance(event, Result):
            return event
        if isinstance(event, KeysArrived):
            console.say(KEYS_ARRIVED)
            show_keys(console, session, event.result)
            assurance.on_screen_only = True
        else:
            _say_stage(console, telling, event)
            assurance.say(event)


def _say_stage(console: Console, telling: ProgressText, event: Progress) -> None:
    if words := telling.words(event):
        console.say(_stage(event, words))


class Assurance:
    """Says what is safe at each stage, every sentence once; `on_screen_only` once keys came that no store took."""

    def __init__(self, console: Console, store: Any, options: str) -> None:
        self._console, self._store, self._options = console, store, options
        self._said = set(safe(CHECK, store))  # it is what the review said, too
        self.on_screen_only = False

    def say(self, event: Progress) -> None:
        """Say what is safe from an event on, unless it only ends a stage."""
        if event.state in ("started", "waiting"):
            sentences = safe(event.stage, self._store, self._options, on_screen_only=self.on_screen_only)
            self._console.say(*(words for words in sentences if words not in self._said))
            self._said.update(sentences)


def show_keys(console: Console, session: WizardSession, result: Result) -> None:
    """Show each key on a line of its own, exactly as it is; they were shown where the terminal took them."""
    taken = True
    for title, value in text_report.shown_secrets(result):
        console.say(f"{title}, on the next line:")
        taken &= console.say_as_it_is(value)
    if taken:
        session.keys_shown()


def _stage(event: Progress, words: str) -> str:
    """Return a stage as a line: its beginning as it is, whatever follows with its name and how it stands."""
    if event.state == "started":
        return f"{words}."
    state = "" if event.state == "waiting" else f", {STATES[event.state]}"
    return f"{TITLES[event.stage]}{state}: {words}"


class Ending:
    """The result of a creation, and what makes sense after it."""

    def __init__(self, console: Console, session: WizardSession, result: Result) -> None:
        self._console, self._session, self._result = console, session, result

    def tell(self) -> None:
        """Say how it ended, where everything is, and what to do next."""
        result, say = self._result, self._console.say
        say(text_report.headline(result))
        if result.error:
            say(*filter(None, (result.error.cause, result.error.advice)))
        say(*(f"{label}: {value}" for label, value in text_report.facts(result)))
        if result.next_steps:
            say("What to do next:", *result.next_steps)

    def next(self) -> str:
        """Return `AGAIN`, `ANOTHER` or `REVIEW`; raises `Quit`, after asking where the only keys would be lost."""
        try:
            return self._chosen()
        except Quit as left:
            if left.code != Exit.LEFT:
                self._show_unseen()
                raise
            self._console.terminal.stays()
            if not self._sure(LOSES_KEYS):
                return self.next()
            raise Quit(self._result.exit_code) from None

    def _chosen(self) -> str:
        while True:
            try:
                chosen = self._console.choose("Next", self._rows(), SHOW if self._unseen else LEAVE)
            except Back:
                if self._result.outcome == "not_created":
                    return REVIEW
                self._console.say(NO_WAY_BACK)
                continue
            if chosen == LEAVE:
                raise Quit
            if chosen == SHOW:
                self._show()
            elif chosen == SAVE:
                self._save()
            elif chosen in (AGAIN, REVIEW) or self._sure(ANOTHER_LOSES_KEYS):
                return chosen

    def _sure(self, question: str) -> bool:
        """Ask before the only keys are lost, on a line of its own: Ctrl+C and the end of input leave one begun."""
        if not self._result.secrets:
            return True
        self._console.say("")
        try:
            return self._console.agrees(question)
        except Back:
            return False

    def _rows(self) -> dict[str, str]:
        """Return what makes sense after this end; never "try again" after an unknown one."""
        keys = [SHOW, SAVE] if self._result.secrets else []
        keys += [AGAIN] if self._result.open else []
        keys += {"created": [ANOTHER], "not_created": [REVIEW]}.get(self._result.outcome, [])
        return {key: ROWS[key] for key in (*keys, LEAVE)}

    @property
    def _unseen(self) -> bool:
        return bool(self._result.secrets) and not self._session.shown

    def _show(self) -> None:
        show_keys(self._console, self._session, self._result)

    def _save(self) -> None:
        """Ask for a store and put the keys into it."""
        console = self._console
        try:
            store = console.ask(f"{SAVE_QUESTION} (Enter takes file):") or "file"
            self._result = console.terminal.awaited(self._session.save_after_all(self._result, store))
        except Back:
            return
        except WizardError as error:
            console.say(*filter(None, (error.cause, error.advice)))
            return
        console.say(f"The keys are {self._result.stored_words}.")

    def _show_unseen(self) -> None:
        """Show the keys before a signal ends everything: they are nowhere else. Where no terminal is, save them."""
        if self._unseen:
            self._show()
            self._session.rescue()

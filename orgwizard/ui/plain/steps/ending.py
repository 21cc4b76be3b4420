"""The result of a creation, and what makes sense after it; keys that are nowhere else are asked about first."""

from orgwizard.domain.errors import Exit, WizardError
from orgwizard.domain.events import Result
from orgwizard.presentation import text_report
from orgwizard.presentation.progress_text import NO_WAY_BACK, SAVE_QUESTION, SAVE_TITLE
from orgwizard.presentation.wizard.leaving_text import ANOTHER_LOSES_KEYS, LOSES_KEYS
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.plain.console import Back, Console
from orgwizard.ui.plain.steps.create import show_keys
from orgwizard.ui.plain.terminal import Quit

SHOW, SAVE, AGAIN, ANOTHER, REVIEW, LEAVE = "show", "save", "check", "another", "review", "quit"
ROWS = {
    SHOW: "Show the new keys, each on a line of its own",
    SAVE: SAVE_TITLE,
    AGAIN: "Check again",
    ANOTHER: "Create another org",
    REVIEW: "Go back",
    LEAVE: "Quit",
}


class Ending:
    """The result of a creation, and what makes sense after it."""

    def __init__(self, console: Console, session: WizardSession, result: Result) -> None:
        self._console, self._session, self._result = console, session, result

    def tell(self) -> None:
        """Say how it ended, where everything is, and what to do next."""
        result, say = self._result, self._console.say
        self._console.heading(text_report.headline(result))
        if result.error:
            say(*filter(None, (result.error.cause, result.error.advice)))
        facts = dict(text_report.facts(result))
        if not result.open:
            facts.pop("Attempt", None)  # nothing is left to do about it
        say(*(f"{label}: {value}" for label, value in facts.items()))
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
        return bool(self._result.secrets) and not self._session.run.shown

    def _show(self) -> None:
        show_keys(self._console, self._session, self._result)

    def _save(self) -> None:
        """Ask for a store and put the keys into it."""
        console = self._console
        try:
            store = console.ask(f"{SAVE_QUESTION} (Enter for file):") or "file"
            self._result = console.terminal.awaited(self._session.run.save_after_all(self._result, store))
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
            self._session.run.rescue()

"""Creations of one run, each followed to its end, told, and what the user does after it."""

from collections.abc import Callable

from orgwizard.domain.errors import Exit
from orgwizard.domain.events import Event, Result
from orgwizard.presentation import farewell, text_report
from orgwizard.presentation.wizard import step_order
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.storage.attempts.record import Record
from orgwizard.ui.plain.console import Console
from orgwizard.ui.plain.steps.base import GoTo
from orgwizard.ui.plain.steps.create import Interruption, followed
from orgwizard.ui.plain.steps.ending import AGAIN, Ending
from orgwizard.ui.plain.terminal import Quit


class Creating:
    """Creates and resumes; `log` is given the lines of each result, which hold no key."""

    def __init__(self, console: Console, interruption: Interruption, log: Callable[[str], object]) -> None:
        self._console, self._interruption, self._log = console, interruption, log
        self._reported: Result | None = None

    def create(self, session: WizardSession) -> str:
        """Create the org; return what the user does next: `ANOTHER`, `REVIEW`, or "" where a creation runs already.

        Raises `GoTo` to the field that a refusal is about.
        """
        order = self._console.terminal.awaited(session.ordering())
        return self._ended(session, session.draft.store, lambda tell: session.run.create(order, tell))

    def resume(self, session: WizardSession, record: Record) -> str:
        """Have an attempt finished or looked up; returns and raises as `create` does."""
        work, awaited = session.bootstrap.engine.work, self._console.terminal.awaited
        return self._ended(session, record.store, lambda tell: awaited(work(lambda: session.run.resume(record, tell))))

    def _ended(self, session: WizardSession, store: object, begin: Callable[[Callable[[Event], None]], bool]) -> str:
        """Follow a creation, tell of its end, and return what the user does next."""
        result = followed(self._console, self._interruption, store, begin, session)
        if result is None:
            return ""
        session.run.result = result
        ending = Ending(self._console, session, result)
        ending.tell()
        for line in farewell.of_result(result) or text_report.result(result):
            self._log(line)
        self._reported = result
        if self._interruption.times and not result.secrets:
            raise Quit
        error = result.error
        if error and result.outcome == "not_created" and (section := step_order.section(error.field)):
            session.returning = True
            raise GoTo(section, error.field.partition(".")[2])
        chosen = ending.next()
        return self.resume(session, session.service.journal.get(result.attempt)) if chosen == AGAIN else chosen

    def has_told(self, result: Result | None) -> bool:
        """Return whether a result is there and was told."""
        return result is not None and result is self._reported

    def tell_late(self, session: WizardSession) -> None:
        """Tell of an end that came after the user was gone; keys that nobody was shown go to a private file."""
        run = session.run
        if run.result and not self.has_told(run.result):
            run.rescue()
            for line in text_report.result(run.result):
                self._console.say(line)
            if run.result.error:
                self._console.say(*run.result.error.lines())

    def exit_code(self, result: Result | None, code: int) -> int:
        """Return the exit code of a session that was left with *code*: that of its result, if an org exists or may."""
        if code != Exit.LEFT or result is None:
            return code
        was_cancelled = result.outcome == "not_created" and self._interruption.times
        return code if was_cancelled else result.exit_code

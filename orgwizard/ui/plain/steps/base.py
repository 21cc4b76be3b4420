"""What the steps that ask have in common: going through their parts, the draft, the consent to a site."""

from collections.abc import Callable

from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.storage.attempts.record import Record
from orgwizard.ui.plain.console import Back, Console


class CheckAgain(Exception):
    """An open attempt at the order is to be finished or looked up."""

    def __init__(self, record: Record) -> None:
        self.record = record
        super().__init__(record)


class GoTo(Exception):
    """The user goes on at another step, at a field that is to be changed; why was said."""

    def __init__(self, section: str, field: str = "") -> None:
        self.section, self.field = section, field
        super().__init__(section, field)


def in_turn(*parts: Callable[[], None]) -> None:
    """Go through the parts of a step; going back leads to the part before, and from the first one out of the step."""
    at = 0
    while at < len(parts):
        try:
            parts[at]()
            at += 1
        except Back:
            if not at:
                raise
            at -= 1


class Step:
    """One step over the session; `go` ends when it is complete, and raises `Back` where the user goes back from it."""

    def __init__(self, console: Console, session: WizardSession) -> None:
        self.console, self.session = console, session

    @property
    def about(self) -> str:
        """Return what is said of the step beside its title."""
        return ""

    def go(self, field: str = "") -> None:
        """Go through the step, beginning at a field where that makes sense."""
        raise NotImplementedError

    def save(self) -> None:
        """Keep the draft; that it cannot be kept is said once."""
        drafts = self.session.drafts
        words = drafts.save()
        if words and not drafts.failure_said:
            self.console.say(words)
            drafts.failure_said = True

    def agreed(self) -> bool:
        """Return whether credentials may be sent to the site: a known one, or the user says yes to it."""
        parent = self.session.parent
        if parent.site and not parent.agreed and self.console.agrees(parent.question):
            parent.agree()
        return parent.agreed

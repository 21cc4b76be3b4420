"""The beginning in plain lines: what there is to go on with, and looking at it before."""

from collections.abc import Iterator
from dataclasses import dataclass

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation.wizard import start_menu
from orgwizard.presentation.wizard.start_menu import StartMenu
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers import PROVIDERS
from orgwizard.storage.attempts.record import Record
from orgwizard.ui.plain.console import SIGN, Back, Console


@dataclass(frozen=True)
class Begun:
    """What the user begins with: a session, and an attempt if one is to be taken up first."""

    session: WizardSession
    record: Record | None = None


class Start:
    """The menu of what there is to go on with; *saved* is the draft."""

    def __init__(self, console: Console, bootstrap: Bootstrap, saved: Draft | None) -> None:
        self._console, self._bootstrap, self._saved = console, bootstrap, saved

    def go(self) -> Begun:
        """Have something chosen to begin with; where there is nothing to choose, it is a new org."""
        while True:
            found = StartMenu(self._bootstrap, self._saved)
            if found.empty:
                return Begun(WizardSession(self._bootstrap, Draft()))
            try:
                if begun := self._begun(found):
                    return begun
            except WizardError as error:
                self._console.say(*error.lines())
            except Back:
                self._console.say(f"This is the first step. {SIGN}quit quits.")

    def _begun(self, found: StartMenu) -> Begun | None:
        """Have a row chosen; return what it begins, None where it was only looked at."""
        self._console.say(*found.warnings)
        chosen = self._chosen(found)
        draft = self._draft_of(found, chosen)
        if draft is None:
            return self._looked_at(found, chosen)
        session = WizardSession(self._bootstrap, draft)
        session.drafts.another_saved = found.spares(draft)
        return Begun(session)

    def _chosen(self, found: StartMenu) -> str:
        rows = start_menu.fitted(found.rows())
        chosen = self._console.choose("Next", rows, next(iter(rows)))
        return chosen if chosen != start_menu.MORE else self._console.choose("Next", found.rows())

    def _draft_of(self, found: StartMenu, chosen: str) -> Draft | None:
        if profile := found.profile(chosen):
            from orgwizard.application.profile_draft import draft_from

            return draft_from(profile)
        return {start_menu.NEW: Draft(), start_menu.CONTINUE: found.saved}.get(chosen)

    def _looked_at(self, found: StartMenu, chosen: str) -> Begun | None:
        """Say what a row is about; return what an attempt that is taken up begins."""
        if record := found.attempt(chosen):
            return self._taken_up(record, found.told(record))
        if chosen == start_menu.ORGS:
            self._console.say(*filter(None, found.record_lines()))
        elif chosen == start_menu.PROBLEMS:
            self._console.say(*(problem.words for problem in found.problems))
        else:
            self._console.say(*self._scenarios())
        return None

    def _taken_up(self, record: Record, known: list[str]) -> Begun | None:
        """Take an open attempt up, if the user says so."""
        self._console.say(*([start_menu.RUNNING_TITLE] if record.running else []), *known)
        if record.running or not self._console.agrees(start_menu.TAKE_UP):
            return None
        return Begun(start_menu.session_of(self._bootstrap, record), record)

    def _scenarios(self) -> Iterator[str]:
        yield start_menu.SCENARIOS_HELP
        titles = {provider.key: provider.title for provider in PROVIDERS}
        yield from (f"{titles[m.provider]}, {m.where}, {m.name}: {m.what}" for m in self._bootstrap.scenarios)

"""What there is to go on with: open attempts, the draft, profiles of earlier orgs, a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.errors import WizardError
from orgwizard.domain.events import options_of
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.text.moment import when
from orgwizard.presentation.attempts.attempt_list import AttemptList
from orgwizard.presentation.wizard import parent_rows, step_order
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers import PROVIDERS, provider_of

if TYPE_CHECKING:
    from datetime import datetime

    from orgwizard.application.service import Service
    from orgwizard.storage.attempts.pulse import Pulse
    from orgwizard.storage.attempts.record import Record
    from orgwizard.storage.profiles import Problem, Profile

_VENDORS = " or ".join(provider.title for provider in PROVIDERS)
_OTHER_NAMES = "".join(f" ({one.title}: or {one.name_field})" for one in PROVIDERS if one.name_field != "name")
INTRODUCTION = f"Create a child org at {_VENDORS}, and keep its one-time keys safe."
HOW = "Seven steps, about 5 minutes. Nothing is created before you confirm."
NEW, CONTINUE, ORGS, SCENARIOS, PROBLEMS = "new", "continue", "orgs", "magic", "problems"
ATTEMPT, PROFILE = "attempt", "profile"
SCENARIOS_TITLE = "Sandbox test names (trigger errors on purpose)"
SCENARIOS_HELP = f"Enter one of these as the org's name{_OTHER_NAMES}, or inside a credential."
ORGS_TITLE = "Orgs and attempts"
PROBLEMS_TITLE = "Unreadable files"
RUNNING_TITLE = "Being created by another orgwizard"
TAKE_UP = "Continue this attempt? orgwizard only checks and stores; it creates nothing."
MORE = "more"
MOST_PROFILES = 5
MOST_ROWS = 9
MOST_WARNINGS = 2
MOST_RECORDS = 20


class StartMenu:
    """What there was when a face began, or came back to the beginning."""

    def __init__(self, bootstrap: Bootstrap, saved: Draft | None, *, at_once: bool = False) -> None:
        """Look; of *saved*, the draft, nothing is offered once its order was sent: the attempt is.

        With *at_once*, the service is not opened to tell the step of a draft alone: `has_moved` is true then.
        """
        self.saved, self._scenarios, self._of_sandbox = saved, bootstrap.scenarios, bootstrap.sandbox
        self.attempts: Sequence[Record] = ()
        self.records: Sequence[Record] = ()  # the newest; `older` counts the others
        self.older = 0
        self.profiles: Sequence[Profile] = ()
        self.problems: Sequence[Problem] = ()
        self.warnings: Sequence[str] = ()
        self._step = ""  # of the draft: the one at which it will open
        self._draft_saved: datetime | None = None
        self._bootstrap, self._pulse = bootstrap, None if bootstrap.is_new() else self._look(bootstrap.service)
        if saved is not None and not (at_once and self._pulse is None):
            self._look_at_draft(WizardSession(bootstrap, saved))
        self._add_drafts(bootstrap)

    def has_moved(self) -> bool:
        """Return whether an attempt has begun, moved on or ended since: some looks at the disk, and nothing is read.

        So it has where there is more to say of the draft.
        """
        if self._pulse is None:
            return not self._bootstrap.is_new() or (self.saved is not None and not self._step)
        from orgwizard.storage.attempts.pulse import left_alone, pulse

        return pulse(self._bootstrap.service.journal.folder) != self._pulse or left_alone(self.attempts)

    def attempt_list(self) -> AttemptList:
        """Return the newest attempts as the beginning of a list."""
        return AttemptList(self.records, self._pulse or frozenset(), self.older)

    def _look_at_draft(self, session: WizardSession) -> None:
        """Offer the draft, unless its order was sent: then the attempt is what is offered."""
        if self._pulse is not None and session.run.was_sent():
            self.saved = None
        else:
            self._step = step_order.incomplete(session)
            self._draft_saved, self._now = session.bootstrap.drafts.saved_at, session.service.clock.wall()

    def _add_drafts(self, bootstrap: Bootstrap) -> None:
        """Tell of drafts that cannot be read, too."""
        if not bootstrap.drafts.problems:
            return
        from orgwizard.storage.profiles import Problem

        self.problems = (*self.problems, *(Problem(path, words) for path, words in bootstrap.drafts.problems.items()))

    def _look(self, service: Service) -> Pulse:
        """Look into the folders; one that cannot be read is a problem, too. Returns how the journal was before that."""
        from orgwizard.application.keys.key_check import idle_warning
        from orgwizard.presentation.attempts import attempt_text
        from orgwizard.storage.attempts.pulse import pulse
        from orgwizard.storage.profiles import Problem

        before, self._now = pulse(service.journal.folder), service.clock.wall()
        try:
            found_profiles, self.problems = service.profiles.latest(MOST_PROFILES)
            warnings = [words for profile in found_profiles if (words := idle_warning(profile, self._now))]
            self.warnings = [] if self._of_sandbox else _most_pressing(warnings)  # its orgs end with their run
            self.profiles = parent_rows.one_per_parent(found_profiles)
            found = service.journal.overview(MOST_RECORDS)
            self.attempts, self.records, self.older = found.open, found.newest, found.total - len(found.newest)
            unreadable = (Problem(record.path, " ".join(attempt_text.lines(record))) for record in found.damaged)
            self.problems = (*self.problems, *unreadable)
        except WizardError as fault:
            self.problems = (*self.problems, Problem(service.journal.folder, fault.cause))
        return before

    def told(self, record: Record) -> list[str]:
        """Return what is known of an attempt, which a person knows by its name and time."""
        from orgwizard.presentation.attempts import attempt_text

        return attempt_text.lines(record, self._now)

    def record_lines(self) -> list[str]:
        """Return what is known of the newest attempts, each with the commands to go on with."""
        from orgwizard.presentation.attempts import next_commands

        options = options_of(sandbox=self._of_sandbox)
        attempts = ((*self.told(record), *next_commands.lines(record, options)) for record in self.records)
        lines = [line for attempt in attempts for line in attempt]
        return [*lines, f"{self.older:,} older attempts: orgwizard orgs --all"] if self.older else lines

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to offer but a new org."""
        return list(self.rows()) == [NEW]

    def spares(self, draft: Draft) -> bool:
        """Return whether *draft* is not the saved one, and that one names an org."""
        return self.saved is not None and draft is not self.saved and bool(self.saved.section("organization"))

    def rows(self) -> dict[str, str]:
        """Return what can be done, the most pressing first; "attempt-0" is the first attempt, and so on."""
        rows = {f"{ATTEMPT}-{number}": self._attempt_words(record) for number, record in enumerate(self.attempts)}
        if self.saved:
            rows[CONTINUE] = f"{_draft_words(self.saved)}{self._draft_standing()}"
        rows[NEW] = "Create a new org"
        shown = self.profiles[:MOST_PROFILES]
        rows |= {f"{PROFILE}-{number}": words for number, words in enumerate(parent_rows.words_of(shown))}
        if self.records:
            rows[ORGS] = ORGS_TITLE
        if self.problems:
            rows[PROBLEMS] = f"{PROBLEMS_TITLE}: {len(self.problems)}"
        if self._scenarios:
            rows[SCENARIOS] = SCENARIOS_TITLE
        return rows

    def _draft_standing(self) -> str:
        """Return the step at which the draft will open and when it was saved, "" before they are known."""
        if not self._step:
            return ""
        steps = list(step_order.TITLES)
        saved = f"; {when(self._draft_saved, self._now)}" if self._draft_saved else ""
        return f" (step {steps.index(self._step) + 1} of {len(steps)}{saved})"

    def _attempt_words(self, record: Record) -> str:
        from orgwizard.presentation.attempts import attempt_text

        state = attempt_text.RUNNING_WORDS if record.running else attempt_text.STATE_WORDS[record.state]
        return f"{record.name}: {state} ({when(record.started, self._now)})"

    def attempt(self, row: str) -> Record | None:
        """Return the attempt that a row is about."""
        name, _, number = row.partition("-")
        return self.attempts[int(number)] if name == ATTEMPT else None

    def profile(self, row: str) -> Profile | None:
        """Return the profile that a row is about."""
        name, _, number = row.partition("-")
        return self.profiles[int(number)] if name == PROFILE else None


def session_of(bootstrap: Bootstrap, record: Record) -> WizardSession:
    """Return a session in which an attempt is taken up; what was typed for another org stays in its draft."""
    draft = Draft(record.provider)
    draft.section("parent")["site"] = record.site
    session = WizardSession(bootstrap, draft)
    session.drafts.keeping = False
    return session


def fitted(rows: Mapping[str, str]) -> dict[str, str]:
    """Return at most nine rows: the most pressing ones, a new org and all orgs always, the rest behind "More"."""
    if len(rows) <= MOST_ROWS:
        return dict(rows)
    always = [name for name in rows if name in (CONTINUE, NEW, ORGS)]
    others = [name for name in rows if name not in always][: MOST_ROWS - 1 - len(always)]
    kept = {name: words for name, words in rows.items() if name in always or name in others}
    return {**kept, MORE: f"More ({len(rows) - len(kept)})"}


def _most_pressing(warnings: list[str]) -> list[str]:
    """Return a few warnings, and how many more there are."""
    more = len(warnings) - MOST_WARNINGS
    return warnings if more <= 0 else [*warnings[:MOST_WARNINGS], f"{more} more like this: orgwizard orgs --check"]


def _draft_words(draft: Draft) -> str:
    name = draft.org_name
    where = parent_rows.host(draft.site) or provider_of(draft.provider).title
    return f"Resume draft for {name} at {where}" if name else f"Resume draft for {where}"

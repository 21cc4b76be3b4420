"""What there is to go on with: open attempts, the draft, profiles of earlier orgs, a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import WizardError
from orgwizard.presentation.wizard_session import WizardSession

if TYPE_CHECKING:
    from orgwizard.application.service import Service
    from orgwizard.storage.attempt_journal import Record
    from orgwizard.storage.profiles import Problem, Profile

INTRODUCTION = "Create a child organization at Okta or Datadog; keep its one-time keys safe."
HOW = "Seven steps, about 5 minutes. Nothing is created before you confirm."
NEW, CONTINUE, ORGS, SCENARIOS, PROBLEMS = "new", "continue", "orgs", "magic", "problems"
ATTEMPT, PROFILE = "attempt", "profile"
SCENARIOS_TITLE = "Sandbox test names (trigger errors on purpose)"
SCENARIOS_HELP = "Enter one of these as the org's name (Okta: or subdomain), or inside a credential."
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

    def __init__(self, bootstrap: Bootstrap, saved: Draft | None) -> None:
        """Look; of *saved*, the draft, nothing is offered once its order was sent: the attempt is."""
        self.saved, self._scenarios = saved, bootstrap.scenarios
        self.attempts: Sequence[Record] = ()
        self.records: Sequence[Record] = ()  # the newest; `older` counts the others
        self.older = 0
        self.profiles: Sequence[Profile] = ()
        self.problems: Sequence[Problem] = ()
        self.warnings: Sequence[str] = ()
        if not bootstrap.is_new():
            self._look(bootstrap.service)
            if saved is not None and WizardSession(bootstrap, saved).was_sent():
                self.saved = None
        self._add_drafts(bootstrap)

    def _add_drafts(self, bootstrap: Bootstrap) -> None:
        """Tell of drafts that cannot be read, too."""
        if not bootstrap.drafts.problems:
            return
        from orgwizard.storage.profiles import Problem

        self.problems = (*self.problems, *(Problem(path, words) for path, words in bootstrap.drafts.problems.items()))

    def _look(self, service: Service) -> None:
        """Look into the folders; one that cannot be read is a problem, too."""
        from orgwizard.application.key_check import idle_warning
        from orgwizard.storage.profiles import Problem

        try:
            found_profiles, self.problems = service.profiles.latest(MOST_PROFILES)
            now = service.clock.wall()
            self.warnings = _most_pressing([w for profile in found_profiles if (w := idle_warning(profile, now))])
            self.profiles = _one_per_parent(found_profiles)
            found = service.journal.overview(MOST_RECORDS)
            self.attempts, self.records, self.older = found.open, found.newest, found.total - len(found.newest)
        except WizardError as fault:
            self.problems = (*self.problems, Problem(service.journal.folder, fault.cause))

    def record_lines(self) -> list[str]:
        """Return what is known of the newest attempts, a blank line after each."""
        lines = [line for record in self.records for line in (*attempt_lines(record), "")]
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
        rows = {f"{ATTEMPT}-{number}": _attempt_words(record) for number, record in enumerate(self.attempts)}
        if self.saved:
            rows[CONTINUE] = f"Resume draft: {_draft_words(self.saved)}"
        rows[NEW] = "Create a new org"
        shown = self.profiles[:MOST_PROFILES]
        alike = Counter(map(_profile_words, shown))
        for number, profile in enumerate(shown):
            words = _profile_words(profile)
            rows[f"{PROFILE}-{number}"] = f"{words} ({profile.name})" if alike[words] > 1 else words
        if self.records:
            rows[ORGS] = ORGS_TITLE
        if self.problems:
            rows[PROBLEMS] = f"{PROBLEMS_TITLE}: {len(self.problems)}"
        if self._scenarios:
            rows[SCENARIOS] = SCENARIOS_TITLE
        return rows

    def attempt(self, row: str) -> Record | None:
        """Return the attempt that a row is about."""
        name, _, number = row.partition("-")
        return self.attempts[int(number)] if name == ATTEMPT else None

    def profile(self, row: str) -> Profile | None:
        """Return the profile that a row is about."""
        name, _, number = row.partition("-")
        return self.profiles[int(number)] if name == PROFILE else None


def fitted(rows: Mapping[str, str]) -> dict[str, str]:
    """Return at most nine rows: those that go on with something first, a new org always, the rest behind "More"."""
    if len(rows) <= MOST_ROWS:
        return dict(rows)
    always = [name for name in rows if name in (CONTINUE, NEW)]
    others = [name for name in rows if name not in always][: MOST_ROWS - 1 - len(always)]
    kept = {name: words for name, words in rows.items() if name in always or name in others}
    return {**kept, MORE: f"More ({len(rows) - len(kept)})"}


def _one_per_parent(profiles: Sequence[Profile]) -> list[Profile]:
    """Return one profile of each connection, that of the parent org itself if there is one, else the newest."""
    newest = sorted(profiles, key=lambda profile: (profile.kind == "parent", profile.created), reverse=True)
    found: dict[tuple[str, str, str, str], Profile] = {}
    for profile in newest:
        sources = ", ".join(f"{name} {ref.describe()}" for name, ref in sorted(profile.parent.items()))
        found.setdefault((profile.provider, profile.site, profile.method, sources), profile)
    return list(found.values())


def _most_pressing(warnings: list[str]) -> list[str]:
    """Return a few warnings, and how many more there are."""
    more = len(warnings) - MOST_WARNINGS
    return warnings if more <= 0 else [*warnings[:MOST_WARNINGS], f"{more} more like this: orgwizard orgs --check"]


def attempt_lines(record: Record) -> list[str]:
    """Return what is known of an attempt."""
    from orgwizard.presentation import text_report

    return text_report.attempt(record)


def _attempt_words(record: Record) -> str:
    from orgwizard.presentation import text_report

    state = text_report.RUNNING_WORDS if record.running else text_report.STATE_WORDS[record.state]
    return f"{record.name}: {state}"


def _profile_words(profile: Profile) -> str:
    if profile.kind == "parent":
        return f"New child of {profile.org.name} ({profile.site})"
    return f"New child of {profile.site} (same connection as {profile.org.name})"


def _draft_words(draft: Draft) -> str:
    name = draft.section("organization").get("name", "")
    where = draft.site or draft.provider
    return f"{name} at {where}" if name else where

"""What there is to go on with: open attempts, the draft, profiles of earlier orgs, a new one."""

from collections.abc import Sequence

from orgwizard import report
from orgwizard.answers import Draft
from orgwizard.attempts import Record
from orgwizard.desk import Desk
from orgwizard.journey.session import Magic
from orgwizard.profiles import Profile

INTRODUCTION = "A child organization at Okta or Datadog: created once, its keys kept."
NEW, CONTINUE, ORGS, MAGIC, PROBLEMS = "new", "continue", "orgs", "magic", "problems"
ATTEMPT, PROFILE = "attempt", "profile"
MAGIC_TITLE = "Names that make the sandbox misbehave"
MAGIC_WORDS = "Give one of these as the name (Okta: or subdomain) of the org, or inside a credential."
ORGS_TITLE = "Orgs created so far"
PROBLEMS_TITLE = "Profiles that cannot be read"
RUNNING_TITLE = "An attempt under way in another process"
TAKE_UP = "Take it up now? It is finished or looked up; nothing is created."
MOST_PROFILES = 5


class Beginnings:
    """What a desk had when a face began, or came back to the beginning."""

    def __init__(self, desk: Desk, saved: Draft | None, magic: Sequence[Magic] = ()) -> None:
        self.saved, self._magic = saved, magic
        self.attempts = desk.journal.open()
        self.records = desk.journal.all()
        self.profiles, self.problems = desk.profiles.all()

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to offer but a new org."""
        return list(self.rows()) == [NEW]

    def rows(self) -> dict[str, str]:
        """Return what can be done, the most pressing first; "attempt-0" is the first attempt, and so on."""
        rows = {f"{ATTEMPT}-{number}": _attempt_words(record) for number, record in enumerate(self.attempts)}
        if self.saved:
            rows[CONTINUE] = f"Continue the draft: {_draft_words(self.saved)}"
        rows[NEW] = "Create a new org"
        for number, profile in enumerate(self.profiles[:MOST_PROFILES]):
            rows[f"{PROFILE}-{number}"] = _profile_words(profile)
        if self.records:
            rows[ORGS] = ORGS_TITLE
        if self.problems:
            rows[PROBLEMS] = f"{PROBLEMS_TITLE}: {len(self.problems)}"
        if self._magic:
            rows[MAGIC] = MAGIC_TITLE
        return rows

    def of(self, row: str) -> Record | Profile | None:
        """Return the attempt or the profile that a row is about."""
        name, _, number = row.partition("-")
        lists: dict[str, Sequence[Record | Profile]] = {ATTEMPT: self.attempts, PROFILE: self.profiles}
        return lists[name][int(number)] if name in lists else None


def _attempt_words(record: Record) -> str:
    state = "under way in another process" if record.running else report.STATE_WORDS[record.state]
    return f"Look at {record.name}: {state}"


def _profile_words(profile: Profile) -> str:
    if profile.kind == "parent":
        return f"A child of {profile.org.name} ({profile.site})"
    return f"Another child of {profile.site}, as with {profile.org.name}"


def _draft_words(draft: Draft) -> str:
    name = draft.section("organization").get("name", "")
    where = draft.site or draft.provider
    return f"{name} at {where}" if name else where

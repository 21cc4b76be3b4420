"""The screen before the steps: open attempts, the draft, profiles, orgs so far, a new one."""

from collections.abc import Iterable
from typing import ClassVar

from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList, Static

from orgwizard import report
from orgwizard.answers import Draft
from orgwizard.attempts import Record
from orgwizard.journey.session import Session
from orgwizard.profiles import Profile
from orgwizard.providers import PROVIDERS
from orgwizard.text import printable
from orgwizard.tui.choice import Menu, button
from orgwizard.tui.dialogs import Ask, Page, table
from orgwizard.tui.step import KEYS, Step

NEW, CONTINUE, ORGS, MAGIC, PROBLEMS = "new", "continue", "orgs", "magic", "problems"
ATTEMPT, PROFILE = "attempt-", "profile-"
MOST_PROFILES = 5


class StartStep(Step):
    """Offer what there is to go on with."""

    heading = "orgwizard"
    hints = "Enter choose · F1 keys · Ctrl+Q leave"
    keys: ClassVar[dict[str, str]] = {
        "Up, Down": "move",
        "Enter": "do what is under the cursor",
        **{k: KEYS[k] for k in ("F1, Ctrl+G", "Ctrl+L", "Ctrl+Q")},
    }

    class Chosen(Message):
        """The user begins with a draft: an empty one, the saved one, or one made from a profile."""

        def __init__(self, draft: Draft) -> None:
            self.draft = draft
            super().__init__()

    class Resumed(Message):
        """The user takes up an attempt that was interrupted."""

        def __init__(self, record: Record) -> None:
            self.record = record
            super().__init__()

    def __init__(self, session: Session, saved: Draft | None) -> None:
        super().__init__(session)
        self._saved = saved
        self._open = session.desk.journal.open()
        self._profiles, self._broken = session.desk.profiles.all()

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to offer but a new org."""
        return list(self._rows()) == [NEW]

    def body(self) -> Iterable[Widget]:
        """Yield a sentence and what can be done."""
        yield Static(
            "A child organization at Okta or Datadog: created once, its keys kept.",
            classes="intro",
            markup=False,
        )
        yield Menu(self._rows(), "start")

    def buttons(self) -> Iterable[Widget]:
        """Yield the buttons."""
        yield button("Choose", "next")
        yield button("Leave", "leave")

    def _rows(self) -> dict[str, str]:
        """Return what can be done, the most pressing first."""
        rows = {f"{ATTEMPT}{number}": _attempt_words(record) for number, record in enumerate(self._open)}
        if self._saved:
            rows[CONTINUE] = f"Continue the draft: {_draft_words(self._saved)}"
        rows[NEW] = "Create a new org"
        for number, profile in enumerate(self._profiles[:MOST_PROFILES]):
            rows[f"{PROFILE}{number}"] = f"Another child of {profile.site}, as with {profile.org.name}"
        if self.session.desk.journal.all():
            rows[ORGS] = "Orgs created so far"
        if self._broken:
            rows[PROBLEMS] = f"Profiles that cannot be read: {len(self._broken)}"
        if self.session.magic:
            rows[MAGIC] = "Names that make the sandbox misbehave"
        return rows

    def action_next(self) -> None:
        """Do what is under the cursor."""
        self.query_one(Menu).action_select()

    def action_back(self) -> None:
        """Nothing lies before this screen."""
        self.say("This is the beginning. Ctrl+Q leaves.")

    def action_leave(self) -> None:
        """Leave the wizard."""
        self.call_later(self.app.action_quit)

    def selected(self, event: OptionList.OptionSelected) -> None:
        """Go where the row leads."""
        chosen = event.option_id or NEW
        name, _, number = chosen.partition("-")
        if chosen == CONTINUE and self._saved:
            self.post_message(self.Chosen(self._saved))
        elif name == "profile":
            self._begin_from(self._profiles[int(number)])
        elif chosen == NEW:
            self.post_message(self.Chosen(Draft()))
        elif name == "attempt":
            self._ask_about(self._open[int(number)])
        else:
            self.app.push_screen(self._page(name))

    def _ask_about(self, record: Record) -> None:
        """Tell truthfully what is known of an attempt, and offer to take it up."""
        known = "\n".join(report.attempt(record))
        if record.running:
            self.app.push_screen(Page("An attempt under way in another process", known.splitlines()))
            return

        def answered(resume: bool | None) -> None:
            if resume:
                self.post_message(self.Resumed(record))

        question = f"{known}\n\nTake it up now? It is finished or looked up; nothing is created."
        self.app.push_screen(Ask(question, yes="Take it up", no="Not now"), answered)

    def _begin_from(self, profile: Profile) -> None:
        self.post_message(self.Chosen(self.session.desk.draft_from(profile)))

    def _page(self, name: str) -> Page:
        """Return the page that a row opens."""
        if name == MAGIC:
            return self._magic_page()
        if name == PROBLEMS:
            return Page("Profiles that cannot be read", [printable(p.words) for p in self._broken])
        records = self.session.desk.journal.all()
        return Page("Orgs created so far", [line for record in records for line in (*report.attempt(record), "")])

    def _magic_page(self) -> Page:
        lines = ["Give one of these as the name (Okta: or subdomain) of the org, or inside a credential.", ""]
        for provider in PROVIDERS:
            for where in ("organization", "credential"):
                found = [m for m in self.session.magic if (m.provider, m.where) == (provider.key, where)]
                lines += [f"{provider.title}, {where}:", *table({m.name: m.what for m in found}, 24), ""]
        return Page("Names that make the sandbox misbehave", lines)


def _attempt_words(record: Record) -> str:
    state = "under way in another process" if record.running else report.STATE_WORDS[record.state]
    return f"Look at {record.name}: {state}"


def _draft_words(draft: Draft) -> str:
    name = draft.section("organization").get("name", "")
    where = draft.site or draft.provider
    return f"{name} at {where}" if name else where

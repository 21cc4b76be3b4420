"""Orgs and attempts: a list to work through, with all that is known of the one under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import OptionList

from orgwizard.domain.events import SANDBOX_ENDED
from orgwizard.presentation.attempts import attempt_details, next_commands
from orgwizard.presentation.attempts.attempt_text import to_do
from orgwizard.presentation.wizard.start_menu import ORGS_TITLE, RUNNING_TITLE
from orgwizard.ui.tui.screens.outcomes import Resume
from orgwizard.ui.tui.screens.watching import WatchingStep
from orgwizard.ui.tui.widgets.attempt_pane import AttemptPane
from orgwizard.ui.tui.widgets.attempt_rows import AttemptRows
from orgwizard.ui.tui.widgets.dialogs import TypedConfirmation
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import button
from orgwizard.ui.tui.widgets.pages import Commands, Page

if TYPE_CHECKING:
    from orgwizard.presentation.attempts.attempt_list import AttemptList
    from orgwizard.presentation.wizard.wizard_session import WizardSession
    from orgwizard.storage.attempts.record import Record

BESIDE_COLUMNS = 100  # from here on the details stand beside the list
TAB = "move between details, list and buttons"
CHECK = Words("check again: resume an open attempt, or check stored keys; it creates nothing", "check")
COMMANDS = Words("show the commands to go on with", "commands")
COPIES = {
    "i": Words("copy the org ID", "copy"),
    "u": Words("copy the org URL", "copy"),
    "k": Words("copy the path of the keys", "copy"),
}
COPYING = {f"copy('{key}')": (key, words) for key, words in COPIES.items()}
FIND = Words("find attempts by name", "find")
FIND_QUESTION = "Show orgs with this text in their name. Cancel shows all."
FOUND = "{} of {:,} attempts. Press f to find others, or to show all."
NO_COMMANDS = "No command continues this attempt."
NOTHING_TO_CHECK = "Nothing to check: the outcome is known, and there are no keys to test."
READING = "Reading {} older attempts..."
CHECKED = "Checked: see Key check in the details."
CHECKING = "Checking the stored keys (read-only)."


class AttemptsStep(WatchingStep):
    """Select an attempt, read all about it, check it again, copy from it, see what can be done next."""

    heading = ORGS_TITLE
    words: ClassVar[Mapping[str, Words | None]] = {
        "back": Words("back to the start", "back"),
        "quit": Words("quit"),
    }
    AUTO_FOCUS = "AttemptRows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "commands", show=False),
        Binding("f,slash", "find", show=False),
        *(Binding(key, action, show=False) for action, (key, _) in COPYING.items()),
    ]

    def __init__(self, session: WizardSession, newest: AttemptList, at: str = "") -> None:
        """Begin with the *newest* attempts, at one of them; the older ones are read meanwhile."""
        super().__init__(session)
        self._list, self._at = newest, at
        self._checked: dict[str, str] = {}  # by attempt, what a check of its keys found
        self._wanted = ""  # what the names of the attempts contain that are shown

    # ---- what is drawn ----

    def body(self) -> Iterable[Widget]:
        """Yield the list, and what is known of the attempt under the cursor."""
        with Container(id="attempts"):
            yield AttemptRows("attempt-list")
            yield AttemptPane(id="attempt")

    def buttons(self) -> Iterable[Widget]:
        """Yield what can be done; copying has its keys."""
        yield button("Check again", "next")
        yield button("Commands", "commands")
        yield button("Back", "back")

    def on_mount(self) -> None:
        """Show the newest, and read the older ones meanwhile."""
        self._fit()
        self._show()
        self.query_one(AttemptRows).go_to(self._at)
        if self._list.older:
            self.say(READING.format(f"{self._list.older:,}"))
            self.look()

    @on(Resize)
    def _fit(self) -> None:
        self.set_class(self.app.size.width >= BESIDE_COLUMNS, "-beside")

    @work(exclusive=True, group="looking", description="reading the attempts")
    async def look(self) -> None:
        """Show what there is by now."""
        bootstrap, known = self.session.bootstrap, self._list
        found = await asyncio.wrap_future(bootstrap.engine.work(lambda: known.moved(bootstrap.service.journal)))
        if found is not known and not self.is_gone() and self.query(AttemptRows):
            self._list = found
            self.say(found.problem, wrong=bool(found.problem))
            self._show()

    def _show(self) -> None:
        shown = self._list.named(self._wanted)
        self.query_one(AttemptRows).show(shown, self.session.service.clock.wall())
        self._show_details()

    @on(OptionList.OptionHighlighted)
    def _show_details(self) -> None:
        """Show all about the attempt under the cursor, from its beginning."""
        record, now = self._record, self.session.service.clock.wall()
        checked = self._checked.get(record.id, "") if record else ""
        self.query_one(AttemptPane).show(record, now, checked)
        self.call_after_refresh(self.refresh_hints)  # whether they scroll is known then

    def key_words(self, action: str) -> Words | None:
        """Return what a key does with the attempt under the cursor."""
        if action in ("select", "next"):
            return CHECK if self._record and attempt_details.can_be_checked(self._record) else None
        if action == "find":
            return FIND if len(self._list.records) > 1 else None
        if action == "commands":
            return COMMANDS if self._record and self._commands(self._record) else None
        if action in ("app.focus_next", "app.focus_previous"):
            return Words(TAB, "details" if any(pane.scrolls for pane in self.query(AttemptPane)) else "")
        if action in COPYING:
            key, words = COPYING[action]
            return words if self._record and attempt_details.copies(self._record)[key] else None
        return super().key_words(action)

    @property
    def _record(self) -> Record | None:
        """Return the attempt under the cursor."""
        rows = self.query(AttemptRows)
        return rows.first(AttemptRows).record if rows else None

    # ---- what can be done ----

    def selected(self, event: OptionList.OptionSelected) -> None:
        """Check the attempt under the cursor again."""
        del event
        self.action_next()

    def action_next(self) -> None:
        """Finish or look up an open attempt; of one that is done, check the keys. Nothing is created."""
        record = self._record
        if record is None:
            return
        if record.running:
            self.say(f"{RUNNING_TITLE}. Wait until it ends.")
        elif not attempt_details.can_be_checked(record):
            self.say(SANDBOX_ENDED if record.sandbox_ended else NOTHING_TO_CHECK)
        elif record.settled:
            self._check_keys(record)
        else:
            self.leave_for(Resume(record, listed=True))

    def _commands(self, record: Record) -> dict[str, str]:
        return next_commands.commands(record, self.session.options)

    @work(exclusive=True, group="checking", description="checking the keys")
    async def _check_keys(self, record: Record) -> None:
        """Ask the child org whether its keys are valid, and keep what it said beside the attempt."""
        self.say(CHECKING)
        service = self.session.service
        work = service.engine.work(lambda: attempt_details.check_keys(service, record))
        self._checked[record.id], failed = await asyncio.wrap_future(work)
        if not self.is_gone():
            self.say(CHECKED, wrong=failed)
            self._show_details()

    def action_copy(self, key: str) -> None:
        """Copy the ID, URL or key path."""
        if self._record and (value := attempt_details.copies(self._record)[key]):
            self.copy(value)
        else:
            self.say("This attempt has none.")

    def action_commands(self) -> None:
        """Show the commands to go on with, to copy or to select by mouse."""
        if (record := self._record) is None:
            return
        title, commands = attempt_details.title(record), self._commands(record)
        self.app.push_screen(Commands(title, commands) if commands else Page(title, [to_do(record) or NO_COMMANDS]))

    @work(exclusive=True, group="finding", description="asking what to find")
    async def action_find(self) -> None:
        """Show the attempts whose names contain a text."""
        self._wanted = await self.app.push_screen_wait(TypedConfirmation(FIND_QUESTION, yes="Find", value=self._wanted))
        self._show()
        total, shown = len(self._list.records), len(self._list.named(self._wanted))
        self.say(FOUND.format(f"{shown:,}", total) if self._wanted else "")

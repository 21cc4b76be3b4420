"""The screen before the steps: open attempts, the draft, profiles, orgs so far, a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.widget import Widget
from textual.widgets import OptionList, Static

from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.wizard.start_menu import (
    CONTINUE,
    HOW,
    INTRODUCTION,
    MORE,
    NEW,
    ORGS,
    PROBLEMS_TITLE,
    RUNNING_TITLE,
    SCENARIOS,
    SCENARIOS_HELP,
    SCENARIOS_TITLE,
    TAKE_UP,
    StartMenu,
    fitted,
)
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers import PROVIDERS
from orgwizard.ui.tui.screens.outcomes import Begin, Resume
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.watching import WatchingStep
from orgwizard.ui.tui.widgets.dialogs import Ask
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import Menu, button
from orgwizard.ui.tui.widgets.pages import Page, table

if TYPE_CHECKING:
    from orgwizard.storage.attempts.record import Record

SELECT = Words("select", "select")
ROW_INDENT, ORG_INDENT, SCENARIO_INDENT = 2, 4, 26  # cells of the first column


class FirstStep(SiteStep):
    """The first step where there is nothing to go on with: what will happen stands above it."""

    def body(self) -> Iterable[Widget]:
        """Yield that, and the step."""
        yield _introduction()
        yield from super().body()


class StartStep(WatchingStep):
    """Offer what there is to go on with."""

    heading = "orgwizard"
    words: ClassVar[Mapping[str, Words | None]] = {
        "select": SELECT,
        "next": SELECT,
        "back": None,
        "quit": Words("quit", "quit"),
    }

    def __init__(self, session: WizardSession, saved: Draft | None) -> None:
        super().__init__(session)
        self._beginnings = StartMenu(session.bootstrap, saved, at_once=True)
        self._whole = False  # whether the rows behind "More" are shown, too

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to offer but a new org."""
        return self._beginnings.empty

    def body(self) -> Iterable[Widget]:
        """Yield a sentence and what can be done."""
        yield _introduction()
        yield Menu(self._rows(self._beginnings), "start", ROW_INDENT)
        for warning in self._beginnings.warnings:
            yield Static(f"! {warning}", classes="idle", markup=False)

    def on_mount(self) -> None:
        """Say of a draft what takes loading, too."""
        self.call_after_refresh(self.look)

    def _rows(self, menu: StartMenu) -> dict[str, str]:
        return menu.rows() if self._whole else fitted(menu.rows())

    @work(exclusive=True, description="loading")
    async def look(self) -> None:
        """Show what there is by now, if an attempt has moved on."""
        bootstrap, known = self.session.bootstrap, self._beginnings
        moved = bootstrap.engine.work(lambda: StartMenu(bootstrap, known.saved) if known.has_moved() else known)
        found = await asyncio.wrap_future(moved)
        menus = self.query(Menu)  # none where the screen is being taken down
        if self.is_gone() or not menus:
            return
        before, rows = self._rows(known), self._rows(found)
        self._beginnings, menu = found, menus.first()
        if rows == before:
            return
        name, words = list(before.items())[menu.highlighted or 0]
        menu.show(rows)
        kept = next((key for key, row in rows.items() if row == words), name)
        menu.highlighted = list(rows).index(kept) if kept in rows else 0

    def buttons(self) -> Iterable[Widget]:
        """Yield the buttons."""
        yield button("Select", "next")
        yield button("Quit", "quit")

    def action_next(self) -> None:
        """Do what is under the cursor."""
        self.query_one(Menu).action_select()

    def action_back(self) -> None:
        """Nothing lies before this screen."""
        self.say("This is the first step. Ctrl+Q quits.")

    def selected(self, event: OptionList.OptionSelected) -> None:
        """Go where the row leads."""
        chosen, saved = event.option_id or NEW, self._beginnings.saved
        profile, record = self._beginnings.profile(chosen), self._beginnings.attempt(chosen)
        if chosen == CONTINUE and saved:
            self._choose(saved)
        elif profile:
            from orgwizard.application.profile_draft import draft_from

            self._choose(draft_from(profile))
        elif chosen == NEW:
            self._choose(Draft())
        elif chosen == MORE:
            self._whole = True
            self.query_one(Menu).show(self._rows(self._beginnings))
        elif record:
            self._ask_about_attempt(record)
        elif chosen == ORGS:
            self._list_attempts()
        else:
            self.app.push_screen(self._page(chosen))

    def _list_attempts(self) -> None:
        from orgwizard.ui.tui.screens.attempts import AttemptsStep

        self.app.switch_screen(AttemptsStep(self.session, self._beginnings.attempt_list()))

    def _choose(self, draft: Draft) -> None:
        self.leave_for(Begin(draft, self._beginnings.spares(draft)))

    def _ask_about_attempt(self, record: Record) -> None:
        """Tell truthfully what is known of an attempt, and offer to take it up."""
        from orgwizard.presentation.attempts import attempt_text

        known = "\n".join(attempt_text.lines(record))
        if record.running:
            self.app.push_screen(Page(RUNNING_TITLE, known.splitlines(), ORG_INDENT), lambda _: self._look_again())
            return

        def answered(resume: bool | None) -> None:
            if resume:
                self.leave_for(Resume(record))

        question = f"{known}\n\n{TAKE_UP}"
        self.app.push_screen(Ask(question, yes="Continue", no="Not now"), answered)

    def _look_again(self) -> None:
        """Show what there is by now: the other process may have ended, and have used up the draft that was saved."""
        saved = self._beginnings.saved
        draft = saved if saved is self.session.draft else self.session.bootstrap.drafts.load()
        self.app.switch_screen(StartStep(self.session, draft))

    def _page(self, name: str) -> Page:
        """Return the page that a row opens."""
        if name == SCENARIOS:
            return self._scenarios_page()
        return Page(PROBLEMS_TITLE, [printable(p.words) for p in self._beginnings.problems])

    def _scenarios_page(self) -> Page:
        lines = [SCENARIOS_HELP, ""]
        for provider in PROVIDERS:
            for where in ("organization", "credential"):
                found = [m for m in self.session.bootstrap.scenarios if (m.provider, m.where) == (provider.key, where)]
                lines += [f"{provider.title}, {where}:", *table({m.name: m.what for m in found}, SCENARIO_INDENT), ""]
        return Page(SCENARIOS_TITLE, lines, SCENARIO_INDENT)


def _introduction() -> Static:
    return Static(f"{INTRODUCTION}\n{HOW}", classes="intro", markup=False)

"""The wizard: which screen comes next, saving the draft on the way, and leaving without losing anything."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.filter import LineFilter, NoColor
from textual.screen import Screen
from textual.timer import Timer

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import Busy, Exit, Repeated, WizardError
from orgwizard.domain.events import Result
from orgwizard.domain.sanitize import printable
from orgwizard.presentation import step_order
from orgwizard.presentation.wizard_session import (
    KEPT_ANSWERS,
    LEAVES_FOR_KEYS,
    LEAVES_RUNNING,
    LEAVING,
    LOSES_KEYS,
    TAKE_KEYS,
    WizardSession,
)
from orgwizard.system.shutdown import Watch
from orgwizard.system.terminal_caps import SMALLEST
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.start import FirstStep, StartStep
from orgwizard.ui.tui.screens.watching import WatchingStep
from orgwizard.ui.tui.terminal import key_parser
from orgwizard.ui.tui.terminal.diff_driver import DiffDriver, driver_class
from orgwizard.ui.tui.terminal.key_queue import KeyQueue
from orgwizard.ui.tui.terminal.output_filters import Ascii, Scrub, forget_widgets, replace_bad_bytes
from orgwizard.ui.tui.themes import TERMINAL, THEMES
from orgwizard.ui.tui.widgets.dialogs import Ask, Page, table

if TYPE_CHECKING:
    from orgwizard.ui.tui.screens.create import CreateStep

SAVE_SECONDS = 1.0
KEYS_INDENT = 18  # cells of the first column of the help


def all_steps() -> dict[str, type[Step]]:
    """Return the steps in the order of the walk, by the section of the draft that each is about.

    Those after the first, and what they need, are imported here.
    """
    from orgwizard.ui.tui.screens.administrator import AdministratorStep
    from orgwizard.ui.tui.screens.connect import ConnectStep
    from orgwizard.ui.tui.screens.create import CreateStep
    from orgwizard.ui.tui.screens.organization import OrganizationStep
    from orgwizard.ui.tui.screens.review import ReviewStep
    from orgwizard.ui.tui.screens.store import StoreStep

    order = (SiteStep, ConnectStep, OrganizationStep, AdministratorStep, StoreStep, ReviewStep, CreateStep)
    return {step.section: step for step in order}


class Wizard(App[int]):
    """The steps in their order over one session."""

    CSS_PATH = "wizard.tcss"
    TITLE = "orgwizard"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (80, "-normal"), (100, "-wide")]  # noqa: RUF012 - declared by Textual
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (18, "-low"), (23, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+l", "redraw", show=False, priority=True),
        Binding("ctrl+z", "rest", show=False, priority=True),
    ]

    def __init__(
        self,
        bootstrap: Bootstrap,
        draft: Draft | None = None,
        *,
        ascii_only: bool = False,
        theme: str = TERMINAL,
    ) -> None:
        super().__init__(driver_class=driver_class(os.environ))
        self.session = WizardSession(bootstrap, draft or Draft())
        self.crash: list[str] = []
        self.left = False
        """Whether the user left, having been asked where keys would be lost."""
        self.typeahead = KeyQueue(self, self._work_off)
        self._given = draft is not None
        self._cleaners: list[LineFilter] = [Scrub(), *([Ascii()] if ascii_only else [])]
        self.set_class(ascii_only, "-ascii")
        if self.no_color:  # Textual alone would send greys
            self._cleaners.append(NoColor())
        self._saving: Timer | None = None
        self._asking = False
        self._leaving = False
        self._keys_given_up = False  # the user said so, having been asked
        for known in THEMES.values():
            self.register_theme(known)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Know the names in wizard.tcss from the start."""
        return THEMES[TERMINAL].variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Draw nothing that drives the terminal, and nothing that it or its user does not want."""
        return [*super().get_line_filters(), *self._cleaners]

    def refresh_css(self, animate: bool = True) -> None:
        """Take the colours of the theme; while nothing is drawn, that is all: Textual would read the style twice."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[None]:
        """Begin with what there is to go on with, else with the first step."""
        first = all_steps()[step_order.first(self.session)](self.session) if self._given else self._beginning()
        # What switch_screen takes away: Textual gives it to every screen but the default one.
        first._push_result_callback(self, None)  # noqa: SLF001
        return first

    def _beginning(self) -> Step:
        start = StartStep(self.session, self.session.bootstrap.drafts.load())
        return FirstStep(self.session) if start.empty else start

    def on_mount(self) -> None:
        """Load what the first screen does without, once it is up."""
        self.call_after_refresh(lambda: self.session.bootstrap.engine.work(self._load))

    def _load(self) -> None:
        """Load it, in the engine's threads, while the user reads."""
        all_steps()
        _ = self.session.service

    async def on_event(self, event: Event) -> None:
        """Have keys wait for the effects of those before them."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self.typeahead.take(event)
        else:
            await super().on_event(event)

    async def _work_off(self, event: Event) -> None:
        """Do what a key means, unless nobody could see what it does: then only what can lose and create nothing."""
        columns, rows = self.size
        too_small = columns < SMALLEST[0] or rows < SMALLEST[1]
        key = event.key if isinstance(event, Key) else ""
        if not too_small or key in ("ctrl+l", "ctrl+z") or (key == "ctrl+q" and not self._question()):
            await super().on_event(event)

    # ---- moving ----

    async def go(self, name: str) -> None:
        """Show a step afresh from the draft."""
        self._save()
        session = self.session
        await self.switch_screen(all_steps()[name](session))
        self.call_after_refresh(
            lambda: session.bootstrap.engine.work(lambda: session.service.load_ahead(name, session.draft))
        )

    async def on_start_step_chosen(self, message: StartStep.Chosen) -> None:
        """Begin the steps with a draft; with a connection that was saved, at the first step that it leaves open."""
        self._begin(message.draft)
        self.session.known, self.session.another_draft_saved = message.saved, message.another_draft_saved
        await self.go(step_order.first(self.session))

    async def on_watching_step_resumed(self, message: WatchingStep.Resumed) -> None:
        """Take up an attempt; what was typed for another org stays in its draft."""
        from orgwizard.ui.tui.screens.resume import ResumeStep

        record = message.record
        draft = Draft(record.provider)
        draft.section("parent")["site"] = record.site
        self._begin(draft)
        self.session.keeping = False
        await self.switch_screen(ResumeStep(self.session, record))

    def _begin(self, draft: Draft) -> None:
        self.session = WizardSession(self.session.bootstrap, draft)

    async def on_step_forward(self) -> None:
        """Go to the next step, or back to the review where the user came from."""
        after = step_order.after(self.session, self._here())
        await self.go(after)
        if after == "organization" and self.session.checked and isinstance(self.screen, Step):
            self.screen.say(f"Connected: {self.session.checked.parent}.")

    def _here(self) -> str:
        return self.screen.section if isinstance(self.screen, Step) else ""

    async def on_step_back(self) -> None:
        """Go one step back; from the first one, and from the list of attempts, to the start."""
        here = self._here()
        if here and (before := step_order.before(self.session, here)):
            await self.go(before)
        else:
            self._save()
            await self.switch_screen(StartStep(self.session, self.session.to_continue()))

    async def on_step_edit(self, message: Step.Edit) -> None:
        """Go to a step to change something, and come back to the review after it."""
        if not self.session.org_name:  # an attempt that was taken up: its answers are not here
            await self._begin_anew()
            return
        self.session.returning = message.section != "review"
        self.session.wanted = message.field
        await self.go(message.section)

    async def on_step_check(self, message: Step.Check) -> None:
        """Look at an attempt again, with the connection and the answers that are here."""
        from orgwizard.ui.tui.screens.resume import ResumeStep

        self._save()
        await self.switch_screen(ResumeStep(self.session, message.record))

    async def _begin_anew(self) -> None:
        self._begin(Draft())
        await self.switch_screen(StartStep(self.session, self.session.bootstrap.drafts.load()))

    async def on_step_refused(self, message: Step.Refused) -> None:
        """Lead to the field that a failure is about, or tell it on a page."""
        await self._lead_to(message.error)

    async def _lead_to(self, error: WizardError) -> None:
        found = step_order.complaints(error)
        section = step_order.section(next(iter(found)))
        if not section:
            self._keep_in_sight(error)
            self.push_screen(Page(error.meaning, error.lines()[1:]))
            return
        self.session.refusals |= found
        await self.go(section)
        if isinstance(self.screen, Step):
            self.screen.say(error.meaning, wrong=True)

    def _keep_in_sight(self, error: WizardError) -> None:
        """Have the step say what failed after the page that tells it is closed, too."""
        if isinstance(self.screen, Step) and self.screen.section:
            self.session.refusals[self.screen.section] = " ".join(filter(None, (error.cause, error.advice)))
            self.screen.show_refusals()

    # ---- the end of a creation ----

    async def on_create_step_ended(self, message: CreateStep.Ended) -> None:
        """Show how it ended; a refusal about a field leads back to that field."""
        from orgwizard.ui.tui.screens.done import DoneStep
        from orgwizard.ui.tui.screens.resume import ResumeStep

        ended = message.result
        error = ended.error if isinstance(ended, Result) else ended
        self._close_dialogs()
        if isinstance(ended, Result):
            self.session.result = ended
        if self._leaving and (self._keys_given_up or not (isinstance(ended, Result) and ended.secrets)):
            self._end()
        elif isinstance(error, Busy | Repeated) and self.session.org_name:
            self.session.refusals["review"] = error.cause
            await self.go("review")
        elif error and error.field and (not isinstance(ended, Result) or ended.outcome == "not_created"):
            self.session.returning = True
            await self._lead_to(error)
        elif isinstance(ended, Result):
            await self.switch_screen(DoneStep(self.session, ended))
            if self._leaving and isinstance(self.screen, Step):  # with keys that are nowhere else
                self._leaving = False
                self.screen.say(TAKE_KEYS)
        elif isinstance(self.screen, ResumeStep):
            await self._begin_anew()
            await self._lead_to(ended)
        else:
            await self.go("review")
            await self._lead_to(ended)

    def _close_dialogs(self) -> None:
        """Take away what stands over the step: it asked about a creation that is over."""
        self._asking = False
        while not isinstance(self.screen, Step):
            self.pop_screen()

    def on_create_step_background(self) -> None:
        """Leave as soon as what was sent is stored, as after a yes to Ctrl+Q."""
        self._answered(leave=True)

    async def on_done_step_another(self) -> None:
        """Begin again with the same parent."""
        self.session = self.session.for_same_parent()
        await self.go("organization" if self.session.connection else "credentials")

    # ---- the draft ----

    def on_step_changed(self) -> None:
        """Save the draft soon, once for several keys."""
        if self._saving:
            self._saving.stop()
        self._saving = self.set_timer(SAVE_SECONDS, self._save)

    def _save(self) -> None:
        if self._saving:
            self._saving.stop()
            self._saving = None
        words = self.session.keep()
        if words and isinstance(self.screen, Step):
            self.screen.say(words, wrong=True)

    # ---- help and leaving ----

    def on_step_keys(self) -> None:
        """Show the keys of the step."""
        if isinstance(self.screen, Step):
            self.push_screen(
                Page(f"Keys: {self.screen.heading}", table(self.screen.key_help(), KEYS_INDENT), KEYS_INDENT)
            )

    def action_help_quit(self) -> None:
        """Say what Ctrl+C does not do; where it copies, the field takes it."""
        if isinstance(self.screen, Step):
            self.screen.say("Ctrl+Q quits.")

    def action_redraw(self) -> None:
        """Draw everything again, whatever the terminal shows by now."""
        if isinstance(self._driver, DiffDriver):
            self._driver.redraw()
        self.refresh(repaint=True, layout=True)

    def action_rest(self) -> None:
        """Suspend the program, but never a running creation."""
        if self.session.bootstrap.engine.idle.is_set():
            self.action_suspend_process()
        elif isinstance(self.screen, Step):
            self.screen.say("Not now: waiting for the response.")

    async def action_quit(self) -> None:
        """Leave at once where nothing is lost, else ask."""
        if self._asking:
            return
        question = self._question()
        if not question:
            self._answered(leave=True)
            return
        self._asking = True
        yes = "Finish in background" if question == LEAVES_RUNNING else "Quit"
        about = self.screen.about() if isinstance(self.screen, Step) else ("", "")
        self.push_screen(Ask(question, yes=yes, no="Stay", about=about), self._answered)

    def _question(self) -> str:
        """Return what to ask before leaving, or ""."""
        result = self.session.result
        if not self.session.bootstrap.engine.idle.is_set() and not (result and result.secrets):
            if self.session.stored:
                return ""
            return LEAVES_FOR_KEYS if self.session.draft.store == "screen" else LEAVES_RUNNING
        if result and result.secrets:
            return LOSES_KEYS
        if not result and self.session.draft.provider and isinstance(self.screen, Step) and self.screen.number:
            return f"Quit?  {KEPT_ANSWERS}"
        return ""

    def _answered(self, leave: bool | None) -> None:
        self._asking = False
        if not leave:
            return
        self._keys_given_up = bool(self.session.result and self.session.result.secrets)
        if self.session.bootstrap.engine.idle.is_set():
            self._end()
            return
        self._leaving = True
        self.session.bootstrap.engine.leave()
        if isinstance(self.screen, Step):
            self.screen.say(LEAVING)

    def _end(self) -> None:
        self._save()
        self.left = True
        result = self.session.result
        self.exit(return_code=int(result.exit_code if result else Exit.LEFT))

    def leave_from_elsewhere(self, code: int) -> None:
        """Leave with a code; may be called in any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(lambda: self.exit(return_code=code))

    def _fatal_error(self) -> None:
        """Keep type and place of a fault, never a value: Textual's own report prints local variables."""
        fault = getattr(self._exception, "error", self._exception)
        frames = traceback.extract_tb(fault.__traceback__)[-3:] if fault else []
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        self.crash = [f"Internal error in orgwizard: {type(fault).__name__} at {where}."]
        self._exit_renderables.append(printable(self.crash[0]))
        self._close_messages_no_wait()


def run(
    bootstrap: Bootstrap,
    draft: Draft | None = None,
    *,
    ascii_only: bool = False,
    theme: str = TERMINAL,
) -> int:
    """Run the wizard to its end and return the exit code; `guard` must have been called before."""
    replace_bad_bytes()
    forget_widgets()
    key_parser.install()
    wizard = Wizard(bootstrap, draft, ascii_only=ascii_only, theme=theme)
    watch = Watch(
        bootstrap.engine.leave,
        bootstrap.engine.idle,
        wizard.leave_from_elsewhere,
        rescue=lambda: wizard.session.rescue(),  # noqa: PLW0108 - of the session that there is then
    )
    with watch():
        wizard.run(mouse=False)
        bootstrap.engine.idle.wait()
    _say_how_it_ended(wizard)
    if wizard.crash:
        return Exit.BUG
    return Exit.LEFT if wizard.return_code is None else wizard.return_code


def _say_how_it_ended(wizard: Wizard) -> None:
    """Say it where the screen is gone, having put keys that nobody was shown into a file."""
    from orgwizard.presentation import text_report

    if not wizard.left:
        wizard.session.rescue()
    result = wizard.session.result
    if result is None:
        return
    lines = text_report.farewell(result)
    with suppress(OSError, ValueError):  # the terminal may be gone, too
        print("\n".join(lines), end="\n" if lines else "", file=sys.stderr, flush=True)

"""The wizard: its screens over one session, its keys, and how it ends."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.screen import Screen

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.errors import Exit
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.system.shutdown import Watch
from orgwizard.system.terminal_caps import SMALLEST, terminal_size
from orgwizard.ui.tui.draft_saver import DraftSaver
from orgwizard.ui.tui.leaving import Leaving
from orgwizard.ui.tui.navigation import Navigator, all_steps, first_screen
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.shell import Shell
from orgwizard.ui.tui.terminal import key_parser
from orgwizard.ui.tui.terminal.output_filters import forget_widgets, replace_bad_bytes
from orgwizard.ui.tui.themes import TERMINAL, THEMES
from orgwizard.ui.tui.widgets import key_help


class Wizard(Shell):
    """The steps in their order over one session."""

    CSS_PATH = "wizard.tcss"
    TITLE = "orgwizard"
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
        super().__init__(ascii_only=ascii_only)
        self.session = WizardSession(bootstrap, draft or Draft())
        self.drafts = DraftSaver(self)
        self.leaving = Leaving(self, self.drafts)
        self.navigator = Navigator(self, self.drafts, self.leaving)
        self._given = draft is not None
        for known in THEMES.values():
            self.register_theme(known)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Know the names in wizard.tcss from the start."""
        return THEMES[TERMINAL].variables

    def get_default_screen(self) -> Screen[None]:
        """Begin with what there is to go on with, else with the first step."""
        return self.replaceable(first_screen(self.session, given=self._given))

    def on_mount(self) -> None:
        """Load what the first screen does without, once it is up."""
        self.call_after_refresh(lambda: self.session.bootstrap.engine.work(self._load))

    def _load(self) -> None:
        """Load it, in the engine's threads, while the user reads."""
        all_steps()
        _ = self.session.service

    async def work_off(self, event: Event) -> None:
        """Do what a key means, unless nobody could see what it does: then only what can lose and create nothing."""
        columns, rows = self.size
        too_small = columns < SMALLEST[0] or rows < SMALLEST[1]
        key = event.key if isinstance(event, Key) else ""
        if not too_small or key in ("ctrl+l", "ctrl+z") or (key == "ctrl+q" and not self.leaving.question()):
            await super().work_off(event)

    # ---- the screens ----

    async def on_step_left(self, message: Step.Left) -> None:
        """Go where a screen's outcome leads."""
        await self.navigator.follow(message.outcome)

    def on_step_changed(self) -> None:
        """Save the draft soon."""
        self.drafts.soon()

    # ---- keys ----

    def action_help_quit(self) -> None:
        """Say what Ctrl+C does not do; where it copies, the field takes it."""
        self.say("Ctrl+Q quits.")

    def action_rest(self) -> None:
        """Suspend the program, but never a running creation."""
        if self.session.bootstrap.engine.idle.is_set():
            self.action_suspend_process()
        else:
            self.say("Not now: waiting for the response.")

    async def action_quit(self) -> None:
        """Leave at once where nothing is lost, else ask."""
        self.leaving.ask()


def usual_keys() -> dict[str, str]:
    """Return the keys of most steps, and what they do."""
    textuals = (Binding("tab,shift+tab", "app.focus_next"), Binding("enter", "submit"))
    ours = (binding for binding in (*Step.BINDINGS, *Wizard.BINDINGS) if isinstance(binding, Binding))
    return key_help.usual((*textuals, *ours))


def run(
    bootstrap: Bootstrap,
    draft: Draft | None = None,
    *,
    ascii_only: bool = False,
    theme: str = TERMINAL,
) -> int:
    """Run the wizard to its end and return the exit code; `prepare` was called before."""
    replace_bad_bytes()
    forget_widgets()
    key_parser.install()
    wizard = Wizard(bootstrap, draft, ascii_only=ascii_only, theme=theme)
    watch = Watch(
        bootstrap.engine.leave,
        bootstrap.engine.idle,
        wizard.leave_from_elsewhere,
        rescue=lambda: wizard.session.run.rescue(),  # noqa: PLW0108 - of the session that there is then
    )
    with watch():
        wizard.run(mouse=False)
        bootstrap.engine.idle.wait()
    _say_how_it_ended(wizard)
    if wizard.crash:
        return Exit.BUG
    return Exit.LEFT if wizard.return_code is None else wizard.return_code


def _say_how_it_ended(wizard: Wizard) -> None:
    """Say what was made and how to go on, where the screen is gone; keys that nobody was shown go into a file."""
    from orgwizard.presentation import farewell, line_fitting

    if not wizard.leaving.done:
        wizard.session.run.rescue()
    lines = farewell.lines(wizard.session)
    with suppress(OSError, ValueError):  # the terminal may be gone, too
        columns, _ = terminal_size()
        lines = [part for line in lines for part in line_fitting.fitted(line, columns)]
        print("\n".join(lines), end="\n" if lines else "", file=sys.stderr, flush=True)

"""Textual's App without what would leak, hang or lose keys: the parts of it that are private or undocumented.

Each is held by a test of `tests/tui/test_safety.py`, which notices when another version of Textual has it no more.
"""

import os
import traceback
from collections.abc import Sequence
from pathlib import Path

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.filter import LineFilter, NoColor
from textual.screen import Screen

from orgwizard.domain.text.sanitize import printable
from orgwizard.ui.tui.terminal.diff_driver import DiffDriver, driver_class
from orgwizard.ui.tui.terminal.key_queue import KeyQueue
from orgwizard.ui.tui.terminal.output_filters import Ascii, Scrub


class Program(App[int]):
    """An app that draws nothing that drives the terminal, takes keys one after the other, and reports no values."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(driver_class=driver_class(os.environ))
        self.crash: list[str] = []
        """What is said of a fault that ended the program."""
        self.typeahead = KeyQueue(self, self.work_off)
        self._cleaners: list[LineFilter] = [Scrub(), *([Ascii()] if ascii_only else [])]
        self.set_class(ascii_only, "-ascii")
        if self.no_color:  # Textual alone would send greys
            self._cleaners.append(NoColor())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Draw nothing that drives the terminal, and nothing that it or its user does not want."""
        return [*super().get_line_filters(), *self._cleaners]

    def refresh_css(self, animate: bool = True) -> None:
        """Take the colours of the theme; while nothing is drawn, that is all: Textual would read the style twice."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """Make no styles for what is not in its place yet: Textual does in each constructor, and again when it is."""
        if node is self or node.is_attached:
            super().update_styles(node, animate)

    def replaceable(self, screen: Screen[None]) -> Screen[None]:
        """Return a screen to begin with that `switch_screen` can take away, as Textual has it of every other one."""
        screen._push_result_callback(self, None)  # noqa: SLF001 - Textual gives it to all screens but the first
        return screen

    # ---- keys ----

    async def on_event(self, event: Event) -> None:
        """Have keys wait for the effects of those before them."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self.typeahead.take(event)
        else:
            await super().on_event(event)

    async def work_off(self, event: Event) -> None:
        """Do what a key means."""
        await super().on_event(event)

    # ---- the terminal ----

    def action_redraw(self) -> None:
        """Draw everything again, whatever the terminal shows by now."""
        if isinstance(self._driver, DiffDriver):
            self._driver.redraw()
        self.refresh(repaint=True, layout=True)

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

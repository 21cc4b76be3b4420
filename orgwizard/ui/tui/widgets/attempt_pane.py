"""All that is known of one attempt, beside or below the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from orgwizard.presentation.attempts import attempt_details
from orgwizard.ui.tui.widgets.columns import two_columns

if TYPE_CHECKING:
    from datetime import datetime

    from orgwizard.storage.attempts.record import Record

LABEL_CELLS = 11
NONE = "No attempt matches."


class AttemptPane(VerticalScroll):
    """The name and state of an attempt, and a row for each fact."""

    def compose(self) -> ComposeResult:
        """Yield both, empty."""
        yield Static("", classes="title", markup=False)
        yield Static("", classes="text", markup=False)

    @property
    def scrolls(self) -> bool:
        """Return whether there is more than is in sight."""
        return self.max_scroll_y > 0

    def show(self, record: Record | None, now: datetime, checked: str = "") -> None:
        """Show an attempt from its beginning, with what a check of its keys found; None for none."""
        title, text = self.query(Static).results(Static)
        rows = {"Key check": checked} if checked else {}
        rows |= dict(attempt_details.facts(record, now)) if record else {}
        title.update(attempt_details.title(record) if record else NONE)
        text.update(two_columns(rows.items(), LABEL_CELLS))
        self.scroll_home(animate=False)

"""Attempts as a list: a row for each, and only those in sight are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.css.styles import RulesMap
from textual.widgets.option_list import Option

from orgwizard.domain.text.moment import when
from orgwizard.presentation.attempts import attempt_details, attempt_text
from orgwizard.ui.tui.widgets.lists import Listed

if TYPE_CHECKING:
    from datetime import datetime

    from orgwizard.storage.attempts.record import Record

NAME_CELLS = 24  # at most, of a row


class Line(Content):
    """One line in any width: asking thousands for their height takes longer than drawing those in sight."""

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return that; part of Textual's protocol of visuals."""
        del rules, width
        return 1


class AttemptRows(Listed):
    """A list of thousands, which scrolls itself; `record` is the attempt under the cursor."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        self._records: Sequence[Record] = ()
        self._texts: list[str] = []
        super().__init__(id=id, compact=True, markup=False)

    @property
    def record(self) -> Record | None:
        """Return the attempt under the cursor, None where there is none at all."""
        at = self.highlighted
        return self._records[at] if at is not None and at < len(self._records) else None

    def show(self, records: Sequence[Record], now: datetime) -> None:
        """Show these attempts, with the cursor on the one it was on; rows that are as they were are left alone."""
        under_cursor, before = self.record, (self._records, self._texts)
        self._records, self._texts = records, _lines(records, now)
        if _ids(before[0]) == _ids(records):
            for at, (old, new) in enumerate(zip(before[1], self._texts, strict=True)):
                if old != new:
                    self.replace_option_prompt_at_index(at, Line(new))
            return
        self.set_options(Option(Line(line)) for line in self._texts)
        ids = _ids(records)
        if ids:
            self.highlighted = ids.index(under_cursor.id) if under_cursor and under_cursor.id in ids else 0

    def go_to(self, attempt: str) -> None:
        """Put the cursor on an attempt, if it is listed."""
        ids = _ids(self._records)
        if attempt in ids:
            self.highlighted = ids.index(attempt)

    def _follow(self) -> None:
        """Leave it to the list, which scrolls itself."""


def _ids(records: Sequence[Record]) -> list[str]:
    return [record.id for record in records]


def _lines(records: Sequence[Record], now: datetime) -> list[str]:
    """Return a line for each attempt: mark, name, when it began, and how it stands."""
    names = [attempt_details.name(record) for record in records]
    begun = [when(record.started, now).removesuffix(" UTC") for record in records]
    wide, long = (max(map(cell_len, column), default=0) for column in (names, begun))
    names = [set_cell_size(name, min(wide, NAME_CELLS)) for name in names]
    lines = zip(map(attempt_details.mark, records), names, begun, map(attempt_text.state, records), strict=True)
    return [f"{mark} {name}  {at:<{long}}  {state}" for mark, name, at, state in lines]

"""The stages of a creation as lines: how each stands, and how long it took."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from orgwizard.domain.events import Progress
from orgwizard.presentation.progress_text import MARKS, STATES, TITLES, clock_time

# By how a stage stands: the looks of its mark, and of its name.
LOOKS = {
    "": ("dim", "dim"),
    "now": ("bold $accent", "bold $accent"),
    "done": ("$good", ""),
    "warning": ("bold $warn", ""),
    "failed": ("bold $wrong", ""),
}


@dataclass
class Stage:
    """One stage as the screen shows it; times are the clock's."""

    name: str
    state: str = ""
    began: float = 0.0
    ended: float | None = None

    def take(self, event: Progress, now: float) -> bool:
        """Fold one event of the stage; return whether that changes its line."""
        if not self.state:
            self.began = now
        before, self.state = self.state, event.state
        self.ended = now if event.state in ("ok", "failed", "warning") else None
        return STATES[before] != STATES[self.state] or self.ended is not None

    def row(self) -> Content:
        """Return the stage as one line."""
        mark, words = f"{MARKS[self.state]} {STATES[self.state]:<8}", f"{TITLES[self.name]:<24}"
        mark_look, look = LOOKS[STATES[self.state]]
        return Content.assemble((mark, mark_look), (words, look), (f"{self._taken():>9}", "dim"))

    def _taken(self) -> str:
        """Return how long the stage took, "" where it is not over."""
        if self.ended is None:
            return ""
        seconds = self.ended - self.began
        return f"{seconds:.1f} s" if seconds < 60 else clock_time(seconds)


class Stages(Static):
    """The stages in their order; others join when they begin."""

    def __init__(self, shown: Collection[str]) -> None:
        """Show the stages of these names from the start."""
        self._stages = {name: Stage(name) for name in shown}
        super().__init__(self._rows(), id="stages", markup=False)

    def take(self, event: Progress, at: float) -> bool:
        """Fold an event, of the time *at*; return whether that changes a line."""
        changed = self._stages.setdefault(event.stage, Stage(event.stage)).take(event, at)
        if changed:
            self.update(self._rows())
        return changed

    def _rows(self) -> Content:
        return Content("\n").join(self._stages[name].row() for name in TITLES if name in self._stages)

"""A bar that fills until what is waited for, with what that is and when, in words beneath it."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from orgwizard.domain.text.sanitize import printable
from orgwizard.ui.tui.widgets.static_text import StaticText

CELLS = 30  # as long as Okta's wait in seconds, so that a second costs one cell


class Bar(Widget):
    """A line of which a part is filled."""

    filled = 0

    def fill(self, share: float) -> None:
        """Fill a *share* of it, from 0 to 1; what looks the same costs nothing."""
        cells = round(CELLS * share)
        if cells != self.filled:
            self.filled = cells
            self.refresh()

    def render(self) -> Content:
        """Draw both parts; they differ in weight, too, for those who see no colours."""
        rest = CELLS - self.filled
        return Content.assemble(("━" * self.filled, "$accent"), ("─" * rest, "dim"))


class Countdown(Vertical):
    """Shows how much of a wait has passed; the whole is what was left when it began."""

    _whole = 0
    _left: int | None = None

    def compose(self) -> ComposeResult:
        """Yield the bar and its words."""
        yield Bar()
        yield StaticText(classes="words")

    def on_mount(self) -> None:
        """Begin with nothing to count."""
        self.display = False

    def show(self, left: int | None, words: str) -> None:
        """Show that *left* seconds are left, or nothing; each second costs the line a cell and the number."""
        self.display = left is not None
        if left is not None:
            if self._left is None or left > self._left:
                self._whole = left
            self.query_one(Bar).fill(1 - left / self._whole if self._whole else 1)
            text = self.query_one(StaticText)
            text.update(printable(words), layout=len(words) != len(str(text.content)))
        self._left = left

"""The parts of the frame around every step: the steps by name, who one acts as, the body, what was entered so far."""

from rich.table import Table
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.wizard.step_order import AHEAD, DONE, HERE, joined, trail
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.ui.tui.widgets.columns import two_columns

LABELS = 15  # cells
COLUMNS, ROWS = 120, 36  # at most, as in wizard.tcss
MARGINS = 4  # cells at both sides


class Track(Widget):
    """The line under the head line: the steps by name, what is done of them, here, and to come."""

    def __init__(self, number: int, furthest: int) -> None:
        super().__init__(id="track")
        self._number, self._furthest = number, furthest

    def render(self) -> Content:
        """Draw a mark before each name; only the step that is here carries the accent."""
        ascii_only = self.app.has_class("-ascii")
        steps = trail(self._number, self.size.width, furthest=self._furthest, ascii_only=ascii_only)
        gap = "  " if joined(steps, 2) <= self.size.width else " "
        looks = {DONE: "", HERE: "bold $accent", AHEAD: "dim"}
        return Content(gap).join(Content.styled(words, looks[state]) for state, words in steps)


class Place(Widget):
    """The right end of the head line: provider, parent, and who one acts as, in the longest form that fits."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(id="place")
        self._session = session
        self._drawn = ""

    def render(self) -> Content:
        """Draw it; text of a service is no markup."""
        self._drawn = self._session.parent.place(self.size.width)
        return Content(self._drawn)

    def follow(self) -> None:
        """Draw it again where there is something else to say: at the top, it makes a paint reach over the screen."""
        if self._drawn != self._session.parent.place(self.size.width):
            self.refresh()


class Body(VerticalScroll, can_focus=False):
    """The part between head line and buttons, which scrolls where it is larger than its room."""

    class Grown(Message):
        """There is more or less in it than before, such as an error under a field."""

    def watch_virtual_size(self) -> None:
        """Tell of it."""
        self.post_message(self.Grown())


class Summary(Widget):
    """What was entered so far, beside the step where the terminal has the room; secrets are only said to be there."""

    COMPONENT_CLASSES = {"summary--label"}  # noqa: RUF012 - declared by Textual

    def __init__(self, session: WizardSession) -> None:
        super().__init__(id="summary")
        self._session = session

    def render(self) -> Table:
        """Draw a row per value, a blank one between the steps."""
        from orgwizard.presentation.wizard.review import summary  # its rules are loaded after the first screen

        label = self.get_component_rich_style("summary--label", partial=True)
        groups = summary(self._session)
        rows = [row for group in groups for row in (*group, ("", ""))]
        return two_columns(((printable(name), printable(value)) for name, value in rows), LABELS, style=label)

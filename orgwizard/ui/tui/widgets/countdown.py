"""The seconds left: large where the screen has the room, a number in a line where it has not."""

import math

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Digits, Static


class Countdown(Horizontal):
    """Counts down what it is told; the style sheet shows one of its two looks and hides the other."""

    def compose(self) -> ComposeResult:
        """Yield both looks."""
        yield Digits("", classes="large")
        yield Static("seconds", classes="large unit", markup=False)
        yield Static("", classes="small", markup=False)

    def on_mount(self) -> None:
        """Begin with nothing to count."""
        self.display = False

    def show(self, seconds: float | None) -> None:
        """Show whole *seconds*, or nothing: each second costs the line its number alone."""
        self.display = seconds is not None
        if seconds is None:
            return
        whole = math.ceil(seconds)
        self.query_one(Digits).update(str(whole))
        self.query_one(".small", Static).update(f"{whole} s", layout=False)

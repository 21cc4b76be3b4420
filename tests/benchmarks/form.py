"""A bare Textual form of the first step's content, with nothing behind it: what Textual itself costs.

Run it with: python -m tests.benchmarks.form
"""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, OptionList, Static

READY = "Esc back"
NEEDED = (
    "For the parent org: the product Platform - Multi-org Deployment, and Org Creator enabled by Okta Support.",
    "A super admin's API token, or a service app or access token with the scope okta.orgs.manage.",
    "Name, subdomain and the first administrator of the child org.",
)


class Form(App[None]):
    """A list, a field, some text and two buttons."""

    CSS = """
    Static, Horizontal, Button, OptionList { height: auto; }
    .label { width: 20; }
    .line { width: 1fr; }
    VerticalScroll { height: 1fr; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", show=False, priority=True)]

    def on_mount(self) -> None:
        """Put the cursor into the field."""
        self.theme = "ansi-dark"
        self.query_one(Input).focus()

    def compose(self) -> ComposeResult:
        """Yield what the first step shows."""
        yield Horizontal(Static("Provider and site", classes="line"), Static("Okta", classes="label"))
        yield Static("━" * 11 + "─" * 65)
        with VerticalScroll(can_focus=False):
            yield Horizontal(Static("Provider", classes="label"), OptionList("(•) Okta", "( ) Datadog", compact=True))
            yield Horizontal(Static("Parent org URL", classes="label"), _field())
            yield Static("The URL of the org under which the new one is made.")
            for needed in NEEDED:
                yield Horizontal(
                    Static("Before you start", classes="label"), Static("•"), Static(needed, classes="line")
                )
        with Horizontal():
            yield Button("Next", compact=True)
            yield Button("Back", compact=True)
        yield Static(f"Enter next field · Ctrl+N next step · {READY} · F1 help")


def _field() -> Input:
    field = Input(compact=True)
    field.cursor_blink = False
    return field


if __name__ == "__main__":
    Form().run(mouse=False)

"""Step 6: the whole order in plain words, the exact request, and the one deliberate act that creates."""

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static

from orgwizard import report
from orgwizard.errors import Trouble
from orgwizard.journey.review import REQUEST_TITLE, confirmation, lines, save_plan, warnings
from orgwizard.journey.steps import TITLES
from orgwizard.tui.availability import Availability
from orgwizard.tui.choice import Menu, button
from orgwizard.tui.dialogs import Confirm, Page, Typed
from orgwizard.tui.step import KEYS, Step

LABELS = 20  # cells of the labels' column


class ReviewStep(Step):
    """Read everything once more; change any line; create."""

    number = 6
    section = "review"
    heading = TITLES["review"]
    hints = "Enter change · Ctrl+N create · Ctrl+O request · F1 keys"
    keys: ClassVar[dict[str, str]] = KEYS | {
        "Enter": "change the line under the cursor, then come back here",
        "Ctrl+N": "create: asks for a word first",
        "Ctrl+O": "the exact request, secrets masked",
        "Ctrl+P": "save the answers as a plan file, without secrets",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "request", show=False),
        Binding("ctrl+p", "plan", show=False),
    ]

    def body(self) -> Iterable[Widget]:
        """Yield the lines, what cannot be undone, and what the check found."""
        self._lines = list(lines(self.session))
        yield Menu(
            {str(n): f"{label:<{LABELS - 1}} {value}" for n, (_, label, value) in enumerate(self._lines)},
            "lines",
            LABELS,
        )
        yield Static(warnings(self.session), classes="irreversible", markup=False)
        yield Availability(self.session)

    def on_mount(self) -> None:
        """Ask once more whether the name is free."""
        self.query_one(Availability).ask(after=0)

    def on_availability_taken(self, message: Availability.Taken) -> None:
        """Say that the name is taken; the service would refuse it."""
        self.say(f"{message.refused.cause} {message.refused.advice}", wrong=True)

    def buttons(self) -> Iterable[Widget]:
        """Yield what can be done from here."""
        yield button("Create", "next")
        yield button("Request", "request")
        yield button("Plan", "plan")
        yield button("Back", "back")

    def selected(self, event: OptionList.OptionSelected) -> None:
        """Go to where the line is changed."""
        self.post_message(self.Edit(self._lines[event.option_index][0]))

    # ---- the request and the plan ----

    @work(exclusive=True, description="drawing up the request")
    async def action_request(self) -> None:
        """Show the exact request, secrets masked."""
        try:
            order = await asyncio.wrap_future(self.session.ordering())
        except Trouble as trouble:
            self.refused(trouble)
            return
        call = self.session.provider.request(order)
        self.app.push_screen(Page(REQUEST_TITLE, report.request(call)))

    def action_plan(self) -> None:
        """Ask for a path and save the answers there."""
        question = "Save the answers as a plan file, without secrets. Path of the new file:"
        self.app.push_screen(Typed(question, yes="Save", value="plan.toml"), self._save_plan)

    def _save_plan(self, path: str | None) -> None:
        if path:
            saved, words = save_plan(self.session, path)
            if saved:
                self.say(words)
            else:  # with a path in it, it may take more than the one line of news
                self.app.push_screen(Page("No plan was saved", [words]))

    # ---- creating ----

    def action_next(self) -> None:
        """Ask for the word that creates."""
        self.app.push_screen(Confirm(confirmation(self.session)), self._confirmed)

    def _confirmed(self, word: str | None) -> None:
        if word:
            self.post_message(self.Forward())

"""Step 6: the whole order in plain words, the exact request, and the one deliberate act that creates."""

import asyncio
import copy
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from pydantic import SecretStr
from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from orgwizard import report
from orgwizard.answers import Fields, Question, filled, questions
from orgwizard.answers import Typed as Answer
from orgwizard.errors import Trouble
from orgwizard.journey.session import Session
from orgwizard.journey.steps import TITLES
from orgwizard.providers.base import Order
from orgwizard.sources import Reference
from orgwizard.text import printable
from orgwizard.tui.choice import Menu, button
from orgwizard.tui.dialogs import Confirm, Page, Typed
from orgwizard.tui.step import KEYS, Step

NOT_GIVEN = "not given"
Line = tuple[str, str, str]  # the section to edit, label, value


def lines(session: Session) -> Iterator[Line]:
    """Yield the order line by line: what each one is, and where it is changed."""
    provider, draft, site = session.provider, session.draft, session.site
    parent = f"{session.checked.parent}, " if session.checked else ""
    yield "site", "Parent org", f"{parent}{provider.title} {site.title or site.host}" if site else ""
    for name, model in provider.sections(draft.method).items():
        typed = draft.credentials if name == "credentials" else draft.section(name)
        yield from _answers(name, model, typed)
    yield "store", "Keys go to", report.store_words(draft.store)


def _answers(section: str, model: type[Fields], typed: dict[str, Answer]) -> Iterator[Line]:
    """Yield a line per answer, and one for all that was left blank."""
    answers = filled(model, typed)
    asked = [question for question in questions(model) if question.asked or answers.get(question.name)]
    blank = []
    for question in asked:
        value = answers.get(question.name)
        if question.rows and value:
            yield from ((section, str(name), str(text)) for name, text in value.items())
        elif value or question.blank != NOT_GIVEN:
            yield section, question.title, in_words(question, value)
        else:
            blank.append(question.title)
    if blank:
        yield section, "Left blank", ", ".join(blank)


def in_words(question: Question, value: Answer) -> str:
    """Return an answer as the review shows it; never a secret."""
    if isinstance(value, Reference):
        return value.describe()
    if isinstance(value, SecretStr):
        return "given, not shown" if value.get_secret_value() else question.blank
    return str(value) if value else question.blank


class ReviewStep(Step):
    """Read everything once more; change any line; create."""

    number = 6
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
        yield Menu({str(number): _row(line) for number, line in enumerate(self._lines)}, "lines")
        yield Static(self._warnings(), classes="irreversible", markup=False)

    def buttons(self) -> Iterable[Widget]:
        """Yield what can be done from here."""
        yield button("Create...", "next")
        yield button("Request", "request")
        yield button("Save plan", "plan")
        yield button("Back", "back")

    def _warnings(self) -> str:
        session = self.session
        site = session.site.key if session.site else ""
        rival = session.desk.journal.rival(session.provider.key, site, self._org_name())
        earlier = f"Attempt {rival.id} at an org of this name is still open: look at it first." if rival else ""
        return " ".join(filter(None, (session.provider.irreversible, earlier)))

    def _org_name(self) -> str:
        return str(self.session.draft.section("organization").get("name", ""))

    def selected(self, event: OptionList.OptionSelected) -> None:
        """Go to where the line is changed."""
        self.post_message(self.Edit(self._lines[event.option_index][0]))

    # ---- the request and the plan ----

    @work(exclusive=True, description="drawing up the request")
    async def action_request(self) -> None:
        """Show the exact request, secrets masked."""
        try:
            order = await self.order()
        except Trouble as trouble:
            self.refused(trouble)
            return
        call = self.session.provider.request(order)
        self.app.push_screen(Page("The exact request, with secrets masked", report.request(call)))

    async def order(self) -> Order:
        """Return the validated order; a reference may be a slow command, so it is read off the screen's thread."""
        desk, provider, draft = self.session.desk, self.session.provider, copy.deepcopy(self.session.draft)
        return await asyncio.wrap_future(desk.engine.work(lambda: desk.order(provider, draft)))

    def action_plan(self) -> None:
        """Ask for a path and save the answers there."""
        question = "Save the answers as a plan file, without secrets. Path of the new file:"
        self.app.push_screen(Typed(question, yes="Save", value="plan.toml"), self._save_plan)

    def _save_plan(self, path: str | None) -> None:
        if not path:
            return
        try:
            self.session.desk.save_plan(self.session.draft, Path(path).expanduser())
        except FileExistsError:
            self.say(f"{path} exists already: nothing was written.", wrong=True)
        except (Trouble, OSError, RuntimeError) as trouble:
            cause = trouble.cause if isinstance(trouble, Trouble) else "the path cannot be used."
            self.say(f"The plan was not saved: {cause}", wrong=True)
        else:
            self.say(f"Saved as {path}. {self._variables()}")

    def _variables(self) -> str:
        """Return which variables the plan will look for."""
        provider, draft = self.session.provider, self.session.draft
        typed = {"credentials": draft.credentials, "administrator": draft.section("administrator")}
        names = [
            question.env[0] if question.env else f"{provider.key}_{question.name}".upper()
            for section, model in provider.sections(draft.method).items()
            for question in questions(model)
            if question.secret and isinstance(typed.get(section, {}).get(question.name), SecretStr)
        ]
        return f"Before using it, set {', '.join(names)}." if names else ""

    # ---- creating ----

    def action_next(self) -> None:
        """Ask for the word that creates."""
        provider = self.session.provider
        question = f"{self._org_name()} will be created at {provider.title}. {provider.irreversible}"
        self.app.push_screen(Confirm(question), self._confirmed)

    def _confirmed(self, word: str | None) -> None:
        if word:
            self.post_message(self.Forward())


def _row(line: Line) -> Content:
    _, label, value = line
    return Content(f"{printable(label):<20}{printable(value)}")

"""Walking the wizard with keys, waiting for states and never for time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rich.console import Console
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from orgwizard.application.service import Service
from orgwizard.domain.forms.field_questions import questions
from orgwizard.providers.findings import Preflight
from orgwizard.sandbox.scenarios import SCENARIOS
from orgwizard.storage.attempts.record import Record
from orgwizard.ui.tui.app import Wizard
from orgwizard.ui.tui.navigation import all_steps
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.store import StoreStep
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.name_check import NameCheck
from tests.tui.bench import fronted
from tests.tui.textual_inside import unpainted

PATIENCE_SECONDS = 20
KEYS = {" ": "space", "-": "minus", ".": "full_stop", "@": "at", "_": "underscore", "/": "slash", ":": "colon"}


ANSWERS: dict[str, dict[str, dict[str, str]]] = {
    "okta": {
        "parent": {"site": "acme.okta.com", "method": "api-token"},
        "administrator": {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"},
    },
    "datadog": {"parent": {"site": "datadoghq.com", "method": "keys"}, "administrator": {}},
}


def words_of(content: Any, width: int = 1000) -> str:
    """Return what a text or a table says, a table in lines of *width* cells: they are hardly ever wrapped."""
    if isinstance(content, str | Content):
        return str(content)
    console = Console(width=width, color_system=None)
    with console.capture() as drawn:
        console.print(content)
    return "\n".join(line.rstrip() for line in drawn.get().splitlines())


class Walk:
    """A wizard under test, driven by keys."""

    def __init__(self, pilot: "Pilot[int]", app: Wizard) -> None:
        self.pilot, self.app = pilot, app

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    @property
    def draft(self) -> Any:
        return self.app.session.draft

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.app.typeahead.idle.wait()
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        await self.press(*(KEYS.get(character, character) for character in text))

    async def fill(self, field: str, text: str) -> None:
        """Put a text into a field at once; use `write` where the single keys matter."""
        entry = self.entry(field)
        entry.focus()
        entry.value = text
        await self.pilot.pause()

    def entry(self, field: str) -> Entry:
        return next(
            entry
            for entry in self.screen.query(Entry)
            if entry.id == f"{field}-entry" and entry in self.screen.focus_chain
        )

    async def until(self, step: type[Screen[Any]]) -> None:
        """Wait until a screen is shown and drawn."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not isinstance(self.screen, step):
                await self.pilot.pause()
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        await self.pilot.pause()
        if working := [worker for worker in self.screen.workers if worker.node is self.screen]:  # none means all
            await self.screen.workers.wait_for_complete(working)
        await self.pilot.pause()

    async def said(self, words: str) -> None:
        """Wait until the screen says *words*."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while words not in self.text():
                await self.pilot.pause()

    async def name_known(self) -> None:
        """Wait until the step, if it is one that asks about the name, says whether it is free."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(not str(line.render()) for line in self.screen.query(NameCheck)):
                await self.pilot.pause()

    def text(self) -> str:
        """Return all that the screen's texts say."""
        return "\n".join(words_of(static.content) for static in self.screen.query(Static) if static.display)

    async def jump(self, step: type[Step], provider: str, name: str = "My Child Org") -> None:
        """Be at a step with all answers given, without the way."""
        session, draft = self.app.session, self.draft
        draft.provider = provider
        draft.section("parent").update(ANSWERS[provider]["parent"])
        for question in questions(session.provider.methods[draft.method]):
            offer = session.bootstrap.discovery.credential(session.provider, question)
            draft.credentials[question.name] = offer.typed if offer else ""
        draft.section("organization")["name"] = name
        draft.section("administrator").update(ANSWERS[provider]["administrator"])
        session.parent.connected(
            session.service.reader.connection(session.provider, draft), Preflight("Acme (sandbox)")
        )
        await self.app.navigator.go(next(key for key, known in all_steps().items() if known is step))
        await self.until(step)

    async def organization(self, provider: str) -> None:
        """Be at the step of the organization, with nothing typed into it."""
        await self.jump(OrganizationStep, provider, "")

    async def done(self, provider: str, name: str = "My Child Org") -> None:
        """Have an org created, without the way."""
        await self.jump(ReviewStep, provider, name)
        await self.create()
        await self.until(DoneStep)

    # ---- the way, key by key ----

    async def to_site(self) -> None:
        if not isinstance(self.screen, SiteStep):
            await self.press("ctrl+n")
        await self.until(SiteStep)

    async def to_connect(self, provider: str) -> None:
        if isinstance(self.screen, ConnectStep):
            return
        await self.to_site()
        if provider == "datadog":
            await self.press("down")
        else:
            await self.fill("site", "acme.okta.com")
        await self.press("ctrl+n")
        await self.until(ConnectStep)

    async def to_organization(self, provider: str) -> None:
        if isinstance(self.screen, OrganizationStep):
            return
        await self.to_connect(provider)
        await self.press("ctrl+n")
        await self.until(OrganizationStep)

    async def to_administrator(self, provider: str, name: str = "My Child Org") -> None:
        if isinstance(self.screen, AdministratorStep):
            return
        await self.to_organization(provider)
        await self.fill("name", name)
        await self.press("ctrl+n")
        await self.until(AdministratorStep)

    async def to_store(self, provider: str, name: str = "My Child Org") -> None:
        if isinstance(self.screen, StoreStep):
            return
        await self.to_administrator(provider, name)
        if provider == "okta":
            for field, text in (("first_name", "Ada"), ("last_name", "Lovelace"), ("email", "ada@example.com")):
                await self.fill(field, text)
        await self.press("ctrl+n")
        await self.until(StoreStep)

    async def to_review(self, provider: str, name: str = "My Child Org") -> None:
        if isinstance(self.screen, ReviewStep):
            return
        await self.to_store(provider, name)
        await self.press("ctrl+n")
        await self.until(ReviewStep)

    async def create(self) -> None:
        """Type the word on the review."""
        await self.press("ctrl+n")
        await self.write("create")
        await self.press("enter")

    async def to_done(self, provider: str, name: str = "My Child Org") -> None:
        await self.to_review(provider, name)
        await self.create()
        await self.until(DoneStep)


@asynccontextmanager
async def walking(
    service: Service, size: tuple[int, int] = (80, 24), *, again: bool = False, **settings: Any
) -> AsyncIterator[Walk]:
    """Run a wizard without a terminal; the service's engine ends with it, unless it is used *again*."""
    app = Wizard(fronted(service, settings.pop("scenarios", SCENARIOS)), **settings)
    with unpainted():
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Walk(pilot, app)
    if not again:  # its process ends
        service.engine.close()
        service.drafts.release()


async def interrupted(service: Service) -> Record:
    """Create an org, as far as the journal knows up to the moment when its keys were stored; return the record."""
    async with walking(service, again=True) as walk:
        await walk.done("okta")
    (record,) = service.journal.all()
    lines = record.path.read_text().splitlines(keepends=True)
    stored = next(at for at, line in enumerate(lines) if '"event": "stored"' in line)
    record.path.write_text("".join(lines[: stored + 1]))
    return service.journal.all()[0]

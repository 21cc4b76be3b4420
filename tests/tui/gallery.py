"""Pictures of every screen of the wizard, walked through in the sandbox."""

import contextlib
import re
import tempfile
from pathlib import Path
from unittest import mock

from orgwizard.domain.events import Progress
from orgwizard.presentation.wizard.start_menu import ORGS
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.attempts import AttemptsStep
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.create import CreateStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.store import StoreStep
from orgwizard.ui.tui.themes import LIGHT, TERMINAL
from orgwizard.ui.tui.widgets.lists import Menu
from orgwizard.ui.tui.widgets.pages import Page
from tests.tui.bench import HeldEngine, QuickClock, bench
from tests.tui.walk import Walk, walking

# It is drawn from how many requests there were, and of those about the name there are as many as time allows.
REQUEST_ID = re.compile("(request&#160;ID&#160;)[A-Za-z0-9]{22}")
PICTURED = (TERMINAL, LIGHT)
SIZES = ((80, 24), (120, 36))
UNDER_WAY = (
    (0.0, Progress("check", "started", "Checking the parent org")),
    (0.4, Progress("check", "ok", "parent org Acme (sandbox)")),
    (0.4, Progress("store", "started", "Testing the key store")),
    (0.5, Progress("store", "ok", "")),
    (0.5, Progress("send", "started", "Sending the request")),
    (1.8, Progress("send", "ok", "returned HTTP 200")),
    (1.8, Progress("keep", "started", "Storing the new keys")),
    (1.9, Progress("keep", "ok", "")),
    (1.9, Progress("settle", "started", "Okta recommends waiting 30 seconds before the first call")),
    (1.9, Progress("settle", "waiting", "first test in", 30)),
    (9.9, Progress("settle", "waiting", "first test in", 22)),
)


class Album:
    """The pictures taken so far: an SVG by its name, for each theme and size of every screen."""

    def __init__(self) -> None:
        self.pictures: dict[str, str] = {}

    async def take(self, walk: Walk, name: str) -> None:
        """Take one screen in every theme and size, that of the walk last."""
        for theme in reversed(PICTURED):
            walk.app.theme = theme
            for columns, rows in reversed(SIZES):
                await walk.pilot.resize_terminal(columns, rows)
                await walk.settled()
                drawn = walk.app.export_screenshot(title="orgwizard")
                self.pictures[f"{theme}-{columns}x{rows}/{name}"] = REQUEST_ID.sub(rf"\1{'0' * 22}", drawn)


async def pictures() -> dict[str, str]:
    """Walk through the wizard and return the SVG of every screen by its name."""
    album = Album()
    installed = mock.patch(
        "orgwizard.presentation.wizard.store_choices.available", list
    )  # nothing, wherever it is drawn
    with installed, tempfile.TemporaryDirectory() as home, contextlib.chdir(home):
        await _okta(album)
        await _under_way(album)
        await _datadog(album)
    return album.pictures


async def _okta(album: Album) -> None:
    async with walking(bench(Path("orgwizard"))) as walk:
        await album.take(walk, "01-start")
        await walk.to_site()
        await album.take(walk, "02-site")
        await walk.to_connect("okta")
        await album.take(walk, "03-connect")
        await walk.to_administrator("okta")
        await walk.press("escape")
        await walk.name_known()
        await album.take(walk, "04-organization")
    async with walking(bench(Path("again"))) as walk:
        await walk.to_administrator("okta")
        for field, text in (("first_name", "Ada"), ("last_name", "Lovelace"), ("email", "ada@example")):
            await walk.fill(field, text)
        await album.take(walk, "05-administrator")
        await walk.fill("email", "ada@example.com")
        await walk.press("ctrl+n")
        await walk.until(StoreStep)
        await album.take(walk, "06-store")
        await walk.press("ctrl+n")
        await walk.until(ReviewStep)
        await walk.name_known()
        await album.take(walk, "07-review")
        await _from_review(album, walk)
    async with walking(bench(Path("again"))) as walk:
        menu = walk.screen.query_one(Menu)
        menu.highlighted = menu.get_option_index(ORGS)
        await walk.press("enter")
        await walk.until(AttemptsStep)
        await album.take(walk, "17-attempts")
        await walk.press("n")
        await album.take(walk, "18-commands")


async def _from_review(album: Album, walk: Walk) -> None:
    await walk.press("ctrl+o")
    await walk.until(Page)
    await album.take(walk, "08-request")
    await walk.press("escape")
    await walk.press("f1")
    await album.take(walk, "09-keys")
    await walk.press("escape")
    await walk.press("ctrl+n")
    await album.take(walk, "10-confirm")
    await walk.write("create")
    await walk.press("enter")
    await walk.until(DoneStep)
    await album.take(walk, "12-done")


async def _under_way(album: Album) -> None:
    clock, engine = QuickClock(), HeldEngine()
    async with walking(bench(Path("under-way"), engine=engine, clock=clock)) as walk:
        await walk.to_review("okta")
        await walk.create()
        await walk.until(CreateStep)
        for clock.time, event in UNDER_WAY:
            engine.tell(event)
        await walk.settled()
        await album.take(walk, "11-create")


async def _datadog(album: Album) -> None:
    async with walking(bench(Path("datadog"))) as walk:
        await walk.to_site()
        await walk.press("down")
        await album.take(walk, "13-datadog-site")
        await walk.press("ctrl+n")
        await walk.until(ConnectStep)
        await album.take(walk, "14-datadog-connect")
        await walk.press("ctrl+n")
        await walk.until(OrganizationStep)
        await walk.fill("name", "A name that is longer than Datadog takes")
        await album.take(walk, "15-datadog-organization")
        await walk.fill("name", "My Child Org")
        await walk.press("ctrl+n")
        await walk.until(AdministratorStep)
        await album.take(walk, "16-datadog-administrator")

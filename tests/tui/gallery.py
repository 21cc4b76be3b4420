"""Pictures of every screen of the wizard, walked through in the sandbox."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from orgwizard.events import Progress
from orgwizard.tui.dialogs import Page
from orgwizard.tui.steps.administrator import AdministratorStep
from orgwizard.tui.steps.connect import ConnectStep
from orgwizard.tui.steps.create import CreateStep
from orgwizard.tui.steps.done import DoneStep
from orgwizard.tui.steps.organization import OrganizationStep
from orgwizard.tui.steps.review import ReviewStep
from orgwizard.tui.steps.store import StoreStep
from tests.tui.bench import StillEngine, bench
from tests.tui.walk import Walk, walking

Picture = tuple[str, str]
SIZE = (80, 24)
UNDER_WAY = (
    (0.0, Progress("check", "started", "Checking the parent org")),
    (0.4, Progress("check", "ok", "parent org Acme (sandbox)")),
    (0.4, Progress("store", "started", "Trying the store for the new keys")),
    (0.5, Progress("store", "ok", "")),
    (0.5, Progress("send", "started", "Sending the request")),
    (1.8, Progress("send", "ok", "answered with HTTP 200")),
    (1.8, Progress("keep", "started", "Storing the new keys")),
    (1.9, Progress("keep", "ok", "")),
    (1.9, Progress("settle", "started", "Okta asks to wait 30 seconds before the first call")),
    (9.9, Progress("settle", "waiting", "the org is asked in", 22)),
)


async def pictures(size: tuple[int, int] = SIZE) -> AsyncIterator[Picture]:
    """Walk through the wizard and yield a name and an SVG for each screen."""
    with tempfile.TemporaryDirectory() as home, contextlib.chdir(home):
        async for picture in _okta(size):
            yield picture
        async for picture in _datadog(size):
            yield picture


def _picture(walk: Walk, name: str) -> Picture:
    return name, walk.app.export_screenshot(title="orgwizard")


async def _okta(size: tuple[int, int]) -> AsyncIterator[Picture]:
    async with walking(bench(Path("orgwizard")), size) as walk:
        yield _picture(walk, "01-start")
        await walk.to_site()
        yield _picture(walk, "02-site")
        await walk.to_connect("okta")
        yield _picture(walk, "03-connect")
        await walk.to_administrator("okta")
        await walk.press("escape")
        await walk.name_known()
        yield _picture(walk, "04-organization")
    async with walking(bench(Path("again")), size) as walk:
        await walk.to_administrator("okta")
        for field, text in (("first_name", "Ada"), ("last_name", "Lovelace"), ("email", "ada@example")):
            await walk.fill(field, text)
        yield _picture(walk, "05-administrator")
        await walk.fill("email", "ada@example.com")
        await walk.press("ctrl+n")
        await walk.until(StoreStep)
        yield _picture(walk, "06-store")
        await walk.press("ctrl+n")
        await walk.until(ReviewStep)
        await walk.name_known()
        yield _picture(walk, "07-review")
        async for picture in _from_review(walk):
            yield picture
    async for picture in _under_way(size):
        yield picture


async def _from_review(walk: Walk) -> AsyncIterator[Picture]:
    await walk.press("ctrl+o")
    await walk.until(Page)
    yield _picture(walk, "08-request")
    await walk.press("escape")
    await walk.press("f1")
    yield _picture(walk, "09-keys")
    await walk.press("escape")
    await walk.press("ctrl+n")
    yield _picture(walk, "10-confirm")
    await walk.write("create")
    await walk.press("enter")
    await walk.until(DoneStep)
    yield _picture(walk, "12-done")


async def _under_way(size: tuple[int, int]) -> AsyncIterator[Picture]:
    async with walking(bench(Path("under-way"), engine=StillEngine()), size) as walk:
        await walk.to_review("okta")
        await walk.create()
        await walk.until(CreateStep)
        for at, event in UNDER_WAY:
            walk.screen.post_message(CreateStep.Told(event, at))
        await walk.settled()
        yield _picture(walk, "11-create")


async def _datadog(size: tuple[int, int]) -> AsyncIterator[Picture]:
    async with walking(bench(Path("datadog")), size) as walk:
        await walk.to_site()
        await walk.press("down")
        yield _picture(walk, "13-datadog-site")
        await walk.press("ctrl+n")
        await walk.until(ConnectStep)
        yield _picture(walk, "14-datadog-connect")
        await walk.press("ctrl+n")
        await walk.until(OrganizationStep)
        await walk.fill("name", "A name that is longer than Datadog takes")
        yield _picture(walk, "15-datadog-organization")
        await walk.fill("name", "My Child Org")
        await walk.press("ctrl+n")
        await walk.until(AdministratorStep)
        yield _picture(walk, "16-datadog-administrator")

"""A picture of each screen, compared with the one that was looked at."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from orgwizard.domain.errors import NoResponse
from orgwizard.domain.events import Result
from orgwizard.domain.org import Created
from orgwizard.sandbox.scenarios import SCENARIOS
from orgwizard.ui.tui.app import Wizard
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.create import CreateStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.store import StoreStep
from tests.tui.bench import StillEngine, bench, fronted
from tests.tui.gallery import UNDER_WAY
from tests.tui.walk import Walk

Snap = Callable[..., bool]
STEPS = [SiteStep, ConnectStep, OrganizationStep, AdministratorStep, StoreStep, ReviewStep]


def wizard() -> Wizard:
    return Wizard(fronted(bench(Path("orgwizard"), engine=StillEngine()), SCENARIOS))


def at(step: type[Any], provider: str) -> Callable[[Any], Awaitable[None]]:
    async def go(pilot: Any) -> None:
        walk = Walk(pilot, pilot.app)
        await walk.jump(step, provider)
        await walk.name_known()
        await walk.settled()

    return go


def showing(make: Callable[[Wizard], Screen[Any]]) -> Callable[[Any], Awaitable[None]]:
    async def go(pilot: Any) -> None:
        walk = Walk(pilot, pilot.app)
        await walk.jump(ReviewStep, "okta")
        await walk.name_known()
        await pilot.app.switch_screen(make(pilot.app))
        await walk.settled()

    return go


def test_start(snap_compare: Snap) -> None:
    assert snap_compare(wizard(), terminal_size=(80, 24))


@pytest.mark.parametrize("provider", ["okta", "datadog"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_step(snap_compare: Snap, step: type[Any], provider: str) -> None:
    assert snap_compare(wizard(), terminal_size=(80, 24), run_before=at(step, provider))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_small(snap_compare: Snap, step: type[Any]) -> None:
    assert snap_compare(wizard(), terminal_size=(60, 18), run_before=at(step, "okta"))


@pytest.mark.parametrize("key", ["ctrl+n", "ctrl+o", "ctrl+p", "f1"])
def test_over_the_review(snap_compare: Snap, key: str) -> None:
    async def go(pilot: Any) -> None:
        walk = Walk(pilot, pilot.app)
        await walk.jump(ReviewStep, "okta")
        await walk.name_known()
        await walk.press(key)
        await walk.settled()

    assert snap_compare(wizard(), terminal_size=(80, 24), run_before=go)


def test_create(snap_compare: Snap) -> None:
    async def go(pilot: Any) -> None:
        await showing(lambda app: CreateStep(app.session))(pilot)
        for moment, event in UNDER_WAY:
            pilot.app.screen.post_message(CreateStep.Told(event, moment))
        await pilot.pause()

    assert snap_compare(wizard(), terminal_size=(80, 24), run_before=go)


ORG = Created("00o1", "My Child Org", "https://my-child-org.okta.com")
ENDS = {
    "created": Result(
        "created",
        "okta",
        "https://acme.okta.com",
        "My Child Org",
        ready=True,
        attempt="20260102-030405-0000",
        org=ORG,
        stored_words="in the file keys/okta-my-child-org.toml, which only you can read",
        profile="okta-my-child-org",
        next_steps=("Sign in as ada@example.com at https://my-child-org-admin.okta.com",),
    ),
    "unknown": Result(
        "unknown",
        "okta",
        "https://acme.okta.com",
        "My Child Org",
        attempt="20260102-030405-0000",
        open=True,
        error=NoResponse(
            "The connection broke before the answer.", "Do not create it again before you have looked at Okta yourself."
        ),
    ),
}


@pytest.mark.parametrize("end", sorted(ENDS))
def test_done(snap_compare: Snap, end: str) -> None:
    go = showing(lambda app: DoneStep(app.session, ENDS[end]))
    assert snap_compare(wizard(), terminal_size=(80, 24), run_before=go)

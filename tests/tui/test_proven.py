"""What was proven is marked at its field; a changed value loses its mark, also after going back."""

import pytest
from textual.widgets import Static

from orgwizard.application.service import Service
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.store import StoreStep
from orgwizard.ui.tui.widgets.lists import Choice
from tests.tui.walk import Walk, walking

pytestmark = pytest.mark.full  # each walks through screens; the default tests do so in test_steps


def mark(walk: Walk, field: str) -> str:
    """Return the mark at the right of a field, "" where there is none."""
    shown = str(walk.screen.query_one(f"#{field} .count", Static).render())
    return shown if shown.startswith("✓") else ""


async def test_credentials_are_marked_with_whom_they_are_of_until_they_change(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_organization("okta")
        await walk.press("escape")
        await walk.until(ConnectStep)
        assert mark(walk, "token") == "✓ as admin@example.com"
        walk.entry("token").focus()
        await walk.write("0")
        assert mark(walk, "token") == ""


@pytest.mark.full
async def test_of_several_credentials_the_last_says_as_whom(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_organization("datadog")
        await walk.press("escape")
        await walk.until(ConnectStep)
        assert mark(walk, "api_key") == "✓ accepted"
        assert mark(walk, "application_key").startswith("✓ ")


async def test_another_site_takes_the_mark_off_the_credentials(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_organization("okta")
        await walk.press("escape")
        await walk.until(ConnectStep)
        await walk.press("escape")
        await walk.fill("site", "other.okta.com")
        await walk.press("ctrl+n")
        await walk.until(ConnectStep)
        assert mark(walk, "token") == ""


async def test_a_name_that_changes_loses_its_mark(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta")
        await walk.name_known()
        assert mark(walk, "subdomain") == "✓ available"
        walk.entry("subdomain").focus()
        await walk.write("x")
        assert mark(walk, "subdomain") == ""


async def test_a_store_is_marked_as_tested_and_a_command_again_only_after_a_test(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(StoreStep, "okta")
        assert "✓ tested" in walk.screen.query_one("#store", Choice).rows["file"]
        walk.draft.store = {"command": ["tee", "/dev/null"]}
        await walk.app.navigator.go("store")
        await walk.until(StoreStep)
        await walk.press("ctrl+n")
        await walk.until(ReviewStep)
        await walk.press("escape")
        await walk.until(StoreStep)
        assert "tested" not in walk.screen.query_one("#store", Choice).rows["command"]

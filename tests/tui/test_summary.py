"""Where there is room, what was entered so far stands beside the step; elsewhere nothing is lost by it."""

import pytest
from textual.widget import Widget

from orgwizard.application.service import Service
from orgwizard.presentation.wizard.review import lines, summary
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.store import StoreStep
from tests.tui.walk import Walk, walking, words_of

pytestmark = pytest.mark.full  # each walks through screens; the default tests do so in test_steps

STEPS = (ConnectStep, OrganizationStep, AdministratorStep, StoreStep)


def beside(walk: Walk) -> str:
    """Return what the summary shows, in words."""
    return " ".join(words_of(walk.screen.query_one("#summary").render()).split())


async def test_what_is_entered_is_summed_up_as_the_review_says_it(service: Service) -> None:
    async with walking(service, (100, 24)) as walk:
        await walk.jump(StoreStep, "okta")
        rows = {label: value for group in summary(walk.app.session) for label, value in group}
        reviewed = {label: value for _, label, value in lines(walk.app.session)}
        assert rows["Parent org"] == "Acme (sandbox)"
        assert rows["Site"] == "acme.okta.com"
        assert rows["Administrator"] == "Ada Lovelace ada@example.com"
        same = ("API token", "Name", "Subdomain", "Keys go to")
        assert {label: rows[label] for label in same} == {label: reviewed[label] for label in same}


async def test_a_step_that_was_not_reached_is_not_summed_up(service: Service) -> None:
    async with walking(service, (100, 24)) as walk:
        await walk.jump(OrganizationStep, "okta")
        labels = [label for group in summary(walk.app.session) for label, _ in group]
        assert labels[-2:] == ["Name", "Subdomain"]


async def test_the_summary_follows_what_is_typed(service: Service) -> None:
    async with walking(service, (100, 24)) as walk:
        await walk.jump(OrganizationStep, "okta", "")
        await walk.write("New")
        assert "Name New" in beside(walk)


async def test_a_secret_is_summed_up_as_entered(service: Service) -> None:
    async with walking(service, (100, 24)) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "00canary-typed-into-the-field-of-the-token")
        assert "API token entered, hidden" in beside(walk)


@pytest.mark.parametrize(("columns", "shown"), [(60, False), (99, False), (100, True), (200, True)])
async def test_the_summary_is_shown_from_100_columns_on(service: Service, columns: int, shown: bool) -> None:
    async with walking(service, (columns, 24)) as walk:
        await walk.jump(OrganizationStep, "okta")
        assert walk.screen.query_one("#summary").display is shown


async def test_on_a_large_terminal_all_stands_in_the_middle(service: Service) -> None:
    async with walking(service, (200, 50)) as walk:
        await walk.jump(OrganizationStep, "okta")
        frame = walk.screen.query_one("#frame", Widget).region
        assert (frame.x, frame.y) == (200 - frame.right, 50 - frame.bottom)
        assert frame.width <= 120


@pytest.mark.full
@pytest.mark.parametrize("provider", ["okta", "datadog"])
async def test_every_step_is_whole_beside_its_summary(service: Service, provider: str) -> None:
    async with walking(service, (100, 24)) as walk:
        for step in STEPS[1:]:
            await walk.jump(step, provider)
            assert walk.screen.query_one("#body").max_scroll_y == 0, step

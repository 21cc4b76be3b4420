"""The table of what is typed nearly right, on the screen: Ctrl+T takes what was meant."""

import pytest

from orgwizard.application.service import Service
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.widgets.dialogs import Ask
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.lists import Choice
from tests.suggestions import TYPED, Typed
from tests.tui.walk import Walk, walking

pytestmark = pytest.mark.full  # the table at the model is in each run


def rows(of: str, provider: str) -> list[Typed]:
    """Return of the rows about a site or a section, one of each kind: with what is meant, said or asked."""
    found = [row for row in TYPED if row.field.startswith(of) and row.provider == provider]
    return list({(row.field, bool(row.meant), row.says, row.asked): row for row in found}.values())


def note(walk: Walk, name: str) -> str:
    field = next(
        field for field in walk.screen.query(Field) if field.id == name and field.entry in walk.screen.focus_chain
    )
    return str(field.query_one(".note").render())


async def typed(walk: Walk, row: Typed) -> None:
    """Type the value, leave the field and come back; what is meant is named there and taken with a key."""
    name = row.field.rpartition(".")[2]
    await walk.fill(name, row.text)
    await walk.press("tab")
    walk.entry(name).focus()
    said = note(walk, name)
    assert row.says in said, row
    assert ("Ctrl+T" in said) is (bool(row.meant) or "That is" in row.says), row
    if row.meant:
        assert f"Ctrl+T: {row.meant}" in said
        await walk.press("ctrl+t")
        assert walk.entry(name).value == row.meant


@pytest.mark.parametrize("provider", ["okta", "datadog"])
async def test_a_site_is_said_to_be_another_and_taken_with_a_key(service: Service, provider: str) -> None:
    async with walking(service) as walk:
        await walk.jump(SiteStep, provider)
        if provider == "datadog":
            walk.screen.query_one("#list-datadog", Choice).highlighted = len(walk.app.session.provider.sites)
            await walk.pilot.pause()
        for row in rows("site", provider):
            await typed(walk, row)
            if row.says:
                await walk.press("ctrl+n")
                assert isinstance(walk.screen, SiteStep), row
            if row.asked and not row.meant:
                await walk.press("ctrl+n")
                assert isinstance(walk.screen, Ask), row
                await walk.press("escape")


@pytest.mark.parametrize(
    ("provider", "typed", "other", "site"),
    [("okta", "https://app.datadoghq.eu/", "datadog", "datadoghq.eu"), ("datadog", "acme.okta.com", "okta", "acme")],
)
async def test_the_provider_whose_site_was_typed_is_chosen_with_a_key(
    service: Service, provider: str, typed: str, other: str, site: str
) -> None:
    async with walking(service) as walk:
        await walk.jump(SiteStep, provider)
        if provider == "datadog":
            walk.screen.query_one("#list-datadog", Choice).highlighted = len(walk.app.session.provider.sites)
            await walk.pilot.pause()
        await walk.fill("site", typed)
        assert "Ctrl+T: choose" in note(walk, "site")
        await walk.press("ctrl+t")
        await walk.settled()
        assert (walk.draft.provider, site in walk.draft.site) == (other, True)
        assert walk.app.session.parent.site
        assert walk.screen.query_one("#provider", Choice).chosen == other


async def test_an_answer_is_said_to_be_another_and_taken_with_a_key(service: Service) -> None:
    async with walking(service) as walk:
        for step in (OrganizationStep, AdministratorStep):
            await walk.jump(step, "okta")
            for row in rows(step.section, "okta"):
                await typed(walk, row)

"""Where a plan, a draft and another org of the same parent open: at what is not complete, after a check."""

import pytest
from pydantic import SecretStr

from orgwizard.application.service import Service
from orgwizard.domain.forms.draft import Draft
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.site import SiteStep
from tests.tui.walk import walking

ADMIN = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"}


def planned(**sections: dict[str, str]) -> Draft:
    draft = Draft("okta")
    draft.section("parent").update({"site": "acme.okta.com", "method": "api-token"})
    for name, answers in sections.items():
        draft.section(name).update(answers)
    return draft


@pytest.mark.parametrize(
    ("sections", "step"),
    [
        ({"organization": {"name": "Planned"}, "administrator": ADMIN}, ReviewStep),
        ({"organization": {"name": "Planned"}}, AdministratorStep),
        ({"administrator": ADMIN}, OrganizationStep),
        ({"parent": {"site": ""}}, SiteStep),
        ({"parent": {"site": "https://okta.acme.example"}}, SiteStep),  # a host that a person has to agree to
    ],
    ids=["whole", "no administrator", "no name", "no site", "strange site"],
)
async def test_a_plan_opens_at_what_it_lacks(
    service: Service, sections: dict[str, dict[str, str]], step: type[Step]
) -> None:
    async with walking(service, draft=planned(**sections)) as walk:
        await walk.until(step)
        assert (walk.app.session.parent.connection is None) is (step is SiteStep)


@pytest.mark.full
async def test_a_whole_plan_whose_credentials_are_refused_stops_there(service: Service) -> None:
    draft = planned(organization={"name": "Planned"}, administrator=ADMIN)
    draft.credentials["token"] = SecretStr("00wrong")
    async with walking(service, draft=draft) as walk:
        await walk.until(ConnectStep)
        await walk.said("the credentials were rejected")
        assert walk.app.session.parent.connection is None


@pytest.mark.full
async def test_a_saved_draft_opens_at_what_it_lacks(service: Service) -> None:
    service.drafts.save(planned(organization={"name": "Half done"}))
    async with walking(service) as walk:
        await walk.press("enter")  # the draft, before a new org
        await walk.until(AdministratorStep)


@pytest.mark.parametrize(("reached", "step"), [("organization", OrganizationStep), ("credentials", ConnectStep)])
async def test_a_whole_draft_opens_no_further_than_the_user_came(
    service: Service, reached: str, step: type[Step]
) -> None:
    draft = planned(organization={"name": "Half done"}, administrator=ADMIN)
    draft.reached = reached
    async with walking(service, draft=draft) as walk:
        await walk.until(step)
        assert (walk.app.session.parent.connection is None) is (step is ConnectStep)
        assert walk.app.session.reached == step.number
        assert walk.draft.reached == reached


async def test_a_plan_that_is_left_opens_again_where_it_was_left(service: Service) -> None:
    async with walking(service, draft=planned(administrator=ADMIN)) as walk:
        await walk.until(OrganizationStep)
        await walk.write("Typed")
        walk.app.drafts.now()
    saved = service.drafts.load()
    assert saved is not None
    assert saved.reached == "organization"


@pytest.mark.full
async def test_going_back_from_where_a_plan_opened_is_the_step_before(service: Service) -> None:
    async with walking(service, draft=planned(organization={"name": "Planned"})) as walk:
        await walk.until(AdministratorStep)
        await walk.press("escape")
        await walk.until(OrganizationStep)


@pytest.mark.full
async def test_another_org_keeps_the_connection_and_the_administrator_without_secrets(service: Service) -> None:
    draft = planned(organization={"name": "First"}, administrator=ADMIN)
    draft.section("administrator")["password"] = SecretStr("Canary-Password-1")
    async with walking(service, draft=draft) as walk:
        await walk.until(ReviewStep)
        await walk.to_done("okta", "First")
        connection = walk.app.session.parent.connection
        await walk.press("ctrl+n")
        await walk.until(OrganizationStep)
        assert walk.app.session.parent.connection is connection
        assert walk.draft.section("administrator") == ADMIN
        assert not walk.draft.section("organization")

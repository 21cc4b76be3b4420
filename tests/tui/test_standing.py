"""What stands in the way of an order is told whole on the review, and again before it is created."""

from pydantic import SecretStr
from textual.widgets import Static

from orgwizard.application.service import Service
from orgwizard.domain.errors import Refused
from orgwizard.presentation.wizard.review import lines, objections
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.widgets.dialogs import Confirm
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.name_check import NameCheck
from tests.tui.walk import walking


async def test_a_name_that_is_taken_is_told_whole_and_again_before_it_is_created(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta", "taken")
        await walk.said("The subdomain is taken")
        (words,) = objections(walk.app.session)
        assert words.startswith("The subdomain is taken")
        assert words in str(walk.screen.query_one("#refusal").render())
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, Confirm)
        assert words in walk.text()
        await walk.press("escape", "escape")
        await walk.app.navigator.go("organization")
        await walk.until(OrganizationStep)
        assert walk.screen.query_one("#subdomain", Field).has_class("-wrong")


async def test_a_name_found_taken_while_the_word_is_asked_for_is_told_there_too(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, Confirm)
        refused = Refused("The subdomain is taken.", "Choose another.", field="organization.subdomain")
        walk.app.step.post_message(NameCheck.Taken(refused, {}))
        await walk.settled()
        assert "The subdomain is taken." in walk.text()


async def test_a_password_that_will_be_refused_stands_on_the_review(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta")
        walk.draft.section("administrator")["password"] = SecretStr("abcdefgh")
        assert objections(walk.app.session) == ["Password: Okta asks for A-Z, 0-9."]
        walk.draft.section("administrator")["password"] = SecretStr("Abcdefgh9")
        assert objections(walk.app.session) == []


async def test_whether_a_name_is_free_is_said_at_its_field(service: Service) -> None:
    async with walking(service) as walk:
        for provider, field in (("okta", "subdomain"), ("datadog", "name")):
            await walk.jump(OrganizationStep, provider)
            await walk.name_known()
            said = walk.app.session.name_finding
            assert said is not None
            assert said.sentence in str(walk.screen.query_one(f"#{field} .note", Static).render())


async def test_a_secret_that_nobody_entered_is_not_called_entered(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        words = {label: value for _, label, value in lines(walk.app.session)}
        assert words["API token"] == "the sandbox's value"
        walk.draft.credentials["token"] = SecretStr("00another-token-that-somebody-has-typed")
        words = {label: value for _, label, value in lines(walk.app.session)}
        assert words["API token"] == "entered, hidden"

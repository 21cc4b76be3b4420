"""Each step with keys only: forward, back, wrong input, and what the service says led to its field."""

import asyncio
import base64
import json
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from textual.widgets import Button, Static

from orgwizard.application.connection.checks import Checks, StoreTest
from orgwizard.application.service import Service
from orgwizard.domain.errors import NeedsConsent, Refused
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation.wizard import review
from orgwizard.presentation.wizard.start_menu import HOW, MOST_ROWS, StartMenu
from orgwizard.providers import provider_of
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import OrgIdentity
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.writing import Attempt
from orgwizard.storage.stores.store_presets import PRESETS
from orgwizard.storage.stores.vault import Store, Vault
from orgwizard.system.subprocesses import Ended
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.base import FIX, Step
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.outcomes import Failed
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.start import StartStep
from orgwizard.ui.tui.screens.store import StoreStep
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.dialogs import Ask, Confirm, TypedConfirmation
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.lists import Choice, Menu
from orgwizard.ui.tui.widgets.pages import Page
from tests import store_tools
from tests.attempts import new_attempt
from tests.tui.bench import StuckEngine, bench
from tests.tui.textual_inside import driver_of
from tests.tui.walk import Walk, interrupted, walking, words_of

OKTA = provider_of("okta")


def marked(folder: Path) -> Service:
    """Return a service whose journal names its files as ever, with the marks of the order in them."""
    service = bench(folder)
    return replace(service, journal=Journal(service.journal.folder, service.clock))


def note(walk: Walk, field: str) -> str:
    """Return what is said under a field."""
    found = next(f for f in walk.screen.query(Field) if f.question.name == field and f.display)
    return str(found.query_one(".note", Static).render())


def plan_text() -> str:
    return Path("plan.toml").read_text()


def message(walk: Walk) -> str:
    return str(walk.screen.query_one("#message", Static).render())


# ---- the whole way ----


async def test_an_org_is_created_and_its_profile_saved(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_done("okta")
        assert "created and is ready" in walk.text()
        assert walk.app.session.run.result is not None
        assert walk.app.session.run.result.exit_code == 0
        assert [profile.org.name for profile in service.profiles.all()[0]] == ["My Child Org"]
        assert service.drafts.load() is None


@pytest.mark.full
async def test_back_from_every_step_loses_nothing(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_review("okta")
        before = json.dumps(walk.draft.as_json(), sort_keys=True)
        for step in (StoreStep, AdministratorStep, OrganizationStep, ConnectStep, SiteStep, StartStep):
            await walk.press("escape")
            await walk.until(step)
        assert json.dumps(walk.draft.as_json(), sort_keys=True) == before


@pytest.mark.full
async def test_another_org_begins_at_the_same_parent(service: Service) -> None:
    async with walking(service) as walk:
        await walk.done("okta")
        await walk.press("ctrl+n")
        await walk.until(OrganizationStep)
        assert walk.draft.site == "acme.okta.com"
        assert walk.draft.section("organization") == {}


# ---- start ----


@pytest.mark.full
async def test_the_start_offers_what_there_is(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_organization("okta")
        await walk.fill("name", "Half done")
        await walk.press("escape")
        await walk.until(ConnectStep)
    service.drafts.release()  # as when its process ends
    again = bench(Path("orgwizard"))
    async with walking(again) as walk:
        assert isinstance(walk.screen, StartStep)
        await walk.press("enter")
        await walk.until(OrganizationStep)
        assert walk.draft.section("organization")["name"] == "Half done"


@pytest.mark.full
async def test_a_profile_of_an_earlier_run_is_offered(service: Service) -> None:
    async with walking(service) as walk:
        await walk.done("okta")
    async with walking(bench(Path("orgwizard"))) as walk:
        await walk.press("down", "enter")
        await walk.until(OrganizationStep)
        assert walk.draft.site == "https://acme.okta.com"


@pytest.mark.full
async def test_a_token_that_expires_unused_is_told(service: Service) -> None:
    async with walking(service) as walk:
        await walk.done("okta")
    (profile,) = service.profiles.all()[0]
    service.profiles.replace(profile.model_copy(update={"used": profile.created - timedelta(days=22)}))
    async with walking(bench(Path("orgwizard"))) as walk:  # an org of the sandbox ended with its run
        assert f"orgwizard check {profile.name}" not in " ".join(walk.text().split())
        walk.app.session.bootstrap.sandbox = False
        await walk.app.switch_screen(StartStep(walk.app.session, None))
        await walk.until(StartStep)
        assert f"orgwizard check {profile.name}" in " ".join(walk.text().split())


async def test_an_open_attempt_comes_first_and_is_told_truthfully(service: Service) -> None:
    service.journal.requested(new_attempt("okta", "https://acme.okta.com", "Doubtful")).close()
    async with walking(service, scenarios=()) as walk:
        await walk.press("enter")
        assert isinstance(walk.screen, Ask)
        assert "Doubtful (okta https://acme.okta.com): not sent" in walk.text()
        await walk.press("enter")
        assert isinstance(walk.screen, StartStep)
        assert service.journal.open()


@pytest.mark.full
async def test_an_open_attempt_is_taken_up_and_nothing_is_created_again(service: Service) -> None:
    await interrupted(service)
    again = bench(Path("orgwizard"), send=service.send)
    again.drafts.save(Draft("datadog"))
    async with walking(again, scenarios=()) as walk:
        await walk.press("enter", "right", "enter")
        await walk.until(DoneStep)
        assert "The org was created and is ready." in walk.text()
    assert service.journal.all()[0].state == "ready"
    assert again.drafts.load() is not None


@pytest.mark.full
async def test_an_attempt_that_another_process_has_begun_on_leads_back_to_the_start(service: Service) -> None:
    record = await interrupted(service)
    again = bench(Path("orgwizard"), send=service.send)
    async with walking(again, scenarios=()) as walk:
        rival = service.journal.resume(record)
        await walk.press("enter", "right", "enter")
        await walk.until(Page)
        assert "Nothing was sent by this run." in walk.text()
        assert "Nothing was created" not in walk.text()
        await walk.press("escape")
        assert isinstance(walk.screen, StartStep)
        rival.close()


@pytest.mark.full
async def test_an_attempt_taken_up_that_created_nothing_leads_to_the_start(service: Service) -> None:
    service.journal.requested(new_attempt("okta", "https://acme.okta.com", "Never sent")).close()
    async with walking(service, scenarios=()) as walk:
        await walk.press("enter", "right", "enter")
        await walk.until(DoneStep)
        assert "Nothing was created." in walk.text()
        await walk.press("ctrl+n")
        await walk.until(StartStep)


async def test_without_anything_to_offer_the_first_step_comes_at_once(service: Service) -> None:
    async with walking(service, scenarios=()) as walk:
        assert isinstance(walk.screen, SiteStep)
        assert HOW in walk.text()


async def test_the_magic_names_of_the_sandbox_are_listed(service: Service) -> None:
    async with walking(service) as walk:
        await walk.press("down", "enter")
        assert "weak-password" in walk.text()


# ---- 1: site ----


@pytest.mark.full
async def test_an_admin_host_becomes_the_plain_one_and_it_is_said(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_site()
        await walk.fill("site", "https://acme-admin.okta.com/admin/dashboard")
        assert "is the Admin Console; acme.okta.com is used" in note(walk, "site")


async def test_a_wrong_site_is_said_at_its_field(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_site()
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, SiteStep)
        assert note(walk, "site").startswith("! Required")
        assert walk.screen.focused is walk.entry("site")


@pytest.mark.parametrize(("answer", "step"), [("escape", SiteStep), ("enter", SiteStep), ("yes", ConnectStep)])
async def test_a_custom_domain_is_asked_about_once(service: Service, answer: str, step: type[SiteStep]) -> None:
    async with walking(service) as walk:
        await walk.to_site()
        await walk.fill("site", "login.acme.com")
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, Ask)
        await (walk.press("right", "enter") if answer == "yes" else walk.press(answer))
        await walk.until(step)
        assert walk.app.session.parent.agreed is (answer == "yes")


@pytest.mark.full
async def test_a_draft_with_a_custom_domain_never_connects_unasked(service: Service) -> None:
    draft = Draft(provider="okta")
    draft.section("parent").update({"site": "login.acme.com", "method": "api-token"})
    async with walking(service, draft=draft) as walk:
        await walk.app.navigator.go("credentials")
        await walk.until(ConnectStep)
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, Ask)
        await walk.press("escape")
        assert walk.app.session.parent.checked is None


@pytest.mark.full
async def test_switching_the_provider_and_back_loses_nothing(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_site()
        await walk.fill("site", "acme.okta.com")
        walk.screen.query_one("#provider").focus()
        await walk.press("down")
        assert walk.draft.provider == "datadog"
        await walk.press("tab", "down", "down")
        assert walk.draft.site == "us5.datadoghq.com"
        walk.screen.query_one("#provider").focus()
        await walk.press("up")
        assert walk.draft.site == "acme.okta.com"
        await walk.press("down")
        assert walk.draft.site == "us5.datadoghq.com"


@pytest.mark.full
async def test_another_api_url_of_datadog_can_be_typed_and_is_kept(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_site()
        await walk.press("down", "tab", "end")
        await walk.fill("site", "https://api.example.com")
        assert walk.draft.site == "https://api.example.com"
        walk.screen.query_one("#list-datadog").focus()
        await walk.press("home")
        assert walk.draft.site == "datadoghq.com"
        await walk.press("end")
        assert walk.draft.site == "https://api.example.com"


async def test_a_site_in_the_environment_is_offered_with_its_source(service: Service) -> None:
    given = replace(service, environ={"OKTA_CLIENT_ORGURL": "https://acme.okta.com"}, sandbox_values={})
    async with walking(given) as walk:
        await walk.to_site()
        assert walk.entry("site").value == "https://acme.okta.com"
        assert "$OKTA_CLIENT_ORGURL" in note(walk, "site")


# ---- 2: connect ----


@pytest.mark.full
async def test_a_token_in_the_environment_is_named_and_not_shown(service: Service) -> None:
    secret = "00sandbox-canary-token-000000000000000000"
    given = replace(service, environ={"OKTA_CLIENT_TOKEN": secret}, sandbox_values={})
    async with walking(given) as walk:
        await walk.jump(ConnectStep, "okta")
        assert walk.entry("token").placeholder.startswith("from $OKTA_CLIENT_TOKEN")
        assert walk.draft.credentials["token"] == Reference(env="OKTA_CLIENT_TOKEN")
        assert secret not in walk.app.export_screenshot()
        await walk.press("ctrl+n")
        await walk.until(OrganizationStep)


@pytest.mark.full
async def test_a_refused_token_is_told_at_its_field_and_the_sentence_goes_with_the_next_key(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "00wrong-token")
        await walk.press("ctrl+n")
        await walk.until(ConnectStep)
        async_note = note(walk, "token")
        assert "The token is not valid" in async_note
        assert message(walk) == "The check failed: the credentials were rejected."
        assert walk.screen.focused is walk.entry("token")
        await walk.write("x")
        assert "The token is not valid" not in note(walk, "token")


@pytest.mark.full
async def test_the_parent_is_named_after_the_check(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_organization("okta")
        assert "Acme (sandbox)" in str(walk.screen.query_one("#place").render())


@pytest.mark.full
async def test_switching_the_method_and_back_loses_nothing(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "first")
        walk.screen.query_one(Choice).focus()
        await walk.press("down")
        await walk.fill("token", "second")
        walk.screen.query_one(Choice).focus()
        await walk.press("up")
        assert walk.entry("token").value == "first"
        assert walk.draft.sections["okta"]["credentials.access-token"]["token"] == SecretStr("second")


async def test_a_check_can_be_stopped(service: Service) -> None:
    async with walking(replace(service, engine=StuckEngine())) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.press("ctrl+n")
        assert "Checking credentials (read-only)" in message(walk)
        await walk.press("escape")
        assert message(walk).startswith("Stopped.")
        assert isinstance(walk.screen, ConnectStep)


async def test_a_secret_is_hidden_again_when_its_field_is_left(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "visible")
        await walk.press("f2")
        assert not walk.entry("token").password
        await walk.press("tab")
        assert walk.entry("token").password


# ---- 3: organization ----


@pytest.mark.full
async def test_the_subdomain_follows_the_name_until_it_is_edited(service: Service) -> None:
    async with walking(service) as walk:
        await walk.organization("okta")
        await walk.write("My Org")
        assert walk.entry("subdomain").value == "my-org"
        assert "subdomain" not in walk.draft.section("organization")
        await walk.press("tab", "end")
        await walk.write("2")
        await walk.fill("name", "New org")
        assert walk.entry("subdomain").value == "my-org2"


@pytest.mark.full
async def test_the_length_is_counted_live(service: Service) -> None:
    async with walking(service) as walk:
        await walk.organization("datadog")
        await walk.write("My Child Org")
        assert str(walk.screen.query_one(".count", Static).render()) == "12 of 32"
        await walk.fill("name", "x" * 35)
        assert note(walk, "name") == "! 3 characters too long (at most 32)."


async def test_next_shows_what_is_missing_and_goes_there(service: Service) -> None:
    async with walking(service) as walk:
        await walk.organization("okta")
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, OrganizationStep)
        assert note(walk, "name") == "! Required."
        assert walk.screen.focused is walk.entry("name")


@pytest.mark.full
async def test_enter_goes_from_field_to_field_and_on(service: Service) -> None:
    async with walking(service) as walk:
        await walk.organization("okta")
        await walk.write("Org")
        await walk.press("enter", "enter", "enter")
        await walk.until(AdministratorStep)


# ---- 4: administrator ----


@pytest.mark.full
async def test_rows_can_be_added_and_removed(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")
        walk.screen.query_one(".add").focus()
        await walk.press("enter")
        await walk.write("title")
        await walk.press("enter")
        await walk.write("CTO")
        assert walk.draft.section("administrator")["profile"] == {"title": "CTO"}
        walk.screen.query_one(".remove").focus()
        await walk.press("enter")
        assert not walk.draft.section("administrator").get("profile")


@pytest.mark.full
async def test_rows_say_what_is_wrong_with_them(service: Service) -> None:
    async with walking(service) as walk:
        walk.draft.provider = "okta"
        walk.draft.section("administrator.rows")["profile"] = [["title", "a"], ["title", "b"]]
        await walk.app.navigator.go("administrator")
        await walk.until(AdministratorStep)
        assert "title is listed twice." in walk.text()


@pytest.mark.full
async def test_the_login_follows_the_mail(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")
        await walk.fill("email", "ada@example.com")
        assert walk.entry("login").value == "ada@example.com"


async def test_datadog_asks_for_no_administrator(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "datadog")
        assert not walk.screen.query(Entry)
        assert "SAML" in walk.text()


# ---- 5: store ----


@pytest.mark.full
async def test_a_place_that_does_not_work_cannot_be_chosen(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(StoreStep, "datadog")
        await walk.press("down", "down")
        await walk.fill("command", "/nowhere/at/all")
        await walk.press("ctrl+n")
        await walk.settled()
        assert isinstance(walk.screen, StoreStep)
        assert message(walk) == "The command failed its test."
        assert "/nowhere/at/all" in str(walk.screen.query_one("#proof", Static).render())


@pytest.mark.full
async def test_another_command_is_tried_although_the_first_has_not_answered(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials: dict[str, Future[StoreTest]] = {}
    async with walking(service) as walk:
        await walk.jump(StoreStep, "datadog")
        await walk.press("down", "down")
        monkeypatch.setattr(Checks, "store", lambda _, store: trials.setdefault(str(store), Future()))
        for command in ("first", "second"):
            await walk.fill("command", command)
            await walk.press("ctrl+n")
        assert trials["{'command': ['first']}"].cancelled()
        trials["{'command': ['second']}"].set_result(StoreTest("It works."))
        await walk.until(ReviewStep)


async def test_what_was_refused_of_a_place_is_not_said_of_another(service: Service) -> None:
    async with walking(service) as walk:
        walk.app.session.refusals["store"] = "The folder is full."
        await walk.jump(StoreStep, "okta")
        assert "The folder is full." in walk.text()
        await walk.press("down")
        assert "The folder is full." not in walk.text()


@pytest.mark.full
async def test_a_command_line_is_split_like_a_shell_does(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(StoreStep, "datadog")
        await walk.press("down", "down")
        await walk.fill("command", "cat 'a b")
        assert note(walk, "command") == "! A quotation mark is not closed."
        await walk.press("ctrl+n")
        assert FIX in walk.text()
        await walk.fill("command", "sh -c 'cat >/dev/null'")
        assert walk.draft.store == {"command": ["sh", "-c", "cat >/dev/null"]}
        await walk.press("ctrl+n")
        await walk.until(ReviewStep)


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Pass and the tool of Azure are installed; return what they keep."""
    kept: dict[str, str] = {}
    here = [preset for preset in PRESETS if preset.name in ("pass", "az")]
    monkeypatch.setattr("orgwizard.presentation.wizard.store_choices.available", lambda: here)

    def run(argv: Sequence[str], given: bytes = b"", **_: object) -> Ended:
        try:
            output = store_tools.PLAYED[argv[0]](kept, list(argv[1:]), given.decode())
        except store_tools.Refused as refused:
            return Ended(refused.args[1], b"", refused.args[0])
        return Ended(0, output.encode(), "")

    monkeypatch.setattr("orgwizard.storage.stores.preset_store.run", run)
    return kept


@pytest.mark.full
async def test_a_store_is_offered_if_its_tool_is_installed(service: Service, stores: dict[str, str]) -> None:
    async with walking(service) as walk:
        await walk.jump(StoreStep, "datadog")
        assert "1Password" not in walk.text()
        await walk.press("down", "down")
        assert walk.draft.store == "pass"
        assert stores == {}  # nothing is tried in it before it is chosen for good
        await walk.press("ctrl+n")
        await walk.until(ReviewStep)


@pytest.mark.full
async def test_a_store_with_a_place_needs_a_valid_one(service: Service, stores: dict[str, str]) -> None:
    async with walking(service) as walk:
        await walk.jump(StoreStep, "datadog")
        await walk.press("down", "down", "down", "ctrl+n")
        assert note(walk, "az").startswith("! az requires a valid key vault")
        await walk.fill("az", "team-keys")
        assert walk.draft.store == "az:team-keys"
        await walk.press("ctrl+n")
        await walk.until(ReviewStep)
    assert all(name.startswith("deleted team-keys/") for name in stores)


async def test_stores_whose_tool_is_missing_are_named_beside_the_command(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(StoreStep, "datadog")
        await walk.press("down", "down")
        assert "gopass" in str(walk.screen.query_one("#proof", Static).render())


class PlainText(Vault):
    """A vault whose keyring keeps plain text."""

    def probe(self, store: Store) -> str:
        if store.plan() == "keyring":
            raise NeedsConsent("The keyring keeps keys unencrypted.", "Use it anyway?", "keyring:unencrypted")
        return "It works."


@pytest.mark.full
@pytest.mark.parametrize("agrees", [True, False])
async def test_a_keyring_of_plain_text_is_tried_once_chosen_and_needs_a_yes(service: Service, agrees: bool) -> None:
    async with walking(replace(service, vault=PlainText(service.vault.folder))) as walk:
        await walk.jump(StoreStep, "datadog")
        assert "unencrypted" not in walk.text()
        await walk.press("down")
        await walk.settled()
        assert "unencrypted" in walk.text()
        await walk.press("ctrl+n")
        await walk.until(Ask)
        await walk.press(*(("right", "enter") if agrees else ("escape",)))
        await walk.until(ReviewStep if agrees else StoreStep)
        assert walk.draft.store == ("keyring:unencrypted" if agrees else "keyring")


@pytest.mark.full
async def test_keys_for_the_screen_only_can_be_stored_after_all(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "datadog")
        walk.draft.store = "screen"
        await walk.create()
        assert isinstance(walk.screen, DoneStep)
        walk.screen.action_store()
        await walk.until(TypedConfirmation)
        await walk.press("enter")
        await walk.until(DoneStep)
        await walk.settled()
        assert walk.app.session.run.result is not None
        assert walk.app.session.run.result.secrets == {}
        assert not walk.screen.query("#secrets")
    assert list(service.vault.folder.glob("*.toml"))


# ---- 6: review ----


@pytest.mark.full
async def test_a_line_can_be_changed_and_comes_back(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("down", "down", "enter")
        await walk.until(OrganizationStep)
        await walk.fill("name", "Renamed")
        await walk.press("ctrl+n")
        await walk.until(ReviewStep)
        assert walk.draft.section("organization")["name"] == "Renamed"


async def test_the_exact_request_is_shown_without_secrets(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("ctrl+o")
        await walk.until(Page)
        assert "POST https://acme.okta.com/api/v1/orgs" in walk.text()
        assert "SSWS ********" in walk.text()
        assert service.sandbox_values["okta.token"] not in walk.text()


@pytest.mark.full
async def test_the_answers_are_saved_as_a_plan_without_secrets(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("ctrl+p")
        assert isinstance(walk.screen, TypedConfirmation)
        await walk.press("enter")
        await walk.settled()
        assert "set OKTA_CLIENT_TOKEN" in message(walk)
        assert service.sandbox_values["okta.token"] not in plan_text()


async def test_a_plan_that_cannot_be_saved_is_asked_for_again_with_its_path_and_the_reason(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        for _ in range(2):
            await walk.press("ctrl+p")
            await walk.write("a.toml")  # in the place of what was proposed
            await walk.press("enter")
            await walk.settled()
        assert isinstance(walk.screen, TypedConfirmation)
        assert walk.screen.query_one(Entry).value == "a.toml"
        assert "exists already" in walk.text()
        await walk.write("b.toml")
        assert "exists already" not in walk.text()
        await walk.press("enter")
        await walk.settled()
        assert "Saved as b.toml." in message(walk)


async def test_enter_alone_never_creates(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "datadog")
        walk.screen.query_one("#next").focus()
        await walk.press("enter", "enter", "enter", "enter")
        assert isinstance(walk.screen, Confirm)
        assert service.engine.creations == 0  # type: ignore[attr-defined]


async def test_two_words_create_once(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "datadog")
        await walk.create()
        await walk.press("enter", "enter", "enter")
        await walk.until(DoneStep)
        assert service.engine.creations == 1  # type: ignore[attr-defined]


# ---- 7: create and done ----


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "step", "field", "words"),
    [
        ("taken", OrganizationStep, "subdomain", "taken"),
        ("rejected", OrganizationStep, "name", "rejected the name"),
        ("weak-password", AdministratorStep, "password", "password policy"),
    ],
)
async def test_a_refusal_leads_back_to_its_field(
    service: Service, name: str, step: type[OrganizationStep], field: str, words: str
) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta", name)
        await walk.create()
        await walk.until(step)
        assert words in note(walk, field)
        assert message(walk) == "Nothing was created."
        assert walk.screen.focused is walk.entry(field)
        assert walk.draft.section("organization")["name"] == name


@pytest.mark.full
async def test_after_an_unknown_outcome_nothing_offers_to_try_again(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "datadog", "reset-not-created")
        await walk.create()
        await walk.until(DoneStep)
        assert "It is not known whether the org was created." in walk.text()
        assert [button.id for button in walk.screen.query("Button")] == ["check", "quit", "keys"]


@pytest.mark.full
async def test_a_refusal_about_no_field_goes_back_to_the_review(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta", "feature-off")
        await walk.create()
        await walk.until(DoneStep)
        assert "Nothing was created." in walk.text()
        await walk.press("escape")
        await walk.until(ReviewStep)


@pytest.mark.full
async def test_keys_that_are_only_on_the_screen_are_shown_on_request_and_hidden_again(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(StoreStep, "okta")
        await walk.press("down", "down", "down", "ctrl+n")
        await walk.until(ReviewStep)
        await walk.create()
        await walk.until(DoneStep)
        assert walk.app.session.run.result is not None
        token = walk.app.session.run.result.secrets["token"].get_secret_value()
        assert token not in walk.text()
        await walk.press("ctrl+r")
        assert token in walk.text()
        await walk.press("f1")
        await walk.press("escape")
        assert token not in walk.text()
        await walk.press("ctrl+q")
        assert isinstance(walk.screen, Ask)


async def on_the_screen_only(walk: Walk, provider: str) -> None:
    """Have an org created whose keys are nowhere but on the screen."""
    await walk.jump(StoreStep, provider)
    await walk.press("down", "down", "down", "ctrl+n")
    await walk.until(ReviewStep)
    await walk.create()
    await walk.until(DoneStep)


@pytest.mark.full
async def test_another_org_asks_where_the_only_keys_are_on_the_screen(service: Service) -> None:
    async with walking(service) as walk:
        await on_the_screen_only(walk, "okta")
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, Ask)
        await walk.press("enter")
        assert isinstance(walk.screen, DoneStep)
        await walk.press("ctrl+n", "right", "enter")
        await walk.until(OrganizationStep)


@pytest.mark.full
async def test_shown_keys_hide_by_themselves(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgwizard.ui.tui.screens.keys.REVEAL_SECONDS", 0.05)
    async with walking(service) as walk:
        await on_the_screen_only(walk, "okta")
        await walk.press("ctrl+r")
        await walk.said("New keys (hidden). F2 shows, Ctrl+Y copies; they are stored nowhere else.")


@pytest.mark.full
async def test_keys_are_copied_one_by_one_by_way_of_the_terminal(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    async with walking(service) as walk:
        await on_the_screen_only(walk, "datadog")
        monkeypatch.setattr(driver_of(walk.app), "write", written.append)
        await walk.press("ctrl+y", "ctrl+y")
        assert walk.app.session.run.result is not None
        for secret in walk.app.session.run.result.secrets.values():
            encoded = base64.b64encode(secret.get_secret_value().encode()).decode()
            assert f"\x1b]52;c;{encoded}\a" in written
        assert ": copied. Ctrl+Y again for the next key." in message(walk)


@pytest.mark.full
async def test_an_order_that_cannot_be_read_any_more_leads_to_its_field(service: Service) -> None:
    environ = {"DD_API_KEY": "feedface" * 4, "DD_APP_KEY": "decafbad" * 5}
    async with walking(replace(service, environ=environ, sandbox_values={})) as walk:
        await walk.jump(ReviewStep, "datadog")
        environ.clear()
        await walk.create()
        await walk.until(ConnectStep)
        assert "DD_API_KEY" in note(walk, "api_key")


@pytest.mark.full
async def test_another_api_url_of_a_draft_is_never_turned_into_a_listed_site(service: Service) -> None:
    draft = Draft("datadog")
    draft.section("parent")["site"] = "http://127.0.0.1:8080"
    async with walking(service, draft=draft) as walk:
        await walk.settled()
        assert walk.draft.site == "http://127.0.0.1:8080"
        await walk.press("ctrl+n")
        assert walk.draft.site == "http://127.0.0.1:8080"


async def test_the_start_looks_again_after_telling_of_an_attempt_under_way(service: Service) -> None:
    attempt = service.journal.requested(new_attempt("datadog", "datadoghq.com", "Other"))
    service.drafts.save(Draft("datadog", sections={"datadog": {"organization": {"name": "Other"}}}))
    async with walking(service) as walk:

        def rows() -> str:
            return " ".join(words_of(option.prompt) for option in walk.screen.query_one(Menu).options)

        assert "being created by another orgwizard" in rows()
        await walk.press("enter")
        attempt.note("ended", result="ready")
        attempt.close()
        service.drafts.remove()
        await walk.press("escape")
        await walk.settled()
        assert "under way" not in rows()
        assert "Resume draft:" not in rows()
        assert "Orgs and attempts" in rows()


# ---- an order that was sent before ----


def requested(service: Service, name: str = "My Child Org") -> Attempt:
    """Begin an attempt at the order that `Walk.jump` gives the answers of."""
    wanted = OrgIdentity(OKTA.site("acme.okta.com"), name, "my-child-org")
    key = OKTA.order_key(wanted, None, {})
    return service.journal.requested(
        new_attempt("okta", wanted.site.key, name, mark=wanted.subdomain, key=key, store="file")
    )


async def test_an_order_that_is_open_is_checked_and_not_created(tmp_path: Path) -> None:
    service = marked(tmp_path)
    with requested(service) as attempt:
        attempt.note("sending", sent_at=0)
        attempt.note("unknown", message="cut")
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        assert not [b for b in walk.screen.query("#buttons Button").results(Button) if "Create ]" in str(b.label)]
        assert "may have created this org" in walk.text()
        await walk.press("ctrl+n")
        await walk.until(DoneStep)
        assert len(service.journal.all()) == 1


@pytest.mark.full
async def test_a_second_org_takes_a_typed_sentence(tmp_path: Path) -> None:
    service = marked(tmp_path)
    with requested(service) as attempt:
        attempt.note("created", org={"id": "1", "name": "My Child Org", "url": ""})
        attempt.note("ended", result="ready")
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, Page)
        assert "created this org" in walk.text()
        await walk.press("escape")
        await walk.until(ReviewStep)
        walk.screen.query_one("#second").focus()
        await walk.press("enter")
        await walk.write("create")
        await walk.press("enter")
        assert isinstance(walk.screen, TypedConfirmation)
        walk.screen.query_one(Entry).value = "Create a second  my child org"
        await walk.press("enter")
        await walk.until(DoneStep)
        assert len(service.journal.all()) == 2


@pytest.mark.full
async def test_an_order_that_another_process_is_at_is_told_on_the_review(tmp_path: Path) -> None:
    service = marked(tmp_path)
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        with requested(service):
            await walk.create()
            await walk.said("! Another orgwizard")
            await walk.until(ReviewStep)
        assert "right now" in str(walk.screen.query_one("#refusal", Static).render())
        assert walk.app.session.run.result is not None
        assert walk.app.session.run.result.exit_code == 7


async def test_a_draft_whose_order_was_sent_is_not_offered(tmp_path: Path) -> None:
    service = marked(tmp_path)
    async with walking(service, again=True) as walk:
        await walk.jump(ReviewStep, "okta")
        walk.app.drafts.now()
    with requested(service) as attempt:
        attempt.note("sending", sent_at=0)
    async with walking(service) as walk:
        assert isinstance(walk.screen, StartStep)
        assert "continue" not in {option.id for option in walk.screen.query_one(Menu).options}


async def test_the_start_shows_what_other_processes_did_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgwizard.ui.tui.screens.watching.LOOK_SECONDS", 0.05)
    service = marked(tmp_path)
    async with walking(service) as walk:
        menu = walk.screen.query_one(Menu)
        before = menu.option_count
        with requested(service) as attempt:
            attempt.note("sending", sent_at=0)
        async with asyncio.timeout(20):
            while menu.option_count == before:
                await walk.pilot.pause()


@pytest.mark.full
async def test_the_rows_behind_more_stay_in_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgwizard.ui.tui.screens.watching.LOOK_SECONDS", 0.05)
    service = marked(tmp_path)
    for number in range(10):
        service.journal.requested(new_attempt("okta", f"https://p{number}.okta.com", "Doubtful")).close()
    async with walking(service) as walk:
        menu = walk.screen.query_one(Menu)
        assert menu.option_count == MOST_ROWS
        await walk.press("end", "enter")
        assert menu.option_count == 13
        requested(service).close()
        async with asyncio.timeout(20):
            while menu.option_count != 14:
                await walk.pilot.pause()


@pytest.mark.full
async def test_a_start_in_sight_looks_at_the_disk_and_reads_only_what_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgwizard.ui.tui.screens.watching.LOOK_SECONDS", 0.1)
    looks: list[StartMenu] = []
    has_moved = StartMenu.has_moved

    def counted(menu: StartMenu) -> bool:
        looks.append(menu)
        return has_moved(menu)

    monkeypatch.setattr(StartMenu, "has_moved", counted)
    service = marked(tmp_path)
    requested(service).close()

    async def look_on(walk: Walk) -> None:
        seen = len(looks)
        async with asyncio.timeout(20):
            while len(looks) == seen:
                await walk.pilot.pause(0.01)
        await walk.settled()

    async with walking(service) as walk:
        await look_on(walk)
        await look_on(walk)
        assert len(set(map(id, looks))) == 1
        await walk.press("end", "enter")
        await walk.until(Page)
        seen = len(looks)
        await walk.pilot.pause(0.3)
        assert len(looks) == seen
        await walk.press("escape")
        await look_on(walk)


@pytest.mark.full
async def test_an_unknown_outcome_is_checked_again_by_a_button(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "datadog", "silent-not-created")
        await walk.create()
        await walk.until(DoneStep)
        first = walk.screen
        assert first.query("#check")
        await walk.press("ctrl+n")
        async with asyncio.timeout(20):
            while walk.screen is first:
                await walk.pilot.pause()
        await walk.until(DoneStep)


# ---- what was refused, and the review's lines ----


@pytest.mark.full
async def test_a_refused_site_says_why_where_the_site_is_a_list(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "datadog")
        walk.screen.post_message(Step.Left(Failed(Refused("Datadog redirects elsewhere.", field="site"))))
        await walk.until(SiteStep)
        box = walk.screen.query_one("#refusal", Static)
        assert (box.display, "redirects elsewhere" in str(box.render())) == (True, True)
        await walk.press("tab", "down")
        assert not box.display


@pytest.mark.full
async def test_nothing_good_is_said_beside_a_refused_name(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.name_known()
        walk.screen.post_message(Step.Left(Failed(Refused("It is taken.", field="organization.subdomain"))))
        await walk.until(OrganizationStep)
        assert walk.screen.focused is walk.entry("subdomain")
        assert "It is taken." in note(walk, "subdomain")
        assert "free" not in walk.text().lower().replace("it is taken", "")


@pytest.mark.full
async def test_a_line_of_the_review_leads_to_its_field_and_escape_back(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        menu = walk.screen.query_one(Menu)
        menu.highlighted = next(n for n, option in enumerate(menu.options) if "E-mail" in words_of(option.prompt))
        await walk.press("enter")
        await walk.until(AdministratorStep)
        assert walk.screen.focused is walk.entry("email")
        await walk.press("escape")
        await walk.until(ReviewStep)


async def test_credentials_that_proved_nothing_are_said_to_on_every_step(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        session = walk.app.session
        assert session.parent.connection is not None
        unproven = Finding("Credentials", "unproven", "they may read nothing")
        session.parent.connected(session.parent.connection, Preflight("acme.okta.com", (unproven,)))
        await walk.app.navigator.go("review")
        await walk.until(ReviewStep)
        assert "acme.okta.com (not verified)" in str(walk.screen.query_one("#place").render())
        assert "acme.okta.com (not verified), Okta" in next(review.lines(session))[2]


async def test_who_one_acts_as_and_what_is_not_proven_stays_in_sight(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        session = walk.app.session
        assert session.parent.connection is not None
        right = Finding("Right to create", "unproven", "can't be checked in advance")
        session.parent.connected(session.parent.connection, Preflight("Acme", (right,), identity="ada@acme.com"))
        await walk.app.navigator.go("review")
        await walk.until(ReviewStep)
        assert "Acme as ada@acme.com · acme" in str(walk.screen.query_one("#place").render())
        assert "Acme as ada@acme.com, Okta" in next(review.lines(session))[2]
        assert "Could not be checked in advance: the right to create." in walk.text()


@pytest.mark.full
async def test_a_proposal_is_replaced_by_what_is_typed(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta")
        await walk.fill("name", "My Team")
        await walk.press("tab")
        assert walk.entry("subdomain").value == "my-team"
        await walk.write("team")
        assert walk.entry("subdomain").value == "team"
        await walk.press("shift+tab", "tab")
        await walk.write("s")  # what was typed is gone on with
        assert walk.entry("subdomain").value == "teams"
        assert walk.draft.section("organization")["subdomain"] == "teams"

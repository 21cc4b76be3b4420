"""Connecting with what the user already has, what a check shows on the way, and a connection kept for the next org."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from orgwizard.application.service import Service
from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Call, Response
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.start import StartStep
from orgwizard.ui.tui.widgets.dialogs import Ask
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.name_check import NameCheck
from tests.tui.bench import bench
from tests.tui.walk import Walk, walking, words_of

TOKEN, CLIENT, KEY = (CREDENTIALS[f"okta.{name}"] for name in ("token", "client_id", "private_key"))
API_KEY, APPLICATION_KEY = CREDENTIALS["datadog.api_key"], CREDENTIALS["datadog.application_key"]
URL = "https://acme.okta.com"
OKTA_YAML = f"okta:\n  client:\n    orgUrl: {URL}\n"
DOGRC = f"[Connection]\napikey = {API_KEY}\nappkey = {APPLICATION_KEY}\napi_host = https://api.datadoghq.eu\n"

# What the vendors' own tools document: their variables, and their files in the home folder or here.
SETTINGS: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "Okta SDK": ({"OKTA_CLIENT_ORGURL": URL, "OKTA_CLIENT_TOKEN": TOKEN}, {}),
    "Terraform, service app": (
        {
            "OKTA_ORG_NAME": "acme",
            "OKTA_BASE_URL": "okta.com",
            "OKTA_API_CLIENT_ID": CLIENT,
            "OKTA_API_PRIVATE_KEY": KEY,
        },
        {},
    ),
    "okta.yaml at home": ({}, {"home/.okta/okta.yaml": OKTA_YAML + f"    token: {TOKEN}\n"}),
    "Datadog": ({"DD_API_KEY": API_KEY, "DD_APP_KEY": APPLICATION_KEY, "DD_SITE": "datadoghq.eu"}, {}),
    ".dogrc": ({}, {"home/.dogrc": DOGRC}),
}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home folder of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def with_settings(environ: Mapping[str, str], files: Mapping[str, str] | None = None, mode: int = 0o600) -> Service:
    """Return a service with variables and files in place, and nothing that the sandbox gives."""
    for name, text in (files or {}).items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
    return bench(Path("orgwizard"), environ=environ, sandbox_values={})


def written() -> str:
    """Return all that is in the files of the service."""
    return "".join(path.read_text() for path in Path("orgwizard").rglob("*") if path.is_file())


def host(call: Call) -> str:
    return call.origin.removeprefix("https://")


def findings(walk: Walk) -> str:
    return words_of(walk.screen.query_one("#findings", Static).content)


def message(walk: Walk) -> str:
    return str(walk.screen.query_one("#message", Static).render())


def availability(walk: Walk) -> str:
    return str(walk.screen.query_one("#availability", Static).render())


def note(walk: Walk, field: str) -> str:
    found = next(f for f in walk.screen.query(Field) if f.question.name == field and f.display)
    return str(found.query_one(".note", Static).render())


# ---- what the user already has ----


@pytest.mark.full
@pytest.mark.parametrize("name", SETTINGS)  # of every name and file that is known: the tests of offers
async def test_with_a_vendors_settings_in_place_next_leads_to_the_organization(name: str) -> None:
    async with walking(with_settings(*SETTINGS[name]), scenarios=()) as walk:
        assert isinstance(walk.screen, SiteStep)
        await walk.press("ctrl+n")
        await walk.until(ConnectStep)
        assert not {TOKEN, KEY, API_KEY, APPLICATION_KEY} & set(walk.text().split())
        await walk.press("ctrl+n")
        await walk.until(OrganizationStep)


@pytest.mark.full
async def test_a_file_that_others_can_read_is_pointed_out() -> None:
    service = with_settings({}, {"home/.dogrc": DOGRC}, mode=0o644)
    async with walking(service, scenarios=()) as walk:
        assert ".dogrc" in walk.text()
        assert "Other users can read" in walk.text()
        await walk.press("ctrl+n")
        await walk.until(ConnectStep)
        assert "Other users can read" in walk.text()


# ---- typing and trying ----


@pytest.mark.full
async def test_what_looks_like_another_credential_is_said_while_typing(service: Service) -> None:
    async with walking(replace(service, sandbox_values={})) as walk:
        await walk.to_site()
        await walk.press("down", "ctrl+n")
        await walk.until(ConnectStep)
        await walk.fill("api_key", APPLICATION_KEY)
        assert "looks like a Datadog application key" in note(walk, "api_key")
        await walk.fill("api_key", API_KEY)
        assert "looks like" not in note(walk, "api_key")


@pytest.mark.full
async def test_the_stages_of_a_check_are_shown_as_far_as_they_passed(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_connect("okta")
        await walk.fill("token", "wrong")
        await walk.press("ctrl+n")
        await walk.said("The check failed: the credentials were rejected.")
        assert "Address" in findings(walk)
        assert "Right" not in findings(walk)
        await walk.fill("token", TOKEN)
        assert findings(walk) == ""
        await walk.press("ctrl+n")
        await walk.until(OrganizationStep)
        await walk.press("escape")
        await walk.until(ConnectStep)
        assert "Right to create" in findings(walk)


@pytest.mark.full
@pytest.mark.parametrize("consents", [True, False])
async def test_other_sites_are_asked_only_with_consent(service: Service, consents: bool) -> None:
    asked: list[Call] = []

    async def send(call: Call) -> Response:
        asked.append(call)
        known = host(call) == "api.us5.datadoghq.com"
        return Response(200 if known else 403, {}, b'{"valid": true}' if known else b'{"errors": ["Forbidden"]}')

    async with walking(replace(service, send=send)) as walk:
        await walk.to_connect("datadog")
        await walk.press("ctrl+n")
        await walk.until(Ask)
        assert {host(call) for call in asked} == {"api.datadoghq.com"}
        await walk.press("right", "enter") if consents else await walk.press("enter")
        if not consents:
            await walk.settled()
            assert {host(call) for call in asked} == {"api.datadoghq.com"}
            assert isinstance(walk.screen, ConnectStep)
            return
        await walk.said("belongs to US5")
        elsewhere = [call for call in asked if host(call) != "api.datadoghq.com"]
        assert {name for call in elsewhere for name in call.headers} == {"Accept", "DD-API-KEY"}
        await walk.press("right", "enter")
        await walk.said("The site is now us5.datadoghq.com.")
        assert walk.draft.site == "us5.datadoghq.com"
        assert "recognize the API key" not in note(walk, "api_key")


@pytest.mark.full
async def test_a_refused_application_key_is_no_reason_to_ask_other_sites(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_connect("datadog")
        await walk.fill("application_key", "noperm" + APPLICATION_KEY[6:])
        await walk.press("ctrl+n")
        await walk.until(ConnectStep)
        await walk.settled()
        assert not isinstance(walk.screen, Ask)


@pytest.mark.full
async def test_of_swapped_keys_none_is_sent_to_other_sites(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_connect("datadog")
        await walk.fill("api_key", APPLICATION_KEY)
        await walk.fill("application_key", API_KEY)
        await walk.press("ctrl+n")
        await walk.said("The check failed: the credentials were rejected.")
        await walk.settled()
        assert isinstance(walk.screen, ConnectStep)
        assert "application key" in note(walk, "api_key")


# ---- a connection for the next org ----


@pytest.mark.full
async def test_a_saved_connection_of_references_leads_straight_to_the_organization() -> None:
    environ = {"OKTA_CLIENT_ORGURL": URL, "OKTA_CLIENT_TOKEN": TOKEN}
    async with walking(with_settings(environ), scenarios=()) as walk:
        await walk.press("ctrl+n")
        await walk.until(ConnectStep)
        await walk.press("ctrl+p")
        await walk.said("Saved as ")
        (saved,) = walk.app.session.service.profiles.all()[0]
        assert saved.kind == "parent"
        assert saved.parent == {"token": Reference(env="OKTA_CLIENT_TOKEN")}
        await walk.press("ctrl+p")  # the same connection is saved once
        await walk.settled()
        assert len(walk.app.session.service.profiles.all()[0]) == 1
    async with walking(with_settings(environ), scenarios=()) as walk:
        await walk.until(StartStep)
        await walk.press("down", "down", "enter")
        await walk.until(OrganizationStep)


@pytest.mark.full
async def test_a_typed_secret_is_not_saved_and_asked_for_again(service: Service) -> None:
    async with walking(replace(service, sandbox_values={}), again=True) as walk:
        await walk.to_connect("okta")
        await walk.fill("token", TOKEN)
        await walk.press("ctrl+p")
        await walk.said(". Typed secrets were not saved")
        assert TOKEN not in written()
    async with walking(replace(service, sandbox_values={}), scenarios=()) as walk:
        await walk.until(StartStep)
        await walk.press("down", "down", "enter")
        await walk.until(ConnectStep)
        assert walk.entry("token").value == ""
        assert walk.draft.site == URL


# ---- is the name free? ----


class Watched:
    """A way to send that notes who was asked, and can keep an answer back."""

    def __init__(self, service: Service) -> None:
        self.hosts: list[str] = []
        self.hold = threading.Event()
        self.hold.set()
        self._send = service.send

    async def send(self, call: Call) -> Response:
        self.hosts.append(host(call))
        if host(call) == "held.okta.com":
            await asyncio.to_thread(self.hold.wait)
        return await self._send(call)


async def taken(walk: Walk) -> None:
    """Have an org of the name "Occupied" created."""
    await walk.done("okta", "Occupied")
    await walk.press("ctrl+n")
    await walk.until(OrganizationStep)


@pytest.mark.full
async def test_a_free_name_is_said_to_be_probably_free_and_asked_once_per_pause(service: Service) -> None:
    watched = Watched(service)
    async with walking(replace(service, send=watched.send)) as walk:
        await walk.organization("okta")
        watched.hosts.clear()
        await walk.write("quiet")
        await walk.said("Looks available: nothing at https://quiet.okta.com")
        assert watched.hosts[-1] == "quiet.okta.com"
        assert len(watched.hosts) < len("quiet")


@pytest.mark.full
async def test_a_taken_name_is_said_at_its_field_and_gone_with_the_next_one(service: Service) -> None:
    async with walking(service) as walk:
        await taken(walk)
        await walk.fill("name", "Occupied")
        await walk.said("The subdomain is taken")
        assert "taken" in note(walk, "subdomain")
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, OrganizationStep)
        await walk.fill("subdomain", "free-again")
        assert "taken" not in note(walk, "subdomain")
        await walk.said("Looks available: nothing at")


@pytest.mark.full
async def test_a_taken_name_does_not_move_the_cursor(service: Service) -> None:
    async with walking(service) as walk:
        await taken(walk)
        await walk.fill("name", "Occupied")
        await walk.press("tab", "tab")
        await walk.said("The subdomain is taken")
        await walk.write("abc")
        assert (walk.entry("subdomain").value, walk.entry("website").value) == ("occupied", "abc")
        assert message(walk) == ""


@pytest.mark.full
async def test_a_refusal_is_gone_at_another_parent(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta")
        walk.app.session.refusals |= {"organization.name": "Refused by Okta.", "credentials.token": "Refused."}
        await walk.app.navigator.go("site")
        await walk.until(SiteStep)
        await walk.press("down")
        assert walk.draft.provider == "datadog"
        assert walk.app.session.refusals == {"credentials.token": "Refused."}


async def test_a_name_typed_meanwhile_is_not_called_taken(service: Service) -> None:
    async with walking(service) as walk:
        await walk.organization("okta")
        await walk.fill("name", "Newer")
        refused = Refused("The subdomain is taken.", field="organization.subdomain")
        walk.screen.post_message(NameCheck.Taken(refused, {"name": "Older"}))
        await walk.settled()
        assert walk.app.session.refusals == {}


@pytest.mark.full
async def test_keys_are_taken_while_an_answer_is_late_and_it_is_dropped(service: Service) -> None:
    watched = Watched(service)
    async with walking(replace(service, send=watched.send)) as walk:
        await walk.organization("okta")
        watched.hold.clear()
        await walk.fill("name", "Held")
        async with asyncio.timeout(20):
            while "held.okta.com" not in watched.hosts:
                await walk.pilot.pause()
        await walk.write("x")
        assert walk.entry("name").value == "Heldx"
        await walk.said("heldx.okta.com")
        watched.hold.set()
        await walk.settled()
        assert "heldx.okta.com" in availability(walk)


@pytest.mark.full
async def test_nobody_is_asked_before_the_host_is_confirmed(service: Service) -> None:
    watched = Watched(service)
    async with walking(replace(service, send=watched.send)) as walk:
        await walk.jump(OrganizationStep, "okta")
        await walk.said("Looks available: nothing at")
        watched.hosts.clear()
        walk.draft.section("parent")["site"] = "login.acme.example"
        await walk.fill("name", "Unconfirmed")
        walk.screen.query_one("#availability").ask(after=0)  # type: ignore[attr-defined]
        await walk.settled()
        assert watched.hosts == []


@pytest.mark.full
async def test_the_review_warns_of_a_child_of_the_same_name(service: Service) -> None:
    async with walking(service) as walk:
        await walk.done("datadog", "Twin")
        await walk.press("ctrl+n")
        await walk.until(OrganizationStep)
        await walk.jump(ReviewStep, "datadog", "Twin")
        await walk.said("A child org of this name already exists (")


@pytest.mark.full
async def test_the_review_says_that_a_name_was_taken_meanwhile(service: Service) -> None:
    async with walking(service) as walk:
        await taken(walk)
        await walk.jump(ReviewStep, "okta", "Occupied")
        await walk.said("The subdomain is taken")

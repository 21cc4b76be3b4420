"""A third provider is one new folder and one entry in `PROVIDERS`; nothing else changes."""

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

import orgwizard.providers
from orgwizard import cli
from orgwizard.application.creation.create_org import create_org
from orgwizard.application.keys.handoff import Handover, snippet
from orgwizard.application.order_builder import draft_problems, order
from orgwizard.application.plans.plan_writer import dump
from orgwizard.domain.errors import BadFields, BadInput
from orgwizard.domain.events import Progress, Result
from orgwizard.domain.http import Call, Response
from orgwizard.domain.secrets.masking import masked, revealed
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation import text_report
from orgwizard.providers import PROVIDERS, provider_of
from orgwizard.providers.contract import Provider
from orgwizard.storage.profiles import Profile
from tests.fakes import Bench
from tests.plan_texts import parse, problems

TOKEN, NEW_TOKEN = "t0ken-canary", "n3w-canary"

MODULE = """
from pydantic import Field, SecretStr

from orgwizard.domain.address import origin
from orgwizard.domain.forms.fields import Fields, HeaderSecret, Text, env_names
from orgwizard.domain.errors import Refused
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding, LookupResult, Preflight, Readiness
from orgwizard.domain.http import (Call, Scheme, ask)
from orgwizard.domain.org import Created, Site


class Token(Fields):
    token: HeaderSecret = Field(title="Token", json_schema_extra=env_names("NIMBUS_TOKEN"))


class Cloud(Fields):
    name: Text = Field(title="Name", min_length=1, max_length=8)
    region: Text | None = Field(default=None, title="Region")


class Nimbus(Provider):
    key = "nimbus"
    title = "Nimbus"
    needs = ("A token.",)
    methods = {"token": Token}
    organization = Cloud
    irreversible = "A cloud stays."
    secret_titles = {"token": "Token of the child org"}
    site_example = "api.nimbus.example"

    def site(self, typed):
        url = origin(typed, self.site_example).geturl()
        return Site(url, url, title="Nimbus")

    def _call(self, connection, method, path, body=None):
        headers = {"Authorization": Scheme("Bearer", connection.credentials.token)}
        return Call(method, connection.site.url + path, headers, body, once=method == "POST")

    def check(self, connection, organization=None):
        me = yield from ask(self._call(connection, "GET", "/me"))
        return Preflight(me.json()["name"], (Finding("Token", "ok", "accepted"),))

    def request(self, order):
        body = {"name": order.organization.name}
        return self._call(order.connection, "POST", "/clouds", body)

    def created(self, wanted, answer, domain=""):
        body = answer.json()
        return Created(body["id"], wanted.name, "https://x.example", {"token": SecretStr(body["token"])})

    def refused(self, answer, credentials=None):
        return Refused("The name is taken.", "Choose another.", code="taken", field="organization.name")

    def wait_after(self, answer, now):
        return None

    def find(self, wanted, credentials, before):
        yield from ask(Call("GET", wanted.site.url + "/clouds"))
        return LookupResult("absent", "It is not listed.")

    def ready(self, site, created):
        seen = yield from ask(Call("GET", created.url + "/me", {"Authorization": created.secrets["token"]}))
        return Readiness(seen.ok, "it answers")

    def next_steps(self, created):
        return ("Fly.",)
"""
PLAN = """
provider = "nimbus"
site = "https://api.nimbus.example"

[credentials]
token = { env = "NIMBUS_TOKEN" }

[organization]
name = "Cirrus"
"""


@pytest.fixture
def nimbus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The one new folder, beside the others; and the one entry."""
    (tmp_path / "nimbus").mkdir()
    (tmp_path / "nimbus" / "__init__.py").write_text("")
    (tmp_path / "nimbus" / "provider.py").write_text(MODULE)
    monkeypatch.setattr(orgwizard.providers, "__path__", [*orgwizard.providers.__path__, str(tmp_path)])
    module = importlib.import_module("orgwizard.providers.nimbus.provider")
    provider: Provider = module.Nimbus()
    monkeypatch.setattr(orgwizard.providers, "PROVIDERS", (*PROVIDERS, provider))
    yield provider
    del orgwizard.providers.nimbus  # type: ignore[attr-defined]
    del sys.modules["orgwizard.providers.nimbus"], sys.modules["orgwizard.providers.nimbus.provider"]


def read(reference: Reference) -> SecretStr:
    assert reference == Reference(env="NIMBUS_TOKEN")
    return SecretStr(TOKEN)


def test_its_plan_is_read_checked_and_written(nimbus: Provider) -> None:
    draft = parse(PLAN)
    assert provider_of("nimbus") is nimbus
    assert problems(draft) == {}
    assert parse(dump(draft)) == draft
    draft.credentials["token"] = SecretStr(TOKEN)
    assert parse(dump(draft)).credentials == {"token": Reference(env="NIMBUS_TOKEN")}


def test_its_limits_are_told_in_the_same_words(nimbus: Provider) -> None:
    draft = parse(PLAN.replace("Cirrus", "Cumulonimbus"))
    assert draft_problems(nimbus, draft) == {"organization.name": "4 characters too long (at most 8)."}
    with pytest.raises(BadFields) as caught:
        parse(f"{PLAN}height = 5\n")
    assert caught.value.cause == "organization.height: Unknown. Known here: name, region."


def test_its_request_is_previewed_without_the_secret(nimbus: Provider) -> None:
    call = nimbus.request(order(nimbus, parse(PLAN), read))
    assert revealed(call.headers) == {"Authorization": f"Bearer {TOKEN}"}
    assert TOKEN not in "\n".join(text_report.request(call)) + str(masked(call.headers))
    assert "  Name               Cirrus" in text_report.order(nimbus, order(nimbus, parse(PLAN), read), "file")


async def end(provider: Provider, bench: Bench, reply: Response) -> Result:
    async def send(call: Call) -> Response:
        return reply if call.once else Response(200, {}, b'{"name": "Sky"}')

    tools = replace(bench.tools, send=send)
    events = [event async for event in create_org(provider, order(provider, parse(PLAN), read), tools)]
    assert any(isinstance(event, Progress) and "Sky" in event.words for event in events)
    assert isinstance(events[-1], Result)
    return events[-1]


async def test_its_org_is_created_stored_and_told(nimbus: Provider) -> None:
    bench = Bench()
    body = json.dumps({"id": "c-1", "token": NEW_TOKEN}).encode()
    result = await end(nimbus, bench, Response(201, {}, body))
    assert (result.outcome, result.ready, result.error) == ("created", True, None)
    assert bench.vault.held == {"token": NEW_TOKEN}
    assert "Created and ready: Cirrus (Nimbus, https://api.nimbus.example)" in text_report.result(result)


async def test_its_refusal_goes_to_its_field(nimbus: Provider) -> None:
    result = await end(nimbus, Bench(), Response(409))
    assert (result.outcome, result.exit_code) == ("not_created", 3)
    assert result.error is not None
    assert result.error.field == "organization.name"


def test_its_keys_are_handed_on_and_it_needs_no_snippet(nimbus: Provider) -> None:
    profile = Profile.model_validate(
        {
            "name": "cirrus",
            "provider": nimbus.key,
            "site": "https://api.nimbus.example",
            "created": "2026-11-28T05:00:00Z",
            "org": {"id": "c-1", "name": "Cirrus", "url": "https://x.example"},
            "secrets": {"token": {"env": "NIMBUS_TOKEN"}},
        }
    )
    handover = Handover(profile, read, lambda _: None)
    assert handover.environment() == {"NIMBUS_URL": "https://x.example", "NIMBUS_TOKEN": TOKEN}
    assert handover.text("sh").body == f"export NIMBUS_URL='https://x.example'\nexport NIMBUS_TOKEN='{TOKEN}'\n"
    for refused in (lambda: snippet(profile, "python"), lambda: handover.file(Path("okta.yaml"))):
        with pytest.raises(BadInput):
            refused()


def test_the_command_line_takes_its_plan(
    nimbus: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert nimbus.key in PLAN
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("NIMBUS_TOKEN", TOKEN)
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    assert cli.main(["create", "--plan", str(plan), "--dry-run"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("POST https://api.nimbus.example/clouds\nAuthorization: Bearer ********\n")
    assert TOKEN not in said.out + said.err

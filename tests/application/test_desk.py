"""What every face works at: offers, orders, checks and creations over real files and the pretended services."""

import stat
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard.application.order_builder import draft_problems
from orgwizard.application.plans import plan_writer
from orgwizard.application.profile_draft import draft_from
from orgwizard.application.runner import Engine
from orgwizard.application.service import Service
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import BadFields, BadInput, Exit, LocalFailure, NoResponse, NotSent, Refused
from orgwizard.domain.events import Event, Progress, Result
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.http import Call, Response
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.network.transport import Transport
from orgwizard.providers.okta.fields import ApiToken
from orgwizard.providers.okta.provider import Okta
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.sandbox.transport import SandboxTransport
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.drafts import Drafts
from orgwizard.storage.profiles import Profiles
from orgwizard.storage.stores.vault import Vault
from orgwizard.ui.batch import commands

PATIENCE_SECONDS = 30.0
SPEED = 1000.0
TOKEN = "00typed-token-canary"


@pytest.fixture
def world() -> World:
    return World(Clock(SPEED), seed="desk")


@pytest.fixture
def service(tmp_path: Path, world: World) -> Iterator[Service]:
    clock = Clock(SPEED)
    made = Service(
        send=Transport(backend=SandboxTransport(world)).send,
        engine=Engine(),
        clock=clock,
        journal=Journal(tmp_path / "state" / "attempts", clock),
        profiles=Profiles(tmp_path / "config" / "profiles"),
        drafts=Drafts(tmp_path / "state"),
        vault=Vault(tmp_path / "data" / "keys"),
        environ={"OKTA_API_TOKEN": TOKEN, "DD_SITE": "datadoghq.eu", "OKTA_CLIENT_TOKEN": ""},
    )
    yield made
    made.engine.close()


def okta_draft(name: str = "my-child") -> Draft:
    draft = Draft(provider="okta")
    draft.section("parent").update({"site": "acme.okta.com", "method": "api-token"})
    draft.credentials["token"] = SecretStr(CREDENTIALS["okta.token"])
    draft.section("organization").update({"name": name, "subdomain": name})
    draft.section("administrator").update({"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"})
    return draft


def created(service: Service, draft: Draft, store: Any = "file") -> Result:
    ended = threading.Event()
    results: list[Result] = []

    def tell(event: Event) -> None:
        if isinstance(event, Result):
            results.append(event)
            ended.set()

    assert service.creations.create(Okta(), service.reader.order(Okta(), draft), store, tell)
    assert ended.wait(PATIENCE_SECONDS)
    assert service.engine.idle.wait(PATIENCE_SECONDS)
    return results[0]


# ---- orders -------------------------------------------------------------------------------------------


def test_a_reference_is_read_when_the_order_is_made(service: Service) -> None:
    draft = okta_draft()
    draft.credentials["token"] = Reference(env="OKTA_API_TOKEN")
    order = service.reader.order(Okta(), draft)
    assert isinstance(order.connection.credentials, ApiToken)
    assert order.connection.credentials.token.get_secret_value() == TOKEN
    assert draft.credentials["token"] == Reference(env="OKTA_API_TOKEN")


def test_an_order_with_problems_names_each_field(service: Service) -> None:
    draft = okta_draft()
    draft.section("organization")["subdomain"] = "Not A Label"
    with pytest.raises(BadFields) as caught:
        service.reader.order(Okta(), draft)
    assert list(caught.value.problems) == ["organization.subdomain"]


def test_a_variable_that_is_not_set_is_named(service: Service) -> None:
    draft = okta_draft()
    draft.credentials["token"] = Reference(env="NOT_SET")
    with pytest.raises(BadInput, match="NOT_SET"):
        service.reader.connection(Okta(), draft)


# ---- reads ----------------------------------------------------------------------------------------------


def test_a_check_names_the_parent_and_creates_nothing(service: Service, world: World) -> None:
    order = service.reader.order(Okta(), okta_draft())
    checked = service.checks.parent(Okta(), order.connection, order.organization).result(PATIENCE_SECONDS)
    assert "Acme" in checked.parent
    assert world.creates == 0
    assert {request.method for request in world.requests} == {"GET"}


def test_a_check_that_is_refused(service: Service) -> None:
    draft = okta_draft()
    draft.credentials["token"] = SecretStr("00wrong-token")
    with pytest.raises(Refused):
        service.checks.parent(Okta(), service.reader.connection(Okta(), draft)).result(PATIENCE_SECONDS)


def test_a_check_without_an_answer_says_that_it_failed(service: Service) -> None:
    async def silent(_: Call) -> Response:
        raise NoResponse("silence")

    order = service.reader.order(Okta(), okta_draft())
    with pytest.raises(NotSent) as caught:
        replace(service, send=silent).checks.parent(Okta(), order.connection).result(PATIENCE_SECONDS)
    assert caught.value.meaning == "The check failed."


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (("api.us5.datadoghq.com",), 'They belong to US5 (site = "us5.datadoghq.com").'),
        (
            ("api.us5.datadoghq.com", "api.uk1.datadoghq.com"),
            'They belong to US5 (site = "us5.datadoghq.com") and UK1 (site = "uk1.datadoghq.com").',
        ),
        ((), "No other site of Datadog recognizes them either."),
    ],
)
def test_the_site_that_knows_the_keys_is_named_where_asked_for(
    service: Service, capsys: pytest.CaptureFixture[str], known: tuple[str, ...], words: str
) -> None:
    asked: list[str] = []

    async def send(call: Call) -> Response:
        host = call.origin.removeprefix("https://")
        asked.append(host)
        return (
            Response(200, {}, b'{"valid": true}') if host in known else Response(403, {}, b'{"errors": ["Forbidden"]}')
        )

    draft = Draft(provider="datadog")
    draft.section("parent").update({"site": "EU1", "method": "keys"})
    draft.credentials.update({"api_key": SecretStr("a" * 32), "application_key": SecretStr("b" * 40)})
    draft.section("organization")["name"] = "Child"
    sending = replace(service, send=send)
    assert commands.check(sending, draft, as_json=False) == Exit.REFUSED
    assert set(asked) == {"api.datadoghq.eu"}
    assert "check --other-sites" in capsys.readouterr().err
    assert commands.check(sending, draft, as_json=False, other_sites=True) == Exit.REFUSED
    assert len(set(asked)) == 9
    assert words in capsys.readouterr().err


def test_stores_are_tried_for_real(service: Service, tmp_path: Path) -> None:
    assert str(tmp_path) in service.checks.store("file").result(PATIENCE_SECONDS).words
    failed = service.checks.store({"command": ["false"]}).result(PATIENCE_SECONDS)
    assert isinstance(failed.error, LocalFailure)
    unknown = service.checks.store("nowhere").result(PATIENCE_SECONDS)
    assert isinstance(unknown.error, BadInput)
    assert list((tmp_path / "data" / "keys").iterdir()) == []


# ---- creations ------------------------------------------------------------------------------------------


def test_a_creation_leaves_key_profile_and_journal_that_point_at_each_other(service: Service, world: World) -> None:
    result = created(service, okta_draft())
    assert (result.exit_code, world.creates) == (Exit.READY, 1)
    profile = service.profiles.load(result.profile)
    (record,) = service.journal.all()
    assert (record.state, record.id, record.profile) == ("ready", profile.attempt, profile.name)
    assert result.org is not None
    assert (profile.org.id, profile.site, profile.method) == (result.org.id, "https://acme.okta.com", "api-token")
    assert {service.reader.read(profile.secrets["token"]).get_secret_value()} == world.secrets
    kept = Path(str(record.reference["file"]))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_store_command_that_fails_later_is_followed_by_a_file(service: Service, tmp_path: Path, world: World) -> None:
    once = tmp_path / "once.sh"
    once.write_text(f"#!/bin/sh\ncat > /dev/null\n[ -e {tmp_path}/tried ] && exit 1\ntouch {tmp_path}/tried\n")
    once.chmod(0o700)
    result = created(service, okta_draft(), {"command": [str(once)]})
    assert (result.outcome, result.exit_code) == ("created", Exit.ATTENTION)
    kept = Path((result.stored or {})["file"])
    assert [secret for secret in world.secrets if secret in kept.read_text()] == list(world.secrets)
    assert "once.sh" in " ".join(result.remarks)


@pytest.mark.full
def test_a_second_creation_while_one_runs_is_not_begun(service: Service, world: World) -> None:
    asked: list[bool] = []
    order = service.reader.order(Okta(), okta_draft())

    def tell(_: Event) -> None:
        asked.append(service.creations.create(Okta(), order, "file", tell))

    assert service.creations.create(Okta(), order, "file", tell)
    assert service.engine.idle.wait(PATIENCE_SECONDS)
    assert set(asked) == {False}
    assert world.creates == 1


def test_an_unknown_store_begins_nothing(service: Service, world: World) -> None:
    with pytest.raises(BadInput):
        service.creations.create(Okta(), service.reader.order(Okta(), okta_draft()), "nowhere", lambda _: None)
    assert service.engine.idle.is_set()
    assert world.requests == []


# ---- drafts and plans -------------------------------------------------------------------------------------


def test_a_profile_begins_a_draft_for_a_sister(service: Service) -> None:
    result = created(service, okta_draft())
    draft = draft_from(service.profiles.load(result.profile))
    assert (draft.provider, draft.site, draft.method) == ("okta", "https://acme.okta.com", "api-token")
    assert draft.section("organization") == {}
    assert draft.credentials == {}  # the token was typed


def by_reference(service: Service) -> Service:
    return replace(service, environ={"SANDBOX_TOKEN": CREDENTIALS["okta.token"]})


def okta_draft_by_reference(name: str = "my-child", site: str = "acme.okta.com") -> Draft:
    draft = okta_draft(name)
    draft.section("parent")["site"] = site
    draft.credentials["token"] = Reference(env="SANDBOX_TOKEN")
    return draft


def test_a_childs_profile_knows_how_its_parent_is_connected_to(service: Service) -> None:
    service = by_reference(service)
    profile = service.profiles.load(created(service, okta_draft_by_reference()).profile)
    assert (profile.kind, profile.parent) == ("child", {"token": Reference(env="SANDBOX_TOKEN")})
    draft_for_same_parent = draft_from(profile)
    assert draft_for_same_parent.credentials == {"token": Reference(env="SANDBOX_TOKEN")}
    assert service.reader.connection(Okta(), draft_for_same_parent).site.key == "https://acme.okta.com"


def test_a_parents_connection_is_saved_once_and_without_a_secret(service: Service) -> None:
    service = by_reference(service)
    connected = service.reader.connection(Okta(), okta_draft_by_reference(site="login.acme.example"))
    names = {service.profile_saver.save_parent(Okta(), connected, "Acme, Inc.") for _ in range(2)}
    (profile,) = service.profiles.all()[0]
    assert names == {profile.name} == {"okta-acme-inc"}
    assert (profile.kind, profile.org.name, profile.secrets) == ("parent", "Acme, Inc.", {})
    assert CREDENTIALS["okta.token"] not in service.profiles.path(profile.name).read_text()
    draft = draft_from(profile)
    assert service.reader.connection(Okta(), draft) == connected
    assert draft.section("parent")["confirmed"] == "https://login.acme.example"
    other = service.reader.connection(Okta(), okta_draft_by_reference())
    assert service.profile_saver.save_parent(Okta(), other, "Acme, Inc.") == "okta-acme-inc-2"


def test_a_typed_secret_is_not_in_a_parents_profile(service: Service) -> None:
    name = service.profile_saver.save_parent(Okta(), service.reader.connection(Okta(), okta_draft()), "Acme")
    profile = service.profiles.load(name)
    assert (profile.method, profile.parent, profile.answers) == ("api-token", {}, {})


@pytest.mark.parametrize("changed", [{"provider": "nimbus"}, {"site": "://"}, {"method": "telepathy"}])
def test_a_profile_of_another_version_is_taken_as_far_as_it_is_understood(
    service: Service, changed: dict[str, str]
) -> None:
    name = service.profile_saver.save_parent(Okta(), service.reader.connection(Okta(), okta_draft()), "Acme")
    draft = draft_from(service.profiles.load(name).model_copy(update={**changed, "answers": {"token": "literal"}}))
    assert (draft.provider, draft.credentials) == (changed.get("provider", "okta"), {})


def test_a_plan_is_saved_without_secrets_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    plan_writer.write(okta_draft(), path)
    assert CREDENTIALS["okta.token"] not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        plan_writer.write(okta_draft("other"), path)
    assert "other" not in path.read_text()
    with pytest.raises(LocalFailure):
        plan_writer.write(okta_draft(), tmp_path / "missing" / "plan.toml")


# ---- loading ----


def test_what_a_step_needs_is_loaded_ahead(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr("orgwizard.domain.secrets.signing.load", lambda: loaded.append("signing"))
    monkeypatch.setattr("orgwizard.system.keyring_client.load_keyring", lambda: loaded.append("keyring"))
    watched = replace(service, warm=lambda: loaded.append("network"))
    draft = okta_draft()
    for step in ("site", "credentials", "organization", "review"):
        watched.load_ahead(step, draft)
    assert loaded == ["network", "keyring"]
    draft.section("parent")["method"] = "service-app"
    watched.load_ahead("credentials", draft)
    assert loaded[2:] == ["signing", "network"]


def test_a_source_command_sees_none_of_the_plans_other_credentials(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MY_PASSWORD", "canary-1")
    seen = tmp_path / "seen"
    draft = okta_draft_by_reference()
    shell = f'env > "{seen}"; echo 00token'
    draft.credentials["token"] = Reference(command=("sh", "-c", shell))  # read before the password is
    draft.section("administrator")["password"] = Reference(env="MY_PASSWORD")
    replace(service, environ={"MY_PASSWORD": "canary-1"}).reader.order(Okta(), draft)
    assert "PATH=" in seen.read_text()
    assert "canary-1" not in seen.read_text()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("op://vault/okta/token", "1Password"),
        ("ENC[AES256_GCM,data:canary]", "encrypted"),
        ("${OKTA_TOKEN}", "placeholder"),
        ("{{ okta_token }}", "placeholder"),
        (f'"{TOKEN}"', "quotation marks"),
        (f"'{TOKEN}'", "quotation marks"),
        (f"{TOKEN}\r", "carriage return"),
    ],
)
def test_a_variable_that_is_no_value_is_said_to_be_what_it_is_and_not_used(
    service: Service, value: str, words: str
) -> None:
    set_so = replace(service, environ={"SANDBOX_TOKEN": value})
    with pytest.raises(BadFields) as caught:
        set_so.reader.connection(Okta(), okta_draft_by_reference())
    (told,) = caught.value.problems.values()
    assert words in told
    assert value.strip() not in told


def test_the_scheme_before_a_token_is_taken_off(service: Service) -> None:
    set_so = replace(service, environ={"SANDBOX_TOKEN": f"SSWS {TOKEN}"})
    credentials = set_so.reader.connection(Okta(), okta_draft_by_reference()).credentials
    assert isinstance(credentials, ApiToken)
    assert credentials.token.get_secret_value() == TOKEN


def test_digits_of_other_scripts_are_no_part_of_an_email() -> None:
    draft = okta_draft()
    draft.section("administrator")["email"] = "ada\u0663@example.com"
    assert "administrator.email" in draft_problems(Okta(), draft)


# ---- a flow that breaks off ----


@pytest.mark.parametrize("stage", ["before its first event", "between two events", "with nothing told"])
def test_a_flow_that_breaks_off_ends_with_one_result(
    service: Service, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    async def broken(*_: object) -> AsyncIterator[Event]:
        if stage == "before its first event":
            raise AttributeError("a fault of ours, with a secret")
        yield Progress("check", "started")
        if stage == "between two events":
            raise AttributeError("a fault of ours, with a secret")

    monkeypatch.setattr("orgwizard.application.creation.creations.create_org", broken)
    told: list[Event] = []
    assert service.creations.create(Okta(), service.reader.order(Okta(), okta_draft()), "file", told.append)
    assert service.engine.idle.wait(PATIENCE_SECONDS)
    (result,) = [event for event in told if isinstance(event, Result)]
    assert told[-1] is result
    assert (result.outcome, result.provider, result.exit_code) == ("unknown", "okta", Exit.BUG)
    assert result.error is not None
    assert "secret" not in result.error.cause


def test_a_flow_that_cannot_be_begun_leaves_the_engine_usable(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> AsyncIterator[Event]:
        raise AttributeError

    monkeypatch.setattr("orgwizard.application.creation.creations.ended", broken)
    with pytest.raises(AttributeError):
        service.creations.create(Okta(), service.reader.order(Okta(), okta_draft()), "file", lambda _: None)
    assert service.engine.idle.is_set()

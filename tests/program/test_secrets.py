"""Canaries in every secret field, and every secret received, searched for in all that a run leaves behind."""

import errno
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard import cli
from orgwizard.application import runner
from orgwizard.domain import errors
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.http import Call, Response, Scheme
from orgwizard.domain.org import Created
from orgwizard.providers import PROVIDERS
from orgwizard.sandbox import router, transport
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import SCENARIOS
from orgwizard.storage.attempts.response_spool import Spool
from orgwizard.system import private_files
from tests.servers import GIVEN, PASSWORD, Ended, Home

SPEED = "2000"
KEPT_TWICE = {"no-application-key", "odd-types", "half", "no-keys", "no-token", "not-json"}  # the answer is kept too
STORES = ('"file"', '"screen"', '{ command = ["false"] }')


class Watched:
    """A home, the worlds that a run made, and every failure that was built in it."""

    def __init__(self, home: Home, run: Callable[..., Ended]) -> None:
        self.home, self.run = home, run
        self.worlds: list[World] = []
        self.errors: list[errors.WizardError] = []

    @property
    def issued(self) -> set[str]:
        return set().union(*(each.secrets for each in self.worlds))

    def said(self) -> str:
        return "".join(repr(vars(t)) + str(t) + "".join(traceback.format_exception(t)) for t in self.errors)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Watched]:
    """Run the command line in this process, remembering the pretended world and all failures."""
    home = Home(tmp_path)
    for name, value in home.environ.items():
        monkeypatch.setenv(name, value)

    def run(*argv: str) -> Ended:
        code = cli.main(argv)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    made = Watched(home, run)
    engines: list[runner.Engine] = []
    remember(monkeypatch, router.World, made.worlds)
    remember(monkeypatch, errors.WizardError, made.errors)
    remember(monkeypatch, runner.Engine, engines)
    yield made
    for one in engines:
        one.close()


def remember(monkeypatch: pytest.MonkeyPatch, kind: type[Any], made: list[Any]) -> None:
    """Add every new object of *kind* to *made*."""
    begin = kind.__init__

    def began(self: Any, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        made.append(self)

    monkeypatch.setattr(kind, "__init__", began)


def plan_of(home: Home, provider: str, name: str, store: str) -> str:
    changed = {"organization__name": json.dumps(name), "store": store}
    if provider == "okta":
        return home.okta("https://acme.okta.com", organization__subdomain=json.dumps(name), **changed)
    return home.datadog("datadoghq.eu", **changed)


def found(home: Home, secrets: set[str]) -> dict[str, list[Path]]:
    return {secret: places for secret in secrets if (places := home.holding(secret))}


NAMES = [(scenarios.provider, scenarios.name) for scenarios in SCENARIOS if scenarios.where == "organization"]
NAMES += [("okta", "plain"), ("datadog", "plain")]
SLOW = {"silent", "silent-not-created", "slow"}


# By turns, the others with `-m full`.
ENDS = [pair for pair in NAMES if pair[1] not in SLOW]
TURNS = [pytest.param(*pair, marks=pytest.mark.full if number % 3 else ()) for number, pair in enumerate(ENDS)]


@pytest.mark.parametrize(("provider", "name"), TURNS)
def test_after_every_end_secrets_are_in_the_store_and_nowhere_else(
    watched: Watched, caplog: pytest.LogCaptureFixture, provider: str, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    plan = plan_of(watched.home, provider, name, '"file"')
    ended = watched.run("create", "--plan", plan, "--yes", "--json", "--sandbox", "--sandbox-speed", SPEED)
    issued = watched.issued
    shown = ended.out + ended.err + watched.said()
    assert not [secret for secret in (*GIVEN, *issued) if secret in shown]
    assert found(watched.home, set(GIVEN)) == {}
    stored = Path((ended.json()["stored"] or {}).get("file", "/nowhere"))
    if name == "plain":  # the search finds what is there
        assert list(found(watched.home, issued).values()) == [[stored]] * len(issued)
        assert len(issued) == (1 if provider == "okta" else 2)
    for secret, places in found(watched.home, issued).items():
        others = [place for place in places if place != stored]
        assert all(place.parent.name == "spool" for place in others), (secret, places)
        assert not others or name in KEPT_TWICE, places
    records = [record.getMessage() for record in caplog.records if record.name.startswith(("orgwizard", "httpx"))]
    assert not [secret for secret in (*GIVEN, *issued) if secret in "".join(records)]


@pytest.mark.parametrize("name", ["plain", "server-error", "taken", "no-token", "half"])
@pytest.mark.parametrize("store", STORES)
def test_whatever_the_store_is(watched: Watched, name: str, store: str) -> None:
    plan = plan_of(watched.home, "okta", name, store)
    ended = watched.run("create", "--plan", plan, "--yes", "--json", "--sandbox", "--sandbox-speed", SPEED)
    on_disk = found(watched.home, watched.issued)
    assert found(watched.home, set(GIVEN)) == {}
    assert not [secret for secret in GIVEN if secret in ended.out + ended.err]
    if store == '"screen"':
        assert on_disk == {}
        assert not [secret for secret in watched.issued if secret in ended.err + watched.said()]
    else:
        assert not [secret for secret in watched.issued if secret in ended.out + ended.err + watched.said()]


@pytest.mark.parametrize("command", [("check", "--json"), ("check",), ("create", "--dry-run"), ("create",)])
@pytest.mark.parametrize("provider", ["okta", "datadog"])
def test_what_creates_nothing_leaves_nothing(watched: Watched, provider: str, command: tuple[str, ...]) -> None:
    plan = plan_of(watched.home, provider, "plain", '"file"')
    ended = watched.run(*command, "--plan", plan, "--sandbox")
    assert watched.home.files() == []
    assert not [secret for secret in GIVEN if secret in ended.out + ended.err + watched.said()]


@pytest.mark.parametrize(
    "odd",
    ["t0ken canary", "t0ken\\ncanary", "t0kén-canary", "t0ken-canary\\u200b", "t0ken-canary\\u001b[31m"],
)
def test_a_secret_that_is_not_accepted_is_not_repeated(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    value = json.loads(f'"{odd}"')
    monkeypatch.setenv("DD_API_KEY", value)
    ended = watched.run("create", "--plan", watched.home.datadog("datadoghq.eu"), "--yes", "--json", "--sandbox")
    assert ended.code == 2
    assert ended.json()["error"]["field"] == "credentials.api_key"
    shown = ended.out + ended.err + watched.said()
    for part in ("t0ken", "canary"):
        assert part not in shown


@pytest.mark.parametrize("field", ["credentials.token", "administrator.password", "administrator.recovery_answer"])
def test_a_literal_secret_in_a_plan_is_not_repeated(watched: Watched, field: str) -> None:
    plan = watched.home.okta("acme.okta.com", **{field: f'"{PASSWORD}"'})
    for command in (("check",), ("create", "--yes"), ("create", "--dry-run")):
        ended = watched.run(*command, "--plan", plan, "--json", "--sandbox")
        assert ended.code == 2
        assert field in ended.json()["error"]["message"]
        assert PASSWORD not in ended.out + ended.err + watched.said()


def test_a_fault_of_ours_repeats_no_secret(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any, **named: Any) -> Any:
        raise RuntimeError(f"{arguments} {named} {PASSWORD}")

    monkeypatch.setattr(transport.SandboxTransport, "handle_async_request", broken)
    plan = plan_of(watched.home, "okta", "plain", '"file"')
    ended = watched.run("create", "--plan", plan, "--yes", "--json", "--sandbox")
    assert (ended.code, ended.json()["outcome"]) == (1, "not_created")
    assert PASSWORD not in ended.out + ended.err + watched.said()


def test_a_full_disk_leaves_the_secrets_to_the_screen(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    real = private_files.write_new

    def full(path: Path, data: bytes) -> None:
        if any(secret.encode() in data for secret in watched.issued):
            raise errors.LocalFailure(f"{path} could not be written: the disk is full.")
        real(path, data)

    def no_room(_: Spool, data: bytes) -> None:
        raise OSError(errno.ENOSPC, f"no room for {len(data)} bytes")

    monkeypatch.setattr(private_files, "write_new", full)
    monkeypatch.setattr(Spool, "write", no_room)
    plan = plan_of(watched.home, "datadog", "plain", '"file"')
    ended = watched.run("create", "--plan", plan, "--yes", "--json", "--sandbox", "--sandbox-speed", SPEED)
    said = ended.json()
    assert (ended.code, said["outcome"], said["stored"]) == (6, "created", None)
    assert set(said["secrets"].values()) <= watched.issued
    assert found(watched.home, watched.issued) == {}
    assert not [secret for secret in watched.issued if secret in ended.err]
    told = watched.run("orgs", "--sandbox").out
    assert "    keys: they were only shown on the screen, because no store took them" in told


# ---- as programs of their own --------------------------------------------------------------------------


def test_a_store_command_gets_the_secrets_on_its_input_and_nowhere_else(tmp_path: Path) -> None:
    """What a command was given, its arguments and its environment are looked at from inside it."""
    home = Home(tmp_path)
    seen = tmp_path / "seen"
    script = tmp_path / "store.sh"
    script.write_text(f'#!/bin/sh\n{{ echo "$@"; env; }} >> {seen}.public\n{{ cat; echo; }} >> {seen}.input\n')
    script.chmod(0o700)
    command = f'{{ command = ["{script}", "{{name}}"] }}'
    kinds = {"okta": home.okta("https://acme.okta.com", store=command)}
    ended = home.run("create", "--plan", kinds["okta"], "--yes", "--json", "--sandbox", "--sandbox-speed", SPEED)
    assert ended.code == 0, ended.err
    given = Path(f"{seen}.input").read_text().splitlines()[-1]
    public = Path(f"{seen}.public").read_text()
    assert given.startswith("00child")
    assert not [secret for secret in (given, *GIVEN) if secret in public]
    assert home.holding(given) == []
    assert given not in ended.out + ended.err


def test_no_secret_on_the_streams_of_the_real_program(tmp_path: Path) -> None:
    homes = {name: Home(tmp_path / name) for name in ("plain", "half")}

    def run(name: str) -> Ended:
        plan = plan_of(homes[name], "okta", name, '"file"')
        return homes[name].run("create", "--plan", plan, "--yes", "--sandbox", "--sandbox-speed", SPEED)

    with ThreadPoolExecutor(2) as pool:
        runs = dict(zip(homes, pool.map(run, homes), strict=True))
    for name, ended in runs.items():
        shown = ended.out + ended.err
        assert not [secret for secret in GIVEN if secret in shown]
        assert "00child" not in shown
        assert found(homes[name], set(GIVEN)) == {}
    assert [runs[name].code for name in homes] == [0, 6]


# ---- values ------------------------------------------------------------------------------------------------


def test_every_secret_field_of_every_provider_has_a_canary() -> None:
    fields = {
        question.name
        for provider in PROVIDERS
        for method in provider.methods
        for model in provider.sections(method).values()
        for question in questions(model)
        if question.secret
    }
    assert {"token", "api_key", "application_key", "password", "recovery_answer"} <= fields
    assert len(GIVEN) == 5


@pytest.mark.parametrize(
    "value",
    [
        Call(
            "POST", "https://x.okta.com", {"Authorization": Scheme("SSWS", SecretStr(PASSWORD))}, [SecretStr(PASSWORD)]
        ),
        Response(201, {}, PASSWORD.encode()),
        Created("1", "n", "u", {"token": SecretStr(PASSWORD)}),
    ],
)
def test_no_value_shows_its_secret(value: Any) -> None:
    for shown in (repr(value), str(value), f"{value}"):
        assert PASSWORD not in shown

"""From "created" to the first call: the keys of a child org for shells, files and programs, and for nobody else."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from pydantic import SecretStr

from orgwizard.application.keys.handoff import Handover
from orgwizard.application.keys.value_formats import FORMATS
from orgwizard.cli import command_table
from orgwizard.domain.events import SANDBOX_ORG
from orgwizard.domain.handoff import ChildOrg
from orgwizard.providers import PROVIDERS
from orgwizard.providers.contract import Provider
from orgwizard.system import config_files
from tests import canaries
from tests.application.test_value_formats import HARD
from tests.servers import GIVEN, Ended, Home

FAST = ("--sandbox", "--sandbox-speed", "2000")
NASTY = 'it\'s "$HOME" `id` \\ 100% {x}\nZ\N{PINCHING HAND}'
PLAIN = {"token": "00PlainTokenOfTheChild", "api_key": "a" * 32, "application_key": "b" * 40}
Program = Callable[..., Ended]
PROFILES = {
    "okta": {"site": "https://acme.okta.com", "org": {"id": "00o1", "name": "C", "url": "https://child.okta.com"}},
    "datadog": {"site": "datadoghq.eu", "org": {"id": "abc-1", "name": "C", "url": "https://app.datadoghq.eu"}},
}
NAMES = {"okta": ["token"], "datadog": ["api_key", "application_key"]}


@pytest.fixture
def program(program: Program) -> Program:
    """Run the command line; whatever it prints holds no secret of the parent."""

    def run(*argv: str) -> Ended:
        ended = program(*argv)
        assert not [secret for secret in GIVEN if secret in ended.out + ended.err]
        return ended

    return run


def plant(
    home: Home, name: str, provider: str, secrets: dict[str, str] | None = None, *, below: str = "", **members: Any
) -> Path:
    """Write a profile whose keys are in a file; returns that file. *below* is the subfolder, as of the sandbox."""
    keys = home.folder / f"{name}-keys.toml"
    values = PLAIN if secrets is None else secrets
    held = {key: values[key] for key in NAMES[provider] if key in values}
    keys.write_text(tomli_w.dumps(held), encoding="utf-8")
    profile = {
        "provider": provider,
        "created": "2026-11-28T05:00:00Z",
        **PROFILES[provider],
        "secrets": {key: {"file": str(keys), "key": key} for key in held},
        **members,
    }
    path = home.home / "config" / "orgwizard" / below / "profiles" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tomli_w.dumps(profile))
    return keys


# ---- env ----


@pytest.mark.parametrize(
    ("provider", "name", "variables"),
    [
        ("okta", "sh", {"OKTA_CLIENT_ORGURL": "https://child.okta.com", "OKTA_CLIENT_TOKEN": "token"}),
        ("datadog", "sh", {"DD_API_KEY": "api_key", "DD_APP_KEY": "application_key", "DD_SITE": "datadoghq.eu"}),
        ("okta", "terraform", {"OKTA_ORG_NAME": "child", "OKTA_BASE_URL": "okta.com", "OKTA_API_TOKEN": "token"}),
        (
            "datadog",
            "terraform",
            {"DD_API_KEY": "api_key", "DD_APP_KEY": "application_key", "DD_HOST": "https://api.datadoghq.eu"},
        ),
    ],
)
def test_a_shell_gets_what_the_tools_read(
    program: Program, home: Home, provider: str, name: str, variables: dict[str, str]
) -> None:
    values = {**PLAIN, NAMES[provider][0]: NASTY}
    plant(home, "child", provider, values)
    text = program("env", "child", "--format", name).out
    done = subprocess.run(["bash", "-c", f"{text}\nenv -0"], capture_output=True, env={"PATH": os.environ["PATH"]})
    found = dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if "=" in entry)
    assert {key: found[key] for key in variables} == {key: values.get(value, value) for key, value in variables.items()}


def test_the_formats_of_the_command_are_those_that_can_be_written() -> None:
    assert set(command_table.FORMATS) == FORMATS.keys() - {"tfvars"}


@pytest.mark.parametrize("language", command_table.LANGUAGES)
@pytest.mark.parametrize("create", [(), ("--create",)], ids=["first call", "create"])
def test_a_snippet_of_a_sandbox_profile_says_that_its_org_is_pretend(
    program: Program, home: Home, language: str, create: tuple[str, ...]
) -> None:
    plant(home, "child", "datadog", PLAIN, below="sandbox")
    real = program("snippet", "child", language, "--sandbox", *create).out
    first, rest = real.split("\n", 1)
    assert first.startswith(("# Sandbox profile:", "// Sandbox profile:"))
    assert first.partition(" ")[0] == rest.partition(" ")[0]


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)
def test_the_languages_of_the_command_are_those_of_the_snippets(provider: Provider) -> None:
    org = ChildOrg("child", provider.site(provider.site_example), "1", "Child", "https://child.okta.com")
    assert set(command_table.LANGUAGES) == set(provider.snippets(org))


@pytest.mark.parametrize("provider", ["okta", "datadog"])
def test_the_keys_of_an_org_of_the_sandbox(program: Program, home: Home, provider: str) -> None:
    plan = home.okta("https://acme.okta.com") if provider == "okta" else home.datadog("datadoghq.eu")
    created = program("create", "--plan", plan, "--yes", "--json", *FAST).json()
    said = program("env", created["profile"][:6], "--json", "--sandbox").json()
    (file,) = home.home.rglob("keys/*.toml")
    kept = config_files.read(file)
    assert set(kept.values()) <= set(said["variables"].values())
    assert (said["profile"], said["org"]["id"]) == (created["profile"], created["org"]["id"])
    assert json.loads(program("env", created["profile"], "--format", "json", "--sandbox").out) == said["variables"]


def test_a_profile_of_the_sandbox_is_named_as_such(program: Program, home: Home) -> None:
    program("create", "--plan", home.datadog("datadoghq.eu"), "--yes", *FAST)
    ended = program("env", "datadog-my")
    assert (ended.code, ended.out, "add --sandbox" in ended.err) == (2, "", True)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("orgs",), "The sandbox has 1 attempt: add --sandbox."),
        (("orgs", "--json"), "The sandbox has 1 attempt: add --sandbox."),
        (("profiles", "list"), "The sandbox has 1 profile: add --sandbox."),
        (("env", "nobody"), "The sandbox has 1 profile: add --sandbox."),
        (("check", "datadog"), "is a profile of the sandbox: add --sandbox."),
        (("profiles", "show", "datadog"), "is a profile of the sandbox: add --sandbox."),
        (("profiles", "remove", "datadog"), "is a profile of the sandbox: add --sandbox."),
        (("move", "datadog", "--to", "file"), "is a profile of the sandbox: add --sandbox."),
        (("disable", "datadog"), "is a profile of the sandbox: add --sandbox."),
    ],
    ids=["orgs", "orgs json", "list", "env", "check", "show", "remove", "move", "disable"],
)
def test_a_forgotten_sandbox_is_told_where_nothing_is_found(
    program: Program, home: Home, argv: tuple[str, ...], told: str
) -> None:
    assert "sandbox" not in program(*argv).err
    plant(home, "datadog-child", "datadog", PLAIN, below="sandbox")
    record = home.home / "state" / "orgwizard" / "sandbox" / "attempts" / "20261128-050000-abcd.jsonl"
    record.parent.mkdir(parents=True)
    record.touch()
    said = program(*argv).err
    assert told in said
    assert "No profiles are saved" not in said
    assert "add --sandbox" not in program(*argv, "--sandbox").err


@pytest.mark.parametrize(("store", "told"), [('"file"', True), ('"screen"', False)])
def test_the_result_says_how_to_use_the_keys_it_stored(program: Program, home: Home, store: str, told: bool) -> None:
    plan = home.datadog("datadoghq.eu", store=store)
    ended = program("create", "--plan", plan, "--yes", *FAST)
    assert ("orgwizard exec datadog-my-child --sandbox -- " in ended.out) == told
    assert SANDBOX_ORG in ended.out


@pytest.mark.parametrize("command", [("env",), ("snippet", "python"), ("exec", "--", "true")])
@pytest.mark.parametrize("name", ["acme", "nobody", "", "../x"])
def test_a_name_that_is_none_or_several(program: Program, home: Home, command: tuple[str, ...], name: str) -> None:
    for profile in ("acme-eu", "acme-us"):
        plant(home, profile, "datadog")
    ended = program(command[0], name, *command[1:])
    assert (ended.code, ended.out) == (2, "")
    assert name in ("", "../x") or ("acme-eu" in ended.err and "acme-us" in ended.err)


def test_a_value_that_a_format_cannot_hold(program: Program, home: Home) -> None:
    plant(home, "child", "datadog", {**PLAIN, "api_key": NASTY})
    ended = program("env", "child", "--format", "dotenv")
    assert (ended.code, ended.out) == (2, "")
    assert "DD_API_KEY" in ended.err
    assert not canaries.traces(NASTY, ended.err)


def test_what_terraform_cannot_reach(program: Program, home: Home) -> None:
    org = {"id": "00o1", "name": "C", "url": "http://127.0.0.1:8080"}
    plant(home, "child", "okta", site="http://127.0.0.1:8080", org=org)
    assert program("env", "child", "--format", "terraform").code == 2
    assert program("env", "child").code == 0


def test_an_org_whose_url_is_not_known(program: Program, home: Home) -> None:
    plant(home, "child", "okta", org={"id": "00o1", "name": "C", "url": ""})
    assert program("env", "child").code == 2


def test_a_host_that_is_no_site_goes_into_a_variable_of_its_own(program: Program, home: Home) -> None:
    plant(home, "child", "datadog", site="http://127.0.0.1:8080")
    variables = program("env", "child", "--json").json()["variables"]
    assert (variables["DD_HOST"], "DD_SITE" in variables) == ("http://127.0.0.1:8080", False)


def test_variables_that_would_take_precedence_are_told(
    program: Program, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATADOG_API_KEY", "of the parent")
    plant(home, "child", "datadog")
    ended = program("env", "child")
    assert "DATADOG_API_KEY" in ended.err
    assert "of the parent" not in ended.out + ended.err


# ---- on a terminal ----


def on_terminal(home: Home, *argv: str, typed: str = "", **options: Any) -> tuple[int, str]:
    """Run the program on a terminal; returns its exit code and all that was to be seen there."""
    master, slave = pty.openpty()
    with home.start(*argv, **{"stdin": slave, "stdout": slave, "stderr": slave, **options}) as running:
        os.close(slave)
        os.write(master, typed.encode())
        seen = b""
        with suppress(OSError):  # the end of a terminal that nobody holds any more
            while piece := os.read(master, 4096):
                seen += piece
        code = running.wait(60)
    os.close(master)
    return code, seen.decode()


@pytest.mark.parametrize(
    ("options", "typed", "code", "shown"),
    [
        ((), "no\n", 130, False),
        pytest.param((), "\n", 130, False, marks=pytest.mark.full),
        ((), "show\n", 0, True),
        pytest.param(("--show",), "", 0, True, marks=pytest.mark.full),
        pytest.param(("--json",), "no\n", 130, False, marks=pytest.mark.full),
    ],
)
def test_a_terminal_shows_keys_only_after_a_word(
    home: Home, options: tuple[str, ...], typed: str, code: int, shown: bool
) -> None:
    plant(home, "child", "datadog")
    ended, seen = on_terminal(home, "env", "child", *options, typed=typed)
    assert (ended, PLAIN["api_key"] in seen) == (code, shown)
    assert shown or not any(canaries.traces(secret, seen) for secret in PLAIN.values())


@pytest.mark.full
def test_a_terminal_that_nobody_answers_at_shows_nothing(home: Home) -> None:
    plant(home, "child", "datadog")
    code, seen = on_terminal(home, "env", "child", stdin=subprocess.DEVNULL)
    assert (code, PLAIN["api_key"] in seen, "--show" in seen) == (2, False, True)


def test_a_key_never_drives_a_terminal(home: Home) -> None:
    plant(home, "child", "okta", {"token": "x\x1b]0;title\x07"})
    code, seen = on_terminal(home, "env", "child", "--show")
    assert (code, "\x1b" in seen) == (2, False)


@pytest.mark.full
@pytest.mark.parametrize(("typed", "code"), [("replace\n", 0), ("yes\n", 130)])
def test_a_file_is_replaced_after_a_word(home: Home, typed: str, code: int) -> None:
    plant(home, "child", "datadog")
    path = home.folder / ".env"
    path.write_text("MINE=1\n")
    ended, seen = on_terminal(home, "env", "child", "--output", str(path), typed=typed)
    assert (ended, path.read_text() == "MINE=1\n") == (code, code != 0)
    assert PLAIN["api_key"] not in seen


@pytest.mark.parametrize("command", [("exec", "child", "--", "true"), ("snippet", "child", "python"), ("env", "child")])
def test_no_command_shows_a_key_unasked(home: Home, command: tuple[str, ...]) -> None:
    plant(home, "child", "datadog")
    _, seen = on_terminal(home, *command, typed="\x04")
    assert not any(canaries.traces(secret, seen) for secret in PLAIN.values())


# ---- where the keys are, or are no more ----


def screen(home: Home) -> str:
    return home.datadog("datadoghq.eu", store='"screen"')


def by_command(home: Home) -> str:
    return home.datadog("datadoghq.eu", store='{ command = ["tee", "/dev/null"] }')


@pytest.mark.parametrize(("plan", "code", "said"), [(screen, 6, "nowhere"), (by_command, 2, "tee")])
def test_keys_that_cannot_be_read_back(
    program: Program, home: Home, plan: Callable[[Home], str], code: int, said: str
) -> None:
    profile = program("create", "--plan", plan(home), "--yes", "--json", *FAST).json()["profile"]
    for command in (("env", profile), ("env", profile, "--output", str(home.folder / ".env"))):
        ended = program(*command, "--sandbox")
        assert (ended.code, ended.out) == (code, "")
        assert said in ended.err
    assert not (home.folder / ".env").exists()
    assert program("snippet", profile, "go", "--sandbox").code == 0


def test_a_way_to_read_them_may_be_added_to_the_profile(program: Program, home: Home) -> None:
    plant(home, "child", "datadog", {"api_key": PLAIN["api_key"]})
    assert program("env", "child").code == 6
    profile = home.home / "config" / "orgwizard" / "profiles" / "child.toml"
    with profile.open("a") as file:
        file.write(f'[secrets.application_key]\ncommand = ["printf", "%s\\\\n", "{PLAIN["application_key"]}"]\n')
    assert PLAIN["application_key"] in program("env", "child").out


@pytest.mark.parametrize("damage", ["gone", "empty", "not TOML"])
def test_a_store_that_is_gone_or_damaged(program: Program, home: Home, damage: str) -> None:
    keys = plant(home, "child", "datadog")
    keys.unlink() if damage == "gone" else keys.write_text("" if damage == "empty" else f"{PLAIN['api_key']}\x00")
    ended = program("env", "child")
    assert (ended.code, ended.out) == (2, "")
    assert str(keys) in ended.err
    assert PLAIN["api_key"] not in ended.err


def test_the_connection_to_a_parent_has_no_keys_of_a_child(program: Program, home: Home) -> None:
    plant(home, "parent", "datadog", kind="parent")
    assert program("env", "parent").code == 2
    assert program("snippet", "parent", "go").code == 2
    assert program("snippet", "parent", "go", "--create").code == 0


# ---- exec ----


def test_a_program_has_the_keys_in_its_environment_and_no_others(home: Home) -> None:
    plant(home, "child", "datadog", {**PLAIN, "api_key": HARD[4] + NASTY})
    home.environ.update(DATADOG_API_KEY="parent", DD_API_KEY="parent", DD_HOST="https://parent.example", OTHER="kept")
    ended = home.run(
        "exec", "child", "--", sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"
    )
    found = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert (found["DD_API_KEY"], found["DD_SITE"], found["OTHER"]) == (HARD[4] + NASTY, "datadoghq.eu", "kept")
    assert found["DD_HOST"] == "https://api.datadoghq.eu"
    assert not {"DATADOG_API_KEY", "PYDANTIC_DISABLE_PLUGINS"} & found.keys()


def test_its_arguments_input_and_exit_code_are_its_own(home: Home) -> None:
    plant(home, "child", "okta")
    echo = 'printf "%s|" "$@"; cat; exit 42'
    command = ("exec", "child", "--sandbox-speed", "1", "--", "sh", "-c", echo, "sh", "--json", "--", "-x", "")
    with home.start(*command, stdin=subprocess.PIPE) as running:
        out, err = running.communicate("typed", timeout=60)
    assert (running.returncode, out, err) == (42, "--json|--|-x||typed", "")


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_signals_reach_it(home: Home, number: signal.Signals) -> None:
    plant(home, "child", "okta")
    with home.start("exec", "child", "--", "sh", "-c", "echo on; exec sleep 60") as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "on\n"
        running.send_signal(number)
        assert running.wait(60) == -number


def test_a_pipe_that_closes_ends_it_as_it_ends_any_program(home: Home) -> None:
    plant(home, "child", "okta")
    ended = home.run("exec", "child", "--", "sh", "-c", "yes | head -1; kill -s PIPE $$; echo lived on")
    assert (ended.code, ended.out) == (-signal.SIGPIPE, "y\n")


@pytest.mark.full
@pytest.mark.parametrize(("command", "code"), [("no-such-program", 127), ("/etc/passwd", 126)])
def test_a_command_that_cannot_be_run(home: Home, command: str, code: int) -> None:
    plant(home, "child", "okta")
    ended = home.run("exec", "child", "--", command)
    assert (ended.code, ended.out) == (code, "")
    assert command in ended.err
    assert PLAIN["token"] not in ended.err


@pytest.mark.parametrize(
    "argv", [("exec", "child"), ("exec", "child", "--"), ("exec", "child", "true"), ("exec", "--", "x")]
)
def test_exec_needs_a_name_and_a_command(program: Program, argv: tuple[str, ...]) -> None:
    ended = program(*argv)
    assert (ended.code, ended.out) == (2, "")
    assert "-- CMD" in ended.err


# ---- files for the next tool ----


@pytest.mark.parametrize(
    ("provider", "name", "key", "secret"),
    [
        ("okta", "okta.yaml", "okta.client.token", "token"),
        ("okta", "child.auto.tfvars", "okta_api_token", "token"),
        ("okta", ".env", "OKTA_CLIENT_TOKEN", "token"),
        ("datadog", ".dogrc", "Connection.appkey", "application_key"),
        ("datadog", "child.auto.tfvars", "datadog_app_key", "application_key"),
        ("datadog", ".env.child", "DD_APP_KEY", "application_key"),
        ("datadog", "keys.json", "DD_APP_KEY", "application_key"),
    ],
)
def test_a_file_for_the_next_tool(
    program: Program, home: Home, provider: str, name: str, key: str, secret: str
) -> None:
    plant(home, "child", provider)
    path = home.folder / name
    ended = program("env", "child", "--output", str(path))
    assert (ended.code, ended.out) == (0, "")
    assert PLAIN[secret] not in ended.err
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    if name.endswith(("yaml", "rc")):
        assert config_files.exact(config_files.read(path), key) == PLAIN[secret]
    else:
        assert (
            f"{key}=" in text.replace('": "', "=").replace(" = ", "=").replace('"', "").replace("'", "") or key in text
        )
        assert PLAIN[secret] in text


@pytest.mark.parametrize("provider", ["okta", "datadog"])
def test_what_is_written_is_suggested_again(
    program: Program, home: Home, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orgwizard.application.connection.suggestions import Suggestions
    from orgwizard.domain.forms.field_questions import questions
    from orgwizard.providers import provider_of

    plant(home, "child", provider)
    monkeypatch.chdir(home.folder)
    monkeypatch.setenv("HOME", str(home.folder))
    assert program("env", "child", "--output", "okta.yaml" if provider == "okta" else ".dogrc").code == 0
    found = Suggestions(provider_of(provider), {})
    site = found.site()
    assert site is not None
    assert site.typed == ("https://child.okta.com" if provider == "okta" else "https://api.datadoghq.eu")
    for question in questions(next(iter(provider_of(provider).methods.values()))):
        assert found.credential(question) is not None


def test_what_is_there_is_replaced_only_with_force(program: Program, home: Home) -> None:
    plant(home, "child", "datadog")
    path = home.folder / ".env"
    path.write_text("MINE=1\n")
    assert program("env", "child", "--output", str(path)).code == 2
    assert path.read_text() == "MINE=1\n"
    assert program("env", "child", "--output", str(path), "--force").code == 0
    assert PLAIN["api_key"] in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["link", "folder", "device", "no folder", "no format", "other vendor"])
def test_a_file_that_cannot_be_written(program: Program, home: Home, kind: str) -> None:
    plant(home, "child", "datadog")
    (home.folder / "target").write_text("MINE\n")
    (home.folder / "link.env").symlink_to("target")
    (home.folder / "folder.env").mkdir()
    paths = {
        "link": home.folder / "link.env",
        "folder": home.folder / "folder.env",
        "device": Path("/dev/null"),
        "no folder": home.folder / "missing" / ".env",
        "no format": home.folder / "keys",
        "other vendor": home.folder / "okta.yaml",
    }
    before = sorted(home.folder.rglob("*"))
    ended = program("env", "child", "--output", str(paths[kind]), "--force")
    assert (ended.code, ended.out) == (2, "")
    assert sorted(home.folder.rglob("*")) == before
    assert (home.folder / "target").read_text() == "MINE\n"


def test_nothing_half_written_is_left(program: Program, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    plant(home, "child", "datadog")
    before = sorted(home.folder.rglob("*"))
    monkeypatch.setattr("orgwizard.system.private_files.flush", full)
    assert program("env", "child", "--output", str(home.folder / ".env")).code == 2
    assert sorted(home.folder.rglob("*")) == before


def test_a_file_in_json_names_itself(program: Program, home: Home) -> None:
    plant(home, "child", "datadog")
    said = program("env", "child", "--output", str(home.folder / "x.tfvars"), "--format", "terraform", "--json").json()
    assert (said["output"], said["format"], "variables" in said) == (str(home.folder / "x.tfvars"), "tfvars", False)


# ---- GitHub Actions ----


def test_masks_come_before_the_values(program: Program, home: Home) -> None:
    plant(home, "child", "datadog")
    lines = program("env", "child", "--format", "github").out.splitlines()
    assert lines[:2] == [f"::add-mask::{PLAIN['api_key']}", f"::add-mask::{PLAIN['application_key']}"]
    assert lines[2:] == [
        f"DD_API_KEY={PLAIN['api_key']}",
        f"DD_APP_KEY={PLAIN['application_key']}",
        "DD_SITE=datadoghq.eu",
    ]


@pytest.mark.full
@pytest.mark.parametrize("way", ["redirected", "named"])
def test_the_file_of_github_gets_the_values_and_the_log_the_masks(home: Home, way: str) -> None:
    plant(home, "child", "datadog")
    file = home.folder / "github_env"
    file.write_text("BEFORE=1\n")
    home.environ["GITHUB_ENV"] = str(file)
    env = ("env", "child", "--format", "github")
    ended = home.run(*env, redirected=f">> {file}") if way == "redirected" else home.run(*env, "--output", str(file))
    assert ended.code == 0
    assert (ended.out + ended.err).count("::add-mask::") == 2
    assert file.read_text().splitlines()[:2] == ["BEFORE=1", f"DD_API_KEY={PLAIN['api_key']}"]
    assert "::add-mask::" not in file.read_text()


# ---- closed pipes ----


@pytest.mark.full
def test_a_reader_that_has_left_is_no_success(home: Home) -> None:
    plant(home, "child", "datadog")
    reading, writing = os.pipe()
    os.close(reading)
    with home.start("env", "child", stdout=writing) as running:
        os.close(writing)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "Traceback" not in err
    if Path("/dev/full").exists():
        assert home.run("env", "child", redirected="> /dev/full").code == 2


# ---- snippets ----


@pytest.mark.parametrize("create", [(), ("--create",)])
@pytest.mark.parametrize("provider", ["okta", "datadog"])
def test_a_snippet_has_no_secret_and_names_the_variables(
    program: Program, home: Home, provider: str, create: tuple[str, ...]
) -> None:
    plant(home, "child", provider)
    variables = program("env", "child", "--json").json()["variables"]
    for language in ("curl", "python", "typescript", "go", "java", "ruby", "rust", "terraform"):
        ended = program("snippet", "child", language, *create)
        if (provider, language, create) == ("okta", "terraform", ("--create",)):
            assert ended.code == 2
            continue
        assert ended.code == 0
        assert not [secret for secret in PLAIN.values() if secret in ended.out]
        assert language == "terraform" or all(name in ended.out for name in variables)


def test_a_language_that_is_not_known(program: Program, home: Home) -> None:
    plant(home, "child", "okta")
    ended = program("snippet", "child", "cobol")
    assert (ended.code, ended.out) == (2, "")
    assert "python" in ended.err
    said = program("snippet", "child", "python", "--json").json()
    assert (said["language"], "asyncio" in said["snippet"]) == ("python", True)


def test_a_reader_of_secrets_is_asked_once_for_each_key() -> None:
    from orgwizard.storage.profiles import Profile

    asked = []
    profile = Profile.model_validate(
        {"name": "c", "provider": "okta", "created": "2026-11-28T05:00:00Z", **PROFILES["okta"]}
        | {"secrets": {"token": {"env": "X"}}}
    )
    handover = Handover(profile, lambda reference: asked.append(reference) or SecretStr("x"), lambda _: None)  # type: ignore[func-returns-value]
    assert {"OKTA_CLIENT_TOKEN", "OKTA_API_TOKEN"} <= handover.environment().keys()
    assert len(asked) == 1

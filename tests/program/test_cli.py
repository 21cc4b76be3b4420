"""The program as people and scripts start it: arguments, exit codes, one object on stdout, signals, terminals."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from orgwizard import __version__
from orgwizard.domain.clock import Clock
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.storage.attempts.journal import Journal
from tests import servers
from tests.servers import DATADOG_CREATED, GIVEN, DatadogServer, Ended, Home, OktaServer, Peer, json_answer, serving

KEYS = {"outcome", "ready", "attempt", "provider", "site", "org", "stored", "error"}
FAST = ("--sandbox", "--sandbox-speed", "2000")
UNROUTABLE = "https://192.0.2.1"
PATIENCE_SECONDS = 30.0


Program = Callable[..., Ended]


def quiet(ended: Ended) -> None:
    """No traceback, no secret, nothing that drives a terminal."""
    assert "Traceback" not in ended.out + ended.err
    assert "\x1b" not in ended.out + ended.err
    assert not [secret for secret in GIVEN if secret in ended.out + ended.err]


# ---- quick answers -----------------------------------------------------------------------------------


def test_version_and_help_import_nothing_heavy(home: Home) -> None:
    code = """
import sys
from orgwizard import cli
for argv in (["--version"], ["--help"], ["create", "--help"]):
    try:
        cli.main(argv)
    except SystemExit as end:
        assert end.code == 0, end.code
print(sorted({name.partition(".")[0] for name in sys.modules} & {"textual", "httpx", "pydantic", "keyring"}))
"""
    environ = {"PYTHONPATH": str(servers.ROOT), **home.environ}
    shown = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60)
    assert shown.stdout.startswith(f"orgwizard {__version__}\n")
    assert shown.stdout.endswith("[]\n"), shown.stderr
    assert "Exit codes" in shown.stdout
    assert home.files() == []


@pytest.mark.parametrize(
    "argv",
    [
        ("create",),
        ("create", "--plan"),
        ("nonsense",),
        ("--sandbox-speed", "fast", "orgs"),
        ("--sandbox-speed", "0", "orgs"),
        ("profiles", "show"),
        ("sandbox", "okta", "--port", "70000"),
        ("sandbox", "okta", "--port", "-1"),
        ("check", "--plan", "x", "--yes"),
        ("create", "--plan", "x", "--a", "--y"),
        ("create", "--plan", "x", "--ye"),
        ("create", "--pl", "x"),
        ("--sandb", "orgs"),
        ("orgs", "--js"),
        ("profiles", "list", "--js"),
        ("sandbox", "okta", "--po", "0"),
    ],
)
def test_wrong_usage(program: Program, argv: tuple[str, ...]) -> None:
    ended = program(*argv)
    quiet(ended)
    assert (ended.code, ended.out) == (2, "")
    assert "usage:" in ended.err


# ---- the job, in the sandbox ------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["okta", "datadog"])
def test_a_child_org_in_the_sandbox(program: Program, home: Home, provider: str) -> None:
    plan = sandbox_plan(home, provider)
    checked = program("check", "--plan", plan, "--json", *FAST)
    assert (checked.code, checked.json()["outcome"]) == (0, "not_created")
    assert set(checked.json()) >= KEYS | {"parent", "findings"}
    ended = program(*FAST, "create", "--plan", plan, "--yes", "--json")
    said = ended.json()
    assert (ended.code, said["outcome"], said["ready"], said["error"]) == (0, "created", True, None)
    assert set(said) >= KEYS
    (record,) = program("orgs", "--json", *FAST).json()["orgs"]
    assert (record["attempt"], record["state"], record["stored"]) == (said["attempt"], "ready", said["stored"])
    assert said["attempt"] in program("orgs", *FAST).out
    assert program("orgs", "--json").json()["orgs"] == []  # the sandbox keeps its own folders
    (profile,) = program("profiles", "list", "--json", *FAST).json()["profiles"]
    assert profile["name"] == said["profile"]
    shown = program("profiles", "show", said["profile"], *FAST)
    assert said["org"]["url"] in shown.out
    folder = program("profiles", "path", *FAST).out.strip()
    assert (Path(folder) / f"{said['profile']}.toml").exists()
    assert program("profiles", "remove", said["profile"], *FAST).code == 0
    assert program("profiles", "show", said["profile"], *FAST).code == 2
    assert Path(next(iter(said["stored"].values()))).exists()


def sandbox_plan(home: Home, provider: str, **changed: str) -> str:
    if provider == "okta":
        return home.okta("https://acme.okta.com", **changed)
    return home.datadog("datadoghq.eu", **changed)


def test_resume_prints_the_same_object_where_nothing_is_left_to_do(program: Program, home: Home) -> None:
    nothing = program("resume", "--json", *FAST)
    assert nothing.code == 0
    assert {name: nothing.json()[name] for name in KEYS} == dict.fromkeys(KEYS)
    plan = sandbox_plan(home, "okta", organization__subdomain='"rejected"')
    refused = program("create", "--plan", plan, "--yes", "--json", *FAST).json()
    settled = program("resume", refused["attempt"], "--json", *FAST)
    assert settled.code == 3
    assert set(settled.json()) >= KEYS
    assert settled.json()["error"]["code"] == refused["error"]["code"] == "E0000089"


def test_two_orgs_of_one_name_are_given_to_a_command_under_two_names(program: Program, home: Home) -> None:
    store = f'{{ command = ["sh", "-c", "cat > $0", "{home.folder}/{{name}}"] }}'
    plan = sandbox_plan(home, "datadog", store=store)
    stored = [program("create", "--plan", plan, "--yes", "--again", "--json", *FAST).json()["stored"] for _ in range(2)]
    assert [reference["names"][0] for reference in stored] == ["datadog-my-child-api_key", "datadog-my-child-2-api_key"]
    texts = {(home.folder / name).read_text() for reference in stored for name in reference["names"]}
    assert len(texts) == 4


def test_without_json_the_result_is_on_stdout_and_the_stages_on_stderr(program: Program, home: Home) -> None:
    ended = program("create", "--plan", sandbox_plan(home, "datadog"), "--yes", *FAST)
    quiet(ended)
    assert ended.code == 0
    assert ended.out.startswith("Created and ready: My Child (Datadog")
    assert "Checking the parent org" in ended.err
    assert "Checking the parent org" not in ended.out


@pytest.mark.parametrize(
    ("provider", "name", "code", "outcome"),
    [
        ("okta", "taken", 3, "not_created"),
        ("okta", "rejected", 3, "not_created"),
        ("datadog", "redirect", 3, "not_created"),
        ("okta", "read-only", 3, "not_created"),
        ("datadog", "busy", 3, "not_created"),
        ("datadog", "rate-limited", 0, "created"),
        ("okta", "refused", 4, "not_created"),
        ("datadog", "refused", 4, "not_created"),
        ("datadog", "server-error-not-created", 5, "unknown"),
        ("okta", "reset-not-created", 5, "unknown"),
        ("okta", "server-error", 6, "created"),
        ("datadog", "reset", 6, "created"),
        ("datadog", "twins", 5, "unknown"),
        ("datadog", "no-application-key", 6, "created"),
        ("okta", "never-ready", 6, "created"),
        ("okta", "long-keys", 0, "created"),
        ("datadog", "other-success", 0, "created"),
    ],
)
def test_each_end_has_its_exit_code(
    program: Program, home: Home, provider: str, name: str, code: int, outcome: str
) -> None:
    changed = {"organization__name": f'"{name}"'}
    if provider == "okta":
        changed["organization__subdomain"] = f'"{name}"'
    ended = program("create", "--plan", sandbox_plan(home, provider, **changed), "--yes", "--json", *FAST)
    quiet(ended)
    said = ended.json()
    assert (ended.code, said["outcome"]) == (code, outcome), ended.err
    assert set(said) >= KEYS
    assert (said["error"] is None) == (code == 0)
    records = program("orgs", "--json", *FAST).json()["orgs"]
    if said["attempt"]:
        (record,) = records
        assert (record["attempt"], record["outcome"]) == (said["attempt"], outcome)


def test_with_the_screen_as_the_store_the_keys_are_on_stdout_and_nowhere_else(program: Program, home: Home) -> None:
    ended = program("create", "--plan", sandbox_plan(home, "datadog", store='"screen"'), "--yes", "--json", *FAST)
    secrets = ended.json()["secrets"]
    assert (ended.code, sorted(secrets)) == (0, ["api_key", "application_key"])
    for secret in secrets.values():
        assert home.holding(secret) == []
        assert secret not in ended.err


# ---- wrong plans, odd files -----------------------------------------------------------------------------------

ODD_PLANS: dict[str, dict[str, str]] = {
    "provider": {"provider": '"aws"'},
    "site": {"site": '"datadog.example"'},
    "http": {"site": '"http://api.example.com"'},
    "store": {"store": '"safe"'},
    "a store of the wrong type": {"store": "7"},
    "an unknown key": {"organization.colour": '"red"'},
    "an unknown table": {"nonsense.x": "1"},
    "a wrong type": {"organization__name": "7"},
    "too long": {"organization__name": f'"{"x" * 33}"'},
    "a literal secret": {"credentials__api_key": f'"{GIVEN[1]}"'},
    "a missing variable": {"credentials__api_key": '{ env = "NOT_SET_ANYWHERE" }'},
    "a missing file": {"credentials__api_key": '{ file = "/nowhere/at/all" }'},
    "a command that fails": {"credentials__api_key": '{ command = ["false"] }'},
    "no such command": {"credentials__api_key": '{ command = ["no-such-command-at-all"] }'},
    "no secret": {"credentials__api_key": ""},
    "an odd method": {"credentials.method": '"password"'},
    "not toml": {"organization__name": '"unfinished'},
    "a control character": {"organization__name": '"a\\u001b[31m"'},
}


@pytest.mark.parametrize("command", ["create", "check"])
@pytest.mark.parametrize("name", ODD_PLANS)
def test_an_odd_plan(program: Program, home: Home, command: str, name: str) -> None:
    plan = home.datadog("datadoghq.eu", **ODD_PLANS[name])
    ended = program(command, "--plan", plan, *(["--yes"] if command == "create" else []), "--json", *FAST)
    quiet(ended)
    said = ended.json()
    assert (ended.code, said["outcome"], said["ready"], said["attempt"]) == (2, "not_created", False, None)
    assert set(said) >= KEYS
    meaning = "Nothing was created." if command == "create" else "Nothing was sent."
    assert said["error"]["message"].startswith(meaning)
    assert ended.err.strip()
    assert home.files() == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"", b"[" * 5000, b"x = 1\n" * 100_000])
def test_a_plan_that_cannot_be_read(program: Program, home: Home, content: bytes | None) -> None:
    plan = Path(home.plan(""))
    if content is None:
        plan.unlink()
        plan.mkdir()
    else:
        plan.write_bytes(content)
    ended = program("create", "--plan", str(plan), "--yes", "--json", *FAST)
    quiet(ended)
    assert (ended.code, ended.json()["outcome"]) == (2, "not_created")


@pytest.mark.parametrize("which", ["config", "state", "data"])
def test_a_folder_that_cannot_be_used(program: Program, home: Home, which: str) -> None:
    (home.home / which).write_text("a file where a folder should be")
    ended = program("create", "--plan", sandbox_plan(home, "datadog"), "--yes", "--json", *FAST)
    quiet(ended)
    said = ended.json()
    if which == "config":  # only the profile: too late to matter, and said
        assert (ended.code, said["outcome"], said["profile"]) == (6, "created", None)
        assert Path(said["stored"]["file"]).exists()
    else:
        assert (ended.code, said["outcome"]) == (2, "not_created")
        assert which in said["error"]["message"]
    for command in (("orgs",), ("profiles", "list")):
        listed = program(*command, "--json", *FAST)
        quiet(listed)
        assert listed.code in (0, 2)


@pytest.mark.parametrize("content", ["", "org = 7", "[[[", "\udcff", 'provider = "okta"', "token = 1"])
def test_a_profile_edited_into_nonsense(program: Program, home: Home, content: str) -> None:
    folder = home.home / "config" / "orgwizard" / "profiles"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_bytes(content.encode(errors="surrogateescape"))
    listed = program("profiles", "list", "--json")
    assert listed.code == 2
    (problem,) = listed.json()["problems"]
    assert "mine.toml" in problem["file"]
    shown = program("profiles", "show", "mine")
    assert (shown.code, shown.out) == (2, "")
    assert "mine.toml" in shown.err
    for ended in (listed, shown):
        quiet(ended)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", ".", "a/b", "missing", "a\x1b[31m"])
def test_a_profile_that_is_not_there(program: Program, name: str) -> None:
    for action in ("show", "remove"):
        ended = program("profiles", action, name)
        quiet(ended)
        assert ended.code == 2


def test_a_fault_of_ours_is_told_without_its_text_and_denies_nothing(
    program: Program, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise ValueError(GIVEN[0])

    monkeypatch.setattr("orgwizard.presentation.text_report.result", broken)
    monkeypatch.setattr("orgwizard.domain.events.Result.as_json", broken)
    ended = program("create", "--plan", sandbox_plan(home, "datadog"), "--yes", *FAST)
    quiet(ended)
    assert ended.code == 1
    assert "ValueError" in ended.err
    assert "Nothing was created" not in ended.err
    assert "orgwizard orgs" in ended.err


# ---- a dry run -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["okta", "datadog"])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_dry_run_sends_nothing_and_shows_no_secret(
    program: Program, home: Home, provider: str, as_json: bool
) -> None:
    act = (OktaServer if provider == "okta" else DatadogServer)(b"")
    with serving(act) as server:
        plan = home.okta(server.url) if provider == "okta" else home.datadog(server.url)
        ended = program("create", "--plan", plan, "--dry-run", *(["--json"] if as_json else []))
    quiet(ended)
    assert (ended.code, server.connections) == (0, 0)
    assert "********" in ended.out
    assert home.files() == []
    if as_json:
        said = ended.json()
        assert set(said) >= KEYS
        assert (said["outcome"], said["dry_run"], said["request"]["method"]) == ("not_created", True, "POST")
        assert said["request"]["url"].startswith(server.url)
    else:
        assert ended.out.startswith(f"POST {server.url}/api/v1/org")


@pytest.mark.parametrize("command", [("create", "--dry-run"), ("plan",), ("create", "--yes"), ("check",)])
@pytest.mark.parametrize(
    "given", [f"site={UNROUTABLE}", "organization.name=0123456789ABCDEF0123456789ABCDEF", "site=https://app.okta.com"]
)
def test_what_a_creation_would_refuse_unread_is_refused_by_each_command(
    program: Program, home: Home, command: tuple[str, ...], given: str
) -> None:
    ended = program(*command, "--plan", home.datadog("EU1"), "--set", given, "--json")
    assert (ended.code, [problem["field"] for problem in ended.json()["problems"]]) == (2, [given.partition("=")[0]])


def test_a_dry_run_needs_no_network(program: Program, home: Home) -> None:
    plan = home.datadog(UNROUTABLE, confirmed_host='"192.0.2.1"')
    ended = program("create", "--plan", plan, "--dry-run", "--json")
    assert (ended.code, ended.json()["request"]["body"]) == (0, {"name": "My Child"})


# ---- a service app -------------------------------------------------------------------------------------------


def service_app_plan(home: Home, client_id: str = "0oasandboxserviceapp") -> str:
    key = home.folder / "key.json"
    key.write_text(CREDENTIALS["okta.private_key"])
    return home.okta(
        "https://acme.okta.com",
        credentials__token="",
        credentials__method='"service-app"',
        credentials__client_id=f'"{client_id}"',
        credentials__private_key=f"{{ file = {json.dumps(str(key))} }}",
    )


def test_a_service_app_creates_an_org_and_its_token_is_written_nowhere(program: Program, home: Home) -> None:
    ended = program("create", "--plan", service_app_plan(home), "--yes", "--json", *FAST)
    quiet(ended)
    assert (ended.code, ended.json()["outcome"], ended.json()["ready"]) == (0, "created", True)
    kept = [path for path in home.folder.rglob("*") if path.is_file()]
    assert len(kept) > 4
    assert not [path for path in kept if re.search(rb"sandbox\.\w{100}|dpop\+jwt|eyJ", path.read_bytes())]
    assert "eyJ" not in ended.out + ended.err


def test_a_service_app_is_previewed_without_a_token(program: Program, home: Home) -> None:
    ended = program("create", "--plan", service_app_plan(home), "--dry-run", "--json")
    quiet(ended)
    assert ended.json()["request"]["headers"]["Authorization"] == "DPoP ********"
    assert json.loads(CREDENTIALS["okta.private_key"])["d"] not in ended.out + ended.err


@pytest.mark.parametrize(("client_id", "code"), [("0oawrong", "invalid_client"), ("0oanoscope", "consent_required")])
def test_a_service_app_that_gets_no_token_is_refused(program: Program, home: Home, client_id: str, code: str) -> None:
    ended = program("check", "--plan", service_app_plan(home, client_id), "--json", "--sandbox")
    quiet(ended)
    assert (ended.code, ended.json()["outcome"]) == (3, "not_created")
    assert (ended.json()["error"]["code"], ended.json()["error"]["field"]) == (code, "credentials.client_id")


def test_a_dry_run_and_a_plan_from_standard_input_need_no_secret_at_all(home: Home) -> None:
    plan = Path(home.datadog("datadoghq.eu", credentials__api_key='{ command = ["touch", "ran"] }'))
    for name in list(home.environ):
        if name.startswith("DD_"):
            del home.environ[name]
    given = ("--set", "organization.name=Given Child", "--dry-run", "--json")
    with plan.open() as stdin:
        ended = home.run("create", "--plan", "-", *given, stdin=stdin)
    quiet(ended)
    assert (ended.code, ended.json()["request"]["body"]) == (0, {"name": "Given Child"})
    assert home.files() == []


# ---- terminals --------------------------------------------------------------------------------------------------


def test_without_a_terminal_create_needs_yes(program: Program, home: Home) -> None:
    with serving(DatadogServer(b"")) as server:
        ended = program("create", "--plan", home.datadog(server.url), "--json")
    quiet(ended)
    assert (ended.code, server.connections) == (2, 0)
    assert "--yes" in ended.json()["error"]["message"]


@pytest.mark.full
def test_streams_that_are_closed(tmp_path: Path) -> None:
    """Closed or broken standard streams change no outcome and no exit code."""

    def run(name: str, *argv: str, **options: Any) -> Ended:
        home = Home(tmp_path / name)
        return home.run("create", "--plan", home.datadog("datadoghq.eu"), "--json", *argv, *FAST, **options)

    reader, broken = os.pipe()
    os.close(reader)
    with ThreadPoolExecutor(3) as pool:
        no_stdin = pool.submit(run, "stdin", redirected="<&-")
        no_stderr = pool.submit(run, "stderr", "--yes", redirected="2>&-")
        no_stdout = pool.submit(run, "stdout", "--yes", stdout=broken)
    os.close(broken)
    assert (no_stdin.result().code, no_stdin.result().json()["outcome"]) == (2, "not_created")
    assert (no_stderr.result().code, no_stderr.result().json()["outcome"]) == (0, "created")
    assert no_stdout.result().code == 0
    assert "Traceback" not in no_stdin.result().err + no_stdout.result().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_keys_that_are_nowhere_else_are_not_lost_with_stdout(home: Home) -> None:
    plan = home.datadog("datadoghq.eu", store='"screen"')
    ended = home.run("create", "--plan", plan, "--json", "--yes", *FAST, redirected=">/dev/full")
    assert ended.err.count("c41d") >= 2  # how the sandbox's keys begin
    assert home.holding("c41d") == []


@pytest.mark.full
def test_what_an_encoding_lacks_is_a_question_mark(home: Home) -> None:
    home.environ |= {"PYTHONIOENCODING": "latin-1"}
    plan = home.datadog("datadoghq.eu", organization__name='"Tokyo 東京"')
    ended = home.run("create", "--plan", plan, "--dry-run", *FAST)
    assert (ended.code, '"name": "Tokyo ??"' in ended.out) == (0, True)


def test_a_journal_that_cannot_be_read_is_not_an_empty_one(program: Program, home: Home) -> None:
    state = home.home / "state" / "orgwizard"
    state.mkdir(parents=True)
    (state / "attempts").write_text("in the way")
    ended = program("orgs")
    assert (ended.code, ended.out) == (2, "")
    assert "could not be read" in ended.err


@pytest.mark.full
def test_the_wizard_refuses_a_plan_whose_store_is_none(home: Home) -> None:
    terminal = Terminal(home, "--plain", "--plan", home.datadog("datadoghq.eu", store='"safe"'), *FAST)
    terminal.expect(b"store")
    assert terminal.ended().code == 2


class Driving(DatadogServer):
    """A parent whose name would drive a terminal."""

    parent_name = "Acme\x1b]0;x\x07\x1b[2J"


@pytest.mark.full
def test_what_a_service_says_never_drives_the_terminal(home: Home) -> None:
    with serving(Driving(lambda peer: peer.send(json_answer(200, DATADOG_CREATED)))) as server:
        ended = home.run("create", "--plan", home.datadog(server.url), "--yes")
    quiet(ended)
    assert "parent org Acme" in ended.err


UNREAD = [("orgs",), ("orgs", "--json"), ("--version",)]


@pytest.mark.parametrize("argv", [UNREAD[0], *(pytest.param(argv, marks=pytest.mark.full) for argv in UNREAD[1:])])
@pytest.mark.parametrize("full", [True, False])
def test_output_that_nobody_takes_is_no_success(home: Home, argv: tuple[str, ...], full: bool) -> None:
    if full:
        ended = home.run(*argv, redirected=">/dev/full")
    else:
        reader, broken = os.pipe()
        os.close(reader)
        ended = home.run(*argv, stdout=broken)
        os.close(broken)
    assert (ended.code, "could not be written" in ended.err) == (2, True)


@pytest.mark.full
def test_a_dry_run_that_nobody_can_read_is_no_success_and_a_creation_is(home: Home) -> None:
    plan = home.datadog("datadoghq.eu")
    assert home.run("create", "--plan", plan, "--dry-run", *FAST, redirected=">/dev/full").code == 2
    assert home.run("create", "--plan", plan, "--yes", *FAST, redirected=">/dev/full").code == 0


def test_without_a_home_folder_nothing_is_sent(program: Program, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda _: (_ for _ in ()).throw(KeyError("no such user")))
    ended = program("create", "--plan", home.datadog("datadoghq.eu"), "--yes", "--json", *FAST)
    assert (ended.code, ended.json()["outcome"]) == (2, "not_created")
    assert "HOME" in ended.err


@pytest.mark.full
def test_modules_in_the_current_folder_are_not_taken(home: Home) -> None:
    for name in ("httpx", "platformdirs", "json", "argparse"):
        (home.folder / f"{name}.py").write_text("raise SystemExit(77)\n")
    assert home.run("orgs", *FAST).code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="cores are kept from the kernel in another way there")
def test_a_crash_leaves_no_image_of_the_memory(home: Home) -> None:
    code = "from orgwizard.system import coredumps as c; c.forbid(); print(open('/proc/self/status').read())"
    code += "; import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    code += "; import ctypes; print('dumpable', ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    environ = {"PYTHONPATH": str(servers.ROOT), **home.environ}
    shown = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60)
    assert shown.stdout.endswith("\n0\ndumpable 0\n"), shown.stderr


def test_ctrl_c_while_the_program_is_loaded_shows_no_traceback(home: Home) -> None:
    code = """
import sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "orgwizard.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
from orgwizard.__main__ import run
sys.exit(run())
"""
    environ = {"PYTHONPATH": str(servers.ROOT), **home.environ}
    ended = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "Cancelled.\n")


# ---- the same order again -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["My Child", "server-error", "never-ready", "no-keys"])
def test_a_repeated_command_gets_the_first_result_and_sends_nothing(program: Program, home: Home, name: str) -> None:
    plan = home.datadog("datadoghq.eu", organization__name=f'"{name}"')
    first = program("create", "--plan", plan, "--yes", "--json", *FAST)
    again = program("create", "--plan", plan, "--yes", "--json", *FAST)
    assert (again.code, again.json()["attempt"]) == (first.code, first.json()["attempt"])
    assert (again.json()["org"], again.json()["outcome"]) == (first.json()["org"], "created")
    if not first.json()["error"] or first.json()["error"]["code"] != "attention":
        assert again.json() == first.json()
    assert len(program("orgs", "--sandbox", "--json").json()["orgs"]) == 1
    assert "Sending" not in again.err


def test_a_second_org_is_made_by_an_explicit_wish_alone(program: Program, home: Home) -> None:
    plan = home.datadog("datadoghq.eu")
    first = program("create", "--plan", plan, "--yes", "--json", *FAST).json()
    told = program("create", "--plan", plan, "--yes", "--json", *FAST)
    assert "--again" in told.err
    second = program("create", "--plan", plan, "--yes", "--again", "--json", *FAST).json()
    assert second["attempt"] != first["attempt"]
    assert second["outcome"] == "created"


def test_an_okta_org_that_this_machine_made_is_not_told_as_taken(program: Program, home: Home) -> None:
    plan = home.okta("https://acme.okta.com")
    first = program("create", "--plan", plan, "--yes", "--json", *FAST)
    again = program("create", "--plan", plan, "--yes", "--json", *FAST)
    assert (first.code, again.code) == (0, 0)
    assert again.json() == first.json()


@pytest.mark.parametrize("name", ["my child", "MY  CHILD"])
def test_a_name_in_another_spelling_is_the_same_order(program: Program, home: Home, name: str) -> None:
    first = program("create", "--plan", home.datadog("datadoghq.eu"), "--yes", "--json", *FAST).json()
    again = home.datadog("datadoghq.eu", organization__name=f'"{name}"')
    assert program("create", "--plan", again, "--yes", "--json", *FAST).json()["attempt"] == first["attempt"]


def test_the_same_name_below_another_parent_is_another_order(
    program: Program, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = home.datadog("datadoghq.eu")
    first = program("create", "--plan", plan, "--yes", "--json", *FAST).json()
    monkeypatch.setenv("DD_API_KEY", "9" * 32)
    monkeypatch.setenv("DD_APP_KEY", "8" * 40)
    assert program("create", "--plan", plan, "--yes", "--json", *FAST).json()["attempt"] != first["attempt"]


@pytest.mark.parametrize("damage", [b"", b"\0" * 400, b'{"at": "2026-'])
def test_a_record_that_cannot_be_read_keeps_its_order_from_being_sent(
    program: Program, home: Home, damage: bytes
) -> None:
    plan = home.datadog("datadoghq.eu")
    first = program("create", "--plan", plan, "--yes", "--json", *FAST).json()["attempt"]
    (record,) = home.home.rglob(f"{first}*.jsonl")
    record.write_bytes(damage)
    ended = program("create", "--plan", plan, "--yes", "--json", *FAST)
    assert (ended.code, ended.json()["outcome"], ended.json()["attempt"]) == (5, "unknown", first)
    assert str(record) in ended.json()["error"]["message"]
    assert f"mv {record}" in ended.json()["error"]["hint"]
    other = home.datadog("datadoghq.eu", organization__name='"Other Child"')
    assert program("create", "--plan", other, "--yes", "--json", *FAST).code == 0
    assert program("create", "--plan", plan, "--yes", "--again", "--json", *FAST).code == 0


@pytest.mark.parametrize("attempt", ["2026", "20269999", "nonsense"])
def test_an_attempt_that_is_not_found_says_nothing_of_an_outcome(program: Program, home: Home, attempt: str) -> None:
    plan = home.datadog("datadoghq.eu")
    for _ in range(2):
        program("create", "--plan", plan, "--yes", "--again", *FAST)
    made = program("orgs", "--sandbox", "--json").json()["orgs"][0]["attempt"]
    ended = program("resume", made[:4] if attempt == "2026" else attempt, "--json", "--sandbox")
    assert (ended.code, ended.json()["outcome"]) == (2, None)
    assert "Nothing was created" not in ended.out + ended.err


def test_an_attempt_of_the_sandbox_is_recognised_without_its_option(program: Program, home: Home) -> None:
    made = program("create", "--plan", home.datadog("datadoghq.eu"), "--yes", "--json", *FAST).json()["attempt"]
    ended = program("resume", made)
    assert (ended.code, ended.out) == (2, "")
    assert f"orgwizard resume {made} --sandbox" in ended.err
    assert "--sandbox" not in program("resume", "[0-9]*").err


def test_the_wizard_needs_a_terminal(home: Home) -> None:
    ended = home.run()
    quiet(ended)
    assert (ended.code, ended.out) == (2, "")
    assert "terminal" in ended.err
    assert "create --plan" in ended.err


class Terminal:
    """The program on a real pseudo-terminal; stdout stays apart."""

    def __init__(self, home: Home, *argv: str) -> None:
        self._master, slave = pty.openpty()
        self.program = home.start(*argv, stdin=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.shown = b""

    def expect(self, text: bytes) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while text not in self.shown:
            ready, _, _ = select.select([self._master], [], [], 0.1)
            if ready:
                self.shown += os.read(self._master, 65536)
            assert time.monotonic() < end, self.shown

    def type(self, text: bytes) -> None:
        os.write(self._master, text)

    def ended(self) -> Ended:
        assert self.program.stdout is not None
        out = self.program.stdout.read()
        code = self.program.wait(PATIENCE_SECONDS)
        self.program.stdout.close()
        os.close(self._master)
        return Ended(code, out, self.shown.decode())


@pytest.mark.parametrize(("typed", "code", "outcome"), [(b"create\n", 0, "created"), (b"yes\n", 4, "not_created")])
def test_on_a_terminal_it_asks_once(home: Home, typed: bytes, code: int, outcome: str) -> None:
    terminal = Terminal(home, "create", "--plan", home.datadog("datadoghq.eu"), "--json", *FAST)
    terminal.expect(b'Type "create"')
    assert b"My Child" in terminal.shown
    assert b"be deleted through the API" in terminal.shown
    terminal.type(typed)
    ended = terminal.ended()
    quiet(ended)
    assert (ended.code, ended.json()["outcome"]) == (code, outcome)


def test_ctrl_c_at_the_question_leaves(home: Home) -> None:
    terminal = Terminal(home, "create", "--plan", home.datadog("datadoghq.eu"), "--json", *FAST)
    terminal.expect(b'Type "create"')
    while terminal.program.poll() is None:  # one that comes just before the program waits for a line does not end that
        terminal.program.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            terminal.program.wait(5)
    ended = terminal.ended()
    quiet(ended)
    assert (ended.code, ended.json()["outcome"]) == (130, "not_created")


# ---- signals ------------------------------------------------------------------------------------------------------


def full_pipe() -> tuple[int, int]:
    """Return a pipe that takes no more, as one whose reader stands still; its end to read comes first."""
    source, sink = os.pipe()
    os.set_blocking(sink, False)
    with suppress(BlockingIOError):
        while True:
            os.write(sink, b" ")
    os.set_blocking(sink, True)
    return source, sink


def keys_in(home: Home) -> list[Path]:
    return [path for path in home.files() if "api_key = " in path.read_text() and "application_key" in path.read_text()]


@pytest.mark.full
def test_keys_of_the_screen_that_nobody_reads_go_to_the_other_stream_after_a_signal(home: Home) -> None:
    source, sink = full_pipe()
    plan = home.datadog("datadoghq.eu", store='"screen"')
    with home.start("create", "--plan", plan, "--yes", *FAST, stdout=sink) as running:
        assert running.stderr is not None
        err = ""
        while "Storing" not in err:
            err += running.stderr.readline()
        running.send_signal(signal.SIGINT)
        err += running.communicate(timeout=PATIENCE_SECONDS)[1]
    os.close(source)
    os.close(sink)
    assert running.returncode == 130
    assert "API key of the child org: " in err
    assert "Nothing was created" not in err


@pytest.mark.full
def test_stages_that_nobody_reads_do_not_hold_up_the_creation(home: Home) -> None:
    source, sink = full_pipe()
    held = Held()
    held.go_on.set()
    with serving(DatadogServer(held)) as server:
        command = ("create", "--plan", home.datadog(server.url), "--yes", "--json")
        with home.start(*command, stderr=sink) as running:
            try:
                deadline = time.monotonic() + PATIENCE_SECONDS
                while not list(home.home.rglob("keys/*.toml")) and time.monotonic() < deadline:
                    select.select([], [], [], 0.05)
                running.send_signal(signal.SIGTERM)
                out = running.communicate(timeout=PATIENCE_SECONDS)[0]
            finally:
                running.kill()
    os.close(source)
    os.close(sink)
    assert (running.returncode, json.loads(out)["outcome"]) == (128 + signal.SIGTERM, "created")
    assert [path.parent.name for path in home.holding(servers.CHILD_API_KEY)] == ["keys"]


@pytest.mark.full
@pytest.mark.parametrize("closed", [">&- 2>&-", ">/dev/full 2>/dev/full"])
def test_keys_of_the_screen_that_no_stream_takes_go_to_a_private_file(home: Home, closed: str) -> None:
    plan = home.datadog("datadoghq.eu", store='"screen"')
    ended = home.run("create", "--plan", plan, "--yes", *FAST, redirected=closed)
    (file,) = keys_in(home)
    assert (ended.code, file.stat().st_mode & 0o777) == (6, 0o600)
    told = home.run("orgs", "--sandbox", "--json").json()["orgs"][0]
    assert (told["state"], told["stored"]) == ("ready", {"file": str(file)})


class Held:
    """A create call that is answered when the test says so."""

    def __init__(self) -> None:
        self.there, self.go_on = threading.Event(), threading.Event()

    def __call__(self, peer: Peer) -> None:
        self.there.set()
        self.go_on.wait(PATIENCE_SECONDS)
        peer.send(json_answer(200, DATADOG_CREATED))


def arguments_of(process: int) -> str:
    """Return what `ps` shows of a program to everybody, where that can be read."""
    shown = Path(f"/proc/{process}/cmdline")
    return shown.read_text() if shown.exists() else ""


def signalled(folder: Path, number: int, signals: int = 1) -> tuple[Ended, Home, int]:
    """Run a creation, signal it while the request is on its way, answer, and return how it ended."""
    home, held = Home(folder), Held()
    with serving(DatadogServer(held)) as server:
        plan = home.datadog(server.url)
        with home.start("create", "--plan", plan, "--yes", "--json", start_new_session=True) as running:
            try:
                assert held.there.wait(PATIENCE_SECONDS)
                assert not [secret for secret in GIVEN if secret in arguments_of(running.pid)]
                for _ in range(signals):
                    running.send_signal(number)
                    time.sleep(0.3)  # two of a kind at once would be delivered as one
                if signals == 1:
                    held.go_on.set()
                out, err = running.communicate(timeout=PATIENCE_SECONDS)
            finally:
                held.go_on.set()
                running.kill()
        return Ended(running.returncode, out, err), home, len(server.asked("POST", "/api/v1/org"))


@pytest.mark.full
def test_a_hang_up_that_it_was_started_to_ignore_changes_nothing(home: Home) -> None:
    held = Held()
    with serving(DatadogServer(held)) as server:
        command = ["create", "--plan", home.datadog(server.url), "--yes", "--json"]
        with home.start(*command, start_new_session=True, preexec_fn=no_hang_up) as running:
            try:
                assert held.there.wait(PATIENCE_SECONDS)
                running.send_signal(signal.SIGHUP)
            finally:
                held.go_on.set()
            out, err = running.communicate(timeout=PATIENCE_SECONDS)
    ended = Ended(running.returncode, out, err)
    quiet(ended)
    assert (ended.code, ended.json()["outcome"]) == (0, "created")


def no_hang_up() -> None:
    """Do in a child what `nohup` does."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def left(home: Home) -> tuple[str, bool]:
    """Return the state of the one attempt in a home's journal, and whether a process is at work on it."""
    (record,) = Journal(home.home / "state" / "orgwizard" / "attempts", Clock()).all()
    return record.state, record.running


@pytest.mark.full
def test_a_third_signal_stops_the_wait(tmp_path: Path) -> None:
    ended, home, requests = signalled(tmp_path, signal.SIGTERM, signals=3)
    quiet(ended)
    assert (ended.code, ended.json()["outcome"], requests) == (128 + signal.SIGTERM, "unknown", 1)
    assert left(home) == ("unknown", False)


def test_a_kill_leaves_an_attempt_that_is_known_to_be_open(tmp_path: Path) -> None:
    ended, home, requests = signalled(tmp_path, signal.SIGKILL)
    assert (ended.code, requests) == (-signal.SIGKILL, 1)
    assert left(home) == ("sending", False)

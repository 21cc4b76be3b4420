"""The commands about keys that a child org has already, in the sandbox."""

import io
import json
import os
import re
import shlex
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from orgwizard.application.keys.key_check import KeyCheck
from orgwizard.application.service import Service
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import NotSent
from orgwizard.presentation.attempts.next_commands import of_profile
from orgwizard.providers.aftercare import KeyState
from orgwizard.sandbox.router import World
from orgwizard.sandbox.transport import SandboxTransport
from orgwizard.storage.profiles import Profile
from tests import rings, store_tools
from tests.failing import Failing
from tests.schemas import broken_rules
from tests.servers import GIVEN, Ended, Home

FAST = ("--sandbox", "--sandbox-speed", "2000")
Program = Callable[..., Ended]


@pytest.fixture
def program(program: Program) -> Program:
    """Run the command line in the sandbox; whatever it prints holds no secret, and JSON is of the schema."""

    def run(*argv: str) -> Ended:
        ended = program(*FAST, *argv)
        assert not [secret for secret in GIVEN if secret in ended.out + ended.err]
        if "--json" in argv:
            assert broken_rules(ended.json()) == []
        return ended

    return run


@pytest.fixture(params=["okta", "datadog"])
def created(request: pytest.FixtureRequest, program: Program, home: Home) -> str:
    """Create an org, and return the name of its profile."""
    return create(program, home, request.param)


def create(program: Program, home: Home, provider: str, **changes: str) -> str:
    plan = (
        home.okta("https://acme.okta.com", **changes) if provider == "okta" else home.datadog("datadoghq.eu", **changes)
    )
    return str(program("create", "--plan", plan, "--yes", "--json").json()["profile"])


def key_files(home: Home) -> list[Path]:
    return sorted(home.home.rglob("keys/*.toml"))


# ---- move ----


def test_keys_are_moved_to_a_store_and_the_journal_and_the_profile_know(
    program: Program, home: Home, created: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RING", str(home.folder / "ring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.rings.Working")
    monkeypatch.setattr("keyring.get_keyring", _ring)
    assert key_files(home)
    moved = program("move", created, "--to", "keyring", "--json")
    assert moved.code == 0
    assert moved.json()["stored"]["keyring"].startswith("orgwizard/")
    assert key_files(home) == []
    shown = program("profiles", "show", created, "--json").json()["secrets"]
    assert all("keyring" in str(source) for source in shown.values())
    (attempt,) = program("orgs", "--json").json()["orgs"]
    assert attempt["stored"] == moved.json()["stored"]
    again = program("move", created, "--to", "keyring")
    assert again.code == 0
    assert "there already" in again.out


def _ring() -> object:
    made: Callable[[], object] = rings.Working
    return made()


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("nobody", "--to", "file"), 2),
        (("PROFILE", "--to", "screen"), 2),
        (("PROFILE", "--to", "nowhere"), 2),
        (("PROFILE", "--to", '{ command = ["cat" }'), 2),
        (("PROFILE", "--to", '{ command = ["cat"] }'), 2),  # it cannot be read back, and nobody can be asked
        (("PROFILE", "--to", '{ command = ["false"] }', "--yes"), 2),
    ],
)
def test_what_cannot_be_moved_stays(program: Program, home: Home, argv: tuple[str, ...], code: int) -> None:
    created, before = create(program, home, "okta"), key_files(home)
    ended = program("move", *[word.replace("PROFILE", created) for word in argv], "--json")
    assert ended.code == code
    assert ended.json()["error"]["message"].strip()
    assert key_files(home) == before


def test_keys_are_moved_to_a_command_with_a_yes(program: Program, home: Home) -> None:
    created = create(program, home, "okta")
    taken = home.folder / "taken"
    ended = program("move", created, "--to", f'{{ command = ["tee", "{taken}"] }}', "--yes")
    assert ended.code == 0
    assert "given to the command tee" in ended.out
    assert taken.read_text().startswith("token=")
    assert key_files(home) == []


# ---- check and disable, in a sandbox that remembers ----


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all commands of a test meet the same sandbox, as if it were served."""
    world = World(Clock(2000.0))
    monkeypatch.setattr("orgwizard.cli.wiring._sandbox_backend", lambda _: SandboxTransport(world))


@pytest.mark.usefixtures("remembering")
def test_stored_keys_are_checked(program: Program, created: str) -> None:
    ended = program("check", created, "--json")
    assert (ended.code, ended.json()["keys"]["state"], ended.json()["outcome"]) == (0, "valid", None)
    assert program("check", created).out.startswith(f"The stored keys of {created} are valid.")
    (listed,) = program("orgs", "--check", "--json").json()["orgs"]
    assert listed["keys"]["state"] == "valid"
    assert "are valid" in program("orgs", "--check").out


def test_orgs_with_bad_keys_are_told_by_the_exit_code(
    program: Program, home: Home, created: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def revoked(_: Service, profile: Profile) -> KeyCheck:
        return KeyCheck(profile, KeyState("invalid", "The token was revoked."), profile.created, None)

    assert created
    with monkeypatch.context() as patch:
        patch.setattr("orgwizard.application.keys.key_check.check_keys", revoked)
        ended = program("orgs", "--check", "--json")
        assert (ended.code, ended.json()["error"]["code"]) == (6, "keys")
        assert ended.json()["orgs"][0]["keys"]["state"] == "invalid"
        assert "memory" in program("orgs", "--check").err  # where replacing it does not help
    (file,) = key_files(home)
    file.unlink()  # they should be there, and cannot be read
    assert program("orgs", "--check").code == 6


@pytest.mark.usefixtures("remembering")
def test_an_org_that_was_taken_back_has_no_keys_to_check(program: Program, created: str) -> None:
    assert program("disable", created, "--confirm", "My Child").code == 0
    ended = program("orgs", "--check", "--json")
    assert (ended.code, ended.json()["orgs"]) == (0, [])
    told = program("orgs").out
    assert "disable: done" in told
    assert f"orgwizard disable {created}" not in told


def test_keys_that_cannot_be_checked_are_told_by_the_exit_code(program: Program, created: str) -> None:
    assert created
    assert program("orgs", "--check", "--json").code == 5


@pytest.mark.usefixtures("remembering")
def test_the_commands_to_go_on_with_do_it_word_for_word(
    program: Program, home: Home, created: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RING", str(home.folder / "ring.json"))
    monkeypatch.setattr("keyring.get_keyring", _ring)
    (file,) = key_files(home)
    commands = [shlex.split(command)[1:] for command in of_profile(created, {"file": str(file)})]
    assert {words[0] for words in commands} == {"env", "exec", "snippet", "check", "move", "disable"}
    for words in commands:
        if words[0] == "disable":
            words.extend(("--confirm", "My Child"))  # asked for on a terminal
        if words[0] != "exec":  # which ends this process
            assert program(*words, "--sandbox").code == 0


def test_each_org_is_listed_with_the_commands_to_go_on_with(program: Program, created: str) -> None:
    lines = program("orgs").out.splitlines()
    assert f"    next: orgwizard env {created} --sandbox" in lines
    assert not any("orgwizard disable" in line for line in lines)  # it has ended with its sandbox


def test_an_org_that_the_sandbox_forgot_is_nothing_for_support(program: Program, created: str) -> None:
    ended = program("disable", created, "--confirm", "My Child")
    assert (ended.code, ended.out) == (2, "")
    assert "memory" in ended.err


def test_a_network_that_is_down_is_nothing_for_support(
    program: Program, created: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any, **__: Any) -> Any:
        raise NotSent("No route to host.")

    monkeypatch.setattr("orgwizard.network.transport.Transport.send", down)
    monkeypatch.setattr("orgwizard.cli.wiring.sandbox_credentials", dict)  # as at the real services
    ended = program("disable", created, "--confirm", "My Child")
    assert (ended.code, ended.out) == (4, "")
    assert "No route to host" in ended.err


def test_a_sandbox_that_forgot_the_org_proves_nothing(program: Program, created: str) -> None:
    ended = program("check", created, "--json")
    assert (ended.code, ended.json()["keys"]["state"]) == (5, "unclear")
    assert "memory" in ended.json()["error"]["message"]


@pytest.mark.parametrize(
    "argv",
    [("check",), ("check", "nobody"), ("check", "NAME", "--plan", "x"), ("disable", "nobody"), ("disable", "NAME")],
)
@pytest.mark.usefixtures("remembering")
def test_what_names_no_keys_is_wrong_usage(program: Program, home: Home, argv: tuple[str, ...]) -> None:
    created = create(program, home, "okta")
    ended = program(*[word.replace("NAME", created) for word in argv], "--json")
    assert ended.code == 2
    assert ended.json()["error"]["code"] in ("usage", "BadInput")


@pytest.mark.usefixtures("remembering")
def test_an_org_is_taken_back_after_its_name_was_given(program: Program, created: str) -> None:
    wrong = program("disable", created, "--confirm", "New org", "--json")
    assert (wrong.code, wrong.json()["error"]["code"]) == (2, "BadInput")
    assert "Nothing was created." not in wrong.err
    ended = program("disable", created, "--confirm", "My Child")
    assert ended.code == 0, ended.err
    assert "Please deactivate" in ended.out
    checked = program("check", created, "--json")
    assert (checked.code, checked.json()["keys"]["state"]) == (3, "invalid") or "memory" in checked.out
    again = program("disable", created, "--confirm", "My Child", "--json")
    assert (again.code, again.json()["profile"]) == (0, created)
    assert "support" in again.json()


@pytest.mark.usefixtures("remembering")
def test_keys_that_were_taken_back_are_handed_to_nobody(program: Program, created: str) -> None:
    assert program("disable", created, "--confirm", "My Child").code == 0
    remedy = "move" if "okta" in created else "support"
    for argv in (("env", created, "--json"), ("snippet", created, "curl", "--json")):
        ended = program(*argv)
        error = ended.json()["error"]
        assert (ended.code, error["code"], remedy in error["hint"]) == (3, "Refused", True)
        assert re.search(r"\(\d{4}-\d\d-\d\d, \d\d:\d\d UTC\)", error["message"])
    executed = program("exec", created, "--", "true")
    assert (executed.code, executed.out) == (3, "")
    assert program("snippet", created, "curl", "--create").code == 0


@pytest.mark.parametrize(
    "argv",
    [
        ("env",),
        ("check",),
        ("move", "--to", "file"),
        ("exec", "--", "x"),
        ("snippet", "curl"),
        ("disable",),
        ("profiles show",),
    ],
)
def test_a_command_that_creates_nothing_does_not_speak_of_it(program: Program, argv: tuple[str, ...]) -> None:
    ended = program(*argv[0].split(), "nobody", *argv[1:])
    assert ended.code == 2
    assert ended.err.startswith("Nothing was done.")


def test_the_name_is_checked_before_the_keys_are_tried(program: Program, home: Home) -> None:
    created = create(program, home, "okta")
    for path in key_files(home):
        path.unlink()
    assert "My Child" in program("disable", created, "--confirm", "wrong").err


@pytest.mark.usefixtures("remembering")
def test_a_token_is_replaced_by_one_from_standard_input(
    program: Program, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = create(program, home, "okta")
    monkeypatch.setattr("sys.stdin", io.StringIO("00replacement-canary\n"))
    ended = program("move", created, "--replace", "--revoke", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.json()["remarks"] == ["The old token was revoked."]
    assert [path.read_text().count("00replacement-canary") for path in key_files(home)] == [1]
    assert "canary" not in ended.out
    for nothing in (None, io.StringIO("")):
        monkeypatch.setattr("sys.stdin", nothing)
        ended = program("move", created, "--replace", "--json")
        assert (ended.code, "standard input" in ended.json()["error"]["message"]) == (2, True)


@pytest.mark.parametrize("argv", [(), ("--revoke", "--to", "file"), ("--replace", "--to", "screen")])
def test_a_move_to_nowhere_is_wrong_usage(program: Program, home: Home, argv: tuple[str, ...]) -> None:
    created = create(program, home, "okta")
    assert program("move", created, *argv, "--json").code == 2


def test_a_parent_org_is_not_taken_back(program: Program, home: Home) -> None:
    created = create(program, home, "okta")
    path = next(home.home.rglob(f"profiles/{created}.toml"))
    path.write_text(path.read_text().replace('kind = "child"', 'kind = "parent"'))
    ended = program("disable", created, "--confirm", "My Child")
    assert (ended.code, ended.out) == (2, "")


def test_where_there_are_no_keys_the_text_for_support_is_printed(program: Program, home: Home) -> None:
    created = create(program, home, "datadog", store='"screen"')
    ended = program("disable", created, "--confirm", "My Child")
    assert ended.code == 2
    assert "Please deactivate" in ended.out


# ---- stores by name, from a plan to the first use ----


@pytest.fixture
def tools(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put programs that play the stores' tools on the search path; return the file in which they keep things."""
    file = store_tools.install(home.folder / "tools")
    monkeypatch.setenv("PATH", f"{file.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STORE_TOOLS", str(file))
    return file


def test_keys_are_created_into_a_store_by_name_and_used_from_there(program: Program, home: Home, tools: Path) -> None:
    created = create(program, home, "okta", store='"vault:team"')
    assert key_files(home) == []
    ((entry, token),) = json.loads(tools.read_text()).items()
    assert entry == "team/orgwizard/okta-my-child-token"
    assert token in program("env", created, "--format", "json").out
    assert program("move", created, "--to", "file").code == 0
    assert json.loads(tools.read_text()) == {}
    assert [token in path.read_text() for path in key_files(home)] == [True]


@pytest.mark.full
def test_a_move_whose_changes_on_disk_fail_can_be_repeated(home: Home, tools: Path) -> None:
    home.environ["STORE_TOOLS"] = str(tools)
    plan = home.datadog("datadoghq.eu")
    with Failing(1.0) as failing:
        ended, _ = failing.run(home, *FAST, "create", "--plan", plan, "--yes", "--json")
        name = ended.json()["profile"]
        for at in count(1, 12):  # a sample
            there = "pass" if key_files(home) else "file"
            ended, changes = failing.run(home, *FAST, "move", name, "--to", there, at=at)
            if len(changes) < at:
                break
            checked, _ = failing.run(home, *FAST, "env", name, "--format", "json")
            assert checked.code == 0, checked.err
            again, _ = failing.run(home, *FAST, "move", name, "--to", there)
            assert again.code == 0, again.err
    assert at > 20

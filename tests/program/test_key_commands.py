"""The commands about keys that a child org has already, in the sandbox."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orgwizard import cli
from tests.schemas import broken_rules
from tests.servers import GIVEN, Ended, Home

FAST = ("--sandbox", "--sandbox-speed", "2000")
Program = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def program(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Run the command line in this process; whatever it prints holds no secret, and JSON is of the schema."""
    for name, value in home.environ.items():
        monkeypatch.setenv(name, value)

    def run(*argv: str) -> Ended:
        code = cli.main([*FAST, *argv])
        captured = capsys.readouterr()
        ended = Ended(code, captured.out, captured.err)
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
    from tests.rings import Working

    return Working()


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

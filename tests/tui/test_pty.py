"""The whole wizard on a real pseudo-terminal, with the keyboard only."""

import os
import signal
import tomllib
from pathlib import Path

import pytest

from tests.servers import NO_TOOLS
from tests.tui.terminal import KEYS, Terminal, terminal

HERE = Path(__file__).parents[2]
SANDBOX = ["--sandbox", "--sandbox-speed", "30"]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose folders are the test's own."""
    names = {name: str(tmp_path / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
    return {
        **names,
        "PATH": NO_TOOLS,
        "PYTHONPATH": str(HERE),
        "HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }


def begin(run: Terminal) -> None:
    """Be at the first step, drawn to its last row: on a busy machine that takes more than one moment."""
    run.until("Create a new org")
    run.press("enter")
    run.until_step(1)
    run.until("F1 keys")


def to_organization(run: Terminal) -> None:
    run.until_step(2)
    run.until("the sandbox's")
    run.press("ctrl+n")
    run.until_step(3)
    run.until("Connected:")


def finish(run: Terminal) -> None:
    """Go from the store to the end."""
    run.until_step(5)
    run.until("A private file         ✓ tested")
    confirm(run)
    run.until("The org was created and is ready.")
    run.press("ctrl+q")


def confirm(run: Terminal) -> None:
    """Go from the store to the creation."""
    run.press("ctrl+n")
    run.until_step(6)
    run.press("ctrl+n")
    run.until('type the word "create"')
    run.write("create")
    run.press("enter")


def datadog_to_store(run: Terminal, name: str) -> None:
    """Begin an org at Datadog and go as far as its keys."""
    begin(run)
    run.press("down")
    run.until("datadoghq.eu")
    run.press("ctrl+n")
    to_organization(run)
    run.write(name)
    run.until(f"{len(name)} of 32")
    run.press("ctrl+n")
    run.until_step(4)
    run.press("ctrl+n")


def okta(run: Terminal) -> None:
    begin(run)
    run.press("tab")
    run.write("\x15acme.okta.com\r")
    to_organization(run)
    run.write("Pty Org")
    run.until("pty-org")
    run.press("ctrl+n")
    run.until_step(4)
    run.write("Ada\rLovelace\rada@example.com")
    run.until("ada@example.com")
    run.press("ctrl+n")
    finish(run)


def datadog(run: Terminal) -> None:
    datadog_to_store(run, "Pty Org")
    finish(run)


@pytest.mark.full
@pytest.mark.parametrize(("walk", "site"), [(okta, "acme.okta.com"), (datadog, "datadoghq.com")])
def test_an_org_from_the_first_key_to_the_profile(environ: dict[str, str], walk: object, site: str) -> None:
    with terminal(SANDBOX, environ) as run:
        walk(run)  # type: ignore[operator]
        assert run.ended() == 0
    with terminal(SANDBOX, environ) as again:
        again.until("connection as Pty Org")
        assert site in again.screen
        again.press("ctrl+q")
        assert again.ended() == 130


@pytest.mark.full
def test_keys_that_are_typed_before_anything_is_painted_are_not_lost(environ: dict[str, str]) -> None:
    with terminal(SANDBOX, environ) as run:
        os.write(run.master, KEYS["ctrl+n"] + b"early.okta.com")
        run.until("Parent org URL")
        run.until("early.okta.com _")  # with the cursor behind it
        assert not any("acme" in line for line in run.screen.splitlines() if "Parent org URL" in line)


@pytest.mark.full
def test_nothing_of_the_terminal_stays_changed(environ: dict[str, str]) -> None:
    with terminal(SANDBOX, environ) as run:
        run.until("Create a new org")
        run.press("ctrl+q")
        assert run.ended() == 130
        for mode in (b"\x1b[?1049", b"\x1b[?2004", b"\x1b[?25"):
            on, off = (b"l", b"h") if mode.endswith(b"25") else (b"h", b"l")
            assert run.received.rfind(mode + off) > run.received.rfind(mode + on)
        assert b"\x1b[?1003h" not in run.received


@pytest.mark.full
def test_the_default_is_sixteen_colours(environ: dict[str, str]) -> None:
    with terminal(SANDBOX, environ) as run:
        begin(run)
        run.press("ctrl+q")
        run.until("Quit? ")
        assert b"38;2;" not in run.received
        assert b"38;5;" not in run.received


@pytest.mark.full
def test_ascii_sends_nothing_else(environ: dict[str, str]) -> None:
    with terminal([*SANDBOX, "--ascii"], environ) as run:
        begin(run)
        assert run.received.isascii()


@pytest.mark.full
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 129), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.full)]
)
def test_a_signal_ends_the_wizard_and_keeps_the_draft(environ: dict[str, str], number: int, code: int) -> None:
    with terminal(SANDBOX, environ) as run:
        begin(run)
        run.press("tab")
        run.write("\x15acme.okta.com\r")
        run.until_step(2)
        run.kill(number)
        assert run.ended() == code
    assert "acme.okta.com" in next(Path(environ["XDG_STATE_HOME"]).rglob("drafts/*.json")).read_text()


@pytest.mark.full
def test_a_hang_up_in_a_creation_stores_the_keys(environ: dict[str, str]) -> None:
    with terminal(["--sandbox", "--sandbox-speed", "10"], environ) as run:
        datadog_to_store(run, "slow")
        run.until_step(5)
        confirm(run)
        run.until("now     Send the request")
        run.kill(signal.SIGHUP)
        assert run.ended() == 129
    (keys,) = Path(environ["XDG_DATA_HOME"]).rglob("datadog-slow.toml")
    assert "api_key" in keys.read_text()


@pytest.mark.full
def test_no_secret_is_drawn_or_left_anywhere_but_in_the_store(environ: dict[str, str], tmp_path: Path) -> None:
    """Every secret field is typed into, and the received token searched for, in all bytes, files and arguments."""
    token, password, answered = "00canary-parent-token-0", "Canary-Password-1", "canary-recovery-answer"
    with terminal(SANDBOX, environ) as run:
        begin(run)
        run.press("tab")
        run.write("\x15acme.okta.com\r")
        run.until_step(2)
        run.press("tab")
        run.write(token)
        run.press("ctrl+n")
        run.until_step(3)
        run.write("Canary Org")
        run.until("canary-org")
        run.press("ctrl+n")
        run.until_step(4)
        run.write(f"Ada\rLovelace\rada@example.com\r\r{password}\rWhich bird?\r{answered}")
        run.until("Which bird?")
        run.press("ctrl+n")
        finish(run)
        arguments = b"".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline"))
        assert run.ended() == 0
    (store,) = (tmp_path / "xdg_data_home").rglob("*.toml")
    received = tomllib.loads(store.read_text())["token"]
    others = [path for path in tmp_path.rglob("*") if path.is_file() and path != store]
    left = b"".join(path.read_bytes() for path in others)
    for secret in (token, password, answered, received):
        assert secret.encode() not in run.received + left + arguments
    assert others


def waits_with_keys_for_the_screen(run: Terminal) -> None:
    """Be in the wait for a new org whose keys go to the screen only."""
    datadog_to_store(run, "slow-ready")
    run.until_step(5)
    run.press("down", "down", "down")
    run.until("(•) This screen only")
    confirm(run)
    run.until("now     Test the new keys")


@pytest.mark.full
def test_who_leaves_while_keys_are_for_the_screen_only_is_shown_them_first(environ: dict[str, str]) -> None:
    with terminal(["--sandbox", "--sandbox-speed", "2"], environ) as run:
        waits_with_keys_for_the_screen(run)
        run.write("\x12")
        run.until("c41d")
        run.press("ctrl+q")
        run.until("Quit without the keys? They are not saved")
        run.press("tab", "enter")
        assert run.ended() == 6
    left_behind = run.received.rpartition(b"\x1b[?1049l")[2].decode()
    assert "The org was created but its readiness is not confirmed: slow-ready" in left_behind
    assert "c41d" not in left_behind


@pytest.mark.full
def test_keys_that_nobody_was_shown_are_in_a_private_file_after_a_signal(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with terminal(["--sandbox", "--sandbox-speed", "2"], environ) as run:
        waits_with_keys_for_the_screen(run)
        run.kill(signal.SIGTERM)
        assert run.ended() == 143
    left_behind = run.received.rpartition(b"\x1b[?1049l")[2].decode()
    (file,) = (tmp_path / "xdg_data_home").rglob("*.toml")
    assert file.read_text().count("c41d") == 2
    assert file.name in left_behind
    assert "c41d" not in left_behind

"""The whole wizard on a real pseudo-terminal, with the keyboard only."""

import os
import signal
import tomllib
from pathlib import Path

import pytest

from orgwizard.sandbox.scenarios import CREDENTIALS
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
    run.until("F1 help")


def finish(run: Terminal) -> None:
    """Go from the store to the end."""
    run.until_step(5)
    run.until("A private file         ✓ tested")
    run.press("ctrl+n")
    confirm(run)
    run.until("The org was created and is ready.")
    run.press("ctrl+q")


def confirm(run: Terminal) -> None:
    """Go from the review to the creation."""
    run.until_step(6)
    run.press("ctrl+n")
    run.until('type the word "create"')
    run.write("create")
    run.press("enter")


def at_the_review(environ: dict[str, str], name: str, store: str) -> list[str]:
    """Write a whole plan for Datadog, with which the wizard opens at the review; return the arguments for it."""
    plan = Path(environ["HOME"]) / "plan.toml"
    plan.write_text(
        f'provider = "datadog"\nsite = "datadoghq.com"\nstore = "{store}"\n[organization]\nname = "{name}"\n'
        "[credentials]\n" + "".join(f'{key} = {{ env = "{key}" }}\n' for key in ("api_key", "application_key"))
    )
    environ |= {key: CREDENTIALS[f"datadog.{key}"] for key in ("api_key", "application_key")}
    return ["--sandbox", "--plan", str(plan), "--sandbox-speed"]


@pytest.mark.full
def test_keys_that_are_typed_before_anything_is_painted_are_not_lost(environ: dict[str, str]) -> None:
    with terminal(SANDBOX, environ) as run:
        os.write(run.master, KEYS["ctrl+n"] + b"early.okta.com")
        run.until("Parent org URL")
        run.until("early.okta.com _")  # with the cursor behind it
        assert not any("acme" in line for line in run.screen.splitlines() if "Parent org URL" in line)


@pytest.mark.full
def test_the_default_is_sixteen_colours_and_nothing_of_the_terminal_stays_changed(environ: dict[str, str]) -> None:
    with terminal(SANDBOX, environ) as run:
        begin(run)
        run.press("ctrl+q")
        run.until("Quit? ")
        run.press("tab", "enter")
        assert run.ended() == 130
        assert b"38;2;" not in run.received
        assert b"38;5;" not in run.received
        for mode in (b"\x1b[?1049", b"\x1b[?2004", b"\x1b[?25"):
            on, off = (b"l", b"h") if mode.endswith(b"25") else (b"h", b"l")
            assert run.received.rfind(mode + off) > run.received.rfind(mode + on)
        assert b"\x1b[?1003h" not in run.received


@pytest.mark.full
def test_ascii_sends_nothing_else(environ: dict[str, str]) -> None:
    with terminal([*SANDBOX, "--ascii"], environ) as run:
        begin(run)
        assert run.received.isascii()


@pytest.mark.full
def test_a_signal_ends_the_wizard_and_keeps_the_draft(environ: dict[str, str]) -> None:
    with terminal(SANDBOX, environ) as run:
        begin(run)
        run.press("tab")
        run.write("\x15acme.okta.com\r")
        run.until_step(2)
        run.kill(signal.SIGTERM)
        assert run.ended() == 143
    assert "acme.okta.com" in next(Path(environ["XDG_STATE_HOME"]).rglob("drafts/*.json")).read_text()


@pytest.mark.full
def test_a_hang_up_in_a_creation_stores_the_keys(environ: dict[str, str]) -> None:
    with terminal([*at_the_review(environ, "slow", "file"), "10"], environ) as run:
        confirm(run)
        run.until("now     Send the request")
        run.kill(signal.SIGHUP)
        assert run.ended() == 129
    (keys,) = Path(environ["XDG_DATA_HOME"]).rglob("datadog-slow.toml")
    assert "api_key" in keys.read_text()


@pytest.mark.full
def test_an_org_from_the_first_key_to_the_profile_and_its_secrets_nowhere_but_in_the_store(
    environ: dict[str, str], tmp_path: Path
) -> None:
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
    with terminal(SANDBOX, environ) as again:
        again.until("connection as Canary Org")
        assert "acme.okta.com" in again.screen


def waits_with_keys_for_the_screen(run: Terminal) -> None:
    """Be in the wait for a new org whose keys go to the screen only."""
    confirm(run)
    run.until("now     Test the new keys")


@pytest.mark.full
def test_who_leaves_while_keys_are_for_the_screen_only_is_shown_them_first(environ: dict[str, str]) -> None:
    with terminal([*at_the_review(environ, "slow-ready", "screen"), "2"], environ) as run:
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
    with terminal([*at_the_review(environ, "slow-ready", "screen"), "2"], environ) as run:
        waits_with_keys_for_the_screen(run)
        run.kill(signal.SIGTERM)
        assert run.ended() == 143
    left_behind = run.received.rpartition(b"\x1b[?1049l")[2].decode()
    (file,) = (tmp_path / "xdg_data_home").rglob("*.toml")
    assert file.read_text().count("c41d") == 2
    assert file.name in left_behind
    assert "c41d" not in left_behind

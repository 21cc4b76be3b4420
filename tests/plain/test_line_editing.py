"""Lines edited on a real terminal: the keys of readline, what ends a prompt, and a log for the result."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plain.test_pty import SANDBOX, Talk, datadog
from tests.plain.test_pty import home as home
from tests.servers import ROOT, Home

BACK_TO_START, LEFT, END = "\x01", "\x1b[D", "\x05"  # Ctrl+A, the arrow, Ctrl+E


def drafted(home: Home) -> str:
    return next(home.home.rglob("drafts/*.json")).read_text()


@pytest.fixture
def talk(home: Home) -> Iterator[Talk]:
    with Talk(home, *SANDBOX) as talk:
        talk.answer("Next", "1")
        talk.answer("Provider: ", "okta")
        yield talk


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(f"acmeokta.com{LEFT * 8}.{END}", id="arrows"),
        pytest.param(f"cme.okta.com{BACK_TO_START}a", id="start", marks=pytest.mark.full),
    ],
)
def test_a_line_is_edited_where_the_cursor_is(talk: Talk, home: Home, keys: str) -> None:
    talk.answer("Parent org URL", keys)
    talk.answer("Connect with", ":quit")
    assert talk.ended() == 130
    assert talk.restored
    assert '"site": "acme.okta.com"' in drafted(home)
    assert not list(home.home.rglob("*history*"))


@pytest.mark.full
@pytest.mark.parametrize(("key", "number", "code"), [("\x03", 0, 130), ("\x04", 0, 130), ("", signal.SIGTERM, 143)])
def test_a_line_that_is_being_typed_ends_with_the_face(
    talk: Talk, home: Home, key: str, number: int, code: int
) -> None:
    talk.hear("Parent org URL")
    if number:
        talk.write("half")
        talk.hear("half")
        talk.kill(number)
    else:
        talk.write(key)
    assert talk.ended() == code
    assert talk.restored
    assert b"\x1b" not in talk.received
    assert '"provider": "okta"' in drafted(home)


@pytest.mark.full
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
def test_what_was_typed_is_there_again_after_a_suspension(talk: Talk, home: Home) -> None:
    talk.hear("Parent org URL")
    talk.write("acme.ok")
    talk.hear("acme.ok")
    talk.kill(signal.SIGSTOP)
    talk.kill(signal.SIGCONT)
    talk.hear("acme.ok")
    talk.write("ta.com\n")
    talk.answer("Connect with", ":quit")
    assert talk.ended() == 130
    assert '"site": "acme.okta.com"' in drafted(home)


LOGGED = """
import os, sys
for number in {closed}:
    os.dup2(os.open({path!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
from orgwizard.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.full
@pytest.mark.parametrize("closed", [(1,), (1, 2)], ids=["> log", "> log 2>&1"])
def test_questions_stay_on_the_terminal_and_the_result_goes_to_the_log(home: Home, closed: tuple[int, ...]) -> None:
    log = home.folder / "log"
    (home.folder / "logged.py").write_text(LOGGED.format(closed=closed, path=str(log)))
    home.program = ("logged",)
    home.environ["PYTHONPATH"] = f"{home.folder}:{ROOT}"
    with Talk(home, *SANDBOX) as talk:
        datadog(talk)
        assert talk.ended() == 0
    lines = log.read_text().splitlines()
    assert lines[0].startswith("The org was created and is ready: Plain Org")
    assert len(lines) < 8

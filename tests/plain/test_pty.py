"""The plain face on a real terminal: whole jobs with transcripts, no echo of secrets, signals, the choice of it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from orgwizard.domain.errors import Exit
from orgwizard.presentation.line_fitting import HANGING
from orgwizard.sandbox.scenarios import CREDENTIALS
from tests.servers import (
    CHILD_TOKEN,
    NO_TOOLS,
    OKTA_CREATED,
    PATIENCE_SECONDS,
    ROOT,
    Home,
    OktaServer,
    Peer,
    Server,
    json_answer,
    serving,
)
from tests.terminal import Line
from tests.tui.terminal import Terminal

HERE = Path(__file__).parent
SANDBOX = ("--plain", "--sandbox", "--sandbox-speed", "10")
WRITES = "ORGWIZARD_WRITES_TRANSCRIPTS"
# What differs from run to run.
VARIES = {
    r"/tmp/orgwizard-[a-z0-9_]{8}": "/tmp/orgwizard-12345678",
    r"\d{8}-\d{6}-[0-9a-f]{4}": "20261122-160419-3f9a",
    r"\b00o[A-Za-z0-9]{17}": "00o1a2b3c4d5e6f7g8h9",
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "00000000-0000-0000-0000-000000000000",
}
MOST_SENTENCES = 70  # lines as they are said: what is broken at the terminal's width goes on after a margin


class Talk(Line):
    """A conversation in lines: each answer is typed once its question has been asked in full."""

    _heard = 0

    def hear(self, words: str) -> None:
        """Wait until *words* were said after everything that was heard before."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self._news():
            assert self.read(), f"ended before {words!r}: {self._news()}"
            assert time.monotonic() < deadline, f"{words!r} was not said: {self._news()}"
        self._heard = len(self.received)

    def answer(self, question: str, *lines: str) -> None:
        """Wait for a question, and for its end, and type the answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.search(rf"{re.escape(question)}[^\n]*:\s$", self._news()):
            assert self.read(), f"ended before {question!r}: {self._news()}"
            assert time.monotonic() < deadline, f"{question!r} was not asked: {self._news()}"
        self._heard = len(self.received)
        for line in lines or ("",):
            self.write(f"{line}\n")

    def _news(self) -> str:
        """Return what was said since, with its lines joined."""
        text = self.received[self._heard :].decode()
        return re.sub(r"\r\n(?!$) *", " ", text).replace("\r\n", "\n")


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="orgwizard-", dir="/tmp"))
    yield Home(folder)
    shutil.rmtree(folder)


def steps_to_credentials(talk: Talk, provider: str) -> None:
    talk.answer("Next", "1")
    talk.answer("Provider: ", provider)
    talk.answer("Parent org URL" if provider == "1" else "Site, 1 to")


def finish(talk: Talk) -> None:
    """Go from the store to the end."""
    talk.answer("Store")
    talk.answer('Type "create"', "create")
    talk.answer("Next: 1. Create another org")


def administrator(talk: Talk, password: str = "", question: str = "", answer: str = "", more: str = "") -> None:
    for asked, typed in (("First name", "Ada"), ("Last name", "Lovelace"), ("E-mail", "ada@example.com")):
        talk.answer(asked, typed)
    talk.answer("Login")
    talk.answer("Password", password)
    talk.answer("Recovery question", question)
    if question:
        talk.answer("Recovery answer", answer)
    if more:
        talk.answer("More attributes", more)
    talk.answer("More attributes")


def okta_token(talk: Talk) -> None:
    steps_to_credentials(talk, "1")
    talk.answer("Connect with")
    talk.answer("API token")
    talk.answer("Save this connection", "yes")
    talk.answer("Name (required", "Plain Org")
    talk.answer("Subdomain")
    talk.answer("Website")
    administrator(talk, more="mobilePhone=+44 1")
    finish(talk)


def okta_service_app(talk: Talk) -> None:
    steps_to_credentials(talk, "1")
    talk.answer("Connect with", "3")
    talk.answer("Client ID", "0oasandboxserviceapp")
    key = json.dumps(json.loads(CREDENTIALS["okta.private_key"]), indent=1)
    talk.answer("Private key", *key.splitlines())
    talk.answer("Save this connection")
    talk.answer("Name (required", "Plain Org")
    talk.answer("Subdomain")
    talk.answer("Website")
    administrator(talk)
    finish(talk)


def datadog(talk: Talk) -> None:
    steps_to_credentials(talk, "2")
    talk.answer("Connect with")
    talk.answer("API key (")
    talk.answer("Application key")
    talk.answer("Save this connection")
    talk.answer("Name (required", "Plain Org")
    talk.answer("Press Enter to continue")
    finish(talk)


@pytest.mark.full
@pytest.mark.parametrize("walk", [okta_token, datadog, pytest.param(okta_service_app, marks=pytest.mark.full)])
def test_an_org_from_the_first_line_to_the_profile(home: Home, walk: object) -> None:
    with Talk(home, *SANDBOX) as talk:
        walk(talk)  # type: ignore[operator]
        assert talk.ended() == 0
        assert talk.restored
        said = talk.received
    assert b"\x1b" not in said
    assert b"\r" not in said.replace(b"\r\n", b"")
    assert not [s for name, s in CREDENTIALS.items() if s.encode() in said and name != "okta.client_id"]
    (record,) = home.home.rglob("attempts/*.jsonl")
    assert '"result": "ready"' in record.read_text()
    compare(HERE / f"{walk.__name__}.txt", said)  # type: ignore[attr-defined]


def compare(path: Path, said: bytes) -> None:
    """Hold what was said against the transcript beside this file; the variable WRITES makes it anew."""
    text = said.decode().replace("\r\n", "\n")
    for pattern, same in VARIES.items():
        text = re.sub(pattern, same, text)
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    if os.environ.get(WRITES):
        path.write_text(text)
    assert text == path.read_text(), f"set {WRITES}=1 to make it anew"
    assert len([line for line in text.splitlines() if not line.startswith(HANGING)]) <= MOST_SENTENCES


# ---- secrets ----


@pytest.mark.full
def test_no_secret_that_is_typed_is_ever_shown(home: Home) -> None:
    token, password, answer = "00canary-parent-token-0", "Canary-Password-1", "canary-recovery-answer"
    with Talk(home, *SANDBOX) as talk:
        steps_to_credentials(talk, "1")
        talk.answer("Connect with")
        talk.answer("API token", token)
        talk.answer("Save this connection")
        talk.answer("Name (required", "Canary Org")
        talk.answer("Subdomain")
        talk.answer("Website")
        administrator(talk, password, "Which bird?", answer)
        finish(talk)
        assert talk.ended() == 0
        said = talk.received
    files = b"".join(path.read_bytes() for path in home.home.rglob("*") if path.is_file())
    for secret in (token, password, answer):
        assert secret.encode() not in said + files
    assert b"Which bird?" in said


@pytest.mark.full
def test_lines_that_follow_a_pasted_secret_are_no_answers(home: Home) -> None:
    with Talk(home, *SANDBOX) as talk:
        steps_to_credentials(talk, "1")
        talk.answer("Connect with")
        talk.answer("API token", "00canary-token\nsecond-canary\nthird-canary")
        talk.hear("You entered several lines: only the first was used.")
        talk.answer("Save this connection", ":quit")
        assert talk.ended() == 130
        assert b"canary" not in talk.received


ECHOING = """
import sys, termios
def refuse(*_): raise termios.error(25, "not possible here")
termios.tcsetattr = refuse
from orgwizard.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.full
def test_where_the_echo_stays_no_secret_is_asked_for(home: Home) -> None:
    program = home.folder / "echoing.py"
    program.write_text(ECHOING)
    home.program = ("echoing",)
    home.environ["PYTHONPATH"] = f"{home.folder}:{HERE.parents[1]}"
    with Talk(home, *SANDBOX) as talk:
        steps_to_credentials(talk, "1")
        talk.answer("Connect with")
        talk.answer("API token, only Enter")
        talk.answer("Save this connection", ":quit")
        assert talk.ended() == 130
        assert b"This terminal always shows input" in talk.received


# ---- signals and the end of input ----


def at_the_token(talk: Talk) -> None:
    """Stand at the one prompt where the terminal is not as it was found."""
    steps_to_credentials(talk, "1")
    talk.answer("Connect with")
    talk.hear("API token (required, hidden while you type")


@pytest.mark.parametrize(
    ("key", "number", "code"),
    [
        ("\x03", 0, 130),
        ("", signal.SIGHUP, 129),
        ("", signal.SIGQUIT, 131),
        pytest.param("\x04", 0, 130, marks=pytest.mark.full),
    ],
)
def test_whatever_ends_a_prompt_keeps_the_draft_and_mends_the_terminal(
    home: Home, key: str, number: int, code: int
) -> None:
    with Talk(home, *SANDBOX) as talk:
        at_the_token(talk)
        echo = termios.tcgetattr(talk.slave)[3] & termios.ECHO
        assert not echo
        if number:
            talk.kill(number)
        else:
            talk.write(key)
        assert talk.ended() == code
        assert talk.restored
    assert "acme.okta.com" in next(home.home.rglob("drafts/*.json")).read_text()


@pytest.mark.full
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
def test_after_a_suspension_the_secret_is_still_not_shown(home: Home) -> None:
    with Talk(home, *SANDBOX) as talk:
        at_the_token(talk)
        talk.kill(signal.SIGSTOP)
        shown = termios.tcgetattr(talk.slave)
        shown[3] |= termios.ECHO  # as a shell sets it while the program rests
        termios.tcsetattr(talk.slave, termios.TCSANOW, shown)
        talk.kill(signal.SIGCONT)
        talk.answer("API token (required", "00canary-token")
        talk.answer("Save this connection", ":quit")
        assert talk.ended() == 130
        assert b"canary" not in talk.received


@contextmanager
def in_flight(home: Home, **changed: str) -> Iterator[tuple[Talk, Event, Server]]:
    """Go to where the request is on its way, and has no answer yet."""
    there, answer = Event(), Event()

    def held(peer: Peer) -> None:
        there.set()
        answer.wait(PATIENCE_SECONDS)
        peer.send(json_answer(201, OKTA_CREATED))

    with serving(OktaServer(held)) as server:
        plan = home.okta(server.url, **changed)
        try:
            with Talk(home, "--plain", "--plan", plan) as talk:
                talk.answer('Type "create"', "create")
                assert there.wait(PATIENCE_SECONDS)
                yield talk, answer, server
        finally:
            answer.set()


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_signal_lets_the_answer_be_stored(home: Home, number: signal.Signals) -> None:
    with in_flight(home) as (talk, answer, server):
        if number == signal.SIGINT:
            talk.write("\x03")
            talk.hear("Quitting once the response is stored.")
        else:
            talk.kill(number)
        answer.set()
        # Ctrl+C ends the wait, and the org is there; after a hang-up nobody reads how it ended.
        assert talk.ended() == (Exit.ATTENTION if number == signal.SIGINT else 128 + number)
        assert talk.restored
        assert b"\x1b" not in talk.received
        assert [path.parent.name for path in home.holding(CHILD_TOKEN)] == ["keys"]
        assert len(server.asked("POST", OktaServer.create_path)) == 1


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_keys_of_the_screen_are_shown_or_saved_after_a_signal(home: Home, number: signal.Signals) -> None:
    with in_flight(home, store='"screen"') as (talk, answer, _):
        talk.kill(number)
        if number == signal.SIGHUP:  # with the others, the end is waited for and told as ever
            talk.hear("Quitting once the response is stored.")
        answer.set()
        assert talk.ended() == 128 + number
        kept = [path.read_text() for path in (home.folder / "home/data/orgwizard/keys").glob("*.toml")]
        # Nobody is there after a hang-up, whatever the terminal takes.
        places = [CHILD_TOKEN.encode() in talk.received, any(CHILD_TOKEN in text for text in kept)]
        assert places == ([False, True] if number == signal.SIGHUP else [True, False])
        assert b"Cancelled" not in talk.received


@pytest.mark.full
def test_a_closed_terminal_lets_the_answer_be_stored(home: Home) -> None:
    with in_flight(home) as (talk, answer, server):
        talk.hang_up()
        answer.set()
        assert talk.ended_unread() == 128 + signal.SIGHUP
        assert [path.parent.name for path in home.holding(CHILD_TOKEN)] == ["keys"]
        assert len(server.asked("POST", OktaServer.create_path)) == 1


# ---- the choice of it ----


@pytest.mark.parametrize(
    ("changed", "size", "why"),
    [
        ({"TERM": "dumb"}, (80, 24), "TERM is dumb, unknown or not set"),
        pytest.param({"TERM": ""}, (80, 24), "TERM is dumb, unknown or not set", marks=pytest.mark.full),
        pytest.param({"ACCESSIBLE": "1"}, (80, 24), "the variable ACCESSIBLE is set", marks=pytest.mark.full),
        ({}, (59, 24), "smaller than 60 columns"),
        pytest.param({}, (80, 17), "smaller than 60 columns", marks=pytest.mark.full),
    ],
)
def test_plain_lines_are_chosen_by_themselves(
    home: Home, changed: dict[str, str], size: tuple[int, int], why: str
) -> None:
    environ = {"PATH": NO_TOOLS, "PYTHONPATH": str(HERE.parents[1]), "TERM": "xterm", **home.environ}
    run = Terminal(["--sandbox"], {**environ, **changed}, size)
    try:
        while b"Next" not in run.received:
            assert run.read(), run.received
        run.write("\x04")
        assert run.ended() == 130
        said = " ".join(run.received.decode().split())
        assert said.startswith("Plain mode, because ")
        assert why in said
        assert "\x1b" not in said
    finally:
        run.close()


@pytest.mark.full
@pytest.mark.parametrize("argv", [("--ascii",), pytest.param((), marks=pytest.mark.full)])
def test_nothing_above_ascii_is_said_where_it_must_not(home: Home, argv: tuple[str, ...]) -> None:
    if not argv:
        home.environ["LC_ALL"] = "C"  # whose encoding is not UTF-8
    with Talk(home, *SANDBOX, *argv) as talk:
        steps_to_credentials(talk, "2")
        talk.answer("Connect with")
        talk.answer("API key (")
        talk.answer("Application key")
        talk.answer("Save this connection")
        talk.answer("Name (required", "Plain Org")
        talk.answer("Press Enter to continue")
        talk.answer("Store", ":quit")
        assert talk.ended() == 130
        assert talk.received.isascii()


@pytest.mark.full
def test_it_imports_no_screen() -> None:
    code = "import sys, orgwizard.ui.plain.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"textual", "rich", "httpx", "readline", "curses"} & set(done.stdout.split())

"""The wizard on a real terminal, with its request in flight: hang-up, signals, a line that is dead or stalls."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from tests.servers import (
    CHILD_TOKEN,
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
from tests.tui.terminal import terminal

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
REVIEW = 6  # at which a whole plan opens
IN_FLIGHT_SECONDS = 1.5
WINDOWS = 4
IDLE_SHARE = 0.5  # of a processor; a busy loop takes all of one


@dataclass
class Flight:
    """A wizard whose create request the service has, and has not answered yet."""

    terminal: Line
    home: Home
    server: Server
    answer: Event = field(default_factory=Event)

    def idle(self) -> bool:
        """Return whether the program comes to hardly work for a while, once it has dealt with what happened."""
        return any(self._rests() for _ in range(WINDOWS))

    def _rests(self) -> bool:
        used, since = self.terminal.processor_seconds(), time.monotonic()
        time.sleep(IN_FLIGHT_SECONDS)
        return self.terminal.processor_seconds() - used < IDLE_SHARE * (time.monotonic() - since)

    def stored(self) -> bool:
        """Return whether the token is in a file of the store and nowhere else, after one request."""
        places = [path.parent.name for path in self.home.holding(CHILD_TOKEN)]
        return places == ["keys"] and len(self.server.asked("POST", OktaServer.create_path)) == 1


@contextmanager
def in_flight(folder: Path) -> Iterator[Flight]:
    """Walk the wizard through its steps until the request is on its way."""
    there, answer = Event(), Event()

    def held(peer: Peer) -> None:
        there.set()
        answer.wait(PATIENCE_SECONDS)
        peer.send(json_answer(201, OKTA_CREATED))

    home = Home(folder)
    with serving(OktaServer(held)) as server:
        plan = home.okta(server.url)
        try:
            with Line(home, "--plan", plan) as terminal:
                create(terminal)
                assert there.wait(PATIENCE_SECONDS)
                yield Flight(terminal, home, server, answer)
        finally:
            answer.set()


def create(terminal: Line) -> None:
    """Create what the review shows."""
    terminal.until_step(REVIEW)
    terminal.until("Keys go to")
    terminal.press("ctrl+n")
    terminal.until("type the word")
    terminal.write("create\r")


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGHUP])
def test_a_signal_lets_the_answer_be_stored(tmp_path: Path, number: signal.Signals) -> None:
    with in_flight(tmp_path) as flight:
        flight.terminal.kill(number)
        assert flight.idle()
        flight.answer.set()
        assert flight.terminal.ended() == 128 + number
        assert flight.stored()
        assert flight.terminal.restored
        assert b"\x1b[?1049l" in flight.terminal.received
        assert flight.terminal.left_behind() == []


@pytest.mark.full
def test_a_closed_terminal_lets_the_answer_be_stored(tmp_path: Path) -> None:
    with in_flight(tmp_path) as flight:
        flight.terminal.hang_up()
        assert flight.idle()
        flight.answer.set()
        assert flight.terminal.ended_unread() == 128 + signal.SIGHUP
        assert flight.stored()
        assert flight.terminal.left_behind() == []


@pytest.mark.full
def test_a_stalled_terminal_lets_the_answer_be_stored_and_does_not_keep_it_from_ending(tmp_path: Path) -> None:
    """Nobody reads any more: the program's output is stuck, and Textual with it."""
    with in_flight(tmp_path) as flight:
        flight.terminal.stall()
        flight.terminal.kill(signal.SIGTERM)
        assert flight.idle()
        flight.answer.set()
        assert flight.terminal.ended_unread() == 128 + signal.SIGTERM
        assert flight.stored()
        assert flight.terminal.restored
        assert flight.terminal.left_behind() == []


@pytest.mark.parametrize("face", [(), ("--plain",)], ids=["drawn", "plain"])
def test_a_terminal_that_goes_without_a_signal_ends_the_program(tmp_path: Path, face: tuple[str, ...]) -> None:
    with terminal(["--sandbox", *face], {**Home(tmp_path).environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}) as run:
        run.until("Create a new org")
        run.hang_up()
        assert run.ended_unread() in (
            128 + signal.SIGHUP,
            *([130] if face else []),
        )  # plain lines may see their end first

"""Seconds and bytes as a user meets them: programs on a pseudo-terminal of 80x24.

Bytes are stamped as they arrive; the emulator that reads the screen is fed only afterwards.
"""

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orgwizard.presentation.wizard.step_order import SHORT_TITLES
from orgwizard.ui.tui.terminal.diff_driver import SWITCH
from tests.benchmarks.form import READY
from tests.servers import ROOT, OktaServer
from tests.tui.emulator import Emulator

PATIENCE_SECONDS = 60.0
QUIET_SECONDS = 0.15
LONG_QUIET_SECONDS = 0.6
LATENCY_SECONDS = 0.075  # of the simulated line, each way
LINE_BYTES_PER_SECOND = 4000.0
TYPED = "acme-parent.okta.com"
PLAN = """
provider = "okta"
site = "https://acme.okta.com"
store = "file"
[credentials]
method = "api-token"
token = { env = "OKTA_CLIENT_TOKEN" }
[organization]
name = "My Child Org"
subdomain = "my-child-org"
[administrator]
first_name = "Ada"
last_name = "Lovelace"
email = "ada@example.com"
"""
NEXT = b"\x0e"
BACK = b"\x1b"
ORGANIZATION, REVIEW = 3, 6  # steps
COUNTDOWN = "First test in"


@dataclass(frozen=True)
class Program:
    """What is run, and what its first screen says at its end."""

    name: str
    module: tuple[str, ...]
    environ: Mapping[str, str]
    ready: str = READY


BARE = Program("bare form", ("tests.benchmarks.form",), {})
OURS = Program("wizard", ("orgwizard",), {})
TEXTUALS = Program("on Textual's driver", ("orgwizard",), {SWITCH: "textual"})
PROGRAMS = (OURS, TEXTUALS, BARE)


@dataclass(frozen=True)
class Piece:
    """Bytes that arrived together."""

    at: float
    data: bytes


class Terminal:
    """One run of a program on a terminal that nobody draws."""

    def __init__(self, program: Program, folder: Path, *arguments: str) -> None:
        self.pieces: list[Piece] = []
        self._screen, self._drawn = Emulator(80, 24), 0
        self.started = time.perf_counter()
        self._master, end = os.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environ = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
        environ |= {"HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        environ |= {"PATH": os.environ["PATH"], "OKTA_CLIENT_TOKEN": OktaServer.parent_token, **program.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", *program.module, *arguments],
            stdin=end,
            stdout=end,
            stderr=end,
            env=environ,
            cwd=folder,
            start_new_session=True,
        )
        os.close(end)

    def read(self, seconds: float) -> bool:
        """Take what arrives within a time; false where nothing did."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        data = os.read(self._master, 65536)
        self.pieces.append(Piece(time.perf_counter(), data))
        return True

    def until(self, words: str) -> None:
        """Wait until the screen says *words*."""
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while words not in self._shown():
            self.read(QUIET_SECONDS)
            assert time.perf_counter() < deadline, f"{words!r} did not come:\n{self._shown()}"

    def _shown(self) -> str:
        for piece in self.pieces[self._drawn :]:
            self._screen.feed(piece.data.decode(errors="ignore"))
        self._drawn = len(self.pieces)
        return "\n".join(self._screen.display)

    def settle(self, quiet: float = QUIET_SECONDS) -> None:
        """Wait until nothing more comes."""
        while self.read(quiet):
            pass

    def press(self, keys: bytes, quiet: float = QUIET_SECONDS) -> tuple[float, list[Piece]]:
        """Press keys and return when that was, and what came until the program was quiet."""
        self.settle(0)
        before, at = len(self.pieces), time.perf_counter()
        os.write(self._master, keys)
        while not self.read(LONG_QUIET_SECONDS) and time.perf_counter() < at + PATIENCE_SECONDS:
            pass
        self.settle(quiet)
        return at, self.pieces[before:]

    def peak_kilobytes(self) -> int:
        """Return the most memory that the program had."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0])

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)


@contextlib.contextmanager
def running(program: Program, *arguments: str) -> Iterator[Terminal]:
    """Run a program in a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plan.toml").write_text(PLAN)
        run = Terminal(program, Path(folder), *arguments)
        try:
            yield run
        finally:
            run.close()


def size(pieces: list[Piece]) -> int:
    """Return how many bytes came."""
    return sum(len(piece.data) for piece in pieces)


@dataclass(frozen=True)
class Start:
    """One start: seconds to the first step, bytes until it was quiet, seconds per key, memory."""

    seconds: float
    bytes: int
    key_seconds: list[float]
    kilobytes: int


def start(program: Program) -> Start:
    """Start a program, type into it, and look at what that took."""
    with running(program) as run:
        run.until(program.ready)
        run.settle(0.02)
        seconds = run.pieces[-1].at - run.started
        run.settle(LONG_QUIET_SECONDS)
        sent = size(run.pieces)
        if program is not BARE:
            run.press(b"\t")
        keys = [run.press(character.encode()) for character in TYPED]
        return Start(seconds, sent, [pieces[0].at - at for at, pieces in keys], run.peak_kilobytes())


@dataclass(frozen=True)
class Walk:
    """Bytes per second while nothing happens and during the countdown; seconds of a Next on a slow line; memory."""

    idle: float
    countdown: float
    next_seconds: float
    kilobytes: int


def walk(program: Program, seconds: float = 4.0) -> Walk:
    """Take an order from a plan to the countdown."""
    with running(program, "--sandbox", "--plan", "plan.toml") as run:
        for step in reversed(SHORT_TITLES[:REVIEW]):  # a whole plan opens at the review
            run.until(f"▸ {step}")
            run.settle(LONG_QUIET_SECONDS)
            if step != SHORT_TITLES[0]:
                run.press(BACK, LONG_QUIET_SECONDS)
        idle = min(_bytes_per_second(run, seconds / 2) for _ in range(2))  # not what a busy machine paints late
        next_seconds = 0.0
        for number in range(1, REVIEW):
            at, pieces = run.press(NEXT, LONG_QUIET_SECONDS)
            run.until(f"▸ {SHORT_TITLES[number]}")
            if number == ORGANIZATION:
                next_seconds = over_the_line(at, pieces)
        run.press(NEXT)
        run.press(b"create\r", 0)
        run.until(COUNTDOWN)
        return Walk(idle, _bytes_per_second(run, seconds), next_seconds, run.peak_kilobytes())


def _bytes_per_second(run: Terminal, seconds: float) -> float:
    before, until = len(run.pieces), time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        run.read(left)
    return size(run.pieces[before:]) / seconds


def over_the_line(at: float, pieces: list[Piece]) -> float:
    """Return the seconds from a key to the last byte on a slow line: the key's way, the bytes in turn, their way."""
    free = at + LATENCY_SECONDS
    for piece in pieces:
        free = max(free, piece.at + LATENCY_SECONDS) + len(piece.data) / LINE_BYTES_PER_SECOND
    return free + LATENCY_SECONDS - at


def command_seconds(*arguments: str) -> float:
    """Return how long a command takes, the best of some runs."""
    best = PATIENCE_SECONDS
    for _ in range(5):
        before = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
        best = min(best, time.perf_counter() - before)
    return best


def imports_textual(option: str) -> bool:
    """Return whether the program imports Textual to answer an option."""
    command = [sys.executable, "-X", "importtime", "-m", "orgwizard", option]
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return "textual" in ended.stderr

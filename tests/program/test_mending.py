"""A terminal that a killed wizard left behind is mended by a command."""

import os
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.servers import Home
from tests.terminal import Line

ECHOING = termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Line]:
    """The terminal of a wizard that was killed outright."""
    with Line(Home(tmp_path), "--sandbox") as line:
        line.until("Create a new org")
        line.kill(signal.SIGKILL)
        line.ended_unread()
        yield line


def reset(line: Line) -> int:
    command = [sys.executable, "-m", "orgwizard", "reset-terminal"]
    return subprocess.run(command, stdin=line.slave, stdout=line.slave, stderr=line.slave, check=False).returncode


def test_a_killed_wizard_leaves_a_terminal_that_the_command_mends(killed: Line) -> None:
    assert not termios.tcgetattr(killed.slave)[3] & termios.ECHO
    assert reset(killed) == 0
    settings = termios.tcgetattr(killed.slave)
    assert settings[3] & ECHOING == ECHOING
    assert settings[0] & termios.ICRNL
    assert settings[1] & termios.OPOST
    assert os.get_blocking(killed.slave)
    killed.read()
    end = killed.received[-120:]
    assert all(mode in end for mode in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[0m"))


@pytest.mark.full
def test_what_is_typed_after_it_is_seen(killed: Line) -> None:
    assert reset(killed) == 0
    killed.read()
    os.write(killed.slave, b"$ ")
    killed.write("ls\n")
    seen = pyte.Screen(80, 24)
    while b"ls" not in killed.received[-20:]:
        killed.read()
    pyte.ByteStream(seen).feed(killed.received[-20:])
    assert "$ ls" in "".join(seen.display)


def test_without_a_terminal_it_says_so() -> None:
    command = [sys.executable, "-m", "orgwizard", "reset-terminal"]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Nothing was restored." in ended.stderr

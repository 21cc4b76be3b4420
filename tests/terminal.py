"""A terminal that can drop, stall and be looked at: the wizard's own, as the one that controls its session."""

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Self

import pyte

from tests.servers import NO_TOOLS, PATIENCE_SECONDS, ROOT, Home
from tests.tui.terminal import Terminal

COLUMNS, LINES = 80, 24
REDRAW = "\x0c"  # ctrl+l
# What becomes of a program at login: a session of its own, with the terminal as the one that controls it.
LOGIN = "import os, sys; os.login_tty(int(sys.argv[1])); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"


class Line(Terminal):
    """A program logged in on a terminal of its own, whose other end stays open here to be looked at."""

    def __init__(self, home: Home, *argv: str) -> None:
        self.emulated = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.emulated)
        self.received = b""
        self._shown = (0, "")
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._before = termios.tcgetattr(self.slave)
        environ = {"PATH": NO_TOOLS, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **home.environ}
        command = [sys.executable, "-c", LOGIN, str(self.slave), "-m", *home.program, *argv]
        self._process = subprocess.Popen(command, env=environ, cwd=home.folder, pass_fds=(self.slave,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self.hang_up()
        os.close(self.slave)

    def hang_up(self) -> None:
        """Close the terminal, as a line that drops does."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def stall(self) -> None:
        """Ask for one drawing after the other and read none of them, until no more fit in."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while select.select([], [self.slave], [], 0)[1]:
            self.write(REDRAW)
            time.sleep(0.02)
            assert time.monotonic() < deadline, "the terminal takes everything"

    def ended_unread(self) -> int:
        """Return the exit code of a program that nobody reads from any more."""
        return self._process.wait(PATIENCE_SECONDS)

    def ended(self) -> int:
        """Return the exit code, having read everything; the other end stays open, so that no end of it is seen."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._process.poll() is None:
            self.read()
            assert time.monotonic() < deadline, f"it did not end:\n{self.screen}"
        self.read()
        return self.ended_unread()

    def left_behind(self) -> list[str]:
        """Return the processes of the program's session that live on."""
        return [path.name for path in Path("/proc").glob("[0-9]*") if _session(path) == self._process.pid]

    def processor_seconds(self) -> float:
        """Return the processor time used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def restored(self) -> bool:
        """Return whether the terminal's settings are those from before."""
        return termios.tcgetattr(self.slave) == self._before


def _session(process: Path) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    return 0

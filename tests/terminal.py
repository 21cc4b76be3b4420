"""The wizard on a real pseudo-terminal: what it draws, what it is typed, and what it leaves behind."""

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte

from tests.servers import ROOT, Home

PATIENCE_SECONDS = 60.0
COLUMNS, LINES = 80, 24
REDRAW = "\x0c"  # ctrl+l
# What becomes of a program at login: a session of its own, with the terminal as the one that controls it.
LOGIN = "import os, sys; os.login_tty(int(sys.argv[1])); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"


class Terminal:
    """A program on a terminal of its own; `screen` is what a person would see."""

    def __init__(self, home: Home, *argv: str) -> None:
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self.drawn = b""
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **home.environ}
        command = [sys.executable, "-c", LOGIN, str(self.slave), "-m", *home.program, *argv]
        self.program = subprocess.Popen(
            command, env={**environ, "TEXTUAL_ANIMATIONS": "none"}, cwd=home.folder, pass_fds=(self.slave,)
        )

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.program.kill()
        self.program.wait()
        self.hang_up()
        os.close(self.slave)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def look(self, seconds: float = 0.05) -> None:
        """Take in what is drawn, for a moment."""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                return
            self.drawn += data
            self._stream.feed(data)

    def until(self, true: Callable[[], Any], words: str = "") -> None:
        """Go on looking until something is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not true():
            self.look()
            assert time.monotonic() < deadline, f"{words}\n{self.text}"

    def expect(self, words: str) -> None:
        self.until(lambda: words in self.text, words)

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def stall(self) -> None:
        """Ask for one drawing after the other and read none of them, until no more fit in."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while select.select([], [self.slave], [], 0)[1]:
            self.type(REDRAW)
            time.sleep(0.02)
            assert time.monotonic() < deadline, "the terminal takes everything"

    def hang_up(self) -> None:
        """Close the terminal, as a line that drops does."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def ended(self) -> int:
        """Return the exit code; whatever is drawn meanwhile is taken in."""
        if self.master >= 0:
            self.until(lambda: self.program.poll() is not None, "it does not end")
            self.look()
        return self.program.wait(PATIENCE_SECONDS)

    def left_behind(self) -> list[str]:
        """Return the processes of the program's session that live on."""
        return [path.name for path in Path("/proc").glob("[0-9]*") if _session(path) == self.program.pid]

    def processor_seconds(self) -> float:
        """Return the processor time used so far."""
        fields = Path(f"/proc/{self.program.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def restored(self) -> bool:
        """Return whether the terminal's settings are those from before."""
        return termios.tcgetattr(self.slave) == self.before


def _session(process: Path) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    return 0

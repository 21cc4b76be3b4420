"""Other people's programs, which may hang: run with a time limit, and without our credentials."""

import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import IO, TypeVar

from orgwizard.domain.errors import LocalFailure
from orgwizard.domain.text.sanitize import printable

T = TypeVar("T")

PATIENCE_SECONDS = 30.0  # enough to type a pass phrase into a prompt
OUTPUT_BYTES = 64 * 1024

_DRAIN_SECONDS = 1.0
_LINE_CHARACTERS = 200
_WHOLE_LINES = 6  # of a complaint that is repeated whole
_FIRST_BYTES = 4 * _LINE_CHARACTERS  # of what is kept of a long output
_CREDENTIAL = re.compile(r".*(TOKEN|KEY|SECRET|PASSWORD)", re.IGNORECASE)


@dataclass(frozen=True)
class Ended:
    """How a program ended: exit code (negative: the signal), what it printed, and what it said on stderr, shortened.

    `unread` tells that it did not read all that it was given: a secret on its standard input is stored nowhere then.
    """

    code: int
    output: bytes = field(repr=False)
    complaint: str
    unread: bool = False

    @property
    def failed(self) -> bool:
        """Return whether it cannot have done what it was given something for."""
        return bool(self.code) or self.unread

    @property
    def words(self) -> str:
        """Return the exit code and the complaint as a phrase for a person."""
        if self.unread and not self.code:
            return "ended without reading all of its standard input"
        end = f"exit code {self.code}" if self.code >= 0 else f"signal {-self.code}"
        complaint = self.complaint.rstrip(". ")  # what follows it in a sentence is a full stop
        return f"ended with {end}: {complaint}" if complaint else f"ended with {end}"


def run(argv: Sequence[str], given: bytes = b"", *, seconds: float, without: Collection[str] = ()) -> Ended:
    """Run a program without a shell, *given* on its standard input, for at most *seconds*.

    It has a session of its own (no terminal to ask on) and an environment without credentials and without
    the variables in *without*. Raises `LocalFailure` where it cannot be started, takes too long or prints too much.
    """
    with _Input(given) as stdin:
        program = _started(argv, _environment(os.environ, without), stdin.end)
        return _ended(program, argv[0], stdin, seconds)


class _Input:
    """The pipe to a program's standard input, open on this side until the program ends: what is in it is unread."""

    def __init__(self, given: bytes) -> None:
        self._given = given
        self.end, self._ours = os.pipe()

    def __enter__(self) -> "_Input":
        self._feeder = Thread(target=self._feed, daemon=True)
        self._feeder.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.end)  # which ends a feeder that nobody reads from

    def is_unread(self) -> bool:
        """Return whether the program, which has ended, left something of it."""
        self._feeder.join(_DRAIN_SECONDS)
        (waiting,) = struct.unpack("i", fcntl.ioctl(self.end, termios.FIONREAD, bytes(4)))
        return self._feeder.is_alive() or waiting > 0

    def _feed(self) -> None:
        with suppress(OSError), os.fdopen(self._ours, "wb") as stream:
            stream.write(self._given)


def _ended(program: subprocess.Popen[bytes], name: str, stdin: _Input, seconds: float) -> Ended:
    """Wait for the program, reading what it prints; raises `LocalFailure` as `run` does."""
    output, complaints = bytearray(), bytearray()
    helpers = [
        Thread(target=_drain, args=(program.stdout, output, lambda: _kill(program)), daemon=True),
        Thread(target=_drain, args=(program.stderr, complaints, lambda: None), daemon=True),
    ]
    for helper in helpers:
        helper.start()
    code = _waited(program, name, seconds)
    unread = stdin.is_unread()
    for helper in helpers:  # not for ever: a daemon that the program left behind may keep the pipes open
        helper.join(_DRAIN_SECONDS)
    if len(output) > OUTPUT_BYTES:
        raise LocalFailure(f"The command {name} printed more than {OUTPUT_BYTES} bytes.", "Is it the right command?")
    return Ended(code, bytes(output), _complaint(bytes(complaints)), unread)


def _environment(ours: Mapping[str, str], without: Collection[str]) -> dict[str, str]:
    """Return our environment less everything that is, or was named as, a credential."""
    from orgwizard.providers import PROVIDERS

    # Under these names the vendors' tools look for credentials: no child process needs ours.
    prefixes = tuple(prefix for provider in PROVIDERS for prefix in provider.env_prefixes if prefix)
    theirs = (name for name in ours if name.upper().startswith(prefixes) and _CREDENTIAL.fullmatch(name))
    hidden = {*without, *theirs}
    return {name: value for name, value in ours.items() if name not in hidden}


def _started(argv: Sequence[str], environment: Mapping[str, str], stdin: int) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own; raises `LocalFailure`."""
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(  # noqa: S603 - the user's own command, and no shell
            argv, stdin=stdin, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
        )
    except (FileNotFoundError, PermissionError):  # either, if a folder on the search path is closed to us
        reason, advice = "was not found, or is not executable", "Install it, or write its full path."
    except (OSError, ValueError) as error:
        words = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "bad argument"
        reason, advice = f"could not be started: {words}", "Try it in a shell first."
    raise LocalFailure(f"The command {argv[0]} {reason}.", advice)


def _waited(program: subprocess.Popen[bytes], name: str, seconds: float) -> int:
    """Wait for the program and return its exit code; at the time limit its whole process group is killed."""
    try:
        return program.wait(seconds)
    except BaseException as error:
        _kill(program)
        program.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
    raise LocalFailure(
        f"The command {name} took longer than {seconds:g} seconds and was stopped.",
        "It may have been waiting for input: try it in a shell first.",
    )


def _kill(program: subprocess.Popen[bytes]) -> None:
    """Kill the program's whole process group; what has ended already stays so."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(program.pid, signal.SIGKILL)


def _drain(stream: IO[bytes], kept: bytearray, too_much: Callable[[], None]) -> None:
    """Read to the end, keeping the first bytes and the last: one more than is allowed, then *too_much* is called."""
    with stream:
        while chunk := os.read(stream.fileno(), OUTPUT_BYTES):
            kept += chunk
            if len(kept) > OUTPUT_BYTES:
                too_much()
            surplus = max(0, len(kept) - OUTPUT_BYTES - 1)
            del kept[_FIRST_BYTES : _FIRST_BYTES + surplus]


def _complaint(stderr: bytes) -> str:
    """Return a short complaint whole: the remedy may stand on any of its lines.

    Of a long one, return the first line, which mostly names the cause, and the last, which mostly says what came of it.
    """
    lines = [printable(line).strip() for line in stderr.decode(errors="replace").splitlines()]
    said = [line for line in lines if line]
    if len(said) > _WHOLE_LINES or any(len(line) > _LINE_CHARACTERS for line in said[1:-1]):
        first, last = said[0][:_LINE_CHARACTERS], said[-1][:_LINE_CHARACTERS]
        return first if first == last else f"{first.rstrip('.;')} ... {last}"
    return _joined([line[:_LINE_CHARACTERS] for line in dict.fromkeys(said)])


def _joined(lines: Sequence[str]) -> str:
    """Return lines as one; after one that announces the next, such as a command, nothing comes between them."""
    begun = [line if line.endswith((":", ",")) else f"{line.rstrip('.;')};" for line in lines[:-1]]
    return " ".join((*begun, *lines[-1:]))

"""Writing to stdout, which carries results only, and stderr: streams that may be closed, full or unread."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO

from orgwizard.domain.text.sanitize import printable


def write_stdout(text: str) -> bool:
    """Print to stdout, which carries results only; return whether it took them: a closed one is no failure."""
    return _write(text, "stdout")


def write_json(members: Mapping[str, object], *, as_line: bool = False) -> bool:
    """Print an object of `--json`, as one line where several follow each other; return whether stdout took it."""
    return write_stdout(json_line(members) if as_line else json.dumps(members, indent=2))


def json_line(members: Mapping[str, object]) -> str:
    """Return the object of one row as a line: several follow each other."""
    return json.dumps(members)


def write_stderr(text: str, end: str = "\n") -> bool:
    """Print to stderr; return whether it took it: a closed one is no failure."""
    return _write(text, "stderr", end)


def write_exactly(text: str, name: str = "stdout") -> bool:
    """Print *text* as UTF-8, every character of it and no line end more; return whether the stream took it."""
    stream: TextIO | None = getattr(sys, name)
    if stream is None:
        return False
    try:
        stream.flush()
        stream.buffer.write(text.encode())
        stream.buffer.flush()
        return True
    except (OSError, ValueError):
        _close(stream, name)
        return False


def _write(text: str, name: str, end: str = "\n") -> bool:
    """Print to a stream that may be closed, or be found to be: Python then has nothing to flush into it at the end.

    Whatever a service has said, nothing that drives a terminal is printed; what the stream cannot encode is "?".
    """
    stream: TextIO | None = getattr(sys, name)
    if stream is None:
        return False
    try:
        clean, encoding = "\n".join(map(printable, text.split("\n"))), stream.encoding or "utf-8"
        print(clean.encode(encoding, "replace").decode(encoding), end=end, file=stream, flush=True)
        return True
    except (OSError, ValueError):
        _close(stream, name)
        return False


def _close(stream: TextIO, name: str) -> None:
    """Let a stream go that takes nothing: Python would try to flush it at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    setattr(sys, name, None)


def flush() -> None:
    """Let go of what a terminal that is gone did not take: Python would end with a code of its own."""
    for name in ("stdout", "stderr"):
        _write("", name, end="")

"""Which face suits the terminal, and that there must be one."""

import io
import os
import sys

import pytest

from orgwizard.errors import Unusable
from orgwizard.faces import need_terminal, plain_because


def test_without_a_terminal_the_command_to_use_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stdin__", io.StringIO())
    with pytest.raises(Unusable) as told:
        need_terminal()
    assert "orgwizard create --plan FILE" in told.value.advice


def test_a_terminal_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    master, terminal = os.openpty()
    with os.fdopen(terminal, "r+b", buffering=0) as raw, io.TextIOWrapper(raw) as stream:
        monkeypatch.setattr(sys, "__stdin__", stream)
        monkeypatch.setattr(sys, "__stderr__", stream)
        need_terminal()
    os.close(master)


@pytest.mark.parametrize(
    ("environ", "size", "words"),
    [
        ({"TERM": "xterm"}, (80, 24), ""),
        ({"TERM": "xterm", "ACCESSIBLE": ""}, (60, 18), ""),
        ({"TERM": "vt100"}, (0, 0), ""),  # a serial line does not know its size
        ({"TERM": "xterm", "ACCESSIBLE": "1"}, (80, 24), "ACCESSIBLE"),
        ({}, (80, 24), "TERM"),
        ({"TERM": "dumb"}, (80, 24), "TERM"),
        ({"TERM": "unknown"}, (80, 24), "TERM"),
        ({"TERM": "xterm"}, (59, 24), "smaller than 60 columns and 18 rows"),
        ({"TERM": "xterm"}, (80, 17), "smaller than 60 columns and 18 rows"),
    ],
)
def test_plain_lines_are_chosen_where_nothing_can_be_drawn(
    environ: dict[str, str], size: tuple[int, int], words: str
) -> None:
    because = plain_because(environ, size)
    assert words in because
    assert bool(words) == bool(because)

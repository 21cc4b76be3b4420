"""Which face suits the terminal, and that there must be one."""

import io
import os
import sys
from types import SimpleNamespace

import pytest

from orgwizard.domain.errors import BadInput, LocalFailure
from orgwizard.system import terminal_caps
from orgwizard.system.terminal_caps import need_terminal, plain_because


def test_without_a_terminal_the_command_to_use_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stdin__", io.StringIO())
    with pytest.raises(LocalFailure) as told:
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
        ({"TERM": "xterm"}, (59, 24), "smaller than 60 columns by 18 rows"),
        ({"TERM": "xterm"}, (80, 17), "smaller than 60 columns by 18 rows"),
    ],
)
def test_plain_lines_are_chosen_where_nothing_can_be_drawn(
    environ: dict[str, str], size: tuple[int, int], words: str
) -> None:
    because = plain_because(environ, size)
    assert words in because
    assert bool(words) == bool(because)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, True),
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C"}, False),
        ({"LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "POSIX"}, False),
    ],
)
def test_the_locale_tells_whether_the_terminal_reads_utf8(
    environ: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "flags", SimpleNamespace(utf8_mode=0))
    assert terminal_caps.is_utf8(environ) is expected


def test_a_locale_that_python_named_itself_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "flags", SimpleNamespace(utf8_mode=1))
    assert not terminal_caps.is_utf8({"LANG": "C", "LC_CTYPE": "C.UTF-8"})
    assert terminal_caps.is_utf8({"LC_CTYPE": "C.UTF-8"})


def test_a_theme_that_nobody_knows_is_refused() -> None:
    assert terminal_caps.theme({}, None) == "terminal"
    assert terminal_caps.theme({"ORGWIZARD_THEME": "light"}, None) == "light"
    assert terminal_caps.theme({"ORGWIZARD_THEME": "light"}, "dark") == "dark"
    with pytest.raises(BadInput, match="ORGWIZARD_THEME is pink"):
        terminal_caps.theme({"ORGWIZARD_THEME": "pink"}, None)


@pytest.mark.parametrize(
    ("environ", "opens"),
    [
        ({"TERM_PROGRAM": "WezTerm", "TERM": "xterm-256color"}, True),
        ({"VTE_VERSION": "7200", "TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"VTE_VERSION": "4205", "TERM": "xterm"}, False),
        ({"VTE_VERSION": "new", "TERM": "xterm"}, False),
        ({"WT_SESSION": "1", "TERM": "screen-256color"}, False),
        ({"KITTY_WINDOW_ID": "1", "TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({}, False),
    ],
)
def test_addresses_to_open_are_given_to_terminals_that_are_known_to_take_them(
    environ: dict[str, str], opens: bool
) -> None:
    assert terminal_caps.opens_links(environ) is opens

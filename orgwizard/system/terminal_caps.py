"""Which face suits the terminal, in which colours and characters, and why; and that there is a terminal at all."""

import os
import sys
from collections.abc import Mapping

from orgwizard.domain.errors import BadInput, LocalFailure

SMALLEST = (60, 18)
THEMES = ("terminal", "dark", "light")
_VTE_WITH_LINKS = 5000
_PROGRAMS_WITH_LINKS = frozenset(("iTerm.app", "WezTerm", "vscode", "ghostty"))
_TERMS_WITH_LINKS = frozenset(("xterm-kitty", "foot", "wezterm", "alacritty", "xterm-ghostty"))
_CANNOT_DRAW = frozenset(("", "dumb", "unknown"))
_USE_A_PLAN = "Without a terminal use: orgwizard create --plan FILE"


def need_terminal(*, draws: bool = True) -> None:
    """Raise `LocalFailure` where a face has nothing to read from, or to draw on; lines find the terminal themselves."""
    streams = (sys.__stdin__, sys.__stderr__) if draws else (sys.__stdin__,)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise LocalFailure("The wizard needs a terminal for its input and for stderr, where it draws.", _USE_A_PLAN)


def writable_terminal() -> int:
    """Return a file descriptor of the terminal to write on: stderr, or where that goes elsewhere, a new one.

    Raises `LocalFailure` if there is none.
    """
    if os.isatty(2):
        return 2
    try:
        return os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY)
    except OSError:
        raise LocalFailure("The wizard needs a terminal to write on.", _USE_A_PLAN) from None


def plain_because(environ: Mapping[str, str], size: tuple[int, int]) -> str:
    """Return why plain lines suit better than a drawn screen of *size* columns and rows, or ""."""
    columns, rows = size
    if environ.get("ACCESSIBLE"):
        return "the variable ACCESSIBLE is set"
    if environ.get("TERM", "") in _CANNOT_DRAW:
        return "nothing can be drawn on this terminal: TERM is dumb, unknown or not set"
    if (columns and columns < SMALLEST[0]) or (rows and rows < SMALLEST[1]):
        return f"this terminal is smaller than {SMALLEST[0]} columns by {SMALLEST[1]} rows"
    return ""


def opens_links(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal is one that is known to open addresses given to it by OSC 8; others may print it.

    In a multiplexer, which inherits the variables, it is not known what is outside.
    """
    if environ.get("TMUX") or environ.get("TERM", "").startswith(("screen", "tmux", "linux", "vt")):
        return False
    version = environ.get("VTE_VERSION", "")
    is_vte = version.isdigit() and int(version) >= _VTE_WITH_LINKS
    named = environ.get("TERM_PROGRAM") in _PROGRAMS_WITH_LINKS or environ.get("TERM") in _TERMS_WITH_LINKS
    return is_vte or named or any(environ.get(name) for name in ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION"))


def is_utf8(environ: Mapping[str, str]) -> bool:
    """Return whether the locale is one of UTF-8; where none is named, it is taken for one."""
    names = ["LC_ALL", "LC_CTYPE", "LANG"]
    if sys.flags.utf8_mode:  # Python began in the locale C, and named another one itself (PEP 538)
        names.remove("LC_CTYPE")
    named = next((environ[name] for name in names if environ.get(name)), "UTF-8")
    return "utf8" in named.lower().replace("-", "")


def theme(environ: Mapping[str, str], asked: str | None) -> str:
    """Return the theme that was asked for, here or by the variable ORGWIZARD_THEME; raises `BadInput`."""
    chosen = asked or environ.get("ORGWIZARD_THEME") or THEMES[0]
    if chosen not in THEMES:
        raise BadInput(f"ORGWIZARD_THEME is {chosen}.", f"Set it to one of: {', '.join(THEMES)}.")
    return chosen


def terminal_size() -> tuple[int, int]:
    """Return columns and rows of the terminal; 0 where it does not know, as a serial line does not."""
    try:
        size = os.get_terminal_size(2)
    except OSError:
        return 0, 0
    return size.columns, size.lines

"""Putting a terminal back that a killed program left behind: its modes, its echo and its lines."""

import contextlib
import os
import sys
import termios
from typing import Any, TypeAlias

from orgwizard.domain.errors import LocalFailure

Attributes: TypeAlias = list[Any]  # seven settings, as `termios` has them

# Ends the modes that the wizard sets: kitty keys, held back drawing, alternate screen, hidden cursor, no wrap, mouse,
# focus, paste, colours.
RESET = (
    b"\x1b[<u\x1b[?2026l\x1b[?1049l\x1b[?25h\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l"
    b"\x1b[0m"
)
_INPUT, _OUTPUT, _LOCAL = 0, 1, 3  # of the lists that termios gives


def attributes() -> Attributes | None:
    """Return the terminal's settings, None where stdin is no terminal."""
    try:
        return termios.tcgetattr(sys.__stdin__.fileno()) if sys.__stdin__ else None
    except (termios.error, OSError, ValueError):
        return None


def put_back(settings: Attributes | None, reset: bytes = RESET) -> None:
    """Write *reset* and set the settings from before, as far as the terminal can still be reached."""
    with contextlib.suppress(OSError):
        os.set_blocking(2, False)  # the terminal may take nothing any more
        with contextlib.suppress(BlockingIOError):
            os.write(2, reset)
        os.set_blocking(2, True)  # the shell has the same end of it
    if settings is not None:
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(0, termios.TCSANOW, settings)


def restore() -> None:
    """Make a terminal usable whose settings from before nobody knows; raises `LocalFailure` where there is none."""
    settings = attributes()
    if settings is None:
        raise LocalFailure(
            "Standard input is not a terminal.",
            "Run this in the terminal to restore: orgwizard reset-terminal",
            meaning="Nothing was restored.",
        )
    settings[_INPUT] |= termios.BRKINT | termios.ICRNL | termios.IXON
    settings[_INPUT] &= ~(termios.INLCR | termios.IGNCR | termios.ISTRIP)
    settings[_OUTPUT] |= termios.OPOST | termios.ONLCR
    settings[_LOCAL] |= termios.ISIG | termios.ICANON | termios.ECHO | termios.ECHOE | termios.ECHOK | termios.IEXTEN
    put_back(settings)

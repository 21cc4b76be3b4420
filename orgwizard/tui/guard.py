"""What must hold before Textual is imported: a terminal to draw on, and no switch that writes keys to disk."""

import os
import sys
from collections.abc import MutableMapping

from orgwizard.errors import Unusable

# Textual reads its variables at import. Some log every key to a file or connect to a port; these are harmless.
_HARMLESS = frozenset(("TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DISABLE_KITTY_KEY"))
_NO_TERMINAL = frozenset(("", "dumb", "unknown"))
# On a slow line an arrow key arrives in pieces: its first byte alone must not count as Escape at once.
_ESCAPE_MILLISECONDS = "400"


def guard() -> None:
    """Prepare the environment; raises `Unusable` where the wizard cannot be drawn."""
    prepare(os.environ)
    streams = (sys.__stdin__, sys.__stderr__)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise _unusable("The wizard needs a terminal for its input and for stderr, where it draws.")
    if os.environ.get("TERM", "") in _NO_TERMINAL:
        raise _unusable("The wizard cannot draw on this terminal: TERM is dumb, unknown or not set.")


def prepare(environ: MutableMapping[str, str]) -> None:
    """Remove the variables that would make Textual write down what is typed, and set the pause after Escape."""
    for name in [name for name in environ if name.partition("_")[0] == "TEXTUAL" and name not in _HARMLESS]:
        del environ[name]
    environ.setdefault("ESCDELAY", _ESCAPE_MILLISECONDS)


def _unusable(cause: str) -> Unusable:
    return Unusable(cause, "Without a terminal use: orgwizard create --plan FILE")

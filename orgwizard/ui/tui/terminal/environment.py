"""What must hold before Textual is imported: no switch that writes keys to disk, and time for slow keys."""

from collections.abc import MutableMapping

# Textual reads its variables at import. Some log every key to a file or connect to a port; these are harmless.
_HARMLESS = frozenset(("TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DISABLE_KITTY_KEY"))
# On a slow line an arrow key arrives in pieces: its first byte alone must not count as Escape at once.
_ESCAPE_MILLISECONDS = "400"


def prepare(environ: MutableMapping[str, str]) -> None:
    """Remove the variables that would make Textual write down what is typed, and set the pause after Escape."""
    for name in [name for name in environ if name.partition("_")[0] == "TEXTUAL" and name not in _HARMLESS]:
        del environ[name]
    environ.setdefault("ESCDELAY", _ESCAPE_MILLISECONDS)

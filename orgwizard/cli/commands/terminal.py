"""The terminal itself, where something was killed in it."""

import argparse

from orgwizard.domain.errors import Exit
from orgwizard.system.terminal_reset import restore


def reset(_: argparse.Namespace) -> int:
    """Restore its settings."""
    restore()
    return Exit.READY

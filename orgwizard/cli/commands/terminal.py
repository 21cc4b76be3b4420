"""The terminal itself, where something was killed in it."""

import argparse

from orgwizard.domain.errors import Exit
from orgwizard.domain.json_result import result_object
from orgwizard.system.terminal_reset import restore
from orgwizard.ui.batch.streams import write_json


def reset(arguments: argparse.Namespace) -> int:
    """Restore its settings."""
    restore()
    if arguments.json:
        write_json(result_object())
    return Exit.READY

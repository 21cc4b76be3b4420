"""The JSON Schemas of what scripts read and write."""

import argparse
import json

from orgwizard.domain.errors import Exit
from orgwizard.presentation.json.plan_schema import plan_schema
from orgwizard.presentation.json.result_schema import result_schema
from orgwizard.ui.batch.streams import write_stdout


def show(arguments: argparse.Namespace) -> int:
    """Print one of them, which is JSON with or without --json; returns the exit code."""
    write_stdout(json.dumps(result_schema() if arguments.of == "result" else plan_schema(), indent=2))
    return Exit.READY

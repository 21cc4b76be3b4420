"""Saved profiles: listed, shown, removed."""

import argparse
import json

from orgwizard.cli import wiring
from orgwizard.domain.errors import Exit
from orgwizard.presentation import text_report
from orgwizard.ui.batch.streams import write_stderr, write_stdout


def list_all(arguments: argparse.Namespace) -> int:
    """List the profiles, and those that cannot be read; returns the exit code."""
    found, problems = wiring.profiles(arguments).all()
    if arguments.json:
        said = [{"file": str(problem.file), "message": problem.words} for problem in problems]
        write_stdout(json.dumps({"profiles": [p.model_dump(mode="json") for p in found], "problems": said}, indent=2))
    else:
        write_stdout("\n".join(text_report.profiles(found)))
    for problem in problems:
        write_stderr(problem.words)
    return Exit.USAGE if problems else Exit.READY


def show(arguments: argparse.Namespace) -> int:
    """Show one profile; returns the exit code."""
    profile = wiring.profiles(arguments).load(arguments.name)
    shown = (
        json.dumps(profile.model_dump(mode="json"), indent=2)
        if arguments.json
        else "\n".join(text_report.profile(profile))
    )
    write_stdout(shown)
    return Exit.READY


def remove(arguments: argparse.Namespace) -> int:
    """Remove one profile; returns the exit code."""
    wiring.profiles(arguments).remove(arguments.name)
    if arguments.json:
        write_stdout(json.dumps({"removed": arguments.name}))
    else:
        write_stdout(f"The profile {arguments.name} was removed. The keys it pointed to are where they were.")
    return Exit.READY


def path(arguments: argparse.Namespace) -> int:
    """Print the folder of the profiles; returns the exit code."""
    folder = str(wiring.profiles(arguments).folder)
    write_stdout(json.dumps({"path": folder}) if arguments.json else folder)
    return Exit.READY

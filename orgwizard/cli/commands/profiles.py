"""Saved profiles: listed, shown, removed."""

import argparse

from orgwizard.cli import wiring
from orgwizard.cli.sandbox_hints import find_profile, tell_of, telling_of_profiles
from orgwizard.domain.errors import Exit
from orgwizard.domain.json_result import result_object
from orgwizard.presentation import text_report
from orgwizard.presentation.json.json_report import profile_as_json
from orgwizard.ui.batch.streams import write_json, write_stderr, write_stdout


def list_all(arguments: argparse.Namespace) -> int:
    """List the profiles, and those that cannot be read; returns the exit code."""
    found, problems = wiring.profiles(arguments).all()
    if arguments.json:
        wrong = [{"field": None, "message": p.words, "place": str(p.file), "file": str(p.file)} for p in problems]
        write_json(result_object(problems=wrong, profiles=[p.model_dump(mode="json") for p in found]))
    else:
        write_stdout("\n".join(text_report.profiles(found)))
    for problem in problems:
        write_stderr(problem.words)
    if not (found or problems):
        tell_of("profile", arguments)
    return Exit.USAGE if problems else Exit.READY


def show(arguments: argparse.Namespace) -> int:
    """Show one profile; returns the exit code."""
    profile = find_profile(arguments)
    if arguments.json:
        write_json(result_object(**profile_as_json(profile)))
    else:
        write_stdout("\n".join(text_report.profile(profile)))
    return Exit.READY


def remove(arguments: argparse.Namespace) -> int:
    """Remove one profile; returns the exit code."""
    with telling_of_profiles(arguments):
        wiring.profiles(arguments).remove(arguments.name)
    if arguments.json:
        write_json(result_object(removed=arguments.name))
    else:
        write_stdout(f"The profile {arguments.name} was removed. Its keys stay where they are.")
    return Exit.READY


def path(arguments: argparse.Namespace) -> int:
    """Print the folder of the profiles; returns the exit code."""
    folder = str(wiring.profiles(arguments).folder)
    if arguments.json:
        write_json(result_object(path=folder))
    else:
        write_stdout(folder)
    return Exit.READY

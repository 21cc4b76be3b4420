"""Completion for shells: what is fixed stands in the script, profiles and attempts are asked for at each completion."""

import argparse
from collections.abc import Sequence

from orgwizard.cli import wiring
from orgwizard.cli.command_table import LANGUAGES
from orgwizard.cli.commands.help import known_codes, known_topics
from orgwizard.cli.parser import build
from orgwizard.domain.errors import BadInput, Exit, LocalFailure
from orgwizard.domain.json_result import result_object
from orgwizard.providers import PROVIDERS
from orgwizard.storage.stores.secret_stores import store_names
from orgwizard.ui.batch.streams import write_json, write_stdout

SHELLS = ("bash", "zsh", "tcsh", "fish")
NAMES = "orgwizard completion --list"  # what a completion runs


def run(arguments: argparse.Namespace) -> int:
    """Print a shell's completion, or the names that it asks for; returns the exit code."""
    if arguments.list:
        return _print(arguments, "names", _names(arguments))
    if arguments.shell not in SHELLS:
        raise BadInput(
            f"Which shell: {', '.join(SHELLS)}?",
            "For example: orgwizard completion bash",
            code="usage",
        )
    return _print(arguments, "script", [_script(arguments.shell)])


def _print(arguments: argparse.Namespace, name: str, lines: list[str]) -> int:
    if arguments.json:
        write_json(result_object() | {name: lines})
    elif lines:
        write_stdout("\n".join(lines))
    return Exit.READY


def _names(arguments: argparse.Namespace) -> list[str]:
    """Return the names of the profiles, or the ids of the attempts, newest first; those that cannot be had are none."""
    try:
        if arguments.list == "profiles":
            return wiring.profiles(arguments).names()
        return sorted(wiring.journal(sandbox=arguments.sandbox).ids(), reverse=True)
    except LocalFailure:
        return []


def _script(shell: str) -> str:
    import shtab

    parser = build()
    _complete(parser)
    return str(shtab.complete(parser, shell))


def _words(kind: str) -> Sequence[str]:
    """Return the words that complete an argument, () where they are none that stay the same."""
    match kind:
        case "topics":
            return known_topics()
        case "codes":
            return known_codes()
        case "stores":
            # The screen keeps nothing; a colon parts words in bash.
            return tuple(name for name in store_names() if name != "screen" and ":" not in name)
        case "languages":
            return LANGUAGES
        case "providers":
            return tuple(provider.key for provider in PROVIDERS)
        case "shells":
            return SHELLS
    return ()


def _complete(parser: argparse.ArgumentParser) -> None:
    """Say of each argument, in all commands, what completes it."""
    import shtab

    for action in parser._actions:  # noqa: SLF001 - as shtab does
        kind = getattr(action, "completes", "")
        if words := _words(kind):
            action.choices = words
        elif kind:
            vars(action)["complete"] = shtab.FILE if kind == "files" else shtab.cmd(f"{NAMES} {kind}")
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for below in action.choices.values():
                _complete(below)

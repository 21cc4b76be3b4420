"""The parser of the commands' table; no option may be abbreviated."""

import argparse
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn, cast

from orgwizard.cli.arguments import Argument, Command
from orgwizard.cli.command_table import COMMANDS, JSON, WIZARD
from orgwizard.domain.errors import BadInput, Exit

UNWRITTEN = "The output could not be written: stdout is closed or full."


class UsageError(BadInput):
    """The arguments are wrong: `usage` is how the *command* is called, None where it is not known."""

    def __init__(self, cause: str, usage: str, command: Command | None) -> None:
        """Keep what argparse says; whatever looks like a credential in it is masked."""
        import_module("orgwizard.providers")  # the redactor then knows the shapes of the vendors' credentials
        super().__init__(cause, code="usage", meaning="Nothing was done.")
        self.usage, self.command = usage, command

    def lines(self) -> list[str]:
        """Return the usage, then what is wrong."""
        return [self.usage.rstrip(), f"error: {self.cause}"]


def _divided(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return what stands before the first "--", and what after it."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def suggestion(asked: str, known: Iterable[str]) -> str:
    """Return " Did you mean X?" for the nearest known name, "" if none is near."""
    from orgwizard.domain.forms.questions import did_you_mean, nearest

    return f" {did_you_mean(nearest(asked, known))}".rstrip()


def _options(command: Command) -> list[str]:
    """Return the options that a command takes."""
    named = (*command.arguments, *command.shared, *([JSON] if command.json else []))
    return [name for each in named for name in each.names if name.startswith("--")]


class Parser(argparse.ArgumentParser):
    """A parser that takes no option by its beginning: `--a --y` must not be `--again --yes`."""

    def __init__(self, **settings: Any) -> None:
        """Take what argparse takes; the parsers of commands are of this kind, too."""
        super().__init__(allow_abbrev=False, **settings)
        self.commands: Mapping[str, Parser] = {}

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return what the arguments say; raises `UsageError`, also for those that no command takes."""
        arguments, unknown = self.parse_known_args(args, namespace)
        if unknown:
            meant = suggestion(unknown[0].partition("=")[0], _options(arguments.command))
            cause = f"unrecognized arguments: {' '.join(unknown)}.{meant}"
            raise UsageError(cause, arguments.usage(), arguments.command)
        return arguments

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return what the arguments say; those after "--" are kept as they are where they are another program's."""
        command: Command | None = self.get_default("command")
        if command is None or not command.program:
            return super().parse_known_args(args, namespace)
        own, program = _divided(list(args))
        arguments, unknown = super().parse_known_args(own, namespace)
        if not program:
            self.error('the command to run is missing: write it after "--"')
        arguments.program = program
        return arguments, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise what is wrong with a value that is none of the choices, with the nearest of them."""
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            meant = suggestion(str(value), choices)
            raise argparse.ArgumentError(action, f"unknown: {value}.{meant} Choose from: {', '.join(choices)}")

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the arguments."""
        raise UsageError(message, self.format_usage(), self.get_default("command"))

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print what --help and --version ask for; argparse passes over a stdout that takes nothing."""
        if file is not sys.stdout or file is None:
            super()._print_message(message, file)
            return
        try:
            file.write(message)
            file.flush()
        except (OSError, ValueError):
            sys.stdout = None  # Python would try to flush it at the end
            self.exit(Exit.USAGE, f"{UNWRITTEN}\n")


def build(words: Collection[str] | None = None) -> Parser:
    """Return the parser for *words*, or for any; what it parses has the chosen `Command` as `command`.

    A command that is not among the words has a name and a help text only: argparse takes its time over each parser.
    """
    parser = Parser(
        prog="orgwizard",
        description="Create a child organization at Okta or Datadog, and keep its one-time keys safe.",
        epilog="Exit codes: 0 created and ready, 1 a bug, 2 wrong usage or plan, 3 refused, 4 never sent, "
        "5 unknown, 6 created but needs attention, 7 another orgwizard is working on this org, 130 quit or cancelled. "
        "Topics: orgwizard help. All exit codes: orgwizard help exit-codes",
    )
    _add(parser, WIZARD, JSON)
    _add_commands(parser, COMMANDS, "command", JSON, words)
    return parser


def help_of(names: Sequence[str]) -> str:
    """Return what --help prints of a command, or of an action of it: ["profiles", "show"]; "" where there is none."""
    parser: Parser | None = build(names)
    for name in names:
        parser = parser.commands.get(name) if parser else None
    return parser.format_help() if parser else ""


def _add_commands(
    parser: Parser, commands: Sequence[Command], noun: str, json: Argument, words: Collection[str] | None
) -> None:
    if not commands:
        return
    unnamed = Parser(add_help=False)

    def parser_of(**settings: Any) -> Parser:
        return Parser(**settings) if is_named(settings["prog"].rpartition(" ")[2]) else unnamed

    def is_named(name: str) -> bool:
        return words is None or name in words

    listed = parser.add_subparsers(title=f"{noun}s", metavar=noun.upper(), parser_class=cast("type[Parser]", parser_of))
    parser.commands = listed.choices
    for command in commands:
        usage = f"%(prog)s [OPTIONS] NAME -- {command.program}" if command.program else None
        below = listed.add_parser(command.name, help=command.help, usage=usage)
        if is_named(command.name):
            _add(below, command, json)
            _add_commands(below, command.commands, "action", json.inherited(), words)


def _add(parser: Parser, command: Command, json: Argument) -> None:
    shared = [each.inherited() for each in command.shared]
    for each in (*command.arguments, *([json] if command.json else []), *shared):
        added = parser.add_argument(*each.names, **each.settings)
        vars(added)["completes"] = each.completes
    parser.set_defaults(command=command, usage=parser.format_usage)

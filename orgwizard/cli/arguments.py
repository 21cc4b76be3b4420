"""What the table of commands is written with, and the parser of them."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from orgwizard.domain.errors import BadInput, Exit

UNWRITTEN = "The output could not be written: stdout is closed or full."


@dataclass(frozen=True)
class Argument:
    """An option, or a positional argument: its names, and what argparse takes besides."""

    names: tuple[str, ...]
    settings: Mapping[str, Any]
    completes: str = ""  # what a shell completes it with: "files", or the names that `completion --list` prints

    def inherited(self) -> "Argument":
        """Return it as it stands after a command: absent, it leaves the value that stands before the command."""
        return replace(self, settings={**self.settings, "default": argparse.SUPPRESS})


def argument(*names: str, completes: str = "", **settings: Any) -> Argument:
    """Return an argument of a command."""
    return Argument(names, settings, completes or ("files" if settings.get("type") is Path else ""))


@dataclass(frozen=True)
class Command:
    """One command: *run* names its function in `commands/` as "module:function", imported when it is run."""

    name: str
    help: str
    run: str
    arguments: Sequence[Argument] = ()
    commands: Sequence["Command"] = ()
    creates: bool = field(default=False)  # its exit code tells what became of an org, whoever reads its output
    plans: bool = field(default=False)  # it is about the org of a plan, which it did not create where it fails
    program: str = ""  # what follows "--", which is kept for another program


def number(text: str) -> float:
    """Return a speed of the sandbox's clock."""
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 10_000:
        raise argparse.ArgumentTypeError("it must be a number between 0.01 and 10000")
    return speed


def port(text: str) -> int:
    """Return a port, or 0 for any free one."""
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65535):
        raise argparse.ArgumentTypeError("it must be a number between 0 and 65535")
    return int(text)


def moment(text: str) -> datetime:
    """Return a date, which begins at midnight UTC, or a time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("it must be a date such as 2026-11-28, or 2026-11-28T04:59Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


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


class Parser(argparse.ArgumentParser):
    """A parser that takes no option by its beginning: `--a --y` must not be `--again --yes`."""

    def __init__(self, **settings: Any) -> None:
        """Take what argparse takes; the parsers of commands are of this kind, too."""
        super().__init__(allow_abbrev=False, **settings)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return what the arguments say; raises `UsageError`, also for those that no command takes."""
        arguments, unknown = self.parse_known_args(args, namespace)
        if unknown:
            raise UsageError(f"unrecognized arguments: {' '.join(unknown)}", self.format_usage(), arguments.command)
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

"""What the table of commands is written with: arguments, their types, and commands."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple


class Argument(NamedTuple):
    """An option, or a positional argument: its names, and what argparse takes besides.

    `completes` says what a shell completes it with: "files", or a kind that `completion` knows.
    """

    names: tuple[str, ...]
    settings: Mapping[str, Any]  # whatever argparse takes
    completes: str = ""

    def inherited(self) -> "Argument":
        """Return it as it stands after a command: absent, it leaves the value that stands before the command."""
        return self._replace(settings={**self.settings, "default": argparse.SUPPRESS})

    def unlisted(self) -> "Argument":
        """Return it as one that is taken, and that no help or completion offers."""
        return self._replace(settings={**self.settings, "help": argparse.SUPPRESS})


def flag(name: str, help: str) -> Argument:  # noqa: A002 - as argparse calls it
    """Return an option without a value."""
    return Argument((name,), {"action": "store_true", "help": help})


def option(name: str, metavar: str, help: str, *, completes: str = "", **settings: object) -> Argument:  # noqa: A002
    """Return an option with a value, None where it is absent."""
    return Argument((name,), {"metavar": metavar, "help": help, **settings}, completes)


def file(name: str, help: str, **settings: object) -> Argument:  # noqa: A002
    """Return an option that takes a path."""
    return option(name, "FILE", help, completes="files", type=Path, **settings)


def choice(name: str, choices: Sequence[str], help: str, **settings: object) -> Argument:  # noqa: A002
    """Return an argument that takes one of a few words."""
    return Argument((name,), {"choices": choices, "help": help, **settings})


def positional(name: str, metavar: str, help: str = "", *, completes: str = "", required: bool = False) -> Argument:  # noqa: A002
    """Return an argument that is told by its place, "" where it is absent."""
    settings: dict[str, object] = {"metavar": metavar, **({"help": help} if help else {})}
    return Argument((name,), settings if required else {**settings, "nargs": "?", "default": ""}, completes)


def words(name: str, metavar: str, help: str, *, completes: str = "") -> Argument:  # noqa: A002
    """Return an argument of several words, [] where it is absent, such as a code that is typed without quotes."""
    return Argument((name,), {"metavar": metavar, "help": help, "nargs": "*", "default": []}, completes)


class Command(NamedTuple):
    """One command: *run* names its function in `commands/` as "module:function", imported when it is run.

    `shared` are the options of the program that it takes after its name, too.
    """

    name: str
    help: str
    run: str
    arguments: Sequence[Argument] = ()
    commands: Sequence["Command"] = ()
    shared: Sequence[Argument] = ()
    json: bool = True  # takes --json
    creates: bool = False  # its exit code tells what became of an org, whoever reads its output
    plans: bool = False  # it is about the org of a plan, which it did not create where it fails
    program: str = ""  # what follows "--", which is kept for another program


def number(text: str) -> float:
    """Return a speed of the sandbox's clock."""
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 10_000:
        raise argparse.ArgumentTypeError("must be a number between 0.01 and 10000")
    return speed


def port(text: str) -> int:
    """Return a port, or 0 for any free one."""
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65535):
        raise argparse.ArgumentTypeError("must be a number between 0 and 65535")
    return int(text)


def moment(text: str) -> datetime:
    """Return a date, which begins at midnight UTC, or a time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a date, for example 2026-11-28 or 2026-11-28T04:59Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

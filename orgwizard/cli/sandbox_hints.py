"""A forgotten --sandbox: where nothing is found, whether the sandbox has what was asked for."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sized
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from orgwizard.cli import wiring
from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.text.plural import counted
from orgwizard.ui.batch.streams import write_stderr

if TYPE_CHECKING:
    from orgwizard.storage.profiles import Profile

_OF_SANDBOX = argparse.Namespace(sandbox=True)


def find_profile(arguments: argparse.Namespace) -> "Profile":
    """Return the profile that the command line names; raises `BadInput`, which tells if the sandbox has it."""
    with telling_of_profiles(arguments):
        return wiring.profiles(arguments).find(arguments.name)


@contextmanager
def telling_of_profiles(arguments: argparse.Namespace) -> Iterator[None]:
    """Add to a `BadInput` about the named profile that the sandbox has it, or that only the sandbox has any."""
    try:
        yield
    except BadInput as unknown:
        words = "" if arguments.sandbox else _advice(arguments)
        if words and not _profiles(arguments):
            unknown.advice = words  # instead of "No profiles are saved yet."
        else:
            unknown.advise(words)
        raise


def _advice(arguments: argparse.Namespace) -> str:
    """Return what the sandbox has of profiles, "" where that is nothing that was asked for."""
    with suppress(WizardError):
        return f"{wiring.profiles(_OF_SANDBOX).find(arguments.name).name} is a profile of the sandbox: add --sandbox."
    return "" if _profiles(arguments) else _sentence("profile", _profiles(_OF_SANDBOX))


_IN_SANDBOX: Mapping[str, Callable[[], Sized]] = {
    "profile": lambda: _profiles(_OF_SANDBOX),
    "attempt": lambda: wiring.journal(sandbox=True).ids(),
    "open attempt": lambda: wiring.journal(sandbox=True).open(),
}


def tell_of(noun: str, arguments: argparse.Namespace) -> None:
    """Say on stderr that the sandbox has such things, as `_IN_SANDBOX` calls them, to who found none."""
    if arguments.sandbox:
        return
    with suppress(WizardError):  # of a folder that nobody asked for
        if words := _sentence(noun, _IN_SANDBOX[noun]()):
            write_stderr(words)


def _profiles(arguments: argparse.Namespace) -> list[str]:
    with suppress(WizardError):
        return wiring.profiles(arguments).names()
    return []


def _sentence(noun: str, those: Sized) -> str:
    return f"The sandbox has {counted(len(those), noun)}: add --sandbox." if those else ""

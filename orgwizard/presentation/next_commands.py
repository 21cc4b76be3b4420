"""What can be done next with an attempt and its org, as commands to be run word for word."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from orgwizard.domain.events import resuming
from orgwizard.storage.stored_reference import can_be_read

if TYPE_CHECKING:
    from orgwizard.storage.attempt_record import Record


def commands(record: Record, options: str = "") -> dict[str, str]:
    """Return each command with what it does, the most likely first; *options* are this run's, such as "--sandbox"."""
    if record.running or record.state == "damaged":
        return {}
    found = (
        {} if record.settled else {resuming(record.id, options): "check again: it looks and stores, creates nothing"}
    )
    if record.profile and record.undo != "done":
        found |= of_profile(record.profile, record.stored, options)
    return found


def lines(record: Record, options: str = "") -> list[str]:
    """Return the likeliest command and the one that takes the org back, as lines below those of the attempt."""
    found = list(commands(record, options))
    undo = [command for command in found if command.startswith("orgwizard disable ")]
    following = [command for command in found[:1] if command not in undo]
    return [*(f"    next: {command}" for command in following), *(f"    undo: {command}" for command in undo)]


def of_profile(profile: str, stored: object, options: str = "") -> dict[str, str]:
    """Return the commands about the child org of a profile; *stored* is the reference to its keys, if they are stored.

    Keys that cannot be read back can be used by no command of ours; what undo there is tells what to ask support for.
    """
    name = shlex.quote(profile)
    told = {
        f"env {name}": "print its keys as variables for a shell",
        f"env {name} --format terraform": "the same for its Terraform provider",
        f"exec {name} -- sh": "open a shell that has its keys",
        f"snippet {name} curl": "print a first call to it",
        f"check {name}": "check that its keys are valid",
        f"move {name} --to {_other_store(stored)}": "move its keys to another store",
    }
    kept = told if isinstance(stored, dict) and can_be_read(stored) else {}
    return {
        _run(words, options): what
        for words, what in {**kept, f"disable {name}": "disable it as far as its vendor allows; asks first"}.items()
    }


def _other_store(stored: object) -> str:
    return "keyring" if isinstance(stored, dict) and "file" in stored else "file"


def _run(words: str, options: str) -> str:
    """Return a command line; of one that runs a program, the options stand before that."""
    command, dashes, program = words.partition(" -- ")
    return f"orgwizard {command} {options}".rstrip() + dashes + program

"""What can be done next with an attempt and its org, as commands to be run word for word."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgwizard.domain.errors import WizardError
from orgwizard.domain.events import Result, is_sandbox, resuming
from orgwizard.domain.handoff import ChildOrg
from orgwizard.presentation.attempts.attempt_text import to_do
from orgwizard.providers import provider_of
from orgwizard.storage.stores.store_presets import PRESETS
from orgwizard.storage.stores.stored_reference import can_be_read

if TYPE_CHECKING:
    from orgwizard.storage.attempts.record import Record


def commands(record: Record, options: str = "") -> dict[str, str]:
    """Return each command with what it does, the most likely first; *options* are this run's, such as "--sandbox"."""
    if record.running or record.state == "damaged":
        return {}
    found = {}
    # What this run's sandbox knows, a command cannot ask: it has a sandbox of its own.
    if not record.settled and (record.sandbox_ended or not is_sandbox(options)):
        found[resuming(record.id, options)] = "check again; this stores keys and creates nothing"
    if record.profile and record.undo != "done":
        found |= of_profile(record.profile, record.stored, options)
    return found


def lines(record: Record, options: str = "") -> list[str]:
    """Return what to do next and the command that takes the org back, as lines below those of the attempt."""
    found = list(commands(record, options))
    undo = [command for command in found if command.startswith("orgwizard disable ")]
    following = [command for command in found[:1] if command not in undo]
    if not following and record.state != "damaged":  # of which the attempt's own lines say what to do
        following = list(filter(None, [to_do(record)]))
    return [*(f"    next: {command}" for command in following), *(f"    disable: {command}" for command in undo)]


def of_profile(profile: str, stored: object, options: str = "") -> dict[str, str]:
    """Return the commands about the child org of a profile; *stored* is the reference to its keys, if they are stored.

    Keys that cannot be read back can be used by no command of ours; what undo there is tells what to ask support for.
    An org of the sandbox ends with its run: what asks the org itself is left out.
    """
    name = shlex.quote(profile)
    with_keys = {
        f"env {name}": "print its keys as variables for a shell",
        f"env {name} --format terraform": "the same for its Terraform provider",
        f"exec {name} -- sh": "open a shell with its keys",
        f"snippet {name} curl": "print code for a first call to it",
        f"check {name}": "check that its keys are valid",
        f"move {name} --to {_other_store(stored)}": "move its keys to another store",
    }
    found = with_keys if isinstance(stored, dict) and can_be_read(stored) else {}
    found |= {f"disable {name}": "disable it, or revoke its token; asks first"}
    return {_run(words, options): what for words, what in found.items() if _can_work(words, options)}


@dataclass(frozen=True)
class Task:
    """Something that is done next, by a key of the result: each command of it with what it does."""

    key: str
    title: str
    commands: Mapping[str, str]


def tasks(result: Result) -> list[Task]:
    """Return what can be done with the org of a result and its keys, if a command can read them."""
    if not (result.org and result.profile and result.stored and can_be_read(result.stored)):
        return []
    name, options = shlex.quote(result.profile), result.options

    def run(words: str, *, evaluated: bool = False) -> str:
        return f'eval "$({_run(words, options)})"' if evaluated else _run(words, options)

    shell = {
        run(f"exec {name} -- sh"): "opens a shell that has the keys in its environment",
        run(f"env {name}", evaluated=True): "sets them in your current shell",
    }
    if _can_work(f"check {name}", options):
        shell |= {run(f"check {name}"): "checks that they are valid"}
    terraform = {
        run(f"exec {name} -- terraform plan"): "runs Terraform with the keys in its environment",
        run(f"env {name} --format terraform", evaluated=True): "sets its variables in your current shell",
        run(f"snippet {name} terraform"): "prints a first configuration",
    }
    call = {run(f"snippet {name} {language}"): "" for language in _languages(result)}
    move = {run(f"move {name} --to {store}"): title for store, title in _stores(result.stored).items()}
    found = (
        Task("s", "Shell", shell),
        Task("t", "Terraform", terraform),
        Task("f", "First call", call),
        Task("m", "Move keys", move),
    )
    return [task for task in found if task.commands]


def _languages(result: Result) -> list[str]:
    """Return the languages in which a first call can be printed."""
    provider, org = provider_of(result.provider), result.org
    if org is None:
        return []
    try:
        site = provider.site(result.site)
        return list(provider.snippets(ChildOrg(result.profile, site, org.id, org.name, org.url)))
    except WizardError:
        return []


def _stores(stored: Mapping[str, object]) -> dict[str, str]:
    """Return the stores to move keys to, with their titles."""
    first = _other_store(stored)
    titles = {"file": "a private file", "keyring": "the system keyring"}
    return {first: titles[first], **{preset.name: preset.title for preset in PRESETS}}


def _other_store(stored: object) -> str:
    return "keyring" if isinstance(stored, dict) and "file" in stored else "file"


def _can_work(words: str, options: str) -> bool:
    """Return whether a command can work: those that ask the org cannot once its sandbox has ended."""
    return not (is_sandbox(options) and words.startswith(("check ", "disable ")))


def _run(words: str, options: str) -> str:
    """Return a command line; of one that runs a program, the options stand before that."""
    command, dashes, program = words.partition(" -- ")
    return f"orgwizard {command} {options}".rstrip() + dashes + program

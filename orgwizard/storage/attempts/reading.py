"""Attempts read from their files: whatever is wrong with one makes a "damaged" record and is never an error."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from orgwizard.domain.errors import WizardError
from orgwizard.storage.attempts.events import facts_of
from orgwizard.storage.attempts.file import began_at, id_of, ids_of_spools, spool_of
from orgwizard.storage.attempts.record import NEVER_LEFT, Record
from orgwizard.system import file_lock, private_files

# For each attempt that has a key file what that says: `file`, and `id`, `org` and `url` of the org.
KeyFiles: TypeAlias = Mapping[str, Mapping[str, str]]

# Recorded with each attempt: an ID of a process is soon another's, in a container always the same.
THIS_RUN = os.urandom(8).hex()

_LIMIT_BYTES = 16 * 1024 * 1024
_NO_LINE = "Its first line cannot be read."


def read_records(
    folder: Path, paths: Iterable[Path], with_keys: Callable[[], KeyFiles], *, of_sandbox: bool = False
) -> list[Record]:
    """Return the attempts of these files of one folder, newest first; *with_keys* is asked only if it may matter.

    Those *of_sandbox* that other runs began have lost their org, once that run has ended.
    """
    spooled = ids_of_spools(folder)
    records = [read_record(path, spool_of(path) if id_of(path) in spooled else None) for path in paths]
    if any(record.may_have_keys for record in records):
        key_files = with_keys()
        records = [_with_key_file(record, key_files.get(record.id)) for record in records]
    if of_sandbox:
        records = [record.model_copy(update={"sandbox_ended": _has_ended(record)}) for record in records]
    return sorted(records, key=lambda record: (record.started, record.id), reverse=True)


def _has_ended(record: Record) -> bool:
    return record.run != THIS_RUN and not record.running


def read_record(path: Path, spool: Path | None) -> Record:
    """Read one file, of whose response there is *spool*."""
    began = began_at(path)
    seen = {"id": id_of(path), "path": path, "spool": spool}
    facts: dict[str, object] = {"started": began, "changed": began, "state": "damaged", "damage": _NO_LINE}
    try:
        facts |= {"running": file_lock.held(path)}
        facts |= facts_of(private_files.read(path, _LIMIT_BYTES))
    except WizardError as error:
        facts["damage"] = error.cause
    except (OSError, RecursionError) as fault:
        facts["damage"] = f"It cannot be read ({type(fault).__name__})."
    if spool and facts["state"] in {"sending", *NEVER_LEFT}:  # ended between the two writes
        facts["state"] = "answered"
    try:
        return Record.model_validate(facts | seen)
    except ValidationError as error:  # the words of a later version, or of nobody
        odd = {str(fault["loc"][0]) for fault in error.errors(include_url=False, include_context=False)}
        kept = {name: value for name, value in facts.items() if name not in odd}
        damaged = {"state": "damaged", "damage": f"Not understood: {', '.join(sorted(odd))}."}
        return Record.model_validate({"started": began, "changed": began} | kept | seen | damaged)


def _with_key_file(record: Record, file: Mapping[str, str] | None) -> Record:
    """Return the record with what the key file of its attempt tells: the org exists, and its keys are there."""
    if not file or not record.may_have_keys:
        return record
    org = record.org or {"id": file.get("id", ""), "name": file.get("org", record.name), "url": file.get("url", "")}
    told = {"state": "stored", "stored": {"file": file["file"]}, "org": org, "keys_shown": False}
    return record.model_copy(update=told)

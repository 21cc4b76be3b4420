"""Whether anything moved in a folder of attempts: looked at often, so no file is opened but to ask for its lock."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from orgwizard.domain.errors import WizardError
from orgwizard.storage.attempts.file import ENDING
from orgwizard.system import file_lock

if TYPE_CHECKING:
    from orgwizard.storage.attempts.record import Record

Pulse: TypeAlias = frozenset[tuple[str, int, int]]


def pulse(folder: Path) -> Pulse:
    """Return what differs once an attempt in *folder* has begun or moved on; to miss nothing, take it before reading.

    It is name, time of the last change in nanoseconds and size of each file; empty where there is no folder.
    """
    seen = set()
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(ENDING):
                with suppress(OSError):  # moved away meanwhile
                    status = entry.stat(follow_symlinks=False)
                    seen.add((entry.name, status.st_mtime_ns, status.st_size))
    return frozenset(seen)


def left_alone(records: Iterable["Record"]) -> bool:
    """Return whether one of those that were running is no longer: a process that is killed ends without a word."""
    return any(record.running and not _is_held(record.path) for record in records)


def _is_held(path: Path) -> bool:
    with suppress(WizardError, OSError):
        return file_lock.held(path)
    return False

"""Which attempts' files were seen settled: a long history is not read anew to find what is open.

It is never an authority: a file counts as known only while it is what it was, by size, time and inode.
"""

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from orgwizard.domain.errors import WizardError
from orgwizard.system import private_files

FEW = 50  # files that are read faster than this is worth
_NAME = ".settled.json"
_LIMIT_BYTES = 64 * 1024 * 1024


class SettledFiles:
    """The settled files among those of one folder, as they are now."""

    def __init__(self, folder: Path, paths: Sequence[Path]) -> None:
        self._path = folder / _NAME
        self._stamps = {path: _stamp(path) for path in paths} if len(paths) >= FEW else {}
        kept = self._load() if self._stamps else {}
        self._known = {path for path, stamp in self._stamps.items() if stamp and kept.get(path.name) == stamp}

    def __contains__(self, path: Path) -> bool:
        return path in self._known

    def add(self, seen: Iterable[Path]) -> None:
        """Remember files that turned out to be settled, once there are enough of them."""
        fresh = {path for path in seen if self._stamps.get(path)} - self._known
        if len(fresh) < FEW:
            return
        rows = {path.name: self._stamps[path] for path in self._known | fresh}
        with suppress(WizardError, OSError):  # without it they are read again
            private_files.write(self._path, json.dumps(rows).encode())

    def _load(self) -> dict[str, str]:
        with suppress(FileNotFoundError, WizardError, OSError, ValueError, RecursionError):
            kept = json.loads(private_files.read(self._path, _LIMIT_BYTES))
            return kept if isinstance(kept, dict) else {}
        return {}


def _stamp(path: Path) -> str:
    """Return what changes when a file does, "" where there is none."""
    with suppress(OSError):
        status = os.lstat(path)
        return f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"
    return ""

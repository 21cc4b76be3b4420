"""The journal of attempts: one append-only file each, on disk before the step it announces, without secrets."""

import os
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import BadInput, Busy, LocalFailure
from orgwizard.domain.order_key import OrderKey
from orgwizard.storage.attempts.earlier import EarlierAttempt, most_pressing
from orgwizard.storage.attempts.events import line
from orgwizard.storage.attempts.file import ENDING, id_of, ids_of_spools, may_be_of
from orgwizard.storage.attempts.reading import THIS_RUN, KeyFiles, read_records
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.attempts.settled import SettledFiles
from orgwizard.storage.attempts.writing import Attempt, NewAttempt
from orgwizard.system import file_lock, private_files

_JOURNAL_SECONDS = 10.0  # requests wait for each other: a few flushes to disk
_WHILE_HELD = "If one of them is stopped, let it continue or end it."
_ATTEMPT_SECONDS = 0.5  # a reader looks at the lock for an instant


@dataclass(frozen=True)
class Overview:
    """A history in short: what is open, what began last, what cannot be read, newest first, and how many there are."""

    open: list[Record]
    damaged: list[Record]
    newest: list[Record]
    total: int


class Journal:
    """The attempts in one folder, which is made when the first one is requested.

    *with_keys* tells which attempts have a key file. With *of_sandbox*, orgs end with the run that created them.
    """

    def __init__(
        self, folder: Path, clock: Clock, with_keys: Callable[[], KeyFiles] = dict, *, of_sandbox: bool = False
    ) -> None:
        self.folder, self._of_sandbox = folder, of_sandbox
        self._with_keys = with_keys
        self._clock = clock

    def requested(self, new: NewAttempt) -> Attempt:
        """Begin an attempt; raises `LocalFailure`.

        Raises `Busy` if another process is at its order, and `Repeated` if an attempt at it is there that may have
        created the org: it has begun since the last look.
        """
        private_files.folder(self.folder)
        lock = self.folder / ".lock"
        held = LocalFailure(f"{lock} is held by another orgwizard.", _WHILE_HELD)
        with file_lock.holding(lock, _JOURNAL_SECONDS, held):
            if earlier := self.earlier(new.key, new.passed_over):
                raise earlier.error()
            path, started = self._free(new.key), self._clock.wall()
            begun = line(started, "requested", new.facts | {"pid": os.getpid(), "run": THIS_RUN})
            private_files.write(path, f"{begun}\n".encode())
            return self._attempt(path, started)

    def resume(self, record: Record) -> Attempt:
        """Take up an attempt again; raises `LocalFailure` if another process is at work on it."""
        attempt = self._attempt(record.path, record.started)
        try:
            attempt.note("resumed", pid=os.getpid())
        except BaseException:
            attempt.close()
            raise
        return attempt

    def earlier(self, key: OrderKey, passed_over: Collection[str] = ()) -> EarlierAttempt | None:
        """Return the attempt that stands in the way of an order, `None` where there is none; raises `LocalFailure`.

        Those in *passed_over* do not count, but for one that is running.
        """
        records = self._records(path for path in self._paths() if may_be_of(path, key))
        return most_pressing(records, key, passed_over)

    def note_giving(self, attempt: str, name: str) -> None:
        """Write down that a command is about to be given a key of an attempt of this journal; raises `LocalFailure`."""
        for path in self._paths():
            if id_of(path) == attempt:
                private_files.append(path, line(self._clock.wall(), "given", {"given": [name]}))

    def ids(self) -> frozenset[str]:
        """Return the ids of all attempts; raises `LocalFailure`."""
        return frozenset(map(id_of, self._paths()))

    def created(self, provider: str, site: str, *, apart_from: str) -> list[str]:
        """Return the ids of orgs confirmed by other attempts' responses; what a look-up found is a guess."""
        return [
            record.org["id"]
            for record in self.all()
            if (record.provider, record.site) == (provider, site) and record.id != apart_from
            if record.org and record.org.get("id") and not record.found
        ]

    def names_in_use(self) -> set[str]:
        """Return the names under which attempts gave keys to commands, which may overwrite what they have."""
        records = self.all()
        lists = (record.reference.get("names") for record in records)
        stored = {str(name) for names in lists if isinstance(names, list) for name in names}
        return stored | {name for record in records for name in record.given}

    def all(self) -> list[Record]:
        """Return every attempt, newest first; files that cannot be read are among them as "damaged".

        Raises `LocalFailure` where the folder cannot be read: like all that look for an attempt.
        """
        return self._records(self._paths())

    def overview(self, most: int) -> Overview:
        """Return what is open, and what began last, without reading the rest; raises `LocalFailure`."""
        paths = self._paths()
        newest = self._records(sorted(paths, key=id_of, reverse=True)[:most])
        unsettled = self._unsettled(paths)
        damaged = [record for record in unsettled if record.state == "damaged"]
        return Overview(_open(unsettled), damaged, newest, len(paths))

    def _paths(self) -> list[Path]:
        return private_files.listed(self.folder, ENDING)

    def _records(self, paths: Iterable[Path]) -> list[Record]:
        return read_records(self.folder, paths, self._with_keys, of_sandbox=self._of_sandbox)

    def open(self) -> list[Record]:
        """Return the attempts with something left to do or to find out, newest first, running ones included."""
        return _open(self.unsettled())

    def unsettled(self) -> list[Record]:
        """Return those that are open, and those that cannot be read, newest first; settled ones are read once."""
        return self._unsettled(self._paths())

    def _unsettled(self, paths: Sequence[Path]) -> list[Record]:
        settled, spooled = SettledFiles(self.folder, paths), ids_of_spools(self.folder)
        records = self._records(path for path in paths if path not in settled or id_of(path) in spooled)
        settled.add(record.path for record in records if record.concluded and not (record.running or record.spool))
        return [record for record in records if not record.settled]

    def get(self, prefix: str) -> Record:
        """Return the attempt whose id is, or alone begins with, *prefix*; raises `BadInput`."""
        records = self._records(path for path in self._paths() if id_of(path).startswith(prefix))
        chosen = [record for record in records if record.id == prefix] or records
        if not chosen:
            raise BadInput(f"No attempt starts with {prefix}.", "See: orgwizard orgs", meaning="Nothing was done.")
        if len(chosen) > 1:
            several = ", ".join(record.id for record in chosen)
            raise BadInput(f"Several attempts start with {prefix}: {several}.", meaning="Nothing was done.")
        return chosen[0]

    def _attempt(self, path: Path, started: datetime) -> Attempt:
        lock = file_lock.hold(path, _ATTEMPT_SECONDS)
        if lock is None:
            raise Busy(f"Another orgwizard is working on it: attempt {id_of(path)}.", "Wait until it ends.")
        return Attempt(path, lock, self._clock, started)

    def _free(self, key: OrderKey) -> Path:
        """Return a file for an id that sorts by time and can be typed, such as 20261122-160419-3f9a.

        The order's marks stand behind the id, so that it is known even where the file can no longer be read.
        """
        taken = self.ids()
        while (name := f"{self._clock.wall():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}") in taken:
            pass
        return self.folder / f"{name}.{key.marks(name).words}{ENDING}"


def _open(unsettled: Iterable[Record]) -> list[Record]:
    return [record for record in unsettled if record.state != "damaged"]

"""The journal of attempts: one append-only file each, on disk before the step it announces, without secrets."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from orgwizard import private
from orgwizard.clock import Clock
from orgwizard.errors import BadInput, Trouble, Unusable
from orgwizard.ports import SETTLED

_ENDING = ".jsonl"
_LIMIT_BYTES = 16 * 1024 * 1024
_SPOOL_LIMIT_BYTES = 64 * 1024 * 1024
_JOURNAL_SECONDS = 10.0  # requests wait for each other: a few flushes to disk
_ATTEMPT_SECONDS = 0.5  # a reader looks at the lock for an instant

State = Literal[
    "requested",  # written down; nothing is on its way
    "waiting",  # the service asked to come back later; nothing is on its way
    "sending",  # the create request may have left
    "answered",  # an answer came and is in the spool
    "created",  # the answer was understood: the org exists
    "stored",  # its secrets are in the chosen store
    "ready",  # the new org answers
    "later",  # it did not answer yet
    "refused",  # the service said no
    "not_sent",  # the request never left
    "unknown",  # it left, and no whole answer came
    "exists",  # unknown once, then found
    "absent",  # unknown once, then not found
    "damaged",  # the file cannot be read
]
_TELLING = frozenset(
    ("requested", "waiting", "sending", "answered", "created", "stored", "refused", "not_sent", "unknown")
)


class Record(BaseModel):
    """What the journal knows about one attempt; whatever was not reached yet is empty.

    `mark` is the provider's own name for the org (Okta: the subdomain), `digest` that of the request's body,
    `before` what was seen before the request, `store` as in a plan, `via` method and sources of the parent's
    credentials, `keys` the names of the secrets found in the answer (`None` in older records, and before there was
    one), `stored` the reference to them, `spool` the file with the undigested answer, as long as there is one.
    `keys_shown` and `answer_shown` tell what no place on this machine took, so that only the screen had it.
    `running` tells that a process is at work.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str
    path: Path
    state: State
    started: AwareDatetime
    changed: AwareDatetime
    running: bool = False
    pid: int = 0
    provider: str = ""
    site: str = ""
    name: str = ""
    mark: str = ""
    digest: str = ""
    before: Any = None
    store: Any = None
    via: Any = None
    status: int = 0
    request_id: str = ""
    spool: Path | None = None
    org: dict[str, str] | None = None
    keys: tuple[str, ...] | None = None
    stored: Any = None
    keys_shown: bool = False
    answer_shown: bool = False
    profile: str = ""
    found: str = ""
    code: str = ""
    message: str = ""

    @property
    def settled(self) -> bool:
        """Return whether nothing is left to do or to find out."""
        return self.state in SETTLED

    def same_order(self, provider: str, site: str, name: str) -> bool:
        """Return whether this attempt is about the same org."""
        ours = (self.provider, self.site, self.name.strip().casefold())
        return ours == (provider, site, name.strip().casefold())


class Attempt:
    """One attempt being made: every method is on the disk when it returns, or raises `Unusable`.

    It is locked against other processes until it is closed, or the process dies. The events and their facts:
    sending; waiting (seconds, reason); answered (status, request_id); created (org: id, name, url; keys: their
    names); stored (stored: the reference); shown (keys_shown, answer_shown: what only the screen has); profile
    (profile: its name); refused (code, message); not_sent (message); unknown (message); found (state: exists,
    absent or unclear; org); ended (result: a `State`).
    """

    def __init__(self, path: Path, lock: int, clock: Clock, started: datetime) -> None:
        self.path = path
        self.id = path.stem
        self.started = started
        self._lock: int | None = lock
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let other processes take the attempt up."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def note(self, event: str, **facts: Any) -> None:
        """Add an event with JSON facts; a `SecretStr` among them is a `TypeError`."""
        private.append(self.path, _line(self._clock.wall(), event, facts))

    def spool(self, body: bytes) -> Path:
        """Keep the undigested answer, which may hold secrets, in a file and return it."""
        path = _spool(self.path)
        private.folder(path.parent)
        private.write_new(path, body)
        return path

    def spooled(self) -> bytes | None:
        """Return the undigested answer, or `None` where there is none (any more)."""
        try:
            return private.read(_spool(self.path), _SPOOL_LIMIT_BYTES)
        except FileNotFoundError:
            return None

    def unspool(self) -> None:
        """Remove the undigested answer: its secrets are stored."""
        private.remove(_spool(self.path))


class Journal:
    """The attempts in one folder, which is made when the first one is requested."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock

    def requested(
        self,
        provider: str,
        site: str,
        name: str,
        *,
        mark: str = "",
        digest: str = "",
        before: Any = None,
        store: Any = None,
        via: Any = None,
    ) -> Attempt:
        """Begin an attempt, or raise `Unusable`: also if another one at the same org is under way in any process."""
        facts = {"provider": provider, "site": site, "name": name, "mark": mark, "digest": digest}
        seen = {"before": before, "store": store, "via": via, "pid": os.getpid()}
        private.folder(self.folder)
        with _alone(self.folder / ".lock"):
            rival = self.rival(provider, site, name)
            if rival and rival.running:
                raise Unusable(
                    f"The org {name!r} is being created right now by another orgwizard: attempt {rival.id}.",
                    "Wait for it to end, then see: orgwizard orgs",
                    meaning="Nothing was sent by this one.",
                )
            path, started = self._free(), self._clock.wall()
            private.write(path, f"{_line(started, 'requested', facts | seen)}\n".encode())
            return self._attempt(path, started)

    def resume(self, record: Record) -> Attempt:
        """Take up an attempt again; raises `Unusable` if another process is at work on it."""
        attempt = self._attempt(record.path, record.started)
        try:
            attempt.note("resumed", pid=os.getpid())
        except BaseException:
            attempt.close()
            raise
        return attempt

    def rival(self, provider: str, site: str, name: str) -> Record | None:
        """Return an unsettled attempt at the same org, one that is running first, or `None`."""
        rivals = [record for record in self.open() if record.same_order(provider, site, name)]
        return next((record for record in rivals if record.running), next(iter(rivals), None))

    def made(self, provider: str, site: str, name: str) -> Record | None:
        """Return an attempt that created the same org and lost its first keys, or `None`."""
        made = (record for record in self.all() if record.state == "exists" and record.same_order(provider, site, name))
        return next(made, None)

    def created(self, provider: str, site: str, *, apart_from: str) -> list[str]:
        """Return the ids of orgs of which the service itself told other attempts; what a look-up found is a guess."""
        return [
            record.org["id"]
            for record in self.all()
            if (record.provider, record.site) == (provider, site) and record.id != apart_from
            if record.org and record.org.get("id") and not record.found
        ]

    def given(self) -> set[str]:
        """Return the names under which attempts gave keys to commands, which may overwrite what they have."""
        stored = [record.stored for record in self.all() if isinstance(record.stored, dict)]
        return {str(name) for reference in stored for name in reference.get("names") or ()}

    def all(self) -> list[Record]:
        """Return every attempt, newest first; files that cannot be read are among them as "damaged".

        Raises `Unusable` where the folder cannot be read: like all that look for an attempt.
        """
        records = [_record(path) for path in private.listed(self.folder, _ENDING)]
        return sorted(records, key=lambda record: (record.started, record.id), reverse=True)

    def open(self) -> list[Record]:
        """Return the attempts with something left to do or to find out, newest first, running ones included."""
        return [record for record in self.all() if not record.settled and record.state != "damaged"]

    def get(self, prefix: str) -> Record:
        """Return the attempt whose id is, or alone begins with, *prefix*; raises `BadInput`."""
        records = [record for record in self.all() if record.id.startswith(prefix)]
        chosen = [record for record in records if record.id == prefix] or records
        if not chosen:
            raise BadInput(f"There is no attempt {prefix}.", "See: orgwizard orgs", meaning="Nothing was done.")
        if len(chosen) > 1:
            several = ", ".join(record.id for record in chosen)
            raise BadInput(f"Several attempts begin with {prefix}: {several}.", meaning="Nothing was done.")
        return chosen[0]

    def _attempt(self, path: Path, started: datetime) -> Attempt:
        lock = private.hold(path, _ATTEMPT_SECONDS)
        if lock is None:
            raise Unusable(
                f"Another orgwizard is at work on the attempt {path.stem}.",
                "Wait for it to end.",
                meaning="The attempt was left as it is.",
            )
        return Attempt(path, lock, self._clock, started)

    def _free(self) -> Path:
        """Return a file for an id that sorts by time and can be typed, such as 20261122-160419-3f9a."""
        while True:
            path = self.folder / f"{self._clock.wall():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}{_ENDING}"
            if not path.exists():
                return path


def _line(at: datetime, event: str, facts: Mapping[str, Any]) -> str:
    """Return an event as ASCII JSON, with question marks for half characters: those make no valid record."""
    text = json.dumps({"at": at.isoformat(), "event": event, **facts}, ensure_ascii=False)
    return json.dumps(json.loads(text.encode(errors="replace")))


def _spool(path: Path) -> Path:
    return path.parent / "spool" / f"{path.stem}.body"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes out of the journal for a moment; raises `Unusable`."""
    lock = private.hold(path, _JOURNAL_SECONDS)
    if lock is None:
        raise Unusable(f"{path} is held by another orgwizard.", "Is one of them stopped? Let it go on, or end it.")
    try:
        yield
    finally:
        os.close(lock)


def _spooled(path: Path) -> Path | None:
    """Return the spool file of an attempt if there is something in it."""
    spool = _spool(path)
    try:
        return spool if spool.is_file() and spool.stat().st_size else None
    except OSError:
        return None


def _record(path: Path) -> Record:
    """Read one file; whatever is wrong with it is a "damaged" record and never an error."""
    spool = _spooled(path)
    try:
        known = _folded(private.read(path, _LIMIT_BYTES))
        if spool and known["state"] == "sending":  # ended between the two writes
            known["state"] = "answered"
        seen = {"id": path.stem, "path": path, "spool": spool, "running": private.held(path)}
        return Record.model_validate(known | seen)
    except (Trouble, OSError, ValueError, RecursionError):
        when = _touched(path)
        return Record(id=path.stem, path=path, state="damaged", started=when, changed=when, spool=spool)


def _folded(data: bytes) -> dict[str, Any]:
    """Fold the lines into the facts of a record; raises `ValueError` if they do not begin as they should."""
    first, *later = _events(data)
    if first["event"] != "requested":
        raise ValueError("the beginning is missing")
    known: dict[str, Any] = {}
    state, found = "requested", ""
    for event in (first, *later):
        known |= event
        state = _state_after(event, state)
        found = event.get("state", "") if event["event"] == "found" else found
    return known | {"started": first["at"], "changed": known["at"], "state": state, "found": found}


def _state_after(event: Mapping[str, Any], state: str) -> Any:
    """Return the state that an event leads to: the one named by an end, its own, or the one before."""
    if event["event"] == "ended":
        return event.get("result")
    return event["event"] if event["event"] in _TELLING else state


def _events(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the lines that are events; a torn one, or one edited into nonsense, is passed over."""
    for line in data.split(b"\n"):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and isinstance(event.get("event"), str) and "at" in event:
            yield event


def _touched(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(0, UTC)

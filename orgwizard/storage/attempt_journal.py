"""The journal of attempts: one append-only file each, on disk before the step it announces, without secrets."""

import json
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from orgwizard.domain.attempt_state import SETTLED
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import BadInput, Busy, LocalFailure, Repeated, WizardError
from orgwizard.domain.http import Response
from orgwizard.domain.order_key import Marks, OrderKey, folded
from orgwizard.domain.raw_response import LARGEST_BYTES, response_of
from orgwizard.domain.redactor import REDACTOR
from orgwizard.storage.response_spool import Spool, has_something, spooled
from orgwizard.storage.settled_files import SettledFiles
from orgwizard.system import private_files

_ENDING = ".jsonl"
_LIMIT_BYTES = 16 * 1024 * 1024
_SPOOL_LIMIT_BYTES = LARGEST_BYTES + 1024 * 1024
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
NEVER_LEFT = frozenset(("requested", "waiting"))  # states in which no request is on its way
# Keys may be in a store by then; "requested" and "waiting" also where the lines after them were lost.
_UNTOLD = frozenset(("requested", "waiting", "sending", "answered", "created", "unknown"))
_OTHER_EVENTS = frozenset(("given", "resumed", "shown", "profile", "found", "undo", "ended"))
_KEYRINGS = ("keyring", "keyring:unencrypted")  # as a plan names them
_NO_LINE = "Its first line cannot be read."
_NOTHING_MADE = frozenset(("refused", "not_sent", "absent"))
_PRESSING = ("running", "open", "done", "unclear")
_TELLING = frozenset(
    ("requested", "waiting", "sending", "answered", "created", "stored", "refused", "not_sent", "unknown")
)
_KNOWN_EVENTS = _TELLING | _OTHER_EVENTS


class Record(BaseModel):
    """What the journal knows about one attempt; whatever was not reached yet is empty.

    `mark` is the provider's own name for the org (Okta: the subdomain), `digest` that of the request's body,
    `before` what was seen before the request, `store` as in a plan, `via` method and sources of the parent's
    credentials, `sent_at` when the request was last sent, in epoch seconds by the service's own clock,
    `sendings` how often it may have left, `keys` the names of the secrets found in the answer (`None` in older
    records, and before there was one), `missing` what it lacked, in words, `stored` the reference to the secrets,
    `given` the names under which a command was about to be given them, so that it may have them,
    `given_elsewhere` those of them of which no event says that they are stored,
    `spool` the file with the undigested answer, as long as there is one.
    `keys_shown` and `answer_shown` are true if only the screen had them.
    `undo` is what became of the call that takes the org, or its keys, back: sent, done, refused or unknown.
    `running` tells that a process is at work. `told` and `exit` are what its creation ended with for scripts: the
    object of `--json`, without secrets, and the exit code. `damage` says what is wrong with one that is "damaged",
    `approved` is the fingerprint of the plan that somebody approved.
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
    sent_at: float | None = None
    sendings: int = 1
    status: int = 0
    request_id: str = ""
    spool: Path | None = None
    org: dict[str, str] | None = None
    details: dict[str, str] = {}
    keys: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    stored: Any = None
    given: tuple[str, ...] = ()
    given_elsewhere: tuple[str, ...] = ()
    keys_shown: bool = False
    answer_shown: bool = False
    profile: str = ""
    undo: str = ""
    found: str = ""
    code: str = ""
    message: str = ""
    told: dict[str, Any] | None = None
    exit: int | None = None
    damage: str = ""
    approved: str = ""

    @property
    def settled(self) -> bool:
        """Return whether nothing is left to do or to find out."""
        return self.state in SETTLED and not self.unmoved

    @property
    def unmoved(self) -> bool:
        """Return whether the keys of the new org are in the undigested answer alone, because every store failed."""
        return self.state in ("ready", "exists") and bool(self.spool and self.keys) and not self.stored

    @property
    def may_be_in_keyring(self) -> bool:
        """Return whether its keys may be in the keyring, of which the journal could not tell; `resume` looks there."""
        return self.store in _KEYRINGS and self.keys != () and _may_have_keys(self)

    @property
    def left_over(self) -> bool:
        """Return whether the undigested answer is still there though its keys are stored, whole, and proven."""
        return self.state == "ready" and bool(self.spool and self.keys and self.stored) and not self.missing

    def same_order(self, key: OrderKey) -> bool | None:
        """Return whether this attempt was made for the same order, None where that cannot be told."""
        marks = _marks(self.path)
        if marks is None and self.name:  # of a version that named files by their id alone
            parents = frozenset((f"host {urlsplit(self.site).netloc}",)) if self.mark else frozenset[str]()
            old = OrderKey(self.provider, self.mark.casefold() or folded(self.name), parents)
            if self.provider != key.provider:
                return False
            marks = old.marks(self.id)
        return None if marks is None else key.marks(self.id).same(marks)


@dataclass(frozen=True)
class EarlierAttempt:
    """An attempt at the same order that stands in the way of sending it again.

    "running": another process is at it; "open": something is left to do or to find out; "done": the org was created;
    "unclear": unreadable record, or its parent is not known, so that it may have been this order.
    """

    kind: Literal["running", "open", "done", "unclear"]
    record: Record

    def error(self, options: str = "") -> Busy | Repeated:
        """Return what keeps this order from being sent."""
        attempt = self.record.id
        if self.kind == "running":
            return Busy(f"Another orgwizard is creating this org right now: attempt {attempt}.", "Wait until it ends.")
        if self.kind == "unclear":
            advice = "Check at the provider whether it exists. To create it anyway, use --again."
            return Repeated(attempt, self.kind, f"This org may have been created before: {self._doubt()}.", advice)
        state = "created this org" if self.kind == "done" else "may have created this org and is unfinished"
        see = f"orgwizard resume {attempt} {options}".rstrip()
        cause = f"Attempt {attempt} {state}."
        return Repeated(attempt, self.kind, cause, f"See: {see}. To create a second one, use --again.")

    def _doubt(self) -> str:
        if self.record.state == "damaged":
            return f"the record of attempt {self.record.id} cannot be read ({self.record.path})"
        return f"attempt {self.record.id} was for an org of this name, and maybe of this parent"


class Attempt:
    """One attempt being made: every method is on the disk when it returns, or raises `LocalFailure`.

    It is locked against other processes until it is closed, or the process dies. The events and their facts:
    sending (sent_at); waiting (seconds, reason); answered (status, request_id); created (org: id, name, url; keys:
    their names); given (given: the names that a command is about to be given, or took before it failed); stored
    (stored: the reference); shown (keys_shown, answer_shown: what only the screen has); profile
    (profile: its name); refused (code, message); not_sent (message); unknown (message); found (state: exists,
    absent or unclear; org); ended (result: a `State`; told, exit: see `Record`).
    """

    def __init__(self, path: Path, lock: int, clock: Clock, started: datetime) -> None:
        self.path = path
        self.id = _id(path)
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
            private_files.let_go(self._lock)
            self._lock = None

    def note(self, event: str, **facts: Any) -> None:
        """Add an event with JSON facts; a `SecretStr` among them is a `TypeError`."""
        private_files.append(self.path, _line(self._clock.wall(), event, facts))

    def spool(self) -> Spool:
        """Reserve room on disk for the response, which may hold secrets, in the place of an earlier one."""
        return Spool(_spools(self.path)[0])

    def spooled(self, status: int = 0) -> Response | None:
        """Return the response that lies on the disk, `None` where there is none that can be read.

        *status* is what the journal knows: older files hold the body alone.
        """
        response, body = _spools(self.path)
        with suppress(FileNotFoundError):
            if raw := spooled(response, _SPOOL_LIMIT_BYTES):
                return response_of(raw)
        with suppress(FileNotFoundError):
            return Response(status or 200, {}, private_files.read(body, _SPOOL_LIMIT_BYTES))
        return None

    def unspool(self) -> None:
        """Remove the response: its secrets are stored."""
        for path in _spools(self.path):
            private_files.remove(path)


@dataclass(frozen=True)
class Overview:
    """A history in short: what is open, what began last, both newest first, and how many attempts there are."""

    open: list[Record]
    newest: list[Record]
    total: int


class Journal:
    """The attempts in one folder, which is made when the first one is requested.

    *with_keys* tells which attempts have a key file, and what it says: `file`, and `id`, `org` and `url` of the org.
    """

    def __init__(
        self, folder: Path, clock: Clock, with_keys: Callable[[], Mapping[str, Mapping[str, str]]] = dict
    ) -> None:
        self.folder = folder
        self._with_keys = with_keys
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
        key: OrderKey | None = None,
        known: Collection[str] = (),
        approved: str = "",
    ) -> Attempt:
        """Begin an attempt at the order that *key* stands for; raises `LocalFailure`.

        Raises `Busy` if another process is at this order, and `Repeated` if an attempt at it is there that may have
        created the org: it has begun since the last look. Those in *known* were passed over by the user's own wish.
        """
        facts = {"provider": provider, "site": site, "name": name, "mark": mark, "digest": digest}
        seen = {"before": before, "store": store, "via": via, "pid": os.getpid()}
        seen |= {"approved": approved} if approved else {}
        key = key or OrderKey(provider, mark.casefold() or folded(name), frozenset((f"site {site}",)))
        private_files.folder(self.folder)
        with _alone(self.folder / ".lock"):
            if earlier := self.earlier(key, known):
                raise earlier.error()
            path, started = self._free(key), self._clock.wall()
            private_files.write(path, f"{_line(started, 'requested', facts | seen)}\n".encode())
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

    def earlier(self, key: OrderKey, known: Collection[str] = ()) -> EarlierAttempt | None:
        """Return the attempt that stands in the way of an order, the most pressing one; `None` where there is none.

        Those in *known* do not count, but for one that is running. Raises `LocalFailure`.
        """
        found = [
            _standing(record, key) for record in self._records(path for path in self._paths() if _may_be_of(path, key))
        ]
        counted = [one for one in found if one and (one.kind == "running" or one.record.id not in known)]
        return min(counted, key=lambda one: _PRESSING.index(one.kind), default=None)

    def note_giving(self, attempt: str, name: str) -> None:
        """Write down that a command is about to be given a key of an attempt of this journal; raises `LocalFailure`."""
        for path in self._paths():
            if _id(path) == attempt:
                private_files.append(path, _line(self._clock.wall(), "given", {"given": [name]}))

    def ids(self) -> frozenset[str]:
        """Return the ids of all attempts; raises `LocalFailure`."""
        return frozenset(map(_id, self._paths()))

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
        stored = [record.stored for record in records if isinstance(record.stored, dict)]
        partly = {name for record in records for name in record.given}
        return partly | {str(name) for reference in stored for name in reference.get("names") or ()}

    def all(self) -> list[Record]:
        """Return every attempt, newest first; files that cannot be read are among them as "damaged".

        Raises `LocalFailure` where the folder cannot be read: like all that look for an attempt.
        """
        return self._records(self._paths())

    def overview(self, most: int) -> Overview:
        """Return what is open, and what began last, without reading the rest; raises `LocalFailure`."""
        paths = self._paths()
        newest = self._records(sorted(paths, key=_id, reverse=True)[:most])
        return Overview(_open(self._unsettled(paths)), newest, len(paths))

    def _paths(self) -> list[Path]:
        return private_files.listed(self.folder, _ENDING)

    def _records(self, paths: Iterable[Path]) -> list[Record]:
        """Return the attempts of these files, newest first."""
        spooled = _ids_of_spools(self.folder)
        records = [_record(path, _spooled(path) if _id(path) in spooled else None) for path in paths]
        if any(_may_have_keys(record) for record in records):
            found = self._with_keys()
            records = [_with_key_file(record, found.get(record.id)) for record in records]
        return sorted(records, key=lambda record: (record.started, record.id), reverse=True)

    def open(self) -> list[Record]:
        """Return the attempts with something left to do or to find out, newest first, running ones included."""
        return _open(self.unsettled())

    def unsettled(self) -> list[Record]:
        """Return those that are open, and those that cannot be read, newest first; settled ones are read once."""
        return self._unsettled(self._paths())

    def _unsettled(self, paths: Sequence[Path]) -> list[Record]:
        settled, spooled = SettledFiles(self.folder, paths), _ids_of_spools(self.folder)
        records = self._records(path for path in paths if path not in settled or _id(path) in spooled)
        settled.add(record.path for record in records if record.settled and not (record.running or record.spool))
        return [record for record in records if not record.settled]

    def get(self, prefix: str) -> Record:
        """Return the attempt whose id is, or alone begins with, *prefix*; raises `BadInput`."""
        records = self._records(path for path in self._paths() if _id(path).startswith(prefix))
        chosen = [record for record in records if record.id == prefix] or records
        if not chosen:
            raise BadInput(f"No attempt starts with {prefix}.", "See: orgwizard orgs", meaning="Nothing was done.")
        if len(chosen) > 1:
            several = ", ".join(record.id for record in chosen)
            raise BadInput(f"Several attempts start with {prefix}: {several}.", meaning="Nothing was done.")
        return chosen[0]

    def _attempt(self, path: Path, started: datetime) -> Attempt:
        lock = private_files.hold(path, _ATTEMPT_SECONDS)
        if lock is None:
            raise Busy(f"Another orgwizard is working on it: attempt {_id(path)}.", "Wait until it ends.")
        return Attempt(path, lock, self._clock, started)

    def _free(self, key: OrderKey) -> Path:
        """Return a file for an id that sorts by time and can be typed, such as 20261122-160419-3f9a.

        The order's marks stand behind the id, so that it is known even where the file can no longer be read.
        """
        taken = self.ids()
        while (name := f"{self._clock.wall():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}") in taken:
            pass
        return self.folder / f"{name}.{key.marks(name).words}{_ENDING}"


def _line(at: datetime, event: str, facts: Mapping[str, Any]) -> str:
    """Return an event as ASCII JSON; lone surrogates, which make no valid record, become "?"."""
    known = REDACTOR.clean_values({"at": at.isoformat(), "event": event, **facts})
    text = json.dumps(known, ensure_ascii=False)
    return json.dumps(json.loads(text.encode(errors="replace")))


def _id(path: Path) -> str:
    """Return the id of the attempt that a file is about: its name up to the first dot."""
    return path.name.partition(".")[0]


def _marks(path: Path) -> Marks | None:
    """Return the marks of the order in a file's name, `None` where it has none."""
    return Marks.parse(path.name.removesuffix(_ENDING).partition(".")[2])


def _may_be_of(path: Path, key: OrderKey) -> bool:
    """Return whether an attempt may have been made for an order, as far as the name of its file tells: fast."""
    attempt, _, words = path.name.removesuffix(_ENDING).partition(".")
    return words.startswith(key.child_mark(attempt)) or not Marks.are_written(words)


def _standing(record: Record, key: OrderKey) -> EarlierAttempt | None:
    """Return how a record stands in the way of an order, `None` where it does not."""
    same = record.same_order(key)
    if same is False or record.state in _NOTHING_MADE:
        return None
    if record.running and same:
        return EarlierAttempt("running", record)
    if same is None or record.state == "damaged" or record.provider != key.provider:
        return EarlierAttempt("unclear", record)
    return EarlierAttempt("done" if record.settled else "open", record)


def _spools(path: Path) -> tuple[Path, Path]:
    """Return the files in which the response to an attempt may lie: as it came, and in older versions its body."""
    folder = path.parent / "spool"
    return folder / f"{_id(path)}.http", folder / f"{_id(path)}.body"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes out of the journal for a moment; raises `LocalFailure`."""
    lock = private_files.hold(path, _JOURNAL_SECONDS)
    if lock is None:
        raise LocalFailure(
            f"{path} is held by another orgwizard.", "If one of them is stopped, let it continue or end it."
        )
    try:
        yield
    finally:
        private_files.let_go(lock)


def _spooled(path: Path) -> Path | None:
    """Return the spool file of an attempt if there is something in it."""
    return next(filter(has_something, _spools(path)), None)


def _open(unsettled: Iterable[Record]) -> list[Record]:
    return [record for record in unsettled if record.state != "damaged"]


def _ids_of_spools(folder: Path) -> frozenset[str]:
    """Return the ids of the attempts of which a response may lie on the disk."""
    try:
        with os.scandir(folder / "spool") as found:
            return frozenset(entry.name.partition(".")[0] for entry in found)
    except OSError:
        return frozenset()


def _record(path: Path, spool: Path | None) -> Record:
    """Read one file; what is wrong with it makes a "damaged" record of what can be read, and is never an error."""
    began = _began(path)
    seen = {"id": _id(path), "path": path, "spool": spool}
    facts: dict[str, Any] = {"started": began, "changed": began, "state": "damaged", "damage": _NO_LINE}
    try:
        facts |= {"running": private_files.held(path)}
        facts |= _folded(private_files.read(path, _LIMIT_BYTES))
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


def _may_have_keys(record: Record) -> bool:
    """Return whether its keys may lie in a file of which the journal could not tell, and nowhere else."""
    return record.state in _UNTOLD and not (record.stored or record.spool or record.running)


def _with_key_file(record: Record, file: Mapping[str, str] | None) -> Record:
    """Return the record with what the key file of its attempt tells: the org exists, and its keys are there."""
    if not file or not _may_have_keys(record):
        return record
    org = record.org or {"id": file.get("id", ""), "name": file.get("org", record.name), "url": file.get("url", "")}
    told = {"state": "stored", "stored": {"file": file["file"]}, "org": org, "keys_shown": False}
    return record.model_copy(update=told)


def _folded(data: bytes) -> dict[str, Any]:
    """Fold the lines into the facts of a record, {} where no line can be read.

    Where the beginning is lost, what the later lines repeat of it is used; without that the record is "damaged".
    """
    events, whole = _events(data)
    if not events:
        return {}
    known: dict[str, Any] = {}
    state, found = "damaged", ""
    for event in events:
        known |= event
        state = _state_after(event, state)
        found = event.get("state", "") if event["event"] == "found" else found
    if not whole and state in NEVER_LEFT:  # what is lost may have said that the request left
        state = "unknown"
    told = known.get("told")
    named = {name: told[name] for name in ("provider", "site") if isinstance(told, dict) and told.get(name)}
    all_given = (name for event in events if isinstance(event.get("given"), list) for name in event["given"])
    given = list(dict.fromkeys(map(str, all_given)))
    known = {
        **named,
        **known,
        "changed": known["at"],
        "state": state,
        "found": found,
        "given": given,
        "given_elsewhere": _unconfirmed(given, events),
    }
    if events[0]["event"] == "requested":
        known |= {"started": events[0]["at"]}
    return known if known.get("provider") and known.get("site") else known | {"state": "damaged"}


def stored_names(reference: Mapping[str, Any]) -> set[str]:
    """Return the names under which a command has keys, given the reference to them."""
    names, entries = reference.get("names"), reference.get("entries")
    listed = (*(names if isinstance(names, list) else ()), *(entries.values() if isinstance(entries, dict) else ()))
    return set(map(str, listed))


def _unconfirmed(given: Sequence[str], events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return those of *given* that no reference to stored keys names; one to a command may stand for all."""
    references = [event["stored"] for event in events if isinstance(event.get("stored"), dict)]
    if any("command" in reference and "names" not in reference for reference in references):
        return []
    known = {name for reference in references for name in stored_names(reference)}
    return [name for name in given if name not in known]


def _state_after(event: Mapping[str, Any], state: str) -> Any:
    """Return the state that an event leads to: the one named by an end, its own, or the one before."""
    if event["event"] == "ended":
        return event.get("result")
    return event["event"] if event["event"] in _TELLING else state


def _events(data: bytes) -> tuple[list[dict[str, Any]], bool]:
    """Return the lines that are events of ours, and whether those are all.

    A torn line, one edited into nonsense, zeros after a power cut and the words of a later version are passed over.
    """
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    events = [event for event in _parsed(lines) if _is_event(event)]
    return events, len(events) == len(lines)


def _parsed(lines: Sequence[bytes]) -> list[Any]:
    """Return what each line says, `None` for one that cannot be read; whole files are parsed at once, which is fast."""
    with suppress(ValueError, RecursionError):
        values = json.loads(b"[" + b",".join(lines) + b"]")
        if len(values) == len(lines):
            return list(values)
    return [_value(line.strip(b"\0")) for line in lines]


def _value(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and value.get("event") in _KNOWN_EVENTS and "at" in value


def _began(path: Path) -> datetime:
    """Return when an attempt began: by its id, else by when its file was touched."""
    day, _, time = _id(path)[:15].partition("-")
    with suppress(ValueError):
        return datetime.fromisoformat(f"{day}T{time}+00:00")
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(0, UTC)

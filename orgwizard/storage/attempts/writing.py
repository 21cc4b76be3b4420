"""One attempt being made: its events are written under its lock, its response spooled beside it."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from orgwizard.domain.clock import Clock
from orgwizard.domain.http import Response
from orgwizard.domain.order_key import OrderKey
from orgwizard.domain.raw_response import LARGEST_BYTES, response_of
from orgwizard.storage.attempts.events import line
from orgwizard.storage.attempts.file import id_of, spools_of
from orgwizard.storage.attempts.response_spool import Spool, spooled
from orgwizard.system import file_lock, private_files

_SPOOL_LIMIT_BYTES = LARGEST_BYTES + 1024 * 1024


@dataclass(frozen=True)
class NewAttempt:
    """An order that is about to be sent, as it is recorded; see `Record` for its facts.

    `key` is what the order is recognised by. The attempts in `passed_over`, by their ids, do not keep it from being
    sent: the user wished so.
    """

    provider: str
    site: str
    name: str
    key: OrderKey
    mark: str = ""
    digest: str = ""
    before: Mapping[str, object] | None = None
    store: object = None
    via: Mapping[str, object] | None = None
    approved: str = ""
    passed_over: Collection[str] = ()

    @property
    def facts(self) -> dict[str, object]:
        """Return what its first event says."""
        facts = {name: getattr(self, name) for name in ("provider", "site", "name", "mark", "digest")}
        facts |= {"before": self.before, "store": self.store, "via": self.via}
        return facts | ({"approved": self.approved} if self.approved else {})


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
        self.id = id_of(path)
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
            file_lock.let_go(self._lock)
            self._lock = None

    def note(self, event: str, **facts: object) -> None:
        """Add an event with JSON facts; a `SecretStr` among them is a `TypeError`."""
        private_files.append(self.path, line(self._clock.wall(), event, facts))

    def spool(self) -> Spool:
        """Reserve room on disk for the response, which may hold secrets, in the place of an earlier one."""
        return Spool(spools_of(self.path)[0])

    def spooled(self, status: int = 0) -> Response | None:
        """Return the response that lies on the disk, `None` where there is none that can be read.

        *status* is what the journal knows: older files hold the body alone.
        """
        response, body = spools_of(self.path)
        with suppress(FileNotFoundError):
            if raw := spooled(response, _SPOOL_LIMIT_BYTES):
                return response_of(raw)
        with suppress(FileNotFoundError):
            return Response(status or 200, {}, private_files.read(body, _SPOOL_LIMIT_BYTES))
        return None

    def unspool(self) -> None:
        """Remove the response: its secrets are stored."""
        for path in spools_of(self.path):
            private_files.remove(path)

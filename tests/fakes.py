"""Stand-ins that keep the real contracts: a clock without waiting, a journal and a vault in memory, a service."""

import asyncio
import json
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from orgwizard.application.creation.chosen_store import ChosenStore
from orgwizard.application.creation.tools import Tools
from orgwizard.domain.clock import Clock
from orgwizard.domain.control import Control
from orgwizard.domain.errors import LocalFailure, NeedsAttention, WizardError
from orgwizard.domain.events import Result
from orgwizard.domain.http import Call, Response
from orgwizard.domain.order_key import OrderKey
from orgwizard.domain.raw_response import response_of, written
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.datadog.fields import DatadogOrganization, Keys
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.okta.administrator_fields import OktaAdministrator
from orgwizard.providers.okta.fields import ApiToken, OktaOrganization
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.order import Connection, Order
from orgwizard.storage.attempts.earlier import EarlierAttempt
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.response_spool import Spool
from orgwizard.storage.attempts.writing import Attempt, NewAttempt
from orgwizard.storage.stores.vault import KeyFacts, StoredKeys

START = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
TURNS = 6  # of the loop, that everybody else gets before time passes


class FakeClock(Clock):
    """Passes time without waiting: to the end of the shortest sleep, once everybody else had their turn."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []
        self._ends: list[float] = []

    def now(self) -> float:
        return self.time

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.time - 1000.0)

    async def sleep(self, seconds: float) -> None:
        end = self.time + seconds
        self._ends.append(end)
        try:
            await self._turns()
            while self.time < end and min(self._ends) < end:
                await self._turns()
            self.time = max(self.time, end)
            self.slept.append(seconds)
        finally:
            self._ends.remove(end)

    async def _turns(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)


@dataclass
class Log:
    """What happened, in order; whatever is in `faults` raises when it happens, and is written down before."""

    lines: list[str] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, line: str) -> None:
        with self._guard:
            self.lines.append(line)
        if line in self.faults:
            raise self.faults[line]

    def after(self, line: str) -> list[str]:
        return self.lines[self.lines.index(line) + 1 :]


class MemoryAttempt(Attempt):
    """One attempt in memory; `on_disk` is the body that its spool took."""

    def __init__(self, log: Log) -> None:
        self.log, self.id, self.started = log, "20261122-160000-aaaa", START
        self.facts: dict[str, Any] = {}
        self.on_disk: bytes | None = None
        self.closed = False

    def note(self, event: str, **facts: Any) -> None:
        json.dumps(facts)  # as the real one: a secret among them is a TypeError
        self.facts |= {event: facts}
        self.log(f"{event} {facts['result']}" if event == "ended" else event)

    def spool(self) -> "MemorySpool":
        return MemorySpool(self)

    def spooled(self, status: int = 0) -> Response | None:
        self.log("spooled")
        return None if self.on_disk is None else Response(status or 200, {}, self.on_disk)

    def unspool(self) -> None:
        self.log("unspool")
        self.on_disk = None

    def close(self) -> None:
        self.closed = True


class MemorySpool(Spool):
    """Room for one response; "spool" is logged when something comes, and its body is put into the attempt."""

    def __init__(self, attempt: MemoryAttempt) -> None:
        self.attempt, self.path, self.raw = attempt, Path("/spool/the.http"), b""

    def write(self, data: bytes) -> None:
        if not self.raw:
            self.attempt.log("spool")
        self.raw += data
        response = response_of(self.raw)
        self.attempt.on_disk = response.body if response else self.raw

    def close(self) -> None:
        pass


class MemoryJournal(Journal):
    """The record of attempts in memory; `attempt` is the one that was begun."""

    def __init__(self, log: Log) -> None:
        self.log, self.attempt = log, MemoryAttempt(log)
        self.facts: dict[str, Any] = {}
        self.rival: EarlierAttempt | None = None
        self.keys: list[OrderKey] = []

    def earlier(self, key: OrderKey, passed_over: Collection[str] = ()) -> EarlierAttempt | None:
        self.keys.append(key)
        return None if self.rival and self.rival.record.id in passed_over else self.rival

    def ids(self) -> frozenset[str]:
        return frozenset({self.rival.record.id} if self.rival else ())

    def created(self, provider: str, site: str, *, apart_from: str) -> list[str]:
        assert provider
        assert site
        assert apart_from == self.attempt.id
        return []

    def requested(self, new: NewAttempt) -> MemoryAttempt:
        if earlier := self.earlier(new.key, new.passed_over):
            raise earlier.error()
        self.facts = new.facts | {"approved": new.approved}
        self.log("requested")
        return self.attempt


class MemoryVault(ChosenStore):
    """A store in memory, called `name`; "screen" keeps nothing, as the real one."""

    def __init__(self, log: Log, name: str = "file") -> None:
        self.log, self.name = log, name
        self.held: dict[str, str] = {}

    @property
    def on_disk(self) -> bool:
        return self.name != "screen"

    def plan(self) -> str:
        return self.name

    def probe(self) -> str:
        self.log(f"probe {self.name}")
        return f"{self.name} works"

    def keep(self, label: str, secrets: Mapping[str, SecretStr], facts: KeyFacts) -> StoredKeys:
        assert facts.provider
        self.log(f"keep {self.name}")
        if self.on_disk:
            self.held = {name: secret.get_secret_value() for name, secret in secrets.items()}
        sources = {name: Reference(file=label, key=name) for name in secrets} if self.on_disk else {}
        return StoredKeys({self.name: label}, f"in {self.name}", sources)


@dataclass
class Service:
    """Both vendors as far as a creation sees them: reads go well, creates are answered from a list.

    An entry of `creates` is an `Response`, a failure to raise, or a function that is awaited for one of the two.
    `exists` tells whether a look-up finds the new org, `ready` how many probes fail before it answers.
    """

    log: Log
    creates: list[Any] = field(default_factory=list)
    exists: bool = False
    ready_after: int = 0
    calls: list[Call] = field(default_factory=list)
    _made: bool = False

    async def send(self, call: Call) -> Response:
        self.calls.append(call)
        if call.once:
            self.log("POST")
            if call.sink is not None:
                call.sink.sent()
            reply = await _given(self.creates.pop(0) if self.creates else created(call))
            if call.sink is not None:
                call.sink.write(written(reply.status, reply.headers, reply.body))
            self._made = reply.ok and b'"id"' in reply.body and b"00oParent" not in reply.body
            return reply
        path = call.url.partition("://")[2].partition("/")[2]
        return self._read(call, path)

    @property
    def posted(self) -> int:
        return sum(call.once for call in self.calls)

    def _read(self, call: Call, path: str) -> Response:
        if path == ".well-known/okta-organization":
            child = "my-child" in call.url
            return response(200, {"id": "00oParent"}) if not child else self._child()
        if path.startswith("api/v1/org") and "my-child" in call.url + path:
            return self._probe()
        if path == "api/v2/org":
            orgs = [datadog_org("u-parent", "Acme")] + ([datadog_org("u-1", "My Child")] if self._there() else [])
            return response(200, {"data": {"id": "u-parent"}, "included": orgs})
        if path == "api/v2/validate_keys":
            return self._probe() if self._childs_key(call) else response(200, {"status": "ok"})
        return response(200, {"id": "00oParent", "companyName": "Acme", "orgs": [_PARENT]})

    def _there(self) -> bool:
        return self.exists and self.posted > 0

    def _child(self) -> Response:
        return response(200, {"id": "00oChild"}) if self._made or self._there() else response(404, {})

    def _childs_key(self, call: Call) -> bool:
        key = call.headers.get("DD-API-KEY")
        return isinstance(key, SecretStr) and key.get_secret_value() == DATADOG_SECRETS["api_key"]

    def _probe(self) -> Response:
        self.log("probe org")
        self.ready_after -= 1
        return response(403, {}) if self.ready_after >= 0 else response(200, _ACCEPTED)


_ACCEPTED = {"id": "00oChild", "status": "ok", "valid": True}
_PARENT = {"name": "Acme", "public_id": "public-u-parent"}


async def _given(reply: Any) -> Response:
    if callable(reply):
        reply = await reply()
    if isinstance(reply, Exception):
        raise reply
    assert isinstance(reply, Response)
    return reply


def response(status: int, body: Any, **headers: str) -> Response:
    """Return an answer in JSON; underscores in the names of *headers* stand for dashes."""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Response(status, named, body if isinstance(body, bytes) else json.dumps(body).encode())


def datadog_org(org_id: str, name: str) -> dict[str, Any]:
    return {"id": org_id, "type": "orgs", "attributes": {"name": name, "public_id": f"public-{org_id}"}}


OKTA_SECRETS = {"token": "00child-token-received"}
DATADOG_SECRETS = {"api_key": "a" * 32, "application_key": "b" * 40}
OKTA_CREATED: Mapping[str, Any] = {
    "id": "00oChild",
    "name": "My Child",
    "subdomain": "my-child",
    "status": "ACTIVE",
    "token": OKTA_SECRETS["token"],
    "tokenType": "SSWS",
    "_links": {"organization": {"href": "https://my-child.okta.com/api/v1/orgs/my-child"}},
}
DATADOG_CREATED: Mapping[str, Any] = {
    "org": {"public_id": "my-child-id", "name": "My Child", "created": "2021-08-05 11:39:59", "description": None},
    "api_key": {"key": DATADOG_SECRETS["api_key"]},
    "application_key": {"hash": DATADOG_SECRETS["application_key"]},
    "user": {"handle": "ada@example.com"},
}


def created(call: Call) -> Response:
    """Return the answer to a create call that went well."""
    return response(201, OKTA_CREATED) if call.url.endswith("/orgs") else response(200, DATADOG_CREATED)


def okta_order() -> Order:
    okta = Okta()
    return Order(
        Connection(okta.site("acme.okta.com"), "api-token", ApiToken(token=SecretStr("00parent-token"))),
        OktaOrganization(name="My Child", subdomain="my-child"),
        OktaAdministrator(
            first_name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            login="ada@example.com",
            password=SecretStr("Analytical1843"),
        ),
    )


def datadog_order() -> Order:
    keys = Keys(api_key=SecretStr("c" * 32), application_key=SecretStr("d" * 40))
    return Order(Connection(Datadog().site("datadoghq.eu"), "keys", keys), DatadogOrganization(name="My Child"))


@dataclass
class Bench:
    """Everything that a creation is handed, in memory, and one log of it all."""

    store: str = "file"
    log: Log = field(default_factory=Log)
    clock: FakeClock = field(default_factory=FakeClock)
    control: Control = field(default_factory=Control)
    profile: Callable[[Result], str] | None = None
    again: bool = False

    def __post_init__(self) -> None:
        self.service = Service(self.log)
        self.journal = MemoryJournal(self.log)
        self.vault = MemoryVault(self.log, self.store)
        self.fallback = MemoryVault(self.log, "fallback")

    @property
    def attempt(self) -> MemoryAttempt:
        return self.journal.attempt

    @property
    def tools(self) -> Tools:
        return Tools(
            self.service.send,
            self.journal,
            self.vault,
            self.fallback,
            self.clock,
            self._profile,
            self.control,
            again=self.again,
        )

    def _profile(self, result: Result) -> str:
        self.log("profile saved")
        return self.profile(result) if self.profile else "my-profile"


def full_disk() -> WizardError:
    return LocalFailure("/somewhere could not be written: the disk is full.")


def failed_store() -> WizardError:
    return NeedsAttention("The keyring is locked.")

"""A service over the sandbox in a folder of its own, with a clock that hardly makes a test wait."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.application.connection.token_exchange import TokenExchange
from orgwizard.application.runner import Engine
from orgwizard.application.service import Service
from orgwizard.domain.clock import Clock
from orgwizard.domain.control import Control
from orgwizard.domain.errors import LocalFailure
from orgwizard.domain.events import Event
from orgwizard.domain.order_key import OrderKey
from orgwizard.domain.scenario import Scenario
from orgwizard.network.transport import Transport
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.sandbox.transport import SandboxTransport
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.drafts import Drafts
from orgwizard.storage.profiles import Profiles
from orgwizard.storage.stores.keyring_store import KeyringStore
from orgwizard.storage.stores.vault import Store, Vault


@dataclass
class QuickClock(Clock):
    """A clock whose seconds are milliseconds, and whose date never changes."""

    time: float = 0.0

    def now(self) -> float:
        return self.time

    def wall(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 1000)
        self.time += seconds


class SameNames(Journal):
    """A journal whose attempts have the same id in every run."""

    def _free(self, key: OrderKey) -> Path:  # noqa: ARG002 - the names are counted
        return self.folder / f"20260102-030405-{len(list(self.folder.glob('*.jsonl'))):04}.jsonl"


class SameProofs(Vault):
    """A vault that says the same on every machine: no keyring, and a folder without a long path."""

    def probe(self, store: Store) -> str:
        if isinstance(store, KeyringStore):
            raise LocalFailure("There is no keyring here.", "Choose another store for the keys.")
        return super().probe(store).replace(str(self.folder), "keys")


class StillEngine(Engine):
    """An engine that takes a creation and never begins it."""

    def create(self, begin: Callable[[Control], AsyncIterator[Any]], tell: Callable[[Any], None]) -> bool:
        del begin, tell
        self.idle.clear()
        return True

    def close(self) -> None:
        self.idle.set()
        super().close()


class DeafEngine(Engine):
    """An engine whose creations end at once, and tell nobody."""

    def create(self, begin: Callable[[Control], AsyncIterator[Any]], tell: Callable[[Any], None]) -> bool:
        del begin, tell
        return True


class HeldEngine(Engine):
    """An engine whose creation goes on until a test ends it with `tell`, and that notes what it was asked for."""

    tell: Callable[[Event], None]
    asked = ""

    def create(self, begin: Callable[[Control], AsyncIterator[Any]], tell: Callable[[Any], None]) -> bool:
        del begin
        self.idle.clear()
        self.tell = tell
        return True

    def end(self, result: Event) -> None:
        self.idle.set()
        self.tell(result)

    def leave(self) -> None:
        self.asked += "quit"

    def give_up(self) -> None:
        self.asked += "give up"

    def close(self) -> None:
        self.idle.set()
        super().close()


class CountedEngine(Engine):
    """An engine that counts the creations it began."""

    creations = 0

    def create(self, begin: Callable[[Control], AsyncIterator[Any]], tell: Callable[[Any], None]) -> bool:
        self.creations += 1
        return super().create(begin, tell)


class StuckEngine(Engine):
    """An engine whose reads and steps never end."""

    def read(self, work: Any) -> "Future[Any]":
        work.close()
        return Future()

    def work(self, step: Any) -> "Future[Any]":
        del step
        return Future()


def bench(folder: Path, **changes: Any) -> Service:
    """Return a service whose network is the sandbox and whose files are under *folder*."""
    clock = QuickClock()
    world = World(clock, seed="bench")
    service = Service(
        send=TokenExchange(Transport(None, SandboxTransport(world)).send, clock).send,
        engine=CountedEngine(),
        clock=clock,
        journal=SameNames(folder / "attempts", clock),
        profiles=Profiles(folder / "profiles"),
        drafts=Drafts(folder / "state"),
        vault=SameProofs(folder / "keys", seconds=2),
        environ={},
        sandbox_values=dict(CREDENTIALS),
    )
    return replace(service, **changes)


def fronted(service: Service, scenarios: Sequence[Scenario] = (), *, sandbox: bool = True) -> Bootstrap:
    """Return the bootstrap of a service that is there."""
    return Bootstrap(
        service.discovery, service.engine, service.drafts, lambda: service, sandbox=sandbox, scenarios=scenarios
    )

"""A desk over the sandbox in a folder of its own, with a clock that never makes a test wait."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orgwizard.attempts import Journal
from orgwizard.desk import Desk
from orgwizard.drafts import Drafts
from orgwizard.engine import Engine
from orgwizard.profiles import Profiles
from orgwizard.sandbox import SandboxTransport, World
from orgwizard.sandbox.magic import CREDENTIALS, MAGIC
from orgwizard.transport import Transport
from orgwizard.vault import Vault

__all__ = ["MAGIC", "QuickClock", "bench"]


@dataclass
class QuickClock:
    """A clock whose sleeps take no time, and whose dates never change."""

    time: float = 0.0

    def now(self) -> float:
        return self.time

    def wall(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


def bench(folder: Path, **changes: Any) -> Desk:
    """Return a desk whose network is the sandbox and whose files are under *folder*."""
    clock = QuickClock()
    desk = Desk(
        send=Transport(None, SandboxTransport(World(clock, seed="bench"))).send,
        engine=Engine(),
        clock=clock,
        journal=Journal(folder / "attempts", clock),
        profiles=Profiles(folder / "profiles"),
        drafts=Drafts(folder / "state"),
        vault=Vault(folder / "keys", clock, seconds=2),
        environ={},
        sandbox=True,
        given=dict(CREDENTIALS),
    )
    return replace(desk, **changes)

"""What a creation is handed by those who do I/O: the network, the journal, the stores, time."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from orgwizard.domain.clock import Clock
from orgwizard.domain.control import Control
from orgwizard.domain.errors import WizardError
from orgwizard.domain.events import Result
from orgwizard.domain.http import Call, Response
from orgwizard.domain.order_key import OrderKey

if TYPE_CHECKING:
    from pydantic import SecretStr

Send = Callable[[Call], Awaitable[Response]]


class StoredKeys(Protocol):
    """Where credentials went: a JSON-able reference, a plan-style source per secret, and words."""

    @property
    def reference(self) -> Mapping[str, Any]: ...  # noqa: D102 - described above

    @property
    def sources(self) -> Mapping[str, Any]: ...  # noqa: D102

    @property
    def words(self) -> str: ...  # noqa: D102


class Vault(Protocol):
    """The chosen store; its functions block, with time limits of their own."""

    @property
    def on_disk(self) -> bool:
        """Whether secrets may touch the disk at all; false for the screen."""
        ...

    def plan(self) -> Any:
        """Return the store as a plan names it."""
        ...

    def probe(self) -> str:
        """Really write and read; return what was proven, raise `LocalFailure` where it fails."""
        ...

    def keep(self, label: str, secrets: Mapping[str, "SecretStr"], facts: Mapping[str, str]) -> StoredKeys:
        """Store and read back; raise `NeedsAttention` where it fails: the org exists."""
        ...


class Spool(Protocol):
    """Room on disk that takes a response as it comes."""

    @property
    def path(self) -> Path:
        """Return the file."""
        ...

    def write(self, data: bytes) -> None:
        """Put what came next on the disk."""
        ...

    def close(self) -> None:
        """Flush it, and give back the room that was not used."""
        ...


class Attempt(Protocol):
    """One line-by-line record of a creation, flushed to disk with each call."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def started(self) -> datetime: ...  # noqa: D102

    def note(self, event: str, **facts: Any) -> None:
        """Write one event down."""
        ...

    def spool(self) -> Spool:
        """Reserve room on disk for a response, in the place of an earlier one; raises `LocalFailure`."""
        ...

    def unspool(self) -> None:
        """Remove it again."""
        ...

    def close(self) -> None:
        """Let other processes take the attempt up."""
        ...


class EarlierAttempt(Protocol):
    """An attempt that stands in the way of the same order."""

    @property
    def kind(self) -> str:
        """Return "running", "open", "done" or "unclear"."""
        ...

    def error(self, options: str = "") -> WizardError:
        """Return what keeps the order from being sent."""
        ...


class Journal(Protocol):
    """The record of all attempts."""

    def earlier(self, key: OrderKey, known: Collection[str] = ()) -> EarlierAttempt | None:
        """Return the attempt that stands in the way of an order, apart from those *known* that do not run."""
        ...

    def ids(self) -> Collection[str]:
        """Return the ids of all attempts."""
        ...

    def created(self, provider: str, site: str, *, apart_from: str) -> list[str]:
        """Return the ids of orgs that came of other attempts than the one named."""
        ...

    def requested(
        self,
        provider: str,
        site: str,
        name: str,
        *,
        mark: str,
        digest: str,
        before: Any,
        store: Any,
        via: Any,
        key: OrderKey,
        known: Collection[str],
        approved: str,
    ) -> Attempt:
        """Begin an attempt; raises `Busy` or `Repeated` where one at the same order is there."""
        ...


@dataclass(frozen=True)
class Wishes:
    """What is asked for of each creation of a run: whether it waits until the org is ready, and which plan has it.

    `approved` is the fingerprint of the plan that somebody approved, "" where nobody was asked.
    """

    waits: bool = True
    approved: str = ""


@dataclass(frozen=True)
class Tools:
    """What the flow works with: the door to the network, the journal, the store, time, and profiles.

    `fallback` is tried where `vault` fails after the org exists; `save_profile` returns a profile's name; `options` are
    those that the program needs to find the same journal again; `again` is the user's wish for a second org of the
    same order.
    """

    send: Send
    journal: Journal
    vault: Vault
    fallback: Vault
    clock: Clock
    save_profile: Callable[[Result], str]
    control: Control = field(default_factory=Control)
    options: str = ""
    again: bool = False
    wishes: Wishes = Wishes()

"""Creations and resumptions begun in the engine, one at a time, each handed what it works with."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias

from orgwizard.application.creation.chosen_store import ChosenStore
from orgwizard.application.creation.create_org import create_org
from orgwizard.application.creation.resume_org import Interrupted, resume_org
from orgwizard.application.creation.stream import ended
from orgwizard.application.creation.tools import Tools
from orgwizard.application.profile_saving import ProfileSaver, access_of
from orgwizard.application.recovery import Recovery
from orgwizard.application.runner import Engine
from orgwizard.domain.clock import Clock
from orgwizard.domain.control import Control, Wishes
from orgwizard.domain.errors import BadInput
from orgwizard.domain.events import Event, Result
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.http import Send
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Preflight
from orgwizard.providers.order import Connection, Order, OrgIdentity
from orgwizard.storage.attempts.earlier import EarlierAttempt
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.attempts.writing import Attempt
from orgwizard.storage.parent_access import ParentAccess
from orgwizard.storage.stores.secret_stores import FileStore, parse_store
from orgwizard.storage.stores.vault import Store, Vault

Begin: TypeAlias = Callable[[Control], AsyncIterator[Event]]


@dataclass(frozen=True)
class Creations:
    """Begins what creates or finishes an org; `options` are those that a command about it has to repeat."""

    send: Send
    engine: Engine
    clock: Clock
    journal: Journal
    vault: Vault
    recovery: Recovery
    profiles: ProfileSaver
    wishes: Wishes
    options: str

    def earlier(
        self, provider: Provider, wanted: OrgIdentity, credentials: Fields | None, checked: Preflight | None = None
    ) -> EarlierAttempt | None:
        """Return the attempt that already is at this order, or made its org; raises `LocalFailure`.

        *credentials* and *checked* tell the names of the parent, as far as they are known yet: one that may only be
        this order is returned after the check alone, which may tell its parent from this one.
        """
        before = {**checked.before, "domain": checked.domain} if checked else {}
        earlier = self.journal.earlier(provider.order_key(wanted, credentials, before))
        return None if earlier and earlier.kind == "unclear" and checked is None else earlier

    def create(
        self, provider: Provider, wanted: Order, store: object, tell: Callable[[Event], None], *, again: bool = False
    ) -> bool:
        """Create the org, telling of each event; false where a creation is running already.

        Where an attempt is at this order, or made its org, nothing is sent and the result's error is `Busy` or
        `Repeated`, unless a second org is wanted *again*. Raises `BadInput` for an unknown store. *tell* is called in
        the engine's thread and must not block.
        """
        chosen = ChosenStore(self.vault, parse_store(store))
        return self.engine.create(self.creation(provider, wanted, chosen, again=again), tell)

    def creation(self, provider: Provider, wanted: Order, store: ChosenStore, *, again: bool = False) -> Begin:
        """Return what begins a creation once it is handed its `Control`."""
        access = access_of(wanted.connection)

        def begin(control: Control) -> AsyncIterator[Event]:
            tools = self._tools(wanted.wanted, access, store, control, again=again)
            return ended(lambda: create_org(provider, wanted, tools), self._internal_failure(provider, wanted.wanted))

        return begin

    def resume(self, record: Record, tell: Callable[[Event], None], connected: Connection | None = None) -> bool:
        """Take up an interrupted attempt, telling of each event; false where a creation is running already.

        What the parent is asked is asked through *connected*, where there is such a connection to its site.
        Raises `BadInput` for a record that holds too little, `LocalFailure` where another process is at work on it.
        """
        begin, attempt = self.resumption(record, connected)
        begun = self.engine.create(begin, tell)
        if not begun:
            attempt.close()
        return begun

    def resumption(self, record: Record, connected: Connection | None = None) -> tuple[Begin, Attempt]:
        """Return what begins a resumption, and the attempt, which it closes; raises what `resume` does."""
        provider = provider_of(record.provider)
        wanted = OrgIdentity(provider.site(record.site), record.name, record.mark)
        chosen = ChosenStore(self.vault, _store_of(record))
        credentials, lacking = (
            (connected.credentials, "")
            if connected and connected.site.key == wanted.site.key
            else self.recovery.parents_credentials(provider, record)
        )
        record, unasked = self.recovery.with_keyring_keys(provider, record)
        secrets = self.recovery.child_keys(provider, record)
        attempt = self.journal.resume(record)
        interrupted = Interrupted(provider, record, attempt, wanted, credentials, secrets, lacking, unasked=unasked)

        def begin(control: Control) -> AsyncIterator[Event]:
            tools = self._tools(wanted, record.access, chosen, control)
            return ended(lambda: resume_org(interrupted, tools), self._internal_failure(provider, wanted, record.id))

        return begin, attempt

    def _internal_failure(self, provider: Provider, wanted: OrgIdentity, attempt: str = "") -> Result:
        """Return what is known of a creation that breaks off by a fault of ours: nothing, it may have been sent."""
        site, is_open = wanted.site.key, bool(attempt)
        return Result("unknown", provider.key, site, wanted.name, attempt=attempt, open=is_open, options=self.options)

    def _tools(
        self,
        wanted: OrgIdentity,
        access: ParentAccess,
        chosen: ChosenStore,
        control: Control,
        *,
        again: bool = False,
    ) -> Tools:
        return Tools(
            send=self.send,
            journal=self.journal,
            vault=chosen,
            fallback=ChosenStore(self.vault, FileStore()),
            clock=self.clock,
            save_profile=lambda result: self.profiles.save_child(wanted, access, result),
            control=control,
            options=self.options,
            again=again,
            wishes=self.wishes,
        )


def _store_of(record: Record) -> Store:
    """Return the store that was chosen for an attempt; the private file where that cannot be told."""
    try:
        return parse_store(record.store)
    except BadInput:
        return FileStore()

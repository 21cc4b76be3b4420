"""What is asked before anything is created, in the engine: the parent, its other sites, the name, the store."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from orgwizard.application.connection.provider_calls import check, converse
from orgwizard.application.runner import Engine
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import NeedsConsent, WizardError
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.http import Send
from orgwizard.domain.org import Site
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import Connection
from orgwizard.storage.stores.secret_stores import parse_store
from orgwizard.storage.stores.vault import Vault

# What a failed check means: it sent nothing that could create anything.
_CHECK_FAILED = "The check failed."
_CHECKED = {
    "credentials": "The check failed: the credentials were rejected.",
    "organization": "The check failed: this name cannot be used.",
    "site": "The check failed: this address cannot be used.",
}


@dataclass(frozen=True)
class StoreTest:
    """What the test of a store showed: its words if it works, else why it does not."""

    words: str = ""
    error: WizardError | None = None

    @property
    def consent(self) -> NeedsConsent | None:
        """Return the question with which it works, None where there is none."""
        return self.error if isinstance(self.error, NeedsConsent) else None


class Checks:
    """Questions that create nothing; cancel a future to stop one."""

    def __init__(self, send: Send, engine: Engine, clock: Clock, vault: Vault) -> None:
        self._send, self._engine, self._clock, self._vault = send, engine, clock, vault

    def parent(
        self,
        provider: Provider,
        connected: Connection,
        organization: Fields | None = None,
        tell: Callable[[Finding], None] = lambda _: None,
    ) -> Future[Preflight]:
        """Try the credentials with harmless reads; the future raises a `WizardError`.

        *tell* is called with each finding as it is made, in the engine's thread, and must not block.
        """

        async def checked() -> Preflight:
            try:
                return await check(
                    provider, connected, organization, self._send, tell, lambda: self._clock.wall().timestamp()
                )
            except WizardError as error:
                error.meaning = _CHECKED.get(error.field.partition(".")[0], _CHECK_FAILED)
                raise

        return self._engine.read(checked())

    def elsewhere(self, provider: Provider, connected: Connection) -> Future[tuple[Site, ...]]:
        """Ask the vendor's other sites whether the credentials belong there: send them only where the user agreed."""
        return self._engine.read(converse(provider.elsewhere(connected), self._send))

    def name_free(
        self, provider: Provider, connected: Connection, checked: Preflight, organization: Fields
    ) -> Future[Finding]:
        """Ask whether the wanted name is free, which only reads; the future raises `Refused` where it is taken."""
        return self._engine.read(converse(provider.name_free(connected, checked, organization), self._send))

    def store(self, store: object) -> Future[StoreTest]:
        """Really test a store, given as in a plan."""

        def tested() -> StoreTest:
            try:
                return StoreTest(self._vault.probe(parse_store(store)))
            except WizardError as error:
                return StoreTest(error=error)

        return self._engine.work(tested)

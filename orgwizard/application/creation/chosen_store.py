"""The store that was chosen for new keys, as a creation is handed it."""

from collections.abc import Mapping

from pydantic import SecretStr

from orgwizard.storage.stores.secret_stores import ScreenStore
from orgwizard.storage.stores.vault import KeyFacts, Store, StoredKeys, Vault


class ChosenStore:
    """The vault with one store chosen; its methods block, with time limits of their own."""

    def __init__(self, vault: Vault, store: Store) -> None:
        self._vault, self._store = vault, store

    @property
    def on_disk(self) -> bool:
        """Return whether secrets may touch the disk at all."""
        return not isinstance(self._store, ScreenStore)

    def plan(self) -> object:
        """Return the store as a plan names it."""
        return self._store.plan()

    def probe(self) -> str:
        """Test the store for real; raises `LocalFailure`."""
        return self._vault.probe(self._store)

    def keep(self, label: str, secrets: Mapping[str, SecretStr], facts: KeyFacts) -> StoredKeys:
        """Store and read back; raises `NeedsAttention`."""
        return self._vault.keep(self._store, label, secrets, facts)

"""The system keyring as a place for the keys of a new org."""

import secrets as randomness
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgwizard.domain.errors import LocalFailure, NeedsConsent
from orgwizard.domain.secrets.secret_reference import SERVICE
from orgwizard.storage.stores.stored_reference import place, sources
from orgwizard.storage.stores.vault import ANOTHER_STORE, PROBE, PROBE_TEXT, KeyFacts, Secrets, StoredKeys, Vault
from orgwizard.system import keyring_faults, private_files
from orgwizard.system.keyring_client import ask_keyring

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

UNENCRYPTED = "keyring:unencrypted"


@dataclass(frozen=True)
class KeyringStore:
    """One entry per secret in the system keyring, of the service "orgwizard".

    One that keeps plain text is taken only with `unencrypted`, which a plan says as "keyring:unencrypted".
    """

    unencrypted: bool = False

    title = "The system keyring"
    readable = True

    def plan(self) -> str:
        """Return the plan file's value of `store`."""
        return UNENCRYPTED if self.unencrypted else "keyring"

    def probe(self, vault: Vault) -> str:
        """Set, get and delete an entry; raises `LocalFailure`, and `NeedsConsent` for a keyring of plain text."""
        seconds = keyring_faults.patience(vault.seconds)
        off = ask_keyring(keyring_faults.switched_off, seconds=seconds)
        if any(off):
            raise LocalFailure(*off)
        if not self.unencrypted and (where := ask_keyring(plain_text_place, seconds=seconds)):
            raise NeedsConsent(f"The keyring keeps keys unencrypted: {where}.", "Use it anyway?", UNENCRYPTED)
        name = f"{PROBE}-{randomness.token_hex(4)}"
        backend, found = ask_keyring(lambda ring: _try_keyring(ring, name), seconds=seconds)
        if found != PROBE_TEXT:
            raise LocalFailure(f"The keyring ({backend}) did not return what was stored in it.", ANOTHER_STORE)
        return f"The keyring ({backend}) stored a test entry and returned it."

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: KeyFacts) -> StoredKeys:
        """Set the entries under a label that is free and names the attempt; raises `LocalFailure`."""
        wanted = _named(label, facts.attempt)
        added: list[str] = []

        def undo(ring: "KeyringBackend") -> None:
            for entry in added:
                ring.delete_password(SERVICE, entry)

        free = ask_keyring(lambda ring: _set_entries(ring, wanted, secrets, added), seconds=vault.seconds, undo=undo)
        reference = _reference(free, secrets)
        return StoredKeys(reference, place(reference), sources(reference, secrets))


def plain_text_place(ring: "KeyringBackend") -> str:
    """Return where a keyring keeps plain text, or "" for one that does not; of a chain, its first is used."""
    first = next(iter(getattr(ring, "backends", ())), ring)
    kind = type(first).__name__
    if "plaintext" not in kind.lower():
        return ""
    return f"{kind}, {getattr(first, 'file_path', '')}".removesuffix(", ")


def keys_of_attempt(
    attempt: str, labels: Iterable[str], names: Collection[str], *, seconds: float
) -> dict[str, object] | None:
    """Return the reference to the keys that an attempt stored under one of *labels*, `None` where there are none.

    *names* are those that its secrets may have. Raises `LocalFailure` where the keyring cannot be asked.
    """

    def stored(ring: "KeyringBackend") -> dict[str, object] | None:
        for label in labels:
            prefix = _named(label, attempt)
            found = [name for name in names if ring.get_password(SERVICE, f"{prefix}/{name}") is not None]
            if found:
                return _reference(prefix, found)
        return None

    return ask_keyring(stored, seconds=seconds)


def _named(label: str, attempt: str) -> str:
    """Return what entries begin with: as a key file does, they name the attempt, which the journal may not tell."""
    return f"{label}/{attempt}" if attempt else label


def _reference(prefix: str, names: Iterable[str]) -> dict[str, object]:
    return {"keyring": f"{SERVICE}/{prefix}", "entries": {name: f"{prefix}/{name}" for name in names}}


def _try_keyring(ring: "KeyringBackend", name: str) -> tuple[str, str | None]:
    """Return the backend's name and what it gave back for an entry that is then deleted."""
    ring.set_password(SERVICE, name, PROBE_TEXT)
    text = ring.get_password(SERVICE, name)
    ring.delete_password(SERVICE, name)
    return ring.name, text


def _set_entries(ring: "KeyringBackend", wanted: str, secrets: Secrets, added: list[str]) -> str:
    """Set all entries under the first of wanted, wanted-2 ... that is free, or has them already, and return it.

    The names of those that were not there before are put into *added*.
    """
    values = {name: secret.get_secret_value() for name, secret in secrets.items()}
    for free in private_files.numbered(wanted):
        if all(ring.get_password(SERVICE, f"{free}/{name}") in (None, value) for name, value in values.items()):
            break
    for name, value in values.items():
        if ring.get_password(SERVICE, f"{free}/{name}") is None:
            added.append(f"{free}/{name}")
        ring.set_password(SERVICE, f"{free}/{name}", value)
    return free

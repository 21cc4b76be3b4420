"""Removing keys from the place that a reference names, if orgwizard stored them there."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orgwizard.domain.errors import LocalFailure
from orgwizard.domain.secrets.secret_reference import SERVICE, Reference
from orgwizard.storage.stores.preset_store import recognized
from orgwizard.storage.stores.vault import Vault
from orgwizard.system import private_files
from orgwizard.system.keyring_client import ask_keyring

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_LARGEST_FILE = 1024 * 1024


def store_named_by(vault: Vault, references: Mapping[str, Reference]) -> str | None:
    """Return the store, as a plan names it, that all *references* lead to; `None` if it is not one of orgwizard's."""
    stores = {_store(vault, reference) for reference in references.values()}
    return stores.pop() if len(stores) == 1 else None


def _store(vault: Vault, reference: Reference) -> str | None:
    if reference.file and reference.key and Path(reference.file).parent == vault.folder:
        return "file"
    if reference.keyring and reference.entry[0] == SERVICE:
        return "keyring"
    recognised = recognized(reference.command or ())
    return recognised[0].plan() if recognised else None


def remove_keys(vault: Vault, references: Mapping[str, Reference]) -> list[str]:
    """Remove what *references* lead to; return sentences about what is none of orgwizard's and was left in place.

    What is gone already is no failure. Raises `LocalFailure` for what could not be removed: repeat it then.
    """
    left = []
    for reference in references.values():
        if _store(vault, reference) is None:
            left.append(f"A copy remains where it was: it is read {reference.describe()}.")
        elif reference.file:
            _remove_file(Path(reference.file), references)
        elif reference.keyring:
            _remove_entry(vault, *reference.entry)
        else:
            _remove_from_tool(vault, reference)
    return list(dict.fromkeys(left))


def _remove_file(path: Path, references: Mapping[str, Reference]) -> None:
    """Remove a key file that holds nothing but the keys that *references* name."""
    try:
        held = tomllib.loads(private_files.read(path, _LARGEST_FILE).decode())
    except FileNotFoundError:
        return
    except ValueError:
        held = {"": None}
    if set(held) - {reference.key for reference in references.values()}:
        raise LocalFailure(f"{path} holds other keys, too.", "Remove the old ones by hand.")
    private_files.remove(path)


def _remove_entry(vault: Vault, service: str, name: str) -> None:
    def delete(ring: "KeyringBackend") -> None:
        if ring.get_password(service, name) is not None:
            ring.delete_password(service, name)

    ask_keyring(delete, seconds=vault.seconds)


def _remove_from_tool(vault: Vault, reference: Reference) -> None:
    recognised = recognized(reference.command or ())
    if recognised is None:
        return
    store, entry = recognised
    if not store.remove(vault, entry) and store.has(vault, entry):
        raise LocalFailure(f"{store.title} still has {entry}.", "Remove it there.")

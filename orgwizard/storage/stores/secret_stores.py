"""Where new credentials go: a private file, the system keyring, a named store, a command, or the screen only."""

import secrets as randomness
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import tomli_w

from orgwizard.domain.errors import BadInput, LocalFailure, WizardError
from orgwizard.domain.forms.questions import nearest, with_suggestion
from orgwizard.domain.text.sanitize import printable, slug
from orgwizard.storage.stores.command_store import CommandStore
from orgwizard.storage.stores.keyring_store import UNENCRYPTED, KeyringStore
from orgwizard.storage.stores.preset_store import parse_preset
from orgwizard.storage.stores.store_presets import PRESETS
from orgwizard.storage.stores.stored_reference import place, sources
from orgwizard.storage.stores.vault import ANOTHER_STORE, PROBE, PROBE_TEXT, KeyFacts, Secrets, Store, StoredKeys, Vault
from orgwizard.system import private_files

_LARGEST_FILE = 1024 * 1024


@dataclass(frozen=True)
class FileStore:
    """One TOML file per org, 0600, in the vault's folder.

    Its format is stable, and told by `orgwizard help files`: comments `# name: value` about the org, then each key as a
    string under the name that plans use (`token`, or `api_key` and `application_key`).
    """

    title = "A private file"
    readable = True

    def plan(self) -> str:
        """Return the plan file's value of `store`."""
        return "file"

    def probe(self, vault: Vault) -> str:
        """Write, read back and remove a file; raises `LocalFailure`."""
        path = private_files.folder(vault.folder) / f".{PROBE}-{randomness.token_hex(4)}"
        try:
            private_files.write_new(path, PROBE_TEXT.encode())
            if private_files.read(path, len(PROBE_TEXT)) != PROBE_TEXT.encode():
                raise LocalFailure(f"A file in {vault.folder} did not return what was written to it.", ANOTHER_STORE)
        finally:
            private_files.remove(path)
        return f"A private file was written to {vault.folder} and read back."

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: KeyFacts) -> StoredKeys:
        """Write a file of its own; raises `LocalFailure`."""
        private_files.folder(vault.folder)
        path = private_files.write_numbered(vault.folder / f"{label}.toml", _toml(secrets, facts))
        reference = {"file": str(path)}
        return StoredKeys(reference, place(reference), sources(reference, secrets))


@dataclass(frozen=True)
class ScreenStore:
    """Nowhere: the keys are shown, and that is all."""

    title = "This screen only"
    readable = False

    def plan(self) -> str:
        """Return the plan file's value of `store`."""
        return "screen"

    def probe(self, vault: Vault) -> str:  # noqa: ARG002
        """Say what the choice means."""
        return "Nothing is stored: the keys are shown once, and are lost if you are disconnected before copying them."

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: KeyFacts) -> StoredKeys:  # noqa: ARG002
        """Keep nothing."""
        return StoredKeys({"screen": True}, "only on the screen: copy them now")


_BY_NAME: Mapping[str, Store] = {
    "file": FileStore(),
    "keyring": KeyringStore(),
    UNENCRYPTED: KeyringStore(unencrypted=True),
    "screen": ScreenStore(),
}

_NAMED = ", ".join(dict.fromkeys(preset.name for preset in PRESETS))


def label_of(provider: str, name: str) -> str:
    """Return the label of an org's secrets in every store, such as "okta-my-child"."""
    return f"{provider}-{slug(name) or 'org'}"


def store_names() -> tuple[str, ...]:
    """Return the words that a plan may give as its store; those after the third may have a place behind a colon."""
    return (*_BY_NAME, *dict.fromkeys(preset.name for preset in PRESETS))


def parse_store(value: object) -> Store:
    """Return the store that a plan names; raises `BadInput` about the field "store"."""
    if isinstance(value, str) and (store := _BY_NAME.get(value) or parse_preset(value)):
        return store
    argv = value.get("command") if isinstance(value, Mapping) and len(value) == 1 else None
    if isinstance(argv, list) and argv and all(isinstance(word, str) and "\0" not in word for word in argv) and argv[0]:
        return CommandStore(tuple(argv))
    known = f'Write "file", "keyring", "screen", {{ command = ["program", "argument"] }} or a named store: {_NAMED}.'
    advice = with_suggestion(known, nearest(value, store_names()))
    raise BadInput("store: this is not a key store.", advice, field="store")


def attempts_with_keys(folder: Path) -> dict[str, dict[str, str]]:
    """Return for each attempt that a whole key file in *folder* names: `file`, and `id`, `org` and `url` of its org.

    The journal could not say so where the disk was full. Files that cannot be read are passed over.
    """
    key_files: dict[str, dict[str, str]] = {}
    with suppress(WizardError):
        for path in private_files.listed(folder, ".toml"):
            facts = _facts(path)
            if attempt := facts.get("attempt"):
                key_files[attempt] = {**facts, "file": str(path)}
    return key_files


def _facts(path: Path) -> dict[str, str]:
    """Return the facts above the keys of a file, {} where it holds no keys."""
    try:
        text = private_files.read(path, _LARGEST_FILE).decode()
        if not tomllib.loads(text):
            return {}
    except (WizardError, OSError, ValueError, RecursionError):
        return {}
    comments = [line.removeprefix("# ") for line in takewhile(lambda line: line.startswith("# "), text.splitlines())]
    return {name: fact for name, colon, fact in (line.partition(": ") for line in comments) if colon}


def _toml(secrets: Secrets, facts: KeyFacts) -> bytes:
    """Return the file of an org: facts as comments, secrets as members."""
    comments = "".join(f"# {name}: {printable(value)}\n" for name, value in vars(facts).items() if value)
    members = {name: secret.get_secret_value() for name, secret in secrets.items()}
    return f"# The keys of an org that orgwizard created.\n{comments}{tomli_w.dumps(members)}".encode()

"""Where new credentials go: a private file, the system keyring, a named store, a command, or the screen only."""

import json
import re
import secrets as randomness
import tomllib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from orgwizard.domain.errors import BadInput, LocalFailure, NeedsConsent, WizardError
from orgwizard.domain.sanitize import printable, slug
from orgwizard.domain.secret_reference import SERVICE, Reference
from orgwizard.storage.preset_store import parse_preset, place_of, sources_of
from orgwizard.storage.store_presets import PRESETS
from orgwizard.storage.vault import ANOTHER_STORE, PROBE, PROBE_TEXT, PartlyStored, Secrets, Store, StoredKeys, Vault
from orgwizard.system import private_files
from orgwizard.system.subprocesses import Ended, ask_keyring, run

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_LARGEST_FILE = 1024 * 1024
UNENCRYPTED = "keyring:unencrypted"
SHOWN_ONLY = "they were only shown on the screen"


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

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: Mapping[str, str]) -> StoredKeys:
        """Write a file of its own; raises `LocalFailure`."""
        private_files.folder(vault.folder)
        path = private_files.write_numbered(vault.folder / f"{label}.toml", _toml(secrets, facts))
        reference = {"file": str(path)}
        return StoredKeys(reference, place(reference), sources(reference, secrets))


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
        if not self.unencrypted and (where := ask_keyring(plain_text_place, seconds=vault.seconds)):
            raise NeedsConsent(f"The keyring keeps keys unencrypted: {where}.", "Use it anyway?", UNENCRYPTED)
        name = f"{PROBE}-{randomness.token_hex(4)}"
        backend, found = ask_keyring(lambda ring: _try_keyring(ring, name), seconds=vault.seconds)
        if found != PROBE_TEXT:
            raise LocalFailure(f"The keyring ({backend}) did not return what was stored in it.", ANOTHER_STORE)
        return f"The keyring ({backend}) stored a test entry and returned it."

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: Mapping[str, str]) -> StoredKeys:  # noqa: ARG002
        """Set the entries under a label that is free; raises `LocalFailure`."""
        added: list[str] = []

        def undo(ring: "KeyringBackend") -> None:
            for entry in added:
                ring.delete_password(SERVICE, entry)

        free = ask_keyring(lambda ring: _set_entries(ring, label, secrets, added), seconds=vault.seconds, undo=undo)
        reference = {"keyring": f"{SERVICE}/{free}", "entries": {name: f"{free}/{name}" for name in secrets}}
        return StoredKeys(reference, place(reference), sources(reference, secrets))


@dataclass(frozen=True)
class CommandStore:
    """A command that is fed the secrets on its standard input.

    With a placeholder in its arguments it runs once per secret and is given the bytes of the secret and nothing else:
    `{name}` is "label-secret", or "label-2-secret" where another org's was called so; `{slug}` is the same with hyphens
    for underscores, `{NAME_UPPER}` in capitals with underscores. Without, it runs once and is given a line `name=value`
    for each.
    """

    argv: tuple[str, ...]

    title = "A command"
    readable = False

    def plan(self) -> dict[str, list[str]]:
        """Return the plan file's value of `store`."""
        return {"command": list(self.argv)}

    def probe(self, vault: Vault) -> str:
        """Run it with a harmless text under the name "orgwizard-probe"; raises `LocalFailure`."""
        text = PROBE_TEXT if self._per_secret else f"probe={PROBE_TEXT}\n"
        ended = self._run(vault, PROBE, text)
        if ended.code:
            raise LocalFailure(f"The command {self.argv[0]} {ended.words}.", "Try it in a shell first.")
        where = f" under the name {PROBE}, which you may delete" if self._per_secret else ""
        return f"The command {self.argv[0]} accepted a test value{where}; orgwizard cannot read back what it stores."

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: Mapping[str, str]) -> StoredKeys:  # noqa: ARG002
        """Feed it the secrets; raises `LocalFailure`."""
        values = {name: secret.get_secret_value() for name, secret in secrets.items()}
        if self._per_secret:
            label = _unused(label, secrets, vault.names_in_use())
            names_in_use = {f"{label}-{name}": value for name, value in values.items()}
        else:
            names_in_use = {label: "".join(f"{name}={value}\n" for name, value in values.items())}
        taken: list[str] = []
        for entry, text in names_in_use.items():
            try:
                self._give(vault, entry, text)
            except LocalFailure as fault:
                if not taken:
                    raise
                cause = f"{fault.cause} It stored {', '.join(taken)} before."
                raise PartlyStored(cause, ANOTHER_STORE, taken) from None
            taken.append(entry)
        reference: dict[str, Any] = {"command": self._named(label)}
        if self._per_secret:
            reference["names"] = list(names_in_use)
        return StoredKeys(reference, place(reference))

    def _give(self, vault: Vault, entry: str, text: str) -> None:
        """Feed it one text; raises `LocalFailure`, without what it says: it has just been given a secret."""
        code = self._run(vault, entry, text).code
        if code:
            raise LocalFailure(f"The command {self.argv[0]} failed with exit code {code} for {entry}.", ANOTHER_STORE)

    @property
    def _per_secret(self) -> bool:
        return any(placeholder in argument for argument in self.argv for placeholder in _placeholders(""))

    def _named(self, name: str) -> list[str]:
        return [_filled(argument, _placeholders(name)) for argument in self.argv]

    def _run(self, vault: Vault, name: str, text: str) -> Ended:
        return run(self._named(name), text.encode(), seconds=vault.seconds, without=vault.without)


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

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: Mapping[str, str]) -> StoredKeys:  # noqa: ARG002
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
    raise BadInput(
        "store: this is not a key store.",
        f'Write "file", "keyring", "screen", {{ command = ["program", "argument"] }} or a named store: {_NAMED}.',
        field="store",
    )


def sources(reference: Mapping[str, Any], names: Collection[str]) -> dict[str, Reference]:
    """Return where the secrets called *names* can be read again, given what `keep` returned; {} if nowhere."""
    if file := reference.get("file"):
        return {name: Reference(file=str(file), key=name) for name in names}
    if "preset" in reference:
        return sources_of(reference, names)
    if entry := reference.get("keyring"):
        return {name: Reference(keyring=f"{entry}/{name}") for name in names}
    return {}


def can_be_read(reference: Mapping[str, Any]) -> bool:
    """Return whether secrets can be read again, given what `keep` returned."""
    entries = reference.get("entries")
    return bool(sources(reference, entries if isinstance(entries, Mapping) and entries else ("key",)))


def attempts_with_keys(folder: Path) -> dict[str, dict[str, str]]:
    """Return for each attempt that a whole key file in *folder* names: `file`, and `id`, `org` and `url` of its org.

    The journal could not say so where the disk was full. Files that cannot be read are passed over.
    """
    found: dict[str, dict[str, str]] = {}
    with suppress(WizardError):
        for path in private_files.listed(folder, ".toml"):
            facts = _facts(path)
            if attempt := facts.get("attempt"):
                found[attempt] = {**facts, "file": str(path)}
    return found


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


def place(reference: Any) -> str:
    """Return where the secrets are, in words, given what `keep` returned; as JSON what is none of ours."""
    match reference:
        case {"file": str(path)}:
            return f"in the file {path}, which only you can read"
        case {"keyring": str(), "entries": {**entries}} if entries:
            return f"in the system keyring, service {SERVICE}, as {', '.join(map(str, entries.values()))}"
        case {"keyring": str(entry)}:
            service, _, name = entry.partition("/")
            return f"in the system keyring, service {service}, as {name}"
        case {"preset": str(), "entries": {**entries}} if entries:
            return place_of(reference)
        case {"command": [str(program), *_], "names": [*names]}:
            return f"given to the command {program}, as {', '.join(map(str, names))}"
        case {"command": [str(program), *_]}:
            return f"given to the command {program}"
        case {"screen": True}:
            return SHOWN_ONLY
    return json.dumps(reference)


def _toml(secrets: Secrets, facts: Mapping[str, str]) -> bytes:
    """Return the file of an org: facts as comments, secrets as members."""
    comments = "".join(f"# {printable(name)}: {printable(value)}\n" for name, value in facts.items())
    members = {name: secret.get_secret_value() for name, secret in secrets.items()}
    return f"# The keys of an org that orgwizard created.\n{comments}{tomli_w.dumps(members)}".encode()


def _placeholders(name: str) -> dict[str, str]:
    """Return what may stand in a command's arguments for the name of a secret."""
    return {
        "{name}": name,
        "{slug}": re.sub(r"[^a-z0-9]+", "-", name.lower()),
        "{NAME_UPPER}": re.sub(r"[^A-Z0-9]+", "_", name.upper()),
    }


def _filled(argument: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        argument = argument.replace(placeholder, value)
    return argument


def _unused(wanted: str, secrets: Secrets, names_in_use: Collection[str]) -> str:
    """Return the first of wanted, wanted-2 ... under which no command was given a secret."""
    free = private_files.numbered(wanted)
    return next(label for label in free if not any(f"{label}-{name}" in names_in_use for name in secrets))


def plain_text_place(ring: "KeyringBackend") -> str:
    """Return where a keyring keeps plain text, or "" for one that does not; of a chain, its first is used."""
    first = next(iter(getattr(ring, "backends", ())), ring)
    kind = type(first).__name__
    if "plaintext" not in kind.lower():
        return ""
    return f"{kind}, {getattr(first, 'file_path', '')}".removesuffix(", ")


def _try_keyring(ring: "KeyringBackend", name: str) -> tuple[str, str | None]:
    """Return the backend's name and what it gave back for an entry that is then deleted."""
    ring.set_password(SERVICE, name, PROBE_TEXT)
    found = ring.get_password(SERVICE, name)
    ring.delete_password(SERVICE, name)
    return ring.name, found


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

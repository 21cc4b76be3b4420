"""A free command that is given the keys of a new org on its standard input."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from orgwizard.domain.errors import LocalFailure
from orgwizard.storage.stores.store_presets import filled
from orgwizard.storage.stores.stored_reference import place
from orgwizard.storage.stores.vault import (
    ANOTHER_STORE,
    PROBE,
    PROBE_TEXT,
    KeyFacts,
    PartlyStored,
    Secrets,
    StoredKeys,
    Vault,
)
from orgwizard.system import private_files
from orgwizard.system.subprocesses import Ended, run


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
        if ended.failed:
            raise LocalFailure(f"The command {self.argv[0]} {ended.words}.", "Try it in a shell first.")
        where = f" under the name {PROBE}, which you may delete" if self._per_secret else ""
        return f"The command {self.argv[0]} accepted a test value{where}; orgwizard cannot read back what it stores."

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: KeyFacts) -> StoredKeys:
        """Feed it the secrets; raises `LocalFailure` and `PartlyStored`."""
        values = {name: secret.get_secret_value() for name, secret in secrets.items()}
        if self._per_secret:
            label = _unused(label, secrets, vault.names_in_use())
            names_in_use = {f"{label}-{name}": value for name, value in values.items()}
        else:
            names_in_use = {label: "".join(f"{name}={value}\n" for name, value in values.items())}
        taken: list[str] = []
        for entry, text in names_in_use.items():
            vault.note_giving(facts, entry)
            try:
                self._give(vault, entry, text)
            except LocalFailure as fault:
                if not taken:
                    raise
                raise PartlyStored(fault.cause, taken) from None
            taken.append(entry)
        reference: dict[str, object] = {"command": self._named(label)}
        if self._per_secret:
            reference["names"] = list(names_in_use)
        return StoredKeys(reference, place(reference))

    def _give(self, vault: Vault, entry: str, text: str) -> None:
        """Feed it one text; raises `LocalFailure`, without what it says: it has just been given a secret."""
        ended = self._run(vault, entry, text)
        if ended.code:
            words = f"The command {self.argv[0]} failed with exit code {ended.code} for {entry}."
            raise LocalFailure(words, ANOTHER_STORE)
        if ended.unread:
            raise LocalFailure(f"The command {self.argv[0]} {ended.words} for {entry}.", ANOTHER_STORE)

    @property
    def _per_secret(self) -> bool:
        return self._named("") != list(self.argv)

    def _named(self, name: str) -> list[str]:
        return [filled(argument, _placeholders(name)) for argument in self.argv]

    def _run(self, vault: Vault, name: str, text: str) -> Ended:
        return run(self._named(name), text.encode(), seconds=vault.seconds, without=vault.without)


def _placeholders(name: str) -> dict[str, str]:
    """Return what may stand in a command's arguments for the name of a secret."""
    return {
        "name": name,
        "slug": re.sub(r"[^a-z0-9]+", "-", name.lower()),
        "NAME_UPPER": re.sub(r"[^A-Z0-9]+", "_", name.upper()),
    }


def _unused(wanted: str, secrets: Secrets, names_in_use: Collection[str]) -> str:
    """Return the first of wanted, wanted-2 ... under which no command was given a secret."""
    free = private_files.numbered(wanted)
    return next(label for label in free if not any(f"{label}-{name}" in names_in_use for name in secrets))

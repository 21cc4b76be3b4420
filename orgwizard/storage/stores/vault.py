"""Keeping the keys of a new org: the chosen store is probed, written to, and read back."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from pydantic import SecretStr

from orgwizard.domain.errors import LocalFailure, NeedsAttention, WizardError
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.system.secret_reader import read
from orgwizard.system.subprocesses import PATIENCE_SECONDS

Secrets: TypeAlias = Mapping[str, SecretStr]

PROBE = "orgwizard-probe"
PROBE_TEXT = "a test value, not a secret"
ANOTHER_STORE = "Choose another store for the keys."


@dataclass(frozen=True)
class StoredKeys:
    """Where secrets went: `reference` is JSON and never secret, `words` are for a person.

    `sources` says per secret where it can be read again; it is empty for a command and for the screen.
    """

    reference: Mapping[str, Any]
    words: str
    sources: Mapping[str, Reference] = field(default_factory=dict)


@dataclass(frozen=True)
class KeyFacts:
    """Whose keys are stored, told beside them where a store can do that; what is not known is ""."""

    provider: str = ""
    org: str = ""
    id: str = ""
    url: str = ""
    attempt: str = ""
    date: str = ""


class PartlyStored(NeedsAttention):
    """The org exists, and a command took only some of its secrets: those under `names`."""

    def __init__(self, cause: str, names: Collection[str]) -> None:
        super().__init__(f"{cause} It stored {', '.join(names)} before.", ANOTHER_STORE)
        self.names = tuple(names)


class Store(Protocol):
    """One place for keys."""

    @property
    def title(self) -> str:
        """Return what a person calls it."""

    @property
    def readable(self) -> bool:
        """Return whether what is stored can be read again."""

    def plan(self) -> object:
        """Return the plan file's value of `store`."""

    def probe(self, vault: "Vault") -> str:
        """Try it for real and return a sentence saying what was proven; raises `LocalFailure`."""

    def keep(self, vault: "Vault", label: str, secrets: Secrets, facts: KeyFacts) -> StoredKeys:
        """Store the secrets under a name that is free; raises `LocalFailure`."""


@dataclass(frozen=True)
class Vault:
    """The means that stores work with.

    `folder` is that of files, `seconds` is how long a command or the keyring may take to answer. `without` names
    environment variables that hold credentials, beyond the vendors' own: commands do not see them. `names_in_use`
    returns the names under which commands were given secrets before; `giving` is told of an attempt and of a name that
    a command is about to be given a secret by, and has it on disk when it returns.
    """

    folder: Path
    seconds: float = PATIENCE_SECONDS
    without: Collection[str] = ()
    names_in_use: Callable[[], Collection[str]] = tuple
    giving: Callable[[str, str], object] = lambda *_: None

    def note_giving(self, facts: KeyFacts, name: str) -> None:
        """Write down a name that a command is about to be given; a full disk does not keep the keys from it."""
        if facts.attempt:
            with suppress(WizardError):
                self.giving(facts.attempt, name)

    def probe(self, store: "Store") -> str:
        """Try a store for real and return a sentence saying what was proven; raises `LocalFailure`."""
        return store.probe(self)

    def keep(self, store: "Store", label: str, secrets: Secrets, facts: KeyFacts) -> StoredKeys:
        """Store the secrets of a new org and read them back where that is possible.

        *label* names them in the store ("okta-my-child"), *facts* are told beside them. Nothing is ever overwritten
        in a file or the keyring; what a run that was cut short put there is found and not put there twice. Raises
        `NeedsAttention`: the org exists, and its secrets are not (all) stored.
        """
        try:
            _check_text(secrets)
            kept = store.keep(self, label, secrets, facts)
            self._check_stored(kept, secrets)
        except NeedsAttention:
            raise
        except WizardError as fault:
            raise NeedsAttention(fault.cause, fault.advice) from None
        return kept

    def _check_stored(self, kept: StoredKeys, secrets: Secrets) -> None:
        """Read everything back; raises `LocalFailure` that tells what stays where."""
        try:
            for name, source in kept.sources.items():
                if read(source, seconds=self.seconds) != secrets[name]:
                    raise LocalFailure(f"What was read back {source.describe()} is not what was stored.", ANOTHER_STORE)
        except WizardError as fault:
            raise LocalFailure(f"{fault.cause} What was written remains {kept.words}.", ANOTHER_STORE) from None


def _check_text(secrets: Secrets) -> None:
    """Raise `LocalFailure` for a secret that no store could hold, before any of them is tried."""
    for name, secret in secrets.items():
        if any("\ud800" <= character <= "\udfff" for character in secret.get_secret_value()):
            raise LocalFailure(f"The {name} contains characters that cannot be stored as text.", ANOTHER_STORE)

"""Moving the keys of a child org to another store: written, read back, told to the profile, then removed.

At every moment at least one place has the keys, and the profile names such a place. Whatever ends a move, repeating it
finishes it: what the new store has is found there, and `former` in the profile names what is still to be removed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pydantic import SecretStr

from orgwizard.application.keys.key_check import stored_keys
from orgwizard.application.service import Service
from orgwizard.domain.errors import BadInput, LocalFailure, NeedsAttention, NotSent, WizardError
from orgwizard.domain.events import Result
from orgwizard.storage.profiles import Profile
from orgwizard.storage.stores.key_removal import remove_keys, store_named_by
from orgwizard.storage.stores.secret_stores import ScreenStore, label_of, parse_store
from orgwizard.storage.stores.vault import KeyFacts, Store, StoredKeys

NOT_MOVED = "The keys were not moved."
MOVED = "The keys were moved."


@dataclass(frozen=True)
class Moved:
    """A profile whose keys are in the store that was asked for.

    `kept` is `None` if they were there before; `remarks` tell of copies that are none of orgwizard's and stay.
    """

    profile: Profile
    kept: StoredKeys | None = None
    remarks: tuple[str, ...] = ()


def move_keys(service: Service, name: str, target: object, agrees: Callable[[str], bool]) -> Moved:
    """Move the keys of the profile called *name* to the store that *target* names as in a plan.

    *agrees* is asked before keys go where they cannot be read back. Raises `WizardError`: either nothing was moved, or
    the keys are in the new store and something of the old one is left (`NeedsAttention`).
    """
    with service.profiles.alone():
        profile = service.profiles.find(name)
        if profile.former:
            profile = forget_former(service, profile).profile
        with unchanged(NOT_MOVED):
            store = target_store(target)
            if store_named_by(service.vault, profile.secrets) == str(store.plan()).removesuffix(":unencrypted"):
                return Moved(profile)
            profile, kept = keep_instead(service, profile, store, _readable_keys(service, profile, store, agrees))
        return replace(forget_former(service, profile), kept=kept)


def keep_instead(
    service: Service, profile: Profile, store: Store, secrets: Mapping[str, SecretStr]
) -> tuple[Profile, StoredKeys]:
    """Store *secrets* and tell the journal and the profile, which remembers what it named before as `former`.

    The caller keeps others from the profile meanwhile. Raises `WizardError`: the profile then names the old place.
    """
    kept = service.vault.keep(store, profile.name, secrets, _facts(profile))
    service.records.note_stored(profile.attempt, kept.reference)
    changed = profile.model_copy(update={"secrets": dict(kept.sources), "former": dict(profile.secrets)})
    service.profiles.replace(changed)
    return changed, kept


def forget_former(service: Service, profile: Profile) -> Moved:
    """Remove the keys from the place that the profile named before; raises `NeedsAttention` where that fails."""
    try:
        left = remove_keys(service.vault, profile.former)
        done = profile.model_copy(update={"former": {}})
        service.profiles.replace(done)
    except WizardError as fault:
        advice = f"{fault.advice} Then repeat: orgwizard move {profile.name}"
        raise NeedsAttention(f"The old copy was not removed: {fault.cause}", advice, meaning=MOVED) from None
    return Moved(done, remarks=tuple(left))


def save_after_all(service: Service, result: Result, target: object) -> Result:
    """Store keys that were for the screen only, and return the result without them.

    The profile and the journal name the place from then on. Raises `WizardError`: the result is as it was.
    """
    store = target_store(target)
    service.vault.probe(store)
    profile = service.profiles.load(result.profile) if result.profile else None
    if profile:
        _, kept = keep_instead(service, profile.model_copy(update={"secrets": {}}), store, result.secrets)
    else:
        facts = KeyFacts(org=result.name, attempt=result.attempt)
        kept = service.vault.keep(store, label_of(result.provider, result.name), result.secrets, facts)
        service.records.note_stored(result.attempt, kept.reference)
    return replace(result, secrets={}, stored=kept.reference, sources=kept.sources, stored_words=kept.words)


# ---- small steps ----


@contextmanager
def unchanged(meaning: str) -> Iterator[None]:
    """Let failures say, with *meaning*, that the keys are as they were."""
    try:
        yield
    except NeedsAttention as fault:  # the vault speaks of a creation
        raise LocalFailure(fault.cause, fault.advice, meaning=meaning) from None
    except WizardError as fault:
        fault.meaning = meaning
        raise


def target_store(target: object) -> Store:
    """Return the store to put keys into; raises `BadInput` for the screen, which is none."""
    store = parse_store(target)
    if isinstance(store, ScreenStore):
        raise BadInput("Keys cannot be moved to the screen.", "Show them with: orgwizard env NAME", field="store")
    return store


def _readable_keys(
    service: Service, profile: Profile, store: Store, agrees: Callable[[str], bool]
) -> dict[str, SecretStr]:
    """Return the keys of a profile, once the new store was tried, and agreed to where it cannot return them."""
    secrets = stored_keys(service, profile)
    service.vault.probe(store)
    if not store.readable and not agrees(f"{store.title} cannot return what it stores. Move the only copy there?"):
        raise NotSent("Not confirmed.", code="not_confirmed")
    return secrets


def _facts(profile: Profile) -> KeyFacts:
    """Return what is told beside the keys: the same each time, so that a repeated move finds its own file."""
    org = profile.org
    return KeyFacts(profile.provider, org.name, org.id, org.url, profile.attempt)

"""Replacing the first token of a child org by one that a person made: proved, stored, and the old one revoked."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from pydantic import SecretStr

from orgwizard.application.keys.key_check import FORGOTTEN, child_of, key_state
from orgwizard.application.keys.move_keys import Moved, forget_former, keep_instead, target_store, unchanged
from orgwizard.application.service import Service
from orgwizard.domain.errors import BadInput, NeedsAttention, Refused, WizardError
from orgwizard.domain.http import ask
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.credential_shapes import scheme_before
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.providers import provider_of
from orgwizard.providers.aftercare import Aftercare
from orgwizard.storage.profiles import Profile
from orgwizard.storage.stores.key_removal import store_named_by

NOT_REPLACED = "The token was not replaced."
REPLACED = "The new token is stored."
_DEACTIVATE = "It expires after 30 days without use, or when its administrator is deactivated."
_REVOKED = "The old token was revoked."
_STILL_VALID = f"The old token was not revoked. {_DEACTIVATE}"


@dataclass(frozen=True)
class Replacement:
    """What a person is asked: for the new token, told how to make it, and whether to revoke the old one."""

    new_token: Callable[[Profile, Aftercare], str]
    revokes: Callable[[Profile], bool]


def replace_token(service: Service, name: str, target: object, asks: Replacement) -> Moved:
    """Replace the token of the profile called *name*; the new one goes to *target*, `None` for the store of the old.

    Raises `WizardError`: nothing was replaced, or (`NeedsAttention`) something about the old token is left to do.
    """
    with service.profiles.alone():
        profile = service.profiles.find(name)
        with unchanged(NOT_REPLACED):
            if profile.former:
                profile = forget_former(service, profile).profile
            old = _old(service, profile)
            store = target_store(_target(service, profile, target))
            service.vault.probe(store)
            new = _proven(service, profile, old, asks.new_token(profile, provider_of(profile.provider).aftercare))
            fresh = profile.model_copy(update={"used": service.clock.wall(), "undo": ""})
            changed, kept = keep_instead(service, fresh, store, new)
        if profile.undo:  # of the old token
            with suppress(WizardError):
                service.records.note_undo(profile.attempt, "")
        doubt = _revoked(service, changed, old) if asks.revokes(changed) else None
        moved = forget_former(service, changed)
        if doubt:
            raise NeedsAttention(doubt, _DEACTIVATE, meaning=REPLACED)
        remark = _STILL_VALID if doubt is None else _REVOKED
        return replace(moved, kept=kept, remarks=(remark, *moved.remarks))


def _old(service: Service, profile: Profile) -> Created:
    """Return the child with its old token; raises `BadInput` where there is nothing to replace."""
    provider = provider_of(profile.provider)
    if not provider.aftercare.replacing:
        raise BadInput(f"{provider.title} keys do not expire, so there is nothing to replace.")
    return child_of(service, profile)


def _target(service: Service, profile: Profile, target: object) -> object:
    if target is not None:
        return target
    if there := store_named_by(service.vault, profile.secrets):
        return there
    raise BadInput("Choose a store for the new token: --to STORE.", "For example: --to file", code="usage")


def _proven(service: Service, profile: Profile, old: Created, typed: str) -> dict[str, SecretStr]:
    """Return the new token once the org has accepted it; raises `BadInput` and `Refused` without repeating it."""
    token = typed.strip()
    token = token[len(scheme_before(token)) :].strip()
    REDACTOR.learn(token)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise BadInput("Tokens contain no spaces. Paste the token only.")
    if token == old.secrets["token"].get_secret_value():
        raise BadInput("This is the old token.", "Create a new one and paste that.")
    new = {"token": SecretStr(token)}
    state = key_state(service, profile, replace(old, secrets=new))
    if state.state != "valid":
        advice = FORGOTTEN if service.sandbox_values else "Check that it was created in this org."
        raise Refused(f"{profile.org.name} did not accept the new token. {state.words}", advice)
    return new


def _revoked(service: Service, profile: Profile, old: Created) -> str:
    """Revoke the old token and return "", or why it may still be valid; the new one is stored, whatever happens."""
    provider = provider_of(profile.provider)
    try:
        if key_state(service, profile, old).state == "invalid":
            return ""  # it has expired, or was revoked before
        call = service.ask(provider.aftercare.undo(provider.site(profile.site), old)).call
        done = provider.aftercare.undone(service.ask(ask(call)))
    except WizardError as fault:
        return f"The old token may still be valid: {fault.cause}"
    return "" if done.state == "done" else f"The old token may still be valid: {done.words}"

"""Taking a child org, or its keys, back with the one call that the vendor has: announced on disk, sent once."""

from collections.abc import Callable
from dataclasses import dataclass

from orgwizard.application.keys.key_check import FORGOTTEN, child_of, key_state
from orgwizard.application.service import Service
from orgwizard.domain.errors import BadInput, NoResponse, NotSent, Refused, WizardError
from orgwizard.domain.http import ask
from orgwizard.domain.org import Created
from orgwizard.providers import provider_of
from orgwizard.providers.aftercare import Undo, Undone
from orgwizard.storage.profiles import Profile

NOT_CHANGED = "Nothing was changed."
NOT_KNOWN = "The outcome is unknown."


@dataclass(frozen=True)
class Ended:
    """What became of it, and the text for support, who can do the rest."""

    profile: Profile
    done: Undone
    support: tuple[str, ...]


def undo(service: Service, name: str, confirm: Callable[[Profile, Undo], None]) -> Ended:
    """Send the call that takes back what can be taken back of the org of the profile called *name*.

    *confirm* is called with the call before it is sent, and raises to stop it. What an earlier run sent is not sent
    again before reads have shown that it was not done. Raises `WizardError`: nothing was changed, or that is unknown.
    """
    with service.profiles.alone():
        profile = service.profiles.find(name)
        if profile.undo == "done":
            return Ended(profile, Undone("done", "Nothing to do: an earlier run did this."), support_request(profile))
        prepared = _prepared(service, profile)
        if isinstance(prepared, Undone):
            return _ended(service, profile, prepared)
        try:
            confirm(profile, prepared)
        except WizardError as fault:
            fault.meaning = NOT_CHANGED
            raise
        return _ended(service, profile, _sent(service, profile, prepared))


def support_request(profile: Profile) -> tuple[str, ...]:
    """Return the lines to send to the vendor's support, with the ids filled in."""
    provider, org = provider_of(profile.provider), profile.org
    facts = {"Created": f"{profile.created:%Y-%m-%d %H:%M} UTC"}
    child = Created(org.id, org.name, org.url)
    return tuple(provider.aftercare.support_request(provider.site(profile.site), child, facts))


def _prepared(service: Service, profile: Profile) -> Undo | Undone:
    """Return the call to send, or what turns out to be done already; raises `WizardError` where it cannot be sent."""
    provider = provider_of(profile.provider)
    site = provider.site(profile.site)
    try:
        child = child_of(service, profile)
        return service.ask(provider.aftercare.undo(site, child))
    except Refused as refused:
        if profile.undo and key_state(service, profile, child).state == "invalid":
            return Undone("done", "The keys were valid before the request, and no longer are.")
        raise _unchanged(service, refused) from None
    except WizardError as fault:
        raise _unchanged(service, fault) from None


def _unchanged(service: Service, fault: WizardError) -> WizardError:
    """Return what kept the call from being sent; the sandbox has nothing of an org but what this run created."""
    if service.sandbox_values and isinstance(fault, (Refused, NotSent)):
        return BadInput("The sandbox no longer has this org.", FORGOTTEN, meaning=NOT_CHANGED)
    fault.meaning = NOT_CHANGED
    return fault


def _sent(service: Service, profile: Profile, prepared: Undo) -> Undone:
    """Announce the call on disk, send it once, and return what it came to; raises `NotSent`."""
    _write(service, profile, "sent")
    try:
        response = service.ask(ask(prepared.call))
    except NotSent:
        _write(service, profile, profile.undo)
        raise
    except NoResponse as fault:
        return Undone("unknown", fault.cause)
    return provider_of(profile.provider).aftercare.undone(response)


def _ended(service: Service, profile: Profile, done: Undone) -> Ended:
    changed = _write(service, profile, done.state)
    support = support_request(profile)
    if done.state == "refused":
        raise Refused(done.words, done.advice, meaning=NOT_CHANGED)
    if done.state == "unknown":
        advice = f"It checks first, so run it again: orgwizard disable {profile.name}"
        raise NoResponse(done.words, advice, meaning=NOT_KNOWN)
    return Ended(changed, done, support)


def _write(service: Service, profile: Profile, state: str) -> Profile:
    changed = profile.model_copy(update={"undo": state})
    service.profiles.replace(changed)
    service.records.note_undo(profile.attempt, state)
    return changed


def require_name(profile: Profile, typed: str) -> None:
    """Raise `BadInput` unless *typed* is the name of the org."""
    if typed.strip() != profile.org.name:
        words = "The typed name is not the name of the org."
        raise BadInput(words, f"The org is called: {profile.org.name}", meaning=NOT_CHANGED)

"""Whether the stored keys of child orgs are still good, and when keys that are not used expire."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from orgwizard.application.service import Service
from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.org import Created, why_unsendable
from orgwizard.domain.text.sentence import sentence
from orgwizard.providers import provider_of
from orgwizard.providers.aftercare import KeyState
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.profiles import Profile
from orgwizard.storage.stores.stored_reference import can_be_read

PAUSE_SECONDS = 0.5  # between orgs, for the services' limits
SILENT_AFTER_DAYS = 60  # whoever has not asked by then uses them without orgwizard, or not at all
WARN_BEFORE_DAYS = 10  # before unused keys expire
FORGOTTEN = (
    "Sandbox orgs live in memory and end with their run. "
    "A sandbox server (orgwizard sandbox) keeps them until it stops."
)


@dataclass(frozen=True)
class KeyCheck:
    """What is known of the keys of one child org; `unused_since` is as far as orgwizard knows."""

    profile: Profile
    state: KeyState
    unused_since: datetime
    expires: datetime | None


def child_of(service: Service, profile: Profile) -> Created:
    """Return the child org of a profile with its keys, which are read now; raises `BadInput`."""
    if profile.kind != "child":
        raise BadInput(f"The profile {profile.name} is of a parent org.", "See: orgwizard profiles list")
    return Created(profile.org.id, profile.org.name, profile.org.url, stored_keys(service, profile))


def stored_keys(service: Service, profile: Profile) -> dict[str, SecretStr]:
    """Return the keys of a child org, which are read now; raises `BadInput`."""
    if profile.kind != "child" or not profile.secrets:
        advice = f"See: orgwizard profiles show {profile.name}"
        raise BadInput(f"The profile {profile.name} has no stored keys that can be read.", advice)
    return {name: service.reader.read(source) for name, source in profile.secrets.items()}


def check_keys(service: Service, profile: Profile) -> KeyCheck:
    """Ask a child org whether its keys are valid, and remember when they were; raises `BadInput`."""
    child = child_of(service, profile)
    before = last_used(profile)
    state = _judged(service, profile, child)
    if state.state == "valid":
        profile = note_used(service, profile)
    elif service.sandbox_values:
        state = KeyState("unclear", f"{state.words} {FORGOTTEN}")
    is_gone = state.state == "invalid" or (service.sandbox_values and state.state != "valid")
    return KeyCheck(profile, state, before, None if is_gone else expiry(profile))


def _judged(service: Service, profile: Profile, child: Created) -> KeyState:
    """Return what is known of keys; those that no request can carry are not asked about."""
    if words := why_unsendable(child.secrets, provider_of(profile.provider).secret_titles):
        return KeyState("invalid", sentence(words))
    try:
        return key_state(service, profile, child)
    except WizardError as error:
        return KeyState("unclear", error.cause)


def key_state(service: Service, profile: Profile, child: Created) -> KeyState:
    """Return what the org of a profile says of the keys of *child*; raises a `WizardError` where it cannot be asked."""
    provider = provider_of(profile.provider)
    return service.ask(provider.aftercare.key_state(provider.site(profile.site), child))


def check_records(service: Service, records: Sequence[Record]) -> Iterator[tuple[Record, KeyCheck | None, str]]:
    """Yield each attempt at an org that is still there with what is known of its keys, or `None` and why it is not."""
    first = True
    for record in records:
        if not record.profile or record.undo == "done":
            continue
        if not first:
            service.engine.read(service.clock.sleep(PAUSE_SECONDS)).result()
        first = False
        try:
            yield record, check_keys(service, service.profiles.load(record.profile)), ""
        except WizardError as error:
            yield record, None, error.cause


def standing_of(record: Record, checked: KeyCheck | None) -> str:
    """Return "valid", "invalid" or "unclear"; keys that should be readable and are not are no better than invalid."""
    if checked:
        return checked.state.state
    return "invalid" if isinstance(record.stored, dict) and can_be_read(record.stored) else "valid"


def note_used(service: Service, profile: Profile) -> Profile:
    """Write down that the keys of a profile are valid now, and return it; one being changed by others is left alone."""
    try:
        with service.profiles.alone():
            used = service.profiles.load(profile.name).model_copy(update={"used": service.clock.wall()})
            service.profiles.replace(used)
            return used
    except WizardError:
        return profile


def last_used(profile: Profile) -> datetime:
    """Return when the keys were last known to work: they do when an org is created."""
    at = profile.used or profile.created
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # a file that was edited by hand


def expiry(profile: Profile) -> datetime | None:
    """Return when unused keys expire, `None` for those that do not."""
    days = provider_of(profile.provider).aftercare.idle_days
    return last_used(profile) + timedelta(days=days) if days and profile.secrets else None


def idle_warning(profile: Profile, now: datetime) -> str:
    """Return a sentence about keys that expire soon, or have, because nobody is known to have used them; else ""."""
    try:
        expires = expiry(profile) if profile.kind == "child" else None
    except BadInput:  # a provider of a later version
        return ""
    unused = (now - last_used(profile)).days
    if expires is None or unused >= SILENT_AFTER_DAYS or expires - now > timedelta(days=WARN_BEFORE_DAYS):
        return ""
    end = f"expires on {expires:%Y-%m-%d}" if expires > now else f"may have expired on {expires:%Y-%m-%d}"
    return f"The token of {profile.org.name} {end}: no use known for {unused} days. orgwizard check {profile.name}"

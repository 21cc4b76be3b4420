"""The administrators of orgs that were created: names and e-mail address, kept in profiles and offered again."""

from collections.abc import Iterable, Mapping

from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.forms.questions import Value
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.providers.contract import Provider
from orgwizard.storage.profiles import Profile

_BEFORE = "administrator_"  # how their members begin among a profile's details


def details(person: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what a profile keeps of an administrator."""
    return {f"{_BEFORE}{name}": text for name, text in person if text}


def person_of(provider: Provider, profile: Profile) -> dict[str, str]:
    """Return the answers about the administrator that a profile kept, {} where it does not have all of them."""
    model = provider.administrator
    names = model.remembered if model and profile.provider == provider.key else ()
    person = {name: profile.details.get(f"{_BEFORE}{name}", "") for name in names}
    return person if all(text and not REDACTOR.is_secret(text) for text in person.values()) else {}


def used(provider: Provider, profiles: Iterable[Profile]) -> list[dict[str, str]]:
    """Return each administrator once, the one of the latest org first."""
    latest = sorted(profiles, key=lambda profile: profile.created, reverse=True)
    people = {tuple(person.items()): person for profile in latest if (person := person_of(provider, profile))}
    return list(people.values())


def without_secrets(model: type[Fields], typed: Mapping[str, Value]) -> dict[str, Value]:
    """Return what another org may begin with of the answers: no secret, and nothing that needs one."""
    secret = {question.name for question in questions(model) if question.secret}
    secret |= {other for name, other in model.needs.items() if name in secret}
    return {name: value for name, value in typed.items() if name not in secret}

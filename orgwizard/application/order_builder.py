"""From a draft to a validated connection and order: every reference in it is read here, at the moment of use."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress

from pydantic import SecretStr

from orgwizard.domain.errors import BadFields, BadInput, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.forms.questions import LONGEST_MEANT, Value, nearest, with_suggestion
from orgwizard.domain.forms.validation import filled, literal_problems, previewed, problems, referenced, validated
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers import site_at, site_meant
from orgwizard.providers.contract import Provider
from orgwizard.providers.order import Connection, Order, OrgIdentity

Read = Callable[[Reference], SecretStr]


def connection(provider: Provider, draft: Draft, read: Read) -> Connection:
    """Build the validated connection; raises `BadInput` and `BadFields`.

    References are read here, at the moment of use, and nowhere before.
    """
    if draft.method not in provider.methods:
        known = ", ".join(provider.methods)
        raise BadFields({"credentials.method": f"Unknown. Known for {provider.title}: {known}."})
    site = site_at(provider, draft.site)
    credentials = _section("credentials", provider.methods[draft.method], draft.credentials, read)
    model = provider.methods[draft.method]
    return Connection(site, draft.method, credentials, _sources(model, referenced(model, draft.credentials)))


def _sources(model: type[Fields], typed: Mapping[str, Value]) -> dict[str, object]:
    """Return what can be written down of credentials: references, and answers that are no secrets."""
    plain = {question.name for question in questions(model) if not question.secret}
    references = {name: value.table() for name, value in typed.items() if isinstance(value, Reference)}
    return references | {name: v for name, v in typed.items() if name in plain and isinstance(v, str) and v.strip()}


def recalled(model: type[Fields], sources: object) -> dict[str, Value]:
    """Return the answers of `Connection.sources`, without what is not of its shape."""
    found: dict[str, Value] = {}
    for question in questions(model):
        source = sources.get(question.name) if isinstance(sources, Mapping) else None
        if isinstance(source, str) and not question.secret:
            found[question.name] = source
        with suppress(BadInput):
            if isinstance(source, (Mapping, Reference)):
                found[question.name] = Reference.parse(source)
    return found


def order(provider: Provider, draft: Draft, read: Read) -> Order:
    """Build the validated order from a draft; raises `BadInput` and `BadFields`."""
    return order_at(connection(provider, draft, read), provider, draft, read)


def order_at(connected: Connection, provider: Provider, draft: Draft, read: Read) -> Order:
    """Build the validated order from a draft whose parent is connected already; raises `BadInput` and `BadFields`."""
    # The administrator first: its secrets must be known before the org is looked at, for one may be the org's name.
    model = provider.administrator
    administrator = _section("administrator", model, draft.section("administrator"), read) if model else None
    organization = _section("organization", provider.organization, draft.section("organization"), read)
    return Order(connected, organization, administrator)


def organization(provider: Provider, draft: Draft) -> Fields | None:
    """Return the validated organization of a draft, None where its answers are not whole yet."""
    model, typed = provider.organization, draft.section("organization")
    return None if problems(model, typed) else validated(model, typed)


def identity(provider: Provider, draft: Draft) -> OrgIdentity | None:
    """Return the org that a draft names, what nobody edited included; None where it names none."""
    if not draft.org_name.strip():
        return None
    try:
        site = site_at(provider, draft.site)
    except BadInput:
        return None
    answers = filled(provider.organization, draft.section("organization"))
    return OrgIdentity(site, draft.org_name, str(answers.get("subdomain", "")))


def preview(provider: Provider, draft: Draft) -> Order:
    """Build the order of a draft that has no problems without reading a secret: it shows what would be sent."""
    method = provider.methods[draft.method]
    connected = Connection(site_at(provider, draft.site), draft.method, previewed(method, draft.credentials))
    model = provider.administrator
    administrator = previewed(model, draft.section("administrator")) if model else None
    return Order(connected, previewed(provider.organization, draft.section("organization")), administrator)


def draft_problems(provider: Provider, draft: Draft) -> dict[str, str]:
    """Return every problem of a draft as "section.field" -> sentence, without reading a secret."""
    messages: dict[str, str] = {}
    try:
        site_at(provider, draft.site)
    except WizardError as error:
        messages["site"] = with_suggestion(error.cause_and_advice, site_meant(provider, draft.site))
    if draft.method not in provider.methods:
        words = with_suggestion(f"Use one of: {', '.join(provider.methods)}.", nearest(draft.method, provider.methods))
        return {**messages, "credentials.method": words}
    for name, model in provider.sections(draft.method).items():
        typed = draft.answers(name)
        for key, words in problems(model, typed).items():
            messages[f"{name}.{key}"] = with_suggestion(words, _meant(model, key, typed))
    return messages


# What surely is no password in the wrong place: a name of letters alone, a host, an e-mail address with its owner.
_HOST = r"[\w-]+([.,][\w-]+)"
_HARMLESS = re.compile(
    rf"[^\W\d_]{{1,40}}|(https?:?//)?{_HOST}{{2,}}\.?(/\S*)?|[\w. ]*<?[\w.+-]+@{_HOST}+>?", re.IGNORECASE
)


def _meant(model: type[Fields], key: str, typed: Mapping[str, Value]) -> str:
    """Return what was most likely meant by an answer, "" unless that may stand in a log: no secret is known yet."""
    text = typed.get(key)
    if not isinstance(text, str) or len(text) > LONGEST_MEANT:
        return ""
    meant = model.correction(key, text.strip())
    proposed = model.proposals({name: value for name, value in typed.items() if name != key}).get(key)
    return meant if meant == proposed or _HARMLESS.fullmatch(text.strip()) else ""


def _section(name: str, model: type[Fields], typed: Mapping[str, Value], read: Read) -> Fields:
    resolved = _resolved(name, referenced(model, typed), read)
    followed = {key: value for key, value in resolved.items() if _from_variable(typed[key])}
    resolved |= _resolved(name, referenced(model, followed), read)  # a variable may hold a path too
    REDACTOR.learn(*(value for value in resolved.values() if isinstance(value, SecretStr)))
    if found := literal_problems(model, resolved):
        raise BadFields({f"{name}.{key}": f"{_source(typed.get(key))}{words}" for key, words in found.items()})
    return validated(model, resolved)


def _source(value: Value) -> str:
    """Return where a value that is wrong was read from, as the beginning of a sentence."""
    return f"The value {value.describe()} is wrong. " if isinstance(value, Reference) else ""


def _from_variable(value: Value) -> bool:
    return isinstance(value, Reference) and value.env is not None


def _resolved(name: str, typed: Mapping[str, Value], read: Read) -> dict[str, Value]:
    """Return the answers with each reference followed; raises `BadFields` with all that lead to nothing."""
    resolved: dict[str, Value] = {}
    messages: dict[str, str] = {}
    for key, value in typed.items():
        try:
            resolved[key] = _read(value, read) if isinstance(value, Reference) else value
        except BadInput as error:
            messages[f"{name}.{key}"] = error.cause_and_advice
    if messages:
        raise BadFields(messages)
    return resolved


def _read(reference: Reference, read: Read) -> SecretStr:
    """Return a secret; raises `BadInput` also for blanks, which no vendor issues."""
    secret = read(reference)
    if not secret.get_secret_value().strip():
        raise BadInput(f"The secret {reference.describe()} contains only spaces.")
    return secret

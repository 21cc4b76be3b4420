"""Orders, requests, findings and results as lines for a person; no line carries control characters."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orgwizard.domain.errors import CREATED, OUTCOMES
from orgwizard.domain.events import Result
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.forms.typed_text import text_of
from orgwizard.domain.http import Call
from orgwizard.domain.org import Site
from orgwizard.domain.secrets.masking import masked
from orgwizard.domain.secrets.redactor import MASK
from orgwizard.domain.text.moment import when
from orgwizard.domain.text.sanitize import printable, shown_exactly
from orgwizard.providers import PROVIDERS, provider_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import Order
from orgwizard.storage.profiles import Profile

if TYPE_CHECKING:
    from orgwizard.application.keys.key_check import KeyCheck

STAGE_INDENT = 20  # cells of the first column of a check's findings
ANSWER_TITLE = "The service's response, as it came"
OUTCOME_WORDS = {"created": "Created", "not_created": "Not created", "unknown": "Unknown"}


def order(provider: Provider, wanted: Order, store: Any) -> list[str]:
    """Return the whole order in plain words, secrets masked."""
    lines = [f"Create a child org ({provider.title}, {wanted.connection.site.key})"]
    for model in (wanted.organization, wanted.administrator):
        lines += [f"  {title:<18} {value}" for title, value in answers(model)] if model else []
    lines += [f"  {'Keys go to':<18} {store_words(store)}", provider.irreversible]
    return [printable(line) for line in lines]


def answers(model: Fields) -> Iterator[tuple[str, str]]:
    """Yield title and value of each answer that was given; secrets as asterisks."""
    for question in questions(type(model)):
        value = getattr(model, question.name)
        if question.rows:
            yield from ((name, printable(text_of(row))) for name, row in (value or {}).items())
        elif value is not None:
            yield question.title, MASK if question.secret else printable(str(value))


def store_words(store: Any) -> str:
    """Return a store, given as in a plan, in words."""
    if isinstance(store, dict):
        return f"the command {shlex.join(map(str, store.get('command', [])))}".rstrip()
    return {
        "file": "a private file",
        "keyring": "the system keyring",
        "keyring:unencrypted": "the system keyring, which keeps them unencrypted",
        "screen": "this screen only; stored nowhere",
    }.get(store, str(store))


def request(call: Call) -> list[str]:
    """Return the request as HTTP, secrets masked."""
    headers = [f"{name}: {value}" for name, value in masked(call.headers).items()]
    body = json.dumps(masked(call.body), indent=2, ensure_ascii=False) if call.body is not None else ""
    lines = [f"{call.method} {call.url}", *headers, "", *body.splitlines()]
    return [printable(line) for line in lines]


def findings(checked: Preflight) -> list[str]:
    """Return what a check found, a line each."""
    return [f"Parent org: {printable(checked.parent)}", *(printable(f.line) for f in checked.findings)]


def findings_table(found: Sequence[Finding]) -> list[str]:
    """Return the stages that a check has passed, in two columns."""
    return [printable(f"{f.stage:<{STAGE_INDENT - 2}}  {f.text}") for f in found]


def elsewhere(provider: Provider, found: Sequence[Site]) -> str:
    """Return which of the provider's other sites know the credentials."""
    places = " and ".join(f'{site.title} (site = "{site.key}")' for site in found)
    return f"They belong to {places}." if found else f"No other site of {provider.title} recognizes them either."


def result(ended: Result) -> list[str]:
    """Return how a creation ended, most important first; secrets only where they are stored nowhere else."""
    provider = provider_of(ended.provider)
    ready = " and ready" if ended.ready else ", readiness not confirmed" if ended.outcome == "created" else ""
    lacks = f", but {_lacks(ended)}" if ended.outcome == "created" and _lacks(ended) else ready
    lines = [f"{OUTCOME_WORDS[ended.outcome]}{lacks}: {ended.name} ({provider.title}, {ended.site})"]
    org = {"Org ID": ended.org.id or "not in the response", "Org URL": ended.org.url} if ended.org else {}
    lines += label_lines({**org, "Keys": ended.stored_words})
    lines += [f"  {line}" for line in keys(ended)]
    lines += label_lines({"Profile": ended.profile, "Attempt": ended.attempt, **ended.access})
    lines += [f"  {notice}" for notice in ended.notices]
    lines += [f"  {step}" for step in ended.next_steps] if ended.outcome == "created" else []
    return [printable(line) for line in lines]


def label_lines(rows: Mapping[str, str]) -> list[str]:
    """Return a line for each label with a value."""
    return [f"  {label:<12} {value}" for label, value in rows.items() if value]


def headline(result: Result) -> str:
    """Return the outcome as a sentence, with what is missing first of all."""
    if result.outcome != "created":
        return OUTCOMES[result.outcome]
    words = CREATED.removesuffix(".")
    if lacks := _lacks(result):
        return f"{words}, but {lacks}."
    if not result.ready:
        return f"{words} but its readiness is not confirmed."
    return f"{words} and is ready{', but needs attention' if needs_attention(result) else ''}."


def needs_attention(result: Result) -> bool:
    """Return whether the org exists, and something about it needs a person."""
    return result.outcome == "created" and (result.error is not None or not result.ready)


def _lacks(result: Result) -> str:
    """Return what is missing of a new org's keys, id or response, "" if nothing is."""
    if result.org and result.org.missing:
        return missing_words(result.org.missing)
    kept = result.stored or result.stored_words or result.spool or result.secrets
    return "" if kept else "its keys were lost"


def missing_words(missing: Sequence[str]) -> str:
    """Return that parts of a response are missing, of which there is one at least."""
    *first, last = (f"the {name}" for name in missing)
    return f"{', '.join(first)} and {last} are missing" if first else f"{last} is missing"


def facts(result: Result) -> Iterator[tuple[str, str]]:
    """Yield what is known of the org as label and value."""
    org, error = result.org, result.error
    known = (org.url or "not known", org.id or "not in the response") if org else ("", "")
    rows = dict(zip(("Name", "Org URL", "Org ID"), (org.name if org else "", *known), strict=True))
    file = str((result.stored or {}).get("file") or "")
    rows |= {"Key file": file} if file else {"Keys": result.stored_words}
    rows |= {**result.access, "Profile": result.profile}
    rows |= {"Attempt": result.attempt if result.outcome != "not_created" else "", "Note": " ".join(result.notices)}
    rows |= {"Details": error.evidence if error else ""}
    yield from ((label, printable(value)) for label, value in rows.items() if value)


ANSWER_SHOWN_ONLY = "in the service's response, if at all: it was only shown on the screen"


def secrets(result: Result) -> Iterator[tuple[str, str]]:
    """Yield title and exact value of each key that is stored nowhere else, to copy it."""
    titles = {"answer": ANSWER_TITLE, **provider_of(result.provider).secret_titles}
    yield from ((titles.get(name, name), s.get_secret_value()) for name, s in result.secrets.items())


def shown_secrets(result: Result) -> Iterator[tuple[str, str]]:
    """Yield title and value of each of these keys as it can be drawn; the title says how what cannot be is written."""
    for title, value in secrets(result):
        drawn, how = shown_exactly(value)
        yield f"{title} ({how})" if how else title, drawn


def keys(result: Result) -> list[str]:
    """Return keys that are stored nowhere as lines to print when they come."""
    return [f"{title}: {value}" for title, value in shown_secrets(result)]


def profiles(found: Sequence[Profile]) -> list[str]:
    """Return a line per profile."""
    lines = [f"{p.name}  {p.org.name} ({p.provider} {KIND_WORDS[p.kind]}, {p.org.url})" for p in found]
    return [printable(line) for line in lines] or ["No profiles yet. A profile is saved with each new org."]


KIND_WORDS = {"child": "child org", "parent": "parent org"}


def profile(found: Profile) -> list[str]:
    """Return one profile: the org, its parent's site and where its keys and those of the parent are read from."""
    titles = _profile_titles(found)
    rows = {"Profile": found.name, "Kind": KIND_WORDS[found.kind], "Provider": found.provider}
    rows |= {"Org": found.org.name, "Org ID": found.org.id, "Org URL": found.org.url}
    rows |= {_as_title(name): value for name, value in found.details.items()}
    rows |= {titles.get(name, _as_title(name)): source.describe() for name, source in found.secrets.items()}
    rows |= {"Parent site": found.site, "Parent method": found.method}
    given = {**{name: source.describe() for name, source in found.parent.items()}, **found.answers}
    rows |= {f"Parent {titles.get(f'parent {name}', name)}": value for name, value in given.items()}
    width = max(map(len, rows))
    return [f"{printable(name):<{width}}  {printable(value)}" for name, value in rows.items() if value]


def _profile_titles(found: Profile) -> dict[str, str]:
    """Return the titles of a child's keys by name, and of its parent's credentials by "parent NAME"."""
    provider = next((known for known in PROVIDERS if known.key == found.provider), None)
    if provider is None:  # of a later version
        return {}
    method = provider.methods.get(found.method)
    asked = {f"parent {question.name}": question.title for question in questions(method)} if method else {}
    return {**provider.secret_titles, **asked}


def _as_title(name: str) -> str:
    """Return the name of a detail as a label: "administrator_url" as "Administrator URL"."""
    return name.replace("_", " ").capitalize().replace(" url", " URL")


def key_check(checked: "KeyCheck") -> list[str]:
    """Return whether a child's stored keys are valid, and when unused ones expire."""
    told = {
        "valid": "The stored keys of {} are valid.",
        "invalid": "The stored keys of {} are no longer valid.",
        "unclear": "Could not tell whether the stored keys of {} are valid.",
    }[checked.state.state]
    lines = [f"{told.format(checked.profile.name)} {checked.state.words}"]
    lines.append(f"Last known use before this check: {when(checked.unused_since, None)}.")
    if checked.expires:
        lines.append(f"If unused, they expire on {checked.expires:%Y-%m-%d}.")
    return lines

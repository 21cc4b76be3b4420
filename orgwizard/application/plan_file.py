"""The plan file: a draft as TOML. Its keys are the model fields, so its errors name them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from orgwizard.application.order_builder import draft_problems
from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import BadFields, BadInput, WizardError
from orgwizard.domain.questions import Question, Value
from orgwizard.domain.redactor import MASK, REDACTOR, is_like_token
from orgwizard.domain.secret_reference import Reference
from orgwizard.domain.validation import LOOKS_SECRET, Fields, questions, referenced
from orgwizard.domain.validation import problems as answer_problems
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.system import private_files

LARGEST_PLAN = 256 * 1024


def load(path: Path) -> Draft:
    """Read a plan file and return it as a draft; raises `BadInput` and `BadFields`."""
    try:
        text = private_files.read(path, LARGEST_PLAN, follow=True).decode("utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"The plan {path} does not exist.", "Check the path after --plan.") from None
    except UnicodeDecodeError:
        raise BadInput(f"The plan {path} is not UTF-8 text.", "Save it as UTF-8.") from None
    except WizardError as error:
        raise BadInput(error.cause, error.advice) from None
    try:
        return parse(text)
    except BadFields as bad:
        raise BadFields(bad.problems, f"The plan {path}") from None
    except BadInput as bad:
        raise BadInput(f"The plan {path}: {bad.cause}", bad.advice, field=bad.field) from None


def parse(text: str) -> Draft:
    """Turn TOML into a draft that a face can prefill and `order` can validate."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"it is not valid TOML: {error}.", "Correct that line.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or brackets in brackets without end
        raise BadInput("it holds numbers or brackets that no plan has.", "Is it the right file?") from None
    provider = provider_of(_text(table, "provider"))
    known = {"provider", "site", "confirmed_host", "store", *provider.sections(next(iter(provider.methods)))}
    if unknown := sorted(set(table) - known):
        raise BadFields({name: f"Unknown. Known here: {', '.join(sorted(known))}." for name in unknown})
    draft = Draft(provider=provider.key, store=table.get("store", "file"))
    draft.section("parent")["site"] = _text(table, "site")
    if "confirmed_host" in table:
        draft.section("parent")["confirmed"] = _confirmed(provider, draft.site, _text(table, "confirmed_host"))
    _fill(draft, provider, table)
    return draft


def _confirmed(provider: Provider, typed: str, host: str) -> str:
    """Return the URL that credentials may be sent to because the plan names its host a second time; raises `BadFields`.

    It is "" where the site itself is wrong, which is told as a problem of the site.
    """
    if REDACTOR.is_secret(host):
        raise BadFields({"confirmed_host": LOOKS_SECRET})
    try:
        site = provider.site(typed)
    except WizardError:
        return ""
    if host.strip().casefold() not in (site.host.casefold(), site.url.casefold()):
        raise BadFields({"confirmed_host": f"This is not the host of the site: {site.host}."})
    return site.url


def unconfirmed(draft: Draft) -> dict[str, str]:
    """Return the problem of a plan that would send credentials to a host which is not the vendor's, {} without one.

    Who runs a plan is asked nothing: the plan confirms such a host by naming it again.
    """
    provider = provider_of(draft.provider)
    site = provider.site(draft.site)
    if not site.question or draft.section("parent").get("confirmed") == site.url:
        return {}
    words = f"{site.host} is not an address of {provider.title}. To send your credentials there, "
    return {"site": f'{words}add the line confirmed_host = "{site.host}" to the plan.'}


def _fill(draft: Draft, provider: Provider, table: Mapping[str, Any]) -> None:
    credentials = dict(_table(table, "credentials"))
    method = credentials.pop("method", next(iter(provider.methods)))
    if method not in list(provider.methods):
        raise BadFields({"credentials.method": f"It must be one of: {', '.join(provider.methods)}."})
    draft.section("parent")["method"] = method
    odd: dict[str, str] = {}
    for name, model in provider.sections(method).items():
        given = credentials if name == "credentials" else _table(table, name)
        section = draft.credentials if name == "credentials" else draft.section(name)
        section |= _answers(name, model, given)
        odd |= {f"{name}.{MASK if is_like_token(key) else key}": words for key, words in _odd(model, section).items()}
    if odd:
        raise BadFields(odd)


def _answers(name: str, model: type[Fields], given: Mapping[str, Any]) -> dict[str, Value]:
    """Return one table's answers; secrets must be references."""
    secret = {question.name for question in questions(model) if question.secret}
    return {key: Reference.parse(v, f"{name}.{key}") if key in secret else v for key, v in given.items()}


def _odd(model: type[Fields], answers: Mapping[str, Value]) -> dict[str, str]:
    """Say what no form could show: unknown keys and other types. Wrong text a person can correct there."""
    entries = {question.name for question in questions(model) if question.asked and not question.rows}
    correctable = {key for key in entries if isinstance(answers.get(key), str)}
    found = answer_problems(model, answers)
    return {key: words for key, words in found.items() if key in answers and key not in correctable}


def problems(draft: Draft) -> dict[str, str]:
    """Return every problem of a draft, as "section.field" -> sentence, without reading a secret."""
    return draft_problems(provider_of(draft.provider), draft)


def dump(draft: Draft) -> str:
    """Return a draft as the text of a plan file.

    A typed secret becomes a reference to its official variable: the file never holds one.
    """
    import tomli_w

    provider = provider_of(draft.provider)
    chosen = draft.method if draft.method in provider.methods else next(iter(provider.methods))
    table: dict[str, Any] = {"provider": draft.provider, "site": draft.site, "store": draft.store}
    if (confirmed := draft.section("parent").get("confirmed")) and (host := _host(provider, draft.site, confirmed)):
        table["confirmed_host"] = host
    for name, model in provider.sections(chosen).items():
        typed = draft.credentials if name == "credentials" else draft.section(name)
        known = {question.name: question for question in questions(model)}
        given = {key: value for key, value in referenced(model, typed).items() if key in known}
        answers = {key: _plain(draft.provider, known[key], value) for key, value in given.items()}
        method = {"method": chosen} if name == "credentials" else {}
        table[name] = {**method, **{key: value for key, value in answers.items() if value not in ("", None, {})}}
    return tomli_w.dumps(table)


def _host(provider: Provider, typed: str, confirmed: object) -> str:
    """Return the host that the user confirmed, "" where there was nothing to confirm."""
    try:
        site = provider.site(typed)
    except WizardError:
        return ""
    return site.host if site.question and site.url == confirmed else ""


def _plain(provider: str, question: Question, value: Value) -> Any:
    if isinstance(value, Reference):
        return value.table()
    if question.secret:
        if not value or (isinstance(value, SecretStr) and not value.get_secret_value()):
            return None
        return {"env": question.env[0] if question.env else f"{provider}_{question.name}".upper()}
    return value


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    if value is None:
        raise BadFields({name: "Needed."})
    if not isinstance(value, str):
        raise BadFields({name: 'Text in quotes is expected, such as "example".'})
    return value


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise BadFields({name: f"A table is expected: [{name}]."})
    return value

"""A draft as the text of a plan file, without a single secret."""

from pathlib import Path

from pydantic import SecretStr

from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.questions import Question, Value
from orgwizard.domain.forms.validation import referenced
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.system import private_files


def dump(draft: Draft) -> str:
    """Return a draft as the text of a plan file.

    A typed secret becomes a reference to its official variable: the file never holds one.
    """
    import tomli_w

    provider = provider_of(draft.provider)
    chosen = draft.method if draft.method in provider.methods else provider.default_method
    table: dict[str, object] = {"provider": draft.provider, "site": draft.site, "store": draft.store}
    if (confirmed := draft.section("parent").get("confirmed")) and (host := _host(provider, draft.site, confirmed)):
        table["confirmed_host"] = host
    for name, model in provider.sections(chosen).items():
        known = {question.name: question for question in questions(model)}
        answered = {key: value for key, value in referenced(model, draft.answers(name)).items() if key in known}
        answers = {key: _plain(draft.provider, known[key], value) for key, value in answered.items()}
        method = {"method": chosen} if name == "credentials" else {}
        table[name] = {**method, **{key: value for key, value in answers.items() if value not in ("", None, {})}}
    return tomli_w.dumps(table)


def write(draft: Draft, path: Path) -> None:
    """Write a draft as a new plan file; raises `LocalFailure`, `FileExistsError`."""
    private_files.write_new(path, dump(draft).encode())


def _host(provider: Provider, typed: str, confirmed: object) -> str:
    """Return the host that the user confirmed, "" where there was nothing to confirm."""
    try:
        site = provider.site(typed)
    except WizardError:
        return ""
    return site.host if site.question and site.url == confirmed else ""


def _plain(provider: str, question: Question, value: Value) -> object:
    if isinstance(value, Reference):
        return value.table()
    if question.secret:
        if not value or (isinstance(value, SecretStr) and not value.get_secret_value()):
            return None
        return {"env": variable_of(provider, question)}
    return value


def variable_of(provider: str, question: Question) -> str:
    """Return the variable that a plan reads a typed secret from: its official one, else one named after the field."""
    return question.env[0] if question.env else f"{provider}_{question.name}".upper()

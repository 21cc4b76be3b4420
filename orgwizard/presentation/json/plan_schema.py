"""The JSON Schema of a plan file, made of the fields of the providers."""

from collections.abc import Iterator, Mapping

from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.forms.questions import Question
from orgwizard.presentation.json.json_schema import DIALECT, TEXT, Schema, object_of
from orgwizard.providers import PROVIDERS
from orgwizard.providers.contract import Provider
from orgwizard.storage.stores.secret_stores import store_names

PLAN_SCHEMA = "urn:orgwizard:plan:1"
_ROW: Schema = {"anyOf": [{"type": ["string", "boolean", "number"]}, {"type": "array", "items": TEXT}]}
_REFERENCE: Schema = {
    "description": "A reference, read when the secret is used; never the secret itself.",
    "oneOf": [
        object_of({"env": {**TEXT, "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}}, additionalProperties=False),
        object_of({"file": TEXT, "key": TEXT}, ("file",), additionalProperties=False),
        object_of({"command": {"type": "array", "items": TEXT, "minItems": 1}}, additionalProperties=False),
        object_of({"keyring": TEXT}, additionalProperties=False),
    ],
}


def plan_schema() -> Schema:
    """Return the schema of a plan file, so that editors complete and check it."""
    return {
        "$schema": DIALECT,
        "$id": PLAN_SCHEMA,
        "title": "Plan of orgwizard",
        "type": "object",
        "anyOf": [_plan_of(provider, method) for provider in PROVIDERS for method in provider.methods]
        + [_plan_by_profile(provider) for provider in PROVIDERS],
        "$defs": {"reference": _REFERENCE, "store": _store()},
    }


def _plan_of(provider: Provider, method: str) -> Schema:
    """Return the schema of a plan that says itself how to reach the parent."""
    sections = {name: _table(model) for name, model in provider.sections(method).items()}
    sections["credentials"]["properties"]["method"] = {"const": method}
    if method != provider.default_method:
        sections["credentials"]["required"] = ["method", *sections["credentials"]["required"]]
    site = {**TEXT, "description": provider.site_help or "Where the parent org is."}
    connection = {"provider": {"const": provider.key}, "site": site, "confirmed_host": TEXT}
    required = ("provider", "site", *_needed(sections))
    return object_of({**connection, **_common(), **sections}, required, additionalProperties=False)


def _plan_by_profile(provider: Provider) -> Schema:
    """Return the schema of a plan that names a saved connection."""
    sections = {name: _table(model) for name, model in provider.order_sections.items()}
    named = {"profile": TEXT, "provider": {"const": provider.key}}
    return object_of({**named, **_common(), **sections}, ("profile", *_needed(sections)), additionalProperties=False)


def _common() -> Schema:
    return {"store": {"$ref": "#/$defs/store"}}


def _needed(sections: Mapping[str, Schema]) -> Iterator[str]:
    """Yield the tables that hold something required."""
    return (name for name, table in sections.items() if table["required"])


def _table(model: type[Fields]) -> Schema:
    """Return the schema of one table of a plan; what is proposed from other fields may be left out."""
    asked = questions(model)
    proposed = model.proposals({question.name: question.example for question in asked})
    required = tuple(question.name for question in asked if question.required and question.name not in proposed)
    return object_of({question.name: _field(question) for question in asked}, required, additionalProperties=False)


def _field(question: Question) -> Schema:
    about = {"title": question.title, **({"description": question.help} if question.help else {})}
    if question.secret:
        return {**about, "$ref": "#/$defs/reference"}
    if question.rows:
        return {**about, "type": "object", "additionalProperties": _ROW}
    if question.choices:
        of_the_api = object_of({"type": {"enum": list(question.choices)}}, additionalProperties=False)
        return {**about, "anyOf": [{"enum": list(question.choices)}, of_the_api]}
    limits = {"maxLength": question.longest} if question.longest else {}
    examples = {"examples": [question.example]} if question.example else {}
    return {**about, "type": "string", **limits, **examples}


def _store() -> Schema:
    command = object_of({"command": {"type": "array", "items": TEXT, "minItems": 1}}, additionalProperties=False)
    names = store_names()
    with_place = {"type": "string", "pattern": f"^({'|'.join(names)}):."}
    return {
        "description": "Where the new keys are stored; default: file.",
        "anyOf": [{"enum": list(names)}, with_place, command],
    }

"""JSON Schemas (2020-12) of what `--json` prints and of a plan, made of the data that the program itself uses."""

from collections.abc import Iterator, Mapping
from typing import Any

from orgwizard.domain.error_codes import OURS
from orgwizard.domain.field_questions import questions
from orgwizard.domain.fields import Fields
from orgwizard.domain.json_result import SCHEMA
from orgwizard.domain.questions import Question
from orgwizard.providers import PROVIDERS
from orgwizard.providers.contract import Provider
from orgwizard.storage.secret_stores import store_names

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PLAN_SCHEMA = "urn:orgwizard:plan:1"

Schema = dict[str, Any]


def _maybe(kind: str, description: str = "", **rest: Any) -> Schema:
    return {"type": [kind, "null"], **({"description": description} if description else {}), **rest}


def _object(properties: Mapping[str, Any], required: tuple[str, ...] | None = None, **rest: Any) -> Schema:
    """Return the schema of an object; all *properties* are required unless some are named."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        **rest,
    }


# ---- what --json prints ----

_TEXT: Schema = {"type": "string"}
_ROW: Schema = {"anyOf": [{"type": ["string", "boolean", "number"]}, {"type": "array", "items": _TEXT}]}
_OUTCOME: Schema = {
    "description": "The outcome of the order; null if the command has none, or if it belongs to another run.",
    "enum": ["created", "not_created", "unknown", None],
}
_ORG = _object(
    {"id": _maybe("string"), "name": _maybe("string"), "url": _maybe("string")},
    description="The org; if it was not created, the requested one.",
)
_ORG["type"] = ["object", "null"]
_ERROR = _object(
    {
        "code": {
            "description": "A stable code of orgwizard or the service, or HTTP and the status; see: orgwizard explain",
            "anyOf": [{"enum": sorted(OURS)}, {"type": "string", "minLength": 1}],
        },
        "message": _TEXT,
        "hint": {**_TEXT, "description": "What to do now."},
        "field": _maybe("string", "The plan key that the error is about."),
        "request_id": _maybe("string", "The service's request ID, for its support."),
    },
    additionalProperties=False,
)
_ERROR["type"] = ["object", "null"]
_PROBLEM = _object(
    {
        "field": _maybe("string", "The plan key, such as organization.name."),
        "message": _TEXT,
        "place": _maybe("string", "File, line and column."),
    },
    ("field", "message"),
)
_STORED: Schema = {
    "description": "A reference to the stored keys; never the keys.",
    "type": ["object", "null"],
}
_ATTEMPT = _object(
    {
        "attempt": _TEXT,
        "outcome": _OUTCOME,
        "ready": {"type": "boolean"},
        "state": _TEXT,
        "running": {"type": "boolean"},
        "open": {"type": "boolean"},
        "provider": _maybe("string"),
        "site": _maybe("string"),
        "name": _maybe("string"),
        "started": {"type": "string", "format": "date-time"},
        "org": _ORG,
        "stored": _STORED,
        "spool": _maybe("string", "The file with the service's response, until its keys are stored."),
        "profile": _maybe("string"),
        "approved": _maybe("string", "The fingerprint of the approved plan."),
        "message": _maybe("string"),
        "error": _ERROR,
    }
)
_ALWAYS = {
    "schema": {"const": SCHEMA},
    "outcome": _OUTCOME,
    "ready": _maybe(
        "boolean", "Whether the new org answered with its new keys; null if the command is not about an org."
    ),
    "attempt": _maybe("string", "What `orgwizard resume` takes."),
    "provider": _maybe("string"),
    "site": _maybe("string"),
    "org": _ORG,
    "stored": _STORED,
    "profile": _maybe("string", "The name of the saved profile."),
    "remarks": {"type": "array", "items": _TEXT},
    "problems": {"type": "array", "items": _PROBLEM},
    "error": _ERROR,
}
_OF_A_COMMAND = {
    "secrets": {
        "description": "create with the store `screen`: the new keys. profiles show: where they are read from.",
        "type": "object",
    },
    "row": {"description": "create --table: the row of the file; its header is row 1.", "type": "integer"},
    "dry_run": {"const": True},
    "request": _object({"method": _TEXT, "url": _TEXT, "headers": {"type": "object"}, "body": {}}),
    "parent": {
        "description": "check: the parent org. profiles show: where its credentials are read from.",
        "type": ["string", "object", "null"],
    },
    "findings": {
        "description": "check: the findings, in order.",
        "type": "array",
        "items": _object({"stage": _TEXT, "state": {"enum": ["ok", "warning", "unproven"]}, "words": _TEXT}),
    },
    "orgs": {"description": "orgs: the attempts, newest first.", "type": "array", "items": _ATTEMPT},
    "damaged": {
        "description": "orgs: attempts whose records cannot be read.",
        "type": "array",
        "items": _object({"attempt": _TEXT, "path": _TEXT, "reason": _TEXT}),
    },
    "profiles": {"type": "array", "items": _object({"name": _TEXT, "provider": _TEXT, "site": _TEXT})},
    "names": {"description": "sandbox --names: objects. completion --list: texts.", "type": "array"},
    "script": {"description": "completion.", "type": "array", "items": _TEXT},
    "keys": _object(
        {
            "state": {"enum": ["valid", "invalid", "unclear"]},
            "words": _TEXT,
            "unused_since": {"type": "string", "format": "date-time"},
            "expires": _maybe("string", "When unused keys expire."),
        },
        description="check NAME: whether the stored keys of a child org are still valid.",
    ),
    "support": {**_TEXT, "description": "disable: the text to send to the vendor's support."},
    "topic": _maybe("string"),
    "topics": {"description": "help.", "type": "array", "items": _TEXT},
    "text": _TEXT,
    "code": _maybe("string"),
    "codes": {"description": "explain: every code.", "type": "array", "items": _TEXT},
    "meanings": {
        "description": "explain: for each source of the code, its meaning and what to do.",
        "type": "array",
        "items": _object({"source": _TEXT, "meaning": _TEXT, "advice": _TEXT}),
    },
    "url": {**_TEXT, "description": "sandbox: the URL it is served at."},
    "orders": {"description": "plan: how many orgs it would create.", "type": "integer"},
    "variables": {
        "description": "env: the variables with their values, including the keys in plain text.",
        "type": "object",
    },
    "output": {**_TEXT, "description": "env --output: the file that was written."},
    "format": {**_TEXT, "description": "env --output: the format that it is in."},
    "language": {**_TEXT, "description": "snippet: the language."},
    "snippet": {**_TEXT, "description": "snippet: the program, without a secret."},
    "hash": {**_TEXT, "description": "plan --hash: the fingerprint that create --approved takes."},
}


def result_schema() -> Schema:
    """Return the schema of the one object that every command prints with --json."""
    return {
        "$schema": DIALECT,
        "$id": SCHEMA,
        "title": "What orgwizard prints with --json",
        "description": "One object for each command, or for each row of a table. Further members may be added.",
        **_object({**_ALWAYS, **_OF_A_COMMAND}, tuple(_ALWAYS)),
        "allOf": [
            {
                "if": {"properties": {"outcome": {"const": "created"}}},
                "then": {"properties": {"org": {"type": "object"}}},
            }
        ],
    }


# ---- a plan ----

_REFERENCE: Schema = {
    "description": "A reference, read when the secret is used; never the secret itself.",
    "oneOf": [
        _object({"env": {**_TEXT, "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}}, additionalProperties=False),
        _object({"file": _TEXT, "key": _TEXT}, ("file",), additionalProperties=False),
        _object({"command": {"type": "array", "items": _TEXT, "minItems": 1}}, additionalProperties=False),
        _object({"keyring": _TEXT}, additionalProperties=False),
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
    if method != next(iter(provider.methods)):
        sections["credentials"]["required"] = ["method", *sections["credentials"]["required"]]
    site = {**_TEXT, "description": provider.site_help or "Where the parent org is."}
    connection = {"provider": {"const": provider.key}, "site": site, "confirmed_host": _TEXT}
    required = ("provider", "site", *_needed(sections))
    return _object({**connection, **_common(), **sections}, required, additionalProperties=False)


def _plan_by_profile(provider: Provider) -> Schema:
    """Return the schema of a plan that names a saved connection."""
    sections = {n: _table(m) for n, m in provider.sections(next(iter(provider.methods))).items() if n != "credentials"}
    named = {"profile": _TEXT, "provider": {"const": provider.key}}
    return _object({**named, **_common(), **sections}, ("profile", *_needed(sections)), additionalProperties=False)


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
    return _object({question.name: _field(question) for question in asked}, required, additionalProperties=False)


def _field(question: Question) -> Schema:
    about = {"title": question.title, **({"description": question.help} if question.help else {})}
    if question.secret:
        return {**about, "$ref": "#/$defs/reference"}
    if question.rows:
        return {**about, "type": "object", "additionalProperties": _ROW}
    if question.choices:
        of_the_api = _object({"type": {"enum": list(question.choices)}}, additionalProperties=False)
        return {**about, "anyOf": [{"enum": list(question.choices)}, of_the_api]}
    limits = {"maxLength": question.longest} if question.longest else {}
    examples = {"examples": [question.example]} if question.example else {}
    return {**about, "type": "string", **limits, **examples}


def _store() -> Schema:
    command = _object({"command": {"type": "array", "items": _TEXT, "minItems": 1}}, additionalProperties=False)
    names = store_names()
    with_place = {"type": "string", "pattern": f"^({'|'.join(names)}):."}
    return {
        "description": "Where the new keys are stored; default: file.",
        "anyOf": [{"enum": list(names)}, with_place, command],
    }

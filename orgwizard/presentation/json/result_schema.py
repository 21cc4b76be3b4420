"""The JSON Schema of what `--json` prints, made of the data that the program itself uses."""

from orgwizard.domain.error_codes import OURS
from orgwizard.domain.json_result import SCHEMA
from orgwizard.presentation.json.json_schema import DIALECT, TEXT, Schema, maybe, object_of

_OUTCOME: Schema = {
    "description": "The outcome of the order; null if the command has none, or if it belongs to another run.",
    "enum": ["created", "not_created", "unknown", None],
}
_ORG = object_of(
    {"id": maybe("string"), "name": maybe("string"), "url": maybe("string")},
    description="The org; if it was not created, the requested one.",
)
_ORG["type"] = ["object", "null"]
_ERROR = object_of(
    {
        "code": {
            "description": "A stable code of orgwizard or the service, or HTTP and the status; see: orgwizard explain",
            "anyOf": [{"enum": sorted(OURS)}, {"type": "string", "minLength": 1}],
        },
        "message": TEXT,
        "hint": {**TEXT, "description": "What to do now."},
        "field": maybe("string", "The plan key that the error is about."),
        "request_id": maybe("string", "The service's request ID, for its support."),
    },
    additionalProperties=False,
)
_ERROR["type"] = ["object", "null"]
_PROBLEM = object_of(
    {
        "field": maybe("string", "The plan key, such as organization.name."),
        "message": TEXT,
        "place": maybe("string", "File, line and column."),
    },
    ("field", "message"),
)
_STORED: Schema = {
    "description": "A reference to the stored keys; never the keys.",
    "type": ["object", "null"],
}
_ATTEMPT = object_of(
    {
        "attempt": TEXT,
        "outcome": _OUTCOME,
        "ready": {"type": "boolean"},
        "state": TEXT,
        "running": {"type": "boolean"},
        "open": {"type": "boolean"},
        "provider": maybe("string"),
        "site": maybe("string"),
        "name": maybe("string"),
        "started": {"type": "string", "format": "date-time"},
        "org": _ORG,
        "stored": _STORED,
        "spool": maybe("string", "The file with the service's response, until its keys are stored."),
        "profile": maybe("string"),
        "approved": maybe("string", "The fingerprint of the approved plan."),
        "message": maybe("string"),
        "error": _ERROR,
    }
)
_ALWAYS = {
    "schema": {"const": SCHEMA},
    "outcome": _OUTCOME,
    "ready": maybe(
        "boolean", "Whether the new org answered with its new keys; null if the command is not about an org."
    ),
    "attempt": maybe("string", "What `orgwizard resume` takes."),
    "provider": maybe("string"),
    "site": maybe("string"),
    "org": _ORG,
    "stored": _STORED,
    "profile": maybe("string", "The name of the saved profile."),
    "remarks": {"type": "array", "items": TEXT},
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
    "request": object_of({"method": TEXT, "url": TEXT, "headers": {"type": "object"}, "body": {}}),
    "parent": {
        "description": "check: the parent org. profiles show: where its credentials are read from.",
        "type": ["string", "object", "null"],
    },
    "findings": {
        "description": "check: the findings, in order.",
        "type": "array",
        "items": object_of({"stage": TEXT, "state": {"enum": ["ok", "warning", "unproven"]}, "words": TEXT}),
    },
    "orgs": {"description": "orgs: the attempts, newest first.", "type": "array", "items": _ATTEMPT},
    "damaged": {
        "description": "orgs: attempts whose records cannot be read.",
        "type": "array",
        "items": object_of({"attempt": TEXT, "path": TEXT, "reason": TEXT}),
    },
    "profiles": {"type": "array", "items": object_of({"name": TEXT, "provider": TEXT, "site": TEXT})},
    "names": {"description": "sandbox --names: objects. completion --list: texts.", "type": "array"},
    "script": {"description": "completion.", "type": "array", "items": TEXT},
    "keys": object_of(
        {
            "state": {"enum": ["valid", "invalid", "unclear"]},
            "words": TEXT,
            "unused_since": {"type": "string", "format": "date-time"},
            "expires": maybe("string", "When unused keys expire."),
        },
        description="check NAME: whether the stored keys of a child org are still valid.",
    ),
    "support": {**TEXT, "description": "disable: the text to send to the vendor's support."},
    "topic": maybe("string"),
    "topics": {"description": "help.", "type": "array", "items": TEXT},
    "text": TEXT,
    "code": maybe("string"),
    "codes": {"description": "explain: every code.", "type": "array", "items": TEXT},
    "meanings": {
        "description": "explain: for each source of the code, its meaning and what to do.",
        "type": "array",
        "items": object_of({"source": TEXT, "meaning": TEXT, "advice": TEXT}),
    },
    "url": {**TEXT, "description": "sandbox: the URL it is served at."},
    "orders": {"description": "plan: how many orgs it would create.", "type": "integer"},
    "variables": {
        "description": "env: the variables with their values, including the keys in plain text.",
        "type": "object",
    },
    "output": {**TEXT, "description": "env --output: the file that was written."},
    "format": {**TEXT, "description": "env --output: the format that it is in."},
    "language": {**TEXT, "description": "snippet: the language."},
    "snippet": {**TEXT, "description": "snippet: the program, without a secret."},
    "hash": {**TEXT, "description": "plan --hash: the fingerprint that create --approved takes."},
}


def result_schema() -> Schema:
    """Return the schema of the one object that every command prints with --json."""
    return {
        "$schema": DIALECT,
        "$id": SCHEMA,
        "title": "What orgwizard prints with --json",
        "description": "One object for each command, or for each row of a table. Further members may be added.",
        **object_of({**_ALWAYS, **_OF_A_COMMAND}, tuple(_ALWAYS)),
        "allOf": [
            {
                "if": {"properties": {"outcome": {"const": "created"}}},
                "then": {"properties": {"org": {"type": "object"}}},
            }
        ],
    }

"""What the JSON Schemas (2020-12) of this program are made of."""

from collections.abc import Mapping
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}


def maybe(kind: str, description: str = "", **rest: Any) -> Schema:
    """Return the schema of a value that may be null."""
    return {"type": [kind, "null"], **({"description": description} if description else {}), **rest}


def object_of(properties: Mapping[str, Any], required: tuple[str, ...] | None = None, **rest: Any) -> Schema:
    """Return the schema of an object; all *properties* are required unless some are named."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        **rest,
    }

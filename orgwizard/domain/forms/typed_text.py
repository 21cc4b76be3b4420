"""A value of a row as a person types it: text, or the JSON type that its look says; and back again."""

import json
import re

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,12})?")  # without a leading zero, which an identifier may have


def value_of(text: str) -> object:
    """Return true, 42, 4.2, ["a", "b"] and "text in quotes" as what they look like; anything else as the text it is."""
    bare = text.strip()
    if bare in ("true", "false") or _NUMBER.fullmatch(bare) or bare[:1] in ('"', "["):
        try:
            value = json.loads(bare)
        except (ValueError, RecursionError):
            return text
        return value if is_row_value(value) else text
    return text


def text_of(value: object) -> str:
    """Return the text for which `value_of` gives *value*."""
    if isinstance(value, str) and value_of(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def is_row_value(value: object) -> bool:
    """Return whether a row can hold *value*: a text, true or false, a number, or a list of texts."""
    if isinstance(value, list):
        return all(isinstance(text, str) for text in value)
    return isinstance(value, (str, bool, int, float))

"""The attributes of Okta's user profile beyond those with a field of their own: their names, types and limits.

Source: the schema UserProfile of Okta's OpenAPI document 2026.06; all of its members are strings, others are allowed.
"""

import math
import re
from collections.abc import Iterator, Mapping

from orgwizard.domain.forms import typed_text
from orgwizard.domain.forms.fields import LOOKS_SECRET
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.text.plural import counted
from orgwizard.domain.text.sanitize import odd_character

# The longest value of each; None where no limit is published.
PROFILE_LIMITS: Mapping[str, int | None] = {
    "secondEmail": 100,
    "mobilePhone": 100,
    "primaryPhone": 100,
    "streetAddress": 1024,
    "city": 128,
    "state": 128,
    "zipCode": 50,
    "countryCode": 2,
    "postalAddress": 4096,
    **dict.fromkeys(("displayName", "nickName", "middleName", "honorificPrefix", "honorificSuffix", "title")),
    **dict.fromkeys(("department", "division", "organization", "costCenter", "employeeNumber", "manager")),
    **dict.fromkeys(("managerId", "userType", "preferredLanguage", "locale", "timezone", "profileUrl")),
}
_OWN_FIELDS = {"firstName": "First name", "lastName": "Last name", "email": "E-mail", "login": "Login"}
_FOLDED = {name.casefold(): name for name in (*PROFILE_LIMITS, *_OWN_FIELDS)}


def value_of(name: str, text: str) -> object:
    """Return what is sent for a typed text: that itself for a known attribute, else what it looks like."""
    return text if name in PROFILE_LIMITS else typed_text.value_of(text)


def problem(name: str, value: object) -> str:
    """Say what is wrong with one attribute, or ""."""
    if any(map(REDACTOR.is_secret, (name, *_texts(value)))):
        return LOOKS_SECRET
    return _name_problem(name) or _value_problem(name, value)


def _name_problem(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return f'"{name}" is not an attribute name: letters, digits and underscores only.'
    if name in _OWN_FIELDS:
        return f'{name}: use the field "{_OWN_FIELDS[name]}" above.'
    if (known := _FOLDED.get(name.casefold(), name)) != name:
        return f"{name}: did you mean {known}?"
    return ""


def _value_problem(name: str, value: object) -> str:
    longest = PROFILE_LIMITS.get(name)
    if name in PROFILE_LIMITS and not isinstance(value, str):
        return f'{name}: text in quotes is expected, such as "example".'
    if isinstance(value, float) and not math.isfinite(value):
        return f"{name}: this number cannot be sent."
    if longest is not None and isinstance(value, str) and len(value) > longest:
        return f"{name}: {counted(len(value) - longest, 'character')} too long (at most {longest})."
    if odd := next(filter(None, map(odd_character, _texts(value))), None):
        return f"{name}: invisible character at position {odd[0]} ({odd[1]})."
    return ""


def _texts(value: object) -> Iterator[str]:
    """Yield the texts in a value: itself, or the members of a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from value

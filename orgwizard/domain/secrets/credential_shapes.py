"""What a pasted credential looks like, by its shape alone: a guess for hints, never a rule.

Each vendor brings the shapes of its own credentials; those here are everybody's.
"""

import re
from collections.abc import Collection, Mapping

JWT = "an OAuth token (JWT)"
PRIVATE_KEY = "a private key"
KEY_ID = "a key ID, not the key itself"

_SHAPES: dict[str, str] = {
    JWT: r"eyJ[\w-]+\.[\w-]+\.[\w-]*",
    PRIVATE_KEY: r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*",
    KEY_ID: r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
}
_IDS = {KEY_ID}
_SCHEMES = {"Bearer", "DPoP", "Basic"}


def learn(shapes: Mapping[str, str], *, ids: Collection[str] = (), schemes: Collection[str] = ()) -> None:
    """Learn a vendor's shapes, as words and the regular expression of a whole text.

    *ids* are the words of those that are no secret, *schemes* the HTTP authentication schemes of the vendor's own.
    """
    _SHAPES.update(shapes)
    _IDS.update(ids)
    _SCHEMES.update(schemes)


def scheme_before(text: str) -> str:
    """Return the name of the HTTP scheme that stands before a credential, "" where there is none."""
    found = re.match(rf"({'|'.join(sorted(_SCHEMES))})\s", text, re.IGNORECASE)
    return found[1] if found else ""


def shape(text: str) -> str:
    """Return what *text* looks like, in words, or "" where that cannot be told."""
    return next((words for words, seen in _SHAPES.items() if re.fullmatch(seen, text, re.DOTALL)), "")


def is_id(words: str) -> bool:
    """Return whether a shape, in words, is that of an id and not of a secret."""
    return words in _IDS

"""What a pasted credential looks like, by its shape alone: a guess for hints, never a rule."""

import re

OKTA_TOKEN = "an API token of Okta"  # noqa: S105 - words
OKTA_ID = "an id at Okta, not a secret"
JWT = "an OAuth token (JWT)"
PRIVATE_KEY = "a private key"
KEY_ID = "the id of a key, not the key itself"
DATADOG_API_KEY = "a Datadog API key"
DATADOG_APPLICATION_KEY = "a Datadog application key"
DATADOG_TOKEN = "a Datadog access token"  # noqa: S105 - words

# Seen in both vendors' documentation and in what their users mix up; lengths of fresh keys may change.
_SHAPES = {
    OKTA_TOKEN: r"00[\w-]{40}",
    OKTA_ID: r"0[0o][a-zA-Z][0-9a-zA-Z]{17}",
    JWT: r"eyJ[\w-]+\.[\w-]+\.[\w-]*",
    PRIVATE_KEY: r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*",
    KEY_ID: r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    DATADOG_API_KEY: r"[0-9a-f]{32}",
    DATADOG_APPLICATION_KEY: r"[0-9a-f]{40}|ddapp?_[A-Za-z0-9]{34,35}",
    DATADOG_TOKEN: r"dd[ps]at_[A-Za-z0-9_]{16,}",
}


def scheme_before(text: str) -> str:
    """Return the name of the HTTP scheme that stands before a credential, "" where there is none."""
    found = re.match(r"(SSWS|Bearer|DPoP|Basic)\s", text, re.IGNORECASE)
    return found[1] if found else ""


def shape(text: str) -> str:
    """Return what *text* looks like, in words, or "" where that cannot be told."""
    return next((words for words, seen in _SHAPES.items() if re.fullmatch(seen, text, re.DOTALL)), "")

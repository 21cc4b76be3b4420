"""What was most likely meant by an org URL, a subdomain or a website that is nearly right: offered, never assumed."""

import re

from orgwizard.domain.sanitize import slug

# Source: Okta's SDKs.
BASE_DOMAINS = (
    "okta.com",
    "oktapreview.com",
    "okta-emea.com",
    "okta-gov.com",
    "okta.mil",
    "okta-miltest.com",
    "trex-govcloud.com",
)

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:\d+)?(/\S*)?", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.IGNORECASE)
_NEW_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def org_url(typed: str) -> str:
    """Return the org URL of a single label, such as acme.okta.com for "acme", or ""."""
    label = typed.strip().lower()
    return f"{label}.{BASE_DOMAINS[0]}" if _LABEL.fullmatch(label) and label != "localhost" else ""


def subdomain(typed: str) -> str:
    """Return the subdomain in an org URL, or the label that a name would make; "" where nothing is to be corrected."""
    host = _SCHEME.sub("", typed.strip()).partition("/")[0]
    base = next((base for base in BASE_DOMAINS if host.lower().endswith(f".{base}")), "")
    label = host[: -len(base) - 1] if base else host
    meant = re.sub(r"(-admin)+$", "", slug(_NEW_WORD.sub("-", label)))
    return "" if meant == typed else meant


def website(typed: str) -> str:
    """Return a bare host with its scheme, or ""."""
    text = typed.strip()
    return f"https://{text}" if _HOST.fullmatch(text) else ""

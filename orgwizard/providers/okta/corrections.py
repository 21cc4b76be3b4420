"""What was most likely meant by an address, a subdomain or a website that is nearly right: offered, never assumed."""

import re
from difflib import get_close_matches

from orgwizard.domain.text.sanitize import slug

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
_WRAPPING = " \t<>\"'`,;"  # what an address is copied with
_NEARLY_SCHEME = re.compile(r"^h?t+ps?[:;]?/+", re.IGNORECASE)
_NEW_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def org_url(typed: str) -> str:
    """Return the host of the org that was meant, such as acme.okta.com for "acme" and "acme.otka.com", or ""."""
    bare = _NEARLY_SCHEME.sub("", typed.strip(_WRAPPING).lower())
    host = re.split(r"[/?#]", bare, maxsplit=1)[0].strip(".")
    label, dot, rest = host.partition(".")
    if not _LABEL.fullmatch(label) or label == "localhost":
        return ""
    meant = f"{label}.{_base_domain(rest) if dot else BASE_DOMAINS[0]}"
    return "" if meant.endswith(".") or _is_right(typed.strip().lower(), meant) else meant


def _base_domain(typed: str) -> str:
    """Return the base domain that *typed* is or was meant to be, or ""."""
    for base in BASE_DOMAINS:
        if typed in (base, base.partition(".")[0]):
            return base
    near = [base for base in get_close_matches(typed, BASE_DOMAINS, 1, 0.8) if sorted(base) == sorted(typed)]
    one_off = [base for base in BASE_DOMAINS if _is_one_off(typed, base)]
    return next(iter([*near, *one_off]), "")


def _is_one_off(typed: str, meant: str) -> bool:
    """Return whether one character is missing, too many or another one."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    rests = (typed[at:], meant[at + 1 :]), (typed[at + 1 :], meant[at:]), (typed[at + 1 :], meant[at + 1 :])
    return typed != meant and any(left == right for left, right in rests)


def _is_right(typed: str, meant: str) -> bool:
    """Return whether *typed* names that host as it is, in a form that is taken."""
    return re.fullmatch(rf"(https://)?{re.escape(meant)}\.?(:\d+)?([/?#]\S*)?", typed) is not None


def subdomain(typed: str) -> str:
    """Return the subdomain in an org URL, or the label that a name would make; "" where nothing is to be corrected."""
    host = re.split(r"[/?#]", _SCHEME.sub("", typed.strip(_WRAPPING)), maxsplit=1)[0].rstrip(".")
    base = next((base for base in BASE_DOMAINS if host.lower().endswith(f".{base}")), "")
    label = host[: -len(base) - 1] if base else host
    meant = re.sub(r"(-admin)+$", "", slug(_NEW_WORD.sub("-", label)))
    return "" if meant == typed else meant


def website(typed: str) -> str:
    """Return a bare host with its scheme, a URL without what it was copied with, or ""."""
    text = typed.strip(_WRAPPING)
    if _SCHEME.match(text):
        return text if text != typed.strip() else ""
    bare = _NEARLY_SCHEME.sub("", text)
    return f"https://{bare}" if _HOST.fullmatch(bare) else ""


def email(typed: str) -> str:
    """Return the one address in what was copied with a name or "mailto:", or with a comma for a dot; or ""."""
    found = re.findall(r"[^\s<>:;,\"'()]+@[^\s<>:;\"'()]+", typed)
    meant = found[0].rstrip(".,").replace(",", ".") if len(found) == 1 else ""
    return "" if meant == typed.strip() else meant

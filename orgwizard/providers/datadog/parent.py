"""The parent's credentials: how they are sent, and what Datadog's responses say of them.

Two keys, or an access token alone or beside the API key. Source: the security of the operations in the v1 document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Call, Header, Reply, Response, Scheme
from orgwizard.domain.org import Site
from orgwizard.providers.datadog.refusals import (
    BEARER_ADVICE,
    BEARER_RIGHTS_ADVICE,
    KEY_ADVICE,
    LACKING_ADVICE,
    OTHER_RIGHT_ADVICE,
    said_in,
)
from orgwizard.providers.findings import Finding
from orgwizard.providers.messages import ACCEPT, outage, refused, says_nothing, status, succeeded, text

if TYPE_CHECKING:
    from pydantic import SecretStr

    from orgwizard.domain.forms.fields import Fields
    from orgwizard.providers.datadog.fields import AccessToken, Keys

VALIDATE_KEYS = "/api/v2/validate_keys"
OWN_ORG = "/api/v1/org"  # read, the org of the keys; written, a new child
ORGS = "/api/v2/org"  # the org of the keys and its children
_MULTI_ORG = "whether multi-organization is enabled can't be checked in advance"


def is_token(credentials: Fields | None) -> bool:
    """Return whether the credentials are an access token."""
    return getattr(credentials, "token", None) is not None


def parent_headers(credentials: Fields) -> dict[str, Header]:
    """Return the headers of either method's credentials."""
    if not is_token(credentials):
        keys = cast("Keys", credentials)
        return key_headers(keys.api_key, keys.application_key)
    token = cast("AccessToken", credentials)
    beside = {} if token.api_key is None else {"DD-API-KEY": token.api_key}
    return {**ACCEPT, **beside, "Authorization": Scheme("Bearer", token.token)}


def read_call(path: str, site: Site, credentials: Fields) -> Call:
    """Return the read of *path* at the parent, with its credentials."""
    return Call("GET", site.url + path, parent_headers(credentials))


def key_headers(api_key: SecretStr, application_key: SecretStr) -> dict[str, Header]:
    """Return the headers of an API key and an application key."""
    return {**ACCEPT, "DD-API-KEY": api_key, "DD-APPLICATION-KEY": application_key}


def validate_key(site: Site, api_key: SecretStr) -> Call:
    """Return the read that tells whether *site* knows an API key."""
    return Call("GET", f"{site.url}/api/v1/validate", {**ACCEPT, "DD-API-KEY": api_key})


def validate_alone(site: Site, credentials: Fields) -> Call:
    """Return the read that tells whether *site* knows the API key, or the token where there is no such key."""
    api_key = cast("Keys | AccessToken", credentials).api_key
    return read_call(VALIDATE_KEYS, site, credentials) if api_key is None else validate_key(site, api_key)


def is_valid(reply: Reply) -> bool:
    """Return whether a site knows what `validate_alone` sent; v1 and v2 say so in different words."""
    body = succeeded(reply)
    return body.get("valid") is True or body.get("status") == "ok"


def accepts_keys(reply: Reply) -> bool:
    """Return whether a reply of GET /api/v2/validate_keys says that what was sent is valid."""
    return succeeded(reply).get("status") == "ok"


def credentials_finding(keys: Reply, alone: Reply, site: Site, credentials: Fields) -> Finding:
    """Judge GET /api/v2/validate_keys; raises `Refused`, which names the wrong key as far as *alone* tells it."""
    if not isinstance(keys, Response):
        raise keys
    if keys.status in (401, 403):
        raise _wrong_token(keys, site) if is_token(credentials) else _wrong_keys(keys, alone, site)
    if keys.status >= 500:
        raise outage(keys, "Datadog", "status.datadoghq.com")
    named = "the access token" if is_token(credentials) else "the keys"
    if not keys.ok:
        return Finding("Credentials", "unproven", f"{named} could not be tested ({status(keys)})")
    if not accepts_keys(keys):
        return Finding("Credentials", "unproven", f"not verified: {says_nothing(keys, 'Datadog')}")
    return Finding("Credentials", "ok", f"{named} is valid" if is_token(credentials) else "both keys are valid")


def _wrong_token(keys: Response, site: Site) -> Refused:
    known = ErrorCode(f"Datadog doesn't accept the access token at {site.title}.", BEARER_ADVICE, "credentials.token")
    return refused(known, keys, "Datadog", said=said_in(keys) or status(keys))


def _wrong_keys(keys: Response, alone: Reply, site: Site) -> Refused:
    field, cause = "credentials.api_key", "Datadog rejected the keys."
    if is_valid(alone):
        field = "credentials.application_key"
        cause = f"The API key is valid at {site.title}, but the application key is not, or belongs to another org."
    elif isinstance(alone, Response) and alone.status in (401, 403):
        cause = f"Datadog doesn't recognize the API key at {site.title}."
    return refused(ErrorCode(cause, KEY_ADVICE, field), keys, "Datadog", said=said_in(keys) or status(keys))


def own_org_in(reply: Reply) -> dict[str, object]:
    """Return the one org of GET /api/v1/org, {} for what has none with a public id."""
    orgs = succeeded(reply).get("orgs")
    first = orgs[0] if isinstance(orgs, list) and orgs else None
    return first if isinstance(first, dict) and text(first, "public_id") else {}


def right_finding(own: Reply, credentials: Fields, *, valid: bool, lists: bool) -> Finding:
    """Judge GET /api/v1/org, which needs exactly the permission org_management.

    *valid* tells whether the credentials are known to be, *lists* whether children were listed. Raises `Refused` where
    the permission is lacking.
    """
    token = is_token(credentials)
    if isinstance(own, Response) and own.status in (401, 403):
        raise _no_right(own, token=token, valid=valid, lists=lists)
    if not (isinstance(own, Response) and own.ok):
        return Finding("Right to create", "unproven", "the permission Org Management could not be read")
    if not own_org_in(own):
        return Finding("Right to create", "unproven", f"not verified: {says_nothing(own, 'Datadog')}")
    if token:
        words = "Org Management; whether an access token may create orgs can't be checked in advance"
        return Finding("Right to create", "unproven", words)
    return Finding("Right to create", "ok", f"Org Management; {_MULTI_ORG}")


def _no_right(own: Response, *, token: bool, valid: bool, lists: bool) -> Refused:
    lacks = "access token is valid, but lacks" if token else "keys are valid, but lack"
    if not valid:
        lacks = "access token is not valid, or lacks" if token else "keys are not valid, or lack"
    advice = BEARER_RIGHTS_ADVICE if token else OTHER_RIGHT_ADVICE if lists else LACKING_ADVICE
    field = "credentials.token" if token else "credentials.application_key"
    return refused(
        ErrorCode(f"The {lacks} the permission Org Management (org_management).", advice, field), own, "Datadog"
    )

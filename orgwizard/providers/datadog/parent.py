"""The parent's credentials: how they are sent, and what Datadog's responses say of them.

Two keys, or an access token alone or beside the API key. Source: the security of the operations in the v1 document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orgwizard.domain.errors import NotSent, Refused
from orgwizard.domain.http import Call, Reply, Response, Scheme
from orgwizard.domain.org import Site
from orgwizard.providers.datadog.refusals import (
    BEARER_ADVICE,
    BEARER_RIGHTS_ADVICE,
    KEY_ADVICE,
    LACKING_ADVICE,
    OTHER_RIGHT_ADVICE,
    refusal,
    said_in,
)
from orgwizard.providers.findings import Finding

if TYPE_CHECKING:
    from pydantic import SecretStr

    from orgwizard.domain.validation import Fields

ACCEPT: Mapping[str, Any] = {"Accept": "application/json"}
VALIDATE_KEYS = "/api/v2/validate_keys"
_MULTI_ORG = "whether multi-organization is enabled can't be checked in advance"


def is_token(credentials: Fields | None) -> bool:
    """Return whether the credentials are an access token."""
    return getattr(credentials, "token", None) is not None


def parent_headers(credentials: Any) -> dict[str, Any]:
    """Return the headers of either method's credentials."""
    if not is_token(credentials):
        return key_headers(credentials.api_key, credentials.application_key)
    beside = {} if credentials.api_key is None else {"DD-API-KEY": credentials.api_key}
    return {**ACCEPT, **beside, "Authorization": Scheme("Bearer", credentials.token)}


def key_headers(api_key: SecretStr, application_key: SecretStr) -> dict[str, Any]:
    """Return the headers of an API key and an application key."""
    return {**ACCEPT, "DD-API-KEY": api_key, "DD-APPLICATION-KEY": application_key}


def validate_alone(site: Site, credentials: Any) -> Call:
    """Build the read that tells whether *site* knows the API key, or the token where there is no such key."""
    if credentials.api_key is None:
        return Call("GET", site.url + VALIDATE_KEYS, parent_headers(credentials))
    return Call("GET", f"{site.url}/api/v1/validate", {**ACCEPT, "DD-API-KEY": credentials.api_key})


def is_valid(reply: Reply) -> bool:
    """Return whether a site knows what `validate_alone` sent; v1 and v2 say so in different words."""
    body = reply.json() if isinstance(reply, Response) and reply.ok else {}
    return body.get("valid") is True or body.get("status") == "ok"


def credentials_finding(keys: Reply, alone: Reply, site: Site, credentials: Fields) -> Finding:
    """Judge GET /api/v2/validate_keys; raises `Refused`, which names the wrong key as far as *alone* tells it."""
    if not isinstance(keys, Response):
        raise keys
    if keys.status in (401, 403):
        raise _wrong_token(keys, site) if is_token(credentials) else _wrong_keys(keys, alone, site)
    if keys.status >= 500:
        raise _unwell(keys)
    named = "the access token" if is_token(credentials) else "the keys"
    if not (keys.ok and keys.json()):
        return Finding("Credentials", "unproven", f"{named} could not be tested (HTTP {keys.status})")
    return Finding("Credentials", "ok", f"{named} is valid" if is_token(credentials) else "both keys are valid")


def _wrong_token(keys: Response, site: Site) -> Refused:
    refused = refusal(keys, token=True)
    refused.cause = f'Datadog doesn\'t accept the access token at {site.title}. Datadog says: "{_said(keys, refused)}".'
    refused.advice = BEARER_ADVICE
    return refused


def _wrong_keys(keys: Response, alone: Reply, site: Site) -> Refused:
    refused, field, cause = refusal(keys), "credentials.api_key", "Datadog rejected the keys."
    if is_valid(alone):
        field = "credentials.application_key"
        cause = f"The API key is valid at {site.title}, but the application key is not, or not of the same org."
    elif isinstance(alone, Response) and alone.status in (401, 403):
        cause = f"Datadog doesn't recognize the API key at {site.title}."
    return Refused(
        f'{cause} Datadog says: "{_said(keys, refused)}".',
        KEY_ADVICE,
        code=refused.code,
        request_id=refused.request_id,
        field=field,
    )


def _said(response: Response, refused: Refused) -> str:
    return said_in(response) or refused.code


def right_finding(own: Reply, credentials: Fields, *, lists: bool) -> Finding:
    """Judge GET /api/v1/org, which needs exactly the permission org_management; *lists* whether children were listed.

    Raises `Refused` where the permission is lacking.
    """
    token = is_token(credentials)
    if isinstance(own, Response) and own.status in (401, 403):
        raise _no_right(refusal(own, token=token), token=token, lists=lists)
    if not (isinstance(own, Response) and own.ok and own.json()):
        return Finding("Right to create", "unproven", "the permission Org Management could not be read")
    if token:
        words = "Org Management; whether an access token may create orgs can't be checked in advance"
        return Finding("Right to create", "unproven", words)
    return Finding("Right to create", "ok", f"Org Management; {_MULTI_ORG}")


def _no_right(refused: Refused, *, token: bool, lists: bool) -> Refused:
    whose = "access token is" if token else "keys are"
    lacks = "lacks" if token else "lack"
    advice = OTHER_RIGHT_ADVICE if lists else LACKING_ADVICE
    return Refused(
        f"The {whose} valid, but {lacks} the permission Org Management (org_management).",
        BEARER_RIGHTS_ADVICE if token else advice,
        code=refused.code,
        request_id=refused.request_id,
        field="credentials.token" if token else "credentials.application_key",
    )


def _unwell(response: Response) -> NotSent:
    return NotSent(
        f"Datadog returned HTTP {response.status}; it may be down.",
        "Check status.datadoghq.com and try again later.",
        code=f"HTTP {response.status}",
        request_id=response.request_id,
    )

"""What Datadog's refusals mean; it has no error codes, so the HTTP status decides.

Sources: the OpenAPI documents of Datadog's official clients and docs.datadoghq.com.
"""

from collections.abc import Mapping
from dataclasses import replace

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Response
from orgwizard.providers.messages import refused, status

KEY_ADVICE = (
    "Check that both keys belong to this site's parent org, are not swapped, and are the keys themselves "
    "(not a key ID)."
)
_RIGHTS_ADVICE = (
    "Check three things: Datadog Support has enabled multi-organization for this parent, the application key's owner "
    "has the Org Management permission, and the key's scopes include org_management."
)
LACKING_ADVICE = (
    "Likely causes: the owner of the application key has no role with Org Management (the Datadog Admin Role has it), "
    "or the key is scoped and its scopes lack org_management."
)
OTHER_RIGHT_ADVICE = (
    "The child orgs can be listed, so the keys have another org permission (org_connections_write). Likely causes: "
    "the owner of the application key has no role with Org Management, or the key's scopes lack org_management."
)
BEARER_ADVICE = (
    "Check that the token belongs to this site's parent org, is not expired or revoked, and is the token itself "
    "(ddpat_ or ddsat_), not its ID."
)
BEARER_RIGHTS_ADVICE = (
    "Check that the token's scopes include org_management and that its owner has the Org Management permission. "
    "If so, connect with an API key and an application key: Datadog does not document that a token can create orgs."
)
_BEARER_CODES: Mapping[int, ErrorCode] = {
    401: ErrorCode("Datadog rejected the access token.", BEARER_ADVICE, "credentials.token"),
    403: ErrorCode(
        "Datadog refused: a permission or a feature is missing, or the access token or its site is wrong.",
        BEARER_RIGHTS_ADVICE,
        "credentials.token",
    ),
}
CODES: Mapping[int, ErrorCode] = {
    400: ErrorCode("Datadog rejected the request.", "Change the name, then create again.", "organization.name"),
    401: ErrorCode("Datadog rejected the keys.", KEY_ADVICE, "credentials.api_key"),
    403: ErrorCode(
        "Datadog refused: a permission or a feature is missing, or the keys or their site are wrong.",
        _RIGHTS_ADVICE,
        "credentials.application_key",
    ),
    404: ErrorCode("Datadog does not recognize this address.", "Check the site.", "site"),
    409: ErrorCode(
        "Datadog refused: conflict with something that exists.", "Choose another name.", "organization.name"
    ),
    413: ErrorCode("Datadog refused the request as too large.", "Choose a shorter name.", "organization.name"),
    429: ErrorCode("Datadog's rate limit is exceeded.", "Wait a minute, then try again."),
}


def said_in(response: Response) -> str:
    """Return the error texts of any of Datadog's shapes: strings, or JSON:API objects."""
    errors = response.json().get("errors")
    rows = errors if isinstance(errors, list) else [errors] if isinstance(errors, str) else []
    texts = [str(r.get("detail") or r.get("title") or "") if isinstance(r, dict) else str(r or "") for r in rows]
    return "; ".join(text for text in texts if text)


def refusal(response: Response, *, token: bool = False) -> Refused:
    """Return what a Datadog error means; *token* says that an access token was sent instead of two keys."""
    codes = {**CODES, **_BEARER_CODES} if token else CODES
    rights = BEARER_RIGHTS_ADVICE if token else _RIGHTS_ADVICE
    known = codes.get(response.status) or ErrorCode(f"Datadog refused with {status(response)}.", rights)
    bucket = response.headers.get("x-ratelimit-name", "") if response.status == 429 else ""
    if bucket:
        known = replace(known, advice=f"{known.advice} The limit is called {bucket}.")
    return refused(known, response, "Datadog", said=said_in(response), said_first=response.status == 403)

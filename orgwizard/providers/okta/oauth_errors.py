"""What the errors of Okta's token endpoint, and of its DPoP challenges, mean.

Sources: Okta's list of OAuth error codes; RFC 9449 sections 8 and 9.
"""

import re
from collections.abc import Mapping

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import NotSent, Refused
from orgwizard.domain.http import Response
from orgwizard.domain.http_times import SKEW_SECONDS, clock_ahead, clock_words
from orgwizard.providers.messages import refused, status, text
from orgwizard.providers.okta.rate_limit import wait_after

MANAGE, READ = "okta.orgs.manage", "okta.orgs.read"
PROOF_ERRORS = ("invalid_dpop_proof", "use_dpop_nonce")
SCOPE_ERRORS = ("consent_required", "invalid_scope", "access_denied")

_APP = "credentials.client_id"
_KEY = ErrorCode(
    "Okta does not recognize this key of the service app.",
    "Register this key's public key with the app, or enter the key ID if the app has several keys.",
    "credentials.private_key",
)
_CLIENT = ErrorCode(
    "Okta found no active service app with this client ID.", "Check the client ID and the parent org URL.", _APP
)
_CLOCK = ErrorCode(
    "Okta says the signed request is expired or not yet valid.", "Set this machine's clock, then try again.", _APP
)
_REUSED = ErrorCode(
    "Okta says the signed request was used before.",
    "Try again. If it happens again, something between here and Okta sends requests twice.",
    _APP,
)
_AUDIENCE = ErrorCode(
    "The org URL does not match the expected audience.",
    "Enter the org URL that the Admin Console shows, not a proxy or an alias.",
    "site",
)
_METHOD = ErrorCode(
    "The service app does not sign in with a key.",
    'Set its client authentication to "Public key / Private key" in the Admin Console.',
    _APP,
)
_ANY_CLIENT = ErrorCode(
    "Okta rejected the service app.", "Check client ID, key, key ID and this machine's clock.", _APP
)
_SCOPE = ErrorCode(
    f"The scope {MANAGE} is not granted to the service app.",
    f"Grant it and {READ} on the app's Okta API Scopes tab.",
    _APP,
)
_PROOF = ErrorCode(
    "Okta rejected the DPoP proof.",
    "Check this machine's clock and that no proxy rewrites requests, then try again.",
    _APP,
)
_REQUEST = ErrorCode(
    "Okta could not read the token request.",
    "Check that the app is an API Services app with the grant type Client Credentials.",
    _APP,
)
_ROLE = ErrorCode(
    "The service app is not permitted to do this.",
    "Give the app an admin role, and ask Okta Support to enable Org Creator.",
    _APP,
)
_NOWHERE = ErrorCode("No Okta authorization server was found there.", "Check the parent org URL.", "site")

CODES: Mapping[str, ErrorCode] = {
    "invalid_client": _ANY_CLIENT,
    "unauthorized_client": _REQUEST,
    "unsupported_grant_type": _REQUEST,
    "invalid_request": _REQUEST,
    "consent_required": _SCOPE,
    "invalid_scope": _SCOPE,
    "access_denied": _ROLE,
    "invalid_dpop_proof": _PROOF,
    "use_dpop_nonce": _PROOF,
}
# What the description of invalid_client speaks of, most telling first.
_DESCRIPTIONS: tuple[tuple[tuple[str, ...], ErrorCode], ...] = (
    (("signature", "kid"), _KEY),
    (("private_key_jwt", "method"), _METHOD),
    (("expir", "future", "too early", "not yet"), _CLOCK),
    (("used", "once", "jti", "replay"), _REUSED),
    (("audience",), _AUDIENCE),
    (("issuer", "subject", "client_id", "known", "not found", "inactive", "client"), _CLIENT),
)
_MAY_BE_CLOCK = (_ANY_CLIENT, _CLOCK, _PROOF)
_CHALLENGE = re.compile(r'\bDPoP\b.*?\berror\s*=\s*"?([\w-]+)', re.IGNORECASE)


def asks_for_proof(response: Response) -> bool:
    """Return whether a response of the API refuses, before any work, only for want of a proof with its nonce.

    The error code alone says so (RFC 9449 sections 8 and 9): a nonce comes with other refusals and with successes too.
    """
    asked = "dpop-nonce" in response.headers and response.status in (400, 401)
    return asked and _error_code(response) == "use_dpop_nonce"


def is_about_proof(response: Response) -> bool:
    """Return whether a response of the API is about the proof, and not about what was asked."""
    return _error_code(response) in PROOF_ERRORS


def may_be_clock(response: Response) -> bool:
    """Return whether a refusal may come of a clock that is off."""
    return not response.ok and _known(response) in _MAY_BE_CLOCK


def no_token(response: Response, now: float, *, proven: bool = False) -> Refused | NotSent:
    """Return why the token endpoint gave no token; *now* is our time in epoch seconds."""
    if response.status >= 500 or response.status == 429:
        busy = NotSent(
            f"Okta's token endpoint is unavailable ({status(response)}).",
            "Check status.okta.com and try again later.",
            code=status(response),
            request_id=response.request_id,
        )
        busy.wait_seconds = wait_after(response, now)
        return busy
    if response.ok:
        why = "is bound to another key" if proven else "is missing or of an unknown type"
        no_use = ErrorCode(f"Okta returned no usable token: it {why}.", "Check the parent org URL.", "site")
        return refused(no_use, response, "Okta")
    return refusal(response, clock_ahead(response, now))


def refusal(response: Response, skew: float = 0.0) -> Refused:
    """Return what an OAuth error means; *skew* says how many seconds our clock is ahead of the server's.

    It decides by `error`, and among the many meanings of invalid_client by what the description speaks of.
    """
    known = _known(response)
    if abs(skew) >= SKEW_SECONDS and known in _MAY_BE_CLOCK:
        known = ErrorCode(f"This machine's clock is {clock_words(skew)} Okta's.", _CLOCK.advice, _CLOCK.field)
    return refused(known, response, "Okta", said=_description(response), code=_error_code(response))


def _error_code(response: Response) -> str:
    """Return the OAuth error code: the body's member, else that of the DPoP challenge in WWW-Authenticate."""
    challenge = _CHALLENGE.search(response.headers.get("www-authenticate", ""))
    return text(response.json(), "error") or (challenge[1] if challenge else "")


def _description(response: Response) -> str:
    body = response.json()
    return text(body, "error_description") or text(body, "errorSummary")


def _known(response: Response) -> ErrorCode:
    """Return what is known of a refusal."""
    error = _error_code(response)
    if error == "invalid_client":
        said = _description(response).lower().replace("client_assertion", "")
        return next((known for words, known in _DESCRIPTIONS if any(word in said for word in words)), _ANY_CLIENT)
    return CODES.get(error) or (_ANY_CLIENT if error or response.status in (400, 401, 403) else _NOWHERE)

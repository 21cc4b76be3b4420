"""Okta's service apps: private_key_jwt for a token, and DPoP (RFC 9449) where the server asks for it.

Sources: developer.okta.com, "Implement OAuth for Okta with a service app" and its list of OAuth error codes;
RFC 7523 for the client assertion, RFC 9449 for proofs.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import NotSent, Refused
from orgwizard.domain.http import Call, Conversation, Grant, Response, Scheme, SigningContext, ask, hidden
from orgwizard.domain.http_times import (
    SKEW_SECONDS,
    clock_ahead,
    clock_words,
    longest,
    number,
    retry_after,
    service_time,
)
from orgwizard.domain.signing import SigningKey, read_key

if TYPE_CHECKING:
    from pydantic import SecretStr

TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105 - of the org authorization server, not of /oauth2/default
MANAGE, READ = "okta.orgs.manage", "okta.orgs.read"
ASSERTION_SECONDS = 5 * 60
RENEW_SECONDS = 60.0
DEFAULT_LIFE_SECONDS = 3600.0  # Okta's tokens live for an hour
LONGEST_LIFE_SECONDS = 24 * 3600  # whatever a server says
ASKS = 6  # plain, with a proof, with a nonce, and the last two again with one scope less
_BEARER_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TOKENS, _API = "tokens", "api"  # the two servers, each of which has nonces of its own (RFC 9449 8 and 9)


# ---- tokens and proofs ----------------------------------------------------------------------------


@dataclass(frozen=True)
class ServiceAppGrant(Grant):
    """A service app at one org: `url` is the org's origin, without a slash at its end."""

    name: ClassVar[str] = "DPoP"  # what new apps must use; one that need not gets a Bearer token
    url: str
    client_id: str
    private_key: SecretStr = field(repr=False)
    key_id: str = ""
    passphrase: SecretStr | None = field(default=None, repr=False)

    def session(self) -> ServiceAppSession:
        """Return a session without a token."""
        return ServiceAppSession(self)


@dataclass(frozen=True)
class _Token:
    """An access token: its scheme ("Bearer" or "DPoP") and when it expires, in our epoch seconds."""

    scheme: str
    secret: SecretStr
    expires: float


class ServiceAppSession:
    """What is held of a service app: its token, the key of its proofs, the newest nonce of either server."""

    def __init__(self, grant: ServiceAppGrant) -> None:
        self._grant = grant
        passphrase = grant.passphrase.get_secret_value() if grant.passphrase else ""
        self._key = read_key(grant.private_key.get_secret_value(), passphrase)
        self._url = grant.url + TOKEN_PATH
        self._scopes: tuple[str, ...] = (MANAGE, READ)
        self._proof_key: SigningKey | None = None  # until a server asks for proofs
        self._nonces: dict[str, str] = {}
        self._token: _Token | None = None
        self._ahead = 0.0  # seconds that our clock is ahead of the server's; 0 where that is little or not known

    def renewed(self, means: SigningContext) -> Conversation[None]:
        """Ask for a token until the server has what it wants to see; raises `Refused` where it says no.

        Every call carries a new assertion: Okta counts one as used even where it refuses the call.
        """
        if self._token and self._token.expires - RENEW_SECONDS > means.now():
            return
        for _ in range(ASKS):
            response = yield from ask(self._token_call(means))
            corrected = self._learn_time(response, means.now())
            self._token = self._granted(response, means.now())
            if self._token:
                return
            if not (self._adapted(response, means) or (corrected and _may_be_clock(response))):
                break
        raise no_token(response, self._time(means), proven=self._proof_key is not None)

    def _learn_time(self, response: Response, now: float) -> bool:
        """Remember how far our clock is off; return whether that is news, so that what was signed had a wrong time."""
        ahead = clock_ahead(response, now)
        news = abs(ahead - self._ahead) >= SKEW_SECONDS
        if news:
            self._ahead = ahead
        return news

    def _time(self, means: SigningContext) -> float:
        """Return the time as the server knows it, as far as that is known, in epoch seconds."""
        return means.now() - self._ahead

    def _token_call(self, means: SigningContext) -> Call:
        """Return the request for a token, with an assertion, and a proof where one is needed."""
        headers: dict[str, Any] = {"Accept": "application/json"}
        if self._proof_key:
            headers["DPoP"] = self._proof("POST", self._url, _TOKENS, means)
        body = {
            "grant_type": "client_credentials",
            "scope": " ".join(self._scopes),
            "client_assertion_type": _BEARER_TYPE,
            "client_assertion": self._assertion(means),
        }
        return Call("POST", self._url, headers, body, form=True)

    def _assertion(self, means: SigningContext) -> SecretStr:
        """Return the JWT that proves who the client is (RFC 7523 section 3)."""
        kid = self._grant.key_id or self._key.kid
        now, client = int(self._time(means)), self._grant.client_id
        claims = {"iss": client, "sub": client, "aud": self._url, "iat": now, "exp": now + ASSERTION_SECONDS}
        return self._key.signed({"kid": kid} if kid else {}, {**claims, "jti": means.unique()})

    def _proof(self, method: str, url: str, server: str, means: SigningContext, token: str = "") -> SecretStr:
        """Return a DPoP proof for one request (RFC 9449 section 4.2), bound to *token* where there is one."""
        assert self._proof_key  # noqa: S101 - only a session with that key makes proofs
        claims = {"jti": means.unique(), "htm": method, "htu": _bare(url), "iat": int(self._time(means))}
        nonce = self._nonces.get(server)
        claims |= {"nonce": nonce} if nonce else {}
        claims |= {"ath": _hash(token)} if token else {}
        return self._proof_key.signed({"typ": "dpop+jwt", "jwk": self._proof_key.public}, claims)

    def _granted(self, response: Response, now: float) -> _Token | None:
        """Return the token in an answer; None for a refusal, and for a DPoP token that is bound to no key."""
        body = response.json() if response.ok else {}
        secret, scheme = body.get("access_token"), _SCHEMES.get(str(body.get("token_type")).lower(), "")
        if not (isinstance(secret, str) and _sendable(secret) and scheme):
            return None
        if scheme == "DPoP" and not self._proof_key:
            return None
        life = body.get("expires_in")
        life = max(0, min(life, LONGEST_LIFE_SECONDS)) if isinstance(life, int) else DEFAULT_LIFE_SECONDS
        return _Token(scheme, hidden(secret), now + life)

    def _adapted(self, response: Response, means: SigningContext) -> bool:
        """Do what the refused call lacked, and return whether there was such a thing."""
        body = response.json()
        error, nonce = body.get("error"), response.headers.get("dpop-nonce", "")
        if not self._proof_key and (error in _PROOF_ERRORS or (response.ok and body.get("access_token"))):
            self._proof_key = means.key()
            self._learn(_TOKENS, nonce)
            return True
        if error in _PROOF_ERRORS:
            return self._learn(_TOKENS, nonce)
        if error in _SCOPE_ERRORS and READ in self._scopes:  # it only names the parent
            self._scopes = (MANAGE,)
            return True
        return False

    def _learn(self, server: str, nonce: str) -> bool:
        """Remember a nonce for the next proof; return whether it is news."""
        news = bool(nonce) and nonce != self._nonces.get(server)
        if news:
            self._nonces[server] = nonce
        return news

    def signed(self, call: Call, means: SigningContext) -> Call:
        """Return *call* with the token, and with a proof of its own where the token is bound to a key."""
        assert self._token  # noqa: S101 - `renewed` comes first
        token = self._token
        headers = {**call.headers, "Authorization": Scheme(token.scheme, token.secret)}
        if token.scheme == "DPoP":
            secret = token.secret.get_secret_value()
            headers["DPoP"] = self._proof(call.method, call.url, _API, means, secret)
        return replace(call, headers=headers)

    def challenged(self, response: Response) -> bool:
        """Remember the nonce that an answer brings; return whether a proof with it is all that was missing.

        A token that is refused otherwise, such as one that was revoked, is not used again.
        """
        news = self._learn(_API, response.headers.get("dpop-nonce", ""))
        bound = self._token is not None and self._token.scheme == "DPoP"
        asked = news and bound and asks_for_proof(response)
        if response.status == 401 and not asked:
            self._token = None
        return asked


_SCHEMES: Mapping[str, str] = {"bearer": "Bearer", "dpop": "DPoP"}
_PROOF_ERRORS = ("invalid_dpop_proof", "use_dpop_nonce")
_SCOPE_ERRORS = ("consent_required", "invalid_scope", "access_denied")


def asks_for_proof(response: Response) -> bool:
    """Return whether a response of the API refuses, before any work, only for want of a proof with its nonce.

    The error code alone says so (RFC 9449 sections 8 and 9): a nonce comes with other refusals and with successes too.
    """
    asked = "dpop-nonce" in response.headers and response.status in (400, 401)
    return asked and _error_code(response) == "use_dpop_nonce"


def about_proof(response: Response) -> bool:
    """Return whether a response of the API is about the proof, and not about what was asked."""
    return _error_code(response) in _PROOF_ERRORS


_CHALLENGE = re.compile(r'\bDPoP\b.*?\berror\s*=\s*"?([\w-]+)', re.IGNORECASE)


def _error_code(response: Response) -> str:
    """Return the OAuth error code: the body's member, else that of the DPoP challenge in WWW-Authenticate."""
    code = response.json().get("error")
    if isinstance(code, str) and code:
        return code
    challenge = _CHALLENGE.search(response.headers.get("www-authenticate", ""))
    return challenge[1] if challenge else ""


def _bare(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _hash(token: str) -> str:
    """Return the claim `ath` (RFC 9449 section 4.2): base64url of SHA-256, without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _sendable(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token


def wait_after(response: Response, now: float) -> float | None:
    """Return the longer of Retry-After and X-Rate-Limit-Reset, in seconds; None if neither says anything.

    Okta's reset is an absolute time by its own clock, to which its SDKs add a second; *now* is ours, in epoch seconds.
    """
    reset, sent = number(response.headers.get("x-rate-limit-reset", "")), service_time(response)
    limit = None if reset is None else reset - (now if sent is None else sent) + 1
    return longest(limit, retry_after(response, now))


# ---- refusals -----------------------------------------------------------------------------------


class _Cause(NamedTuple):
    words: str
    advice: str
    field: str = "credentials.client_id"


_KEY = _Cause(
    "Okta does not recognize this key of the service app.",
    "Register this key's public key with the app, or enter the key ID if the app has several keys.",
    "credentials.private_key",
)
_CLIENT = _Cause("Okta found no active service app with this client ID.", "Check the client ID and the parent org URL.")
_CLOCK = _Cause(
    "Okta says the signed request is expired or not yet valid.", "Set this machine's clock, then try again."
)
_REUSED = _Cause(
    "Okta says the signed request was used before.",
    "Try again: each request is signed anew. If this comes back, something between here and Okta sends requests twice.",
)
_AUDIENCE = _Cause(
    "The org URL does not match the expected audience.",
    "Enter the org URL that the Admin Console shows, not a proxy or an alias.",
    "site",
)
_METHOD = _Cause(
    "The service app does not sign in with a key.",
    'Set its client authentication to "Public key / Private key" in the Admin Console.',
)
_ANY_CLIENT = _Cause(
    "Okta rejected the service app.",
    "Check client ID, key, key ID and this machine's clock.",
)
_SCOPE = _Cause(
    f"The scope {MANAGE} is not granted to the service app.",
    f"Grant it on the app's tab Okta API Scopes, and {READ} with it.",
)
_PROOF = _Cause(
    "Okta rejected the DPoP proof.",
    "Check this machine's clock and that no proxy rewrites requests, then try again.",
)
_REQUEST = _Cause(
    "Okta could not read the token request.",
    "Check that the app is an API services app with the grant type Client Credentials.",
)
_ROLE = _Cause(
    "The service app is not permitted to do this.",
    "Give the app an admin role, and ask Okta Support to enable Org Creator.",
)
_NOWHERE = _Cause("No Okta authorization server was found there.", "Check the parent org URL.", "site")
# Source: Okta's list of OAuth error codes.
_CAUSES: Mapping[str, _Cause] = {
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


def error_codes() -> dict[str, ErrorCode]:
    """Return the token endpoint's error codes with what they mean."""
    return {code: ErrorCode(cause.words, cause.advice) for code, cause in _CAUSES.items()}


# What the description of invalid_client speaks of, most telling first.
_SAID: tuple[tuple[tuple[str, ...], _Cause], ...] = (
    (("signature", "kid"), _KEY),
    (("private_key_jwt", "method"), _METHOD),
    (("expir", "future", "too early", "not yet"), _CLOCK),
    (("used", "once", "jti", "replay"), _REUSED),
    (("audience",), _AUDIENCE),
    (("issuer", "subject", "client_id", "known", "not found", "inactive", "client"), _CLIENT),
)
_MAY_BE_CLOCK = (_ANY_CLIENT, _CLOCK, _PROOF)


def _may_be_clock(response: Response) -> bool:
    return not response.ok and _meaning(response) in _MAY_BE_CLOCK


def no_token(response: Response, now: float, *, proven: bool = False) -> Refused | NotSent:
    """Tell why the token endpoint gave no token; *now* is our time in epoch seconds."""
    status = f"HTTP {response.status}"
    if response.status >= 500 or response.status == 429:
        advice = "Check status.okta.com and try again later."
        busy = NotSent(
            f"Okta's token endpoint is unavailable ({status}).", advice, code=status, request_id=response.request_id
        )
        busy.wait_seconds = wait_after(response, now)
        return busy
    if response.ok:
        why = "is bound to a key that is not ours" if proven else "is missing or of an unknown type"
        cause = f"Okta returned no usable token: it {why}."
        return Refused(cause, "Check the parent org URL.", code=status, request_id=response.request_id, field="site")
    return refusal(response, clock_ahead(response, now))


def refusal(response: Response, skew: float = 0.0) -> Refused:
    """Tell what an OAuth error means; *skew* says how many seconds our clock is ahead of the server's.

    It decides by `error`, and among the many meanings of invalid_client by what the description speaks of.
    """
    error, said, status = *_words_of(response), f"HTTP {response.status}"
    cause = _meaning(response)
    if abs(skew) >= SKEW_SECONDS and cause in _MAY_BE_CLOCK:
        cause = _CLOCK._replace(words=f"This machine's clock is {clock_words(skew)} Okta's.")
    return Refused(
        f'{cause.words} Okta says: "{said}".' if said else cause.words,
        cause.advice,
        code=error or status,
        request_id=response.request_id,
        field=cause.field,
    )


def _words_of(response: Response) -> tuple[str, str]:
    """Return the error code and the description of a refusal."""
    body = response.json()
    said = str(body.get("error_description") or body.get("errorSummary") or "")
    return str(body.get("error") or _error_code(response)), said


def _meaning(response: Response) -> _Cause:
    return _cause(*_words_of(response), response.status)


def _cause(error: str, said: str, status: int) -> _Cause:
    if error == "invalid_client":
        text = said.lower().replace("client_assertion", "")
        return next((cause for words, cause in _SAID if any(word in text for word in words)), _ANY_CLIENT)
    return _CAUSES.get(error) or (_ANY_CLIENT if error or status in (400, 401, 403) else _NOWHERE)

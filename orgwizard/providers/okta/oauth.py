"""Okta's service apps: private_key_jwt for a token, and DPoP (RFC 9449) where the server asks for it.

Sources: developer.okta.com, "Implement OAuth for Okta with a service app" and its list of OAuth error codes;
RFC 7523 for the client assertion, RFC 9449 for proofs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from orgwizard.domain.http import Call, Conversation, Grant, Header, Response, Scheme, SigningContext, ask
from orgwizard.domain.http_times import SKEW_SECONDS, clock_ahead
from orgwizard.domain.secrets.masking import hidden
from orgwizard.domain.secrets.signing import read_key
from orgwizard.providers.messages import ACCEPT
from orgwizard.providers.okta.dpop import Proofs, Server
from orgwizard.providers.okta.oauth_errors import (
    MANAGE,
    PROOF_ERRORS,
    READ,
    SCOPE_ERRORS,
    asks_for_proof,
    may_be_clock,
    no_token,
)

if TYPE_CHECKING:
    from pydantic import SecretStr

TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105 - of the org authorization server, not of /oauth2/default
ASSERTION_SECONDS = 5 * 60
RENEW_SECONDS = 60.0
DEFAULT_LIFE_SECONDS = 3600.0  # Okta's tokens live for an hour
LONGEST_LIFE_SECONDS = 24 * 3600  # whatever a server says
ASKS = 6  # plain, with a proof, with a nonce, and the last two again with one scope less
_BEARER_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


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
        self._proofs = Proofs()
        self._token: _Token | None = None
        self._ahead = 0.0  # seconds that our clock is ahead of the server's; 0 where that is little or not known

    def renewed(self, context: SigningContext) -> Conversation[None]:
        """Ask for a token until the server has what it wants to see; raises `Refused` where it says no.

        Every call carries a new assertion: Okta counts one as used even where it refuses the call.
        """
        if self._token and self._token.expires - RENEW_SECONDS > context.now():
            return
        for _ in range(ASKS):
            response = yield from ask(self._token_call(context))
            corrected = self._learn_time(response, context.now())
            self._token = self._granted(response, context.now())
            if self._token:
                return
            if not (self._adapted(response, context) or (corrected and may_be_clock(response))):
                break
        raise no_token(response, self._time(context), proven=self._proofs.key is not None)

    def _learn_time(self, response: Response, now: float) -> bool:
        """Remember how far our clock is off; return whether that is news, so that what was signed had a wrong time."""
        ahead = clock_ahead(response, now)
        news = abs(ahead - self._ahead) >= SKEW_SECONDS
        if news:
            self._ahead = ahead
        return news

    def _time(self, context: SigningContext) -> float:
        """Return the time as the server knows it, as far as that is known, in epoch seconds."""
        return context.now() - self._ahead

    def _token_call(self, context: SigningContext) -> Call:
        """Return the request for a token, with an assertion, and a proof where one is needed."""
        headers: dict[str, Header] = {**ACCEPT}
        if self._proofs.key:
            headers["DPoP"] = self._proof("POST", self._url, "tokens", context)
        body = {
            "grant_type": "client_credentials",
            "scope": " ".join(self._scopes),
            "client_assertion_type": _BEARER_TYPE,
            "client_assertion": self._assertion(context),
        }
        return Call("POST", self._url, headers, body, form=True)

    def _assertion(self, context: SigningContext) -> SecretStr:
        """Return the JWT that proves who the client is (RFC 7523 section 3)."""
        kid = self._grant.key_id or self._key.kid
        now, client = int(self._time(context)), self._grant.client_id
        claims = {"iss": client, "sub": client, "aud": self._url, "iat": now, "exp": now + ASSERTION_SECONDS}
        return self._key.signed({"kid": kid} if kid else {}, {**claims, "jti": context.unique()})

    def _proof(self, method: str, url: str, server: Server, context: SigningContext, token: str = "") -> SecretStr:
        now = int(self._time(context))
        return self._proofs.proof(method, url, server, unique=context.unique(), now=now, token=token)

    def _granted(self, response: Response, now: float) -> _Token | None:
        """Return the token in an answer; None for a refusal, and for a DPoP token that is bound to no key."""
        body = response.json() if response.ok else {}
        secret, scheme = body.get("access_token"), _SCHEMES.get(str(body.get("token_type")).lower(), "")
        if not (isinstance(secret, str) and _sendable(secret) and scheme):
            return None
        if scheme == "DPoP" and not self._proofs.key:
            return None
        life = body.get("expires_in")
        life = max(0, min(life, LONGEST_LIFE_SECONDS)) if isinstance(life, int) else DEFAULT_LIFE_SECONDS
        return _Token(scheme, hidden(secret), now + life)

    def _adapted(self, response: Response, context: SigningContext) -> bool:
        """Do what the refused call lacked, and return whether there was such a thing."""
        body = response.json()
        error, nonce = body.get("error"), response.headers.get("dpop-nonce", "")
        if not self._proofs.key and (error in PROOF_ERRORS or (response.ok and body.get("access_token"))):
            self._proofs.key = context.key()
            self._proofs.learn("tokens", nonce)
            return True
        if error in PROOF_ERRORS:
            return self._proofs.learn("tokens", nonce)
        if error in SCOPE_ERRORS and READ in self._scopes:  # it only names the parent
            self._scopes = (MANAGE,)
            return True
        return False

    def signed(self, call: Call, context: SigningContext) -> Call:
        """Return *call* with the token, and with a proof of its own where the token is bound to a key."""
        assert self._token  # noqa: S101 - `renewed` comes first
        token = self._token
        headers = {**call.headers, "Authorization": Scheme(token.scheme, token.secret)}
        if token.scheme == "DPoP":
            secret = token.secret.get_secret_value()
            headers["DPoP"] = self._proof(call.method, call.url, "api", context, secret)
        return replace(call, headers=headers)

    def challenged(self, response: Response) -> bool:
        """Remember the nonce that an answer brings; return whether a proof with it is all that was missing.

        A token that is refused otherwise, such as one that was revoked, is not used again.
        """
        news = self._proofs.learn("api", response.headers.get("dpop-nonce", ""))
        bound = self._token is not None and self._token.scheme == "DPoP"
        asked = news and bound and asks_for_proof(response)
        if response.status == 401 and not asked:
            self._token = None
        return asked


_SCHEMES: Mapping[str, str] = {"bearer": "Bearer", "dpop": "DPoP"}


def _sendable(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token

"""The pretend Okta's authorization server: tokens for service apps by private_key_jwt, DPoP proofs, both strictly.

Clients. Any client id is a service app whose key is the ready-made one (`CREDENTIALS`), until it gets
others in `keys`. A word in the client id changes what happens: see `SCENARIOS`.

Sources: developer.okta.com, "Implement OAuth for Okta with a service app"; RFC 7523; RFC 9449.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.ids import IdFactory
from orgwizard.sandbox.messages import Refused, Reply, Request, html_reply, json_reply
from orgwizard.sandbox.okta import jwts
from orgwizard.sandbox.okta.nonces import Nonces

TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105
SCOPES = ("okta.orgs.manage", "okta.orgs.read")
LIFE_SECONDS = 3600
_LONGEST_ASSERTION_SECONDS = 3600
_LEEWAY_SECONDS = 60
_PROOF_SECONDS = 300
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "k", "oth")


@dataclass(frozen=True)
class Issued:
    """A token that was issued; `thumbprint` is that of the key it is bound to (`cnf.jkt`), or ""."""

    client_id: str
    scopes: tuple[str, ...]
    expires: float
    thumbprint: str = ""


class Authorization:
    """Issues tokens and checks them.

    `issued` are the tokens so far; `keys` are the public keys (JWK) of each client that has others than the ready one.
    """

    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        self._clock, self._ids = clock, ids
        self.keys: dict[str, list[Mapping[str, object]]] = {}
        self.issued: dict[str, Issued] = {}
        self._used: set[tuple[str, str]] = set()
        self.nonces, self.api_nonces = Nonces(ids), Nonces(ids)

    def _now(self) -> float:
        return self._clock.wall().timestamp()

    # ---- tokens ----

    def token(self, request: Request) -> Reply:
        """Answer a request for a token; raises `Refused`. The assertion is used up whatever becomes of it."""
        form = _form(request)
        client = self._client(request, form["client_assertion"])
        if scenarios.says(client, "outage"):
            return html_reply(503, "Service Unavailable")
        thumbprint = self._bound(request, client)
        scopes = _granted(client, form.get("scope", "").split())
        token = f"sandbox.{self._ids.text(120)}"
        self.issued[token] = Issued(client, scopes, self._now() + LIFE_SECONDS, thumbprint)
        body = {"token_type": "DPoP" if thumbprint else "Bearer", "expires_in": LIFE_SECONDS}
        return json_reply(200, {**body, "access_token": token, "scope": " ".join(scopes)}, cache_control="no-store")

    def _client(self, request: Request, assertion: str) -> str:
        """Return the client that an assertion proves (RFC 7523 section 3); raises `Refused`."""
        header, claims = _peek(assertion)
        client = claims.get("iss")
        if not isinstance(client, str) or scenarios.says(client, *scenarios.WRONG):
            raise _no_client("Invalid value for 'client_id' parameter.")
        if claims.get("sub") != client:
            raise _no_client("The subject claim for client_assertion must be the client_id.")
        self._verify(client, header, assertion)
        self._in_time(claims)
        if claims.get("aud") != request.origin + TOKEN_PATH:
            raise _no_client("The audience claim for client_assertion must be the endpoint invoked for the request.")
        self._once("assertion", claims.get("jti"), _no_client("The client_assertion token has already been used."))
        return client

    def _verify(self, client: str, header: Mapping[str, object], assertion: str) -> None:
        keys = self.keys.get(client, [json.loads(scenarios.CREDENTIALS["okta.private_key"])])
        kid = header.get("kid")
        chosen = [key for key in keys if kid in (None, key.get("kid"))]
        if not chosen or (kid is None and len(keys) > 1):
            raise _no_client("The client_assertion JWT kid is invalid.")
        if not any(jwts.is_signed(assertion, key) for key in chosen):
            raise _no_client("The client_assertion signature is invalid.")

    def _in_time(self, claims: Mapping[str, object]) -> None:
        now, expires, issued = self._now(), claims.get("exp"), claims.get("iat", 0)
        if not isinstance(expires, int) or expires <= now:
            raise _no_client("The client_assertion token is expired.")
        if expires > now + _LONGEST_ASSERTION_SECONDS:
            raise _no_client("The client_assertion token has an expiration too far into the future.")
        if not isinstance(issued, int) or issued > now + _LEEWAY_SECONDS:
            raise _no_client("The client_assertion token was issued in the future.")

    def _once(self, kind: str, jti: object, refused: Refused) -> None:
        """Count an id as used; raise *refused* where it was used before, or is none."""
        if not isinstance(jti, str) or not jti or (kind, jti) in self._used:
            raise refused
        self._used.add((kind, jti))

    def _bound(self, request: Request, client: str) -> str:
        """Return the thumbprint of the key that the token gets bound to, "" for a Bearer token."""
        if "dpop" not in request.headers:
            if scenarios.says(client, "bearer"):
                return ""
            raise _oauth(400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.")
        thumbprint, claims = self._proof(request)
        now = self._now()
        if not self.nonces.knows(claims.get("nonce"), now):
            nonce = self.nonces.newest(now)
            raise _oauth(400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.", dpop_nonce=nonce)
        return thumbprint

    # ---- proofs ----

    def _proof(self, request: Request) -> tuple[str, Mapping[str, object]]:
        """Return thumbprint and claims of a proof for this request (RFC 9449 section 4.3); raises `Refused`."""
        proof = request.headers["dpop"]
        header, claims = _peek(proof)
        key = header.get("jwk")
        if header.get("typ") != "dpop+jwt" or not isinstance(key, dict) or any(name in key for name in _PRIVATE):
            raise _bad_proof("The DPoP proof JWT header is invalid.")
        if not jwts.is_signed(proof, key):
            raise _bad_proof("The DPoP proof JWT signature is invalid.")
        self._fits(request, claims)
        self._once("proof", claims.get("jti"), _bad_proof("The DPoP proof JWT has already been used."))
        return jwts.thumbprint(key), claims

    def _fits(self, request: Request, claims: Mapping[str, object]) -> None:
        issued = claims.get("iat")
        if claims.get("htm") != request.method:
            raise _bad_proof("The DPoP proof JWT 'htm' claim is invalid.")
        if claims.get("htu") != request.origin + request.path:
            raise _bad_proof("The DPoP proof JWT 'htu' claim is invalid.")
        if not isinstance(issued, int) or abs(self._now() - issued) > _PROOF_SECONDS:
            raise _bad_proof("The DPoP proof JWT 'iat' claim is invalid.")

    def admitted(self, request: Request, scheme: str, token: str) -> Issued | None:
        """Return what a token is that was issued here, None for any other; raises `Refused` for a wrong proof."""
        issued = self.issued.get(token)
        if issued is None or issued.expires <= self._now() or scheme == "ssws":
            return None
        if bool(issued.thumbprint) != (scheme == "dpop") or (issued.thumbprint and "dpop" not in request.headers):
            raise _oauth(400, "invalid_request", "The access token and its scheme or proof do not fit.")
        if issued.thumbprint:
            self._proven(request, token, issued)
        return issued

    def _proven(self, request: Request, token: str, issued: Issued) -> None:
        thumbprint, claims = self._proof(request)
        now = self._now()
        if thumbprint != issued.thumbprint:
            raise _bad_proof("The DPoP proof JWT is signed with another key than the token is bound to.")
        if claims.get("ath") != jwts.token_hash(token):
            raise _bad_proof("The DPoP proof JWT 'ath' claim is invalid.")
        if scenarios.says(issued.client_id, "nonce") and not self.api_nonces.knows(claims.get("nonce"), now):
            challenge = 'DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"'
            headers = {"www_authenticate": challenge, "dpop_nonce": self.api_nonces.newest(now)}
            raise _oauth(401, "use_dpop_nonce", "Resource server requires nonce in DPoP proof.", **headers)


def _form(request: Request) -> dict[str, str]:
    """Return the form of a token request by client credentials; raises `Refused` for any other."""
    if request.media_type != "application/x-www-form-urlencoded":
        raise _oauth(400, "invalid_request", "The content type must be application/x-www-form-urlencoded.")
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    if form.get("grant_type") != "client_credentials":
        raise _oauth(400, "unsupported_grant_type", "The grant type is not supported.")
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    if form.get("client_assertion_type") != kind or "client_assertion" not in form:
        raise _no_client("Client authentication must use private_key_jwt.")
    return form


def _granted(client: str, wanted: list[str]) -> tuple[str, ...]:
    """Return the scopes of a token; raises `Refused` where one is not granted to the client."""
    withheld = {"noscope": SCOPES, "noread": SCOPES[1:]}
    missing = [scope for word, scopes in withheld.items() if scenarios.says(client, word) for scope in scopes]
    if not wanted or set(wanted) - set(SCOPES):
        raise _oauth(400, "invalid_scope", "One or more scopes are not configured for the authorization server.")
    if set(wanted) & set(missing):
        raise _oauth(400, "consent_required", "You are not allowed any of the requested scopes.")
    return tuple(wanted)


def _peek(token: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return header and claims of a JWT without belief in them; raises `Refused` for what is none."""
    try:
        return jwts.read(token)
    except ValueError:
        raise _oauth(400, "invalid_request", "A JWT cannot be read.") from None


def _oauth(status: int, error: str, description: str, **headers: str) -> Refused:
    return Refused(json_reply(status, {"error": error, "error_description": description}, **headers))


def _no_client(description: str) -> Refused:
    return _oauth(401, "invalid_client", description)


def _bad_proof(description: str) -> Refused:
    challenge = f'DPoP algs="{" ".join(jwts.ALGORITHMS)}", error="invalid_dpop_proof"'
    return _oauth(400, "invalid_dpop_proof", description, www_authenticate=challenge)

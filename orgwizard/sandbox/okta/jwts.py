"""JWTs as a server reads them: their header and claims, who signed them, and the thumbprint of a key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joserfc.jwk import Key
    from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
_LONGEST_HEADER = 4096  # the public key is in it


def read(token: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return header and claims without belief in them; raises `ValueError`."""
    from joserfc import jws
    from joserfc.errors import JoseError

    try:
        found = jws.extract_compact(token.encode(), registry=_registry())
        claims = json.loads(found.payload or b"")
    except (JoseError, ValueError) as error:
        raise ValueError("no JWT") from error
    if not isinstance(claims, dict):
        raise ValueError("no JWT")
    return found.headers(), claims


def is_signed(token: str, key: Mapping[str, object]) -> bool:
    """Return whether a JWT is signed with this key (JWK), by one of the algorithms that are allowed."""
    from joserfc import jws
    from joserfc.errors import JoseError

    try:
        jws.deserialize_compact(token, _public(key), registry=_registry())
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def thumbprint(key: Mapping[str, object]) -> str:
    """Return the thumbprint of a JWK (RFC 7638)."""
    return _public(key).thumbprint()


def token_hash(token: str) -> str:
    """Return the claim `ath` of a proof for *token* (RFC 9449 section 4.2)."""
    from joserfc.util import urlsafe_b64encode

    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode()


def _public(key: Mapping[str, object]) -> Key:
    """Return the public half as the library's key; raises its errors."""
    from joserfc.jwk import JWKRegistry

    return JWKRegistry.import_key({n: str(key[n]) for n in ("kty", "n", "e", "crv", "x", "y") if n in key})


def _registry() -> JWSRegistry:
    from joserfc import jws

    registry = jws.JWSRegistry(algorithms=ALGORITHMS)
    registry.max_header_length = _LONGEST_HEADER
    return registry

"""Key pairs for tests, made once per run: making one costs a tenth of a second."""

import json
from functools import cache
from typing import Any

from joserfc.jwk import ECKey, RSAKey

from orgwizard.domain.secrets.signing import SigningKey, new_key

PUBLIC = ("kty", "n", "e", "crv", "x", "y")


@cache
def key(kind: str) -> RSAKey | ECKey:
    """Return a key pair: *kind* is a size in bits, or a curve."""
    return ECKey.generate_key(kind) if kind.startswith("P-") else RSAKey.generate_key(int(kind))


def pem(kind: str) -> str:
    return key(kind).as_pem(private=True).decode()


def jwk(kind: str, **more: Any) -> str:
    return json.dumps({**key(kind).as_dict(private=True), **more})


def public(kind: str, **more: Any) -> dict[str, Any]:
    members = key(kind).as_dict(private=False)
    return {member: members[member] for member in PUBLIC if member in members} | more


@cache
def proof_key() -> SigningKey:
    """Return a key for proofs that is made once for all tests."""
    return new_key()

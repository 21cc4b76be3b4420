"""Proofs that a request is made by the holder of a key, bound to its token and to a server's nonce (RFC 9449)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from orgwizard.domain.secrets.signing import SigningKey

if TYPE_CHECKING:
    from pydantic import SecretStr

Server: TypeAlias = Literal["tokens", "api"]  # each has nonces of its own (sections 8 and 9)


class Proofs:
    """The key that a session's proofs are made with, None until a server asks for one, and each server's last nonce."""

    def __init__(self) -> None:
        self.key: SigningKey | None = None
        self._nonces: dict[Server, str] = {}

    def learn(self, server: Server, nonce: str) -> bool:
        """Remember a nonce for the next proof; return whether it is news."""
        news = bool(nonce) and nonce != self._nonces.get(server)
        if news:
            self._nonces[server] = nonce
        return news

    def proof(self, method: str, url: str, server: Server, *, unique: str, now: int, token: str = "") -> SecretStr:
        """Return a proof for one request (section 4.2), bound to *token* where there is one.

        *unique* is an id that no proof had before, *now* the server's time in epoch seconds.
        """
        assert self.key  # noqa: S101 - only a session with that key makes proofs
        claims = {"jti": unique, "htm": method, "htu": _bare(url), "iat": now}
        nonce = self._nonces.get(server)
        claims |= {"nonce": nonce} if nonce else {}
        claims |= {"ath": _hash(token)} if token else {}
        return self.key.signed({"typ": "dpop+jwt", "jwk": self.key.public}, claims)


def _bare(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _hash(token: str) -> str:
    """Return the claim `ath`: base64url of SHA-256, without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()

"""Private keys that sign JSON Web Tokens: read, judged in words, never shown."""

import json
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from orgwizard.domain.secrets.key_text import BadKey, EncryptedKey, encoded, foreign, pem_in

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from joserfc.jwk import ECKey, RSAKey
    from pydantic import SecretStr

# joserfc and the cryptography below it are imported where a key is used: they cost 100 ms and most runs have none.

RSA_BITS = 2048  # the least that may sign (NIST SP 800-131A), and what a new key gets
_RSA = ("RS256", "RS384", "RS512")
_EC: Mapping[str, str] = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}  # RFC 7518 3.4
_MEMBERS = ("kty", "n", "e", "d", "p", "q", "dp", "dq", "qi", "crv", "x", "y")  # RFC 7518 6, less what is about use
_PUBLIC = ("kty", "n", "e", "crv", "x", "y")
_WANTED = "Use an RSA key of 2048 bits or more, or an EC key on P-256, P-384 or P-521."


@dataclass(frozen=True)
class SigningKey:
    """A private RSA or EC key with the algorithm it signs with; `kid` is the id inside a JWK, or ""."""

    alg: str
    kid: str
    key: "RSAKey | ECKey" = field(repr=False)

    @property
    def public(self) -> dict[str, str]:
        """Return the public half as a JWK with its required members only."""
        members = self.key.as_dict(private=False)
        return {name: str(members[name]) for name in _PUBLIC if name in members}

    def signed(self, header: Mapping[str, object], claims: Mapping[str, object]) -> "SecretStr":
        """Return the claims as a compact JWT (RFC 7519) with `alg` added to its *header*."""
        from joserfc import jwt
        from pydantic import SecretStr

        return SecretStr(jwt.encode({**header, "alg": self.alg}, dict(claims), self.key, algorithms=[self.alg]))


def new_key() -> SigningKey:
    """Return a new RSA key: what every one of the vendors' own clients uses for its proofs."""
    from joserfc.jwk import RSAKey

    return SigningKey("RS256", "", RSAKey.generate_key(RSA_BITS))


# OpenSSL takes a tenth of a second and more to check an RSA key, and forms check with every key pressed.
@lru_cache(maxsize=4)
def read_key(text: str, passphrase: str = "") -> SigningKey:
    """Return the private key that *text* is, as PEM or as a JWK in JSON; raises `BadKey`.

    A PEM whose line ends were lost, or written as backslash and n, is read too: variables and prompts do that.
    *passphrase* opens an encrypted PEM; without it, `EncryptedKey` is raised.
    """
    text = text.strip("\ufeff\"' \r\n\t")
    if what := foreign(text):
        raise BadKey(what)
    if text.startswith("{"):
        return _from_jwk(_json(text))
    if "-----" not in text and (data := encoded(text)):
        return _from_der(data) if data[:1] == b"\x30" else read_key(data.decode(errors="replace"), passphrase)
    pem = pem_in(text)
    opened = _opened(pem.text.encode(), passphrase) if pem.encrypted else _loaded(pem.text.encode())
    return _judged(opened, "", "")


def _from_der(data: bytes) -> SigningKey:
    """Return the key of a PEM that has lost its frame."""
    from cryptography.hazmat.primitives import serialization

    try:
        wrapped = _unwrapped(serialization.load_der_private_key(data, None))
    except Exception:  # whatever it is: the library's own error may repeat the key
        wrapped = b""
    if not wrapped:
        raise BadKey("This key cannot be read. Paste it whole, from -----BEGIN to -----END.")
    return _judged(_loaded(wrapped), "", "")


def _json(text: str) -> dict[str, object]:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise BadKey("Incomplete: a JWK is one JSON object.")
    return _only_private(members["keys"]) if "keys" in members else members


def _only_private(members: object) -> dict[str, object]:
    """Return the one private key of a JWK set."""
    keys = [key for key in members if isinstance(key, dict)] if isinstance(members, list) else []
    private = [key for key in keys if "d" in key]
    if len(private) != 1:
        raise BadKey(f"This JWK set contains {len(private)} private keys. Enter one private key alone.")
    return private[0]


def _from_jwk(members: Mapping[str, object]) -> SigningKey:
    if members.get("kty") in ("RSA", "EC") and "d" not in members:
        raise BadKey("This is the public key. Enter the private key (it has a member d).")
    key = _imported(str(members.get("kty")), {name: members[name] for name in _MEMBERS if name in members})
    kid, alg = members.get("kid"), members.get("alg")
    return _judged(key, "" if kid is None or isinstance(kid, (dict, list)) else str(kid), str(alg or ""))


def _opened(pem: bytes, passphrase: str) -> "RSAKey | ECKey":
    """Return the key in an encrypted PEM; raises `EncryptedKey` without a passphrase, `BadKey` with a wrong one."""
    if not passphrase:
        raise EncryptedKey("This key is encrypted. Enter its passphrase, or decrypt it: openssl pkey -in FILE")
    from cryptography.hazmat.primitives import serialization

    try:
        plain = _unwrapped(serialization.load_pem_private_key(pem, passphrase.encode()))
    except Exception:  # whatever it is: the library's own error may repeat the key
        plain = b""
    if not plain:
        raise BadKey("This passphrase does not decrypt the key.")
    return _loaded(plain)


def _unwrapped(key: "PrivateKeyTypes") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _loaded(pem: bytes) -> "RSAKey | ECKey":
    """Return the key in a PEM, trying both kinds: only the OpenSSL behind it knows which one it is."""
    with suppress(BadKey):
        return _imported("RSA", pem)
    return _imported("EC", pem)


def _imported(kind: str, data: Any) -> "RSAKey | ECKey":
    """Import a key of JWK's *kind*; the libraries' own errors may repeat the key and are dropped."""
    from joserfc.jwk import ECKey, RSAKey

    kinds: dict[str, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of small keys: they are judged afterwards
            key = kinds[kind].import_key(data)
    except Exception:  # whatever it is, the key cannot be used
        key = None
    if key is None or not key.is_private:
        raise BadKey(f"This key cannot be used. {_WANTED}")
    return key


def _judged(key: "RSAKey | ECKey", kid: str, stated: str) -> SigningKey:
    """Return the key with its algorithm: the one a JWK states for RSA, the curve's own for EC."""
    from joserfc.jwk import ECKey

    if isinstance(key, ECKey):
        possible: tuple[str, ...] = tuple(alg for curve, alg in _EC.items() if curve == key.curve_name)
    else:
        size = key.raw_value.key_size
        if size < RSA_BITS:
            raise BadKey(f"This RSA key has {size} bits, which is too small: {RSA_BITS} are required.")
        possible = _RSA
    if not possible:
        raise BadKey(f"This key is on a curve that cannot be used. {_WANTED}")
    if stated and stated not in possible:
        raise BadKey(f"The JWK's alg must be one of {', '.join(possible)}.")
    return SigningKey(stated or possible[0], kid, key)


def load() -> None:
    """Import what reading a key and signing take."""
    import joserfc.jwk
    import joserfc.jwt  # noqa: F401

"""Private keys that sign JSON Web Tokens: read from PEM or JWK, judged in words, never shown."""

import base64
import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

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
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.DOTALL)
_SHORTEST_BODY = 100  # characters of base64: an EC key on P-256 has more
_URL_SAFE = str.maketrans("+/", "-_")
_WANTED = "Use an RSA key of 2048 bits or more, or an EC key on P-256, P-384 or P-521."


class BadKey(ValueError):
    """A key that cannot be used; the text says why and holds nothing of the key."""


class EncryptedKey(BadKey):
    """A key that only a passphrase opens; raised where there is none."""


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


def is_key(text: str) -> bool:
    """Return whether *text* looks like a key at all, and not like the path of a file."""
    bare = text.strip("\ufeff \r\n\t")
    return bare.startswith(("{", "PuTTY-", "ssh-", "ecdsa-")) or "-----" in bare or "\n" in bare or bool(_encoded(bare))


def _encoded(text: str) -> bytes:
    """Return what *text* is base64 of, where that is a key: a PEM, a JWK or the DER within a PEM; else b""."""
    body = re.sub(r"\\[rn]|\s+", "", text.strip("\ufeff\"' \r\n\t"))
    if len(body) < _SHORTEST_BODY or not re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", body):
        return b""
    body = body.rstrip("=")
    if len(body) % 4 == 1:  # base64 has no such length
        return b""
    data = base64.urlsafe_b64decode(body.translate(_URL_SAFE) + "=" * (-len(body) % 4))
    frame = data.lstrip().startswith((b"{", b"-----BEGIN")) or data[:1] == b"\x30"  # a DER sequence
    return data if frame or (data.isascii() and _encoded(data.decode())) else b""


@lru_cache(
    maxsize=4
)  # OpenSSL takes a tenth of a second and more to check an RSA key; forms check with every key pressed
def read_key(text: str, passphrase: str = "") -> SigningKey:
    """Return the private key that *text* is, as PEM or as a JWK in JSON; raises `BadKey`.

    A PEM whose line ends were lost, or written as backslash and n, is read too: variables and prompts do that.
    *passphrase* opens an encrypted PEM; without it, `EncryptedKey` is raised.
    """
    text = text.strip("\ufeff\"' \r\n\t")
    if what := _foreign(text):
        raise BadKey(what)
    if text.startswith("{"):
        return _from_jwk(_json(text))
    if "-----" not in text and (data := _encoded(text)):
        return _from_der(data) if data[:1] == b"\x30" else read_key(data.decode(errors="replace"), passphrase)
    return _from_pem(text, passphrase)


def _foreign(text: str) -> str:
    """Say what a key in a format of other tools is, and how to convert it; "" for every other text."""
    if text.startswith("PuTTY-User-Key-File-"):
        return "This is a key of PuTTY. Convert it: puttygen FILE -O private-openssh -o NEW, without a passphrase."
    if text.startswith(("ssh-", "ecdsa-", "---- BEGIN SSH2 PUBLIC KEY")):
        return "This is a public key. Enter the private key."
    return ""


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


def _only_private(found: object) -> dict[str, object]:
    """Return the one private key of a JWK set."""
    keys = [key for key in found if isinstance(key, dict)] if isinstance(found, list) else []
    private = [key for key in keys if "d" in key]
    if len(private) != 1:
        raise BadKey(f"This is a set of keys with {len(private)} private ones. Enter the one private key alone.")
    return private[0]


def _from_jwk(members: Mapping[str, object]) -> SigningKey:
    if members.get("kty") in ("RSA", "EC") and "d" not in members:
        raise BadKey("This is the public key. Enter the private key (it has a member d).")
    key = _imported(str(members.get("kty")), {name: members[name] for name in _MEMBERS if name in members})
    kid, alg = members.get("kid"), members.get("alg")
    return _judged(key, "" if kid is None or isinstance(kid, (dict, list)) else str(kid), str(alg or ""))


def _from_pem(text: str, passphrase: str) -> SigningKey:
    blocks = [(found[1], found[2]) for found in _PEM.finditer(text)]
    if not blocks:
        raise BadKey("Not a PEM or JWK key. Truncated?")
    # Parameters or certificates may stand beside the key: openssl writes them so.
    kind, body = next((block for block in blocks if "PRIVATE KEY" in block[0]), blocks[0])
    if "PRIVATE KEY" not in kind:
        raise BadKey(f"This is a {kind.lower()}. Enter the private key.")
    headers, lines = _parts(body)
    pem = "\n".join((f"-----BEGIN {kind}-----", *headers, *lines, f"-----END {kind}-----", ""))
    if _is_encrypted(kind, headers, lines):
        return _judged(_opened(pem.encode(), passphrase), "", "")
    return _judged(_loaded(pem.encode()), "", "")


_HEADERS = re.compile(r"\s*Proc-Type:\s*4,ENCRYPTED\s+DEK-Info:\s*(\S+)")  # RFC 1421 4.6


def _parts(body: str) -> tuple[list[str], list[str]]:
    """Return the headers of a PEM's body with the empty line after them, [] where there are none, and its lines."""
    body = re.sub(r"\\[rn]", "\n", body)
    found = _HEADERS.match(body)
    if found is None:
        return [], body.split()
    return ["Proc-Type: 4,ENCRYPTED", f"DEK-Info: {found[1]}", ""], body[found.end() :].split()


def _is_encrypted(kind: str, headers: list[str], lines: list[str]) -> bool:
    """Return whether only a passphrase opens a key; raises `BadKey` for OpenSSH's encryption, which is not read."""
    if kind != "OPENSSH PRIVATE KEY":
        return bool(headers) or "ENCRYPTED" in kind
    start = _encoded_start("".join(lines))
    if b"bcrypt" in start:  # the function that makes its key of a passphrase
        raise BadKey("This OpenSSH key is encrypted. Convert it: ssh-keygen -p -m PKCS8 -f FILE")
    return False


def _encoded_start(body: str) -> bytes:
    try:
        return base64.b64decode(body[:128])
    except ValueError:
        return b""


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
        raise BadKey("This passphrase does not open the key.")
    return _loaded(plain)


def _unwrapped(key: "PrivateKeyTypes") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _loaded(pem: bytes) -> "RSAKey | ECKey":
    """Return the key in a PEM, trying both kinds: only the OpenSSL behind it knows which one it is."""
    fault = BadKey(f"This key cannot be read. {_WANTED}")
    for kind in ("RSA", "EC"):
        try:
            return _imported(kind, pem)
        except BadKey as bad:
            fault = bad
    raise fault


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
        raise BadKey(f"The JWK says that it signs with an algorithm that is not one of {', '.join(possible)}.")
    return SigningKey(stated or possible[0], kid, key)


def load() -> None:
    """Import what reading a key and signing take."""
    import joserfc.jwk
    import joserfc.jwt  # noqa: F401

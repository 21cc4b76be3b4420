"""What a text is that should be a private key: a PEM, a JWK, either in base64, or a key in another tool's format."""

import base64
import re
from dataclasses import dataclass, field

_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.DOTALL)
_SHORTEST_BODY = 100  # characters of base64: an EC key on P-256 has more
_URL_SAFE = str.maketrans("+/", "-_")


class BadKey(ValueError):
    """A key that cannot be used; the text says why and holds nothing of the key."""


class EncryptedKey(BadKey):
    """A key that only a passphrase opens; raised where there is none."""


@dataclass(frozen=True)
class Pem:
    """A private key as PEM with its line ends, and whether only a passphrase opens it."""

    text: str = field(repr=False)
    encrypted: bool


def is_key(text: str) -> bool:
    """Return whether *text* looks like a key at all, and not like the path of a file."""
    bare = text.strip("\ufeff \r\n\t")
    return bare.startswith(("{", "PuTTY-", "ssh-", "ecdsa-")) or "-----" in bare or "\n" in bare or bool(encoded(bare))


def encoded(text: str) -> bytes:
    """Return what *text* is base64 of, where that is a key: a PEM, a JWK or the DER within a PEM; else b""."""
    body = re.sub(r"\\[rn]|\s+", "", text.strip("\ufeff\"' \r\n\t"))
    if len(body) < _SHORTEST_BODY or not re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", body):
        return b""
    body = body.rstrip("=")
    if len(body) % 4 == 1:  # base64 has no such length
        return b""
    data = base64.urlsafe_b64decode(body.translate(_URL_SAFE) + "=" * (-len(body) % 4))
    frame = data.lstrip().startswith((b"{", b"-----BEGIN")) or data[:1] == b"\x30"  # a DER sequence
    return data if frame or (data.isascii() and encoded(data.decode())) else b""


def foreign(text: str) -> str:
    """Say what a key in a format of other tools is, and how to convert it; "" for every other text."""
    if text.startswith("PuTTY-User-Key-File-"):
        return "This is a PuTTY key. Convert it: puttygen FILE -O private-openssh -o NEW, without a passphrase."
    if text.startswith(("ssh-", "ecdsa-", "---- BEGIN SSH2 PUBLIC KEY")):
        return "This is a public key. Enter the private key."
    return ""


def pem_in(text: str) -> Pem:
    """Return the private key in a PEM, without the parameters or certificates that openssl writes beside it."""
    blocks = [(block[1], block[2]) for block in _PEM.finditer(text)]
    if not blocks:
        raise BadKey("Not a PEM or JWK key. Truncated?")
    kind, body = next((block for block in blocks if "PRIVATE KEY" in block[0]), blocks[0])
    if "PRIVATE KEY" not in kind:
        raise BadKey(f"This is a {kind.lower()}. Enter the private key.")
    headers, lines = _parts(body)
    whole = "\n".join((f"-----BEGIN {kind}-----", *headers, *lines, f"-----END {kind}-----", ""))
    return Pem(whole, _is_encrypted(kind, headers, lines))


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

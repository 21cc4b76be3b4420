"""Ids and secrets for the pretend services, remembered so that a test can search for them."""

import hashlib
import secrets
import string
import uuid
from collections import Counter

HEX = "0123456789abcdef"
ALPHANUMERIC = string.ascii_letters + string.digits
# Marks what was issued to a child, so that no world takes it for a parent's, not even after a restart.
CHILD_TOKEN = "00child"  # noqa: S105  a prefix, not a secret
CHILD_KEY = "c41d"


class IdFactory:
    """Makes ids and secrets; the same seed makes the same ones, no seed makes unguessable ones."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed or secrets.token_hex(16)
        self._made: Counter[int] = Counter()  # by length, so that the ids of requests move no others
        self.issued: set[str] = set()

    def text(self, length: int, alphabet: str = ALPHANUMERIC) -> str:
        """Return *length* characters that were not made before."""
        self._made[length] += 1
        source = hashlib.shake_256(f"{self._seed}:{length}:{self._made[length]}".encode()).digest(length)
        return "".join(alphabet[byte % len(alphabet)] for byte in source)

    def uuid(self) -> str:
        """Return a UUID as text."""
        return str(uuid.UUID(hex=self.text(32, HEX), version=4))

    def secret(self, prefix: str, length: int, alphabet: str = ALPHANUMERIC) -> str:
        """Return a secret of *length* characters, prefix included, and remember it."""
        made = prefix + self.text(length - len(prefix), alphabet)
        self.issued.add(made)
        return made

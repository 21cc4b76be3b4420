"""What is never shown or written: the secrets of this run in any of their forms, and anything of a credential's shape.

Everything from outside (a service's words, another program's, a file's) and everything that is written down passes
`REDACTOR`, the one of this process.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import quote, quote_plus

from orgwizard.domain.secrets.encodings import decoded
from orgwizard.domain.secrets.secret_pieces import SecretPieces
from orgwizard.domain.text.sanitize import without_sequences

T = TypeVar("T")

if TYPE_CHECKING:
    from pydantic import SecretStr

MASK = "********"
_MANY = 100  # beginnings of secrets
_SHORTEST = 6  # a shorter secret is no secret, and would mask half of what is said
# Whatever the vendor: private keys, JSON Web Tokens, and the numbers of a key. Sources: RFC 7468, RFC 7519, OpenSSL.
_SHAPES = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",
    r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}:){11,}(?:[0-9A-Fa-f]{2})?",
)
# A key's body, or one in base64, that has lost its frame: long, unbroken, with capitals, small letters and digits.
_UNBROKEN = re.compile(r"[A-Za-z0-9+/_-]{64,}")
_KINDS = ("[a-z]", "[A-Z]", "[0-9]")
# The same within a sentence, where a path, which is made of words, is none.
_LINE = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}|[A-Za-z0-9_-]{64,}={0,2}")
_WORDS = re.compile(r"[a-z]*(?:[A-Z][a-z]+)*[0-9]*")


def _is_mixed(text: str) -> bool:
    return all(re.search(kind, text) for kind in _KINDS)


def _holds_key(text: str) -> bool:
    return any(map(_is_mixed, _UNBROKEN.findall(text)))


def _without_key(line: re.Match[str]) -> str:
    is_path = all(map(_WORDS.fullmatch, line[0].split("/")))
    return line[0] if is_path or not _is_mixed(line[0]) else MASK


class Redactor:
    """Knows secrets by value and by shape."""

    def __init__(self) -> None:
        self._known = _Known()
        self._allowed: set[str] = set()
        self._shapes: list[str] = list(_SHAPES)
        self._looks: re.Pattern[str] = re.compile("|".join(self._shapes), re.DOTALL)

    def learn(self, *secrets: str | SecretStr) -> None:
        """Remember secrets of this run, whatever they look like."""
        texts = {secret if isinstance(secret, str) else secret.get_secret_value() for secret in secrets}
        for text in texts:
            if len(text.strip()) >= _SHORTEST:
                self._known.add(text)

    def recognise(self, *shapes: str) -> None:
        """Take regular expressions of a vendor's credentials for secrets, wherever they stand."""
        self._shapes += [shape for shape in shapes if shape not in self._shapes]
        self._looks = re.compile("|".join(self._shapes), re.DOTALL)

    def without_secrets(self, text: str) -> str:
        """Return *text* with the secrets of this run masked, in clear, in pieces or encoded for URLs, JSON and HTML.

        A text in which one only shows once its encodings are undone is masked whole.
        """
        plain = without_sequences(text)  # as it will be shown: a sequence may stand inside a secret
        if plain != text and self._known.masked(plain) != plain:
            text = plain
        masked = self._known.masked(text)
        bare = decoded(masked)
        return masked if bare == masked or self._known.masked(bare) == bare else MASK

    def clean(self, text: str) -> str:
        """Return *text* with the secrets of this run, and whatever has a credential's shape, masked."""
        return _LINE.sub(_without_key, self._looks.sub(MASK, self.without_secrets(text)))

    def clean_values(self, value: T) -> T:
        """Return JSON-able data with the secrets of this run masked in each text, names included."""
        return cast("T", self._cleaned(value))

    def _cleaned(self, value: object) -> object:
        if isinstance(value, str):
            return self.without_secrets(value)
        if isinstance(value, Mapping):
            return {self.without_secrets(str(name)): self._cleaned(member) for name, member in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._cleaned(member) for member in value]
        return value

    def has_shape(self, text: str) -> bool:
        """Return whether something of a credential's shape stands in *text*."""
        return bool(self._looks.search(text))

    def is_secret(self, text: str) -> bool:
        """Return whether *text* holds a secret of this run, or something of a credential's shape."""
        text = text.strip()
        return text not in self._allowed and (self.clean(text) != text or _holds_key(text))

    def seen(self, text: str) -> str:
        """Return *text* as it may stand on a screen: masked whole where it is a secret or looks like one."""
        return MASK if self.is_secret(text) else text

    def nameable(self, name: str) -> str:
        """Return a name that the user wrote, such as that of a field, with each part masked that holds a secret."""
        return ".".join(MASK if self.is_secret(part) else part for part in self.clean(name).split("."))

    def allow(self, text: str) -> None:
        """Remember that the user said that *text* is no secret, though it looks like one."""
        self._allowed.add(text.strip())


class _Known:
    """Finds the secrets of a run in a text; one thread may add some while others look."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._starts: dict[str, list[tuple[str, str]]] = {}  # case folded forms, and as they are, by their beginnings
        self._pieces = SecretPieces()
        self._adding = Lock()

    def add(self, secret: str) -> None:
        """Remember a secret; one that is known costs nothing."""
        with self._adding:
            if secret not in self._secrets:
                for form in set(_forms(secret)):
                    folded = form.casefold()
                    self._starts.setdefault(folded[:_SHORTEST], []).append((folded, form))
                self._pieces.add(secret)
                self._secrets.add(secret)

    def masked(self, text: str) -> str:
        """Return *text* with the secrets, their forms and pieces masked."""
        if found := sorted(self._found(text.casefold()), key=len, reverse=True):
            text = re.sub("|".join(map(re.escape, found)), MASK, text, flags=re.IGNORECASE)
        return self._pieces.masked(text, MASK)

    def _found(self, folded: str) -> set[str]:
        """Return the forms that stand in a text without case; that takes as long for thousands as for some."""
        if len(self._starts) < _MANY and not any(start in folded for start in list(self._starts)):
            return set()  # the fastest, for few
        places = range(len(folded) - _SHORTEST + 1)
        hits = ((at, rows) for at in places if (rows := self._starts.get(folded[at : at + _SHORTEST])))
        return {form for at, rows in hits for plain, form in rows if folded.startswith(plain, at)}


# A run of letters and digits, mixed, that is longer than words are.
_RUN = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[A-Za-z])(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9+=]{16,}")


def is_like_token(text: str) -> bool:
    """Return whether *text*, where a name or a path is expected, is more likely the secret itself: by its shape."""
    path = text.startswith(("/", "~", "./", "../")) or re.search(r"\.[A-Za-z]{1,5}$", text)
    return not path and (bool(_RUN.search(text)) or _holds_key(text) or REDACTOR.has_shape(text))


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as services and programs repeat it."""
    data = secret.encode(errors="replace")
    yield secret
    if secret != secret.strip():
        yield secret.strip()
    yield quote(secret, safe="", errors="replace")
    yield quote_plus(secret, errors="replace")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)
    yield data.hex()
    for encoded in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
        yield encoded.decode().rstrip("=")


REDACTOR = Redactor()

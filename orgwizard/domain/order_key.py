"""Which orders are the same: one value that attempts, drafts and every repeated command are compared by.

An order is a provider, a parent org and what makes the child unique below it. A parent goes by several names
(a host, an id, a key), of which not all are known at once: one name in common makes it the same parent.
"""

import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

_MARK_LENGTH = 12  # hexadecimal digits: no two orders of one journal share a mark by chance


@dataclass(frozen=True)
class OrderKey:
    """A provider, the child's unique name and the names of its parent, folded so that equal means the same.

    `parents` may hold a credential: the value is kept in memory alone, and told to nobody but as a mark.
    """

    provider: str
    child: str
    parents: frozenset[str] = field(default=frozenset(), repr=False)

    def marks(self, attempt: str) -> "Marks":
        """Return the fingerprints that the file of *attempt* is named with; those of other attempts differ."""
        parents = frozenset(_mark(attempt, f"{self.provider} parent {name}") for name in self.parents)
        return Marks(_mark(attempt, f"{self.provider} child {self.child}"), parents)


@dataclass(frozen=True)
class Marks:
    """Fingerprints of an order; `parents` is empty where the parent is not known."""

    child: str
    parents: frozenset[str] = frozenset()

    def same(self, other: "Marks") -> bool | None:
        """Return whether both stand for one order, None where a parent is not known and that cannot be told."""
        if self.child != other.child:
            return False
        if not self.parents or not other.parents:
            return None
        return bool(self.parents & other.parents)

    @property
    def words(self) -> str:
        """Return the marks as a part of a file's name."""
        return "-".join((self.child, *sorted(self.parents)))

    @classmethod
    def parse(cls, words: str) -> "Marks | None":
        """Read the marks in a file's name; None where there are none."""
        child, *parents = words.split("-")
        known = all(len(mark) == _MARK_LENGTH and set(mark) <= set("0123456789abcdef") for mark in (child, *parents))
        return cls(child, frozenset(parents)) if known else None


def _mark(attempt: str, text: str) -> str:
    """Return a keyed hash: the key is the attempt's id, so that no table of names or credentials finds it."""
    return hmac.digest(attempt.encode(), text.encode(errors="replace"), "sha256").hex()[:_MARK_LENGTH]


def folded(name: str) -> str:
    """Return a name as it is compared: composed, without case, with plain dashes and single plain spaces.

    Characters that nobody sees do not count (Unicode categories Cc and Cf, and variation selectors).
    """
    return " ".join("".join(_folded(unicodedata.normalize("NFC", name).casefold())).split())


def _folded(text: str) -> Iterable[str]:
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category == "Pd" or character == "\u2212":  # the minus sign
            yield "-"
        elif category in ("Zs", "Zl", "Zp") or character.isspace():
            yield " "
        elif category not in ("Cc", "Cf") and not 0xFE00 <= ord(character) <= 0xFE0F:
            yield character

"""Which orders are the same: one value that attempts, drafts and every repeated command are compared by.

An order is a provider, a parent org and what makes the child unique below it. A parent goes by several names
(a host, an id, a key), of which not all are known at once: one name in common makes it the same parent. Two names of
one kind that differ make it another, but for those that a parent may change, and those that parents share.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

KEY, PLACE = "key", "at"  # kinds of names: a parent may get another key, and a place has many parents
_MARK_LENGTH = 12  # hexadecimal digits: no two orders of one journal share a mark by chance
_HASH = rf"[0-9a-f]{{{_MARK_LENGTH}}}"
_MARKS = re.compile(rf"{_HASH}(?:-(?:[a-z]+_)?{_HASH})*")


@dataclass(frozen=True)
class OrderKey:
    """A provider, the child's unique name and the names of its parent, folded so that equal means the same.

    Each of `parents` begins with its kind and a space. It may hold a credential: the value is kept in memory alone,
    and told to nobody but as a mark.
    """

    provider: str
    child: str
    parents: frozenset[str] = field(default=frozenset(), repr=False)

    def marks(self, attempt: str) -> "Marks":
        """Return the fingerprints that the file of *attempt* is named with; those of other attempts differ."""
        parents = frozenset(
            f"{name.partition(' ')[0]}_{_mark(attempt, f'{self.provider} parent {name}')}" for name in self.parents
        )
        return Marks(self.child_mark(attempt), parents)

    def child_mark(self, attempt: str) -> str:
        """Return the fingerprint of the child alone, with which the marks of an attempt begin."""
        return _mark(attempt, f"{self.provider} child {self.child}")


@dataclass(frozen=True)
class Marks:
    """Fingerprints of an order; each of `parents` begins with its kind; it is empty where the parent is not known."""

    child: str
    parents: frozenset[str] = frozenset()

    def same(self, other: "Marks") -> bool | None:
        """Return whether both stand for one order, None where that cannot be told of their parents."""
        if self.child != other.child:
            return False
        common = {_kind(mark) for mark in self.parents & other.parents}
        if common - {PLACE}:
            return True
        both_known = set(map(_kind, self.parents)) & set(map(_kind, other.parents))
        return False if both_known - common - {KEY} else None

    @property
    def words(self) -> str:
        """Return the marks as a part of a file's name."""
        return "-".join((self.child, *sorted(self.parents)))

    @classmethod
    def parse(cls, words: str) -> "Marks | None":
        """Read the marks in a file's name; None where there are none."""
        if not cls.are_written(words):
            return None
        child, *parents = words.split("-")
        return cls(child, frozenset(parents))

    @staticmethod
    def are_written(words: str) -> bool:
        """Return whether the marks of an order stand in a file's name."""
        return _MARKS.fullmatch(words) is not None


def _kind(mark: str) -> str:
    """Return which kind of name a mark is of, "" in files of a version that did not say."""
    return mark.rpartition("_")[0]


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

"""How a cell looks: read from the SGR sequences that Textual writes, and written as the shortest change to it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# Attributes that every terminal sets and keeps apart from each other: any order of them means the same.
_ON = frozenset(("1", "2", "3", "4", "5", "7", "8", "9"))
_OFF = {"22": {"1", "2"}, "23": {"3"}, "24": {"4"}, "25": {"5"}, "27": {"7"}, "28": {"8"}, "29": {"9"}}
_FOREGROUND = frozenset(str(code) for code in (*range(30, 38), *range(90, 98)))
_BACKGROUND = frozenset(str(code) for code in (*range(40, 48), *range(100, 108)))
# What can be seen of these on a blank, however it came there: foreground, bold, dim and italic cannot.
_SEEN_ON_BLANKS = frozenset(("4", "5", "7", "8", "9"))
_EXTENDED = {"5": 1, "2": 3}  # a palette's index; red, green and blue
_CACHED = 4096


class Unknown(Exception):
    """What was written has an effect that is not known here."""


class Look(NamedTuple):
    """Attributes and colours as SGR parameters; an empty colour is the terminal's own."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""

    @property
    def blank(self) -> bool:
        """Return whether a blank with this look is what any terminal leaves where it erases."""
        return not self.background and not self.attributes & _SEEN_ON_BLANKS

    @property
    def parameters(self) -> list[str]:
        """Return what sets this look after a reset."""
        return [code for code in (*sorted(self.attributes), self.foreground, self.background) if code]


PLAIN = Look()


@lru_cache(_CACHED)
def styled(look: Look | None, parameters: str) -> Look | None:
    """Return the look after an SGR sequence; None, a look that is not known, stays so until a reset."""
    codes = iter(parameters.split(";"))
    for code in codes:
        look = PLAIN if code in ("", "0") else look and _changed(look, code, codes)
    return look


def _changed(look: Look, code: str, following: Iterator[str]) -> Look:
    if code in _ON:
        return look._replace(attributes=look.attributes | {code})
    if code in _OFF:
        return look._replace(attributes=look.attributes - _OFF[code])
    if code in ("38", "48"):
        return _colored(look, code[0], ";".join((code, *_extended(following))))
    if code in _FOREGROUND | {"39"}:
        return _colored(look, "3", "" if code == "39" else code)
    if code in _BACKGROUND | {"49"}:
        return _colored(look, "4", "" if code == "49" else code)
    raise Unknown


def _colored(look: Look, ground: str, color: str) -> Look:
    return look._replace(foreground=color) if ground == "3" else look._replace(background=color)


def _extended(codes: Iterator[str]) -> list[str]:
    """Take the parameters of a colour beyond the sixteen."""
    kind = next(codes, "")
    values = [next(codes, "") for _ in range(_EXTENDED.get(kind, 0))]
    if not values or not all(values):
        raise Unknown
    return [kind, *values]


@lru_cache(_CACHED)
def change(old: Look | None, new: Look) -> str:
    """Return the shortest sequence from one look to another; None is a look that is not known.

    What is to end is ended by a reset: the sequences that end one thing are not known to every terminal.
    """
    if old == new:
        return ""
    reset = f"\x1b[{';'.join(('0', *new.parameters))}m" if new != PLAIN else "\x1b[m"
    if old is None or not _grows(old, new):
        return reset
    added = [code for code in new.parameters if code not in old.parameters]
    return min(f"\x1b[{';'.join(added)}m", reset, key=len)


def _grows(old: Look, new: Look) -> bool:
    """Return whether nothing of the old look ends, except for a colour that another one replaces."""
    colors = ((old.foreground, new.foreground), (old.background, new.background))
    return old.attributes <= new.attributes and all(after or not before for before, after in colors)

"""Finds long secrets that are repeated in pieces: spaced out, broken over lines, cut short or in another case."""

import base64
import re
from collections.abc import Iterable, Iterator

_SHORTEST_SECRET = 16  # letters and digits; words and names that people choose are rarely longer
_LONGEST_RUN = 16  # that many of a secret's characters in a row are a piece of it, or three quarters of a shorter one
_SURELY_RANDOM = 24  # a shorter run without a digit may be words
_BLOCK = 6
# Blocks are taken at every third place of a secret and looked for at every second one of a text: in a piece of
# 11 characters and more, two of them meet.
_STEP, _TEXT_STEP = 3, 2
_SEPARATORS = re.compile(r"[\W_]+")
_ARMOUR = re.compile(r"-----(?:BEGIN|END) [A-Z ]*-----")  # RFC 7468: the same in every key


class SecretPieces:
    """An index of secrets, which are added one by one, by their blocks: letters and digits alone."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[tuple[str, int]]] = {}

    def add(self, secret: str) -> None:
        """Find pieces of a secret from now on."""
        for form in {form for form in _forms(secret) if len(form) >= _SHORTEST_SECRET}:
            for at in range(0, len(form) - _BLOCK + 1, _STEP):
                self._blocks.setdefault(form[at : at + _BLOCK], []).append((form, at))

    def masked(self, text: str, mask: str) -> str:
        """Return *text* with every piece of a secret replaced, separators inside it included."""
        if not self._blocks or len(text) < _BLOCK:
            return text
        compact = _compact(text)
        if not (runs := list(self._runs(compact))):
            return text
        kept = [at for at, character in enumerate(text) if not _SEPARATORS.match(character)]
        parts, end = [], 0
        for first, last in _merged(runs):
            parts += [text[end : kept[first]], mask]
            end = kept[last] + 1
        return "".join((*parts, text[end:]))

    def _runs(self, compact: str) -> Iterator[tuple[int, int]]:
        """Yield first and last position of each piece."""
        blocks, end = self._blocks, 0
        hits = [at for at in range(0, len(compact) - _BLOCK + 1, _TEXT_STEP) if compact[at : at + _BLOCK] in blocks]
        for at in hits:
            if at < end:
                continue
            for form, place in blocks[compact[at : at + _BLOCK]]:
                first, last = _widened(compact, at, form, place)
                if _is_piece(compact[first:last], form):
                    yield first, last - 1
                    end = max(end, last - _BLOCK)


def _widened(compact: str, at: int, form: str, place: int) -> tuple[int, int]:
    """Return where a run around a common block begins, and the position behind its end."""
    first, last = at, at + _BLOCK
    while first > 0 and (before := place - (at - first) - 1) >= 0 and compact[first - 1] == form[before]:
        first -= 1
    while last < len(compact) and (after := place + (last - at)) < len(form) and compact[last] == form[after]:
        last += 1
    return first, last


def _is_piece(run: str, form: str) -> bool:
    needed = min(_LONGEST_RUN, -(-len(form) * 3 // 4))
    return len(run) >= needed and (len(run) >= _SURELY_RANDOM or any(map(str.isdigit, run)))


def _merged(runs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield runs in order, those that overlap or touch as one."""
    first = last = -1
    for begin, end in sorted(runs):
        if last >= 0 and begin <= last + 1:
            last = max(last, end)
            continue
        if last >= 0:
            yield first, last
        first, last = begin, end
    if last >= 0:
        yield first, last


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret in clear and as it stands in base64, alone or behind other bytes, as letters and digits."""
    bare = _ARMOUR.sub("", secret)
    yield _compact(bare)
    data = bare.encode(errors="replace")
    for shift in range(3):
        yield _compact(base64.b64encode(bytes(shift) + data).decode()[4 if shift else 0 :])


def _compact(text: str) -> str:
    """Return the letters and digits of *text* in lower case, one for each that it has."""
    bare = _SEPARATORS.sub("", text)
    lower = bare.lower()
    return lower if len(lower) == len(bare) else "".join(character.lower()[0] for character in bare)

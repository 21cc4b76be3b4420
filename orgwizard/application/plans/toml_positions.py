"""Where each key of a TOML text stands, which `tomllib` does not tell; for messages, never for values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_KEY = rf"({_PART}(?:[ \t]*\.[ \t]*{_PART})*)"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*{_KEY}[ \t]*\]\]?")
_ENTRY = re.compile(rf"[ \t]*{_KEY}[ \t]*=")
# Strings of several lines, strings of one line, comments: whatever brackets and keys are in them are none.
_QUOTED = re.compile(r"\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#[^\n]*", re.DOTALL)


@dataclass(frozen=True, order=True)
class Position:
    """Line and column of a key, both from 1."""

    line: int
    column: int


def positions(text: str) -> dict[str, Position]:
    """Return the position of each table header and each key, by its dotted name ("organization.name").

    Of keys within inline tables and arrays there is none: they stand where the value begins.
    """
    places: dict[str, Position] = {}
    table, depth = "", 0
    bare = _QUOTED.sub(_without_lines, text)
    for number, line in enumerate(bare.split("\n"), start=1):
        if depth == 0 and (header := _HEADER.match(line)):
            table = _dotted(header[1])
            places.setdefault(table, Position(number, len(line) - len(line.lstrip()) + 1))
            continue
        if depth == 0 and (entry := _ENTRY.match(line)):
            name = f"{table}.{_dotted(entry[1])}" if table else _dotted(entry[1])
            places.setdefault(name, Position(number, entry.start(1) + 1))
        depth += _opened(line)
    return places


def position_of(name: str, known: Mapping[str, Position]) -> Position | None:
    """Return where a key stands; for one that is missing or within a value, where what it belongs to stands."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return known.get(name)


def _without_lines(quoted: re.Match[str]) -> str:
    """Return a string of one line as it is: it may be a key; any other, and a comment, as blanks."""
    text = quoted[0]
    if text.startswith(("#", '"""', "'''")):
        return re.sub(r"[^\n]", " ", text)
    return text


def _opened(line: str) -> int:
    """Return how many more brackets a line opens than it closes."""
    bare = _QUOTED.sub("", line)
    return sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))


def _dotted(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in re.findall(_PART, key))

"""TOML as orgwizard writes it, read by its lines: of thousands of files, the whole language is the slow part."""

import re
import tomllib
from datetime import datetime
from typing import Any

# A text without escapes, a time as Python writes it, a table, or one in a table.
_LINE = re.compile(
    r'(?P<key>[A-Za-z0-9_-]+) = (?:"(?P<text>[^"\\\x00-\x1f\x7f]*)"'
    r"|(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?\+00:00))"
    r"|\[(?P<table>[A-Za-z0-9_-]+)(?:\.(?P<below>[A-Za-z0-9_-]+))?\]"
)


def loads(text: str, header: str = "") -> dict[str, Any]:
    """Return what `tomllib.loads` does, and raise what it raises; fast for lines that we wrote below our *header*."""
    found = _by_lines(text.removeprefix(header))
    return tomllib.loads(text) if found is None else found


def _by_lines(text: str) -> dict[str, Any] | None:
    """Return what the lines say, `None` where one of them is not as we write it, or repeats another."""
    whole: dict[str, Any] = {}
    table = whole
    for line in text.split("\n"):
        if not line:
            continue
        if (found := _LINE.fullmatch(line)) is None:
            return None
        key, value, time, name, below = found.groups()
        if name:
            opened = _opened(whole, name, below)
            if opened is None:
                return None
            table = opened
        elif key in table:
            return None
        else:
            try:
                table[key] = datetime.fromisoformat(time) if time else value
            except ValueError:
                return None
    return whole


def _opened(whole: dict[str, Any], name: str, below: str | None) -> dict[str, Any] | None:
    """Return the table that a line opens, `None` for one that is there already."""
    if not below:
        return None if name in whole else whole.setdefault(name, {})
    above = whole.setdefault(name, {})
    if not isinstance(above, dict) or below in above:
        return None
    return above.setdefault(below, {})  # type: ignore[no-any-return]

"""The names of the files of one attempt, and what they tell: its id, its order, where a response may lie."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from orgwizard.domain.order_key import Marks, OrderKey
from orgwizard.storage.attempts.response_spool import has_something

ENDING = ".jsonl"


def id_of(path: Path) -> str:
    """Return the id of the attempt that a file is about: its name up to the first dot."""
    return path.name.partition(".")[0]


def marks_of(path: Path) -> Marks | None:
    """Return the marks of the order in a file's name, `None` where it has none."""
    return Marks.parse(path.name.removesuffix(ENDING).partition(".")[2])


def may_be_of(path: Path, key: OrderKey) -> bool:
    """Return whether an attempt may have been made for an order, as far as the name of its file tells: fast."""
    attempt, _, words = path.name.removesuffix(ENDING).partition(".")
    return words.startswith(key.child_mark(attempt)) or not Marks.are_written(words)


def began_at(path: Path) -> datetime:
    """Return when an attempt began: by its id, else by when its file was touched."""
    day, _, time = id_of(path)[:15].partition("-")
    with suppress(ValueError):
        return datetime.fromisoformat(f"{day}T{time}+00:00")
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def spools_of(path: Path) -> tuple[Path, Path]:
    """Return the files in which the response to an attempt may lie: as it came, and in older versions its body."""
    folder = path.parent / "spool"
    return folder / f"{id_of(path)}.http", folder / f"{id_of(path)}.body"


def spool_of(path: Path) -> Path | None:
    """Return the file with the response to an attempt, `None` where nothing came."""
    return next(filter(has_something, spools_of(path)), None)


def ids_of_spools(folder: Path) -> frozenset[str]:
    """Return the ids of the attempts of which a response may lie on the disk."""
    try:
        with os.scandir(folder / "spool") as entries:
            return frozenset(entry.name.partition(".")[0] for entry in entries)
    except OSError:
        return frozenset()

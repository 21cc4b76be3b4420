"""Which rows of a table to create: asked once, answered with numbers and ranges."""

import re
import sys
from collections.abc import Collection

from orgwizard.domain.errors import NotSent
from orgwizard.ui.batch.streams import write_stderr


def choose(numbers: Collection[int]) -> set[int]:
    """Ask for some of the row *numbers* until the answer names some; raises `NotSent` where there is none."""
    while True:
        write_stderr(f"Rows to create, such as 2-5,9 (Enter: all {len(numbers)}): ", end="")
        line = sys.stdin.readline()
        if not line:
            raise NotSent("Cancelled.", code="left")
        if chosen := chosen_rows(line, numbers):
            return chosen
        write_stderr("Enter numbers of rows that are listed above as new.")


def chosen_rows(typed: str, numbers: Collection[int]) -> set[int]:
    """Return the rows that "2-5,9" means, all for a blank answer, and none where it means others or nothing."""
    if not typed.strip():
        return set(numbers)
    chosen: set[int] = set()
    for part in typed.split(","):
        found = re.fullmatch(r"\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*", part, re.ASCII)
        if found is None:
            return set()
        first, last = int(found[1]), int(found[2] or found[1])
        within = {number for number in numbers if first <= number <= last}
        if not within or (found[2] is None and first not in within):
            return set()
        chosen |= within
    return chosen

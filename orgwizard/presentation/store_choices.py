"""The places for the new keys as a person chooses among them."""

import shlex
from typing import Any

from orgwizard.domain.questions import Question

INTRODUCTION = "The keys of the new org are given once and never again. Who keeps them?"
TRYING = "Trying it with a harmless text."
COMMAND = "command"
PLACES = {
    "file": "A private file",
    "keyring": "The system keyring",
    COMMAND: "A command",
    "screen": "This screen only",
}
QUESTION = Question(
    name="command",
    title="Command",
    help="It is fed the keys on its standard input. With {name} in it, it runs once per key.",
    example="pass insert -m {name}",
    required=True,
)


def words_of(line: str) -> tuple[list[str], str]:
    """Return a command line as words, and what is wrong with it, or ""."""
    try:
        words = shlex.split(line)
    except ValueError:
        return [], "A quotation mark is not closed."
    return words, "" if words else "Needed."


def place_of(store: Any) -> str:
    """Return which of the places a store, given as in a plan, is."""
    return COMMAND if isinstance(store, dict) else str(store)


def command_line(store: Any) -> str:
    """Return the command of a store, given as in a plan, as one line; "" where it is another place."""
    return shlex.join(map(str, store.get(COMMAND, []))) if isinstance(store, dict) else ""

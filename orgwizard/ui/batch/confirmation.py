"""The one question of a command: shown on stderr with what it is about, answered on a terminal."""

import sys

from orgwizard.domain.errors import BadInput, NotSent
from orgwizard.ui.batch.streams import write_stderr


def confirm(review: str, word: str, what: str = "it") -> None:
    """Show what is about to be created and ask for *word*.

    Raises `BadInput` without a terminal and `NotSent` for any other answer.
    """
    confirm_word(review, word, f"create {what}", "create needs --yes", "Look at it with --dry-run first.")


def confirm_word(review: str, word: str, deed: str, needed: str, advice: str = "") -> None:
    """Show *review* and ask for *word*, upon which *deed* is done; without a terminal, *needed* is told.

    Raises `BadInput` without a terminal and `NotSent` for any other answer.
    """
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        raise BadInput(f"Without a terminal, {needed}.", advice)
    write_stderr(review)
    write_stderr(f'Type "{word}" to {deed}, anything else to leave: ', end="")
    if sys.stdin.readline().strip().lower() != word.lower():
        raise NotSent("You did not confirm.", code="not_confirmed")

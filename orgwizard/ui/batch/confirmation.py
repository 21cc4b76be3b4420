"""The one question of a command: shown on stderr with what it is about, answered on a terminal."""

import sys

from orgwizard.domain.errors import BadInput, NotSent
from orgwizard.ui.batch.streams import write_stderr


def confirm(review: str, word: str, what: str = "it") -> None:
    """Show what is about to be created and ask for *word*.

    Raises `BadInput` without a terminal and `NotSent` for any other answer.
    """
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        raise BadInput("Without a terminal, create needs --yes.", "Look at it with --dry-run first.")
    write_stderr(review)
    write_stderr(f'Type "{word}" to create {what}, anything else to leave: ', end="")
    if sys.stdin.readline().strip().lower() != word:
        raise NotSent("You did not confirm.", code="not_confirmed")

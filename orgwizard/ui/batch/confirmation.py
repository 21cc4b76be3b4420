"""The one question of a command: shown on stderr with what it is about, answered on a terminal."""

import sys
import warnings
from collections.abc import Sequence
from getpass import GetPassWarning, getpass

from orgwizard.domain.errors import BadInput, NotSent
from orgwizard.ui.batch.streams import write_stderr


def confirm(review: str, word: str, what: str = "it") -> None:
    """Show what is about to be created and ask for *word*.

    Raises `BadInput` without a terminal and `NotSent` for any other answer.
    """
    confirm_word(review, word, f"create {what}", "create needs --yes", "Preview it with --dry-run first.")


def confirm_word(review: str, word: str, deed: str, needed: str, advice: str = "") -> None:
    """Show *review* and ask for *word*, upon which *deed* is done; without a terminal, *needed* is told.

    Raises `BadInput` without a terminal and `NotSent` for any other answer.
    """
    if not _on_a_terminal():
        raise BadInput(f"Without a terminal, {needed}.", advice)
    write_stderr(review)
    write_stderr(f'Type "{word}" to {deed}, anything else to cancel: ', end="")
    if _typed_line() != word.lower():
        raise NotSent("Not confirmed.", code="not_confirmed")


def agrees_on_a_terminal(question: str, word: str) -> bool:
    """Return whether *word* was typed; without a terminal, where nobody can be asked, it was not."""
    if not _on_a_terminal():
        return False
    write_stderr(f'{question} Type "{word}", anything else means no: ', end="")
    return _typed_line() == word


def _typed_line() -> str:
    """Return the answer to a question in lower case; Ctrl+C and Ctrl+D end the line of the question too."""
    line = ""
    try:
        line = sys.stdin.readline()
    finally:
        if not line.endswith("\n"):
            write_stderr("")
    return line.strip().lower()


def read_secret(title: str, hints: Sequence[str]) -> str:
    """Return a line of standard input; on a terminal it is asked for with *hints*, and not shown while it is typed.

    Raises `BadInput` where there is none.
    """
    if sys.stdin is None:
        raise BadInput(f"{title}: standard input is closed.", "Pipe it to the command.")
    if not _on_a_terminal():
        if typed := sys.stdin.readline().strip():
            return typed
        raise BadInput(f"{title}: standard input is empty.", "Pipe it to the command, or run it on a terminal.")
    write_stderr("\n".join(hints))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return getpass(f"{title} (not shown): ", stream=sys.stderr)
    except KeyboardInterrupt:
        write_stderr("")
        raise
    except EOFError:
        write_stderr("")
        raise BadInput(f"{title}: nothing was typed.") from None
    except GetPassWarning:
        raise BadInput(f"{title}: this terminal would show what you type.", "Pipe it to the command.") from None


def _on_a_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))

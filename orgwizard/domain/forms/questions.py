"""Questions as a face asks them, what is offered for an answer, and the answers typed so far; models judge them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from orgwizard.domain.secrets.credential_shapes import shape

# The first screen is drawn from what stands here: pydantic, and what needs it, is loaded while the user reads it.

# What a widget, a plan or a draft can hold for one field.
Value: TypeAlias = Any  # str | SecretStr | Reference | dict[str, str] | number, checked by the model

LONGEST_MEANT = 300  # characters of an answer for which another is proposed: an e-mail address has at most 254


def secret_text(typed: Value) -> str | None:
    """Return the text of a `SecretStr`, None for any other answer."""
    read = getattr(typed, "get_secret_value", None)
    return str(read()) if read else None


def nearest(typed: object, known: Iterable[str]) -> str:
    """Return which of the *known* words *typed* most likely is, "" where it is like none of them."""
    words = {word.casefold(): word for word in known}
    close = get_close_matches(typed.strip().casefold(), words, 1) if isinstance(typed, str) else []
    return words[close[0]] if close else ""


def did_you_mean(meant: str) -> str:
    """Return the question whether something else was meant, "" where nothing is known."""
    return f"Did you mean {meant}?" if meant else ""


def with_suggestion(words: str, meant: str) -> str:
    """Return a sentence with the question whether something else was *meant*, where that is known."""
    return f"{words} {did_you_mean(meant)}".strip()


@dataclass(frozen=True)
class Question:
    """One field as a face needs it to ask for it; everything is read off the model."""

    name: str
    title: str
    help: str
    example: str
    required: bool
    secret: bool = False
    asked: bool = True
    longest: int | None = None
    choices: tuple[str, ...] = ()
    rows: bool = False
    constant: str = ""
    env: tuple[str, ...] = ()
    blank: str = ""
    file: bool = False
    """Whether it may have several lines, and a path may be given in its place."""
    keys: tuple[str, ...] = ()
    shape: str = ""
    follows: str = ""
    """The title of the field that the answer is derived from until it is edited."""
    needs: str = ""
    """The name of the field that must have an answer before this one is asked for."""

    def is_due(self, answers: Mapping[str, Value]) -> bool:
        """Return whether it is asked now: it needs no other answer, or that is there, or it is answered itself."""
        return not self.needs or any(answers.get(name) for name in (self.needs, self.name))

    def hint(self, typed: Value) -> str:
        """Say what a typed credential looks like, with the field's title, where that is not what is asked for."""
        words = self.likeness(typed)
        return f"{self.title}: {words}" if words else ""

    def likeness(self, typed: Value) -> str:
        """Say the same beside the field, where its title stands already, else ""; a guess, no rule."""
        seen = shape((secret_text(typed) or "").strip()) if self.shape else ""
        return f"this looks like {seen}." if seen and seen != self.shape else ""


@dataclass(frozen=True)
class Suggestion:
    """A value that the user already has: what to put into the draft, and where it comes from, in words.

    A secret is a `Reference`, read when it is used; anything else is the text itself.
    """

    typed: Value
    source: str
    file: str = ""
    """The file that a text comes from; a reference names its own."""

"""The names that make the sandbox misbehave, as a value: they are shown to people and obeyed by the sandbox."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """One name and what happens.

    `where` says what to type it as: "organization" (the org's name or its subdomain) or
    "credential" (a part of the token or of a key). `what` is one plain sentence.
    """

    provider: str
    where: str
    name: str
    what: str

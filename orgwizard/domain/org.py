"""Orgs as values: where the parent lives, and the child as the response describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pydantic import SecretStr


@dataclass(frozen=True)
class Site:
    """Where the parent lives: `key` is what plans and profiles say, `url` the origin of its API.

    `notice` tells the user what was changed in what they typed; `question`, where not empty, must be
    answered with yes before any credential is sent to `url`.
    """

    key: str
    url: str
    title: str = ""
    location: str = ""
    app_url: str = ""
    notice: str = ""
    question: str = ""

    @property
    def name(self) -> str:
        """Return what a person calls it: its title, else its host."""
        return self.title or self.host

    @property
    def host(self) -> str:
        """Return host and port of the API."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True)
class Created:
    """The new org as the answer describes it.

    `secrets` is keyed by the names a plan file uses (`token`, or `api_key` and `application_key`);
    `details` are further facts in display order; `missing` names what a response should have brought and did not, such
    as "org id"; `remarks` are sentences about that and about what else was odd.
    """

    id: str
    name: str
    url: str
    secrets: Mapping[str, SecretStr] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def why_unsendable(secrets: Mapping[str, SecretStr], titles: Mapping[str, str]) -> str:
    """Return as a clause that no HTTP header can carry some of these keys; "" where each can be sent."""
    unfit = [titles.get(name, name) for name, secret in secrets.items() if not _fits_header(secret.get_secret_value())]
    if not unfit:
        return ""
    named = " and ".join(f"the {title}" for title in unfit)
    return f"{named} contains a line break or another character that cannot be sent in a request"


def _fits_header(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()

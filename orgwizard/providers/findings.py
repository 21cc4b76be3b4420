"""What the conversations with a vendor find out: before a creation, after an unknown outcome, and of a new org."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from orgwizard.domain.errors import WizardError
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.text.sanitize import printable
from orgwizard.domain.text.sentence import sentence

CREATE_IF_MISSING = "If it is not there, create it again with the option --again; the wizard asks you to confirm it."
NAME_FIELD = "organization.name"
State = Literal["ok", "warning", "unproven"]


@dataclass(frozen=True)
class Finding:
    """One thing that a check read: what it was about, what it proved, in words."""

    stage: str
    state: State
    words: str

    def __post_init__(self) -> None:
        """Mask what a service repeats of a secret."""
        object.__setattr__(self, "words", REDACTOR.clean(self.words))

    @property
    def is_twin(self) -> bool:
        """Return whether it tells that another org has the wanted name, which the service allows."""
        return self.stage == "Name" and self.state == "warning"

    @property
    def text(self) -> str:
        """Return what it proved; a warning is called one, and that something could not be checked is in its words."""
        return f"{self.words} (warning)" if self.state == "warning" else self.words

    @property
    def fact(self) -> str:
        """Return what it proved as a sentence, without calling it a warning."""
        return sentence(printable(self.words))

    @property
    def sentence(self) -> str:
        """Return it as a sentence of its own; an address at its end stays as it is copied."""
        return sentence(printable(self.text))

    @property
    def line(self) -> str:
        """Return it as one line."""
        return f"{self.stage}: {self.text}"


def name_unproven(error: WizardError) -> Finding:
    """Return what is known of a name that could not be asked about."""
    return Finding("Name", "unproven", f"it could not be checked. {error.cause}")


@dataclass(frozen=True)
class Preflight:
    """The result of a check that found nothing against creating.

    `parent` is the parent's name; `identity` who the credentials act as, "" where no read tells;
    `domain` the host that children's addresses are built from; `before` is JSON-able and tells `find` how the world
    looked before the create call: "parent_id" (as `find` reads it again), "ids" (of all orgs that were there), "known"
    (the ids by which a response would name them), "whole" (whether all of that was really read) and "date" (epoch
    seconds by the service's own clock, or None).
    """

    parent: str
    findings: tuple[Finding, ...] = ()
    domain: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    identity: str = ""

    @property
    def twin(self) -> Finding | None:
        """Return what was found of another org that has the wanted name."""
        return next((found for found in self.findings if found.is_twin), None)

    @property
    def known(self) -> Collection[str]:
        """Return the ids by which a response would name the orgs that were there."""
        return listed(self.before, "known")

    @property
    def date(self) -> float | None:
        """Return the time of the check in epoch seconds, by the service's own clock."""
        date = self.before.get("date")
        return date if isinstance(date, int | float) else None


def listed(before: Mapping[str, object], name: str) -> Collection[str]:
    """Return a list in `Preflight.before`, () where there is none."""
    members = before.get(name)
    return members if isinstance(members, list) else ()


@dataclass(frozen=True)
class LookupResult:
    """What a look-up after an unknown outcome saw.

    "exists" takes the id of an org that was not there before, "absent" a whole list without one. `date` is the
    service's own time of the look in epoch seconds, `may_change` whether another look could see more, `advice` how a
    person can find out where no look ever will.
    """

    state: Literal["exists", "absent", "unclear"]
    words: str
    org: Mapping[str, str] = field(default_factory=dict)
    date: float | None = None
    may_change: bool = True
    advice: str = ""


@dataclass(frozen=True)
class Readiness:
    """Whether the new org answers with its own credentials: what was proven, or what is missing."""

    ready: bool
    words: str
    may_change: bool = True
    """Whether it is worth asking again."""

"""How the tools of a vendor are told of an org and its keys: names of variables and members, never a key itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from orgwizard.domain.org import Site


@dataclass(frozen=True)
class Key:
    """Stands for the value of a secret, by the name that plans and profiles use: "token"."""

    name: str


Value: TypeAlias = str | Key
Variables: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True)
class ChildOrg:
    """A child org as a profile knows it: `profile` is the name to use on the command line, `site` its parent's."""

    profile: str
    site: Site
    id: str
    name: str
    url: str


@dataclass(frozen=True)
class Handoff:
    """What the vendor's tools read about an org.

    `variables` are those of its clients, `terraform` those of its Terraform provider, `tfvars` what the same provider
    is given through input variables. `files` are the settings files of its tools by their name (".dogrc"), with
    members by the dotted path of their table ("okta.client"). `rivals` are variables of the same tools that would take
    precedence over ours, or contradict them.
    """

    variables: Variables
    terraform: Variables = field(default_factory=dict)
    tfvars: Variables = field(default_factory=dict)
    files: Mapping[str, Mapping[str, Variables]] = field(default_factory=dict)
    rivals: frozenset[str] = frozenset()

    @property
    def environment(self) -> Variables:
        """Return all variables that a program of the vendor's, or Terraform, may look for."""
        return {**self.terraform, **self.variables}


def in_snippet(programs: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Return programs by language with each placeholder such as @PROFILE@ replaced by its value."""
    filled = dict(programs)
    for placeholder, value in values.items():
        filled = {language: text.replace(placeholder, value) for language, text in filled.items()}
    return filled

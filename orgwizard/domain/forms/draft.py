"""What was typed so far, per provider, and how it is kept without a single secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.questions import Value, secret_text
from orgwizard.domain.forms.typed_text import is_row_value
from orgwizard.domain.secrets.redactor import REDACTOR

if TYPE_CHECKING:
    from orgwizard.domain.secrets.secret_reference import Reference


@dataclass
class Draft:
    """All that was typed so far, per provider, so that switching providers and back loses nothing.

    Sections are "parent" (site, method, confirmed), "credentials.<method>", "organization", "administrator", "store"
    (what is typed for each place), "order" (sent) and "progress" (reached). Only what the user gave is in it:
    proposals are derived each time.
    """

    provider: str = ""
    store: object = "file"
    sections: dict[str, dict[str, dict[str, Value]]] = field(default_factory=dict)

    def section(self, name: str) -> dict[str, Value]:
        """Return the live answers of a section of the chosen provider."""
        return self.sections.setdefault(self.provider, {}).setdefault(name, {})

    @property
    def site(self) -> str:
        """Return what was typed or chosen as the parent's site."""
        return str(self.section("parent").get("site", ""))

    @property
    def method(self) -> str:
        """Return the chosen credential method, or ""."""
        return str(self.section("parent").get("method", ""))

    @property
    def org_name(self) -> str:
        """Return the name of the child org as far as it was typed."""
        return str(self.section("organization").get("name", ""))

    @property
    def reached(self) -> str:
        """Return the furthest step that the user came to, "" in plans and in drafts of earlier versions."""
        return str(self.section("progress").get("reached", ""))

    @reached.setter
    def reached(self, step: str) -> None:
        self.section("progress")["reached"] = step

    @property
    def credentials(self) -> dict[str, Value]:
        """Return the live answers of the chosen credential method."""
        return self.section(f"credentials.{self.method}")

    def answers(self, section: str) -> dict[str, Value]:
        """Return the live answers of a section by the name that plans give it."""
        return self.credentials if section == "credentials" else self.section(section)

    def references(self) -> list[Reference]:
        """Return where the secrets of the chosen provider are read from."""
        from orgwizard.domain.secrets.secret_reference import Reference

        answers = (value for section in self.sections.get(self.provider, {}).values() for value in section.values())
        return [value for value in answers if isinstance(value, Reference)]

    def as_json(self) -> dict[str, object]:
        """Return the draft without a single secret; references to secrets stay."""
        kept = {
            provider: {name: _without_secrets(section) for name, section in sections.items()}
            for provider, sections in self.sections.items()
        }
        return {"provider": self.provider, "store": self.store, "sections": kept}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Return the draft of `as_json`; whatever is not of its shape is left out."""
        if not isinstance(value, dict):
            return cls()
        provider, store = value.get("provider"), value.get("store")
        draft = cls(provider if isinstance(provider, str) else "", store if _is_store(store) else "file")
        for key, sections in _tables(value.get("sections")):
            for name, section in _tables(sections):
                revived = {field_name: _revive(name, typed) for field_name, typed in section.items()}
                draft.sections.setdefault(key, {})[name] = {k: v for k, v in revived.items() if v is not None}
        return draft


REFERENCE_KEY = "reference"
ROWS = ".rows"  # how the names of sections end that hold rows as they are typed
TEXT_ONLY = ("parent", "store", "order", "progress")


def _without_secrets(section: Mapping[str, Value]) -> dict[str, object]:
    from orgwizard.domain.secrets.secret_reference import Reference

    kept = {name: value for name, value in section.items() if secret_text(value) is None and not _is_secret(value)}
    return {n: {REFERENCE_KEY: v.table()} if isinstance(v, Reference) else v for n, v in kept.items()}


def _is_secret(value: object) -> bool:
    """Return whether an answer that is not asked for as a secret looks like one all the same."""
    if isinstance(value, Mapping):
        return any(_is_secret(part) for pair in value.items() for part in pair)
    if isinstance(value, (list, tuple)):  # rows as they are typed
        return any(map(_is_secret, value))
    return isinstance(value, str) and REDACTOR.is_secret(value)


def _revive(section: str, value: object) -> Value:
    """Return what `_without_secrets` kept; None for what somebody has edited into nonsense."""
    if section.endswith(ROWS):
        return value if _are_pairs(value) else None
    if section in TEXT_ONLY:
        return value if isinstance(value, str) else None
    table = value.get(REFERENCE_KEY) if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(table, dict):
        return value if isinstance(value, str) or _is_rows(value) else None
    from orgwizard.domain.secrets.secret_reference import Reference

    try:
        return Reference.parse(table)
    except BadInput:
        return None


def _is_store(value: object) -> bool:
    """Return whether a store has the form of one; whoever uses it says whether there is such a store."""
    command = value.get("command") if isinstance(value, dict) and len(value) == 1 else None
    return isinstance(value, str) or (isinstance(command, list) and all(isinstance(word, str) for word in command))


def _are_pairs(value: object) -> bool:
    """Return whether these are rows as they are typed, half ones included."""
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair) for pair in value
    )


def _is_rows(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) and is_row_value(row) for name, row in value.items())


def _tables(value: object) -> list[tuple[str, dict[str, object]]]:
    return [(k, v) for k, v in value.items() if isinstance(v, dict)] if isinstance(value, dict) else []

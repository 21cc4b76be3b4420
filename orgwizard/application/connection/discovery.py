"""What the user already has, in variables and in the vendors' files: told at once where there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orgwizard.domain.forms.questions import Question, Suggestion, Value, secret_text
from orgwizard.domain.secrets.masking import hidden
from orgwizard.providers import PROVIDERS
from orgwizard.providers.contract import Provider

if TYPE_CHECKING:
    from orgwizard.application.connection.suggestions import Suggestions

_OF_THE_SANDBOX = "the sandbox's value"


@dataclass(frozen=True)
class Discovery:
    """The variables of one run, or instead `sandbox_values`, those of the sandbox: "okta.token" -> value."""

    environ: Mapping[str, str]
    sandbox_values: Mapping[str, str] = field(default_factory=dict)

    def likely_provider(self) -> Provider:
        """Return the provider that the most is there for; the first of those that are even, as in the sandbox."""
        if self.sandbox_values or not any(self._leaves_traces(provider) for provider in PROVIDERS[1:]):
            return PROVIDERS[0]
        return max(PROVIDERS, key=lambda provider: self._offers(provider).extent())

    def site(self, provider: Provider) -> Suggestion | None:
        """Return the parent's site, if it is there."""
        if value := self.sandbox_values.get(f"{provider.key}.site"):
            return Suggestion(value, _OF_THE_SANDBOX)
        return provider.site_in(self.environ) or (self._offers(provider).site() if _has_files(provider) else None)

    def credential(self, provider: Provider, question: Question) -> Suggestion | None:
        """Return a credential, if it is there; its value is read when it is used."""
        if value := self.sandbox_values.get(f"{provider.key}.{question.name}"):
            return Suggestion(hidden(value) if question.secret else value, _OF_THE_SANDBOX)
        return self._offers(provider).credential(question)

    def source(self, provider: Provider, question: Question, value: Value) -> str:
        """Return where a secret comes from that is held as a value and that nobody typed: the sandbox; else ""."""
        there = self.sandbox_values.get(f"{provider.key}.{question.name}")
        return _OF_THE_SANDBOX if there and secret_text(value) == there else ""

    def method(self, provider: Provider) -> str:
        """Return the credential method that what is there is for; "" where nothing is there, or not enough."""
        return provider.default_method if self.sandbox_values else self._offers(provider).method()

    def files_here(self, provider: Provider) -> frozenset[str]:
        """Return the vendor's files in the current folder: whoever can write there decides what they say."""
        here = (name for name in provider.files if not name.startswith("~") and _may_exist(name))
        return frozenset() if self.sandbox_values else frozenset(str(Path(name).absolute()) for name in here)

    def remarks(self, provider: Provider) -> list[str]:
        """Return warnings about the vendor's files: those that cannot be read, and those that others can read."""
        return [] if self.sandbox_values or not _has_files(provider) else self._offers(provider).remarks()

    def _leaves_traces(self, provider: Provider) -> bool:
        """Return whether there may be anything: a variable of the vendor, or a file of its tools."""
        return any(name.startswith(provider.env_prefixes) for name in self.environ) or _has_files(provider)

    def _offers(self, provider: Provider) -> Suggestions:
        # It reads models and files, which the first screen mostly need not wait for.
        from orgwizard.application.connection.suggestions import Suggestions

        return Suggestions(provider, self.environ)


def _has_files(provider: Provider) -> bool:
    return any(_may_exist(file) for file in provider.files)


def _may_exist(name: str) -> bool:
    """Return whether a file is there, or cannot be looked for; without a home folder, there is none below it."""
    try:
        Path(name).expanduser().stat()
    except (FileNotFoundError, NotADirectoryError, RuntimeError):
        return False
    except OSError:
        pass
    return True

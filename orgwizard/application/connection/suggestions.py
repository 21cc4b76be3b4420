"""What there is for a provider in variables and in the vendors' files, with its source named and no value shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.questions import Question, Suggestion
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.contract import Provider
from orgwizard.system import config_files, secret_reader


@dataclass(frozen=True)
class _File:
    """A file of the vendor that is there; `fault` says why none of its members can be had."""

    name: str
    members: Mapping[str, object]
    fault: str = ""


class Suggestions:
    """What there is for one provider: variables first, then its files in their order, each read once.

    Source of the order: Okta's SDKs document environment over file, and the project's file over the home's.
    """

    def __init__(self, provider: Provider, environ: Mapping[str, str]) -> None:
        self._provider, self._environ = provider, environ

    def credential(self, question: Question) -> Suggestion | None:
        """Return a credential that is there already, if any."""
        method = self._method_of(question)
        return next((offer for name, offer in self._found(question) if method in ("", self._owner(name))), None)

    def site(self) -> Suggestion | None:
        """Return the parent's site, if it is there already."""
        in_files = (
            Suggestion(text, Reference(file=file, key=key).describe(), file)
            for file, key, text in self._texts(self._provider.site_keys)
        )
        return self._provider.site_in(self._environ) or next(in_files, None)

    def method(self) -> str:
        """Return the credential method that what is there is for, or "" where it is not enough for any."""
        provider = self._provider
        methods = sorted(provider.methods, key=lambda name: (name != self._mode, name not in provider.first_methods))
        return next((name for name in methods if self._suffices(name)), "")

    def extent(self) -> tuple[bool, bool, int]:
        """Return whether a whole credential is there, whether the site is, and how many credentials are in all."""
        asked = (question for model in self._provider.methods.values() for question in questions(model))
        offered = sum(self.credential(question) is not None for question in asked)
        return bool(self.method()), self.site() is not None, offered

    def remarks(self) -> list[str]:
        """Say which of the vendor's files cannot be read, and which hold a secret that others can read."""
        offered = [self.credential(q) for model in self._provider.methods.values() for q in questions(model)]
        open_files = [secret_reader.remark(o.typed) for o in offered if o and isinstance(o.typed, Reference)]
        faults = [file.fault for file in self._files if file.fault]
        return list(dict.fromkeys(remark for remark in (*faults, *open_files) if remark))

    # ---- which method a name is for ----

    @cached_property
    def _mode(self) -> str:
        """Return the method that the vendor's own setting names, or ""."""
        provider = self._provider
        chosen = [self._environ.get(name, "") for name in provider.method_env]
        chosen += [text for _, _, text in self._texts(provider.method_keys)]
        first = next(filter(None, chosen), "")
        return provider.method_names.get(first.lower(), "")

    def _method_of(self, question: Question) -> str:
        methods = self._provider.methods
        return next((name for name, model in methods.items() if question in questions(model)), "")

    def _owner(self, name: str) -> str:
        """Return the method that a variable or key is for: of several, the one that is set, else the first."""
        methods = self._provider.methods
        sharing = [m for m, model in methods.items() if any(name in (*q.env, *q.keys) for q in questions(model))]
        return self._mode if self._mode in sharing else sharing[0]

    def _suffices(self, method: str) -> bool:
        needed = [question for question in questions(self._provider.methods[method]) if question.required]
        return all(self.credential(question) for question in needed)

    # ---- what is there ----

    def _found(self, question: Question) -> Iterator[tuple[str, Suggestion]]:
        """Yield every value for a question with the name or key it has there, best first."""
        for name in question.env:
            if value := self._environ.get(name):
                reference = Reference(env=name)
                yield name, Suggestion(reference if question.secret else value, reference.describe())
        for file, key, text in self._texts(question.keys):
            place = Reference(file=file, key=key)
            yield key, Suggestion(place if question.secret else text, place.describe())

    def _texts(self, keys: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
        """Yield file, key and text of every member with one of *keys*."""
        for file in self._files:
            for key in keys:
                if text := config_files.member(file.members, key):
                    yield file.name, key, text

    @cached_property
    def _files(self) -> list[_File]:
        return [file for name in self._provider.files if (file := _file(name))]


def _file(name: str) -> _File | None:
    """Read a file of the vendor; a broken one is worth a remark, never an error."""
    here = name
    try:
        here = name if name.startswith("~") else str(Path(name).absolute())  # a profile is used from anywhere
        return _File(here, config_files.read(secret_reader.path_of(Reference(file=here))))
    except (FileNotFoundError, BadInput):
        return None
    except config_files.ConfigSyntaxError as odd:
        return _File(here, {}, f"The file {here} is not valid {odd}: it was ignored.")
    except WizardError as error:
        return _File(here, {}, f"{error.cause} The file was ignored.")

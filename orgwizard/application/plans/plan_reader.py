"""From a plan's values to a draft, with everything in them that no form could show, all at once."""

from collections.abc import Callable, Mapping

from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import LOOKS_SECRET, Fields
from orgwizard.domain.forms.questions import Value, nearest, with_suggestion
from orgwizard.domain.forms.validation import problems as answer_problems
from orgwizard.domain.secrets.redactor import MASK, REDACTOR, is_like_token
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers import provider_of, site_at
from orgwizard.providers.contract import Provider

NOT_TEXT = 'Text in quotes is expected, such as "example".'
# What stands above all tables. Below one, TOML takes it for a part of that table.
ABOVE_TABLES = ("provider", "site", "confirmed_host", "store", "profile")
_CONNECTION = ("site", "credentials", "confirmed_host")


def read_values(values: Mapping[str, object], connect: Callable[[str], Draft] | None) -> tuple[Draft, dict[str, str]]:
    """Return the draft that a plan's values make, and what is wrong with them: unknown keys and other types.

    Wrong text is no such problem: a person can correct it in a form. Where the provider is not known, nothing else
    can be told, and the draft is empty. *connect* returns the connection of a saved profile.
    """
    reader = _Reader(values)
    reader.connect(connect)
    if reader.draft.provider:
        reader.fill()
    return reader.draft, reader.problems


class _Reader:
    """Reads a plan part by part; what is wrong with one part does not keep the others from being read."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.draft, self.problems = Draft(), dict[str, str]()
        self._values = values

    def connect(self, connect: Callable[[str], Draft] | None) -> None:
        """Read how to reach the parent: of the profile that is named, or of site and credentials."""
        if "profile" in self._values:
            self._connect_by_profile(connect)
        elif (provider := self._provider()) is not None:
            self.draft.provider = provider.key
            if site := self._text("site"):
                self.draft.section("parent")["site"] = site
            self._read_method(provider)
            self._confirm(provider)

    def fill(self) -> None:
        """Read everything else."""
        provider = provider_of(self.draft.provider)
        self.draft.store = self._values.get("store", "file")
        method = self.draft.method if self.draft.method in provider.methods else provider.default_method
        sections = provider.sections(method)
        for name in sorted(set(self._values) - {*ABOVE_TABLES, *sections}):
            self.problems[name] = _unknown(name, [*ABOVE_TABLES, *sections], sections)
        by_profile = "profile" in self._values
        for name, model in sections.items():
            if name != "credentials" or not by_profile:
                self._fill_section(name, model, sections)

    def _provider(self) -> Provider | None:
        name = self._text("provider")
        if "provider" in self.problems:
            return None
        try:
            return provider_of(name)
        except BadInput as bad:
            self.problems["provider"] = bad.cause
            return None

    def _connect_by_profile(self, connect: Callable[[str], Draft] | None) -> None:
        name = self._text("profile")
        if "profile" in self.problems or connect is None:
            return
        try:
            draft = connect(name)
            provider_of(draft.provider)
        except WizardError as error:
            self.problems["profile"] = error.cause_and_advice
            return
        self.draft = draft
        for key in _CONNECTION:
            if key in self._values:
                self.problems[key] = "Remove it: the profile names the site and the credentials."
        if self._values.get("provider", self.draft.provider) != self.draft.provider:
            self.problems["provider"] = f'The profile is for "{self.draft.provider}". Remove this line.'

    def _confirm(self, provider: Provider) -> None:
        """Note the URL that credentials may be sent to because the plan names its host a second time."""
        if "confirmed_host" not in self._values:
            return
        host = self._text("confirmed_host")
        try:
            site = site_at(provider, self.draft.site)
        except WizardError:
            return  # told as a problem of the site
        if REDACTOR.is_secret(host):
            self.problems["confirmed_host"] = LOOKS_SECRET
        elif host.strip().casefold() not in (site.host.casefold(), site.url.casefold()):
            self.problems.setdefault("confirmed_host", f"This is not the host of the site: {site.host}.")
        else:
            self.draft.section("parent")["confirmed"] = site.url

    def _read_method(self, provider: Provider) -> None:
        method = self._table("credentials").get("method", provider.default_method)
        known = method in list(provider.methods)
        if not known:
            words = f"Use one of: {', '.join(provider.methods)}."
            self.problems["credentials.method"] = with_suggestion(words, nearest(method, provider.methods))
        self.draft.section("parent")["method"] = method if known else provider.default_method

    def _fill_section(self, name: str, model: type[Fields], sections: Mapping[str, type[Fields]]) -> None:
        members = {key: value for key, value in self._table(name).items() if (name, key) != ("credentials", "method")}
        if name == "credentials" and "credentials.method" in self.problems:
            return  # its keys are those of another method
        section = self.draft.answers(name)
        known = {question.name: question for question in questions(model)}
        for key, value in members.items():
            place = f"{name}.{MASK if is_like_token(key) else key}"
            if key not in known:
                self.problems[place] = _unknown(key, list(known), sections, below=name)
            elif known[key].secret:
                self._read_reference(section, place, key, value)
            else:
                section[key] = value
        self.problems |= {f"{name}.{key}": words for key, words in _odd(model, section).items()}

    def _read_reference(self, section: dict[str, Value], place: str, key: str, value: object) -> None:
        try:
            section[key] = Reference.parse(value)
        except BadInput as bad:
            self.problems[place] = bad.cause

    def _text(self, name: str) -> str:
        """Return a text above the tables, "" where that is not one."""
        value = self._values.get(name)
        if isinstance(value, str):
            return value
        self.problems[name] = "Required." if value is None else NOT_TEXT
        return ""

    def _table(self, name: str) -> Mapping[str, object]:
        value = self._values.get(name, {})
        if isinstance(value, dict):
            return value
        self.problems[name] = f"A table is expected: [{name}]."
        return {}


def _unknown(name: str, known: list[str], sections: Mapping[str, type[Fields]], below: str = "") -> str:
    """Say what an unknown key most likely is: one that stands in the wrong place, or a slip of the pen."""
    if below and name in ABOVE_TABLES:
        return f"It is below [{below}]. Move it above the first line in brackets."
    others = [table for table, model in sections.items() if table != below and name in model.model_fields]
    if others:
        return f"Unknown. It belongs below [{others[0]}]."
    listed = f"Unknown. Known here: {', '.join(known if below else sorted(known))}."
    return with_suggestion(listed, nearest(name, known))


def _odd(model: type[Fields], answers: Mapping[str, Value]) -> dict[str, str]:
    """Say what no form could show: other types. Wrong text a person can correct there."""
    entries = {question.name for question in questions(model) if question.asked and not question.rows}
    correctable = {key for key in entries if isinstance(answers.get(key), str)}
    problems = answer_problems(model, answers)
    return {key: words for key, words in problems.items() if key in answers and key not in correctable}

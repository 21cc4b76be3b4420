"""The plan file: a draft as TOML. Its keys are the model fields, so its errors name them."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from orgwizard.application.order_builder import draft_problems
from orgwizard.application.plans import plan_source
from orgwizard.application.plans.plan_reader import read_values
from orgwizard.application.plans.toml_positions import Position, position_of, positions
from orgwizard.domain.errors import BadFields, BadInput, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.questions import with_suggestion
from orgwizard.domain.secrets.redactor import MASK, REDACTOR, is_like_token
from orgwizard.domain.text.sanitize import printable
from orgwizard.providers import provider_of, site_at, site_meant
from orgwizard.storage.stores.secret_stores import parse_store

Connect = Callable[[str], Draft]  # the connection of the saved profile with this name; raises `BadInput`


@dataclass(frozen=True)
class Plan:
    """A plan as it was read: its values, with those of the command line in their place, and where each key stands.

    `where` names its source in messages; `laid_over` are the dotted keys that came from the command line.
    """

    values: Mapping[str, object]
    where: str = ""
    positions: Mapping[str, Position] = field(default_factory=dict)
    laid_over: frozenset[str] = frozenset()
    connect: Connect | None = None

    @property
    def wanted(self) -> tuple[str, str, str]:
        """Return provider, site and the org's name as far as they are texts, whether right or wrong."""
        organization = self.values.get("organization")
        name = organization.get("name") if isinstance(organization, dict) else ""
        texts = (*self._parent(), name)
        provider, site, name = (printable(REDACTOR.seen(text)) if isinstance(text, str) else "" for text in texts)
        return provider, site, name

    def _parent(self) -> tuple[object, object]:
        """Return provider and site, which a saved connection names in the place of the plan."""
        named = self.values.get("profile")
        if isinstance(named, str) and self.connect:
            with suppress(WizardError):  # told where the plan is read
                draft = self.connect(named)
                return draft.provider, draft.site
        return self.values.get("provider"), self.values.get("site")

    def draft(self) -> Draft:
        """Return the plan as a draft that a face can prefill; raises `BadFields` with what no form could show.

        A site that is left out is asked for, as everything else is; without a provider nothing can be told.
        """
        draft, problems = read_values(self.values, self.connect)
        if "site" not in self.values:
            problems.pop("site", None)
        if problems:
            raise self._bad(problems)
        return draft

    def ready_draft(self) -> Draft:
        """Return the draft of an order that has nothing wrong with it; raises `BadFields` with every problem.

        No secret is read. A host that is not the vendor's has to be confirmed by the plan.
        """
        draft, problems = self.checked()
        if problems:
            raise self._bad(problems)
        return draft

    def checked(self) -> tuple[Draft, dict[str, str]]:
        """Return the draft, and every problem as "section.field" -> sentence; raises nothing and reads no secret."""
        draft, problems = read_values(self.values, self.connect)
        rest = self._problems(draft) if draft.provider else {}
        if "credentials.method" in problems:  # the rest of the credentials are those of another method
            rest = {name: words for name, words in rest.items() if not name.startswith("credentials.")}
        return draft, {**rest, **problems}

    def with_table(self, of_plan: Mapping[str, str], table: Path, of_rows: Mapping[str, str]) -> BadFields:
        """Return the error that tells problems of the plan, and then those of a table's rows and columns."""
        ours = self._bad(of_plan) if of_plan else BadFields({})
        places = ours.places | dict.fromkeys(of_rows, str(table))
        return BadFields({**ours.problems, **of_rows}, f"The table {table}", places)

    @contextmanager
    def telling_places(self) -> Iterator[None]:
        """Say of values that turn out to be wrong when they are used, such as empty secrets, where they stand."""
        try:
            yield
        except BadFields as bad:
            if bad.places:
                raise
            raise self._bad(bad.problems) from None

    def _problems(self, draft: Draft) -> dict[str, str]:
        messages = draft_problems(provider_of(draft.provider), draft)
        if self.values.get("profile"):
            messages = {_of_profile(name): _typed_once(name, words) for name, words in messages.items()}
        if "site" not in messages:
            messages |= unconfirmed(draft)
        try:
            parse_store(draft.store)
        except BadInput as bad:
            messages["store"] = f"{bad.cause.removeprefix('store: ')} {bad.advice}"
        return messages

    def _bad(self, problems: Mapping[str, str]) -> BadFields:
        """Return the error that tells every problem where it stands, in the order of the file."""
        places = {name: place for name in problems if (place := self._place(name))}
        last = Position(1 << 30, 0)
        in_order = sorted(problems, key=lambda name: position_of(name, self.positions) or last)
        title = f"The plan {self.where}" if self.where else ""
        return BadFields({name: problems[name] for name in in_order}, title, places)

    def _place(self, name: str) -> str:
        """Return where a key stands, as compilers say it; "" where that is not known."""
        given = map(_nameable, self.laid_over)
        related = (key for key in given if f"{name}.".startswith(f"{key}.") or key.startswith(f"{name}."))
        if key := next(related, ""):
            return f"--set {key}"
        found = position_of(name, self.positions)
        return f"{self.where}:{found.line}:{found.column}" if found and self.where else self.where


def load(path: Path, settings: Iterable[str] = (), connect: Connect | None = None) -> Plan:
    """Read a plan from a file, a pipe or standard input, with `--set KEY=VALUE` laid over it; raises `BadInput`."""
    given, text, where = plan_source.settings(settings), plan_source.read(path), plan_source.title(path)
    try:
        plan = plan_of(text, connect)
    except BadInput as bad:
        raise BadInput(f"The plan {where}: {bad.cause}", bad.advice) from None
    values, laid_over = plan_source.laid_over(plan.values, given), frozenset(".".join(keys) for keys, _ in given)
    return replace(plan, values=values, where=where, laid_over=laid_over)


def plan_of(text: str, connect: Connect | None = None) -> Plan:
    """Return the plan that a text is; raises `BadInput` where it is no TOML."""
    return Plan(_toml(text), positions=positions(text), connect=connect)


def _toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"it is not valid TOML: {error}.", _toml_advice(text, str(error))) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or brackets in brackets without end
        raise BadInput("it cannot be parsed.", "Is it the right file?") from None


def _toml_advice(text: str, error: str) -> str:
    """Return what to do about a line that is no TOML; nothing of it is repeated: it may hold a secret."""
    match = re.search(r"at line (\d+)", error)
    line = text.splitlines()[int(match[1]) - 1 :][:1] if match else []
    if any(mark in "".join(line) for mark in "\u201c\u201d\u2018\u2019"):
        return 'Use plain quotation marks (") instead of typographic ones.'
    return 'Correct that line. Text goes in quotes: name = "My Child".'


def unconfirmed(draft: Draft) -> dict[str, str]:
    """Return the problem of a plan that would send credentials to a host which is not the vendor's, {} without one.

    Who runs a plan is asked nothing: the plan confirms such a host by naming it again.
    """
    provider = provider_of(draft.provider)
    try:
        site = site_at(provider, draft.site)
    except WizardError:
        return {}
    if not site.question or draft.section("parent").get("confirmed") == site.url:
        return {}
    words = f"{site.host} is not an address of {provider.title}. To send your credentials there, "
    words += f'add the line confirmed_host = "{site.host}" to the plan.'
    return {"site": with_suggestion(words, site_meant(provider, draft.site))}


def _nameable(key: str) -> str:
    """Return a dotted key with each part masked that may be a secret, as its problems name it."""
    return ".".join(MASK if is_like_token(part) or REDACTOR.is_secret(part) else part for part in key.split("."))


def _of_profile(name: str) -> str:
    """Return the key that a problem of a profile's connection is about."""
    return "profile" if name.partition(".")[0] in ("site", "credentials") else name


def _typed_once(name: str, words: str) -> str:
    """Say of a credential that a profile lacks why that is: the profile holds no typed secret."""
    if not name.startswith("credentials."):
        return words
    return f"It has no usable {name}: typed secrets are not saved. Use site and [credentials] instead."

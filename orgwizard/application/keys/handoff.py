"""From a profile to what the next tool needs: its variables, a settings file, or a program for a first call."""

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orgwizard.application.keys import value_formats
from orgwizard.domain.errors import (
    KEYS_NOT_VALID,
    NOTHING_DONE,
    BadInput,
    LocalFailure,
    NeedsAttention,
    Refused,
    WizardError,
)
from orgwizard.domain.events import resuming
from orgwizard.domain.handoff import ChildOrg, Handoff, Key, Variables
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.domain.text.moment import when_written
from orgwizard.providers import PROVIDERS, provider_of
from orgwizard.storage.profiles import Profile
from orgwizard.storage.stores.stored_reference import place

if TYPE_CHECKING:
    from pydantic import SecretStr

    from orgwizard.storage.attempts.record import Record

Read = Callable[[Reference], "SecretStr"]
LookUp = Callable[[str], "Record | None"]  # an attempt by its id
# The format of a file, by the end of its name.
_BY_ENDING: Mapping[str, str] = {
    ".env": "dotenv",
    ".tfvars": "tfvars",
    ".json": "json",
    ".sh": "sh",
    ".fish": "fish",
    ".ps1": "powershell",
}
_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class Text:
    """What is written for the next tool, and the names of the variables in it that are secret."""

    format: str
    values: Mapping[str, str]
    secrets: Collection[str]
    body: str

    @property
    def masks(self) -> str:
        """Return the lines that keep a log from showing the secrets, where the format has such lines."""
        return value_formats.masks(self.values, self.secrets) if self.format == "github" else ""


class Handover:
    """The keys of one child org on their way to the next tool.

    `read` returns the secret of a reference, `look_up` the org's attempt, if the journal has it. `options` are those of
    this run to repeat in a command, such as "--sandbox".
    """

    def __init__(self, profile: Profile, read: Read, look_up: LookUp, *, options: str = "") -> None:
        """Take a child's profile; raises `BadInput` for that of a parent, and `Refused` if its keys were revoked."""
        if profile.kind != "child":
            raise BadInput(
                f"The profile {profile.name} is the connection to a parent org; it has no keys of a child.",
                "Name the profile of a child org. See: orgwizard profiles list",
            )
        require_not_revoked(profile, look_up, options)
        self.profile, self._read, self._look_up, self._options = profile, read, look_up, options
        self.provider = provider_of(profile.provider)
        self.handoff: Handoff = self.provider.handoff(_org(profile, options))

    def environment(self) -> dict[str, str]:
        """Return all variables of the vendor's tools, secrets in clear; raises what keeps them from being read."""
        return self._filled(self.handoff.environment)

    def text(self, name: str) -> Text:
        """Return the variables in a format; raises `BadInput`, also for a secret that cannot be read."""
        chosen = {"terraform": self.handoff.terraform, "tfvars": self.handoff.tfvars}.get(name, self.handoff.variables)
        if not chosen:
            raise BadInput(
                f"{self.provider.title}'s Terraform provider cannot reach {self.profile.org.url or self.profile.site}.",
                "Choose another format, such as sh.",
                field="format",
            )
        values = self._filled(chosen)
        return Text(name, values, _secret_names(chosen), value_formats.assignments(name, values))

    def file(self, path: Path, name: str = "") -> Text:
        """Return what belongs into a file, in the format called *name*, or else in that of the file's own name.

        Raises `BadInput`, also for a name of no known format and a vendor whose tools have no such file.
        """
        if name:
            return self.text("tfvars" if name == "terraform" and path.suffix == ".tfvars" else name)
        if table := _settings_file(path.name):
            return self._table(table)
        known = (form for ending, form in _BY_ENDING.items() if path.name.endswith(ending))
        found = next(known, "dotenv" if path.name.startswith(".env.") else "")
        if not found:
            raise BadInput(
                f"The name {path.name} does not imply a format.",
                "Set --format, or use a name that ends in one of: " + ", ".join((*_BY_ENDING, *self.handoff.files)),
                field="format",
            )
        return self.text(found)

    def _table(self, table: str) -> Text:
        members = self.handoff.files.get(table)
        if members is None:
            theirs = ", ".join(self.handoff.files) or "none"
            raise BadInput(
                f"{self.provider.title}'s tools do not read {table}.",
                f"Their settings files: {theirs}. To write another format, name it with --format.",
                field="format",
            )
        filled = {path: self._filled(section) for path, section in members.items()}
        names = [name for section in members.values() for name in _secret_names(section)]
        values = {name: value for section in filled.values() for name, value in section.items()}
        return Text(table, values, names, value_formats.table(table, filled))

    def _filled(self, variables: Variables) -> dict[str, str]:
        wanted = dict.fromkeys(value.name for value in variables.values() if isinstance(value, Key))
        secrets = {name: self._secret(name) for name in wanted}
        return {name: secrets[value.name] if isinstance(value, Key) else value for name, value in variables.items()}

    def _secret(self, name: str) -> str:
        """Return a key in clear; raises what keeps it from being read."""
        reference, title = self.profile.secrets.get(name), self.provider.secret_titles.get(name, name)
        if reference is None:
            raise self._unreadable(name, title)
        try:
            return self._read(reference).get_secret_value()
        except BadInput as error:
            error.meaning = f"The {title} could not be read. {NOTHING_DONE}"
            raise

    def _unreadable(self, name: str, title: str) -> WizardError:
        """Return what is known of a key that no reference leads to."""
        record, meaning = self._look_up(self.profile.attempt), f"The org exists. {NOTHING_DONE}"
        if record and record.stored and "screen" not in record.reference:
            return LocalFailure(
                f"The {title} cannot be read back from where it is: {place(record.stored)}.",
                f'Add to the end of the profile: [secrets.{name}], and below it command = ["program", "argument"].',
                meaning=meaning,
            )
        if record and record.spool:
            return NeedsAttention(
                f"The {title} is not stored yet; it may be in the response saved in {record.spool}.",
                "Look for it there." if record.settled else f"Run: {resuming(record.id, self._options)}",
                meaning=meaning,
            )
        return NeedsAttention(
            f"The {title} is stored nowhere that orgwizard knows.",
            f'If you copied it, store it, and add to the end of the profile: [secrets.{name}], below it file = "path". '
            "Otherwise sign in to the org and create a new one.",
            meaning=meaning,
        )


def require_not_revoked(profile: Profile, look_up: LookUp, options: str = "") -> None:
    """Raise `Refused` if `disable` took the keys of *profile* back; its attempt, which *look_up* finds, knows when.

    *options* are those of this run to repeat in a command, such as "--sandbox".
    """
    if profile.kind != "child" or profile.undo != "done":
        return
    record = look_up(profile.attempt)
    aftercare = provider_of(profile.provider).aftercare
    done = f"{aftercare.taken_back.format(profile.org.name)} with orgwizard disable"
    at = when_written(record.undone, None) if record else ""
    raise Refused(
        f"{done} ({at})." if at else f"{done}.",
        f"Create a token and store it: orgwizard move {profile.name} --replace {options}".rstrip()
        if aftercare.replacing
        else f"To use the org again, ask {aftercare.title} support to enable it: {aftercare.support}",
        meaning=f"{KEYS_NOT_VALID} {NOTHING_DONE}",
    )


def snippet(profile: Profile, language: str, *, create: bool = False, options: str = "") -> str:
    """Return a program in a language: the first call to a child org, or one that creates an org.

    Raises `BadInput` that names the languages, and for a first call to what is no child.
    """
    if profile.kind != "child" and not create:
        raise BadInput(
            f"The profile {profile.name} is the connection to a parent org.",
            "Name the profile of a child org, or add --create.",
        )
    provider = provider_of(profile.provider)
    programs = provider.snippets(_org(profile, options), create=create)
    if language in programs:
        return programs[language]
    what = "create an org" if create else "call an org"
    known = f"Known: {', '.join(programs)}." if programs else ""
    raise BadInput(
        f"There is no snippet in {REDACTOR.nameable(language)} to {what} at {provider.title}.",
        known,
        field="language",
    )


def _org(profile: Profile, options: str) -> ChildOrg:
    site = provider_of(profile.provider).site(profile.site)
    named = f"{shlex.quote(profile.name)} {options}".rstrip()
    return ChildOrg(named, site, profile.org.id, profile.org.name, profile.org.url)


def _settings_file(name: str) -> str:
    """Return the settings file of a vendor's tools that a file of this *name* is one of, such as "okta.yaml", or ""."""
    known = (Path(file).name for provider in PROVIDERS for file in provider.files)
    return next((file for file in known if name.endswith(_endings(file))), "")


def _endings(file: str) -> tuple[str, ...]:
    suffix = Path(file).suffix
    return _YAML if suffix in _YAML else (suffix or file.removeprefix("."),)


def _secret_names(variables: Variables) -> list[str]:
    return [name for name, value in variables.items() if isinstance(value, Key)]

"""Profiles of orgs and of connections to parents: one TOML file each, with references and never a secret."""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import tomli_w
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from orgwizard.domain.errors import BadInput, Busy, WizardError
from orgwizard.domain.forms.questions import did_you_mean, nearest
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.secrets.secret_reference import Reference, first_problem
from orgwizard.domain.text.sanitize import slug
from orgwizard.system import file_lock, private_files

_LIMIT_BYTES = 1024 * 1024
_LOCK_SECONDS = 0.5
FEW = 50  # more are not read at each start
_MOST_NAMES = 20  # told to somebody who named none of them
_HEADER = "# A profile that orgwizard wrote. It holds no secrets, only where to read them.\n"


def _whole(value: object) -> object:
    """Put a question mark for half a character, which a service may send and no file can hold."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


_Text = Annotated[str, BeforeValidator(_whole)]


class Org(BaseModel):
    """An org as a profile knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: _Text
    name: _Text
    url: _Text


class Profile(BaseModel):
    """What is needed to work with an org later.

    `used` is when the keys were last known to work, `undo` what became of the call that takes the org, or its keys,
    back. While keys are moved to another store, `former` is where else they still are.
    `name` is the name of the file and not repeated in it; `kind` is "parent" for the connection of a parent org,
    which `org` then is. `secrets` are a child's own, keyed by the names a plan file uses (`token`, or `api_key` and
    `application_key`); `parent` says where the parent's were read from, and `answers` what else its connection takes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str
    provider: str
    site: str
    method: str = ""
    kind: Literal["child", "parent"] = "child"
    created: datetime
    attempt: str = ""
    used: datetime | None = None
    undo: Literal["", "sent", "done", "refused", "unknown"] = ""
    org: Org
    details: dict[_Text, _Text] = Field(default_factory=dict)
    secrets: dict[str, Reference] = Field(default_factory=dict)
    parent: dict[str, Reference] = Field(default_factory=dict)
    former: dict[str, Reference] = Field(default_factory=dict)
    answers: dict[str, _Text] = Field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """A profile that cannot be read, and why."""

    file: Path
    words: str


class Profiles:
    """The profiles in one folder, which is made when the first one is saved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Return the file of the profile called *name*; raises `BadInput` for a name that leads elsewhere."""
        if not name or name.startswith(".") or any(c in "/\\" or not c.isprintable() for c in name):
            raise BadInput("This is not a profile name.", "See: orgwizard profiles list")
        return self.folder / f"{name}.toml"

    def save(self, profile: Profile) -> Profile:
        """Write a new file and return the profile under the name it got: a slug, with -2, -3 ... if taken.

        Raises `LocalFailure` where the file cannot be written.
        """
        private_files.folder(self.folder)
        wanted = self._wanted(profile)
        return profile.model_copy(update={"name": private_files.write_numbered(wanted, _toml(profile)).stem})

    def replace(self, profile: Profile) -> None:
        """Write a profile in the place of what is there, in one step; raises `LocalFailure`."""
        private_files.write(self.path(profile.name), _toml(profile))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from changing profiles meanwhile; raises `Busy` and `LocalFailure`."""
        private_files.folder(self.folder)
        busy = Busy("Another orgwizard is moving or replacing keys right now.", "Wait until it ends.")
        with file_lock.holding(self.folder / ".lock", _LOCK_SECONDS, busy):
            yield

    def _wanted(self, profile: Profile) -> Path:
        return self.path(slug(profile.name) or slug(profile.provider) or "org")

    def load(self, name: str) -> Profile:
        """Return a profile; raises `BadInput` that names the file, the key and what is wrong with it."""
        path = self.path(name)
        try:
            return _profile(name, private_files.read(path, _LIMIT_BYTES))
        except FileNotFoundError:
            raise _unknown(name) from None
        except WizardError as fault:
            raise BadInput(f"The profile {path} cannot be used: {fault.cause}", fault.advice) from None

    def find(self, beginning: str) -> Profile:
        """Return the profile whose name is, or alone begins with, *beginning*; raises `BadInput`."""
        names = self.names()
        chosen = [name for name in names if name == beginning] or [n for n in names if n.startswith(beginning)]
        if beginning and len(chosen) > 1:
            raise BadInput(f"Several profiles begin with {beginning}.", f"Name one of: {_listed(chosen)}")
        if not chosen or not beginning:
            self.path(beginning)
            known = f"The profiles are: {_listed(names)}" if names else "No profiles are saved yet."
            raise BadInput(f"No profile is called {REDACTOR.nameable(beginning)}.", known)
        return self.load(chosen[0])

    def all(self) -> tuple[list[Profile], list[Problem]]:
        """Return the profiles by name, and what is wrong with the files that hold none; raises `LocalFailure`."""
        return self._read(self._paths())

    def latest(self, most: int) -> tuple[list[Profile], list[Problem]]:
        """Return all profiles where those are few, else those that were written last, as `all` does."""
        paths = self._paths()
        if len(paths) > FEW:
            paths = sorted(paths, key=_written_at, reverse=True)[:most]
        return self._read(paths)

    def alike(self, profile: Profile) -> list[Profile]:
        """Return the profiles whose names `save` may have given to *profile*, but for those that cannot be read."""
        stem = self._wanted(profile).stem
        return self._read(path for path in self._paths() if _is_numbered(path.stem, stem))[0]

    def names(self) -> list[str]:
        """Return the names of the profiles, of those that cannot be read, too; raises `LocalFailure`."""
        return [path.stem for path in self._paths()]

    def _paths(self) -> list[Path]:
        return sorted(private_files.listed(self.folder, ".toml"), key=lambda path: path.stem)

    def _read(self, paths: Iterable[Path]) -> tuple[list[Profile], list[Problem]]:
        profiles, problems = [], []
        for path in paths:
            try:
                profiles.append(self.load(path.stem))
            except BadInput as fault:
                problems.append(Problem(path, fault.cause))
        return profiles, problems

    def remove(self, name: str) -> None:
        """Remove the file of a profile, and no secret; raises `LocalFailure`, and `BadInput` if there is none.

        The beginning of a name removes nothing.
        """
        if not private_files.remove(self.path(name)):
            raise self._not_removed(name)

    def _not_removed(self, name: str) -> BadInput:
        """Return why nothing was removed, with the name that was likely meant."""
        known = self.names()
        longer = [other for other in known if other.startswith(name)]
        if len(longer) > 1:
            return BadInput("Removing a profile requires its whole name.", f"Name one of: {_listed(longer)}")
        if longer:
            return BadInput("Removing a profile requires its whole name.", did_you_mean(longer[0]))
        unknown = _unknown(name)
        unknown.advise(did_you_mean(nearest(name, known)))
        return unknown


def _is_numbered(stem: str, wanted: str) -> bool:
    """Return whether *stem* is *wanted*, or that with a number behind it, as `write_numbered` makes it."""
    number = stem.removeprefix(f"{wanted}-")
    return stem == wanted or (number != stem and number.isdecimal())


def _written_at(path: Path) -> float:
    """Return when a file was written last, in epoch seconds."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (" ..." if len(names) > _MOST_NAMES else "")


def _unknown(name: str) -> BadInput:
    return BadInput(f"No profile is called {REDACTOR.nameable(name)}.", "See: orgwizard profiles list")


def _toml(profile: Profile) -> bytes:
    tables = {"secrets": profile.secrets, "parent": profile.parent, "former": profile.former}
    left_out = {name for name in ("used", "undo") if not getattr(profile, name)}  # older versions do not know them
    members: dict[str, object] = profile.model_dump(exclude={"name", *tables, *left_out})
    if not profile.former:
        del tables["former"]
    for table, references in tables.items():
        members[table] = {name: reference.table() for name, reference in references.items()}
    return (_HEADER + tomli_w.dumps(members)).encode(errors="replace")


def _profile(name: str, data: bytes) -> Profile:
    """Return what a file holds; raises `BadInput` without repeating any value."""
    try:
        return Profile.model_validate({**tomllib.loads(data.decode()), "name": name})
    except ValidationError as invalid:
        words = first_problem(invalid)
    except UnicodeDecodeError:
        words = "it is not UTF-8 text"
    except (ValueError, RecursionError):  # TOML's own fault, or a number of thousands of digits
        words = "it is not valid TOML"
    raise BadInput(words, "Correct the file, or remove it.")

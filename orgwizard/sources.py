"""Where a secret is read from, at the moment it is used: a variable, a file, a command or the keyring."""

import os
import shlex
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from orgwizard import members, private
from orgwizard.errors import BadInput, Trouble
from orgwizard.outside import OUTPUT_BYTES, PATIENCE_SECONDS, ask_keyring, run
from orgwizard.redactor import REDACTOR, is_like_token

SERVICE = "orgwizard"
_KINDS = ("env", "file", "command", "keyring")
_HOW = (
    'write { env = "NAME" }, { file = "path" }, { command = ["program", "argument"] } '
    'or { keyring = "service/username" }'
)

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "tuple_type": 'is written as a list of words, such as ["pass", "show", "name"]',
    "too_short": "names no program",
    "string_pattern_mismatch": "holds characters that do not belong there",
}

_Word = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]+$")]


def _names_secret(table: Mapping[Any, Any]) -> bool:
    """Return whether a secret stands where the name of its place is expected; a command's arguments may be anything."""
    names = [table.get(name) for name in ("env", "file", "key", "keyring")]
    command = table.get("command")
    names += command if isinstance(command, (list, tuple)) and len(command) == 1 else []
    return any(isinstance(name, str) and is_like_token(name) for name in names)


class Reference(BaseModel):
    """One place to read a secret from: exactly one of the four kinds, never the secret itself.

    `key` names a member of a file in TOML, YAML or INI ("okta.client.token"); `keyring` is "service/username",
    the service being "orgwizard" where there is no slash.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    file: _Word | None = None
    key: _Word | None = None
    command: Annotated[tuple[_Word, ...], Field(min_length=1, strict=False)] | None = None
    keyring: _Word | None = None

    @classmethod
    def parse(cls, value: object, field: str = "") -> Self:
        """Return the reference that a plan or profile gives as a table.

        Raises `BadInput` about *field*, without repeating the value: it may be a secret.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as invalid:
            words = first_problem(invalid)
        raise BadInput(f"{field}: {words}" if field else words, field=field)

    @model_validator(mode="before")
    @classmethod
    def _one_kind(cls, value: object) -> object:
        if isinstance(value, (str, SecretStr)):
            raise ValueError(f"a literal secret is refused: {_HOW}")
        if isinstance(value, cls):
            return value
        if not isinstance(value, Mapping):
            raise ValueError(f"this is not a reference to a secret: {_HOW}")
        given = [kind for kind in _KINDS if value.get(kind) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(_KINDS)} is needed, not {len(given)}: {_HOW}")
        if _names_secret(value):
            raise ValueError(f"this looks like the secret itself, not like where it is: {_HOW}")
        if "key" in value and given != ["file"]:
            raise ValueError("key goes with file only: it names a member of a TOML, YAML or INI file")
        return value

    def table(self) -> dict[str, Any]:
        """Return the reference as the table that a plan or profile holds."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self.model_dump(exclude_none=True).items()
        }

    def describe(self) -> str:
        """Return where the secret comes from in words, such as "from $OKTA_CLIENT_TOKEN"."""
        if self.env:
            return f"from ${self.env}"
        if self.file:
            return f"from {self.key} in the file {self.file}" if self.key else f"from the file {self.file}"
        if self.command:
            return f"from the command {self.command[0]}"
        return f"from the keyring entry {'/'.join(self.entry)}"

    @property
    def entry(self) -> tuple[str, str]:
        """Return service and username in the keyring."""
        service, slash, username = (self.keyring or "").partition("/")
        return (service, username) if slash else (SERVICE, service)


def first_problem(invalid: ValidationError) -> str:
    """Return the first thing that pydantic found wrong, with the key it is about and without its value."""
    problem = invalid.errors(include_url=False, include_input=False)[0]
    words = _WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    key = ".".join(str(step) for step in problem["loc"])
    return f"{key}: {words}" if key else words


def read(
    reference: Reference,
    environ: Mapping[str, str] = os.environ,
    *,
    seconds: float = PATIENCE_SECONDS,
    without: Collection[str] = (),
) -> SecretStr:
    """Return the secret; a command or keyring gets *seconds* to answer, and a command no variable of *without*.

    Raises `BadInput` where there is none, or it cannot be read, is empty or not UTF-8 text.
    """
    try:
        secret = _secret(reference, environ, seconds, without)
    except BadInput:
        raise
    except Trouble as fault:
        raise BadInput(fault.cause, fault.advice) from None
    if not secret:
        raise BadInput(f"The secret {reference.describe()} is empty.")
    REDACTOR.learn(secret)
    return SecretStr(secret)


def _secret(reference: Reference, environ: Mapping[str, str], seconds: float, without: Collection[str]) -> str:
    if reference.env:
        return _from_variable(reference.env, environ)
    if reference.file:
        return _from_file(reference)
    if reference.command:
        return _from_command(reference.command, seconds, without)
    return _from_keyring(*reference.entry, seconds)


def _from_variable(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise BadInput(f"The environment variable {name} is not set.", f"Set and export {name} first.")
    return environ[name]


def _from_file(reference: Reference) -> str:
    path = path_of(reference)
    try:
        # Mounted secrets are often links: unlike our own files, these are followed.
        data = private.read(path, OUTPUT_BYTES, follow=True)
    except FileNotFoundError:
        raise BadInput(f"The file {path} does not exist.") from None
    if reference.key:
        return _member(data, reference.key, path)
    return _text(data, f"The file {path}").rstrip("\r\n")


def path_of(reference: Reference) -> Path:
    """Return the file of a reference, from the home folder where it begins with ~; raises `BadInput`."""
    try:
        return Path(reference.file or "").expanduser()
    except RuntimeError:
        raise BadInput(f"There is no home folder for {reference.file}.", "Write the whole path.") from None


def _text(data: bytes, source: str) -> str:
    """Decode *data*, less the mark that some editors put in front; raises `BadInput`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        fault = BadInput(f"{source} did not give UTF-8 text.")
    raise fault  # outside: the decoding error carries the bytes


def _member(data: bytes, key: str, path: Path) -> str:
    try:
        value = members.exact(members.parse(path, data), key)
    except members.Odd as odd:
        fault = BadInput(f"The file {path} is not valid {odd}, so that it has no member {key}.")
    else:
        if value:
            return value
        fault = BadInput(f"The file {path} has no text under the key {key}.")
    raise fault


def _from_command(command: tuple[str, ...], seconds: float, without: Collection[str]) -> str:
    ended = run(command, seconds=seconds, without=without)
    if ended.code:
        raise BadInput(f"The command {command[0]} {ended.words}.", "Try it in a shell first.")
    text = _text(ended.output, f"The command {command[0]}")
    return text.removesuffix("\n").removesuffix("\r")


def _from_keyring(service: str, username: str, seconds: float) -> str:
    found = ask_keyring(lambda ring: ring.get_password(service, username), seconds=seconds)
    if found is None:
        raise BadInput(f"The keyring has no entry {username} of the service {service}.")
    return found


def remark(reference: Reference) -> str:
    """Return a warning about a file of the user's own that others can read, or ""."""
    if not reference.file:
        return ""
    try:
        path = path_of(reference)
        found = path.stat()
    except (OSError, BadInput):
        return ""
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        return ""
    if found.st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return f"Other users can read {reference.file}. Run: chmod go-rwx {shlex.quote(str(path))}"
    return ""

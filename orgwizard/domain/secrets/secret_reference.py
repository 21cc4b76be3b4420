"""Where a secret lies, as plans, drafts and profiles say it: never the secret itself."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from orgwizard.domain.errors import BadInput
from orgwizard.domain.secrets.redactor import is_like_token

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
    "string_pattern_mismatch": "contains invalid characters",
}

_Word = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]+$")]


def _names_secret(table: Mapping[object, object]) -> bool:
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
        kinds = [kind for kind in _KINDS if value.get(kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"exactly one of {', '.join(_KINDS)} is required, not {len(kinds)}: {_HOW}")
        if _names_secret(value):
            raise ValueError(f"this looks like the secret itself, not a reference: {_HOW}")
        if "key" in value and kinds != ["file"]:
            raise ValueError("key is only valid with file: it names a value of a TOML, YAML or INI file")
        return value

    def table(self) -> dict[str, object]:
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

"""The models of what is asked for, and the kinds of their fields: every label, limit and secret stands on a field."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from orgwizard.domain.forms.questions import Value
from orgwizard.domain.secrets.credential_shapes import scheme_before
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.secrets.stand_ins import stand_in
from orgwizard.domain.text.sanitize import odd_character


class Fields(BaseModel):
    """A flat, frozen group of answers; the one place of every label, limit and secret in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    # What a credential method is called in a list of them; where empty, its first field's title.
    method_title: ClassVar[str] = ""
    # Fields that the service or a plan knows and that a person is not asked for.
    unasked: ClassVar[frozenset[str]] = frozenset()
    # Fields that are derived from another one until they are edited, by their name: what is wrong is told there.
    follows: ClassVar[Mapping[str, str]] = {}
    # Fields that are saved with a created org, and offered for the next one; never a secret.
    remembered: ClassVar[tuple[str, ...]] = ()
    # Fields that are asked for only once another one has an answer, by their name.
    needs: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _drop_blanks(cls, typed: object) -> object:
        """Treat a blank answer as none: required fields then say that they are required."""
        if not isinstance(typed, Mapping):
            return typed
        return {name: value for name, value in typed.items() if not is_blank(value)}

    @classmethod
    def proposals(cls, typed: Mapping[str, Value]) -> dict[str, str]:
        """Return values for fields that the user has not edited, derived from those they have."""
        del typed
        return {}

    @classmethod
    def makes_sense(cls, name: str, typed: Mapping[str, Value]) -> bool:
        """Return whether an optional field is worth asking for, as far as the other answers tell."""
        del name, typed
        return True

    @classmethod
    def correction(cls, name: str, text: str) -> str:
        """Return what was most likely meant by the *text* of a field, or ""; a guess, to be taken or not."""
        del name, text
        return ""

    @classmethod
    def row_value(cls, field: str, name: str, text: str) -> Value:
        """Return the value of the row *name* of a field that holds rows, as its *text* was typed."""
        del field, name
        return text

    @classmethod
    def objection(cls, name: str, typed: Mapping[str, Value]) -> str:
        """Return what the service will most likely refuse of an answer that breaks no rule here, or ""."""
        del name, typed
        return ""

    @classmethod
    def notice(cls, name: str, typed: Mapping[str, Value]) -> str:
        """Return what the service will most likely say of an answer that breaks no rule here, or ""."""
        return cls.objection(name, typed)


def wrong(words: str) -> PydanticCustomError:
    """Return the error that a validator raises to say *words* at its field."""
    return PydanticCustomError("wrong", "{words}", {"words": words})


def is_blank(value: Value) -> bool:
    """Return whether an answer is none."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return text is None or text == {} or (isinstance(text, str) and not text.strip())


def _visible(text: str) -> str:
    if odd := odd_character(text):
        raise wrong(f"Invisible character at position {odd[0]} ({odd[1]}). Delete it or type the text again.")
    return text


def _visible_secret(secret: SecretStr) -> SecretStr:
    refuse_no_value(secret)
    if odd := odd_character(secret.get_secret_value()):
        raise wrong(f"Invisible character at position {odd[0]}. Paste it again without line ends.")
    return secret


def refuse_no_value(secret: SecretStr, *, credential: bool = False) -> None:
    """Raise where a secret is a reference, a placeholder or not the bare value, saying which."""
    if what := stand_in(secret.get_secret_value(), credential=credential):
        raise wrong(f"This is {what}.")


def _one_word(secret: SecretStr) -> SecretStr:
    refuse_no_value(secret, credential=True)
    text = secret.get_secret_value()
    if scheme := scheme_before(text):
        raise wrong(f'Leave out "{scheme}": only the value after it is the credential.')
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise wrong("Use printable ASCII without spaces. Paste it again.")
    return secret


def _no_secret(typed: Value) -> Value:
    """Refuse a secret, whatever else is wrong with it: who is told that it is too long would shorten it."""
    if isinstance(typed, str) and REDACTOR.is_secret(typed):
        raise PydanticCustomError("secret", "{words}", {"words": LOOKS_SECRET})
    return typed


LOOKS_SECRET = "This looks like a credential, and this field is not secret. Check what you pasted."  # noqa: S105 - words
Text = Annotated[str, BeforeValidator(_no_secret), AfterValidator(_visible)]
Secret = Annotated[SecretStr, AfterValidator(_visible_secret)]
# A secret that is sent in an HTTP header.
HeaderSecret = Annotated[SecretStr, AfterValidator(_one_word)]


def without_scheme(scheme: str) -> BeforeValidator:
    """Return a validator that removes the scheme that stands before a token in a header."""

    def without(typed: Value) -> Value:
        text = typed.get_secret_value() if isinstance(typed, SecretStr) else typed
        if not isinstance(text, str) or not text.lower().startswith(f"{scheme.lower()} "):
            return typed
        return SecretStr(text[len(scheme) :].strip(" "))

    return BeforeValidator(without)


def env_names(*names: str, keys: tuple[str, ...] = (), shape: str = "") -> JsonDict:
    """Return the field metadata of a credential: its official variables, and more where there is more.

    *keys* are its dotted keys in the provider's `files`, and *shape* is what `shape` in `credential_shapes` says of a
    usual one.
    """
    return {"env": list(names), "keys": list(keys), "shape": shape}


def file_or_env(*names: str, keys: tuple[str, ...] = ()) -> JsonDict:
    """Return the field metadata of a key of several lines, in whose place the path of its file can be given."""
    return {**env_names(*names, keys=keys), "file": True}

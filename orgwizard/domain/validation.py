"""The models of what is asked for: their rules, the questions and problems read off them, the validated answers."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from orgwizard.domain.credential_shapes import scheme_before
from orgwizard.domain.plural import counted
from orgwizard.domain.questions import Question, Value
from orgwizard.domain.redactor import MASK, REDACTOR, is_like_token
from orgwizard.domain.sanitize import odd_character
from orgwizard.domain.secret_reference import Reference
from orgwizard.domain.signing import is_key
from orgwizard.domain.stand_ins import stand_in


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
        return {name: value for name, value in typed.items() if not _blank(value)}

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
    def notice(cls, name: str, typed: Mapping[str, Value]) -> str:
        """Return what the service will most likely say of an answer that breaks no rule here, or ""."""
        del name, typed
        return ""


def wrong(words: str) -> PydanticCustomError:
    """Return the error that a validator raises to say *words* at its field."""
    return PydanticCustomError("wrong", "{words}", {"words": words})


def _blank(value: Value) -> bool:
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


def _no_secret(text: str) -> str:
    if REDACTOR.is_secret(text):
        raise PydanticCustomError("secret", "{words}", {"words": LOOKS_SECRET})
    return text


LOOKS_SECRET = "This looks like a credential, and this field is not secret. Enter something else."  # noqa: S105 - words
Text = Annotated[str, AfterValidator(_visible), AfterValidator(_no_secret)]
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

    *keys* are its dotted keys in the provider's `files`, and *shape* is what `shapes.shape` says of a usual one.
    """
    return {"env": list(names), "keys": list(keys), "shape": shape}


def file_or_env(*names: str, keys: tuple[str, ...] = ()) -> JsonDict:
    """Return the field metadata of a key of several lines, in whose place the path of its file can be given."""
    return {**env_names(*names, keys=keys), "file": True}


def questions(model: type[Fields]) -> tuple[Question, ...]:
    """Return a question per field of *model*, in the order of the model."""
    return tuple(_question(model, name, info) for name, info in model.model_fields.items())


def method_titles(methods: Mapping[str, type[Fields]]) -> dict[str, str]:
    """Return what each credential method is called in a list of them."""
    return {key: model.method_title or questions(model)[0].title for key, model in methods.items()}


def _question(model: type[Fields], name: str, info: FieldInfo) -> Question:
    kinds = tuple(_kinds(info.annotation))
    choices = tuple(str(c) for kind in kinds if get_origin(kind) is Literal for c in get_args(kind))
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    constant = choices[0] if len(choices) == 1 and not info.is_required() and info.default == choices[0] else ""
    return Question(
        name=name,
        title=info.title or name,
        help=info.description or "",
        example=str((info.examples or [""])[0]),
        required=info.is_required(),
        secret=SecretStr in kinds,
        asked=name not in model.unasked and not constant,
        longest=next((m.max_length for m in info.metadata if hasattr(m, "max_length")), None),
        choices=choices,
        rows=any(get_origin(kind) is dict for kind in kinds),
        constant=constant,
        env=_names(extra.get("env")),
        blank=str(extra.get("blank", "not set")),
        file=bool(extra.get("file")),
        keys=_names(extra.get("keys")),
        shape=str(extra.get("shape", "")),
        follows=model.model_fields[model.follows[name]].title or "" if name in model.follows else "",
        needs=model.needs.get(name, ""),
    )


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(name) for name in value) if isinstance(value, list) else ()


def _kinds(annotation: object) -> Iterator[object]:
    """Yield the plain types of an annotation, without `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (UnionType, Union):
        for member in get_args(annotation):
            yield from _kinds(member)
    else:
        yield annotation


def filled(model: type[Fields], typed: Mapping[str, Value]) -> dict[str, Value]:
    """Return *typed* with the model's proposals for whatever the user has not edited."""
    return {**model.proposals(typed), **typed}


def referenced(model: type[Fields], typed: Mapping[str, Value]) -> dict[str, Value]:
    """Return *typed* with each path that stands in the place of a key as the reference that it means."""
    files = {question.name for question in questions(model) if question.file}
    return {name: _reference(value) if name in files else value for name, value in typed.items()}


def _reference(value: Value) -> Value:
    path = value.get_secret_value().strip() if isinstance(value, SecretStr) else ""
    if not path or is_key(path) or odd_character(path) or is_like_token(path) or stand_in(path):
        return value
    return Reference(file=path)


def problems(model: type[Fields], typed: Mapping[str, Value]) -> dict[str, str]:
    """Say what is wrong with each field, in words that help; {} where nothing is.

    A secret that is given as a reference, or as the path of its file, is not read here: it counts as present.
    """
    return literal_problems(model, referenced(model, typed))


def literal_problems(model: type[Fields], typed: Mapping[str, Value]) -> dict[str, str]:
    """Say what is wrong with answers whose references were followed as far as they lead."""
    answers = filled(model, typed)
    later = {name for name, value in answers.items() if isinstance(value, Reference)}
    try:
        model.model_validate({name: value for name, value in answers.items() if name not in later})
    except ValidationError as invalid:
        found = invalid.errors(include_url=False, include_input=False)
        messages = {str((*e["loc"], "form")[0]): _sentence(model, answers, e) for e in reversed(found)}
        told_there = {name for name, other in model.follows.items() if other in messages and _blank(typed.get(name))}
        return {name: messages[name] for name in _in_order(model, messages) if name not in later | told_there}
    return {}


def validated(model: type[Fields], typed: Mapping[str, Value]) -> Fields:
    """Return the frozen model; call it only where `problems` found none."""
    return model.model_validate(filled(model, typed))


def previewed(model: type[Fields], typed: Mapping[str, Value]) -> Fields:
    """Return the frozen model with a mask for each secret that is given as a reference: none is read."""
    answers = filled(model, referenced(model, typed))
    later = [name for name, value in answers.items() if isinstance(value, Reference)]
    masks: dict[str, Any] = dict.fromkeys(later, (SecretStr, ...))  # as `create_model` takes fields
    return create_model(model.__name__, __base__=model, **masks).model_validate(answers | dict.fromkeys(later, MASK))


def _in_order(model: type[Fields], messages: Mapping[str, str]) -> list[str]:
    known = list(model.model_fields)
    return sorted(messages, key=lambda name: known.index(name) if name in known else len(known))


def _length(value: Value) -> int:
    if isinstance(value, SecretStr):
        return len(value.get_secret_value())
    return len(value.strip()) if isinstance(value, str) else 0


# Our words for pydantic's error types; what stands in braces comes from the error or from the answer.
_SENTENCES: Mapping[str, str] = {
    "missing": "Required.",
    "string_too_long": "{distance} too long (at most {max_length}).",
    "too_long": "{distance} too long (at most {max_length}).",
    "string_too_short": "{distance} too short (at least {min_length}).",
    "too_short": "{distance} too short (at least {min_length}).",
    "literal_error": "It must be {expected}.",
    "extra_forbidden": "Unknown. Known here: {known}.",
    "wrong": "{words}",
    "secret": "{words}",
    "string_unicode": "Contains an invalid character. Type it again.",
    "string_type": 'Text in quotes is expected, such as "example".',
    "string_sub_type": 'Text in quotes is expected, such as "example".',
    "dict_type": 'A table of names and values is expected, such as {{ title = "CTO" }}.',
}


def _sentence(model: type[Fields], answers: Mapping[str, Value], error: ErrorDetails) -> str:
    """Turn one of pydantic's errors into our words."""
    template = _SENTENCES.get(error["type"])
    if template is None:
        return f"{error['msg']}."
    limits = error.get("ctx", {})
    typed = _length(answers.get(str((*error["loc"], "")[0])))
    distance = counted(abs(typed - limits.get("max_length", limits.get("min_length", 0))), "character")
    return template.format(**limits, distance=distance, known=", ".join(model.model_fields))

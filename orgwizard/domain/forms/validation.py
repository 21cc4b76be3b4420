"""Answers judged by a model, in words that help; the frozen model of those that are right."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError, create_model
from pydantic_core import ErrorDetails

from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields, is_blank
from orgwizard.domain.forms.questions import Value
from orgwizard.domain.secrets.key_text import is_key
from orgwizard.domain.secrets.redactor import MASK, is_like_token
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.domain.secrets.stand_ins import stand_in
from orgwizard.domain.text.plural import counted
from orgwizard.domain.text.sanitize import odd_character


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
        faults = invalid.errors(include_url=False, include_input=False)
        messages = {str((*e["loc"], "form")[0]): _sentence(model, answers, e) for e in reversed(faults)}
        told_there = {name for name, other in model.follows.items() if other in messages and is_blank(typed.get(name))}
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

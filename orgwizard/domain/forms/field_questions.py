"""The questions that are read off a model's fields: what every face asks, and how."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.forms.questions import Question


@cache
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

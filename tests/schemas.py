"""The published JSON Schemas, held against what the program prints and reads."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from orgwizard.presentation.json.plan_schema import plan_schema
from orgwizard.presentation.json.result_schema import result_schema


@cache
def _result() -> Any:
    return Draft202012Validator(result_schema())


@cache
def _plan() -> Any:
    return Draft202012Validator(plan_schema())


def broken_rules(value: object) -> list[str]:
    """Return what in a printed object is not of the schema of `--json`."""
    return _told(_result(), value)


def broken_rules_of_plan(value: object) -> list[str]:
    """Return what in a plan's values is not of the schema of plans."""
    return _told(_plan(), value)


def _told(validator: Any, value: object) -> list[str]:
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(value)]

"""The types that a typed text looks like, and back again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.domain.forms.typed_text import text_of, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("42", 42),
        ("-4.5", -4.5),
        ("042", "042"),
        ("+44 1", "+44 1"),
        ("1e5", "1e5"),
        ('["a", "b"]', ["a", "b"]),
        ("[1, 2]", "[1, 2]"),
        ("[a, b]", "[a, b]"),
        ("a, b", "a, b"),
        ('"42"', "42"),
        ('"true', '"true'),
        ('{"a": 1}', '{"a": 1}'),
        ("null", "null"),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_a_text_is_what_it_looks_like(text: str, value: Any) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


@given(st.one_of(st.text(), st.booleans(), st.integers(-(10**12), 10**12), st.lists(st.text())))
def test_every_value_is_typed_as_its_text(value: Any) -> None:
    assert value_of(text_of(value)) == value

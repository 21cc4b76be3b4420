"""TOML read by its lines: the same as the whole language says, or left to that."""

import tomllib
from datetime import UTC
from typing import Any
from unittest.mock import patch

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.storage import written_toml

HEADER = "# Written by a test.\n"
TEXTS = st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(max_size=12), max_size=3)
WRITTEN = st.fixed_dictionaries(
    {"created": st.datetimes(timezones=st.just(UTC)), "org": TEXTS, "details": TEXTS},
    optional={"secrets": st.dictionaries(st.sampled_from(("token", "api_key")), TEXTS, max_size=2)},
)


@given(WRITTEN)
def test_what_we_write_is_read_as_the_whole_language_reads_it(members: dict[str, Any]) -> None:
    text = HEADER + tomli_w.dumps(members)
    assert written_toml.loads(text, HEADER) == tomllib.loads(text)


def test_a_file_of_ours_needs_no_other_parser() -> None:
    text = HEADER + tomli_w.dumps({"name": "Größe", "org": {"id": "1"}, "secrets": {"token": {"file": "/x"}}})
    with patch.object(tomllib, "loads", side_effect=AssertionError):
        assert written_toml.loads(text, HEADER)["secrets"] == {"token": {"file": "/x"}}


LINES = (
    'a = "x"',
    'a = "y"',
    "a = 1",
    "[t]",
    "[t.u]",
    "[t.u.v]",
    "[a]",
    "[a.b]",
    "# a comment",
    "# \x01",
    'b = "\\n"',
    "c = 2026-13-40 00:00:00+00:00",
    "c = 2026-11-28 19:39:59.611378+00:00",
    "x",
    'd = "half',
    "[[t]]",
    'e = "\u2028"\r',
    "t.u = 'x'",
)


@given(st.lists(st.sampled_from(LINES), max_size=5))
def test_whatever_else_a_file_says_the_whole_language_judges(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(tomllib.TOMLDecodeError):
            written_toml.loads(text)
    else:
        assert written_toml.loads(text) == expected

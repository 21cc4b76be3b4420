import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgwizard.text import odd_character, printable, slug

ANY = st.text(st.characters(exclude_categories=[]))  # half characters too


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ångström ✓ 日本", "Ångström ✓ 日本"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b31m\x7f\x00\x85", "31m"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("ac\u200bme\ufeff\u2060", "acme"),
        ("ac\u00ad\u3164\U000e0041me", "acme"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("  two blanks stay", "  two blanks stay"),
    ],
)
def test_what_drives_or_deceives_a_terminal_is_taken_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@settings(deadline=None)
@given(ANY)
def test_printable_text_has_one_line_can_be_encoded_and_stays_as_it_is(text: str) -> None:
    once = printable(text)
    assert printable(once) == once
    assert len(once.splitlines()) <= 1
    assert once.encode() is not None
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", once)


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("plain Ünïcode ✓", None),
        ("", None),
        ("ab\u200bc", (3, "zero width space")),
        ("\ufeffab", (1, "zero width no-break space")),
        ("ab\x07\x08", (3, "u+0007")),
        ("a\ufffd", (2, "replacement character")),
        ("a\ud800", (2, "u+d800")),
        ("a\u00adb", (2, "soft hyphen")),
        ("a\U000e0041", (2, "tag latin capital letter a")),
        ("\u202ea", (1, "right-to-left override")),
    ],
)
def test_the_first_invisible_character_is_named_with_its_position(text: str, odd: tuple[int, str] | None) -> None:
    assert odd_character(text) == odd


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("My Child Org 1", "my-child-org-1"),
        ("  --Müller & Söhne GmbH--  ", "muller-sohne-gmbh"),
        ("日本", ""),
        ("", ""),
        ("a" * 56 + " b", "a" * 56),
        ("a" * 58, "a" * 57),
    ],
)
def test_a_name_becomes_a_label(name: str, label: str) -> None:
    assert slug(name) == label


@settings(deadline=None)
@given(ANY, st.integers(1, 63))
def test_a_slug_is_one_valid_label_or_nothing(text: str, longest: int) -> None:
    label = slug(text, longest)
    assert len(label) <= longest
    assert label == "" or re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label)

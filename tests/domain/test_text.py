import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.domain.text.sanitize import odd_character, plain_spaces, printable, shown_exactly, slug

ANY = st.text(st.characters(exclude_categories=[]))  # half characters too


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ångström ✓ 日本", "Ångström ✓ 日本"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred\x7f\x00\x85", "red"),
        ("Ada\0\x1b[2J\x1b]0;pwn\x07\u202e", "Ada"),
        ("a\x1b]8;;https://x.example\x1b\\b\x1b]8;;\x1b\\c\x9d0;t\x07d", "abcd"),
        ("a\x1bcb\x1b(Bc\x1b7d\x1bPq#0\x1b\\e", "abcde"),
        ("a\x1b[31", "a31"),
        ("a\x1b]0;open", "a0;open"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("ac\u200bme\ufeff\u2060", "acme"),
        ("ac\u00ad\u3164\U000e0041me", "acme"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("  two blanks stay", "  two blanks stay"),
        ("a\u00a0b\u3000c\u2800d", "a b c d"),
        ("a\ufe0fb\U000e0100c\u180fd", "abcd"),
        ("Z" + "\u0301" * 50 + "o\u0301", "Z" + "\u0301" * 4 + "o\u0301"),
    ],
)
def test_what_drives_or_deceives_a_terminal_is_taken_out(text: str, shown: str) -> None:
    assert printable(text) == shown


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
        ("ab\x07\x08", (3, "U+0007")),
        ("a\ufffd", (2, "replacement character")),
        ("a\ud800", (2, "U+D800")),
        ("a\u00adb", (2, "soft hyphen")),
        ("a\U000e0041", (2, "tag latin capital letter a")),
        ("\u202ea", (1, "right-to-left override")),
        ("a\u00a0b", (2, "no-break space")),
        ("a\u2003b", (2, "em space")),
        ("a\u3000b", (2, "ideographic space")),
        ("a\u2800b", (2, "braille pattern blank")),
        ("a\ufe0f", (2, "variation selector-16")),
        ("a\U000e0fff", (2, "U+E0FFF")),
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


@given(ANY, st.integers(1, 63))
def test_a_slug_is_one_valid_label_or_nothing(text: str, longest: int) -> None:
    label = slug(text, longest)
    assert len(label) <= longest
    assert label == "" or re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("plain-key", "plain-key"),
        ("back\\slash", "back\\slash"),
        ("tab\there", r"tab\u0009here"),
        (" edges ", r"\u0020edges\u0020"),
        ("a\u200bb\\", r"a\u200Bb\\"),
        ("a\U000e0041", r"a\U000E0041"),
    ],
)
def test_a_key_is_shown_exactly_and_what_cannot_be_drawn_is_told(key: str, shown: str) -> None:
    drawn, told = shown_exactly(key)
    assert drawn == shown
    assert bool(told) == (drawn != key)


@given(ANY)
def test_what_is_shown_of_a_key_passes_unchanged_and_can_be_read_back(key: str) -> None:
    drawn, told = shown_exactly(key)
    assert printable(drawn) == drawn == drawn.strip()
    pattern = re.compile(r"\\(?:(\\)|u([0-9A-F]{4})|U([0-9A-F]{8}))")
    back = pattern.sub(lambda m: m[1] or chr(int(m[2] or m[3], 16)), drawn) if told else drawn
    assert back == key


def test_pasted_spaces_become_plain_ones() -> None:
    assert plain_spaces("Acme\u00a0East\u2003\u3000x") == "Acme East  x"

"""What a paste means: the table of the README, and what holds for every text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orgwizard.domain.text.sanitize import odd_character, without_invisible
from orgwizard.presentation.wizard.paste_cleanup import LONGEST, meant, typed_line
from tests.pastes import ROWS, Row, question

# What is no mistake of copying is left to the models, which refuse it: half a character.
REFUSED = {"\ufffd", *map(chr, range(0xD800, 0xE000))}


def seen(text: str) -> list[str]:
    """Return the words of a text that a person sees."""
    lines = text.replace("\t", " ").splitlines()
    return [word for line in lines for word in without_invisible(line).split()]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.field}-{number}" for number, row in enumerate(ROWS)])
def test_a_paste_becomes_what_is_meant_and_says_what_was_left_out(row: Row) -> None:
    found = meant(row.paste, question(row.field))
    assert (found.text, found.said) == (row.becomes, row.said)


@given(st.text(), st.sampled_from(["name", "api_key", "password", "private_key"]))
@example("Acme\tEU", "name")
def test_nothing_that_is_taken_has_line_ends_and_nothing_seen_is_lost_in_silence(text: str, field: str) -> None:
    found = meant(text, question(field))
    assert len(found.text.splitlines()) <= 1
    assert found.said or seen(found.text) == seen(text)


@given(st.text())
def test_nothing_invisible_is_left_in_a_line_of_text(text: str) -> None:
    taken = meant(text).text
    odd = odd_character(taken)
    assert odd is None or taken[odd[0] - 1] in REFUSED, odd


@pytest.mark.parametrize(
    ("before", "after", "becomes"), [(False, False, "b"), (True, False, " b"), (False, True, "b "), (True, True, " b ")]
)
def test_a_space_towards_text_beside_a_paste_is_part_of_it(before: bool, after: bool, becomes: str) -> None:
    cleaned = meant(" b ", before=before, after=after)
    assert cleaned.text == becomes
    assert bool(cleaned.said) is (becomes != " b ")


@pytest.mark.parametrize("field", ["first_name", "password", "api_key"])
def test_what_drives_a_terminal_is_left_out_whole(field: str) -> None:
    pasted = "Ada\0\x1b[2J\x1b]0;pwn\x07\x1b]8;;x\x1b\\"
    for cleaned in (meant(pasted, question(field)), typed_line(pasted)):
        assert (cleaned.text, cleaned.said) == ("Ada", "Removed: invisible characters.")


def test_a_file_that_was_pasted_by_mistake_is_ignored_and_said_to_be() -> None:
    for cleaned in (meant("x" * 1_000_000), typed_line("a " * 500_000)):
        assert cleaned.text == ""
        assert "1,000,000" in cleaned.said
    assert meant("x" * LONGEST).text == "x" * LONGEST


def test_without_a_question_a_paste_is_a_line_of_text() -> None:
    assert meant("plan.toml\n").text == "plan.toml"

"""Lines of two columns keep the first one free, whatever the words and the room."""

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from orgwizard.ui.tui.widgets.hanging import Hanging

ROOMS = st.integers(min_value=4, max_value=90)  # below, a wide character has no room beside the first column
INDENTS = st.integers(min_value=0, max_value=30)
WORDS = st.lists(st.text("ab é漢-,", min_size=1, max_size=30), max_size=8).map(" ".join)


def rows(text: str, indent: int, width: int) -> list[str]:
    return Hanging(text, indent).wrapped(width).plain.split("\n")


def test_what_is_too_long_goes_on_in_its_column() -> None:
    assert rows("Enter     change the line\nEscape    back", 10, 20) == [
        "Enter     change the",
        "          line",
        "Escape    back",
    ]


def test_a_line_without_columns_is_wrapped_as_ever() -> None:
    assert rows("Enter one of these", 3, 12) == ["Enter one of", "these"]


def test_blank_lines_and_those_that_fit_stay() -> None:
    assert rows("one\n\n  two", 4, 20) == ["one", "", "  two"]


@given(WORDS, INDENTS, ROOMS)
@example("", 4, 4)
@example("aaaaaaaaaa", 0, 4)
@example("漢漢漢", 3, 5)
def test_nothing_is_lost_and_nothing_stands_out(text: str, indent: int, width: int) -> None:
    drawn = rows(text, indent, width)
    assert "".join("".join(drawn).split()) == "".join(text.split())
    assert all(cell_len(row.rstrip()) <= width for row in drawn)
    assert Hanging(text, indent).get_height({}, width) == len(drawn)
    hanging = min(indent, width // 2) if text[:indent].endswith(" ") else 0
    assert all(not row[:hanging].strip() for row in drawn[1:])

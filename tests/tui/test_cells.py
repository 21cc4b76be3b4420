"""What is sent shows what Textual meant, cell by cell, whatever it paints; checked on terminals of two kinds."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size

from orgwizard.ui.tui.terminal.cell_style import PLAIN, Look, change, styled
from orgwizard.ui.tui.terminal.paint import neutral, sure_width
from orgwizard.ui.tui.terminal.screen_model import ERASE, Cells, move
from tests.examples import few
from tests.tui.emulator import Emulator, StrictEmulator, Twins

SIZE = (14, 5)
LETTERS = "abz Zé─█▌·…"
WIDE = "世界한가Ａ、"
JOINING = "\u0301\u0308\u200d\ufe0f👩👍🏽🇩🇪\u200f\u05d0\u061fｶﾞ⚠❤"
# Rich cannot cut a text that begins with a joiner; on the screen, `printable` shows none.
texts = st.one_of(
    st.text(st.sampled_from("ab  "), min_size=1, max_size=14),
    st.text(st.sampled_from(LETTERS + WIDE), min_size=1, max_size=10),
    st.text(st.sampled_from(LETTERS + WIDE + JOINING), min_size=1, max_size=8),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=6),
).filter(lambda text: not text.startswith("\u200d"))
codes = st.sampled_from(
    (
        *("", "1", "2", "4", "7", "9;3", "4;7", "1;36", "31", "91", "44", "104", "49", "39;49", "1;39;49"),
        *("38;5;200", "48;5;17", "38;2;1;2;3", "48;2;9;8;7"),
    )
)
segments = st.lists(st.tuples(texts, codes), min_size=1, max_size=4)


@dataclass(frozen=True)
class Paint:
    """A region with a line of segments per row, as Textual paints it."""

    column: int
    row: int
    width: int
    lines: list[list[tuple[str, str]]]
    cursor: tuple[int, int]

    def data(self, size: tuple[int, int]) -> str:
        columns, rows = size
        column, top = min(self.column, columns - 1), min(self.row, rows - 1)
        width, lines = min(self.width, columns - column), self.lines[: rows - top]
        drawn = "\n".join(f"\x1b[{top + at + 1};{column + 1}H{strip(line, width)}" for at, line in enumerate(lines))
        x, y = min(self.cursor[0], columns - 1), min(self.cursor[1], rows - 1)
        return f"{drawn}\x1b[{y + 1};{x + 1}H"


def strip(line: list[tuple[str, str]], width: int) -> str:
    """Return segments cut and padded to a width, as Textual crops its strips."""
    out, left = "", width
    for text, code in [*line, (" " * width, "49")]:
        cut = text if len(text) < left and cell_len(text) <= left else set_cell_size(text, left) if left else ""
        left -= min(cell_len(cut), left)
        out += f"\x1b[{code}m{cut}\x1b[0m" if cut and code else cut
    return out


paints = st.builds(
    Paint,
    st.integers(0, SIZE[0] - 1),
    st.integers(0, SIZE[1] - 1),
    st.integers(1, SIZE[0]),
    st.lists(segments, min_size=1, max_size=SIZE[1]),
    st.tuples(st.integers(0, SIZE[0] - 1), st.integers(0, SIZE[1] - 1)),
)
whole = st.builds(
    Paint, st.just(0), st.just(0), st.just(99), st.lists(segments, min_size=9, max_size=9), st.just((0, 0))
)
neutrals = st.sampled_from(["\x1b[?25h", "\x1b[?25l", "\x07", "\x1b]0;title\x07", "\x1b[?2026$p", "\x1b]52;c;YQ==\x07"])
# What the copy does not follow: other sequences, looks that no reset precedes, text that no move precedes.
strange = st.sampled_from(
    (
        *("\x1b[L", "\x1b[M", "\x1b[2P", "\x1b#8", "\x1b[3X", "\x1b[1K", "\x1b[4@", "\x1b[2A", "\x1b[J", "\x1b8"),
        *("\x1b[2;4Hab\tc", "\x1b[1mbold", "\x1b[0;21m", "\x1b[33m", "\x1b[999;1H", "\n\n\n\n\n\n", "plain"),
        "\x1b7\x1b[5;5H",
    )
)
steps = st.one_of(
    paints,
    paints,
    whole,
    neutrals,
    strange,
    st.tuples(st.just("resize"), st.integers(4, 18), st.integers(2, 7), whole),
    st.tuples(st.just("redraw"), st.text(st.sampled_from("#x\n"), max_size=5), whole),
    st.just("forget"),
)


def play(twins: Twins, script: list[Any]) -> None:
    for step in script:
        match step:
            case Paint():
                twins.write(step.data(twins.size))
            case "forget":
                twins.copy.forget()
            case str():
                twins.write(step)
            case ("resize", columns, rows, paint):
                twins.resize((columns, rows))
                twins.write(paint.data(twins.size))
            case ("redraw", garbage, paint):
                twins.both(f"\x1b[m\x1b[1;1H\x1b[7m{garbage}\x1b[m")
                twins.redraw()
                twins.write(paint.data(twins.size))


@pytest.mark.parametrize("kind", [Emulator, StrictEmulator])
@few
@given(script=st.lists(steps, max_size=12))
def test_the_screen_is_the_one_that_textual_means(kind: type[Emulator], script: list[Any]) -> None:
    play(Twins(SIZE, kind), script)


# ---- what is sent for it ----


def painted(*lines: str, size: tuple[int, int] = (20, 3)) -> Twins:
    """Return two terminals with these lines on them and the cursor in the corner."""
    twins = Twins(size)
    twins.redraw()
    twins.write(paint(*lines))
    return twins


def paint(*lines: str) -> str:
    """Return a paint of whole lines, as wide as the terminal, with the cursor in the corner after it."""
    return "\n".join(f"\x1b[{row};1H{line}" for row, line in enumerate(lines, 1)) + "\x1b[1;1H"


def test_what_is_there_already_costs_nothing() -> None:
    twins = painted("\x1b[1mone\x1b[0m", "two")
    assert twins.write(paint("\x1b[1mone\x1b[0m", "two")) == ""


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ("one two", "one too", "\x1b[6Co\x1b[H"),
        ("one two", "ane twe", "a\x1b[5Ce\x1b[H"),
        ("abcdef", "xbcdyf", "xbcdy\r"),
        ("a long line here    ", "a                   ", "\x1b[2C\x1b[K\x1b[2D"),
        ("ab", "\x1b[7mab\x1b[0m", "\x1b[7mab\r"),
        ("世界", "世한", "\x1b[2C한\r"),
    ],
)
def test_a_change_costs_little_more_than_its_cells(before: str, after: str, sent: str) -> None:
    assert len(painted(before).write(paint(after))) <= len(sent)


def test_an_empty_screen_is_made_and_not_assumed() -> None:
    twins = Twins((20, 3))
    twins.both("left over by another program")
    twins.redraw()
    assert twins.write(paint("one     ", "    ")) == f"{ERASE}\x1b[Hone\r"


def test_everything_is_sent_again_where_nothing_is_known() -> None:
    twins = painted("one", "two")
    twins.copy.forget()
    sent = twins.write(paint("one", "two"))
    assert "one" in sent
    assert "two" in sent


@pytest.mark.parametrize("sequence", ["\x1b[5;6r", "\x1b[2J", "\x1b]9;text", "\x1b[38;9m", "\t"])
def test_what_is_not_understood_is_sent_as_it_is_and_nothing_is_known_after_it(sequence: str) -> None:
    cells = Cells()
    cells.resize((20, 3))
    cells.erase()
    cells.send(paint("one"))
    strange = f"\x1b[2;2H{sequence}x\x1b[0m\x1b[1;1H"
    assert cells.send(strange).endswith(strange)
    assert "one" in cells.send(paint("one"))
    assert cells.send(paint("one")) == ""


def test_a_line_with_characters_that_terminals_draw_differently_goes_as_it_came() -> None:
    line = "a\u0301 👩\u200d👩 \x1b[1mb\x1b[0m"
    twins = painted("x")
    for _ in range(2):
        assert line in twins.write(paint(line))


def test_an_address_to_open_goes_as_it_came_and_the_lines_around_it_cost_nothing() -> None:
    link = "\x1b]8;id=1;https://example.com\x1b\\\x1b[36mexample\x1b[0m\x1b]8;;\x1b\\"
    twins = painted("one", "x", "three")
    for _ in range(2):
        sent = twins.write(paint("one", link, "three"))
        assert link in sent
        assert "one" not in sent
        assert "three" not in sent
    assert "plain" in twins.write(paint("one", "plain", "three"))


def test_what_changes_no_cell_is_told_from_what_might() -> None:
    for data in ("\x1b[?25l", "\x07", "\x1b]0;title\x07", "\x1b]52;c;YQ==\x1b\\", "\x1b[?2026$p", "\x1b[>25u"):
        assert neutral(data), data
    for data in ("\x1b[?3h", "\x1b[?6h", "\x1b]8;;x\x07", "\x1b[2J", "x", "", "\x1b[1m"):
        assert not neutral(data), data


@given(st.tuples(st.integers(0, 11), st.integers(0, 4)), st.tuples(st.integers(0, 11), st.integers(0, 4)))
def test_a_move_ends_where_it_should(start: tuple[int, int], end: tuple[int, int]) -> None:
    screen = Emulator(12, 5)
    screen.feed(move(None, start) + move(start, end))
    assert (screen.cursor.x, screen.cursor.y) == end
    assert len(move(start, end)) <= len(move(None, end))


@given(st.lists(codes, min_size=2, max_size=6))
def test_a_change_of_look_gives_the_new_look(names: list[str]) -> None:
    screen, look = Emulator(9, 1), PLAIN
    for name in names:
        wanted = styled(PLAIN, name)
        assert wanted is not None
        screen.feed(change(look, wanted) + "x")
        direct = Emulator(9, 1)
        direct.feed(f"\x1b[{name}mx")
        assert screen.row(0)[screen.cursor.x - 1] == direct.row(0)[0]
        look = wanted


def test_only_what_looks_empty_is_erased() -> None:
    assert Look(frozenset("1"), "31").blank
    assert not any(look.blank for look in (Look(frozenset("4")), Look(frozenset("7")), Look(background="41")))


@pytest.mark.parametrize(
    ("text", "width"), [("a", 1), ("é", 1), ("─", 1), ("世", 2), ("\u0301", 0), ("👩", 0), ("\u05d0", 0)]
)
def test_widths_are_sure_or_not_relied_on(text: str, width: int) -> None:
    assert sure_width(text) == width

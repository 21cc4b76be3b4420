"""Rows of two columns keep the first one free, and lose nothing."""

import pytest
from rich.console import Console, RenderableType

from orgwizard.ui.tui.widgets.columns import in_columns, row, two_columns


def drawn(table: RenderableType, width: int) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as found:
        console.print(table)
    return [line.rstrip() for line in found.get().splitlines()]


def test_what_is_too_long_goes_on_in_its_column() -> None:
    lines = ["Enter     change the line", "Escape    back"]
    assert drawn(in_columns(lines, 10), 21) == ["Enter     change the", "          line", "Escape    back"]


def test_a_line_without_columns_is_wrapped_as_ever() -> None:
    assert drawn(in_columns(["Enter one of these"], 3), 12) == ["Enter one of", "these"]


def test_a_line_without_columns_may_hang() -> None:
    assert drawn(row("Enter one of these", 2, 2), 12) == ["Enter one of", "  these"]


@pytest.mark.parametrize("text", ["[red]x[/nope]", "x" * 50, "漢" * 20])
def test_text_is_no_markup_and_nothing_of_it_is_lost(text: str) -> None:
    assert "".join("".join(drawn(two_columns([("Name", text)], 6), 20)).split()) == f"Name{text}"

"""Rows of two columns, of which the first stays free where the second is wrapped."""

from collections.abc import Iterable

from rich.style import Style
from rich.table import Table
from rich.text import Text


def two_columns(rows: Iterable[tuple[str, str]], first: int, *, style: Style | None = None) -> Table:
    """Return a grid whose first column takes *first* cells with a blank at its end; text in it is no markup."""
    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(width=first - 1)
    grid.add_column(ratio=1, overflow="fold")
    for left, right in rows:
        grid.add_row(Text(left, style or ""), Text(right))
    return grid

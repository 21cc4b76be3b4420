"""A sheet as a spreadsheet saves it: CSV with a header, its rows under their numbers, and what is wrong with them."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from orgwizard.domain.errors import BadInput

DELIMITERS = ",;\t"
_SAVE = "Save it as CSV (UTF-8)."


@dataclass(frozen=True)
class Sheet:
    """The header, and the cells of each whole row by its number; the header is row 1, as spreadsheets count.

    `problems` maps "row 4" to a sentence.
    """

    header: tuple[str, ...]
    rows: Mapping[int, tuple[str, ...]]
    problems: Mapping[str, str] = field(default_factory=dict)


def parse(data: bytes) -> Sheet:
    """Read a sheet; raises `BadInput` where it is no CSV with a header and at least one row."""
    header, *records = _records(_text(data)) or [()]
    if not any(header):
        raise BadInput("its first row is empty.", "The first row names the plan's keys, such as organization.name.")
    if not records:
        raise BadInput("it has no rows below the header.", "Add a row for each org.")
    numbered = dict(enumerate(records, start=2))
    problems = {f"row {number}": words for number, cells in numbered.items() if (words := _misfit(cells, header))}
    rows = {number: cells for number, cells in numbered.items() if f"row {number}" not in problems}
    return Sheet(header, rows, problems)


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("it is not UTF-8 text.", _SAVE) from None
    if "\0" in text:
        raise BadInput("it contains NUL characters, as UTF-16 text and spreadsheet files do.", _SAVE)
    return text.rstrip("\r\n")


def _records(text: str) -> list[tuple[str, ...]]:
    """Return all rows; what parts the cells is read off the header, a comma where it has one cell."""
    delimiter = max(DELIMITERS, key=lambda one: len(next(csv.reader(_lines(text), delimiter=one), ())))
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    try:
        return [tuple(map(str.strip, cells)) for cells in reader]
    except csv.Error as error:
        cause = f"line {reader.line_num} is not valid CSV ({error})."
        raise BadInput(cause, "Is a quotation mark missing? A quote within a cell is written twice.") from None


def _lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline=None)  # a line ends with LF, CRLF or CR


def _misfit(cells: tuple[str, ...], header: tuple[str, ...]) -> str:
    """Say what is wrong with the shape of a row, or ""."""
    if not any(cells):
        return "Empty. Delete this row."
    if len(cells) != len(header):
        return f"{len(cells)} cells, but the header has {len(header)}. Quote a cell that contains the delimiter."
    return ""

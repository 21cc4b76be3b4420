"""A table of orders in words: the review, a line for each row as it ends, the total, and what is left to do."""

from collections import Counter
from collections.abc import Iterator, Sequence

from orgwizard.application.tables.check import CheckedRow, CheckedTable
from orgwizard.application.tables.run import RowEnd, TableEnd
from orgwizard.domain.errors import Busy, Exit, NotSent
from orgwizard.domain.events import Result, is_sandbox
from orgwizard.domain.json_result import result_object
from orgwizard.domain.text.plural import counted
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation import text_report
from orgwizard.presentation.attempts import attempt_text
from orgwizard.presentation.json import json_report
from orgwizard.presentation.progress_text import clock_time
from orgwizard.providers.contract import Provider
from orgwizard.storage.attempts.record import Record

# The gravest first: a table ends with that of its rows.
GRAVEST = (Exit.BUG, Exit.UNKNOWN, Exit.BUSY, Exit.ATTENTION, Exit.REFUSED, Exit.USAGE, Exit.NOT_SENT, Exit.READY)
_EARLIER = {
    "done": "created earlier",
    "open": "not finished: resumed first",
    "running": "being created by another orgwizard",
}


def review(provider: Provider, checked: CheckedTable, site: str, store: object) -> list[str]:
    """Return the whole table as lines: each row with what it orders and what is known of it."""
    rows = [("Row", "Name", *_unique_title(provider), ""), *(_review_row(provider, one) for one in checked.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    parent = f", parent org {checked.parent}" if checked.parent else ""
    where = f"({provider.title}, {site}{parent})"
    if not checked.new:
        return [printable(line) for line in (*lines, "", f"{_nothing_new(checked)} {where}")]
    total = f"{counted(len(checked.new), 'org')} to create {where}"
    keys = f"Keys go to {text_report.store_words(store)}."
    return [printable(line) for line in (*lines, "", total, keys, provider.irreversible)]


def _nothing_new(checked: CheckedTable) -> str:
    """Say that no row is left to create, and what becomes of those that are not done."""
    earlier = [one.earlier for one in checked.rows if one.earlier]
    unfinished = sum(one.kind != "done" for one in earlier)
    bad = sum(one.kind == "done" and attempt_text.exit_code(one.record) != Exit.READY for one in earlier)
    left = [f"{counted(unfinished, 'row')} not finished"] if unfinished else []
    left += [f"{counted(bad, 'row')} not created and ready"] if bad else []
    return f"Nothing new to create; {', '.join(left)}" if left else "Nothing left to create: all rows are done"


def _unique_title(provider: Provider) -> tuple[str, ...]:
    return (
        () if provider.name_field == "name" else (provider.organization.model_fields[provider.name_field].title or "",)
    )


def _review_row(provider: Provider, one: CheckedRow) -> tuple[str, ...]:
    unique = () if provider.name_field == "name" else (str(getattr(one.row.order.organization, provider.name_field)),)
    return (str(one.row.number), one.row.name, *unique, _known(one))


def _known(one: CheckedRow) -> str:
    """Return what is known of a row's org before the run."""
    if one.earlier:
        kind, record = one.earlier.kind, one.earlier.record
        is_bad = kind == "done" and attempt_text.exit_code(record) != Exit.READY
        return f"{attempt_text.shortcoming(record) if is_bad else _EARLIER[kind]} (attempt {record.id})"
    return "" if one.name is None or one.name.state == "ok" else one.name.text


def ended(name: str, end: RowEnd) -> str:
    """Return how the row of an org called *name* ended, as one line."""
    outcome, detail = _ended_words(end)
    return printable("  ".join(filter(None, (f"{end.number:>5}", f"{outcome:<16}", name, detail))))


def _ended_words(end: RowEnd) -> tuple[str, str]:
    """Return the outcome in a word or two, and what a person needs to know besides."""
    if end.earlier:
        return _earlier_words(end.earlier)
    result = end.result
    assert result is not None  # noqa: S101 - it is one or the other
    if result.outcome == "created":
        url = result.org.url if result.org else ""
        return ("ready", url) if result.exit_code == Exit.READY else ("needs attention", f"{url}  {_cause(result)}")
    if isinstance(result.error, Busy):
        return "busy", result.error.cause
    refused = result.error is not None and result.error.exit_code == Exit.REFUSED
    word = "unknown" if result.outcome == "unknown" else "refused" if refused else "not created"
    return word, _cause(result)


def _earlier_words(record: Record) -> tuple[str, str]:
    """Return how an earlier run ended; where that was not well, with what to do about it."""
    url, code = (record.org or {}).get("url", ""), attempt_text.exit_code(record)
    if code == Exit.READY:
        return "created earlier", url or f"attempt {record.id}"
    words = f"attempt {record.id}: {attempt_text.shortcoming(record)}. {attempt_text.remedy(record)}"
    return "needs attention" if code == Exit.ATTENTION else "unknown", f"{url}  {words}".strip()


def _cause(result: Result) -> str:
    return f"{result.error.cause} ({result.error.evidence})".removesuffix(" ()") if result.error else ""


def as_json(end: RowEnd, *, is_table: bool) -> dict[str, object]:
    """Return how a row ended as the object of `--json`; that of a table has the row's number."""
    row = {"row": end.number} if is_table else {}
    if end.result is None:
        told = json_report.stored_result(end.earlier) if end.earlier else result_object()
        return {**told, **row}
    outcome = {"outcome": None} if isinstance(end.result.error, Busy) else {}
    return {**end.result.as_json(), **outcome, **row}


def exit_code(end: RowEnd) -> Exit:
    """Return the exit code that a row would have alone."""
    if end.earlier:
        return attempt_text.exit_code(end.earlier)
    return end.result.exit_code if end.result else Exit.BUG


def gravest(codes: Sequence[Exit]) -> Exit:
    """Return the exit code of a table."""
    return min(codes, key=GRAVEST.index, default=Exit.READY)


def left_over(provider: Provider, end: TableEnd) -> Iterator[RowEnd]:
    """Yield an end that says so for each row that was not begun."""
    for row in end.left:
        error = NotSent(f"This row was not started. {end.why}", "Run the same command again.", code="not_begun")
        named = (provider.key, row.order.connection.site.key, row.name)
        yield RowEnd(row.number, Result("not_created", *named, error=error))


def total(
    ends: Counter[Exit], left: TableEnd, options: str, *, earlier: Counter[Exit] | None = None, is_table: bool
) -> list[str]:
    """Return what became of all rows, what is left, and what to do; *earlier* of them had ended before this run."""
    before = earlier or Counter()
    ready, attention, unknown = ends[Exit.READY], ends[Exit.ATTENTION], ends[Exit.UNKNOWN]
    busy = ends[Exit.BUSY]
    failed = ends.total() - ready - attention - unknown - busy
    counts = {"created and ready": ready - before[Exit.READY], "already created and ready": before[Exit.READY]}
    counts |= {"created but needs attention": attention, "unknown": unknown, "being created by another orgwizard": busy}
    counts |= {"not created": failed, "not started": len(left.left)}
    lines = [", ".join(f"{count} {words}" for words, count in counts.items() if count) + "."]
    if left.left:
        first, last = left.left[0].number, left.left[-1].number
        rows = f"row {first}" if first == last else f"rows {first} to {last}"
        lines.append(f"Stopped before {rows}. {left.why}")
    is_open = attention + unknown > before[Exit.ATTENTION] + before[Exit.UNKNOWN]
    if is_open and not is_sandbox(options):
        lines.append(f"To finish what is open: orgwizard resume --all {options}".rstrip())
    if left.left or (failed and is_table):
        lines.append("To create what is missing, run the same command again: no org is created twice.")
    return [printable(line) for line in lines]


def status(done: int, waiting: int, rows: int, pause: int, left_seconds: float) -> str:
    """Return how the whole run stands, as one short line."""
    parts = [f"{done} of {rows} done"]
    parts += [f"{waiting} waiting until ready"] if waiting else []
    parts += [f"next request in {clock_time(pause)}"] if pause else []
    parts += [f"about {clock_time(left_seconds)} left"] if left_seconds else []
    return ", ".join(parts)

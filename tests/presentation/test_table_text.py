"""A table in words: rows that an earlier run has ended are told as they ended, with what to do."""

from collections import Counter
from typing import Any

import pytest

from orgwizard.application.tables.check import CheckedRow, CheckedTable
from orgwizard.application.tables.run import RowEnd, TableEnd, TableRow
from orgwizard.domain.errors import CREATED, Exit
from orgwizard.domain.events import MAKE_NEW_KEYS
from orgwizard.presentation.tables import table_text
from orgwizard.storage.attempts.earlier import EarlierAttempt
from orgwizard.storage.attempts.record import Record
from tests.presentation.test_report import OKTA, ORDER, a_record

STORED = {"stored": {"file": "/keys/child.toml"}}
FELL_BACK = {"error": {"message": f"{CREATED} The store failed.", "hint": "Move the keys: orgwizard move child"}}
BAD = [
    ("exists", {}, "needs attention", "its keys are lost", MAKE_NEW_KEYS),
    ("ready", {"missing": ("token",), "exit": 6}, "needs attention", "token is missing", "orgwizard orgs --name"),
    ("ready", {"told": FELL_BACK, "exit": 6, **STORED}, "needs attention", "but: The store failed", "orgwizard move"),
    ("unknown", {"sandbox_ended": True}, "unknown", "outcome unknown", "Nothing is left to do."),
]


def row() -> TableRow:
    return TableRow(2, ORDER)


def review(*records: Record) -> str:
    rows = tuple(CheckedRow(row(), EarlierAttempt("done", record)) for record in records)
    return "\n".join(table_text.review(OKTA, CheckedTable("Parent", rows), "acme.okta.com", "file"))


@pytest.mark.parametrize(("state", "facts", "outcome", "words", "remedy"), BAD, ids=["lost", "part", "store", "gone"])
def test_a_row_that_ended_badly_is_told_as_it_is(
    state: Any, facts: dict[str, Any], outcome: str, words: str, remedy: str
) -> None:
    record = a_record(state, **facts)
    line = table_text.ended(row().name, RowEnd(2, None, record))
    assert all(part in line for part in (f" {outcome} ", words, remedy, record.id))
    shown = review(record, a_record("ready", **STORED))
    assert words in shown
    assert "1 row not created and ready" in shown
    assert "all rows are done" not in shown


def test_a_row_that_ended_well_is_done() -> None:
    record = a_record("ready", **STORED)
    assert "created earlier" in table_text.ended(row().name, RowEnd(2, None, record))
    assert all(words in review(record, record) for words in ("created earlier", "all rows are done"))


@pytest.mark.parametrize(("earlier", "said"), [(1, False), (0, True)])
def test_nothing_is_to_be_finished_where_all_attempts_are_settled(earlier: int, said: bool) -> None:
    ends, before = Counter({Exit.ATTENTION: 1}), Counter({Exit.ATTENTION: earlier})
    lines = table_text.total(ends, TableEnd(()), "", earlier=before, is_table=True)
    assert any("resume --all" in line for line in lines) is said

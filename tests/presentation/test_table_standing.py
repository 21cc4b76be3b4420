"""How a run of many orgs stands, as lines."""

import pytest

from orgwizard.application.tables.run import Pause, RowEnd, RowProgress
from orgwizard.domain.events import SEND, SETTLE, Progress, Result
from orgwizard.presentation.tables.table_standing import Standing


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def standing(time: Time) -> Standing:
    return Standing({number: f"Org {number}" for number in range(2, 12)}, time, settle_seconds=30)


def settling(number: int, left: int) -> RowProgress:
    return RowProgress(number, Progress(SETTLE, "waiting", "first test in", left))


def ended(number: int) -> RowEnd:
    return RowEnd(number, Result("created", "okta", "s", "n", ready=True))


def test_nothing_is_under_way_at_first(standing: Standing) -> None:
    assert standing.lines(10) == ["0 of 10 done"]


def test_each_org_under_way_has_a_line_until_it_ends(standing: Standing) -> None:
    standing.add(settling(2, 22))
    standing.add(RowProgress(3, Progress(SEND, "started", "")))
    assert standing.lines(10)[:2] == ["    2  Org 2  first test in 0:22", "    3  Org 3  sending the request"]
    standing.add(ended(2))
    first, total = standing.lines(10)
    assert first.startswith("    3")
    assert total.startswith("1 of 10 done")


@pytest.mark.parametrize("most", [1, 2, 3, 4, 9, 10, 11])
def test_there_are_never_more_lines_than_fit_and_the_last_is_the_total(standing: Standing, most: int) -> None:
    for number in range(2, 11):
        standing.add(settling(number, 10))
    lines = standing.lines(most)
    assert len(lines) == min(most, 10)
    assert lines[-1].startswith("0 of 10 done, 9 waiting until ready")
    if 1 < most < 10:
        assert lines[-2].endswith(f"and {9 - most + 2} more")


def test_the_time_left_grows_with_the_rows_that_are_left_and_ends_with_the_last_wait(
    standing: Standing, time: Time
) -> None:
    time.now = 10.0
    for number in (2, 3):
        standing.add(settling(number, 20))
    assert standing.total().endswith("about 1:10 left")  # 5 s for each of 8 rows, and 30 s to settle
    for number in range(4, 12):
        standing.add(settling(number, 20))
    assert standing.total().endswith("about 0:20 left")


def test_a_pause_is_told_until_the_next_request(standing: Standing) -> None:
    standing.add(settling(2, 22))
    standing.add(Pause(34))
    standing.add(settling(2, 21))
    assert "next request in 0:34" in standing.total()
    standing.add(RowProgress(3, Progress(SEND, "started", "")))
    assert "next request" not in standing.total()

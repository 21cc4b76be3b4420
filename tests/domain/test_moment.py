"""Moments as a person reads them: the day in words where it is clear, never a service's own notation."""

from datetime import UTC, datetime

import pytest

from orgwizard.domain.text.moment import when_written

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-11-28T04:59:26Z", "today, 04:59 UTC"),
        ("2026-11-28T00:30:00+02:00", "yesterday, 22:30 UTC"),
        ("2026-01-02 03:04:05", "2026-01-02, 03:04 UTC"),
        ("", ""),
        ("9999-99-99", ""),
        ("\x1b[31m", ""),
    ],
)
def test_a_moment_that_a_service_wrote_is_told_in_our_form(text: str, words: str) -> None:
    assert when_written(text, NOW) == words


@pytest.mark.parametrize("now", [None, float("inf"), 1e300])
def test_without_the_services_clock_no_day_is_today(now: float | None) -> None:
    assert "today" not in when_written("2026-11-28T04:59:26Z", now)

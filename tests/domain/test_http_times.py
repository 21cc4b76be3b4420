"""What a service says of time in its headers, and what is nonsense there."""

import pytest

from orgwizard.domain.http import Response
from orgwizard.domain.http_times import longest, number, retry_after, service_time

NEW_YEAR = 1767225600.0
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("0", 1),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30),
        ("Thursday, 01-Jan-26 00:00:30 GMT", 30),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 1),
        ("-5", None),
        ("+5", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("\u0667", None),
        ("", None),
        ("soon", None),
        ("7, 8", None),
        ("Thu, 99 Jan 2026 99:99:99 GMT", None),
        ("9" * 20, 1e20),
        ("9" * 5000, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_services_clock(said: str, wait: float | None) -> None:
    found = retry_after(Response(429, {"retry-after": said, "date": DATE}), now=NEW_YEAR + 5000)
    assert found == (pytest.approx(wait) if wait else None)


def test_a_date_without_the_services_clock_is_compared_with_ours() -> None:
    reply = Response(429, {"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT", "date": "garbage"})
    assert retry_after(reply, now=NEW_YEAR + 10) == 20


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 01 Jan 2026 00:00:00 +" + "9" * 20, "\x00"])
def test_a_service_without_a_readable_date_tells_no_time(date: str) -> None:
    assert service_time(Response(200, {"date": date})) is None


def test_a_service_tells_its_time() -> None:
    assert service_time(Response(200, {"date": DATE})) == NEW_YEAR


def test_the_longest_wait_counts_and_is_a_second_at_least() -> None:
    assert (longest(None, None), longest(None, -3), longest(2, 9.5, None)) == (None, 1, 9.5)
    assert (number("42"), number("nan"), number("x")) == (42, None, None)

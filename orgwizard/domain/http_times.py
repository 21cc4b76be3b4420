"""Times in HTTP headers: the service's own clock, and when a rate limit ends."""

from __future__ import annotations

import math
import re

from orgwizard.domain.http import Response
from orgwizard.domain.text.plural import counted

SHORTEST_WAIT_SECONDS = 1.0
SKEW_SECONDS = 60.0  # between two clocks, from which on it matters
_UNITS = ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)
_SECONDS = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*", re.ASCII)


def service_time(response: Response) -> float | None:
    """Return the `Date` of a response in epoch seconds; None if it has none that can be read."""
    return _epoch(response.headers.get("date", ""))


def clock_ahead(response: Response, now: float) -> float:
    """Return how many seconds our clock is ahead of the response's; 0 where that cannot be told."""
    sent = service_time(response)
    return 0.0 if sent is None else now - sent


def clock_words(ahead: float) -> str:
    """Return a difference between clocks in words, such as "12 minutes behind"."""
    seconds = abs(ahead)
    unit, size = next(((u, s) for u, s in _UNITS if seconds >= s), _UNITS[-1])
    count = round(seconds / size)
    return f"{counted(count, unit)} {'ahead of' if ahead > 0 else 'behind'}"


def retry_after(response: Response, now: float) -> float | None:
    """Return the seconds that `Retry-After` recommends waiting (RFC 9110 10.2.3); None if it is missing or nonsense.

    A date is compared with the response's own `Date`, and with *now*, in epoch seconds, only if it has none.
    """
    said = response.headers.get("retry-after", "")
    if match := _SECONDS.fullmatch(said):
        return _wait(float(match[1]))
    until = _epoch(said)
    if until is None:
        return None
    sent = service_time(response)
    return _wait(until - (now if sent is None else sent))


def number(text: str) -> float | None:
    """Return a header's finite number; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def longest(*waits: float | None) -> float | None:
    """Return the longest of several waits, at least a second; None if none of them says anything."""
    said = [wait for wait in waits if wait is not None]
    return max(SHORTEST_WAIT_SECONDS, *said) if said else None


def _wait(seconds: float) -> float | None:
    return max(SHORTEST_WAIT_SECONDS, seconds) if math.isfinite(seconds) else None


def _epoch(text: str) -> float | None:
    """Return an HTTP date in epoch seconds; None for anything else."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None

"""A moment as a person reads it."""

from datetime import UTC, datetime, timedelta


def when(at: datetime, now: datetime | None) -> str:
    """Return a moment with a time zone, such as "today, 04:59 UTC"; the day in words where that is clear at once.

    Where *now* is not known, it is a date.
    """
    at, today = at.astimezone(UTC), now.astimezone(UTC).date() if now else None
    days = {today: "today", today - timedelta(days=1): "yesterday"} if today else {}
    return f"{days.get(at.date(), f'{at:%Y-%m-%d}')}, {at:%H:%M} UTC"


def when_written(text: str, now: float | None) -> str:
    """Return a moment that a service wrote in ISO 8601 as `when` does, "" where it cannot be read.

    *now* is in epoch seconds by the service's own clock.
    """
    try:
        at = datetime.fromisoformat(text)
        today = None if now is None else datetime.fromtimestamp(now, UTC)
        return when(at if at.tzinfo else at.replace(tzinfo=UTC), today)
    except (ValueError, OverflowError, OSError):
        return ""

"""A moment as a person reads it."""

from datetime import UTC, datetime, timedelta


def when(at: datetime, now: datetime) -> str:
    """Return a moment with a time zone, such as "today, 04:59 UTC"; the day in words where that is clear at once."""
    at, today = at.astimezone(UTC), now.astimezone(UTC).date()
    days = {today: "today", today - timedelta(days=1): "yesterday"}
    return f"{days.get(at.date(), f'{at:%Y-%m-%d}')}, {at:%H:%M} UTC"

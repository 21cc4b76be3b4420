"""Time as the engine sees it: real, or sped up for the sandbox. Tests bring their own."""

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """The machine's clock, in seconds; with *speed* 30, thirty of them pass in one."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic() * self._speed

    def wall(self) -> datetime:
        """Return the date and time in UTC, never sped up: it is what gets written down."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* of this clock pass."""
        await asyncio.sleep(seconds / self._speed)

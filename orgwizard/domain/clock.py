"""Time as the engine sees it: real, or sped up for the sandbox. Tests bring their own."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells and passes time; durations are seconds."""

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""
        ...

    def wall(self) -> datetime:
        """Return the date and time in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* of this clock pass."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock; with `speed` 30, thirty of its seconds pass in one."""

    speed: float = 1.0

    def now(self) -> float:
        """Return seconds on the monotonic clock, times the speed."""
        return time.monotonic() * self.speed

    def wall(self) -> datetime:
        """Return the date and time in UTC, never sped up: it is what gets written down."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep for *seconds* of this clock."""
        await asyncio.sleep(seconds / self.speed)

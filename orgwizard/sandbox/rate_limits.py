"""Rate limits: how many requests fit into a window of time, and when the next one opens."""

from dataclasses import dataclass

from orgwizard.domain.clock import Clock

PENALTY_SECONDS = 20.0


@dataclass
class Window:
    """At most *limit* requests in each *period* (seconds), aligned to the clock as at Datadog."""

    clock: Clock
    limit: int
    period: float = 60.0
    _index: int = -1
    _used: int = 0

    def _turn(self) -> None:
        """Start counting anew when a new window has opened."""
        index = int(self.clock.now() // self.period)
        if index != self._index:
            self._index, self._used = index, 0

    def spend(self) -> bool:
        """Count one request; return False where the window is full."""
        self._turn()
        if self._used >= self.limit:
            return False
        self._used += 1
        return True

    @property
    def remaining(self) -> int:
        """Return how many more requests fit into the present window."""
        self._turn()
        return self.limit - self._used

    @property
    def resets_in(self) -> float:
        """Return the seconds until the next window opens."""
        return self.period - self.clock.now() % self.period


class Penalties:
    """Keeps out whoever asks for the first time until the penalty is over: the name `rate-limited`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def left(self, key: str) -> float:
        """Return the seconds that *key* must still wait; the first question starts them."""
        until = self._until.setdefault(key, self._clock.now() + PENALTY_SECONDS)
        return max(0.0, until - self._clock.now())

"""How a run of many orgs stands, folded from its events: a line for each org under way, and the total."""

from collections.abc import Callable, Mapping

from orgwizard.application.tables.run import Pause, RowEnd, RowProgress, TableEvent
from orgwizard.domain.events import CHECK, FIND, KEEP, READY, SEND, SETTLE, STORE, Progress
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.progress_text import clock_time
from orgwizard.presentation.tables.table_text import status

_DOING: Mapping[str, str] = {
    CHECK: "checking",
    STORE: "testing the store",
    SEND: "sending the request",
    FIND: "checking whether it was created",
    KEEP: "storing the keys",
    SETTLE: "first test",
    READY: "waiting until ready",
}


class Standing:
    """Everything that is under way; *names* are those of the orgs by the numbers of their rows.

    *now* tells the time in seconds, *settle_seconds* is the vendor's own wait.
    """

    def __init__(self, names: Mapping[int, str], now: Callable[[], float], settle_seconds: float) -> None:
        self.pause = 0  # seconds until the next request may leave
        self._names = names
        self._now, self._settle, self._started = now, settle_seconds, now()
        self._at: dict[int, Progress] = {}  # the last event of each row under way
        self._done = 0

    def add(self, event: TableEvent) -> None:
        """Take an event into account."""
        if isinstance(event, Pause):
            self.pause = event.left_seconds
        elif isinstance(event, RowProgress):
            if event.number not in self._at:  # a new request is on its way
                self.pause = 0
            self._at[event.number] = event.event
        elif isinstance(event, RowEnd):
            self._at.pop(event.number, None)
            self._done += 1

    def lines(self, most: int) -> list[str]:
        """Return a line for each org under way, the oldest first, and the total: at most *most* lines."""
        under_way = [self._line(number, event) for number, event in self._at.items()]
        more = len(under_way) - max(most - 1, 0)
        if more > 0:
            shown = max(most - 2, 0)
            under_way = [*under_way[:shown], f"{'':>5}  and {len(under_way) - shown} more"][: max(most - 1, 0)]
        return [*under_way, self.total()]

    def _line(self, number: int, event: Progress) -> str:
        left = event.left_seconds
        until = f" in {clock_time(left)}" if event.stage == SETTLE and left else ""
        return printable(f"{number:>5}  {self._names[number]}  {_DOING.get(event.stage, event.stage)}{until}")

    def total(self) -> str:
        """Return how the whole stands."""
        waiting = sum(event.stage in (SETTLE, READY) for event in self._at.values())
        return status(self._done, waiting, len(self._names), self.pause, self._left_seconds(waiting))

    def _left_seconds(self, waiting: int) -> float:
        """Return about how long it will take: as long for each row as for those so far, and the last org's wait."""
        begun, rows = self._done + waiting, len(self._names)
        if 0 < begun < rows:
            spent = self._now() - self._started
            return max(spent / begun * (rows - begun), self.pause) + self._settle
        return max((event.left_seconds or 0 for event in self._at.values() if event.stage == SETTLE), default=0)

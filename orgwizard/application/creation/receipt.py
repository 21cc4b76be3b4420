"""The response to the create call as it comes: on the disk at once, and noticed as soon as it begins."""

from collections.abc import Callable
from functools import partial

from orgwizard.domain.raw_response import head_of
from orgwizard.storage.attempts.response_spool import Spool


class Receipt:
    """Takes the response piece by piece; without a *spool* none of it touches the disk.

    `left` tells that the request was sent, `success` that the response began as one, `fault` why it is not on the disk.
    """

    def __init__(self, spool: Spool | None) -> None:
        self.spool = spool
        self.fault: Exception | None = None
        self.left = self.success = False
        self._begun: bytearray | None = bytearray()  # until the head is whole

    def sent(self) -> None:
        """Note that the request was sent."""
        self.left = True

    @property
    def may_hold_keys(self) -> bool:
        """Return whether anything but a piece of a head came."""
        return self._begun is None or b"{" in self._begun

    def write(self, data: bytes) -> None:
        """Take what came next; a fault of the disk does not keep the rest from coming."""
        if self.spool is not None and self.fault is None:
            self._try(partial(self.spool.write, data))
        if self._begun is not None:
            self._begun += data
            if head := head_of(self._begun):
                self.success, self._begun = head.ok, None

    def close(self) -> None:
        """Flush what came."""
        if self.spool is not None:
            self._try(self.spool.close)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as fault:
            self.fault = self.fault or fault

"""What the rows of a table share: the pace that the service allows, and a store that was tried once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orgwizard.application.creation.chosen_store import ChosenStore
from orgwizard.domain.clock import Clock
from orgwizard.domain.http import Call, Response, Send
from orgwizard.providers.contract import Provider
from orgwizard.storage.stores.vault import KeyFacts, StoredKeys

if TYPE_CHECKING:
    from pydantic import SecretStr


@dataclass
class Pace:
    """Sends, and remembers what the last response to a create call said of the next one."""

    provider: Provider
    onward: Send
    clock: Clock
    _free_at: float = field(default=0.0, init=False)  # by the monotonic clock

    async def send(self, call: Call) -> Response:
        """Send a call of any kind."""
        response = await self.onward(call)
        if call.once:
            wait = self.provider.wait_before_next(response, self.clock.wall().timestamp())
            self._free_at = self.clock.now() + wait
        return response

    @property
    def wait_seconds(self) -> float:
        """Return how long to wait before the next create call."""
        return max(0.0, self._free_at - self.clock.now())


class StoreProbedOnce(ChosenStore):
    """A store that is tried for the first row, and again after it failed to keep something."""

    _proven = ""

    def probe(self) -> str:
        """Test the store unless it is proven; raises `LocalFailure`."""
        self._proven = self._proven or super().probe()
        return self._proven

    def keep(self, label: str, secrets: Mapping[str, "SecretStr"], facts: KeyFacts) -> StoredKeys:
        """Store and read back; raises `NeedsAttention`."""
        proven, self._proven = self._proven, ""
        kept = super().keep(label, secrets, facts)
        self._proven = proven
        return kept

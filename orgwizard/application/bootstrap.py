"""What a face begins with: enough for its first screen at once, and the service, which takes longer to load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from orgwizard.application.connection.discovery import Discovery
from orgwizard.application.runner import Engine
from orgwizard.storage.drafts import Drafts

if TYPE_CHECKING:
    from orgwizard.application.service import Service
    from orgwizard.domain.events import Result
    from orgwizard.domain.scenario import Scenario


class Bootstrap:
    """One run of a face.

    `service` is put together by whoever asks for it first; `scenarios` are the sandbox's names that misbehave, and
    `is_new` tells whether there is nothing yet to ask the service for: no attempt and no profile. `ended` holds the
    results of this run by attempt, oldest first.
    """

    def __init__(
        self,
        discovery: Discovery,
        engine: Engine,
        drafts: Drafts,
        open_service: Callable[[], Service],
        *,
        sandbox: bool = False,
        scenarios: Sequence[Scenario] = (),
        is_new: Callable[[], bool] = lambda: False,
    ) -> None:
        self.discovery, self.engine, self.drafts = discovery, engine, drafts
        self.sandbox, self.scenarios, self.is_new = sandbox, scenarios, is_new
        self.ended: dict[str, Result] = {}
        self._open_service = open_service
        self._service: Service | None = None
        self._opening = threading.Lock()

    @property
    def service(self) -> Service:
        """Return the service; whoever comes second waits for it."""
        with self._opening:
            if self._service is None:
                self._service = self._open_service()
            return self._service

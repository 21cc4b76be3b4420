"""An attempt that was interrupted, taken up again: the last stages of a creation."""

import asyncio
from typing import ClassVar

from orgwizard.domain.events import FIND, KEEP, READY, SETTLE
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.storage.attempts.record import Record
from orgwizard.ui.tui.screens.create import CreateStep


class ResumeStep(CreateStep):
    """Watch the attempt being finished or looked up; nothing is created by it."""

    number = 0
    heading = "A resumed attempt"
    stops: ClassVar[str] = "stop checking; the attempt stays open"
    leaves: ClassVar[str] = "quit as soon as it is safe"
    no_way_back: ClassVar[str] = "You can't go back while the attempt is checked. Ctrl+T stops."
    shown: ClassVar[frozenset[str]] = frozenset((KEEP, SETTLE, READY))
    begins_with: ClassVar[str] = FIND

    def __init__(self, session: WizardSession, record: Record) -> None:
        super().__init__(session)
        self._record = record

    def org_name(self) -> str:
        """Return the name of the org of the attempt."""
        return self._record.name

    async def begun(self) -> bool:
        """Have the engine take the attempt up; reading the keys of a store may take a while."""
        engine, run = self.session.bootstrap.engine, self.session.run
        return await asyncio.wrap_future(engine.work(lambda: run.resume(self._record, self.tell)))

"""A line that says whether the wanted name is free: asked while the user types, never in their way."""

import asyncio
from dataclasses import dataclass

from textual import work
from textual.message import Message
from textual.timer import Timer
from textual.worker import Worker

from orgwizard.domain.errors import Refused, WizardError
from orgwizard.domain.forms.questions import Value
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers.findings import Finding, name_unproven
from orgwizard.ui.tui.widgets.static_text import StaticText

PAUSE_SECONDS = 0.6


class NameCheck(StaticText):
    """What the service says of the name; blank while it is not asked, or while the answers are not whole yet."""

    @dataclass
    class Taken(Message):
        """The name in *typed*, the answers as they were when it was asked about, is certainly taken."""

        refused: Refused
        typed: dict[str, Value]

    class Answered(Message):
        """It is known by now what the service says of the name: `WizardSession.name_finding`."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(id="availability")
        self._session = session
        self._pause: Timer | None = None
        self._look: Worker[None] | None = None

    def ask(self, after: float = PAUSE_SECONDS) -> None:
        """Ask once the user has paused for *after* seconds; what was asked before is dropped."""
        self.drop()
        self._pause = self.set_timer(after, self._begin) if after else None
        if not after:
            self._begin()

    def drop(self) -> None:
        """Stop asking, and forget what was said."""
        if self._pause is not None:
            self._pause.stop()
        if self._look is not None:
            self._look.cancel()
        self._session.name_finding = None
        self.update("")

    def _begin(self) -> None:
        self._look = self._ask()

    @work(exclusive=True, description="checking whether the name is available")
    async def _ask(self) -> None:
        found, typed = self._session.asking_name(), dict(self._session.draft.section("organization"))
        if found is None or self._refused:
            return
        try:
            self._say(await asyncio.wrap_future(found))
        except Refused as refused:
            self.post_message(self.Taken(refused, typed))
        except WizardError as error:
            self._say(name_unproven(error))

    @property
    def _refused(self) -> bool:
        """Return whether the service said no to the name: nothing good is said beside that."""
        return any(path.partition(".")[0] == "organization" for path in self._session.refusals)

    def _say(self, finding: Finding) -> None:
        if self._refused:
            return
        self._session.name_finding = finding
        self.post_message(self.Answered())
        self.set_class(finding.state == "warning", "-warning")
        self.update(finding.sentence)

"""A creation of a session, new or resumed: its result, remembered before a face hears of it, and its keys."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.errors import WizardError
from orgwizard.domain.events import READY, SETTLE, Event, KeysArrived, Progress, Result
from orgwizard.presentation.wizard.draft_keeping import DraftKeeping
from orgwizard.presentation.wizard.parent_org import ParentOrg
from orgwizard.providers.order import Order

if TYPE_CHECKING:
    from orgwizard.storage.attempts.earlier import EarlierAttempt
    from orgwizard.storage.attempts.record import Record

ORDER, SENT = "order", "sent"  # in a draft: that a request for it may have left


@dataclass
class CreationRun:
    """What becomes of the order of a draft: the attempt that is at it already, and the creation of this session."""

    bootstrap: Bootstrap
    parent: ParentOrg
    drafts: DraftKeeping
    result: Result | None = None
    """The result, None before; from the moment that keys come which no store took, one that has them."""
    shown: bool = False
    """A person was shown the keys of the result."""
    stored: bool = False
    """The org exists, and all that was received is stored or was shown: quitting loses nothing."""
    again: bool = False
    """A second org is wanted beside an earlier one."""

    def earlier(self) -> EarlierAttempt | None:
        """Return the attempt that already is at this order, or made its org; None also where that cannot be read."""
        from orgwizard.application.order_builder import identity

        parent, connection = self.parent, self.parent.connection
        wanted = identity(parent.provider, parent.draft)
        if wanted is None:
            return None
        credentials = connection.credentials if connection else None
        with suppress(WizardError):  # whoever begins an attempt is told why the journal cannot be read
            return self.bootstrap.service.creations.earlier(parent.provider, wanted, credentials, parent.checked)
        return None

    def was_sent(self) -> bool:
        """Return whether the order of the draft was sent, as far as the journal tells."""
        earlier = self.earlier()
        return earlier is not None and (earlier.kind != "unclear" or SENT in self.parent.draft.section(ORDER))

    # ---- from its beginning to its end ----

    def create(self, order: Order, tell: Callable[[Event], None]) -> bool:
        """Have the org created, and the draft forgotten once it exists; false where a creation runs already.

        *tell* is called in the engine's thread and must not block.
        """
        again, self.again = self.again, False
        draft = self.parent.draft
        draft.section(ORDER)[SENT] = "yes"
        self.drafts.save()
        creations, tell = self.bootstrap.service.creations, self._remembering(tell)
        return creations.create(self.parent.provider, order, draft.store, tell, again=again)

    def resume(self, record: Record, tell: Callable[[Event], None]) -> bool:
        """Have an attempt taken up; false where a creation runs already. Raises as `Creations.resume` does."""
        return self.bootstrap.service.creations.resume(record, self._remembering(tell), self.parent.connection)

    def _remembering(self, tell: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return *tell*, having the result remembered first: keys may be in it alone, and the face may be gone."""
        self.result, self.shown, self.stored = None, False, False

        def remember(event: Event) -> None:
            if isinstance(event, Progress) and event.stage in (SETTLE, READY):
                self.stored = True
            if isinstance(event, KeysArrived):
                self.result = event.result  # whatever comes of the rest, its keys are not lost
            if isinstance(event, Result):
                self._set_result(event)
                with suppress(Exception):  # the result must be told, whatever becomes of the draft
                    self._settle_draft(event)
            tell(event)

        return remember

    def _settle_draft(self, result: Result) -> None:
        """Forget the draft of an org that was created; that of one that was not may be sent again."""
        if result.outcome == "created":
            self.drafts.forget()
        if result.outcome == "not_created":
            self.parent.draft.section(ORDER).pop(SENT, None)

    def _set_result(self, result: Result) -> Result:
        """Remember a result, also beyond this session."""
        self.result = self.bootstrap.ended[result.attempt] = result
        return result

    # ---- keys that are stored nowhere ----

    def keys_shown(self) -> None:
        """Remember that the keys, which are stored nowhere, were shown to a person."""
        if self.result and self.result.secrets and not self.shown:
            self.shown = True
            service, result = self.bootstrap.service, self.result
            self.bootstrap.engine.work(lambda: service.records.keys_shown(result))

    def save_after_all(self, result: Result, store: str) -> Future[Result]:
        """Store the keys of *result*, which were for the screen only; the run's result then names the place.

        The future raises `WizardError`: nothing changed.
        """
        from orgwizard.application.keys.move_keys import save_after_all

        service = self.bootstrap.service
        return self.bootstrap.engine.work(lambda: self._set_result(save_after_all(service, result, store.strip())))

    def rescue(self) -> None:
        """Put keys that nobody was shown, as after a hang-up, into a private file."""
        if self.result and self.result.secrets and not self.shown:
            self._set_result(self.bootstrap.service.records.save_unshown_keys(self.result))

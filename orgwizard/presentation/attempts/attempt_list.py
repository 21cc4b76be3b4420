"""The attempts as a list to work through: the newest at once, all of them as soon as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from orgwizard.domain.errors import WizardError
from orgwizard.domain.order_key import folded

if TYPE_CHECKING:
    from orgwizard.storage.attempts.journal import Journal
    from orgwizard.storage.attempts.pulse import Pulse
    from orgwizard.storage.attempts.record import Record


@dataclass(frozen=True)
class AttemptList:
    """Attempts, newest first, and how the journal was just before they were read; `problem` says why it could not be.

    `older` counts those that are not read yet.
    """

    records: Sequence[Record]
    pulse: Pulse
    older: int = 0
    problem: str = ""

    @classmethod
    def whole(cls, journal: Journal) -> Self:
        """Read every attempt; of thousands that takes a second."""
        from orgwizard.storage.attempts.pulse import pulse

        before = pulse(journal.folder)
        try:
            return cls(journal.all(), before)
        except WizardError as fault:
            return cls((), before, problem=fault.cause)

    def named(self, text: str) -> Sequence[Record]:
        """Return the attempts with this text in their name, whatever its case and spaces."""
        return [record for record in self.records if folded(text) in folded(record.name)] if text else self.records

    def moved(self, journal: Journal) -> AttemptList:
        """Return what there is by now: itself, unless an attempt has begun, moved on or ended since."""
        from orgwizard.storage.attempts.pulse import left_alone, pulse

        if self.older or pulse(journal.folder) != self.pulse or left_alone(self.records):
            return self.whole(journal)
        return self

"""What a screen of the wizard ends with: where its user goes from there, and what goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgwizard.domain.errors import WizardError
    from orgwizard.domain.events import Result
    from orgwizard.domain.forms.draft import Draft
    from orgwizard.storage.attempts.record import Record


@dataclass(frozen=True)
class Begin:
    """The user begins with a draft: an empty one, the saved one, or one of a profile."""

    draft: Draft
    another_saved: bool = False
    """A draft of another org is saved."""


@dataclass(frozen=True)
class Resume:
    """The user takes up an attempt that was interrupted; what was typed for another org stays in its draft.

    *listed* says that it was chosen in the list of attempts, to which Back leads.
    """

    record: Record
    listed: bool = False


@dataclass(frozen=True)
class Next:
    """The step is complete."""


@dataclass(frozen=True)
class Back:
    """The user goes one step back."""


@dataclass(frozen=True)
class Edit:
    """The user goes to a field such as "organization.name", or to the step of a section, to change something."""

    field: str


@dataclass(frozen=True)
class Check:
    """The user has an attempt looked at again, or finished, by the answers that are here."""

    record: Record


@dataclass(frozen=True)
class Failed:
    """Something failed that may be about a field of this or another step."""

    error: WizardError


@dataclass(frozen=True)
class Ended:
    """A creation ended, or never began."""

    result: Result | WizardError


@dataclass(frozen=True)
class FinishInBackground:
    """The user leaves; what was sent is to be answered and stored before the program ends."""


@dataclass(frozen=True)
class Another:
    """The user wants another org under the same parent."""


Outcome = Begin | Resume | Next | Back | Edit | Check | Failed | Ended | FinishInBackground | Another

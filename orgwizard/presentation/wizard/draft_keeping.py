"""Whether the draft of a session is the one that is saved, and its saving."""

from __future__ import annotations

from dataclasses import dataclass

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.system.file_faults import cause_of


@dataclass
class DraftKeeping:
    """The draft of a session and the saved one, which may be another."""

    bootstrap: Bootstrap
    draft: Draft
    keeping: bool = True
    """False for good once the org exists, and where an attempt is taken up, whose answers are not in the draft."""
    another_saved: bool = False
    """Another draft is saved, which this one replaces only when something about the org is typed."""
    failure_said: bool = False
    """The user was told that the draft cannot be saved; plain mode says so once."""

    @property
    def is_saved(self) -> bool:
        """Return whether there is something in the draft, and it is the one that is saved."""
        return bool(self.draft.provider) and self.keeping and not self.another_saved

    def save(self) -> str:
        """Save the draft; return a sentence where that failed, which must not stop anybody."""
        if not self.is_saved:
            return ""
        try:
            self.bootstrap.drafts.save(self.draft)
        except (WizardError, OSError) as error:
            return f"The draft could not be saved: {cause_of(error)}"
        return ""

    def forget(self) -> None:
        """Remove the saved draft, and save this one no more: its org exists."""
        if self.keeping:
            self.keeping = False
            self.bootstrap.drafts.remove()

    def to_continue(self) -> Draft | None:
        """Return the draft that the beginning offers to go on with after this session, else the saved one."""
        return self.draft if self.draft.provider and not self.another_saved else self.bootstrap.drafts.load()

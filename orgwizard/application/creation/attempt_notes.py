"""What a creation writes into the record of its attempt; once the request left, a full disk stops nothing."""

from collections.abc import Callable

from orgwizard.domain.control import Control
from orgwizard.domain.events import Result
from orgwizard.storage.attempts.writing import Attempt
from orgwizard.system.file_faults import cause_of


class AttemptNotes:
    """The record of the attempt, as soon as there is one; what cannot be written becomes a remark."""

    def __init__(self, control: Control, add_remark: Callable[[str], None]) -> None:
        self.attempt: Attempt | None = None
        self._control, self._add_remark = control, add_remark
        self._shown = False  # whether it says that keys were shown

    def add(self, event: str, **facts: object) -> bool:
        """Write an event, and return whether the record took it; raises for "sending", before which nothing left."""
        if self.attempt is None:
            return False
        try:
            self.attempt.note(event, **facts)
            return True
        except Exception as fault:
            if event == "sending":
                raise
            self._add_remark(f"The attempt's record could not be written: {cause_of(fault)}")
            return False

    def add_shown(self) -> None:
        """Write down that a person was shown keys that are stored nowhere, once somebody says so."""
        if self._control.shown.is_set() and not self._shown:
            self._shown = True
            self.add("shown", keys_shown=True)

    def unspool(self, path: str) -> bool:
        """Remove the response at *path* from the disk, and return whether it is gone."""
        if self.attempt is None:
            return False
        try:
            self.attempt.unspool()
            return True
        except Exception as fault:
            self._add_remark(f"{path} could not be removed: {cause_of(fault)}")
            return False

    def close(self, result: Result, end: str) -> None:
        """Write the end down, "" for none, and let other processes take the attempt up."""
        if self.attempt is None:
            return
        try:
            self.add_shown()
            if end:
                told = {name: value for name, value in result.as_json().items() if name != "secrets"}
                self.attempt.note("ended", result=end, told=told, exit=result.exit_code)
        finally:
            self.attempt.close()

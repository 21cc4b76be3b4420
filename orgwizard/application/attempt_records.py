"""What is added to the record of an attempt after its creation ended: where its keys are, and that they were shown."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from orgwizard.application.runner import Engine
from orgwizard.domain.errors import NeedsAttention, WizardError
from orgwizard.domain.events import Result
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.stores.secret_stores import FileStore, label_of
from orgwizard.storage.stores.vault import KeyFacts, Vault


class AttemptRecords:
    """The records of attempts that have a result."""

    def __init__(self, journal: Journal, vault: Vault, engine: Engine) -> None:
        self._journal, self._vault, self._engine = journal, vault, engine

    def save_unshown_keys(self, result: Result) -> Result:
        """Put keys that no screen took into a private file, and write down where; where that fails, too, say so."""
        facts = KeyFacts(org=result.name, attempt=result.attempt)
        try:
            kept = self._vault.keep(FileStore(), label_of(result.provider, result.name), result.secrets, facts)
        except WizardError as error:
            return replace(
                result, error=NeedsAttention(f"The keys could not be displayed. {error.cause}", code="attention")
            )
        with suppress(WizardError):
            self._write_down(self._journal.get(result.attempt), "stored", stored=dict(kept.reference))
        attention = NeedsAttention(f"The keys could not be displayed. They are {kept.words}.", code="attention")
        return replace(result, stored=kept.reference, stored_words=kept.words, secrets={}, error=attention)

    def keys_shown(self, result: Result) -> None:
        """Have it written down that a person was shown keys that are stored nowhere; waits for a running creation."""
        self._engine.keys_shown()
        self._engine.idle.wait()
        with suppress(WizardError):
            record = self._journal.get(result.attempt)
            if not record.keys_shown:
                self._write_down(record, "shown", keys_shown=True)

    def note_stored(self, attempt: str, reference: Mapping[str, object]) -> None:
        """Write down where the keys of an attempt are now; a journal that knows no such attempt has nothing to learn.

        Raises `Busy` and `LocalFailure`.
        """
        if attempt in self._journal.ids():
            self._write_down(self._journal.get(attempt), "stored", stored=dict(reference))

    def note_undo(self, attempt: str, state: str) -> None:
        """Write down what became of the call that takes an org, or its keys, back; raises as `note_stored` does."""
        if attempt in self._journal.ids():
            self._write_down(self._journal.get(attempt), "undo", undo=state)

    def without_leftover(self, record: Record) -> Record:
        """Return a settled attempt without an answer that was left over; one that cannot be removed is still in it."""
        if not record.left_over:
            return record
        with suppress(WizardError, OSError), self._journal.resume(record) as attempt:
            attempt.unspool()
        return self._journal.get(record.id)

    def _write_down(self, record: Record, event: str, **facts: object) -> None:
        with self._journal.resume(record) as attempt:
            attempt.note(event, **facts)
            attempt.note("ended", result=record.state)

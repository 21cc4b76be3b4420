"""What one run of the program works with, over one set of folders; `cli` puts it together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from orgwizard.application.attempt_records import AttemptRecords
from orgwizard.application.connection.checks import Checks
from orgwizard.application.connection.discovery import Discovery
from orgwizard.application.connection.provider_calls import converse
from orgwizard.application.creation.creations import Creations
from orgwizard.application.draft_reader import DraftReader
from orgwizard.application.profile_saving import ProfileSaver
from orgwizard.application.recovery import Recovery
from orgwizard.application.runner import Engine
from orgwizard.domain.clock import Clock
from orgwizard.domain.control import Wishes
from orgwizard.domain.events import options_of
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.http import Conversation, Send
from orgwizard.domain.secrets import signing
from orgwizard.providers import provider_of
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.drafts import Drafts
from orgwizard.storage.profiles import Profiles
from orgwizard.storage.stores.vault import Vault
from orgwizard.system import keyring_client

T = TypeVar("T")


@dataclass(frozen=True)
class Service:
    """One run of the program over one set of folders.

    `sandbox_values` holds ready-made answers of the sandbox: "okta.token" -> value; empty for the real services.
    `used` collects the names of variables that secrets were read from; the vault hides them from commands.
    """

    send: Send
    engine: Engine
    clock: Clock
    journal: Journal
    profiles: Profiles
    drafts: Drafts
    vault: Vault
    environ: Mapping[str, str]
    sandbox_values: Mapping[str, str] = field(default_factory=dict)
    warm: Callable[[], None] = lambda: None
    used: set[str] = field(default_factory=set)
    wishes: Wishes = field(default_factory=Wishes)

    @property
    def options(self) -> str:
        """Return the options of this run that a command which goes on with its work has to repeat."""
        return options_of(sandbox=bool(self.sandbox_values))

    @cached_property
    def discovery(self) -> Discovery:
        """Return what the user already has."""
        return Discovery(self.environ, self.sandbox_values)

    @cached_property
    def reader(self) -> DraftReader:
        """Return what makes connections and orders of drafts."""
        return DraftReader(self.environ, self.used)

    @cached_property
    def checks(self) -> Checks:
        """Return what asks before anything is created."""
        return Checks(self.send, self.engine, self.clock, self.vault)

    @cached_property
    def creations(self) -> Creations:
        """Return what begins creations and resumptions."""
        return Creations(
            self.send,
            self.engine,
            self.clock,
            self.journal,
            self.vault,
            Recovery(self.reader, self.discovery, self.vault.seconds),
            self.profile_saver,
            self.wishes,
            self.options,
        )

    @cached_property
    def records(self) -> AttemptRecords:
        """Return what adds to the records of attempts that have ended."""
        return AttemptRecords(self.journal, self.vault, self.engine)

    @cached_property
    def profile_saver(self) -> ProfileSaver:
        """Return what saves profiles."""
        return ProfileSaver(self.profiles, self.clock)

    def ask(self, conversation: Conversation[T]) -> T:
        """Make a provider's calls, which create nothing, and return its result; blocks, and raises a `WizardError`."""
        return self.engine.read(converse(conversation, self.send)).result()

    def load_ahead(self, step: str, draft: Draft) -> None:
        """Load what will be needed after a step, while the user reads and types on it; meant for another thread.

        Raises `BadInput` where the network's settings cannot be used; who sends something is told so again.
        """
        if step == "credentials":
            model = provider_of(draft.provider).methods[draft.method]
            if any(question.file for question in questions(model)):
                signing.load()
            self.warm()
        elif step == "organization":
            keyring_client.load_keyring()

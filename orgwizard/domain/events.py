"""What faces are told of a creation: its progress, and the one result it ends with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from orgwizard.domain.attempt_state import Outcome
from orgwizard.domain.errors import Exit, WizardError
from orgwizard.domain.json_result import org_object, result_object
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.masking import revealed
from orgwizard.domain.secrets.redactor import REDACTOR

if TYPE_CHECKING:
    from pydantic import SecretStr

    from orgwizard.domain.secrets.secret_reference import Reference


StageState = Literal["started", "waiting", "ok", "warning", "failed"]


@dataclass(frozen=True)
class Progress:
    """A stage began, waits, or ended; `left_seconds` counts down to what comes next, such as another try.

    Where nobody knows how long it takes, `spent_seconds` counts up. `deadline_seconds` are left until it is given up.
    """

    stage: str
    state: StageState
    words: str = ""
    left_seconds: int | None = None
    spent_seconds: int | None = None
    deadline_seconds: int | None = None


@dataclass(frozen=True)
class KeysArrived:
    """The keys came, and are for the screen alone: to be shown at once, whatever still follows.

    `result` is what is known by now, with the keys in its `secrets`. Whoever has shown them says so
    (`Engine.keys_shown`): until then the journal does not.
    """

    result: "Result"


@dataclass(frozen=True)
class Result:
    """How a creation ended. `secrets` is filled only where the store is the screen, or every store failed.

    In that case a saved response may hold them, too: a person may copy them, and nothing else needs them (`logged`).

    `remarks` need a person; `notices` tell of what is odd and harms nothing.
    `access` says by label who gets into the org and how, and until when its keys are valid.
    `open` tells that the attempt is not settled: something is left to do or to find out. `options` are what commands
    about it repeat: "--sandbox", or "". `undecidable` is what a person can do about an unknown outcome that no check
    will ever decide.
    """

    outcome: Outcome
    provider: str
    site: str
    name: str
    ready: bool = False
    attempt: str = ""
    org: Created | None = None
    stored: Mapping[str, Any] | None = None
    sources: Mapping[str, "Reference"] = field(default_factory=dict)
    stored_words: str = ""
    secrets: Mapping[str, "SecretStr"] = field(default_factory=dict)
    error: WizardError | None = None
    remarks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    access: Mapping[str, str] = field(default_factory=dict)
    next_steps: tuple[str, ...] = ()
    profile: str = ""
    spool: str = ""
    open: bool = False
    ended: datetime | None = None
    options: str = ""
    undecidable: str = ""

    @property
    def exit_code(self) -> Exit:
        """Return the program's exit code for this end."""
        if self.error is not None:
            return self.error.exit_code
        return Exit.READY if self.ready else Exit.ATTENTION

    @property
    def unmoved(self) -> bool:
        """Return whether the keys are on disk in the undigested answer alone, because every store failed."""
        return bool(self.spool and self.secrets)

    def logged(self) -> "Result":
        """Return it without keys that are saved: what a command prints may end up in a log or a mail."""
        return replace(self, secrets={}) if self.unmoved else self

    @property
    def look_again(self) -> str:
        """Return what to do about an attempt that is open."""
        if self.unmoved:
            return f"When a store works again, move the keys with: {resuming(self.attempt, self.options)}"
        if is_sandbox(self.options):
            return SANDBOX_ENDS
        if self.undecidable:
            return self.undecidable
        first = "Do not create it again yet. Check again with" if self.outcome == "unknown" else "Check again later"
        return f"{first}: {resuming(self.attempt, self.options)}"

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints; secrets only where they are nowhere else."""
        org = self.org
        members = {
            "outcome": self.outcome,
            "ready": self.ready,
            "attempt": self.attempt or None,
            "provider": self.provider or None,
            "site": self.site or None,
            "org": {"id": org.id, "name": org.name, "url": org.url, **org.details} if org else org_object(self.name),
            "stored": dict(self.stored) if self.stored else None,
            "profile": self.profile or None,
            "remarks": [*self.remarks, *self.notices],
        }
        cleaned = REDACTOR.clean_values(result_object(self.error) | members)
        return cleaned | ({"secrets": revealed(self.secrets)} if self.secrets else {})


def options_of(*, sandbox: bool) -> str:
    """Return the options that a command which goes on with a run's work has to repeat."""
    return "--sandbox" if sandbox else ""


def is_sandbox(options: str) -> bool:
    """Return whether a run with these options works with the sandbox, whose orgs no other run can reach."""
    return options == options_of(sandbox=True)


def resuming(attempt: str, options: str) -> str:
    """Return the command that takes an attempt up."""
    return f"orgwizard resume {attempt} {options}".rstrip()


USE_KEYS = "Use the keys: "
MAKE_NEW_KEYS = "Sign in to the child org as its administrator and create new keys."
SANDBOX_ENDED = "Its sandbox ended with the run that created it: nothing is left to check."
SANDBOX_ENDS = "Sandbox orgs end with the run that creates them: no later command can check this one."
SANDBOX_ORG = "This org ends with this sandbox run. To keep one for later commands: orgwizard help sandbox"
Event = Progress | KeysArrived | Result
CHECK, STORE, SEND, KEEP, SETTLE, READY, FIND = "check", "store", "send", "keep", "settle", "ready", "find"

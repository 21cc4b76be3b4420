"""What the journal knows about one attempt, and whether that settles it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict

from orgwizard.domain.attempt_state import SETTLED
from orgwizard.domain.order_key import OrderKey, folded
from orgwizard.storage.attempts.file import marks_of
from orgwizard.storage.parent_access import ParentAccess

State = Literal[
    "requested",  # written down; nothing is on its way
    "waiting",  # the service asked to come back later; nothing is on its way
    "sending",  # the create request may have left
    "answered",  # an answer came and is in the spool
    "created",  # the answer was understood: the org exists
    "stored",  # its secrets are in the chosen store
    "ready",  # the new org answers
    "later",  # it did not answer yet
    "refused",  # the service said no
    "not_sent",  # the request never left
    "unknown",  # it left, and no whole answer came
    "exists",  # unknown once, then found
    "absent",  # unknown once, then not found
    "damaged",  # the file cannot be read
]
NEVER_LEFT = frozenset(("requested", "waiting"))  # states in which no request is on its way
# States of which something is left to do, or to say, though the sandbox has ended.
_NOT_OF_SANDBOX = NEVER_LEFT | {"damaged"}
# Keys may be in a store by then; "requested" and "waiting" also where the lines after them were lost.
_BEFORE_STORED = frozenset(("requested", "waiting", "sending", "answered", "created", "unknown"))
_KEYRINGS = ("keyring", "keyring:unencrypted")  # as a plan names them


class Record(BaseModel):
    """What the journal knows about one attempt; whatever was not reached yet is empty.

    `mark` is the provider's own name for the org (Okta: the subdomain), `digest` that of the request's body,
    `before` what was seen before the request, `store` as in a plan, `via` method and sources of the parent's
    credentials, `sent_at` when the request was last sent, in epoch seconds by the service's own clock,
    `sendings` how often it may have left, `keys` the names of the secrets found in the answer (`None` in older
    records, and before there was one), `missing` what it lacked, in words, `odd` whether it is kept
    for a person to look at, `stored` the reference to the secrets,
    `given` the names under which a command was about to be given them, so that it may have them,
    `given_elsewhere` those of them of which no event says that they are stored,
    `spool` the file with the undigested answer, as long as there is one.
    `keys_shown` and `answer_shown` are true if only the screen had them.
    `undo` is what became of the call that takes the org, or its keys, back: sent, done, refused or unknown; `undone`
    is when that was written down last.
    `run` is the run of orgwizard that began it; `sandbox_ended` tells that its org was one of the sandbox, and has
    ended with that run. `running` tells that a process is at work. `told` and `exit` are what its creation ended with
    for scripts: the object of `--json`, without secrets, and the exit code. `damage` says what is wrong with one that
    is "damaged", `approved` is the fingerprint of the plan that somebody approved.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str
    path: Path
    state: State
    started: AwareDatetime
    changed: AwareDatetime
    running: bool = False
    pid: int = 0
    run: str = ""
    sandbox_ended: bool = False
    provider: str = ""
    site: str = ""
    name: str = ""
    mark: str = ""
    digest: str = ""
    before: object = None
    store: object = None
    via: object = None
    sent_at: float | None = None
    sendings: int = 1
    status: int = 0
    request_id: str = ""
    spool: Path | None = None
    org: dict[str, str] | None = None
    details: dict[str, str] = {}
    keys: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    odd: bool = False
    stored: object = None
    given: tuple[str, ...] = ()
    given_elsewhere: tuple[str, ...] = ()
    keys_shown: bool = False
    answer_shown: bool = False
    profile: str = ""
    undo: str = ""
    undone: str = ""
    found: str = ""
    code: str = ""
    message: str = ""
    told: dict[str, object] | None = None
    exit: int | None = None
    damage: str = ""
    approved: str = ""

    @property
    def reference(self) -> Mapping[str, object]:
        """Return the reference to the secrets, {} where nobody stored them."""
        return self.stored if isinstance(self.stored, dict) else {}

    @property
    def access(self) -> ParentAccess:
        """Return how its parent was connected."""
        return ParentAccess.parse(self.via)

    @property
    def settled(self) -> bool:
        """Return whether nothing is left to do or to find out."""
        if self.sandbox_ended and self.state not in _NOT_OF_SANDBOX:
            return not self._may_have_unstored_keys
        return self.concluded

    @property
    def concluded(self) -> bool:
        """Return whether the record says how it ended, and nothing is left to do."""
        return self.state in SETTLED and not self.unmoved

    @property
    def _may_have_unstored_keys(self) -> bool:
        """Return whether the undigested answer may hold keys, which `resume` stores; one that it looked at is odd."""
        return bool(self.spool and self.keys != () and not self.stored) and self.state != "unknown"

    @property
    def unmoved(self) -> bool:
        """Return whether the keys of the new org are in the undigested answer alone, because every store failed."""
        return self.state in ("ready", "exists") and bool(self.spool and self.keys) and not self.stored

    @property
    def may_have_keys(self) -> bool:
        """Return whether its keys may be in a store of which the journal could not tell, and nowhere else."""
        return self.state in _BEFORE_STORED and not (self.stored or self.spool or self.running)

    @property
    def may_be_in_keyring(self) -> bool:
        """Return whether its keys may be in the keyring, of which the journal could not tell; `resume` looks there."""
        return self.store in _KEYRINGS and self.keys != () and self.may_have_keys

    @property
    def left_over(self) -> bool:
        """Return whether the undigested answer is still there though its keys are stored, whole, and proven."""
        is_digested = self.state == "ready" and bool(self.keys and self.stored) and not (self.missing or self.odd)
        return is_digested and self.spool is not None

    def same_order(self, key: OrderKey) -> bool | None:
        """Return whether this attempt was made for the same order, None where that cannot be told."""
        marks = marks_of(self.path)
        if marks is None and self.name:  # of a version that named files by their id alone
            parents = frozenset((f"host {urlsplit(self.site).netloc}",)) if self.mark else frozenset[str]()
            old = OrderKey(self.provider, self.mark.casefold() or folded(self.name), parents)
            if self.provider != key.provider:
                return False
            marks = old.marks(self.id)
        return None if marks is None else key.marks(self.id).same(marks)


def stored_names(reference: Mapping[str, object]) -> set[str]:
    """Return the names under which a command has keys, given the reference to them."""
    names, entries = reference.get("names"), reference.get("entries")
    listed = (*(names if isinstance(names, list) else ()), *(entries.values() if isinstance(entries, dict) else ()))
    return set(map(str, listed))

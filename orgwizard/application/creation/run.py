"""One creation under way, new or resumed: what it works with, and its result as far as it is known."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

from orgwizard.application.creation.tools import Tools
from orgwizard.application.creation.waiting import Waiting
from orgwizard.domain.attempt_state import Outcome
from orgwizard.domain.errors import Refused
from orgwizard.domain.events import Event, Progress, Result
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.http import Response
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.text.sanitize import printable, shortened
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Preflight
from orgwizard.providers.order import OrgIdentity
from orgwizard.storage.attempts.record import stored_names
from orgwizard.storage.attempts.writing import Attempt
from orgwizard.system.file_faults import cause_of

LONGEST_NAME = 100  # characters of a name in a sentence


class Run:
    """What the stages of one creation share; each of them adds to `result`.

    `attempt` is its record, as soon as there is one;
    `response` is a success that is not, or not wholly, in a store; `refusal` one that may be about our own org, and is
    looked up first; `end` the journal's word for the end, where the result alone does not tell; `sendings` how often
    the create call may have left, `sent_at` when it last did, in epoch seconds by the service's own clock; `lacking`
    says which of the parent's credentials are missing, `unasked` that the keys may be where nobody could look, `given`
    under which names a command was about to be given keys, `sandbox_ended` that there is no service left to ask.
    """

    def __init__(
        self,
        provider: Provider,
        wanted: OrgIdentity,
        credentials: Fields | None,
        tools: Tools,
        tell: Callable[[Event], None],
    ) -> None:
        self.provider, self.wanted, self.credentials, self.tools, self.tell = provider, wanted, credentials, tools, tell
        self.result = Result("not_created", provider.key, wanted.site.key, wanted.name, options=tools.options)
        self.checked = Preflight("")
        self.response: Response | None = None
        self.refusal: Refused | None = None
        self.end = ""
        self.sendings = 0
        self.sent_at: float | None = None
        self.lacking = self.unasked = ""
        self.given: Collection[str] = ()
        self.sandbox_ended = False
        self.attempt: Attempt | None = None
        self._notes_shown = False  # whether the record says that keys were shown
        self.waiting = Waiting(tools.clock, tools.control, self._tell_progress)
        self.progress = self.waiting.progress

    def _tell_progress(self, progress: Progress) -> None:
        self._note_shown()
        self.tell(progress)

    def set_outcome(self, outcome: Outcome) -> None:
        """Set what is known of the org from now on."""
        self.result = replace(self.result, outcome=outcome)

    def set_created(self, created: Created, remarks: tuple[str, ...] = ()) -> None:
        """Remember that the org exists, and what is odd about it."""
        created = without_secrets(created)
        self.result = replace(
            self.result,
            outcome="created",
            org=created,
            remarks=(*self.result.remarks, *remarks),
            notices=tuple(_other_names(self.wanted, created)),
            access=self.provider.access(created, has_password=self.wanted.has_password),
            next_steps=self.provider.next_steps(created),
        )

    def set_attempt(self, attempt: Attempt) -> None:
        """Write into the record of *attempt* from now on."""
        self.attempt = attempt
        self.result = replace(self.result, attempt=attempt.id)

    def note(self, event: str, **facts: object) -> bool:
        """Write an event into the record and return whether that worked; a full disk stops nothing: it is a remark."""
        if self.attempt is None:
            return False
        try:
            self.attempt.note(event, **facts)
            return True
        except Exception as fault:
            self.add_remark(f"The attempt's record could not be written: {cause_of(fault)}")
            return False

    def _note_shown(self) -> None:
        """Write down that a person was shown keys that are stored nowhere, once somebody says so."""
        if self.tools.control.shown.is_set() and not self._notes_shown:
            self._notes_shown = True
            self.note("shown", keys_shown=True)

    def close(self, result: Result, end: str) -> None:
        """Write the end down, "" for none, and let other processes take the attempt up."""
        if self.attempt is None:
            return
        try:
            self._note_shown()
            if end:
                told = {name: value for name, value in result.as_json().items() if name != "secrets"}
                self.attempt.note("ended", result=end, told=told, exit=result.exit_code)
        finally:
            self.attempt.close()

    def set_spool(self, path: Path) -> None:
        """Remember the file in which the raw response lies."""
        self.result = replace(self.result, spool=str(path))

    def check_spool(self) -> None:
        """Forget the file of the response if it cannot be read any more: what it held has to be shown."""
        with suppress(Exception):  # whatever it is, nobody could read the keys there
            if self.attempt and self.attempt.spooled():
                return
        self.result = replace(self.result, spool="")

    def add_remark(self, remark: str) -> None:
        """Add something that needs a person; once, though several places may fail alike."""
        remark = REDACTOR.clean(remark)
        if remark not in self.result.remarks:
            self.result = replace(self.result, remarks=(*self.result.remarks, remark))

    def unspool(self) -> None:
        """Remove the response from the disk again; what cannot be removed becomes a remark."""
        if not self.result.spool or self.attempt is None:
            return
        try:
            self.attempt.unspool()
            self.result = replace(self.result, spool="")
        except Exception as fault:
            self.add_remark(f"{self.result.spool} could not be removed: {cause_of(fault)}")

    def kept(self) -> str:
        """Say where a response is that no store has, or where else the keys may be; the ending shows what it says."""
        if self.result.spool:
            return f"The response is saved in {self.result.spool} and may contain the keys."
        if self.response is not None and self.response.body:
            return "Copy the response shown here: it is saved nowhere and may contain the keys."
        return self.unasked

    def given_elsewhere(self) -> str:
        """Say under which names a command may have keys that are not known to be stored, "" where none may."""
        known = stored_names(self.result.stored or {})
        names = [name for name in self.given if name not in known]
        return f"A command may have keys of this org, as {', '.join(names)}." if names else ""


def _other_names(wanted: OrgIdentity, created: Created) -> Iterator[str]:
    """Yield a sentence for each name of the new org that is not the one that was ordered."""
    names = {"name": (created.name, wanted.name), "subdomain": (created.details.get("subdomain"), wanted.subdomain)}
    for kind, (told, ordered) in names.items():
        if told and ordered and _bare(told) != _bare(REDACTOR.without_secrets(ordered)):
            words = f'The {kind} of the new org is "{_quoted(told)}", not "{_quoted(ordered)}" as ordered.'
            yield REDACTOR.clean(words)


def _bare(name: str) -> str:
    return normalize("NFC", name.strip().casefold())


def _quoted(name: str) -> str:
    return printable(shortened(name, LONGEST_NAME))


def without_secrets(created: Created) -> Created:
    """Return the new org with the secrets of this run masked in what the service says of it."""
    clean = REDACTOR.without_secrets
    return replace(
        created,
        id=clean(created.id),
        name=clean(created.name),
        url=clean(created.url),
        details={name: clean(value) for name, value in created.details.items()},
        remarks=tuple(map(clean, created.remarks)),
    )

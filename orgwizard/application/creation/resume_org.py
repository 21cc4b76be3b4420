"""resume_org(): an attempt that was interrupted, taken up where the journal says it stood."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from pydantic import SecretStr

from orgwizard.application.creation.ending import run_to_end
from orgwizard.application.creation.key_storing import created_by, keep, save_profile, set_profile
from orgwizard.application.creation.lookup import look, look_up
from orgwizard.application.creation.readiness import wait_until_ready
from orgwizard.application.creation.run import Run
from orgwizard.application.creation.stream import events_of
from orgwizard.application.creation.tools import Tools
from orgwizard.application.creation.verdict import judge
from orgwizard.domain.errors import NeedsAttention, NoResponse, NotSent, WizardError
from orgwizard.domain.events import FIND, KEEP, MAKE_NEW_KEYS, Event
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.http import Response
from orgwizard.domain.org import Created
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Preflight
from orgwizard.providers.order import OrgIdentity
from orgwizard.storage.attempts.record import NEVER_LEFT, Record
from orgwizard.storage.attempts.writing import Attempt
from orgwizard.storage.stores.stored_reference import place, sources

GONE = "Its keys were only shown on the screen: if they were not copied, they are lost."


@dataclass(frozen=True)
class Interrupted:
    """An attempt as it was found.

    `credentials` are the parent's, if they can be had, else `lacking` says which are not; `secrets` are the child's, if
    a store has them. `unasked` says that the keys may be where nobody could look now.
    """

    provider: Provider
    record: Record
    attempt: Attempt
    wanted: OrgIdentity
    credentials: Fields | None
    secrets: Mapping[str, SecretStr]
    lacking: str = ""
    unasked: str = ""


def resume_org(interrupted: Interrupted, tools: Tools) -> AsyncIterator[Event]:
    """Finish a wait, store an answer that was only spooled, or look up an unknown outcome.

    Nothing is created. The last event is the only `Result`.
    """

    async def run(tell: Callable[[Event], None]) -> None:
        resumption = _Resumption(interrupted, tools, tell)
        await run_to_end(resumption.run, resumption.stages)

    return events_of(run)


class _Resumption:
    """A resumed attempt."""

    def __init__(self, interrupted: Interrupted, tools: Tools, tell: Callable[[Event], None]) -> None:
        self._interrupted, self._record = interrupted, interrupted.record
        self.run = run = Run(interrupted.provider, interrupted.wanted, interrupted.credentials, tools, tell)
        before = self._record.before if isinstance(self._record.before, dict) else {}
        run.checked = Preflight("", domain=str(before.get("domain", "")), before=before)
        run.sent_at, run.sendings = self._record.sent_at, self._record.sendings
        run.lacking, run.unasked = interrupted.lacking, interrupted.unasked
        run.given = self._record.given_elsewhere
        run.sandbox_ended = self._record.sandbox_ended
        run.set_attempt(interrupted.attempt)

    async def stages(self) -> WizardError | None:
        """Go through the stages that are left; return or raise what keeps the end from being a good one."""
        try:
            return await self._stages()
        finally:
            if given := self.run.given_elsewhere():
                self.run.add_remark(given)

    async def _stages(self) -> WizardError | None:
        if self._record.state in NEVER_LEFT:
            return NotSent("It was interrupted before the request was sent.", "Create it again.", code="interrupted")
        self.run.set_outcome("unknown")
        response = self._spooled()
        if response and not self._record.stored:
            if doubt := judge(self.run, response):
                return await look_up(self.run, doubt)
            await keep(self.run, response)
        elif self._record.org or self._record.stored:
            if response and not created_by(self.run, response).remarks:  # an odd one stays until somebody looked at it
                self.run.unspool()
            if error := self._take_up(self._record.org or await self._org_of_keys()):
                return error
        else:
            interrupted = "It was interrupted while the request was sent."
            return await look_up(self.run, NoResponse(self._record.message or interrupted, code="interrupted"))
        if self.run.result.org:
            await self._wait_until_ready(self.run.result.org)
        return None

    def _spooled(self) -> Response | None:
        """Return the answer that lies on the disk; one that cannot be read stays there, an empty one goes."""
        attempt = self._interrupted.attempt
        response = attempt.spooled(self._record.status)
        if self._record.spool is None or (response and response.ok and not response.body):
            with suppress(WizardError):
                attempt.unspool()
            return None
        self.run.set_spool(self._record.spool)
        return response

    async def _org_of_keys(self) -> Mapping[str, str]:
        """Return what a look-up tells of an org of which only the keys are known: they prove that it exists."""
        self.run.progress(FIND, "started", "Its keys are stored: looking for the org")
        seen = await look(self.run)
        return seen.org if seen.state == "exists" else {"name": self._record.name}

    def _take_up(self, org: Mapping[str, str]) -> WizardError | None:
        """Take up an org whose keys are in a store, or nowhere; return what settles it where they are gone."""
        record = self._record
        gone = GONE if self._only_shown else ""
        lacks = "" if gone else self._lacks()
        named = (org.get("id", ""), org.get("name", ""), org.get("url", ""))
        created = Created(*named, self._interrupted.secrets, record.details, missing=record.missing)
        self.run.set_created(created, (lacks,) if lacks else ())
        self._take_over_stored(org)
        if not record.profile:
            save_profile(self.run)
        words = gone or lacks
        self.run.progress(KEEP, "warning" if words else "ok", words or "the stored keys were read")
        if not gone:
            return None
        self.run.end = "exists"  # without its keys it can never be proven ready
        return NeedsAttention(gone, MAKE_NEW_KEYS, code="attention")

    def _lacks(self) -> str:
        """Return which keys cannot be had: those that never came, and those that their store does not give back."""
        record, secrets = self._record, self._interrupted.secrets
        if not secrets:
            return self._interrupted.unasked or "Its keys are in no store that orgwizard can read."
        titles = self._interrupted.provider.secret_titles
        unread = [titles.get(name, name) for name in record.keys or () if name not in secrets]
        never_came = f"The response lacked: {', '.join(record.missing)}." if record.missing else ""
        kept_back = f"The store did not return: {', '.join(unread)}." if unread else ""
        return f"{never_came} {kept_back}".strip()

    @property
    def _only_shown(self) -> bool:
        """Return whether the keys were for the screen only, so that no later look can find them."""
        if reference := self._record.reference:
            return "screen" in reference
        return not self._record.stored and (self._record.keys_shown or self._record.store == "screen")

    def _take_over_stored(self, org: Mapping[str, str]) -> None:
        """Take over where an earlier run put the keys, and write down what its journal may not have been able to."""
        run, stored = self.run, self._record.reference
        if stored:
            readable = sources(stored, self._interrupted.secrets)
            run.result = replace(run.result, stored=stored, sources=readable, stored_words=place(stored))
            if self._record.state == "stored":
                run.note("stored", stored=stored, org=dict(org))
        if self._record.profile:
            set_profile(run, self._record.profile)

    async def _wait_until_ready(self, created: Created) -> None:
        """Wait until the new org answers; it stays open as long as its keys may be found."""
        run = self.run
        await wait_until_ready(run, created, run.tools.clock.now() - run.provider.settle_seconds)
        if self._interrupted.unasked:
            run.end = "later"

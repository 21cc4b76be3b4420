"""resume_org(): an attempt that was interrupted, taken up where the journal says it stood."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from pydantic import SecretStr

from orgwizard.application.flow import MAKE_NEW_KEYS, Flow, events_of
from orgwizard.application.ports import Tools
from orgwizard.domain.errors import NeedsAttention, NoResponse, NotSent, WizardError
from orgwizard.domain.events import FIND, KEEP, Event, Result
from orgwizard.domain.http import Response
from orgwizard.domain.org import Created
from orgwizard.domain.validation import Fields
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Preflight
from orgwizard.providers.order import OrgIdentity
from orgwizard.storage.attempt_journal import NEVER_LEFT, Attempt, Record, stored_names
from orgwizard.storage.stored_reference import place, sources

GONE = "Its keys were only shown on the screen: if they were not copied, they are lost."


def resume_org(
    provider: Provider,
    record: Record,
    attempt: Attempt,
    wanted: OrgIdentity,
    credentials: Fields | None,
    secrets: Mapping[str, SecretStr],
    tools: Tools,
    *,
    lacking: str = "",
    forgotten: bool = False,
    unasked: str = "",
) -> AsyncIterator[Event]:
    """Finish a wait, store an answer that was only spooled, or look up an unknown outcome.

    *credentials* are the parent's, if they can be had, else *lacking* says which are not; *secrets* are the child's, if
    a store has them. *forgotten* says that the service was the sandbox of a program that has ended,
    *unasked* that the keys may be where nobody could look now.
    Nothing is created. The last event is the only `Result`.
    """

    def begin(tell: Callable[[Event], None]) -> Flow:
        resumption = _Resumption(provider, record, attempt, wanted, credentials, secrets, tools, tell)
        resumption.lacking, resumption.forgotten, resumption.unasked = lacking, forgotten, unasked
        return resumption

    return events_of(begin)


class _Resumption(Flow):
    """A resumed attempt."""

    def __init__(
        self,
        provider: Provider,
        record: Record,
        attempt: Attempt,
        wanted: OrgIdentity,
        credentials: Fields | None,
        secrets: Mapping[str, SecretStr],
        tools: Tools,
        tell: Callable[[Event], None],
    ) -> None:
        super().__init__(provider, wanted, credentials, tools, tell)
        self.record, self.secrets = record, secrets
        self.attempt = attempt
        before = record.before if isinstance(record.before, dict) else {}
        self.checked = Preflight("", domain=str(before.get("domain", "")), before=before)
        self.sent_at, self.sendings = record.sent_at, record.sendings
        self.lacking, self.forgotten, self.unasked = "", False, ""
        self.set_attempt(record.id)

    async def stages(self) -> WizardError | None:
        if self.record.state in NEVER_LEFT:
            return NotSent("It was interrupted before the request was sent.", "Create it again.", code="interrupted")
        self.outcome("unknown")
        response = self._spooled()
        if response and not self.record.stored:
            doubt = self.judged(response)
            if doubt:
                return await self.look_up(doubt)
            await self.keep(response)
        elif self.record.org or self.record.stored:
            if response:
                self._tidy(response)
            if error := self._known(self.record.org or await self._org_of_keys()):
                return error
        else:
            return await self._find_out()
        if self.result.org:
            await self.until_ready(self.result.org, self.tools.clock.now() - self.provider.settle_seconds)
        return None

    def why_no_credentials(self) -> str:
        """Return which credentials a look-up lacks, and why."""
        return self.lacking or super().why_no_credentials()

    def kept(self) -> str:
        """Say where the keys may be that no store is known to have."""
        return super().kept() or self.unasked

    def keys_went(self) -> str:
        """Say so where a command was given keys before the record broke off."""
        return self._given() or super().keys_went()

    def _given(self) -> str:
        """Return under which names a command may have keys that are not known to be stored, "" where none may."""
        known = stored_names(self.result.stored or {})
        names = [name for name in self.record.given_elsewhere if name not in known]
        return f"A command may have keys of this org, as {', '.join(names)}." if names else ""

    async def until_ready(self, created: Created, answered_at: float) -> None:
        """Wait until the new org answers; it stays open as long as its keys may be found."""
        await super().until_ready(created, answered_at)
        if self.unasked:
            self.end = "later"

    def _ended(self, error: WizardError | None) -> tuple[Result, str]:
        """Return the result, with the names under which a command may have further copies of keys."""
        if given := self._given():
            self.add_remark(given)
        return super()._ended(error)

    async def _org_of_keys(self) -> Mapping[str, str]:
        """Return what a look-up tells of an org of which only the keys are known: they prove that it exists."""
        self.progress(FIND, "started", "Its keys are stored: looking for the org")
        found = await self._looked()
        self.note("found", state=found.state, words=found.words, org=dict(found.org))
        return found.org if found.state == "exists" else {"name": self.record.name}

    async def _find_out(self) -> WizardError:
        """Look up what became of a request that may have left; the orgs of a sandbox end with its program."""
        if not self.forgotten or self.result.spool:
            interrupted = "It was interrupted while the request was sent."
            return await self.look_up(NoResponse(self.record.message or interrupted, code="interrupted"))
        self.outcome("not_created")
        self.end = "absent"
        words = "Each --sandbox run has orgs of its own: those of that run are gone, and nothing is left to check."
        return NotSent(words, "Create it again.", code="interrupted")

    def _spooled(self) -> Response | None:
        """Return the answer that lies on the disk; one that cannot be read stays there, an empty one goes."""
        if not isinstance(self.attempt, Attempt):
            return None
        response = self.attempt.spooled(self.record.status)
        if self.record.spool is None or (response and response.ok and not response.body):
            with suppress(WizardError):
                self.attempt.unspool()
            return None
        self.set_spool(self.record.spool)
        return response

    def _tidy(self, response: Response) -> None:
        """Remove an answer whose keys are stored, as a kill prevented; an odd one stays until somebody looked at it."""
        if response.whole and not self.provider.created(self.wanted, response, self.checked.domain).remarks:
            self.unspool()

    def _known(self, org: Mapping[str, str]) -> WizardError | None:
        """Take up an org whose keys are in a store, or nowhere; return what settles it where they are gone."""
        gone = GONE if self._only_shown else ""
        lacks = "" if gone else self._lacks()
        known = Created(org.get("id", ""), org.get("name", ""), org.get("url", ""), self.secrets, self.record.details)
        self.exists(replace(known, missing=self.record.missing), (lacks,) if lacks else ())
        self._stored_already(org)
        if not self.record.profile:
            self.save_profile()
        words = gone or lacks
        self.progress(KEEP, "warning" if words else "ok", words or "the stored keys were read")
        if not gone:
            return None
        self.end = "exists"  # without its keys it can never be proven ready
        return NeedsAttention(gone, MAKE_NEW_KEYS, code="attention")

    def _lacks(self) -> str:
        """Return which keys cannot be had: those that never came, and those that their store does not give back."""
        if not self.secrets:
            return self.unasked or "Its keys are in no store that orgwizard can read."
        titles = self.provider.secret_titles
        unread = [titles.get(name, name) for name in self.record.keys or () if name not in self.secrets]
        never_came = f"The response lacked: {', '.join(self.record.missing)}." if self.record.missing else ""
        kept_back = f"The store did not return: {', '.join(unread)}." if unread else ""
        return f"{never_came} {kept_back}".strip()

    @property
    def _only_shown(self) -> bool:
        """Return whether the keys were for the screen only, so that no later look can find them."""
        stored = self.record.stored
        if isinstance(stored, dict):
            return "screen" in stored
        return not stored and (self.record.keys_shown or self.record.store == "screen")

    def _stored_already(self, org: Mapping[str, str]) -> None:
        """Take over where an earlier run put the keys, and write down what its journal may not have been able to."""
        stored = self.record.stored
        self.result = replace(self.result, profile=self.record.profile)
        if isinstance(stored, dict):
            found = sources(stored, self.secrets)
            self.result = replace(self.result, stored=stored, sources=found, stored_words=place(stored))
            if self.record.state == "stored":
                self.note("stored", stored=stored, org=dict(org))

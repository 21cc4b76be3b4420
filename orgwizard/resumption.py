"""resume_org(): an attempt that was interrupted, taken up where the journal says it stood."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace

from pydantic import SecretStr

from orgwizard.attempts import NEVER_LEFT, Attempt, Record
from orgwizard.errors import Attention, NoAnswer, NotSent, Trouble
from orgwizard.events import KEEP, Event
from orgwizard.fields import Fields
from orgwizard.flow import MAKE_NEW_KEYS, Flow, told
from orgwizard.ports import Tools
from orgwizard.providers.base import Checked, Provider, Wanted
from orgwizard.values import Answer, Created
from orgwizard.vault import place, sources

GONE = "Its first keys were for the screen only: unless they were copied there, they are lost."


def resume_org(
    provider: Provider,
    record: Record,
    attempt: Attempt,
    wanted: Wanted,
    credentials: Fields | None,
    secrets: Mapping[str, SecretStr],
    tools: Tools,
) -> AsyncIterator[Event]:
    """Finish a wait, store an answer that was only spooled, or look up an unknown outcome.

    *credentials* are the parent's, where they can be had; *secrets* the child's, where a store has them.
    Nothing is created. The last event is the only `Result`.
    """
    return told(lambda tell: _Resumption(provider, record, attempt, wanted, credentials, secrets, tools, tell))


class _Resumption(Flow):
    """An attempt taken up again."""

    def __init__(
        self,
        provider: Provider,
        record: Record,
        attempt: Attempt,
        wanted: Wanted,
        credentials: Fields | None,
        secrets: Mapping[str, SecretStr],
        tools: Tools,
        tell: Callable[[Event], None],
    ) -> None:
        super().__init__(provider, wanted, credentials, tools, tell)
        self.record, self.secrets = record, secrets
        self.attempt = attempt
        before = record.before if isinstance(record.before, dict) else {}
        self.checked = Checked("", domain=str(before.get("domain", "")), before=before)
        self.sent_at = record.sent_at
        self.named(record.id)

    async def stages(self) -> Trouble | None:
        if self.record.state in NEVER_LEFT:
            return NotSent("It was interrupted before the request was sent.", "Create it anew.", code="interrupted")
        self.outcome("unknown")
        answer = self._spooled()
        if answer and not self.record.stored:
            doubt = self.judged(answer)
            if doubt:
                return await self.look_up(doubt)
            await self.keep(answer)
        elif self.record.org:
            if answer:
                self._tidy(answer)
            if trouble := self._known(self.record.org):
                return trouble
        else:
            interrupted = "It was interrupted while the request was sent."
            return await self.look_up(NoAnswer(self.record.message or interrupted, code="interrupted"))
        if self.result.org:
            await self.until_ready(self.result.org, self.tools.clock.now() - self.provider.settle_seconds)
        return None

    def _spooled(self) -> Answer | None:
        """Return the answer that lies on the disk; the journal has its status."""
        body = self.attempt.spooled() if isinstance(self.attempt, Attempt) else None
        if not body:
            return None
        self.spooled_in(self.record.spool)
        return Answer(self.record.status or 200, {}, body)

    def _tidy(self, answer: Answer) -> None:
        """Remove an answer whose keys are stored, as a kill prevented; an odd one stays until somebody looked at it."""
        if answer.whole and not self.provider.created(self.wanted, answer, self.checked.domain).remarks:
            self.unspool()

    def _known(self, org: Mapping[str, str]) -> Trouble | None:
        """Take up an org whose keys are in a store, or nowhere; return what settles it where they are gone."""
        gone = GONE if self._only_shown else ""
        lost = "" if self.secrets or gone else "Its keys are in no store that can be read from here."
        created = Created(org.get("id", ""), org.get("name", ""), org.get("url", ""), self.secrets, self.record.details)
        self.exists(created, (lost,) if lost else ())
        self._stored_already()
        if not self.record.profile:
            self.save_profile()
        words = gone or lost
        self.progress(KEEP, "warning" if words else "ok", words or "the keys were read from their store")
        if not gone:
            return None
        self.end = "exists"  # without its keys it can never be proven ready
        return Attention(gone, MAKE_NEW_KEYS, code="attention")

    @property
    def _only_shown(self) -> bool:
        """Return whether the keys were for the screen only, so that no later look can find them."""
        stored = self.record.stored
        if isinstance(stored, dict):
            return "screen" in stored
        return not stored and (self.record.keys_shown or self.record.store == "screen")

    def _stored_already(self) -> None:
        """Take over where an earlier run put the keys."""
        stored = self.record.stored
        self.result = replace(self.result, profile=self.record.profile)
        if isinstance(stored, dict):
            found = sources(stored, self.secrets)
            self.result = replace(self.result, stored=stored, sources=found, stored_words=place(stored))

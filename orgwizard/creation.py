"""create_org(): the one flow that creates an org, as a stream of events that every face folds.

It is handed everything that does I/O, and orders it so that nothing is lost and nothing is done twice:
journal first, then the request, then the answer on disk before it is read, then the chosen store.
"""

import asyncio
import hashlib
import json
import math
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NoReturn, Protocol, TypeVar

from pydantic import SecretStr

from orgwizard.clock import Clock
from orgwizard.errors import (
    CREATED,
    NOT_KNOWN,
    NOTHING_CREATED,
    Attention,
    BadInput,
    Exit,
    NoAnswer,
    NotSent,
    Refused,
    Trouble,
)
from orgwizard.providers.base import Checked, Finding, Found, Order, Provider, Readiness
from orgwizard.text import slug
from orgwizard.values import Answer, Call, Conversation, Created, Reply, masked, revealed

T = TypeVar("T")
Send = Callable[[Call], Awaitable[Answer]]
Outcome = Literal["created", "not_created", "unknown"]
StageState = Literal["started", "waiting", "ok", "warning", "failed"]

REPEATS = 3  # of the create call, and only after a 429 or where it never left
REPEAT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 15 * 60.0
ANSWER_SECONDS = 120.0  # how long the create call may take before it counts as unanswered
READY_SECONDS = 5 * 60.0
PROBE_SECONDS = 3.0
LOOKS_AFTER_SECONDS = (3.0, 15.0, 45.0)  # when to look for an org of unknown outcome
HANG_UP_GRACE_SECONDS = 2.0
_CUT = "The answer broke off; what came of it was used."


# ---- what creation is handed ----------------------------------------------------------------------


class Kept(Protocol):
    """Where credentials went: a JSON-able reference, a plan-style source per secret, and words."""

    @property
    def reference(self) -> Mapping[str, Any]: ...  # noqa: D102 - described above

    @property
    def sources(self) -> Mapping[str, Any]: ...  # noqa: D102

    @property
    def words(self) -> str: ...  # noqa: D102


class Vault(Protocol):
    """The chosen store; its functions block, with time limits of their own."""

    @property
    def on_disk(self) -> bool:
        """Whether secrets may touch the disk at all; false for the screen."""
        ...

    def plan(self) -> Any:
        """Return the store as a plan names it."""
        ...

    def probe(self) -> str:
        """Really write and read; return what was proven, raise `Unusable` where it fails."""
        ...

    def keep(self, label: str, secrets: Mapping[str, SecretStr], facts: Mapping[str, str]) -> Kept:
        """Store and read back; raise `Unusable` where it fails."""
        ...


class Attempt(Protocol):
    """One line-by-line record of a creation, flushed to disk with each call."""

    @property
    def id(self) -> str: ...  # noqa: D102

    def note(self, event: str, **facts: Any) -> None:
        """Write one event down."""
        ...

    def spool(self, body: bytes) -> Path:
        """Put the raw answer on disk."""
        ...

    def unspool(self) -> None:
        """Remove it again."""
        ...

    def close(self) -> None:
        """Let other processes take the attempt up."""
        ...


class Journal(Protocol):
    """The record of all attempts."""

    def requested(
        self, provider: str, site: str, name: str, *, mark: str, digest: str, before: Any, store: Any
    ) -> Attempt:
        """Begin an attempt; raises `Unusable` where the same order is under way elsewhere."""
        ...


class Control:
    """How a running creation is told to end early, from any thread of its loop.

    `leave` asks to end at the next safe point: a request that left is still waited for and stored.
    `give_up` stops waiting for an answer too; the outcome is then unknown.
    """

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self.leave = asyncio.Event()
        self.give_up = asyncio.Event()


@dataclass(frozen=True)
class Tools:
    """What the flow works with: the door to the network, the journal, the store, time, and profiles.

    `fallback` is tried where `vault` fails after the org exists; `save_profile` returns a profile's name.
    """

    send: Send
    journal: Journal
    vault: Vault
    fallback: Vault
    clock: Clock
    save_profile: Callable[["Result"], str]
    control: Control = field(default_factory=Control)


# ---- what faces are told --------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """A stage began, waits, or ended; `left_seconds` counts down to whatever is waited for."""

    stage: str
    state: StageState
    words: str = ""
    left_seconds: int | None = None


@dataclass(frozen=True)
class Result:
    """How a creation ended. `secrets` is filled only where the store is the screen, or every store failed."""

    outcome: Outcome
    provider: str
    site: str
    name: str
    ready: bool = False
    attempt: str = ""
    org: Created | None = None
    stored: Mapping[str, Any] | None = None
    sources: Mapping[str, Any] = field(default_factory=dict)
    stored_words: str = ""
    secrets: Mapping[str, SecretStr] = field(default_factory=dict)
    trouble: Trouble | None = None
    remarks: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    profile: str = ""
    spool: str = ""
    ended: datetime | None = None

    @property
    def exit_code(self) -> Exit:
        """Return the program's exit code for this end."""
        if self.trouble is not None:
            return self.trouble.exit_code
        return Exit.READY if self.ready else Exit.ATTENTION

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints; secrets only where they are nowhere else."""
        org = self.org
        found = {
            "outcome": self.outcome,
            "ready": self.ready,
            "attempt": self.attempt or None,
            "provider": self.provider or None,
            "site": self.site or None,
            "org": {"id": org.id, "name": org.name, "url": org.url, **org.details} if org else None,
            "stored": dict(self.stored) if self.stored else None,
            "profile": self.profile or None,
            "remarks": list(self.remarks),
            "error": trouble_as_json(self.trouble),
        }
        return found | ({"secrets": revealed(self.secrets)} if self.secrets else {})


def trouble_as_json(trouble: Trouble | None) -> dict[str, str | None] | None:
    """Return a failure as the `error` object of `--json`."""
    if trouble is None:
        return None
    return {
        "code": trouble.code or type(trouble).__name__,
        "message": f"{trouble.meaning} {trouble.cause}",
        "hint": trouble.advice,
        "field": trouble.field or None,
        "request_id": trouble.request_id or None,
    }


Event = Progress | Result
CHECK, STORE, SEND, KEEP, SETTLE, READY, FIND = "check", "store", "send", "keep", "settle", "ready", "find"


# ---- conversations ----------------------------------------------------------------------------------


async def converse(conversation: Conversation[T], send: Send) -> T:
    """Make a provider's calls, side by side where it asks for that, and return its result."""
    try:
        calls = next(conversation)
        while True:
            calls = conversation.send(tuple(await asyncio.gather(*(_reply(call, send) for call in calls))))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def _reply(call: Call, send: Send) -> Reply:
    try:
        return await send(call)
    except (NotSent, NoAnswer) as unanswered:
        return unanswered


async def check(provider: Provider, order: Order, send: Send) -> Checked:
    """Run the provider's check; every failure says that nothing was created."""
    try:
        return await converse(provider.check(order.connection, order.organization), send)
    except NoAnswer as silent:
        raise not_created(silent) from None


def not_created(silent: NoAnswer) -> NotSent:
    """Return the failure of a mere read: nothing was sent that could create anything."""
    return NotSent(silent.cause, "Check the network and try again: nothing was changed.", code=silent.code)


# ---- the flow -----------------------------------------------------------------------------------------


async def create_org(provider: Provider, order: Order, tools: Tools) -> AsyncIterator[Event]:
    """Create the org once and yield what happens; the last event is the only `Result`.

    No failure is raised: each becomes a `Result` whose `trouble` says what it means for the org. The
    creation runs to its end even where nobody takes its events any more.
    """
    events: asyncio.Queue[Event] = asyncio.Queue()
    creation = asyncio.ensure_future(_Creation(provider, order, tools, events.put_nowait).run())
    try:
        while not isinstance(event := await events.get(), Result):
            yield event
        yield event
    finally:
        await asyncio.shield(creation)


class _Creation:
    """One creation under way; each method is one stage of the order of events."""

    def __init__(self, provider: Provider, order: Order, tools: Tools, tell: Callable[[Event], None]) -> None:
        self.provider, self.order, self.tools, self.tell = provider, order, tools, tell
        self.attempt: Attempt | None = None
        self.checked = Checked("")
        self.answer: Answer | None = None  # a success that is not (wholly) in a store
        self.lost = False
        self.result = Result("not_created", provider.key, order.connection.site.key, order.name)

    async def run(self) -> None:
        """Go through all stages and tell of the end, whichever it is."""
        try:
            trouble = await self._stages()
        except Trouble as met:
            trouble = met
        except Exception as bug:
            trouble = _own_fault(bug, self.result.outcome, self._kept())
        self.tell(self._ended(self._truly(trouble)))

    def _truly(self, trouble: Trouble | None) -> Trouble | None:
        """Return a failure that says what is true: one after the org exists must not say that nothing was created."""
        if self.result.outcome == "unknown" and isinstance(trouble, BadInput):  # the transport could not begin
            self._outcome("not_created")
        if trouble is None or self.result.outcome == "not_created" or trouble.meaning != NOTHING_CREATED:
            return trouble
        kind = Attention if self.result.outcome == "created" else NoAnswer
        code = trouble.code or type(trouble).__name__
        return kind(trouble.cause, trouble.advice, code=code, request_id=trouble.request_id)

    async def _stages(self) -> Trouble | None:
        await self._prepare()
        call = self.provider.request(self.order)
        self.attempt = self._begin(call)
        self.result = replace(self.result, attempt=self.attempt.id)
        reply = await self._send(call)
        answered_at = self.tools.clock.now()
        doubt = self._judged(reply)
        if doubt or not isinstance(reply, Answer):
            return await self._look_up(doubt or NoAnswer(""))
        self._progress(SEND, "ok", f"answered with HTTP {reply.status}")
        await self._keep(reply)
        await self._until_ready(answered_at)
        return None

    # ---- before ----

    async def _prepare(self) -> None:
        """Read what can be read and try the store, before anything is created."""
        self._progress(CHECK, "started", "Checking the parent org")
        self.checked = await check(self.provider, self.order, self.tools.send)
        for finding in self.checked.findings:
            self._progress(CHECK, "warning" if finding.state == "warning" else "waiting", told(finding))
        self._progress(CHECK, "ok", f"parent org {self.checked.parent}")
        self._progress(STORE, "started", "Trying the store for the new keys")
        self._progress(STORE, "ok", await asyncio.to_thread(self.tools.vault.probe))

    def _begin(self, call: Call) -> Attempt:
        """Write down what is about to be sent; raises `Unusable`, and then nothing is sent."""
        if self._leaving():
            raise NotSent("You left before the request was sent.", "Start again when you are ready.", code="left")
        return self.tools.journal.requested(
            self.provider.key,
            self.order.connection.site.key,
            self.order.name,
            mark=self.order.subdomain,
            digest=_digest(call),
            before=dict(self.checked.before),
            store=self.tools.vault.plan(),
        )

    # ---- the request ----

    async def _send(self, call: Call) -> Reply:
        """Send the create call; again only after a 429, or where it never left."""
        for _ in range(REPEATS):
            reply = await self._sent_once(call)
            pause = self._pause_before_repeat(reply)
            if pause is None:
                return reply
            self._outcome("not_created")
            self._note("waiting", seconds=round(pause), reason=_reason(reply))
            await self._wait(SEND, pause, f"{_reason(reply)}; the request is sent again in")
            if self._leaving():
                return reply
        return await self._sent_once(call)

    async def _sent_once(self, call: Call) -> Reply:
        """Send the call and wait for the reply; a hang-up does not end this wait, `give_up` does."""
        self._note("sending")
        self._outcome("unknown")
        self._progress(SEND, "started", f"Sending the request to {call.origin}")
        sending = asyncio.ensure_future(_reply(call, self.tools.send))
        started = self.tools.clock.now()
        try:
            while not sending.done() and not self._gave_up(started):
                await _until_first(sending, self.tools.clock.sleep(1), self.tools.control.give_up.wait())
                waited = int(self.tools.clock.now() - started)
                if not sending.done() and waited:
                    self._progress(SEND, "waiting", f"waiting for the answer, {waited} s")
            # A process that was stopped for long may find its answer in the socket: look once more.
            await asyncio.wait({sending}, timeout=HANG_UP_GRACE_SECONDS)
            if not sending.done():  # the transport then tells how far the request came, or gives half an answer
                sending.cancel()
                await asyncio.wait({sending}, timeout=HANG_UP_GRACE_SECONDS)
            if sending.done() and not sending.cancelled():
                return sending.result()
            return NoAnswer(self._why_unanswered(), code="timeout")
        finally:
            sending.cancel()

    def _why_unanswered(self) -> str:
        if self.tools.control.give_up.is_set():
            return "The request left, and you stopped waiting for its answer."
        return f"The request left, but no answer came within {ANSWER_SECONDS:.0f} seconds."

    def _gave_up(self, started: float) -> bool:
        return self.tools.control.give_up.is_set() or self.tools.clock.now() - started >= ANSWER_SECONDS

    def _pause_before_repeat(self, reply: Reply) -> float | None:
        """Return how long to wait before the call may be sent again; None where it must not be."""
        if isinstance(reply, NotSent):
            return REPEAT_SECONDS
        if not isinstance(reply, Answer) or reply.status != 429:
            return None
        asked = self.provider.wait_after(reply, self.tools.clock.wall().timestamp())
        pause = REPEAT_SECONDS if asked is None else asked
        return pause if pause <= LONGEST_WAIT_SECONDS else None

    def _judged(self, reply: Reply) -> NoAnswer | None:
        """Write the reply down; return the doubt where the outcome is unknown, raise every kind of no."""
        if isinstance(reply, NotSent):
            self._outcome("not_created")
            self._note("not_sent", message=reply.cause)
            raise reply
        if isinstance(reply, NoAnswer):
            return reply
        self.answer = reply if reply.ok else None
        self._note("answered", status=reply.status, request_id=reply.request_id, spool=self._spooled(reply))
        if reply.ok and (reply.whole or self.provider.created(self.order, reply, self.checked.domain).id):
            return None
        if 300 <= reply.status < 400:
            self._refuse(_redirected(reply))
        if self.provider.is_refusal(reply):
            self._refuse(self.provider.refused(reply))
        return self._broken(reply)

    def _refuse(self, refused: Refused) -> NoReturn:
        """Raise what a refusal means; its body holds nothing worth keeping."""
        self._outcome("not_created")
        self._unspool()
        self._note("refused", code=refused.code, message=refused.cause)
        raise refused

    def _broken(self, answer: Answer) -> NoAnswer:
        """Return the doubt about an answer that cannot be understood, or about a 5xx."""
        title, status = self.provider.title, f"HTTP {answer.status}"
        if not answer.ok:
            self._unspool()
            words = f"{title} answered with an error of its own ({status}), which proves nothing."
        else:
            words = f"{title} reported success ({status}) with an answer that cannot be understood. {self._kept()}"
        return NoAnswer(words.strip(), code=status, request_id=answer.request_id)

    def _kept(self) -> str:
        """Say where an answer is that no store has; `_last_resort` sees to the second place."""
        if self.result.spool:
            return f"The answer is kept in {self.result.spool} and may hold the keys."
        shown = self.answer is not None and self.answer.body
        return "The answer is shown here and kept nowhere: copy it, it may hold the keys." if shown else ""

    def _spooled(self, answer: Answer) -> str:
        """Put the raw body on disk before it is read, unless nothing secret may touch the disk."""
        if not self.tools.vault.on_disk or not answer.body or self.attempt is None:
            return ""
        try:
            path = str(self.attempt.spool(answer.body))
        except Exception as fault:  # the answer is still in memory, and the stores come next
            self._attend(f"The answer could not be put on disk: {_cause(fault)}")
            return ""
        self.result = replace(self.result, spool=path)
        return path

    # ---- an unknown outcome ----

    async def _look_up(self, doubt: NoAnswer) -> Trouble:
        """Look whether the org exists, three times; return what that makes of the doubt."""
        self._note("unknown", message=doubt.cause)
        self._progress(SEND, "failed", doubt.cause)
        self._progress(FIND, "started", "It is not known whether the org was created: looking")
        found = Found("unclear", "")
        started = self.tools.clock.now()
        for after in LOOKS_AFTER_SECONDS:
            await self._wait(FIND, started + after - self.tools.clock.now(), "next look in")
            if self._leaving():
                break
            found = await self._look()
            self._progress(FIND, "waiting", found.words)
            if found.state == "exists":
                break
        self._note("found", state=found.state, words=found.words, org=dict(found.org))
        return self._settled(doubt, found)

    async def _look(self) -> Found:
        before = self.checked.before
        conversation = self.provider.find(self.order.connection, self.order.organization, before)
        try:
            return await converse(conversation, self.tools.send)
        except Trouble as trouble:
            return Found("unclear", trouble.cause)

    def _settled(self, doubt: NoAnswer, found: Found) -> Trouble:
        """Return what the look-up makes of the doubt."""
        if found.state == "exists":
            org = Created(found.org.get("id", ""), found.org.get("name", ""), found.org.get("url", ""))
            self.result = replace(self.result, outcome="created", org=org)
            self.lost = not self._kept()
            lost = self._kept() or "Its first keys are lost."
            advice = "Sign in to the child org as its administrator and make new keys."
            cause = f"{found.words} {doubt.cause.removesuffix(lost).strip()} {lost}"
            return Attention(cause, advice, code=doubt.code, request_id=doubt.request_id)
        seen = f"{found.words} That is no proof." if found.state == "absent" else found.words
        return NoAnswer(
            f"{doubt.cause} {seen}".strip(),
            f"Do not create it again before you have looked at {self.provider.title} yourself.",
            code=doubt.code,
            request_id=doubt.request_id,
        )

    # ---- after the answer ----

    async def _keep(self, answer: Answer) -> None:
        """Read the answer, put its credentials where they belong, read them back, save a profile."""
        created = self.provider.created(self.order, answer, self.checked.domain)
        self.result = replace(
            self.result,
            outcome="created",
            org=created,
            remarks=(*self.result.remarks, *created.remarks, *([] if answer.whole else [_CUT])),
            next_steps=self.provider.next_steps(created),
        )
        if answer.whole and not created.remarks:
            self.answer = None  # from here on its credentials are what counts
        self._note("created", org={"id": created.id, "name": created.name, "url": created.url})
        self._progress(KEEP, "started", "Storing the new keys")
        state: StageState = await self._store(created) if created.secrets else "warning"
        self._save_profile()
        self._progress(KEEP, state, self.result.stored_words or "the answer held no keys")

    async def _store(self, created: Created) -> StageState:
        """Try the chosen store, then the fallback; what neither takes is left to the screen."""
        if await self._stored_in(self.tools.vault, created):
            return "ok"
        if self.tools.vault.on_disk and await self._stored_in(self.tools.fallback, created):
            return "warning"
        words = "on this screen only, because every store failed: copy them now"
        self.result = replace(self.result, secrets=created.secrets, stored_words=words)
        return "failed"

    async def _stored_in(self, vault: Vault, created: Created) -> bool:
        facts = {"provider": self.provider.title, "org": created.name, "id": created.id, "url": created.url}
        label = f"{self.provider.key}-{slug(self.order.subdomain or created.name) or 'org'}"
        try:
            kept = await asyncio.to_thread(vault.keep, label, created.secrets, facts)
        except Exception as fault:  # whatever it is, the next place is tried
            self._attend(f"A store failed: {_cause(fault)}")
            return False
        self.result = replace(
            self.result,
            stored=kept.reference,
            sources=kept.sources,
            stored_words=kept.words,
            secrets={} if vault.on_disk else created.secrets,
        )
        self._note("stored", stored=dict(kept.reference))
        if self.answer is None:  # an odd answer stays on disk until somebody has looked at it
            self._unspool()
        return True

    def _save_profile(self) -> None:
        try:
            name = self.tools.save_profile(self.result)
        except Exception as fault:  # whatever it is, the org exists and its keys are stored
            self._attend(f"The profile was not saved: {_cause(fault)}")
            return
        self.result = replace(self.result, profile=name)
        self._note("profile", profile=name)

    async def _until_ready(self, answered_at: float) -> None:
        """Let the vendor's settling time pass, then ask the new org until it answers."""
        settle = self.provider.settle_seconds
        if settle:
            asked = f"{self.provider.title} asks to wait {settle} seconds before the first call"
            self._progress(SETTLE, "started", asked)
            await self._wait(SETTLE, answered_at + settle - self.tools.clock.now(), "the org is asked in")
            if not self._leaving():
                self._progress(SETTLE, "ok", f"{settle} seconds have passed")
        self._progress(READY, "started", "Asking the new org with its new keys")
        seen = await self._probed(self.tools.clock.now() + READY_SECONDS)
        self.result = replace(self.result, ready=seen.ready)
        self._progress(READY, "ok" if seen.ready else "warning", seen.words)
        if not seen.ready:
            self._attend(f"It is not known to be ready yet: {seen.words}.")

    async def _probed(self, deadline: float) -> Readiness:
        """Ask the new org until it answers, the deadline passes or the user leaves."""
        created = self.result.org or Created("", "", "")
        seen = Readiness(False, "it was not asked")
        while not self._leaving():
            seen = await converse(self.provider.ready(self.order.connection, created), self.tools.send)
            left = deadline - self.tools.clock.now()
            if seen.ready or left <= 0:
                break
            self._progress(READY, "waiting", f"not yet: {seen.words}", round(left))
            await self._pause(min(PROBE_SECONDS, left))
        return seen

    # ---- the end ----

    def _ended(self, trouble: Trouble | None) -> Result:
        """Close the journal and return the result, with everything that needs a person."""
        self._last_resort()
        trouble = trouble or self._attention()
        self._note("ended", result="exists" if self.lost else _end_word(self.result, trouble))
        if self.attempt is not None:
            self.attempt.close()
        return replace(self.result, trouble=trouble, ended=self.tools.clock.wall())

    def _last_resort(self) -> None:
        """Give the screen an answer that is neither in a store nor on disk: it may hold the keys."""
        if self.answer is not None and self.answer.body and not self.result.spool:
            text = SecretStr(self.answer.body.decode(errors="replace"))
            self.result = replace(self.result, secrets={**self.result.secrets, "answer": text})

    def _attention(self) -> Trouble | None:
        result = self.result
        if result.ready and not result.remarks:
            return None
        kept = f" The answer itself is kept in {result.spool}." if result.spool else ""
        advice = "" if result.ready else f"Look again later: orgwizard resume {result.attempt}"
        return Attention(" ".join(result.remarks) + kept, advice, code="attention")

    def _outcome(self, outcome: Outcome) -> None:
        self.result = replace(self.result, outcome=outcome)

    def _attend(self, remark: str) -> None:
        self.result = replace(self.result, remarks=(*self.result.remarks, remark))

    # ---- small steps ----

    def _note(self, event: str, **facts: Any) -> None:
        """Write to the journal; once the request left, a full disk must not stop what follows."""
        if self.attempt is None:
            return
        try:
            self.attempt.note(event, **facts)
        except Exception as fault:
            if event == "sending":
                raise
            self._attend(f"The journal could not be written: {_cause(fault)}")

    def _unspool(self) -> None:
        if self.attempt is None or not self.result.spool:
            return
        try:
            self.attempt.unspool()
        except Exception as fault:
            self._attend(f"{self.result.spool} could not be removed: {_cause(fault)}")
        else:
            self.result = replace(self.result, spool="")

    def _leaving(self) -> bool:
        return self.tools.control.leave.is_set()

    def _progress(self, stage: str, state: StageState, words: str, left_seconds: int | None = None) -> None:
        self.tell(Progress(stage, state, words, left_seconds))

    async def _wait(self, stage: str, seconds: float, words: str) -> None:
        """Count down to a deadline, a whole second at a time, until it is over or the user leaves."""
        deadline = self.tools.clock.now() + seconds
        while (left := deadline - self.tools.clock.now()) > 0 and not self._leaving():
            whole = math.ceil(left)
            self._progress(stage, "waiting", words, whole)
            await self._pause(left - (whole - 1))

    async def _pause(self, seconds: float) -> None:
        """Let time pass, or less if the user leaves."""
        await _until_first(self.tools.clock.sleep(seconds), self.tools.control.leave.wait())


async def _until_first(*waits: Awaitable[Any]) -> None:
    """Wait for one of several; coroutines among them are cancelled then, futures are not."""
    tasks = {asyncio.ensure_future(wait) for wait in waits}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks.difference(waits):
            task.cancel()


def told(finding: Finding) -> str:
    """Return a finding as one line."""
    state = "" if finding.state == "ok" else f" ({finding.state})"
    return f"{finding.stage}: {finding.words}{state}"


def _cause(fault: Exception) -> str:
    """Return a failure's cause; of a fault of ours only its type, for its text may hold a secret."""
    return fault.cause if isinstance(fault, Trouble) else type(fault).__name__


def _own_fault(bug: Exception, outcome: Outcome, kept: str) -> Trouble:
    """Return a fault of orgwizard as a failure: where it happened, never its text, which may hold a secret."""
    where = traceback.extract_tb(bug.__traceback__)[-1]
    meanings = {"created": CREATED, "unknown": NOT_KNOWN, "not_created": NOTHING_CREATED}
    return Trouble(
        f"orgwizard met a fault of its own ({type(bug).__name__} at {Path(where.filename).name}:{where.lineno}). "
        f"{kept}".strip(),
        "Please report it with this line; no secret is in it.",
        meaning=meanings[outcome],
        code="bug",
    )


def _digest(call: Call) -> str:
    """Return a fingerprint of the request; secrets are masked first, so that it cannot be guessed from."""
    shown = json.dumps([call.method, call.url, masked(call.body)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()


def _reason(reply: Reply) -> str:
    if isinstance(reply, Answer):
        return "The service's rate limit is used up"
    return reply.cause.rstrip(".")


def _redirected(answer: Answer) -> Refused:
    """Return the refusal that a redirect is: credentials go to the chosen host and nowhere else."""
    there = answer.headers.get("location", "another address")
    return Refused(
        f"The service points to {there}. Nothing was sent there.",
        "Check the site; if the new address is right, give it as the site yourself.",
        code=f"HTTP {answer.status}",
        request_id=answer.request_id,
        field="site",
    )


def _end_word(result: Result, trouble: Trouble | None) -> str:
    """Return the journal's word for an end."""
    if isinstance(trouble, Refused):
        return "refused"
    ends = {"not_created": "not_sent", "unknown": "unknown", "created": "ready" if result.ready else "later"}
    return ends[result.outcome]

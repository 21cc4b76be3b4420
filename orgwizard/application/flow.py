"""The stages that a new creation and a resumed one share: look up, keep, wait until ready, end."""

import asyncio
import math
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from orgwizard.application.ports import Attempt, Tools, Vault
from orgwizard.application.provider_calls import converse
from orgwizard.domain.attempt_state import SETTLED
from orgwizard.domain.errors import (
    CREATED,
    NOT_KNOWN,
    NOTHING_CREATED,
    BadInput,
    NeedsAttention,
    NoResponse,
    NotSent,
    Refused,
    WizardError,
)
from orgwizard.domain.events import (
    FIND,
    KEEP,
    READY,
    SEND,
    SETTLE,
    Event,
    KeysArrived,
    Outcome,
    Progress,
    Result,
    StageState,
)
from orgwizard.domain.http import Response
from orgwizard.domain.org import Created
from orgwizard.domain.redactor import REDACTOR
from orgwizard.domain.validation import Fields
from orgwizard.providers.contract import Provider, with_known_field
from orgwizard.providers.findings import LookupResult, Preflight, Readiness
from orgwizard.providers.order import OrgIdentity
from orgwizard.storage.secret_stores import label_of
from orgwizard.storage.stored_reference import can_be_read
from orgwizard.storage.vault import PartlyStored
from orgwizard.system.private_files import cause_of

READY_SECONDS = 5 * 60.0
PROBE_SECONDS = 3.0
LOOKS_AFTER_SECONDS = (3.0, 15.0, 45.0)  # when to look for an org of unknown outcome
CERTAINLY_ABSENT_AFTER_SECONDS = 10 * 60.0  # a list of children is eventually consistent, well under 10 min
MAKE_NEW_KEYS = "Sign in to the child org as its administrator and create new keys."
_CUT = "The response was cut off; the usable part was kept."
_REPEAT_ELSEWHERE = frozenset((301, 307, 308))  # not processed; a processed POST may be answered with 302 and 303


T = TypeVar("T")
E = TypeVar("E")  # what is told


class Flow:
    """One creation under way, or taken up again; each method is one stage of the order of events."""

    def __init__(
        self,
        provider: Provider,
        wanted: OrgIdentity,
        credentials: Fields | None,
        tools: Tools,
        tell: Callable[[Event], None],
    ) -> None:
        """Begin with nothing created."""
        self.provider, self.wanted, self.credentials = provider, wanted, credentials
        self.tools, self.tell = tools, tell
        self.attempt: Attempt | None = None
        self.checked = Preflight("")
        self.response: Response | None = None  # a success that is not (wholly) in a store
        self._shown = False  # whether the journal knows that keys were shown
        self.end: str = ""  # the journal's word, where the result alone does not tell
        self.sendings = 0  # of the create call
        self.sent_at: float | None = None  # the last of them, in epoch seconds by the service's own clock
        self.refusal: Refused | None = None  # one that may be about our own org, and is looked up first
        self.result = Result("not_created", provider.key, wanted.site.key, wanted.name, options=tools.options)

    async def stages(self) -> WizardError | None:
        """Go through the stages; return or raise what keeps the end from being a good one."""
        raise NotImplementedError

    async def run(self) -> None:
        """Go through all stages and tell of the end: exactly one `Result`, before anything that may still fail."""
        try:
            error = await self.stages()
        except WizardError as met:
            error = met
        except Exception as bug:
            error = own_fault(bug, self.result.outcome, self.kept())
        try:
            result, end = self._ended(self._truly(error))
        except Exception as bug:
            result, end = replace(self.result, error=own_fault(bug, self.result.outcome, ""), open=True), ""
        self.tell(result)
        with suppress(Exception):  # what the journal does not learn now, `resume` finds out
            self._close(result, end)

    def _truly(self, error: WizardError | None) -> WizardError | None:
        """Return a failure that says what is true: one after the org exists must not say that nothing was created."""
        if self.result.outcome == "unknown" and isinstance(error, BadInput):  # the transport could not begin
            self.outcome("not_created")
        if error is None or self.result.outcome == "not_created" or error.meaning != NOTHING_CREATED:
            return error
        kind = NeedsAttention if self.result.outcome == "created" else NoResponse
        code = error.code or error.default_code
        return kind(error.cause, error.advice, code=code, request_id=error.request_id)

    def keys_went(self) -> str:
        """Say where the keys of an org are of which the look-up alone tells."""
        return "Its keys never arrived and can't be recovered."

    # ---- the answer ----

    def judged(self, response: Response) -> NoResponse | None:
        """Return None for an org that was created, the doubt where that is not known; raise a refusal."""
        may_tell = response.ok or self.brings_org(response)
        self.response = response if may_tell else None
        if may_tell:
            return None if self._is_identified(response) else self._doubt(response)
        if response.status in _REPEAT_ELSEWHERE:
            self._refuse(_redirected(response))
        if self.provider.is_refusal(response):
            refused = with_known_field(self.provider.refused(response, self.credentials), self.credentials)
            if not self._may_be_ours(response):
                self._refuse(refused)
            self.unspool()
            self.refusal = refused
            return NoResponse(refused.cause, code=refused.code, request_id=refused.request_id)
        return self._doubt(response)

    def brings_org(self, response: Response) -> bool:
        """Return whether the body tells of a new org, or has keys in it, whatever the status says."""
        with suppress(Exception):  # a provider has to read a success, and may trip over an error's body
            if self._is_new(self._read(response)):
                return True
        return self.provider.brings_keys(response, _secrets_of(self.credentials))

    def _read(self, response: Response) -> Created:
        """Return what a response says of the org; the parent's own keys, where it repeats them, are no new ones."""
        created = self.provider.created(self.wanted, response, self.checked.domain)
        ours = _secrets_of(self.credentials)
        repeated = [name for name, value in created.secrets.items() if value.get_secret_value() in ours]
        if not repeated:
            return created
        titles = [self.provider.secret_titles.get(name, name) for name in repeated]
        return replace(
            created,
            secrets={name: value for name, value in created.secrets.items() if name not in repeated},
            missing=(*created.missing, *titles),
            remarks=(*created.remarks, "The response repeated the parent's own keys in the place of new ones."),
        )

    def _is_new(self, created: Created) -> bool:
        """Return whether it has an id that was not there before."""
        return bool(created.id) and created.id not in self.checked.before.get("known", ())

    def _is_identified(self, response: Response) -> bool:
        """Return whether it names an org that was not there before, or brings keys; half of a success may do."""
        created = self._read(response)
        new, has_keys = self._is_new(created), bool(created.secrets)
        if not response.ok:
            return new and has_keys
        is_object = response.whole or response.body.lstrip().startswith(b"{")
        return (new or has_keys) and (is_object or bool(created.id and has_keys))

    def _may_be_ours(self, response: Response) -> bool:
        """Return whether the name that is refused as taken may have been taken by an earlier copy of our request."""
        return self.provider.says_taken(response) and (self.sendings > 1 or bool(self.checked.before.get("whole")))

    def _refuse(self, refused: Refused) -> NoReturn:
        """Raise what a refusal means; its body holds nothing worth keeping."""
        self.outcome("not_created")
        self.unspool()
        self.note("refused", code=refused.code, message=refused.cause)
        raise refused

    def _doubt(self, response: Response) -> NoResponse:
        """Return the doubt about a redirect, a 5xx, an error with parts of an org, or a success that names none."""
        title, status = self.provider.title, f"HTTP {response.status}"
        if not response.ok and self.response is not None:
            words = f"{title} reported an error ({status}), but the response names an org or keys. {self.kept()}"
        elif not response.ok:
            self.unspool()
            words = f"{title} returned an error ({status}), so the outcome is uncertain."
            if 300 <= response.status < 400:
                words = f"{title} returned a redirect ({status}){_target(response)}, which proves nothing."
        elif response.whole:
            words = f"{title} reported success ({status}) but the response names no new org. {self.kept()}"
        else:
            words = f"{title} reported success ({status}) but the response cannot be read. {self.kept()}"
        return NoResponse(words.strip(), code=status, request_id=response.request_id)

    def kept(self) -> str:
        """Say where an answer is that no store has; `_show_raw_response` sees to the second place."""
        if self.result.spool:
            return f"The response is saved in {self.result.spool} and may contain the keys."
        shown = self.response is not None and self.response.body
        return "The response is shown here and saved nowhere: copy it, it may contain the keys." if shown else ""

    # ---- an unknown outcome ----

    async def look_up(self, doubt: NoResponse) -> WizardError:
        """Look whether the org exists, as often as it may help; return what that makes of the doubt."""
        self.note("unknown", message=doubt.cause)
        self.progress(SEND, "failed", doubt.cause)
        self.progress(FIND, "started", "It is not known whether the org was created: looking")
        found = await self._looked()
        self.note("found", state=found.state, words=found.words, org=dict(found.org))
        return self._settled(doubt, found)

    async def _looked(self) -> LookupResult:
        """Return the last of the looks; one that could not be taken is unclear, without words."""
        found = LookupResult("unclear", "")
        if self.credentials is None and self.provider.finds_with_credentials:
            return LookupResult("unclear", self.why_no_credentials())
        started = self.tools.clock.now()
        for after in self._looks_after_seconds():
            await self.wait(FIND, started + after - self.tools.clock.now(), "next check in")
            if self.leaving():
                break
            found = await self._look()
            self.progress(FIND, "waiting", found.words)
            if found.state == "exists" or not found.may_change:
                break
        return found

    def _looks_after_seconds(self) -> tuple[float, ...]:
        """Return when to look; a refusal of what was sent once is almost surely about another org: once then."""
        return LOOKS_AFTER_SECONDS[:1] if self.refusal and self.sendings < 2 else LOOKS_AFTER_SECONDS

    def why_no_credentials(self) -> str:
        """Return which credentials a look-up lacks."""
        return f"The parent's credentials are required to check {self.provider.title}."

    async def _look(self) -> LookupResult:
        key, site = self.provider.key, self.wanted.site.key
        ours = self.tools.journal.created(key, site, apart_from=self.result.attempt)
        conversation = self.provider.find(self.wanted, self.credentials, {**self.checked.before, "ours": ours})
        try:
            return await self.unless_quit(converse(conversation, self.tools.send))
        except WizardError as error:
            return LookupResult("unclear", error.cause)

    def _settled(self, doubt: NoResponse, found: LookupResult) -> WizardError:
        """Return what the look-up makes of the doubt."""
        if found.state == "exists":
            return self._exists(doubt, found)
        if self.refusal and found.words and self.sendings < 2:
            self._refuse(self.refusal)
        if found.state == "absent" and self._is_old(found) and self.response is None and not self.result.spool:
            self.outcome("not_created")
            self.end = "absent"
            advice = "You can create it again; you will be asked to confirm."
            return NotSent(
                found.words, advice, meaning=f"{NOTHING_CREATED[:-1]}, as far as a check can tell.", code=doubt.code
            )
        seen = f"{found.words} It may still appear." if found.state == "absent" else found.words
        kept = "" if self.kept() in doubt.cause else self.kept()
        return NoResponse(
            " ".join(filter(None, (doubt.cause, seen, kept))),
            self.result.look_again,
            code=doubt.code,
            request_id=doubt.request_id,
        )

    def _exists(self, doubt: NoResponse, found: LookupResult) -> WizardError:
        """Return that the org exists, and where its first keys are, if anywhere."""
        org = Created(found.org.get("id", ""), found.org.get("name", ""), found.org.get("url", ""))
        self.result = replace(self.result, outcome="created", org=org)
        self.end = "" if self.kept() else "exists"
        lost = self.kept() or self.keys_went()
        cause = f"{found.words} {doubt.cause.removesuffix(lost).strip()} {lost}"
        return NeedsAttention(cause, MAKE_NEW_KEYS, code=doubt.code, request_id=doubt.request_id)

    def _is_old(self, found: LookupResult) -> bool:
        """Return whether the request was sent long ago, by the service's own clock: ours may have been set since."""
        if found.date is None or self.sent_at is None:
            return False
        return found.date - self.sent_at > CERTAINLY_ABSENT_AFTER_SECONDS

    # ---- after the answer ----

    async def keep(self, response: Response) -> None:
        """Read the answer, put its credentials where they belong, read them back, save a profile."""
        created = _without_echo(self._read(response))
        if not response.whole:
            missing = (*created.missing, "end of the response")
            created = replace(created, remarks=(*created.remarks, _CUT), missing=missing)
        if not response.ok:
            words = f"{self.provider.title} reported an error (HTTP {response.status}) together with the new org."
            created = replace(created, remarks=(*created.remarks, words))
        self.exists(created, created.remarks)
        if response.whole and not created.remarks:
            self.response = None  # from here on its credentials are what counts
        org = {"id": created.id, "name": created.name, "url": created.url}
        facts = {"keys": sorted(created.secrets), "missing": list(created.missing), "details": dict(created.details)}
        self.note("created", org=org, **facts)
        self.progress(KEEP, "started", "Storing the new keys")
        state: StageState = await self._store(created) if created.secrets else "warning"
        if self.result.secrets:
            self.tell(KeysArrived(self.result))
        self.save_profile()
        self.progress(KEEP, state, self.result.stored_words or "the response contained no keys")

    def exists(self, created: Created, remarks: tuple[str, ...] = ()) -> None:
        """Remember that the org exists, and what is odd about it."""
        created = _without_echo(created)
        steps = self.provider.next_steps(created)
        all_remarks = (*self.result.remarks, *remarks)
        self.result = replace(self.result, outcome="created", org=created, remarks=all_remarks, next_steps=steps)

    async def _store(self, created: Created) -> StageState:
        """Try the chosen store, then the fallback; what neither takes is left to the screen."""
        if await self._stored_in(self.tools.vault, created):
            return "ok"
        if self.tools.vault.on_disk and await self._stored_in(self.tools.fallback, created):
            return "warning"
        words = "only on this screen, because every store failed: copy them now"
        self.result = replace(self.result, secrets=created.secrets, stored_words=words)
        return "failed"

    async def _stored_in(self, vault: Vault, created: Created) -> bool:
        facts = {"provider": self.provider.title, "org": created.name, "id": created.id, "url": created.url}
        if self.attempt:
            facts |= {"attempt": self.attempt.id, "date": f"{self.attempt.started:%Y-%m-%d %H:%M} UTC"}
        name = label_of(self.provider.key, self.wanted.subdomain or created.name)
        try:
            kept = await asyncio.to_thread(vault.keep, name, created.secrets, facts)
        except Exception as fault:  # whatever it is, the next place is tried
            if isinstance(fault, PartlyStored):
                self.note("given", given=list(fault.names))
            self.add_remark(f"A store failed: {cause_of(fault)}")
            return False
        self.result = replace(
            self.result,
            stored=kept.reference,
            sources=kept.sources,
            stored_words=kept.words,
            secrets={} if vault.on_disk else created.secrets,
        )
        # The screen stores nothing: what it has shown is noted once it has.
        written = self.note("stored", stored=dict(kept.reference)) if vault.on_disk else True
        # It stays where only it leads `resume` to the keys; an odd one, too, until somebody has looked at it.
        if written and self.response is None:
            self.unspool()
        return True

    def save_profile(self) -> None:
        """Save a profile of the org, and write its name down; a failure is told at the end."""
        try:
            name = self.tools.save_profile(self.result)
        except Exception as fault:  # whatever it is, the org exists and its keys are stored
            self.add_remark(f"The profile was not saved: {cause_of(fault)}")
            return
        use = f"Use the keys: {' '.join(filter(None, ('orgwizard exec', name, self.tools.options)))} -- COMMAND"
        steps = (use, *self.result.next_steps) if self.result.sources else self.result.next_steps
        self.result = replace(self.result, profile=name, next_steps=steps)
        self.note("profile", profile=name)

    async def until_ready(self, created: Created, answered_at: float) -> None:
        """Let the vendor's settling time pass, then ask the new org until it answers."""
        settle = self.provider.settle_seconds
        if settle and answered_at + settle > self.tools.clock.now():
            asked = f"{self.provider.title} recommends waiting {settle} seconds before the first call"
            self.progress(SETTLE, "started", asked)
            await self.wait(SETTLE, answered_at + settle - self.tools.clock.now(), "first test in")
            if not self.leaving():
                self.progress(SETTLE, "ok", f"{settle} seconds passed")
        self.progress(READY, "started", "Testing the new keys")
        seen = await self._probed(created, self.tools.clock.now() + READY_SECONDS)
        self.result = replace(self.result, ready=seen.ready)
        self.progress(READY, "ok" if seen.ready else "warning", seen.words)
        if not seen.ready:
            self.add_remark(f"Its readiness is not confirmed: {seen.words}.")
            if not seen.may_change and not can_be_read(self.result.stored or {}):
                self.end = "exists"  # no later look can prove more: its keys can be read from nowhere

    async def _probed(self, created: Created, deadline: float) -> Readiness:
        """Test the new keys until it answers, the deadline passes or the user leaves."""
        seen = Readiness(False, "it was not tested")
        while not self.leaving():
            try:
                seen = await self.unless_quit(converse(self.provider.ready(self.wanted.site, created), self.tools.send))
            except NotSent:
                break
            left = deadline - self.tools.clock.now()
            if seen.ready or not seen.may_change or left <= 0:
                break
            self.progress(READY, "waiting", f"not yet: {seen.words}", round(left))
            await self._pause(min(PROBE_SECONDS, left))
        return seen

    # ---- the end ----

    def _ended(self, error: WizardError | None) -> tuple[Result, str]:
        """Return the result, with everything that needs a person, and the journal's word for it."""
        self._show_raw_response()
        error = error or self._attention()
        end = self.end or _end_word(self.result, error)
        is_open = end not in SETTLED or self.result.unmoved
        return replace(self.result, error=error, open=is_open, ended=self.tools.clock.wall()), end

    def _close(self, result: Result, end: str) -> None:
        """Write the end down, and let other processes take the attempt up."""
        if self.attempt is None:
            return
        try:
            self._note_shown()
            if end:
                shown = {name: value for name, value in result.as_json().items() if name != "secrets"}
                self.attempt.note("ended", result=end, told=shown, exit=result.exit_code)
        finally:
            self.attempt.close()

    def _show_raw_response(self) -> None:
        """Give the screen an answer that is neither in a store nor on disk: it may hold the keys."""
        if self.response is not None and self.response.body and not self.result.spool:
            text = SecretStr(self.response.body.decode(errors="replace"))
            self.result = replace(self.result, secrets={**self.result.secrets, "answer": text})
            self.note("shown", answer_shown=True)

    def _attention(self) -> WizardError | None:
        result = self.result
        if result.ready and not result.remarks:
            return None
        kept = f" The response itself is saved in {result.spool}." if result.spool else ""
        is_settled = (result.ready or self.end in SETTLED) and not result.unmoved
        advice = "" if is_settled else result.look_again
        return NeedsAttention(" ".join(result.remarks) + kept, advice, code="attention")

    def set_attempt(self, attempt: str) -> None:
        """Say from now on which attempt this is."""
        self.result = replace(self.result, attempt=attempt)

    def set_spool(self, path: Path | None) -> None:
        """Take over the file in which an earlier run put the raw body."""
        self.result = replace(self.result, spool=str(path or ""))

    def outcome(self, outcome: Outcome) -> None:
        """Set what is known of the org from now on."""
        self.result = replace(self.result, outcome=outcome)

    def add_remark(self, remark: str) -> None:
        """Add something that needs a person; once, though several places may fail alike."""
        remark = REDACTOR.clean(remark)
        if remark not in self.result.remarks:
            self.result = replace(self.result, remarks=(*self.result.remarks, remark))

    # ---- small steps ----

    def _note_shown(self) -> None:
        """Write down that a person was shown keys that are stored nowhere, once somebody says so."""
        if self.tools.control.shown.is_set() and not self._shown:
            self._shown = True
            self.note("shown", keys_shown=True)

    def note(self, event: str, **facts: Any) -> bool:
        """Write to the journal, and return whether it took it: once the request left, a full disk stops nothing."""
        if self.attempt is None:
            return False
        try:
            self.attempt.note(event, **facts)
            return True
        except Exception as fault:
            if event == "sending":
                raise
            self.add_remark(f"The attempt's record could not be written: {cause_of(fault)}")
            return False

    def unspool(self) -> None:
        """Remove the response from the disk again."""
        if self.attempt is None or not self.result.spool:
            return
        try:
            self.attempt.unspool()
        except Exception as fault:
            self.add_remark(f"{self.result.spool} could not be removed: {cause_of(fault)}")
        else:
            self.result = replace(self.result, spool="")

    def leaving(self) -> bool:
        """Return whether the user asked to end at the next safe point."""
        return self.tools.control.leave.is_set()

    async def unless_quit(self, waiting: Awaitable[T]) -> T:
        """Wait for something that creates nothing; raises `NotSent` as soon as the user leaves."""
        task = asyncio.ensure_future(waiting)
        try:
            await until_first(task, self.tools.control.leave.wait())
            if task.done():
                return task.result()
            raise NotSent("Cancelled.", code="left")
        finally:
            task.cancel()

    def progress(
        self, stage: str, state: StageState, words: str, left: int | None = None, *, spent: int | None = None
    ) -> None:
        """Tell of a stage."""
        self._note_shown()
        self.tell(Progress(stage, state, REDACTOR.clean(words), left, spent))

    async def wait(self, stage: str, seconds: float, words: str) -> None:
        """Count down to a deadline, a whole second at a time, until it is over or the user leaves."""
        deadline = self.tools.clock.now() + seconds
        while (left := deadline - self.tools.clock.now()) > 0 and not self.leaving():
            whole = math.ceil(left)
            self.progress(stage, "waiting", words, whole)
            await self._pause(left - (whole - 1))

    async def _pause(self, seconds: float) -> None:
        """Let time pass, or less if the user leaves."""
        await until_first(self.tools.clock.sleep(seconds), self.tools.control.leave.wait())


class Runs(Protocol):
    """What goes on by itself and tells of it."""

    async def run(self) -> None:
        """Go on to the end."""
        ...


async def events_of(begin: Callable[[Callable[[E], None]], Runs]) -> AsyncIterator[E]:
    """Run a flow and yield what it tells; the last event of a creation is its only `Result`.

    The flow runs to its end even where nobody takes its events any more.
    """
    events: asyncio.Queue[E | None] = asyncio.Queue()
    running = asyncio.ensure_future(begin(events.put_nowait).run())
    running.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := await events.get()) is not None:
            yield event
    finally:
        await asyncio.shield(running)


async def ended(begin: Callable[[], AsyncIterator[Event]], lost: Result) -> AsyncIterator[Event]:
    """Yield the events of a flow; one that breaks off before its result, by a fault of ours, ends with *lost*."""
    has_result = False
    try:
        async for event in begin():
            has_result |= isinstance(event, Result)
            yield event
        if not has_result:
            raise RuntimeError("a flow ended without a result")
    except Exception as bug:
        if not has_result:
            yield replace(lost, error=own_fault(bug, lost.outcome, ""))


async def until_first(*waits: Awaitable[Any]) -> None:
    """Wait for one of several; coroutines among them are cancelled then, futures are not."""
    tasks = {asyncio.ensure_future(wait) for wait in waits}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks.difference(waits):
            task.cancel()


def _secrets_of(credentials: Fields | None) -> list[str]:
    """Return the parent's secrets, which a service may repeat."""
    values = vars(credentials).values() if credentials else ()
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def _without_echo(created: Created) -> Created:
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


def own_fault(bug: Exception, outcome: Outcome, kept: str) -> WizardError:
    """Return a fault of orgwizard as a failure: where it happened, never its text, which may hold a secret."""
    where = traceback.extract_tb(bug.__traceback__)[-1]
    meanings = {"created": CREATED, "unknown": NOT_KNOWN, "not_created": NOTHING_CREATED}
    return WizardError(
        f"Internal error in orgwizard ({type(bug).__name__} at {Path(where.filename).name}:{where.lineno}). "
        f"{kept}".strip(),
        "Please report it with this line; no secret is in it.",
        meaning=meanings[outcome],
        code="bug",
    )


def _redirected(response: Response) -> Refused:
    """Return the refusal that a redirect is: credentials go to the chosen host and nowhere else."""
    return Refused(
        f"The service returned a redirect{_target(response)}. Nothing was sent there.",
        "Check the site. If the new address is right, enter it as the site.",
        code=f"HTTP {response.status}",
        request_id=response.request_id,
        field="site",
    )


def _target(response: Response) -> str:
    """Return the host that a redirect leads to, as " to HOST"; the rest of the address may hold a secret."""
    try:
        host = urlsplit(response.headers.get("location", "")).hostname
    except ValueError:
        host = None
    return f" to {host}" if host else ""


def _end_word(result: Result, error: WizardError | None) -> str:
    """Return the journal's word for an end."""
    if isinstance(error, Refused):
        return "refused"
    ends = {"not_created": "not_sent", "unknown": "unknown", "created": "ready" if result.ready else "later"}
    return ends[result.outcome]

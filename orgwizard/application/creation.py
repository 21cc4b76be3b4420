"""create_org(): the one flow that creates an org, as a stream of events that every face folds.

It is handed everything that does I/O, and orders it so that nothing is lost and nothing is done twice:
journal first, then the request, then the answer on disk before it is read, then the chosen store.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import replace
from functools import partial

from orgwizard.application.flow import Flow, events_of, until_first
from orgwizard.application.ports import Attempt, Spool, Tools
from orgwizard.application.provider_calls import check, reply_to
from orgwizard.domain.errors import NoResponse, NotSent, Refused, WizardError
from orgwizard.domain.events import CHECK, SEND, STORE, Event
from orgwizard.domain.http import Call, Reply, Response, masked
from orgwizard.domain.order_key import OrderKey
from orgwizard.domain.raw_response import head_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.order import Order
from orgwizard.system.private_files import cause_of

REPEATS = 3  # of the create call, and only after a 429 or where it never left
REPEAT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 15 * 60.0
ANSWER_SECONDS = 120.0  # how long the create call may take before it counts as unanswered
HANG_UP_GRACE_SECONDS = 2.0


def create_org(provider: Provider, order: Order, tools: Tools) -> AsyncIterator[Event]:
    """Create the org once and yield what happens; the last event is the only `Result`.

    No failure is raised: each becomes a `Result` whose `error` says what it means for the org.
    """
    return events_of(lambda tell: _Creation(provider, order, tools, tell))


class _Creation(Flow):
    """A creation from the first check to the end."""

    def __init__(self, provider: Provider, order: Order, tools: Tools, tell: Callable[[Event], None]) -> None:
        super().__init__(provider, order.wanted, order.connection.credentials, tools, tell)
        self.order = order
        self.known: Collection[str] = ()  # attempts at this order that the user wants to pass over
        self.checked_at = self._times()
        self.proven_anew = False  # at most one nonce retry per confirmation

    async def stages(self) -> WizardError | None:
        await self._prepare()
        call = self.provider.request(self.order)
        self._begin(call)
        reply = await self._send(call)
        answered_at = self.tools.clock.now()
        if isinstance(reply, (NotSent, Refused)):  # refused: the token, so that the call never left
            self.outcome("not_created")
            self.note("refused" if isinstance(reply, Refused) else "not_sent", code=reply.code, message=reply.cause)
            return reply
        doubt = reply if isinstance(reply, NoResponse) else self._noted(reply)
        if doubt or not isinstance(reply, Response):
            return await self.look_up(doubt or NoResponse(""))
        self.progress(SEND, "ok", f"returned HTTP {reply.status}")
        await self.keep(reply)
        if self.result.org and self.tools.wishes.waits:
            await self.until_ready(self.result.org, answered_at)
        elif self.result.org:
            self.add_remark("It was not tested, as you asked (--no-wait): it may not be ready yet.")
        return None

    async def _prepare(self) -> None:
        """Read what can be read and try the store, before anything is created."""
        self.known = self.tools.journal.ids() if self.tools.again else ()
        self._refuse_repeat(checked=False)
        self.progress(CHECK, "started", "Checking the parent org")
        checking = check(
            self.provider,
            self.order.connection,
            self.order.organization,
            self.tools.send,
            now=lambda: self.tools.clock.wall().timestamp(),
        )
        self.checked = await self.unless_quit(checking)
        self.checked_at = self._times()
        for finding in self.checked.findings:
            self.progress(CHECK, "warning" if finding.state == "warning" else "waiting", finding.line)
        self.progress(CHECK, "ok", f"parent org {self.checked.parent}")
        self._refuse_repeat(checked=True)
        self.progress(STORE, "started", "Testing the key store")
        self.progress(STORE, "ok", await self.unless_quit(asyncio.to_thread(self.tools.vault.probe)))

    def _refuse_repeat(self, *, checked: bool) -> None:
        """Raise `Busy` or `Repeated` for an attempt at this order; for one that may be, once the parent was read."""
        earlier = self.tools.journal.earlier(self._key(), self.known)
        if earlier and (checked or earlier.kind != "unclear"):
            raise earlier.error(self.tools.options)

    def _key(self) -> OrderKey:
        """Return what this order is recognised by; after the check its parent has more names."""
        before = {**self.checked.before, "domain": self.checked.domain}
        return self.provider.order_key(self.wanted, self.order.connection.credentials, before)

    def _begin(self, call: Call) -> None:
        """Record what is about to be sent; raises `LocalFailure`, `Busy` or `Repeated`, and then nothing is sent."""
        if self.leaving():
            raise NotSent("Cancelled before anything was sent.", "Start again when ready.", code="left")
        self.attempt: Attempt | None = self.tools.journal.requested(
            self.provider.key,
            self.wanted.site.key,
            self.wanted.name,
            mark=self.wanted.subdomain,
            digest=request_digest(call),
            before={**self.checked.before, "domain": self.checked.domain},
            store=self.tools.vault.plan(),
            via={"method": self.order.connection.method, "credentials": dict(self.order.connection.sources)},
            key=self._key(),
            known=self.known,
            approved=self.tools.wishes.approved,
        )
        self.set_attempt(self.attempt.id)

    def _times(self) -> tuple[float, float]:
        """Return the time on both of our clocks, in seconds: one stands still in standby, the other may be set."""
        return self.tools.clock.now(), self.tools.clock.wall().timestamp()

    def _service_time(self) -> float | None:
        """Return what time it is at the service, in epoch seconds: its own at the check, and what passed since."""
        date = self.checked.before.get("date")
        passed = (now - then for now, then in zip(self._times(), self.checked_at, strict=True))
        return None if date is None else date + max(passed)

    # ---- the request ----

    async def _send(self, call: Call) -> Reply:
        """Send the create call; again only after a 429, or where it never left."""
        for _ in range(REPEATS):
            reply = await self._proven(call)
            pause = self._pause_before_repeat(reply)
            if pause is None:
                return reply
            self.sendings -= isinstance(reply, NotSent)
            self.outcome("not_created")
            self.unspool()
            self.note("waiting", seconds=round(pause), reason=_reason(reply))
            await self.wait(SEND, pause, f"{_reason(reply)}; retrying in")
            if self.leaving() or self.tools.control.give_up.is_set():
                return reply
        return await self._proven(call)

    async def _proven(self, call: Call) -> Reply:
        """Send the call; once more where the answer, before any work, only asks for a new proof of its signature."""
        reply = await self._sent_once(call)
        may_repeat = call.grant is not None and not self.proven_anew
        asks = isinstance(reply, Response) and self.provider.asks_for_proof(reply) and not self.brings_org(reply)
        if not (may_repeat and asks and isinstance(reply, Response)):
            return reply
        self.proven_anew = True
        self.outcome("not_created")
        self.unspool()
        self.note("waiting", seconds=0, reason=f"{self.provider.title}asked for a fresh proof (HTTP {reply.status})")
        self.progress(SEND, "waiting", "asked for a fresh proof and did nothing else; sent again with it")
        return await self._sent_once(call)

    async def _sent_once(self, call: Call) -> Reply:
        """Send the call and wait for the reply; a hang-up does not end this wait, `give_up` does."""
        # The order again, because the beginning of the file may be lost.
        named = {"provider": self.provider.key, "site": self.wanted.site.key, "name": self.wanted.name}
        self.sendings, self.sent_at = self.sendings + 1, self._service_time()
        receipt = self._receipt()
        sent = {"sent_at": self.sent_at, "sendings": self.sendings}
        self.note("sending", **named, mark=self.wanted.subdomain, **sent)
        self.outcome("unknown")
        self.progress(SEND, "started", f"Sending the request to {call.origin}")
        sending = asyncio.ensure_future(reply_to(replace(call, sink=receipt), self.tools.send))
        started = self.tools.clock.now()
        try:
            while not sending.done() and not self._gave_up(started, receipt):
                wish = self.tools.control.give_up if receipt.left else self.tools.control.leave
                await until_first(sending, self.tools.clock.sleep(1), wish.wait())
                waited = int(self.tools.clock.now() - started)
                if not sending.done() and waited:
                    self.progress(SEND, "waiting", f"waiting for the response, {waited} s", spent=waited)
            # A process that was stopped for long may find its answer in the socket: look once more.
            if receipt.left or not self.leaving():
                await asyncio.wait({sending}, timeout=HANG_UP_GRACE_SECONDS)
            if not sending.done():  # the transport then tells how far the request came, or gives half an answer
                sending.cancel()
                await asyncio.wait({sending}, timeout=HANG_UP_GRACE_SECONDS)
            if sending.done() and not sending.cancelled():
                return sending.result()
            return NoResponse(self._why_unanswered(), code="timeout")
        finally:
            sending.cancel()
            self._spooled(receipt)

    def _why_unanswered(self) -> str:
        if self.tools.control.give_up.is_set():
            return "The request was sent; you stopped waiting for the response."
        return f"The request was sent, but no response came within {ANSWER_SECONDS:.0f} seconds."

    def _gave_up(self, started: float, receipt: "_Receipt") -> bool:
        """Return whether the wait is over: a success of which the beginning came is waited for much longer."""
        patience = LONGEST_WAIT_SECONDS if receipt.success else ANSWER_SECONDS
        left_early = self.leaving() and not receipt.left
        return left_early or self.tools.control.give_up.is_set() or self.tools.clock.now() - started >= patience

    def _receipt(self) -> "_Receipt":
        """Reserve room for the response, unless nothing secret may touch the disk; raises `LocalFailure`."""
        on_disk = self.tools.vault.on_disk and self.attempt is not None
        return _Receipt(self.attempt.spool() if self.attempt is not None and on_disk else None)

    def _spooled(self, receipt: "_Receipt") -> None:
        """Remember where the response lies; a file in which there is none, or half of what came, is removed."""
        receipt.close()
        if receipt.spool is None or self.attempt is None:
            return
        self.result = replace(self.result, spool=str(receipt.spool.path))
        if receipt.fault is not None:  # the answer is still in memory, and the stores come next
            self.add_remark(f"The response could not be saved: {cause_of(receipt.fault)}")
        if receipt.fault is not None or not receipt.may_hold_keys:
            self.unspool()

    def _pause_before_repeat(self, reply: Reply) -> float | None:
        """Return how long to wait before the call may be sent again; None where it must not be."""
        if isinstance(reply, NotSent):
            asked = reply.wait_seconds
        elif isinstance(reply, Response) and reply.status == 429 and not self.brings_org(reply):
            asked = self.provider.wait_after(reply, self.tools.clock.wall().timestamp())
        else:
            return None
        pause = REPEAT_SECONDS if asked is None else asked
        return pause if pause <= LONGEST_WAIT_SECONDS else None

    def _noted(self, response: Response) -> NoResponse | None:
        """Write down that the answer is on the disk, then judge it."""
        self.response = response if response.ok else None
        if not response.body:
            self.unspool()
        self.note("answered", status=response.status, request_id=response.request_id, spool=self.result.spool)
        return self.judged(response)


class _Receipt:
    """Takes the response to the create call as it comes, on the disk at once where there is a *spool*."""

    def __init__(self, spool: Spool | None) -> None:
        self.spool = spool
        self.fault: Exception | None = None
        self.left = self.success = False
        self._begun: bytearray | None = bytearray()  # until the head is whole

    def sent(self) -> None:
        self.left = True

    @property
    def may_hold_keys(self) -> bool:
        """Return whether anything but a piece of a head came."""
        return self._begun is None or b"{" in self._begun

    def write(self, data: bytes) -> None:
        if self.spool is not None and self.fault is None:
            self._try(partial(self.spool.write, data))
        if self._begun is not None:
            self._begun += data
            if head := head_of(self._begun):
                self.success, self._begun = head.ok, None

    def close(self) -> None:
        if self.spool is not None:
            self._try(self.spool.close)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as fault:
            self.fault = self.fault or fault


def request_digest(call: Call) -> str:
    """Return a fingerprint of the request; secrets are masked first, so that it cannot be guessed from."""
    shown = json.dumps([call.method, call.url, masked(call.body)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()


def _reason(reply: Reply) -> str:
    if isinstance(reply, Response):
        return "Rate limited"
    return reply.cause.rstrip(".")

"""The one create call: sent once, and again only after a 429 or where it never left; its response goes to the disk."""

import asyncio
from dataclasses import replace

from orgwizard.application.connection.provider_calls import reply_to
from orgwizard.application.creation.receipt import Receipt
from orgwizard.application.creation.run import Run
from orgwizard.application.creation.verdict import brings_org
from orgwizard.application.creation.waiting import until_first
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import NoResponse, NotSent
from orgwizard.domain.events import SEND
from orgwizard.domain.http import Call, Reply, Response
from orgwizard.storage.attempts.writing import Attempt
from orgwizard.system.file_faults import cause_of

REPEATS = 3  # of the create call, and only after a 429 or where it never left
REPEAT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 15 * 60.0
ANSWER_SECONDS = 120.0  # how long the create call may take before it counts as unanswered
HANG_UP_GRACE_SECONDS = 2.0


class ServiceClock:
    """The time at the service: its own *date* at the check, in epoch seconds, and what has passed since."""

    def __init__(self, clock: Clock, date: float | None) -> None:
        self._clock, self._date = clock, date
        self._read_at = self._times()

    def now(self) -> float | None:
        """Return the time in epoch seconds, None where the service did not tell it."""
        passed = (now - then for now, then in zip(self._times(), self._read_at, strict=True))
        return None if self._date is None else self._date + max(passed)

    def _times(self) -> tuple[float, float]:
        """Return the time on both of our clocks, in seconds: one stands still in standby, the other may be set."""
        return self._clock.now(), self._clock.wall().timestamp()


class CreateCall:
    """The sending of one call, that of a recorded attempt."""

    def __init__(self, run: Run, attempt: Attempt, call: Call, service_clock: ServiceClock) -> None:
        self._run, self._attempt, self._call, self._service_clock = run, attempt, call, service_clock
        self._clock, self._control = run.tools.clock, run.tools.control
        self._proven_anew = False  # at most one nonce retry per confirmation

    async def send(self) -> Reply:
        """Send the call; again only after a 429, or where it never left."""
        run = self._run
        for _ in range(REPEATS):
            reply = await self._send_with_proof()
            pause = self._pause_before_repeat(reply)
            if pause is None:
                return reply
            run.sendings -= isinstance(reply, NotSent)
            self._take_back(round(pause), _reason(reply))
            await run.waiting.count_down(SEND, pause, f"{_reason(reply)}; retrying in")
            if run.waiting.leaving or self._control.give_up.is_set():
                return reply
        return await self._send_with_proof()

    def _take_back(self, seconds: int, reason: str) -> None:
        """Record that what was sent created nothing, and is sent again."""
        self._run.set_outcome("not_created")
        self._run.unspool()
        self._run.note("waiting", seconds=seconds, reason=reason)

    async def _send_with_proof(self) -> Reply:
        """Send the call; once more where the answer, before any work, only asks for a new proof of its signature."""
        run = self._run
        reply = await self._send_once()
        may_repeat = self._call.grant is not None and not self._proven_anew
        if not may_repeat or not isinstance(reply, Response):
            return reply
        if not run.provider.asks_for_proof(reply) or brings_org(run, reply):
            return reply
        self._proven_anew = True
        self._take_back(0, f"{run.provider.title} asked for a new DPoP proof (HTTP {reply.status})")
        run.progress(SEND, "waiting", "asked for a new DPoP proof without processing the request; resending with one")
        return await self._send_once()

    async def _send_once(self) -> Reply:
        """Send the call and wait for the reply."""
        run, wanted = self._run, self._run.wanted
        run.sendings, run.sent_at = run.sendings + 1, self._service_clock.now()
        receipt = Receipt(self._attempt.spool() if run.tools.vault.on_disk else None)  # reserves room, or raises
        self._attempt.note(  # raises what keeps it from being written, before anything left
            "sending",
            provider=run.provider.key,  # the order again, because the beginning of the file may be lost
            site=wanted.site.key,
            name=wanted.name,
            mark=wanted.subdomain,
            sent_at=run.sent_at,
            sendings=run.sendings,
        )
        run.set_outcome("unknown")
        run.progress(SEND, "started", f"Sending the request to {self._call.origin}")
        sending = asyncio.ensure_future(reply_to(replace(self._call, sink=receipt), run.tools.send))
        try:
            return await self._reply(sending, receipt)
        finally:
            sending.cancel()
            self._keep_spool(receipt)

    async def _reply(self, sending: "asyncio.Future[Reply]", receipt: Receipt) -> Reply:
        """Wait for the reply; a hang-up does not end this wait, `give_up` does."""
        await self._wait(sending, receipt)
        # A process that was stopped for long may find its answer in the socket: look once more.
        if receipt.left or not self._run.waiting.leaving:
            await asyncio.wait({sending}, timeout=HANG_UP_GRACE_SECONDS)
        if not sending.done():  # the transport then tells how far the request came, or gives half an answer
            sending.cancel()
            await asyncio.wait({sending}, timeout=HANG_UP_GRACE_SECONDS)
        if sending.done() and not sending.cancelled():
            return sending.result()
        return NoResponse(self._why_unanswered(), code="timeout")

    async def _wait(self, sending: "asyncio.Future[Reply]", receipt: Receipt) -> None:
        started = self._clock.now()
        while not sending.done() and not self._gave_up(started, receipt):
            wish = self._control.give_up if receipt.left else self._control.leave
            await until_first(sending, self._clock.sleep(1), wish.wait())
            waited = int(self._clock.now() - started)
            if not sending.done() and waited:
                words, deadline = f"waiting for the response, {waited} s", started + _patience(receipt)
                self._run.progress(SEND, "waiting", words, spent=waited, deadline=deadline)

    def _gave_up(self, started: float, receipt: Receipt) -> bool:
        """Return whether the wait is over."""
        left_early = self._run.waiting.leaving and not receipt.left
        is_late = self._clock.now() - started >= _patience(receipt)
        return left_early or self._control.give_up.is_set() or is_late

    def _why_unanswered(self) -> str:
        if self._control.give_up.is_set():
            return "The request was sent; you stopped waiting for the response."
        return f"The request was sent, but no response came within {ANSWER_SECONDS:.0f} seconds."

    def _keep_spool(self, receipt: Receipt) -> None:
        """Remember where the response lies; a file in which there is none, or half of what came, is removed."""
        receipt.close()
        if receipt.spool is None:
            return
        self._run.set_spool(receipt.spool.path)
        if receipt.fault is not None:  # the answer is still in memory, and the stores come next
            self._run.add_remark(f"The response could not be saved: {cause_of(receipt.fault)}")
        if receipt.fault is not None or not receipt.may_hold_keys:
            self._run.unspool()

    def _pause_before_repeat(self, reply: Reply) -> float | None:
        """Return how long to wait before the call may be sent again; None where it must not be."""
        if isinstance(reply, NotSent):
            asked = reply.wait_seconds
        elif isinstance(reply, Response) and reply.status == 429 and not brings_org(self._run, reply):
            asked = self._run.provider.wait_after(reply, self._clock.wall().timestamp())
        else:
            return None
        pause = REPEAT_SECONDS if asked is None else asked
        return pause if pause <= LONGEST_WAIT_SECONDS else None


def _patience(receipt: Receipt) -> float:
    """Return for how many seconds the reply is waited for: much longer once the beginning of a success came."""
    return LONGEST_WAIT_SECONDS if receipt.success else ANSWER_SECONDS


def _reason(reply: Reply) -> str:
    return "Rate limited" if isinstance(reply, Response) else reply.cause.rstrip(".")

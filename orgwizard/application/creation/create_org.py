"""create_org(): the one flow that creates an org, as a stream of events that every face folds.

It is handed everything that does I/O, and orders it so that nothing is lost and nothing is done twice:
journal first, then the request, then the answer on disk before it is read, then the chosen store.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Collection

from orgwizard.application.connection.provider_calls import check
from orgwizard.application.creation.create_call import CreateCall, ServiceClock
from orgwizard.application.creation.ending import run_to_end
from orgwizard.application.creation.key_storing import keep
from orgwizard.application.creation.lookup import look_up
from orgwizard.application.creation.readiness import wait_until_ready
from orgwizard.application.creation.run import Run
from orgwizard.application.creation.stream import events_of
from orgwizard.application.creation.tools import Tools
from orgwizard.application.creation.verdict import judge
from orgwizard.application.profile_saving import access_of
from orgwizard.domain.errors import NoResponse, NotSent, Refused, WizardError
from orgwizard.domain.events import CHECK, SEND, STORE, Event
from orgwizard.domain.http import Call, Reply, Response
from orgwizard.domain.order_key import OrderKey
from orgwizard.domain.secrets.masking import masked
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import NAME_FIELD
from orgwizard.providers.order import Order
from orgwizard.storage.attempts.writing import Attempt, NewAttempt


def create_org(provider: Provider, order: Order, tools: Tools) -> AsyncIterator[Event]:
    """Create the org once and yield what happens; the last event is the only `Result`.

    No failure is raised: each becomes a `Result` whose `error` says what it means for the org.
    """

    async def run(tell: Callable[[Event], None]) -> None:
        creation = _Creation(Run(provider, order.wanted, order.connection.credentials, tools, tell), order)
        await run_to_end(creation.run, creation.stages)

    return events_of(run)


class _Creation:
    """A creation from the first check to the end; the methods stand in the order of events."""

    def __init__(self, run: Run, order: Order) -> None:
        self.run, self._order, self._tools = run, order, run.tools
        self._passed_over: Collection[str] = ()  # attempts at this order that the user wants to pass over
        self._service_clock = ServiceClock(run.tools.clock, None)

    async def stages(self) -> WizardError | None:
        """Go through the stages; return or raise what keeps the end from being a good one."""
        self._passed_over = self._tools.journal.ids() if self._tools.again else ()
        self._refuse_repeat(checked=False)
        await self._check()
        self._refuse_repeat(checked=True)
        self._refuse_twin()
        await self._probe_store()
        call = self.run.provider.request(self._order)
        attempt = self._record(call)
        reply = await CreateCall(self.run, attempt, call, self._service_clock).send()
        return await self._conclude(reply, answered_at=self._tools.clock.now())

    def _refuse_repeat(self, *, checked: bool) -> None:
        """Raise `Busy` or `Repeated` for an attempt at this order; for one that may be, once the parent was read."""
        earlier = self._tools.journal.earlier(self._key(), self._passed_over)
        if earlier and (checked or earlier.kind != "unclear"):
            raise earlier.error(self._tools.options)

    def _refuse_twin(self) -> None:
        """Raise `NotSent` for a name that the parent has already: another machine may have sent this order."""
        if (twin := self.run.checked.twin) and not self._tools.wishes.twins:
            advice = "If that is not the org you want, create a second one of that name with the option --again."
            raise NotSent(twin.fact, advice, code="name_exists", field=NAME_FIELD)

    async def _check(self) -> None:
        """Read what can be read of the parent."""
        run, order = self.run, self._order
        run.progress(CHECK, "started", "Checking the parent org")
        checking = check(
            run.provider,
            order.connection,
            order.organization,
            self._tools.send,
            now=lambda: self._tools.clock.wall().timestamp(),
        )
        run.checked = await run.waiting.unless_leaving(checking)
        self._service_clock = ServiceClock(self._tools.clock, run.checked.date)
        for finding in run.checked.findings:
            run.progress(CHECK, "warning" if finding.state == "warning" else "waiting", finding.line)
        run.progress(CHECK, "ok", f"parent org {run.checked.parent}")

    async def _probe_store(self) -> None:
        """Try the store, before anything is created."""
        self.run.progress(STORE, "started", "Testing the key store")
        probing = asyncio.to_thread(self._tools.vault.probe)
        self.run.progress(STORE, "ok", await self.run.waiting.unless_leaving(probing))

    def _record(self, call: Call) -> Attempt:
        """Record what is about to be sent; raises `LocalFailure`, `Busy` or `Repeated`, and then nothing is sent."""
        if self.run.waiting.leaving:
            raise NotSent("Cancelled before anything was sent.", "Start again when ready.", code="left")
        wanted = self._order.wanted
        new = NewAttempt(
            self.run.provider.key,
            wanted.site.key,
            wanted.name,
            self._key(),
            mark=wanted.subdomain,
            digest=request_digest(call),
            before=self._before(),
            store=self._tools.vault.plan(),
            via=access_of(self._order.connection).facts,
            approved=self._tools.wishes.approved,
            passed_over=self._passed_over,
        )
        attempt = self._tools.journal.requested(new)
        self.run.set_attempt(attempt)
        return attempt

    def _key(self) -> OrderKey:
        """Return what this order is recognised by; after the check its parent has more names."""
        return self.run.provider.order_key(self._order.wanted, self._order.connection.credentials, self._before())

    def _before(self) -> dict[str, object]:
        """Return what was seen before the request."""
        return {**self.run.checked.before, "domain": self.run.checked.domain}

    async def _conclude(self, reply: Reply, answered_at: float) -> WizardError | None:
        """Make of a reply what it proves: nothing was created, an org, or a doubt that is looked into."""
        run = self.run
        if isinstance(reply, (NotSent, Refused)):  # refused: the token, so that the call never left
            run.set_outcome("not_created")
            run.note("refused" if isinstance(reply, Refused) else "not_sent", code=reply.code, message=reply.cause)
            return reply
        if isinstance(reply, NoResponse):
            return await look_up(run, reply)
        if doubt := self._judge(reply):
            return await look_up(run, doubt)
        run.progress(SEND, "ok", f"{run.provider.title} returned HTTP {reply.status}")
        await keep(run, reply)
        if run.result.org and self._tools.wishes.waits:
            await wait_until_ready(run, run.result.org, answered_at)
        elif run.result.org:
            run.add_remark("It was not tested, as you asked (--no-wait): it may not be ready yet.")
        return None

    def _judge(self, response: Response) -> NoResponse | None:
        """Write down that the response is on the disk, then judge it."""
        run = self.run
        run.response = response if response.ok else None
        if not response.body:
            run.unspool()
        run.note("answered", status=response.status, request_id=response.request_id, spool=run.result.spool)
        return judge(run, response)


def request_digest(call: Call) -> str:
    """Return a fingerprint of the request; secrets are masked first, so that it cannot be guessed from."""
    shown = json.dumps([call.method, call.url, masked(call.body)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()

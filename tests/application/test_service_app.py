"""A creation as a service app, whole: with tokens from the exchange, against the sandbox's strict server."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard.application.connection.provider_calls import check
from orgwizard.application.connection.token_exchange import TokenExchange
from orgwizard.application.creation.create_org import create_org
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import Exit, NoResponse, NotSent, Refused
from orgwizard.domain.events import Progress, Result
from orgwizard.domain.http import Call, Grant, Response
from orgwizard.domain.secrets.masking import revealed
from orgwizard.network.transport import Transport
from orgwizard.providers.okta.connection import read_call
from orgwizard.providers.okta.fields import ServiceApp
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.order import Connection, Order
from orgwizard.sandbox.messages import Request
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.sandbox.transport import SandboxTransport
from tests import fakes, keys
from tests.fakes import Bench, MemoryVault, response

OKTA = Okta()
KINDS = ["2048", "P-256", "P-384", "P-521"]
Before = Callable[[Call], None]


class Parent:
    """A creation's bench with the sandbox at its other end; `before` is called with every call that leaves."""

    def __init__(self, client_id: str = "0oaclient", key: str = CREDENTIALS["okta.private_key"]) -> None:
        self.bench = Bench()
        self.world = World(self.bench.clock, seed="tests")
        self.before: Before = lambda _: None
        self.app = ServiceApp(client_id=client_id, private_key=SecretStr(key))
        self.transport = Transport(None, SandboxTransport(self.world))
        self.send = TokenExchange(self._sent, self.bench.clock, keys.proof_key).send

    async def _sent(self, call: Call) -> Response:
        self.before(call)
        return await self.transport.send(call)

    @property
    def order(self) -> Order:
        typed = fakes.okta_order()
        return replace(typed, connection=Connection(OKTA.site("acme.okta.com"), "service-app", self.app))

    async def create(self) -> Result:
        events = [e async for e in create_org(OKTA, self.order, replace(self.bench.tools, send=self.send))]
        shown = repr(events) + json.dumps(self.bench.attempt.facts)
        assert not [token for token in self.world.okta.oauth.issued if token in shown]
        assert all(isinstance(event, Progress) for event in events[:-1])
        assert isinstance(events[-1], Result)
        return events[-1]

    def requests(self, path: str) -> list[Request]:
        """Return the parent's requests of a path."""
        there = "https://acme.okta.com"
        return [request for request in self.world.requests if (request.origin, request.path) == (there, path)]

    @property
    def creates(self) -> list[Request]:
        return self.requests("/api/v1/orgs")

    @property
    def asked(self) -> int:
        return len(self.requests("/oauth2/v1/token"))


def on_create(do: Callable[[], object], times: int = 1) -> Before:
    """Do something right before the create call leaves, that many times."""
    left = iter(range(times))

    def before(call: Call) -> None:
        if call.once and next(left, None) is not None:
            do()

    return before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("client", "scheme", "asked"), [("0oaclient", "DPoP", 3), ("0oabearer", "Bearer", 1)])
async def test_an_org_is_created_with_every_kind_of_key_with_and_without_dpop(
    kind: str, client: str, scheme: str, asked: int
) -> None:
    parent = Parent(client, keys.jwk(kind, kid="mine"))
    parent.world.okta.oauth.keys[client] = [keys.public(kind, kid="other"), keys.public(kind, kid="mine")]
    result = await parent.create()
    assert (result.outcome, result.ready, result.exit_code) == ("created", True, Exit.READY)
    assert [request.headers["authorization"].partition(" ")[0] for request in parent.creates] == [scheme]
    assert ("dpop" in parent.creates[0].headers) is (scheme == "DPoP")
    assert parent.asked == asked  # plain, with a proof, with a nonce; and one token serves the whole creation
    assert [org.subdomain for org in parent.world.okta.children] == ["my-child"]
    assert parent.bench.log.lines.count("sending") == 1


@pytest.mark.parametrize(("minutes", "words"), [(-25, "25 minutes behind"), (25, "25 minutes ahead of"), (0, "")])
async def test_a_clock_that_is_off_is_made_up_for_and_said(minutes: int, words: str) -> None:
    parent = Parent()
    ours = OffClock(parent.bench.clock, minutes)
    send = TokenExchange(parent._sent, ours, keys.proof_key).send
    checked = await check(OKTA, parent.order.connection, None, send, now=lambda: ours.wall().timestamp())
    said = [finding for finding in checked.findings if finding.stage == "Clock"]
    assert [(finding.state, words in finding.words) for finding in said] == ([("warning", True)] if minutes else [])
    assert (await send(OKTA.request(parent.order))).ok


class OffClock(Clock):
    """Another clock, whose time of day is off by some minutes."""

    def __init__(self, right: Clock, minutes: int) -> None:
        self._right, self._off = right, timedelta(minutes=minutes)

    def now(self) -> float:
        return self._right.now()

    async def sleep(self, seconds: float) -> None:
        await self._right.sleep(seconds)

    def wall(self) -> datetime:
        return self._right.wall() + self._off


async def test_the_token_stays_in_memory() -> None:
    parent = Parent()
    await parent.create()
    (token,) = parent.world.okta.oauth.issued
    assert token not in json.dumps([parent.bench.attempt.facts, parent.bench.journal.facts, parent.bench.vault.held])
    assert parent.bench.journal.facts["via"] == {"method": "service-app", "credentials": {}}


async def test_a_read_is_repeated_with_the_nonce_that_the_api_asks_for() -> None:
    parent = Parent("0oanonce")
    found = await check(OKTA, parent.order.connection, None, parent.send)
    assert found.parent == "Acme (sandbox)"
    assert len(parent.requests("/api/v1/org")) == 2
    result = await parent.create()
    assert result.outcome == "created"
    assert len(parent.requests("/api/v1/org")) == 3
    assert len(parent.creates) == 1  # it leaves with the nonce that the read brought


async def test_a_create_call_refused_for_want_of_a_nonce_is_sent_once_more_and_journalled() -> None:
    parent = Parent("0oanonce")
    parent.before = on_create(parent.world.okta.oauth.api_nonces.born.clear)
    result = await parent.create()
    assert (result.outcome, result.exit_code) == ("created", Exit.READY)
    assert len(parent.creates) == 2
    assert len({request.headers["dpop"] for request in parent.creates}) == 2
    assert len({request.body for request in parent.creates}) == 1
    assert len(parent.world.okta.children) == 1
    log = parent.bench.log
    assert log.after("requested")[:4] == ["sending", "spool", "unspool", "waiting"]
    assert parent.bench.attempt.facts["waiting"]["reason"] == "Okta asked for a new DPoP proof (HTTP 401)"


async def test_a_token_endpoint_that_is_busy_is_asked_again_when_it_says() -> None:
    parent = Parent()
    busy = [Response(429, {"retry-after": "33"}, b"{}")]

    async def limited(call: Call) -> Response:
        wanted = call.form and "sending" in parent.bench.log.lines and busy
        return busy.pop() if wanted else await sent(call)

    sent = parent._sent
    door = TokenExchange(limited, parent.bench.clock, keys.proof_key)

    async def send(call: Call) -> Response:
        if call.once:
            door._held.clear()  # as if the token had expired
        return await door.send(call)

    parent.send = send
    result = await parent.create()
    assert (result.exit_code, parent.bench.attempt.facts["waiting"]["seconds"]) == (Exit.READY, 33)


async def test_one_confirmation_buys_no_third_proof() -> None:
    parent = Parent("0oanonce")
    parent.before = on_create(parent.world.okta.oauth.api_nonces.born.clear, times=9)
    result = await parent.create()
    assert (result.outcome, result.exit_code) == ("not_created", Exit.REFUSED)
    assert isinstance(result.error, Refused)
    assert (result.error.code, result.error.field) == ("use_dpop_nonce", "credentials.client_id")
    assert len(parent.creates) == 2
    assert parent.world.okta.children == ()
    assert parent.bench.log.lines[-2:] == ["refused", "ended refused"]


async def test_one_confirmation_buys_one_more_proof_even_with_a_429_in_between() -> None:
    parent = Parent("0oanonce")
    sent, asked = parent._sent, json.dumps({"error": "use_dpop_nonce"}).encode()
    replies = [Response(401, {"dpop-nonce": nonce}, asked) for nonce in "ab"]
    replies.insert(1, Response(429, {"retry-after": "2"}, b"{}"))

    async def rotating(call: Call) -> Response:
        return replies.pop(0) if call.once else await sent(call)

    parent.send = TokenExchange(rotating, parent.bench.clock, keys.proof_key).send
    result = await parent.create()
    assert (result.outcome, result.exit_code) == ("not_created", Exit.REFUSED)
    assert parent.bench.log.lines.count("sending") == 3


async def test_an_answer_that_may_have_created_something_is_never_taken_for_a_challenge() -> None:
    parent = Parent("0oanonce")
    sent = parent._sent

    async def broken(call: Call) -> Response:
        return Response(502, {"dpop-nonce": "n"}, b"<html>") if call.once else await sent(call)

    parent.send = TokenExchange(broken, parent.bench.clock, keys.proof_key).send
    assert (await parent.create()).exit_code == Exit.UNKNOWN
    assert parent.bench.log.lines.count("sending") == 1


async def test_only_a_call_with_a_proof_is_sent_again_for_want_of_one() -> None:
    parent = Parent()
    challenge = response(401, {"error": "use_dpop_nonce"}, dpop_nonce="n")
    parent.bench.service.creates = [challenge]
    events = [e async for e in create_org(OKTA, fakes.okta_order(), parent.bench.tools)]
    assert isinstance(events[-1], Result)
    assert (events[-1].exit_code, parent.bench.service.posted) == (Exit.REFUSED, 1)


async def test_nonces_that_rotate_between_token_and_call_are_followed() -> None:
    parent = Parent("0oanonce")
    oauth = parent.world.okta.oauth
    await check(OKTA, parent.order.connection, None, parent.send)
    parent.bench.clock.time += 3600
    oauth.nonces.born.clear()
    oauth.api_nonces.born.clear()
    asked = parent.asked
    assert (await parent.create()).outcome == "created"
    assert parent.asked == asked + 2  # the old nonce, then the new one
    assert len(parent.creates) == 1


async def test_a_token_about_to_expire_is_renewed_before_the_create_call() -> None:
    parent = Parent("0oabearer")
    await check(OKTA, parent.order.connection, None, parent.send)
    parent.bench.clock.time += 3541
    assert (await parent.create()).outcome == "created"
    assert parent.asked == 2


class SlowVault(MemoryVault):
    """A store whose trial, after the check and before the create call, takes longer than a token lives."""

    def __init__(self, bench: Bench, then: Callable[[], object]) -> None:
        super().__init__(bench.log)
        self.bench, self.then = bench, then

    def probe(self) -> str:
        self.bench.clock.time += 3600
        self.then()
        return super().probe()


@pytest.mark.parametrize("kind", ["refused", "silent", "unsent"])
async def test_a_token_that_cannot_be_renewed_leaves_the_create_call_unsent(kind: str) -> None:
    parent = Parent()
    faults: dict[str, Any] = {"silent": NoResponse("Silence."), "unsent": NotSent("No way.")}

    def before(call: Call) -> None:
        if kind in faults and call.form and parent.bench.clock.time > 4000:
            raise faults[kind]

    parent.before = before
    registered = partial(parent.world.okta.oauth.keys.update, {"0oaclient": [keys.public("P-256")]})
    parent.bench.vault = SlowVault(parent.bench, registered)
    result = await parent.create()
    assert parent.creates == []
    assert result.outcome == "not_created"
    assert result.exit_code == (Exit.REFUSED if kind == "refused" else Exit.NOT_SENT)
    assert parent.bench.log.lines[-1] == ("ended refused" if kind == "refused" else "ended not_sent")
    if kind == "refused":
        assert result.error is not None
        assert (result.error.code, result.error.field) == ("invalid_client", "credentials.private_key")


@pytest.mark.parametrize(
    ("client", "code", "field"),
    [
        ("0oawrong", "invalid_client", "credentials.client_id"),
        ("0oanoscope", "consent_required", "credentials.client_id"),
        ("0oanoperm", "E0000006", "credentials.client_id"),
    ],
)
async def test_what_is_refused_is_told_at_a_field_of_the_service_app(client: str, code: str, field: str) -> None:
    result = await Parent(client).create()
    assert (result.outcome, result.exit_code) == ("not_created", Exit.REFUSED)
    assert result.error is not None
    assert (result.error.code, result.error.field) == (code, field)


async def test_a_parent_that_may_not_be_read_is_no_failure() -> None:
    parent = Parent("0oanoread")
    found = await check(OKTA, parent.order.connection, None, parent.send)
    assert found.parent == "acme.okta.com"
    assert (await parent.create()).outcome == "created"


async def test_reads_side_by_side_share_one_token() -> None:
    parent = Parent()
    call = read_call("/api/v1/org", parent.order.connection)
    answers = await asyncio.gather(*(parent.send(call) for _ in range(3)))
    assert [found.status for found in answers] == [200, 200, 200]
    assert parent.asked == 3


# ---- the door alone ----


async def test_calls_without_a_grant_pass_as_they_are() -> None:
    parent = Parent()
    calls: list[Call] = []
    parent.before = calls.append
    call = Call("GET", "https://acme.okta.com/.well-known/okta-organization")
    await parent.send(call)
    assert calls == [call]


async def test_an_api_that_asks_for_nonces_without_end_gets_three_proofs() -> None:
    parent = Parent("0oanonce")
    parent.before = lambda call: None if call.form else parent.world.okta.oauth.api_nonces.born.clear()
    refused = await parent.send(read_call("/api/v1/org", parent.order.connection))
    assert refused.status == 401
    assert len(parent.requests("/api/v1/org")) == 3


async def test_a_token_that_was_revoked_is_not_used_again() -> None:
    parent = Parent()
    revoked: set[object] = set()

    async def send(call: Call) -> Response:
        given = revealed(call.headers).get("Authorization")
        return response(401, {"error": "invalid_token"}) if given in revoked else await parent.transport.send(call)

    door, call = (
        TokenExchange(send, parent.bench.clock, keys.proof_key),
        read_call("/api/v1/org", parent.order.connection),
    )
    assert (await door.send(call)).ok
    revoked |= {f"DPoP {token}" for token in parent.world.okta.oauth.issued}
    assert [(await door.send(call)).status, (await door.send(call)).status] == [401, 200]


async def test_a_create_call_that_is_left_while_its_token_is_renewed_never_left() -> None:
    parent = Parent()

    async def stuck(_: Call) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    sending = asyncio.ensure_future(TokenExchange(stuck, parent.bench.clock).send(OKTA.request(parent.order)))
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(NotSent) as caught:
        await sending
    assert caught.value.code == "left"


def test_a_grant_is_never_put_on_the_wire_itself() -> None:
    call = OKTA.request(Parent().order)
    assert isinstance(call.grant, Grant)
    with pytest.raises(TypeError):
        revealed(call.headers)

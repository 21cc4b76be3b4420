"""The sandbox's transport fails in the phases, and with the exceptions, of a real connection."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import httpx
import pytest

from orgwizard.sandbox.router import World

Make: TypeAlias = Callable[..., dict[str, Any]]
CONNECT = ["connect_tcp.started", "connect_tcp.complete", "start_tls.started", "start_tls.complete"]
SEND = [f"send_request_{part}.{state}" for part in ("headers", "body") for state in ("started", "complete")]
HEAD = ["receive_response_headers.started", "receive_response_headers.complete"]
BODY = ["receive_response_body.started", "receive_response_body.complete"]


class Listener:
    """Keeps what the `trace` extension is told."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.methods: set[bytes] = set()

    async def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        self.events.append(name.partition(".")[2])
        if "request" in info:
            self.methods.add(info["request"].method)


async def post(okta: httpx.AsyncClient, okta_body: Make, name: str) -> tuple[Listener, str]:
    """Create an org of that name; return the trace and how it ended."""
    trace = Listener()
    body = okta_body(name=f"The {name}", subdomain=name)
    try:
        answer = await okta.post("/api/v1/orgs", json=body, extensions={"trace": trace}, timeout=30)
    except httpx.TransportError as error:
        return trace, type(error).__name__
    return trace, str(answer.status_code)


@pytest.mark.parametrize(
    ("name", "events", "end"),
    [
        ("plain", [*CONNECT, *SEND, *HEAD, *BODY], "201"),
        ("refused", ["connect_tcp.started", "connect_tcp.failed"], "ConnectError"),
        ("reset", [*CONNECT, *SEND, HEAD[0], "receive_response_headers.failed"], "ReadError"),
        ("silent", [*CONNECT, *SEND, HEAD[0], "receive_response_headers.failed"], "ReadTimeout"),
        ("half", [*CONNECT, *SEND, *HEAD, BODY[0], "receive_response_body.failed"], "RemoteProtocolError"),
        ("bad-gateway", [*CONNECT, *SEND, *HEAD, *BODY], "502"),
    ],
)
async def test_the_trace_tells_how_far_a_request_came(
    okta: httpx.AsyncClient, okta_body: Make, name: str, events: list[str], end: str
) -> None:
    trace, ended = await post(okta, okta_body, name)
    assert (trace.events, ended) == (events, end)
    assert trace.methods == ({b"POST"} if len(events) > 2 else set())


async def test_an_illegal_header_fails_while_it_is_sent(okta: httpx.AsyncClient, world: World) -> None:
    trace = Listener()
    with pytest.raises(httpx.LocalProtocolError):
        await okta.get("/api/v1/org", headers={"authorization": "SSWS two\nlines"}, extensions={"trace": trace})
    assert trace.events[-1] == "send_request_headers.failed"
    assert not world.requests


async def test_a_host_that_does_not_exist(client: httpx.AsyncClient, world: World) -> None:
    with pytest.raises(httpx.ConnectError, match="Name or service not known"):
        await client.get("https://acme.invalid/")
    with pytest.raises(httpx.UnsupportedProtocol):
        await client.get("ftp://acme.okta.com/")
    assert not world.requests


async def test_the_first_half_of_a_cut_answer_is_in_hand(okta: httpx.AsyncClient, okta_body: Make) -> None:
    pieces: list[bytes] = []

    async def read() -> None:
        async with okta.stream("POST", "/api/v1/orgs", json=okta_body(subdomain="half")) as answer:
            pieces.append(answer.headers["content-length"].encode())
            async for piece in answer.aiter_raw():
                pieces.append(piece)  # noqa: PERF401  kept although the iteration breaks off

    with pytest.raises(httpx.RemoteProtocolError):
        await read()
    length, *half = pieces
    assert half[0].startswith(b'{"id": "00o')
    assert len(b"".join(half)) == int(length) // 2


async def test_a_silent_server_is_waited_for(okta: httpx.AsyncClient, okta_body: Make, world: World) -> None:
    sent = asyncio.ensure_future(okta.post("/api/v1/orgs", json=okta_body(subdomain="silent")))
    for _ in range(20):
        await asyncio.sleep(0)
    assert world.creates == 1
    assert not sent.done()
    sent.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sent


async def test_the_read_timeout_is_in_the_worlds_seconds(
    okta: httpx.AsyncClient, okta_body: Make, world: World
) -> None:
    before = world.clock.now()
    with pytest.raises(httpx.ReadTimeout):
        await okta.post("/api/v1/orgs", json=okta_body(subdomain="slow"), timeout=5)
    assert world.clock.now() - before == 5
    assert len(world.okta.children) == 1

"""An httpx transport whose other end is a `World`: the real URLs, the real failures, and no packet leaves."""

import asyncio
import math
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.client import responses

import httpcore
import httpx

from orgwizard.sandbox.messages import Fault, Reply, Request
from orgwizard.sandbox.router import World

_PIECE = 512
# What HTTP/1.1 allows in a header's value, as h11 checks it before a request is sent (RFC 9110 5.5).
_FIELD_VALUE = re.compile(rb"([!-~\x80-\xff]([!-~\x80-\xff \t]*[!-~\x80-\xff])?)?")


@asynccontextmanager
async def _step(request: httpx.Request, name: str, info: Mapping[str, object]) -> AsyncIterator[None]:
    """Tell the `trace` extension of start and end of a step, with the event names of httpcore."""
    trace = request.extensions.get("trace", _nobody)
    await trace(f"{name}.started", dict(info))
    try:
        yield
    except BaseException as error:
        await trace(f"{name}.failed", {"exception": error})
        raise
    await trace(f"{name}.complete", {"return_value": None})


async def _nobody(_name: str, _info: Mapping[str, object]) -> None:
    """Listen to no event."""


class SandboxTransport(httpx.AsyncBaseTransport):
    """Answers every request out of a `World`.

    It behaves as httpx's own transport does towards a client: it emits httpcore's trace events, raises
    httpx's exceptions in the same phases, honours the read timeout (in seconds of the world's clock) and
    streams bodies.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request through the phases of a connection; raises `httpx.TransportError`s."""
        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol("Request URL is missing an 'http://' or 'https://' protocol.")
        body = await request.aread()
        told = {"request": httpcore.Request(request.method, str(request.url))}
        headers = {name.lower(): value for name, value in request.headers.items()}
        sent = Request(request.method, request.url, headers, body)
        legal = all(_FIELD_VALUE.fullmatch(value) for _, value in request.headers.raw)
        reply = self._world.answer(sent) if legal else Reply()
        await _connect(request, reply.fault)
        async with _step(request, "http11.send_request_headers", told):
            if not legal:
                raise httpx.LocalProtocolError("Illegal header value")
        async with _step(request, "http11.send_request_body", told):
            pass
        async with _step(request, "http11.receive_response_headers", told):
            await self._wait(request, reply)
        return httpx.Response(
            reply.status,
            headers={"content-length": str(len(reply.body)), **reply.headers},
            stream=_Body(request, reply, told),
            extensions={"http_version": b"HTTP/1.1", "reason_phrase": responses.get(reply.status, "").encode()},
        )

    async def _wait(self, request: httpx.Request, reply: Reply) -> None:
        """Let the time until the first byte pass, or break off."""
        patience = request.extensions.get("timeout", {}).get("read")
        if reply.fault is Fault.RESET:
            raise httpx.ReadError("[Errno 104] Connection reset by peer")
        delay = math.inf if reply.fault is Fault.SILENT else reply.delay
        if patience is not None and delay > patience:
            await self._world.clock.sleep(patience)
            raise httpx.ReadTimeout("The read operation timed out")
        if delay == math.inf:
            await asyncio.Event().wait()
        if delay:
            await self._world.clock.sleep(delay)


async def _connect(request: httpx.Request, fault: Fault) -> None:
    """Open the pretended connection, or fail to: then nothing is sent."""
    address = {"host": request.url.host, "port": request.url.port, "timeout": None}
    async with _step(request, "connection.connect_tcp", address):
        if fault is Fault.NO_HOST:
            raise httpx.ConnectError("[Errno -2] Name or service not known")
        if fault is Fault.REFUSED:
            raise httpx.ConnectError("[Errno 111] Connection refused")
    if request.url.scheme == "https":
        async with _step(request, "connection.start_tls", {"server_hostname": request.url.host}):
            pass


class _Body(httpx.AsyncByteStream):
    """The body of an answer in pieces; one that is cut ends with an error after its first half."""

    def __init__(self, request: httpx.Request, reply: Reply, told: Mapping[str, object]) -> None:
        self._request, self._reply, self._told = request, reply, told

    async def __aiter__(self) -> AsyncIterator[bytes]:
        whole = self._reply.body
        cut = self._reply.fault is Fault.CUT
        there = whole[: len(whole) // 2] if cut else whole
        async with _step(self._request, "http11.receive_response_body", self._told):
            for start in range(0, len(there), _PIECE):
                yield there[start : start + _PIECE]
            if cut:
                told = f"received {len(there)} bytes, expected {len(whole)}"
                raise httpx.RemoteProtocolError(
                    f"peer closed connection without sending complete message body ({told})"
                )

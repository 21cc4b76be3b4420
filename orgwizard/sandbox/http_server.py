"""The sandbox on a loopback port, for clients that bring their own transport. Needs the extra `serve`."""

import asyncio
import math
import signal
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeAlias

import httpx
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from orgwizard.domain.clock import Clock
from orgwizard.sandbox.messages import Fault, Reply, Request
from orgwizard.sandbox.router import World

HOST = "127.0.0.1"
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
_LINGER_NOT = struct.pack("ii", 1, 0)


class _Breakable(H11Protocol):
    """Hands the application, in its scope's state, the means to break the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)

        def reset() -> None:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            transport.abort()

        self.app_state = {**self.app_state, "reset": reset}


class Application:
    """A `World` as an ASGI application."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, faults included.

        A refused connection cannot be imitated once it is open: it is broken before any answer.
        """
        reply = self._world.answer(await _request(scope, receive))
        if reply.fault is Fault.RESET or reply.fault.unsent:
            return await _break(scope, receive)
        delay = math.inf if reply.fault is Fault.SILENT else reply.delay
        if delay and not await self._outlast(delay, receive):
            return None
        return await _send(reply, send)

    async def _outlast(self, seconds: float, receive: Receive) -> bool:
        """Let *seconds* of the world pass; return False where the client went away before."""
        time = self._world.clock.sleep(seconds) if seconds < math.inf else asyncio.Event().wait()
        passed = asyncio.ensure_future(time)
        gone = asyncio.ensure_future(receive())
        done, rest = await asyncio.wait((passed, gone), return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        return passed in done


async def _request(scope: Message, receive: Receive) -> Request:
    """Read a whole request; its URL is the one the client addressed, told by the Host header."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    target = scope["raw_path"].decode("ascii") + "?" + scope["query_string"].decode("ascii")
    return Request(scope["method"], _url(headers.get("host", HOST), target.removesuffix("?")), headers, body)


def _url(host: str, target: str) -> httpx.URL:
    """Return the URL; one that cannot be read becomes this host's root, where nothing is found."""
    try:
        return httpx.URL(f"http://{host}{target}")
    except httpx.InvalidURL:
        return httpx.URL(f"http://{HOST}/")


async def _send(reply: Reply, send: Send) -> None:
    """Send the answer, or its first half where it is cut: the server closes a connection left half way."""
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    cut = reply.fault is Fault.CUT
    body = reply.body[: len(reply.body) // 2] if cut else reply.body
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": cut})


async def _break(scope: Message, receive: Receive) -> None:
    """Reset the connection and wait until the server has seen it."""
    scope["state"]["reset"]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _server(world: World) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            Application(world),
            http=_Breakable,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
    )


def _listener(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _origin(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def serve(provider: str, port: int, clock: Clock, *, started: Callable[[str], None]) -> None:
    """Serve one provider on 127.0.0.1 until SIGINT or SIGTERM, then return.

    *port* 0 means any free one; *started* is told the origin ("http://127.0.0.1:49152") once requests are
    accepted. Raises OSError where the port cannot be had. Call it in the main thread.
    """
    server = _server(World(clock, provider=provider))
    with _listener(port) as listener, _ended_by_signals(server):
        listener.listen()
        started(_origin(listener))
        asyncio.run(server.serve(sockets=[listener]))


@contextmanager
def background(world: World) -> Iterator[str]:
    """Serve *world* from a thread of its own on any free port; gives the origin."""
    server = _server(world)
    with _listener(0) as listener:
        listener.listen()
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), name="sandbox")
        thread.start()
        try:
            yield _origin(listener)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the server, not the program.

    While it runs, uvicorn has handlers of its own; when done it raises the signal once more, for these.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

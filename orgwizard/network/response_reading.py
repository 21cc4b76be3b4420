"""A response as it comes: a read up to a limit, and that of a create call byte by byte, handed on before any parser."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from orgwizard.domain.http import Response, Sink
from orgwizard.domain.raw_response import LARGEST_BYTES, head_of, holds_object, response_of, unpacked, written
from orgwizard.network import deadlines

if TYPE_CHECKING:
    import httpx

    from orgwizard.network.response_tap import TappedStream

LARGEST_BODY = 4 * 1024 * 1024  # of a read; that of the create call is kept up to `LARGEST_BYTES`
_PIECE = 64 * 1024


async def response_to_read(response: "httpx.Response") -> Response:
    """Read the body of a read up to the limit; a connection that breaks half way still gives what came."""
    import httpx

    body, complete = bytearray(), True
    try:
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LARGEST_BODY:
                complete = False
                break
    except (httpx.HTTPError, httpx.StreamError, ConnectionError):
        complete = False
    headers = {name.lower(): value for name, value in response.headers.items()}
    text, entire = unpacked(bytes(body[:LARGEST_BODY]), headers.get("content-encoding", ""), LARGEST_BODY)
    return Response(response.status_code, headers, text, complete and entire)


async def response_to_create(response: "httpx.Response", sink: Sink | None) -> Response:
    """Take the response to a create call, as far as it comes: it breaks off, or nobody waits for it any longer."""
    import httpcore
    import httpx

    raw, closed = bytearray(), False
    try:
        async with aclosing(_pieces(response, raw)) as pieces:
            async for piece in pieces:
                if sink is not None:
                    sink.write(piece)
                raw += piece
                if len(raw) >= LARGEST_BYTES:
                    break
            else:
                closed = True
    except asyncio.CancelledError:
        if head_of(raw) is None:
            raise
    except (httpx.HTTPError, httpx.StreamError, httpcore.NetworkError, OSError):
        pass
    taken = response_of(bytes(raw), closed=closed)
    if taken is None:
        raise httpx.RemoteProtocolError("No status came.")
    return taken


async def _pieces(response: "httpx.Response", raw: bytearray) -> AsyncGenerator[bytes, None]:
    """Yield a response as it comes over the wire; *raw* is what was yielded before. The sandbox has no wire."""
    from orgwizard.network.response_tap import TappedStream

    if isinstance(stream := response.extensions.get("network_stream"), TappedStream):
        while piece := await _piece(stream, raw):
            yield piece
        return
    yield written(response.status_code, dict(response.headers), b"")
    async for piece in response.aiter_raw():
        yield piece


async def _piece(stream: "TappedStream", raw: bytearray) -> bytes:
    """Return what comes next, b"" where the connection has ended or nothing of worth can follow.

    A response of which its headers say one thing about its end and its body another is waited for a little longer.
    """
    import httpcore

    head = head_of(raw)
    ended = head is not None and head.ended(raw)
    if head is None or (ended and (not head.ok or holds_object(raw))):
        return b"" if ended else await stream.receive(_PIECE)
    try:
        return await stream.receive(_PIECE, deadlines.SETTLE_SECONDS)
    except httpcore.ReadTimeout:
        return b"" if ended or holds_object(raw) else await stream.receive(_PIECE)

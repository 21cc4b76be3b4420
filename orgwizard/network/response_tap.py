"""The bytes of a response before any parser: httpcore carries the request out, and is kept from reading the answer."""

# ruff: noqa: ASYNC109, D102 - the methods and their parameters are those of httpcore

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import httpcore

if TYPE_CHECKING:
    import ssl

    import httpx

# What httpcore is told in the place of the response: a body follows, up to the end of the connection.
_STAND_IN = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


def tap(client: "httpx.AsyncClient", left: Callable[[], bool]) -> None:
    """Let *client*'s connections keep responses to themselves once *left* says that the request is on its way.

    Proxies and TLS stay httpcore's affair. A response then has status 200 and no headers, whatever the service said;
    its bytes are read from its extension "network_stream", a `TappedStream`.
    """
    backend = _Backend(left)
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001 - httpx lets nobody choose a backend
        if (pool := getattr(transport, "_pool", None)) is not None:
            pool._network_backend = backend  # noqa: SLF001


class TappedStream(httpcore.AsyncNetworkStream):
    """One layer of a connection: TCP, or TLS over it."""

    def __init__(self, beneath: httpcore.AsyncNetworkStream, left: Callable[[], bool]) -> None:
        self._beneath, self._left = beneath, left

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came, such as a proxy's words; after the request left, the stand-in."""
        return _STAND_IN if self._left() else await self._beneath.read(max_bytes, timeout)

    async def receive(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what really came, b"" at the end; raises `httpcore` exceptions."""
        return await self._beneath.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._beneath.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._beneath.aclose()

    async def start_tls(
        self, ssl_context: "ssl.SSLContext", server_hostname: str | None = None, timeout: float | None = None
    ) -> "TappedStream":
        return TappedStream(await self._beneath.start_tls(ssl_context, server_hostname, timeout), self._left)

    def get_extra_info(self, info: str) -> object:
        return self._beneath.get_extra_info(info)


class _Backend(httpcore.AsyncNetworkBackend):
    """Opens connections as httpcore's own backend for asyncio does."""

    def __init__(self, left: Callable[[], bool]) -> None:
        self._own, self._left = httpcore.AnyIOBackend(), left

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> TappedStream:
        return TappedStream(await self._own.connect_tcp(host, port, timeout, local_address, socket_options), self._left)

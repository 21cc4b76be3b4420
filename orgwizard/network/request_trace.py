"""How far a request came, and by which route, as httpcore's trace tells it: sent or not is observed, not guessed."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orgwizard.domain.http import Route, Sink
from orgwizard.network.proxies import ProxyAddress
from orgwizard.network.proxy_failures import schemes_wanted
from orgwizard.network.tls import issuer_of

if TYPE_CHECKING:
    import httpx
    from httpcore import AsyncNetworkStream

DEFAULT_PORTS = {"http": 80, "https": 443}


class RequestTrace:
    """How far one request came and by which route; a proxy's CONNECT does not count."""

    def __init__(self, limit: asyncio.Timeout, then: float | None = None, sink: Sink | None = None) -> None:
        """Start before anything was sent; *limit* holds until then, and *then* seconds more, None for without end."""
        self.left = False
        self.connected = False  # to the service, or to the proxy on the way
        self._limit, self._then, self._sink = limit, then, sink
        self._dialled, self._address, self._issuer = "", "", ""
        self.proxy: ProxyAddress | None = None
        self.proxy_wants: tuple[str, ...] = ()

    def route(self, url: "httpx.URL") -> Route:
        """Return the route to *url*: whatever was dialled instead of its own host is a proxy."""
        own = f"{url.raw_host.decode()}:{url.port or DEFAULT_PORTS.get(url.scheme)}"
        proxy = "" if self._dialled in ("", own) else self._dialled
        return Route(proxy, "" if proxy else self._address, self._issuer)

    async def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        """Take one trace event; its names begin with the protocol or "connection"."""
        event = name.partition(".")[2]
        if event == "send_request_headers.started" and info["request"].method != b"CONNECT":
            self.left = True
            if self._sink is not None:
                self._sink.sent()
            self._limit.reschedule(None if self._then is None else asyncio.get_running_loop().time() + self._then)
        if event == "connect_tcp.started":
            self._dialled = f"{info['host']}:{info['port']}"
        if event == "receive_response_headers.complete" and not self.left:
            self.proxy_wants = schemes_wanted(info["return_value"][3])
        if event in ("connect_tcp.complete", "start_tls.complete") and info["return_value"] is not None:
            self.connected = True
            self._saw(info["return_value"])
        if event == "send_request_headers.failed" and type(info["exception"]).__name__ == "LocalProtocolError":
            self.left = False  # an illegal header: refused before the first byte

    def _saw(self, stream: "AsyncNetworkStream") -> None:
        """Note what a connection tells of its other end; the last TLS layer is that of the service."""
        self._address = str((stream.get_extra_info("server_addr") or ("",))[0])
        if tls := stream.get_extra_info("ssl_object"):
            self._issuer = issuer_of(tls.getpeercert() or {})

"""The only user of httpx: a call goes out, a response comes back, and whether it left is observed."""

import asyncio
import os
import ssl
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orgwizard.domain.address import is_loopback
from orgwizard.domain.errors import NotSent
from orgwizard.domain.http import Call, Response, Route
from orgwizard.domain.secrets.masking import revealed
from orgwizard.network import deadlines
from orgwizard.network.failures import failures, is_untrusted, unanswered
from orgwizard.network.proxies import ProxyAddress, proxy_for
from orgwizard.network.request_trace import DEFAULT_PORTS, RequestTrace
from orgwizard.network.response_reading import response_to_create, response_to_read
from orgwizard.network.tls import issuer_shown, trusted_roots

if TYPE_CHECKING:
    import httpx


class Transport:
    """Sends calls over the network, or into the sandbox where `backend` is one.

    `ca_file` names a PEM file of roots trusted besides the system's.
    """

    def __init__(self, ca_file: Path | None = None, backend: "httpx.AsyncBaseTransport | None" = None) -> None:
        self._ca_file = ca_file
        self._backend = backend
        self._tls: ssl.SSLContext | None = None

    def warm(self) -> None:
        """Import httpx and read the trusted roots: 100 ms that can pass while the user types."""
        import httpx  # noqa: F401

        if self._backend is None:
            self._context()

    async def send(self, call: Call) -> Response:
        """Send *call* once and return the response, whatever its status.

        The response to a call that creates is handed to its sink as it comes from the socket, before any parser.
        Raises `NotSent` where the request never left, `NoResponse` where it may have and no status came,
        and `BadInput` where the proxy variables or the CA file cannot be used. Where a call that creates is
        cancelled, what is known of it by then is told in the same ways, and not lost.
        """
        limit = asyncio.timeout(deadlines.LEAVING_SECONDS)
        trace = RequestTrace(limit, None if call.once else deadlines.WHOLE_READ_SECONDS, call.sink)
        try:
            async with limit:
                return await self._exchange(call, trace)
        except asyncio.CancelledError:
            if trace.left or not call.once:
                raise
            raise NotSent("Cancelled before connecting.", code="left") from None
        except failures() as error:
            issuer = await _issuer(call, trace) if is_untrusted(error) else ""
            raise unanswered(error, trace, call, issuer) from None

    async def _exchange(self, call: Call, trace: RequestTrace) -> Response:
        """Send *call* over a connection of its own and read the response."""
        body = revealed(call.body)
        async with (
            self._client(call, trace) as client,
            client.stream(
                call.method,
                call.url,
                headers=_wire_headers(call),
                data=body if call.form else None,
                json=None if call.form else body,
                extensions={"trace": trace},
            ) as response,
        ):
            route = Route(sandbox=True) if self._backend is not None else trace.route(response.request.url)
            read = response_to_create(response, call.sink) if call.once else response_to_read(response)
            return replace(await read, route=route)

    def _client(self, call: Call, trace: RequestTrace) -> "httpx.AsyncClient":
        """Return a fresh client: a reused connection that the server has closed looks like a lost response."""
        import httpx

        read = None if call.once else deadlines.READ_SECONDS
        limits = httpx.Timeout(deadlines.CONNECT_SECONDS, read=read)
        if self._backend is not None:
            return httpx.AsyncClient(transport=self._backend, timeout=limits, trust_env=False)
        trace.proxy = _proxy(call)
        proxy = httpx.Proxy(trace.proxy.url, auth=trace.proxy.auth) if trace.proxy else None
        client = httpx.AsyncClient(timeout=limits, verify=self._context(), trust_env=False, proxy=proxy)
        if call.once:
            from orgwizard.network.response_tap import tap

            tap(client, lambda: trace.left)
        return client

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = trusted_roots(self._ca_file)
        return self._tls


async def _issuer(call: Call, trace: RequestTrace) -> str:
    """Return who issued the certificate that was not accepted, "" behind a proxy."""
    import httpx

    url = httpx.URL(call.url)
    return "" if trace.route(url).proxy else await issuer_shown(url.host, url.port or DEFAULT_PORTS["https"])


def _proxy(call: Call) -> ProxyAddress | None:
    """Return the proxy on the way of a call; this machine is reached without one. Raises `BadInput`."""
    import httpx

    url = httpx.URL(call.url)
    if is_loopback(url.host):
        return None
    return proxy_for(url.scheme, url.host, url.port or DEFAULT_PORTS[url.scheme], os.environ)


def _wire_headers(call: Call) -> dict[str, str]:
    """Return the headers in clear; a response is asked for unpacked, so that half of one can be read."""
    return {
        "Accept-Encoding": "identity",
        "User-Agent": "orgwizard",
        **{name: str(value) for name, value in revealed(call.headers).items()},
    }

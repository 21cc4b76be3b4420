"""The one door to httpx: a call goes out, an answer comes back, and whether it left is observed."""

import asyncio
import os
import ssl
import stat
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgwizard.domain.address import is_loopback
from orgwizard.domain.errors import BadInput, NoResponse, NotSent
from orgwizard.domain.http import Call, Response, Route, Sink, revealed
from orgwizard.domain.raw_response import LARGEST_BYTES, head_of, holds_object, response_of, unpacked, written
from orgwizard.network.proxies import ProxyAddress, proxy_for
from orgwizard.network.proxy_failures import refused_by_proxy, schemes_wanted, socks_faults

if TYPE_CHECKING:
    import httpx
    from httpcore import AsyncNetworkStream

    from orgwizard.network.response_tap import TappedStream

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
WHOLE_READ_SECONDS = 30.0  # of a read from its first byte out to its last one in, however it trickles
SETTLE_SECONDS = 1.0  # of silence, after which a response that contradicts itself is taken for what came
LEAVING_SECONDS = 30.0  # connecting, a proxy's CONNECT and TLS together: httpx knows no limit for all of them
LARGEST_BODY = 4 * 1024 * 1024  # of a read; that of the create call is kept up to `LARGEST_BYTES`
_PIECE = 64 * 1024
# What OpenSSL says where the other side answered with something else.
_NOT_TLS = frozenset(("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"))
_OLD_TLS = frozenset(("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"))
_PORTS = {"http": 80, "https": 443}


class Phase:
    """How far a request came and by which way, as httpcore's trace tells it; a proxy's CONNECT does not count."""

    def __init__(self, limit: asyncio.Timeout, then: float | None = None, sink: Sink | None = None) -> None:
        """Start before anything was sent; *limit* holds until then, and *then* seconds more, None for without end."""
        self.left = False
        self._limit, self._then, self._sink = limit, then, sink
        self._dialled, self._address, self._issuer = "", "", ""
        self.proxy: ProxyAddress | None = None
        self.proxy_wants: tuple[str, ...] = ()

    def way(self, url: "httpx.URL") -> Route:
        """Return the way to *url*: whatever was dialled instead of its own host is a proxy."""
        own = f"{url.raw_host.decode()}:{url.port or _PORTS.get(url.scheme)}"
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
            self._saw(info["return_value"])
        if event == "send_request_headers.failed" and type(info["exception"]).__name__ == "LocalProtocolError":
            self.left = False  # an illegal header: refused before the first byte

    def _saw(self, stream: "AsyncNetworkStream") -> None:
        """Note what a connection tells of its other end; the last TLS layer is that of the service."""
        self._address = str((stream.get_extra_info("server_addr") or ("",))[0])
        if tls := stream.get_extra_info("ssl_object"):
            self._issuer = _issuer(tls.getpeercert() or {})


def _issuer(certificate: Mapping[str, Any]) -> str:
    """Return who issued a certificate, given as by `ssl`: the organization, else the common name, or ""."""
    names = {name: value for part in certificate.get("issuer", ()) for name, value in part}
    return str(names.get("organizationName") or names.get("commonName") or "")


class Transport:
    """Sends calls over the network, or into the sandbox where `backend` is one.

    `ca_file` names a PEM file of roots trusted besides the system's.
    """

    def __init__(self, ca_file: Path | None = None, backend: "httpx.AsyncBaseTransport | None" = None) -> None:
        """Keep the settings; nothing is imported or opened yet."""
        self._ca_file = ca_file
        self._backend = backend
        self._tls: ssl.SSLContext | None = None

    def warm(self) -> None:
        """Import httpx and read the trusted roots: 100 ms that can pass while the user types."""
        import httpx  # noqa: F401

        if self._backend is None:
            self._context()

    async def send(self, call: Call) -> Response:
        """Send *call* once and return the answer, whatever its status.

        The response to a call that creates is handed to its sink as it comes from the socket, before any parser.
        Raises `NotSent` where the request never left, `NoResponse` where it may have and no status came,
        and `BadInput` where the proxy variables or the CA file cannot be used. Where a call that creates is
        cancelled, what is known of it by then is told in the same ways, and not lost.
        """
        import httpx

        limit = asyncio.timeout(LEAVING_SECONDS)
        phase = Phase(limit, None if call.once else WHOLE_READ_SECONDS, call.sink)
        try:
            async with (
                limit,
                self._client(call, phase) as client,
                client.stream(
                    call.method,
                    call.url,
                    headers=_wire_headers(call),
                    **_wire_body(call),
                    extensions={"trace": phase},
                ) as response,
            ):
                way = Route(sandbox=True) if self._backend is not None else phase.way(response.request.url)
                return replace(await (_taken(response, call.sink) if call.once else _answer(response)), way=way)
        except asyncio.CancelledError:
            if phase.left or not call.once:
                raise
            raise NotSent("Cancelled before connecting.", code="left") from None
        except _failures() as error:
            issuer = await _issuer_seen(httpx.URL(call.url), phase) if _is_untrusted(error) else ""
            raise _unanswered(error, phase, call, issuer) from None

    def _client(self, call: Call, phase: Phase) -> "httpx.AsyncClient":
        """Return a fresh client: a reused connection that the server has closed looks like a lost answer."""
        import httpx

        read = None if call.once else READ_SECONDS
        limits = httpx.Timeout(CONNECT_SECONDS, read=read)
        if self._backend is not None:
            return httpx.AsyncClient(transport=self._backend, timeout=limits, trust_env=False)
        phase.proxy = _proxy(call)
        proxy = httpx.Proxy(phase.proxy.url, auth=phase.proxy.auth) if phase.proxy else None
        client = httpx.AsyncClient(timeout=limits, verify=self._context(), trust_env=False, proxy=proxy)
        if call.once:
            from orgwizard.network.response_tap import tap

            tap(client, lambda: phase.left)
        return client

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = _trusted_roots(self._ca_file)
        return self._tls


# OpenSSL's variable, then those of requests and curl: what works with their tools has to work here.
_CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def _trusted_roots(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that verifies against the system's roots, those of *ca_file* and of the variables.

    OpenSSL reads SSL_CERT_FILE in place of the system's own file: the latter is added by its name.
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for name in _CA_VARIABLES:
        if from_variable := os.environ.get(name):
            _add_roots(context, Path(from_variable), f"in {name}")
    if os.environ.get("SSL_CERT_FILE"):
        system = ssl.get_default_verify_paths()
        for file in filter(os.path.exists, (system.openssl_cafile, *_SYSTEM_ROOTS)):
            context.load_verify_locations(file)
    if ca_file:
        _add_roots(context, ca_file, "with --ca-file")
    return context


# Where distributions keep all roots in one file: Debian and Arch, Fedora and RHEL, openSUSE, Alpine.
_SYSTEM_ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def _add_roots(context: ssl.SSLContext, file: Path, remedy: str) -> None:
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):  # of files named by their hashes, as requests takes it
            context.load_verify_locations(capath=file)
            return
        if not stat.S_ISREG(mode):  # a pipe would be waited for
            raise ValueError("not a regular file")
        context.load_verify_locations(file)
    except (OSError, ValueError) as error:
        named = isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.strerror
        words = named or "it is not a PEM file with certificates"
        raise BadInput(f"The CA file {file} cannot be used: {words}.", f"Name a PEM file {remedy}.") from None


def _failures() -> tuple[type[Exception], ...]:
    """Return what a call that failed on its way raises."""
    import httpx

    return (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError, *socks_faults())


def _proxy(call: Call) -> ProxyAddress | None:
    """Return the proxy on the way of a call; this machine is reached without one. Raises `BadInput`."""
    import httpx

    url = httpx.URL(call.url)
    return (
        None if is_loopback(url.host) else proxy_for(url.scheme, url.host, url.port or _PORTS[url.scheme], os.environ)
    )


def _wire_headers(call: Call) -> dict[str, str]:
    """Return the headers in clear; an answer is asked for unpacked, so that half of one can be read."""
    return {"Accept-Encoding": "identity", "User-Agent": "orgwizard", **revealed(call.headers)}


def _wire_body(call: Call) -> dict[str, Any]:
    """Return the body in clear as httpx takes it."""
    return {"data" if call.form else "json": revealed(call.body)}


async def _answer(response: "httpx.Response") -> Response:
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


async def _taken(response: "httpx.Response", sink: Sink | None) -> Response:
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
        return await stream.receive(_PIECE, SETTLE_SECONDS)
    except httpcore.ReadTimeout:
        return b"" if ended or holds_object(raw) else await stream.receive(_PIECE)


def _is_untrusted(error: Exception) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _chain(error))


async def _issuer_seen(url: "httpx.URL", phase: Phase) -> str:
    """Return who issued the certificate shown at *url*, "" behind a proxy or where none is shown.

    A connection that was refused for its certificate does not hand it over: it is asked for once more, and
    nothing is sent there.
    """
    from cryptography import x509

    if phase.way(url).proxy:
        return ""
    try:
        place = (url.host, url.port or _PORTS["https"])
        shown = await asyncio.to_thread(ssl.get_server_certificate, place, timeout=CONNECT_SECONDS / 2)
        return x509.load_pem_x509_certificate(shown.encode()).issuer.rfc4514_string()
    except (OSError, ValueError, asyncio.CancelledError):  # who leaves now is told that nothing was sent
        return ""


def _unanswered(error: Exception, phase: Phase, call: Call, issuer: str = "") -> NotSent | NoResponse:
    """Turn a failure of httpx into one of the two that count: it never left, or it may have.

    *issuer* is who issued a certificate that was not accepted, where that was seen.
    """
    where = call.origin.partition("://")[2]
    if not phase.left:
        cause, advice = _why_not_sent(error, where, phase)
        cause = f"{cause} It was issued by {issuer}." if issuer else cause
        return NotSent(cause, advice, code=type(error).__name__)
    import httpx

    what = "closed the connection before the response was complete"
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        what = "sent no response in time"
    elif any("reset" in str(cause) for cause in _chain(error)):
        what = "reset the connection before its answer was whole"
    return NoResponse(f"The request was sent, but {where} {what}.", code=type(error).__name__)


def _why_not_sent(error: Exception, where: str, phase: Phase) -> tuple[str, str]:
    """Return cause and advice for a request that never left."""
    import httpx

    causes = list(_chain(error))
    tls = next((e for e in causes if isinstance(e, ssl.SSLError)), None)
    if phase.proxy and isinstance(error, (httpx.ProxyError, *socks_faults())):
        return refused_by_proxy(phase.proxy, str(error), where, phase.proxy_wants)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return f"No connection to {where} in time.", "Check the network, VPN or proxy."
    if tls is not None:
        return _why_no_tls(tls, where)
    if isinstance(error, httpx.LocalProtocolError):  # its text may hold a header
        return "The request cannot be written as HTTP.", "Please report this as a bug in orgwizard."
    text = next((str(e) for e in causes if isinstance(e, OSError) and e.strerror), str(error))
    if "Name or service not known" in text or "name resolution" in text or "nodename" in text:
        return f"The name {where} could not be resolved.", "Check the address, then the network and its DNS."
    return f"No connection to {where}: {_last_words(text)}.", "Check the address, then the network, VPN or proxy."


def _why_no_tls(error: ssl.SSLError, where: str) -> tuple[str, str]:
    """Return cause and advice for a TLS connection that did not come about."""
    if error.reason in _NOT_TLS:
        return f"{where} does not speak TLS.", _plain_advice(where)
    if error.reason in _OLD_TLS:
        return f"{where} supports no secure TLS version (1.2 or later).", "Check host, port and proxy."
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = "If your network has its own root certificate, name it with --ca-file."
        return f"The TLS certificate of {where} was not accepted: {error.verify_message}.", advice
    return f"The TLS handshake with {where} failed: {error.reason or 'the connection ended'}.", (
        "Check the network, VPN or proxy."
    )


def _plain_advice(where: str) -> str:
    """Return what to do about a host that answers without TLS: on this machine, it is a test service."""
    host = where.rpartition(":")[0] or where
    return f"For a service on this machine, write http://{where}." if is_loopback(host) else "Check host and port."


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _last_words(text: str) -> str:
    """Drop the number that the operating system puts before its words."""
    return text.rpartition("] ")[2] or "it failed"

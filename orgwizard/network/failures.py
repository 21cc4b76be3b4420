"""What a failed call means: it never left, or it may have; and why, by the types of exceptions and never their words.

Words differ between systems: glibc and musl each have their own for a name that cannot be resolved.
"""

import os
import socket
import ssl
from collections.abc import Iterator

from orgwizard.domain.address import is_loopback
from orgwizard.domain.errors import NoResponse, NotSent
from orgwizard.domain.http import Call
from orgwizard.network.proxies import ProxyAddress
from orgwizard.network.proxy_failures import check, named, refused_by_proxy, socks_faults
from orgwizard.network.request_trace import RequestTrace

_CHECK_NETWORK = "Check the network, VPN or proxy."
# OpenSSL's own codes, where the other side answered with something else, and where it is too old.
_NOT_TLS = frozenset(("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"))
_OLD_TLS = frozenset(("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"))


def failures() -> tuple[type[Exception], ...]:
    """Return what a call that failed on its way raises."""
    import httpx

    return (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError, *socks_faults())


def is_untrusted(error: Exception) -> bool:
    """Return whether the other side's certificate was not accepted."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def unanswered(error: Exception, trace: RequestTrace, call: Call, issuer: str = "") -> NotSent | NoResponse:
    """Turn a failure of httpx into one of the two that count: it never left, or it may have.

    *issuer* is who issued a certificate that was not accepted, where that was seen.
    """
    where = call.origin.partition("://")[2]
    if trace.left:
        return NoResponse(f"The request was sent, but {where} {_why_no_response(error)}.", code=type(error).__name__)
    cause, advice = _why_not_sent(error, where, trace)
    return NotSent(f"{cause} It was issued by {issuer}." if issuer else cause, advice, code=type(error).__name__)


def _why_no_response(error: Exception) -> str:
    if _is_timeout(error):
        return "sent no response in time"
    if any(isinstance(cause, ConnectionResetError) for cause in _causes(error)):
        return "reset the connection before its response was complete"
    return "closed the connection before the response was complete"


def _why_not_sent(error: Exception, where: str, trace: RequestTrace) -> tuple[str, str]:
    """Return cause and advice for a request that never left."""
    import httpx

    if trace.proxy and isinstance(error, (httpx.ProxyError, *socks_faults())):
        return refused_by_proxy(trace.proxy, str(error), where, trace.proxy_wants)
    if trace.proxy and not trace.connected:
        return _why_no_proxy(error, trace.proxy), check(trace.proxy)
    if _is_timeout(error):
        return f"No connection to {where} in time.", _CHECK_NETWORK
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return _why_no_tls(cause, where)
        if isinstance(cause, socket.gaierror):
            return f"The name {where} could not be resolved.", "Check the address, then the network and its DNS."
    if isinstance(error, httpx.LocalProtocolError):  # its text may hold a header
        return "The request cannot be written as HTTP.", "Please report this as a bug in orgwizard."
    return f"No connection to {where}: {_system_words(error)}.", "Check the address, then the network, VPN or proxy."


def _why_no_proxy(error: Exception, proxy: ProxyAddress) -> str:
    """Return why the proxy itself was not reached: nothing is known of the host behind it."""
    if _is_timeout(error):
        return f"No connection to the proxy {named(proxy)} in time."
    if any(isinstance(cause, socket.gaierror) for cause in _causes(error)):
        return f"The name of the proxy {named(proxy)} could not be resolved."
    return f"No connection to the proxy {named(proxy)}: {_system_words(error)}."


def _is_timeout(error: Exception) -> bool:
    import httpx

    return isinstance(error, (httpx.TimeoutException, TimeoutError))


def _why_no_tls(error: ssl.SSLError, where: str) -> tuple[str, str]:
    """Return cause and advice for a TLS connection that did not come about."""
    if error.reason in _NOT_TLS:
        return f"{where} does not speak TLS.", _plain_advice(where)
    if error.reason in _OLD_TLS:
        return f"{where} supports no secure TLS version (1.2 or later).", "Check host, port and proxy."
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = "If your network has its own root certificate, name it with --ca-file."
        return f"The TLS certificate of {where} was not accepted: {error.verify_message}.", advice
    return f"The TLS handshake with {where} failed: {error.reason or 'the connection ended'}.", _CHECK_NETWORK


def _plain_advice(where: str) -> str:
    """Return what to do about a host that answers without TLS: on this machine, it is a test service."""
    host = where.rpartition(":")[0] or where
    return f"For a service on this machine, write http://{where}." if is_loopback(host) else "Check host and port."


def _system_words(error: Exception) -> str:
    """Return what the operating system calls the failure, else what the library does."""
    number = next((cause.errno for cause in _causes(error) if isinstance(cause, OSError) and cause.errno), None)
    return os.strerror(number) if number else str(error) or "it failed"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what led to it, the nearest first."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__

"""What a proxy's refusal means: which proxy, what it wants, and what to do about it."""

import re
from collections.abc import Iterable

from orgwizard.network.proxies import ProxyAddress

# The only one that user name and password in a URL can answer.
_KNOWN = "basic"
_SOCKS_REPLIES = re.compile(r"could not connect: ([A-Za-z ]+)", re.IGNORECASE)


def socks_faults() -> tuple[type[Exception], ...]:
    """Return what httpcore lets through where a SOCKS proxy says something that is no SOCKS."""
    try:
        from socksio.exceptions import SOCKSError
    except ImportError:
        return ()
    return (SOCKSError, AssertionError)


def named(proxy: ProxyAddress) -> str:
    """Return the proxy's address and the variable it comes from."""
    return f"{proxy.url.partition('://')[2]} ({proxy.source})"


def check(proxy: ProxyAddress) -> str:
    """Return what to do about a proxy that is the wrong one, or not needed."""
    return f"Check {proxy.source} and NO_PROXY."


def schemes_wanted(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, ...]:
    """Return the authentication schemes that a proxy's response names, such as ("Basic", "NTLM")."""
    values = (value.decode("latin-1") for name, value in headers if name.lower() == b"proxy-authenticate")
    words = [value.split()[0].strip(",") for value in values if value.split()]
    return tuple(dict.fromkeys(word for word in words if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,20}", word)))


def refused_by_proxy(proxy: ProxyAddress, words: str, where: str, wants: tuple[str, ...] = ()) -> tuple[str, str]:
    """Return cause and advice; of a proxy's own words only numbers and known ones count: it may repeat its password."""
    cause = f"The proxy {named(proxy)} refused to connect to {where}"
    status = re.match(r"\d{3}\b", words)
    if (status and status[0] == "407") or _wants_password(words):
        asked = f" It accepts: {', '.join(wants)}." if wants else ""
        number = "HTTP 407, it requires a login" if status else "it requires another login"
        return f"{cause}: {number}.{asked}", _login_advice(proxy, wants)
    reply = _SOCKS_REPLIES.search(words)
    said = f"HTTP {status[0]}" if status else reply[1].lower() if reply else "it returned no status"
    return f"{cause}: {said}.", check(proxy)


def _wants_password(words: str) -> bool:
    return "username/password" in words.lower() or "ACCEPTABLE" in words


def _login_advice(proxy: ProxyAddress, wants: tuple[str, ...]) -> str:
    if wants and _KNOWN not in (scheme.lower() for scheme in wants):
        return "orgwizard can only send a user name and password (Basic). Use a proxy or a relay that accepts them."
    if proxy.auth:
        return f"Check user name and password in {proxy.source}."
    scheme, _, place = proxy.url.partition("://")
    return f"Add user name and password to {proxy.source}: {scheme}://USER:PASSWORD@{place}"

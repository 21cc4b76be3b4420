"""Which proxy a request goes through: the variables as curl and Go read them, no entry of which can stop a run.

Where there are no variables, the system's own settings count (macOS).
"""

import ipaddress
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from orgwizard.domain.errors import BadInput
from orgwizard.domain.secrets.redactor import REDACTOR

SCHEMES: Mapping[str, int] = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SYSTEM = "the system's settings"
_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%]+)\]|(?P<host>[^\s:/?#\[\]@]+))(?::(?P<port>\d{1,5}))?")
_LAST_PORT = 65535


@dataclass(frozen=True)
class ProxyAddress:
    """A proxy: `url` without user and password, `auth` with both as they are sent, `source` the variable's name."""

    url: str
    source: str
    auth: tuple[str, str] | None = field(default=None, repr=False)


def proxy_for(scheme: str, host: str, port: int, environ: Mapping[str, str]) -> ProxyAddress | None:
    """Return the proxy on the way to a host, None where there is none; raises `BadInput` where it cannot be used."""
    source, value = _variable(scheme, environ)
    if not value and sys.platform == "darwin":
        source, value = _SYSTEM, _of_the_system(scheme, host)
    if not value or is_exempt(host, port, environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
        return None
    return parse(value, source)


def _variable(scheme: str, environ: Mapping[str, str]) -> tuple[str, str]:
    for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"):
        if value := environ.get(name, "").strip():
            return name, value
    return "", ""


def _of_the_system(scheme: str, host: str) -> str:
    from urllib.request import getproxies, proxy_bypass

    return "" if proxy_bypass(host) else getproxies().get(scheme, "")


def parse(value: str, source: str) -> ProxyAddress:
    """Return the proxy that a variable names; raises `BadInput`, which repeats nothing of a user or password.

    Whatever stands before the last @ is user and password, with or without percent-encoding.
    """
    scheme, separator, rest = value.partition("://")
    scheme, rest = (scheme.lower(), rest) if separator else ("http", value)
    userinfo, at, place = rest.rpartition("@")
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise _unusable(f"proxies are reached by {known}", source)
    seen = _HOST.fullmatch(place.partition("/")[0])
    if seen is None or int(seen["port"] or 0) > _LAST_PORT:
        raise _unusable("a URL like http://proxy.example:8080 is expected", source)
    host = f"[{seen['six']}]" if seen["six"] else seen["host"]
    user, _, password = userinfo.partition(":")
    auth = (unquote(user), unquote(password)) if at else None
    REDACTOR.learn(*(auth or ())[1:], password)
    return ProxyAddress(f"{scheme}://{host}:{seen['port'] or SCHEMES[scheme]}", source, auth)


def _unusable(fault: str, source: str) -> BadInput:
    where = source or "HTTPS_PROXY"
    return BadInput(f"The proxy in {where} cannot be used: {fault}.", f"Correct {where}, or add the host to NO_PROXY.")


def is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Return whether NO_PROXY says that *host* is reached without a proxy; entries that mean nothing are skipped.

    Entries are separated by commas or spaces: "*", a domain with its subdomains ("x.example", ".x.example",
    "*.x.example"), an address, a network ("10.0.0.0/8", "fd00::/8"), and each but networks with ":port".
    """
    bare = host.strip("[]").rstrip(".").lower()
    return any(_matches(entry, bare, port) for entry in re.split(r"[,\s]+", no_proxy.lower()) if entry)


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    if (address := _address(host)) is not None:
        return any(address == _address(text) for text in _without_port(entry, port)) or _in_network(address, entry)
    names = (text.removeprefix("*").strip(".") for text in _without_port(entry, port))
    return any(name and (host == name or host.endswith(f".{name}")) for name in names)


_WITH_PORT = re.compile(r"(?P<name>[^:\[\]]+|\[[^\]]*\]):(?P<port>\d+)")


def _without_port(entry: str, port: int) -> tuple[str, ...]:
    """Return what an entry names, () where it names another port."""
    seen = _WITH_PORT.fullmatch(entry)
    if seen is None:
        return (entry.strip("[]"),)
    return (seen["name"].strip("[]"),) if int(seen["port"]) == port else ()


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _in_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, entry: str) -> bool:
    try:
        return "/" in entry and address in ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except (ValueError, TypeError):
        return False

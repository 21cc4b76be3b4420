"""What a person types as a host or URL, turned into the origin that credentials go to."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from orgwizard.domain.errors import BadInput
from orgwizard.domain.secrets.redactor import REDACTOR

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def origin(typed: str, example: str) -> SplitResult:
    """Return scheme and host (with port) of what was typed, lower case and without path.

    Plain http is taken for loopback hosts only. Raises `BadInput` with words for the user.
    """
    if REDACTOR.is_secret(typed):
        raise BadInput("This looks like a credential, not an address.", f"Enter an address such as {example}.")
    text = typed.strip().lower()
    if not text:
        raise BadInput(f"Required, for example {example}.")
    parts = _split(text if "://" in text else f"https://{text}", example)
    if parts.scheme not in ("https", "http"):
        raise BadInput(f"It must start with https://, not {parts.scheme}://.")
    if parts.username is not None and "/" not in text:
        raise BadInput(f"This is an e-mail address. Example: {example}.")
    if parts.username is not None:
        raise BadInput("Remove everything up to the @.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise BadInput("http:// is unencrypted. Use https://.")
    default_port = {"https": ":443", "http": ":80"}[parts.scheme]
    return SplitResult(parts.scheme, _undotted(parts.netloc).removesuffix(default_port).removesuffix(":"), "", "", "")


def has_path(typed: str) -> bool:
    """Return whether what was typed and taken for an origin goes on after the host, such as a page of a console."""
    _, _, rest = typed.strip().rpartition("://")
    return bool(re.search(r"[/?#][^/?#]", rest))


def _undotted(netloc: str) -> str:
    """Return host and port without the dot that ends a full DNS name: TLS and vendors know the name without it."""
    return re.sub(r"\.(?=:\d*$|$)", "", netloc)


def _split(text: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        # Two addresses pasted as one; and line ends, which urlsplit would drop without a word.
        doubled = text.count("://") > 1 or len(text.split()) > 1
        valid = not doubled and parts.port != 0 and _is_host((parts.hostname or "").removesuffix("."))
    except ValueError:
        valid = False
    if not valid:
        raise BadInput(f"This is not a host name or URL. Example: {example}.")
    return parts


def _is_host(host: str) -> bool:
    return is_loopback(host) or _is_address(host) or ("." in host and all(map(_LABEL.fullmatch, host.split("."))))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether *host* is this very machine: localhost or a literal address, for other names are looked up.

    An IPv6 address may stand in brackets, as it does in a URL.
    """
    bare = host.removeprefix("[").removesuffix("]") if host.endswith("]") else host
    return bare == "localhost" or (_is_address(bare) and ipaddress.ip_address(bare).is_loopback)

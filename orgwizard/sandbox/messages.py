"""What goes in and out of the pretend services, whatever carries it: a request, a reply, a fault."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html;charset=utf-8"}


class Fault(Enum):
    """What goes wrong on the way between the client and the service."""

    NONE = auto()
    NO_HOST = auto()
    """The host name does not resolve."""
    REFUSED = auto()
    """Nobody accepts the connection."""
    RESET = auto()
    """The connection breaks after the request was read, before any answer."""
    SILENT = auto()
    """The request is read and never answered."""
    CUT = auto()
    """The connection breaks half way through the body of the answer."""

    @property
    def unsent(self) -> bool:
        """Return whether the request never leaves the client."""
        return self in (Fault.NO_HOST, Fault.REFUSED)


@dataclass(frozen=True, repr=False)
class Request:
    """A request as a service sees it; header names are lower case. Its repr holds no secret."""

    method: str
    url: "httpx.URL"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __repr__(self) -> str:
        return f"<{self.method} {self.url.copy_with(query=None, username=None, password=None)}>"

    @property
    def origin(self) -> str:
        """Return scheme, host and port."""
        return f"{self.url.scheme}://{self.url.netloc.decode('ascii')}"

    @property
    def path(self) -> str:
        """Return the decoded path."""
        return self.url.path

    @property
    def media_type(self) -> str:
        """Return the content type without parameters, in lower case, or ""."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> dict[str, object] | None:
        """Return the body where it is a JSON object in UTF-8, else None."""
        try:
            value = json.loads(self.body.decode("utf-8"), parse_constant=_no_constants)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


def _no_constants(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not have (RFC 8259 section 6)."""
    raise ValueError(name)


@dataclass(frozen=True)
class Reply:
    """What a service says, and what happens to it on the way; `delay` is in seconds of the world's clock."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    fault: Fault = Fault.NONE

    def under(self, headers: Mapping[str, str]) -> "Reply":
        """Return this reply with *headers* added where it has none of that name."""
        return replace(self, headers={**headers, **self.headers})


class Refused(Exception):
    """Ends the handling of a request early, with the reply to give."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.status)


def json_reply(status: int, body: object, **headers: str) -> Reply:
    """Return a JSON reply; underscores in the names of *headers* stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {**JSON, **named})


def html_reply(status: int, title: str) -> Reply:
    """Return a page as a gateway, or a host without an org, shows it: never JSON."""
    page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return Reply(status, page.encode(), HTML)

"""The values that travel between the modules: requests, responses, and conversations of both."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, TypeVar
from urllib.parse import urlsplit

from orgwizard.domain.errors import NoResponse, NotSent, Refused

if TYPE_CHECKING:
    from pydantic import SecretStr

    from orgwizard.domain.secrets.signing import SigningKey

T = TypeVar("T")

_LONGEST_NUMBER = 640  # digits: below this, no setting of Python limits them


@dataclass(frozen=True)
class Scheme:
    """A secret behind the name of its authentication scheme: `Authorization: SSWS {token}`."""

    name: str
    secret: SecretStr


class Sink(Protocol):
    """What takes the response to a create call as it comes from the socket; nothing in it may raise.

    A protocol, because what fulfils it lies above: the flow has the disk.
    """

    def sent(self) -> None:
        """Learn that the request is about to leave."""
        ...

    def write(self, data: bytes) -> None:
        """Take what came next."""
        ...


# What is text at last; a `Grant` is exchanged for a token before.
Header: TypeAlias = "str | SecretStr | Scheme | Grant"


@dataclass(frozen=True)
class Call:
    """One HTTP request as a value; secrets are `SecretStr`, `Scheme` or `Grant` leaves of headers and body.

    `body` is sent as JSON, or form-encoded where `form` says so. `once` marks the call that creates something:
    it is never repeated, and its response goes to `sink`, where there is one, before any parser sees it.
    """

    method: str
    url: str
    headers: Mapping[str, Header] = field(default_factory=dict)
    body: Any = None  # of the shape that the vendor's document gives it
    once: bool = False
    form: bool = False
    sink: Sink | None = field(default=None, compare=False, repr=False)

    @property
    def grant(self) -> Grant | None:
        """Return the credentials that must be exchanged for a token before this call can be sent."""
        return next((leaf for leaf in self.headers.values() if isinstance(leaf, Grant)), None)

    @property
    def origin(self) -> str:
        """Return scheme, host and port: where the credentials of this call go."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Route:
    """How a response came, as seen on its own connection; what could not be seen is "".

    `proxy` is the host and port of the proxy used, `address` the resolved one of the host, and `issuer` who
    issued its TLS certificate. `sandbox` is true where no network was used at all.
    """

    proxy: str = ""
    address: str = ""
    issuer: str = ""
    sandbox: bool = False


@dataclass(frozen=True)
class Response:
    """What came back: header names are lower case, `body` is undecoded and may hold secrets.

    `complete` is false where the connection broke before the end of the body.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    complete: bool = True
    route: Route = field(default=Route(), compare=False)

    @property
    def ok(self) -> bool:
        """Return whether the service reports success with any 2xx."""
        return 200 <= self.status < 300

    @property
    def request_id(self) -> str:
        """Return the id to give to the vendor's support, or ""."""
        ids = {name: value for name, value in self.headers.items() if name.endswith("request-id")}
        common = ids.pop("x-request-id", "")  # also a proxy's or a gateway's: the vendor's own comes first
        return next(iter(ids.values()), common)

    @property
    def whole(self) -> bool:
        """Return whether the body is one JSON object that came to its end."""
        return self.complete and self._parsed() is not None

    @property
    def repeats_member(self) -> bool:
        """Return whether an object in the body, at any depth, has a member twice: `json` has only the last."""
        repeated = False

        def note(pairs: list[tuple[str, object]]) -> None:
            nonlocal repeated
            repeated = repeated or len({name for name, _ in pairs}) < len(pairs)

        with suppress(ValueError, RecursionError):
            json.loads(self.body, parse_int=_whole_number, object_pairs_hook=note)
        return repeated

    def json(self) -> dict[str, object]:
        """Return the body as a JSON object: as far as it came, or {} where it is anything else."""
        if (whole := self._parsed()) is not None:
            return whole
        from pydantic_core import from_json

        text = self.body.decode(errors="replace")
        try:
            value = from_json(text[max(0, text.find("{")) :], allow_partial=True)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def _parsed(self) -> dict[str, object] | None:
        try:
            value = json.loads(self.body, parse_int=_whole_number)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


def _whole_number(digits: str) -> int | str:
    """Return a number of JSON; one that Python refuses to convert stays text, so that it costs no key beside it."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


# `Refused` is the reply to a call whose token was refused: the call itself never left.
Unanswered: TypeAlias = NotSent | NoResponse | Refused
Reply: TypeAlias = Response | Unanswered
Send: TypeAlias = Callable[[Call], Awaitable[Response]]  # what makes a call; raises what is not a `Response`
# A provider yields the calls it wants made side by side and is sent a reply for each.
Conversation: TypeAlias = Generator[tuple[Call, ...], tuple[Reply, ...], T]


def ask(call: Call) -> Conversation[Response]:
    """Make one call and return its response; raises `NotSent`, `NoResponse` or `Refused` where none came."""
    (reply,) = yield (call,)
    if isinstance(reply, Response):
        return reply
    raise reply


def together(*calls: Call) -> Conversation[tuple[Reply, ...]]:
    """Make calls side by side and return a reply for each, failures included."""
    return (yield calls)


@dataclass(frozen=True)
class SigningContext:
    """Injected clock, id and key factories, for a provider is pure.

    `now` tells epoch seconds, `unique` an id that was never told before, `key` makes a new key pair.
    """

    now: Callable[[], float]
    unique: Callable[[], str]
    key: Callable[[], SigningKey]


class AuthSession(Protocol):
    """What one run holds of a `Grant`, in memory only: its token and whatever goes with it.

    A protocol, because what fulfils it is a vendor's own: the network keeps it without knowing the vendor.
    """

    def renewed(self, context: SigningContext) -> Conversation[None]:
        """Get a token where none is held, or the one held is about to expire; raises `Refused`."""
        ...

    def signed(self, call: Call, context: SigningContext) -> Call:
        """Return *call* with the token in the place of its grant, made for this one sending."""
        ...

    def challenged(self, response: Response) -> bool:
        """Learn from *response*; return whether it refused before any work, and only asks to be signed anew."""
        ...


class Grant(ABC):
    """Credentials that must be exchanged for a token first, at an authorization server.

    It stands where the token will: in a call's Authorization header. The preview shows `name` and asterisks.
    """

    name: ClassVar[str]

    @abstractmethod
    def session(self) -> AuthSession:
        """Return a session that holds nothing yet; equal grants share one."""

"""A pretend Okta: parents, the child orgs made from them, and what each host and token may do.

Hosts. A host under an Okta base domain serves the org of that name; where there is none, an HTML 404.
`acme` is a parent at each of them, and so is every other host from the moment it is sent a parent's token.
Any other name is the custom domain of a parent. On a loopback host all orgs share one origin: the token tells
which org is meant, and without one the first label of the host does (`my-child.localhost`), else the parent.

Readiness. A child created just now answers 404, then refuses connections, then refuses its token, each for
ten seconds: the API text asks for 30 seconds of patience.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any, TypeAlias

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.ids import CHILD_TOKEN, IdFactory
from orgwizard.sandbox.messages import Fault, Refused, Reply, Request, html_reply, json_reply
from orgwizard.sandbox.okta.bodies import ERRORS, created, edited, error, metadata, owner, settings
from orgwizard.sandbox.okta.oauth import TOKEN_PATH, Authorization
from orgwizard.sandbox.okta.orgs import LOOPBACK, Org, Orgs, address, authorization, credential
from orgwizard.sandbox.okta.rules import LONGEST_SUBDOMAIN, breaks_policy, causes
from orgwizard.sandbox.rate_limits import Penalties, Window

CREATES_PER_MINUTE = 10  # page reference/rl-additional-limits
OTHERS_PER_MINUTE = 600
_PHASE_SECONDS = 10.0
_PATIENCE = {"slow-ready": 4.0, "never-ready": math.inf}
_TOKEN_LENGTH = {"long-keys": 400}
_REFUSALS: Mapping[str, str] = {
    "taken": "E0000088",
    "rejected": "E0000089",
    "reserved": "E0000170",
    "locked": "E0000171",
    "too-long": "E0000172",
    "weak-password": "E0000080",
    "feature-off": "E0000015",
    "no-permission": "E0000006",
    "read-only": "E0000010",
}
Handler: TypeAlias = Callable[[Request, Org], Reply]


class Okta:
    """The service: `answer` takes a request for any Okta host, `orgs` is its state."""

    def __init__(self, clock: Clock, mint: IdFactory) -> None:
        """Start with the orgs of a fresh world and no request counted."""
        self._clock, self._mint = clock, mint
        self.orgs = Orgs(clock, mint)
        self.oauth = Authorization(clock, mint)
        self._windows: dict[tuple[str, str], Window] = {}
        self._penalties = Penalties(clock)
        self._revoked: set[str] = set()
        self._routes: Mapping[str, tuple[str, Handler]] = {
            "/.well-known/okta-organization": ("GET", self._well_known),
            "/api/v1/orgs": ("POST", self._create),
            "/api/v1/org": ("GET", self._settings),
            "/api/v1/users/me": ("GET", self._me),
            "/api/v1/api-tokens/current": ("DELETE", self._revoke),
            TOKEN_PATH: ("POST", self._token),
        }

    @property
    def children(self) -> tuple[Org, ...]:
        """Return the child orgs that were created, oldest first, without those there from the start."""
        return tuple(org for org in self.orgs if not org.parent and org.born > -math.inf)

    def answer(self, request: Request) -> Reply:
        """Answer one request; every answer carries a date and a request id."""
        try:
            reply = self._handled(request)
        except Refused as refused:
            reply = refused.reply
        date = format_datetime(self._clock.wall().astimezone(UTC), usegmt=True)
        return reply.under({"x-okta-request-id": self._mint.text(22), "date": date})

    def _handled(self, request: Request) -> Reply:
        """Find the org and let it answer, within the limits of its rate."""
        if _is_create(request) and _word(request.json() or {}) == "refused":
            return Reply(fault=Fault.REFUSED)
        org = self._awake(self.orgs.asked_for(request), request)
        if scenarios.says(credential(request), "outage"):
            return html_reply(503, "Service Unavailable")
        if request.path not in self._routes:
            return self._nowhere(request)
        try:
            reply = self._routed(request, org)
        except Refused as refused:
            reply = refused.reply
        return reply.under(self._rates(request, org))

    def _routed(self, request: Request, org: Org) -> Reply:
        method, handler = self._routes[request.path]
        if request.method != method:
            raise self._error("E0000022")
        return handler(request, org)

    def _awake(self, org: Org | None, request: Request) -> Org:
        """Return the org where it is ready to be asked this; raise what it says while it is not."""
        phase = (self._clock.now() - org.born) / (_PHASE_SECONDS * org.patience) if org else 0.0
        if org is None or phase < 1:
            raise Refused(html_reply(404, "Page Not Found"))
        if phase < 2 and address(request.url.host)[0] != LOOPBACK:
            raise Refused(Reply(fault=Fault.REFUSED))
        if phase < 3 and request.path.startswith("/api/"):
            raise self._error("E0000011")
        return org

    # Who asks, and how often.

    def _allowed(self, request: Request, org: Org, *barred: str, scope: str = "") -> str:
        """Return the scheme of a valid credential that says none of the *barred* words; count the request.

        What was issued here must have the *scope*, and its client id is what says the words.
        """
        scheme, token = authorization(request)
        if scheme not in ("ssws", "bearer", "dpop"):
            raise self._error("E0000005")
        issued = self.oauth.admitted(request, scheme, token) if org.parent else None
        named = issued.client_id if issued else token
        if scenarios.says(named, "suspended"):
            raise self._error("E0000004")
        if token in self._revoked or (not issued and not _is_valid(scheme, token, org)):
            raise self._error("E0000011")
        if scenarios.says(named, *barred) or (issued and scope not in issued.scopes):
            raise self._error("E0000006")
        self._count(request, org)
        return scheme

    def _window(self, request: Request, org: Org) -> Window:
        limit = CREATES_PER_MINUTE if _is_create(request) else OTHERS_PER_MINUTE
        return self._windows.setdefault((org.id, request.path), Window(self._clock, limit))

    def _count(self, request: Request, org: Org) -> None:
        window = self._window(request, org)
        if not window.spend():
            raise self._too_many(window.limit, window.resets_in)

    def _rates(self, request: Request, org: Org) -> dict[str, str]:
        """Return the rate limit headers of an answer that is within the limit."""
        window = self._window(request, org)
        return self._rate_headers(window.limit, window.remaining, window.resets_in)

    def _rate_headers(self, limit: int, remaining: int, seconds: float) -> dict[str, str]:
        """Return limit, remaining and reset; the reset is an absolute time in UTC epoch seconds."""
        reset = math.ceil(self._clock.wall().timestamp() + seconds)
        names = ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")
        return dict(zip(names, map(str, (limit, remaining, reset)), strict=True))

    def _too_many(self, limit: int, seconds: float) -> Refused:
        """Return a 429; limit 0 is the concurrency flavour, whose reset is only a hint."""
        return Refused(self._error("E0000047").reply.under(self._rate_headers(limit, 0, seconds)))

    def _error(self, code: str, *reasons: str) -> Refused:
        return Refused(json_reply(ERRORS[code][0], error(code, f"oae{self._mint.text(22)}", reasons)))

    # What is asked.

    def _nowhere(self, request: Request) -> Reply:
        """Refuse a path that is not imitated: 405 within the API, a page elsewhere."""
        if request.path.startswith("/api/"):
            raise self._error("E0000022")
        return html_reply(404, "Page Not Found")

    def _token(self, request: Request, org: Org) -> Reply:
        """Give a token to a service app of a parent. Errors here have the shape of OAuth 2.0."""
        if not org.parent:
            return json_reply(401, {"error": "invalid_client", "error_description": "The client is not known."})
        self._count(request, org)
        return self.oauth.token(request)

    def _well_known(self, request: Request, org: Org) -> Reply:
        """Return the metadata of the org; nobody needs to sign in for it."""
        self._count(request, org)
        return json_reply(200, metadata(org))

    def _settings(self, request: Request, org: Org) -> Reply:
        """Return the general settings; needs the scope okta.orgs.read, which `noread` lacks."""
        self._allowed(request, org, "forbidden", "noread", scope="okta.orgs.read")
        return json_reply(200, settings(org))

    def _me(self, request: Request, org: Org) -> Reply:
        """Return the owner of an API token; the scopes of an access token for orgs do not reach here."""
        if self._allowed(request, org) != "ssws":
            raise self._error("E0000006")
        return json_reply(200, owner(org))

    def _revoke(self, request: Request, org: Org) -> Reply:
        """Revoke the API token that asks for it; the answer has no body."""
        if self._allowed(request, org) != "ssws":
            raise self._error("E0000006")
        self._revoked.add(credential(request))
        return Reply(204)

    def _create(self, request: Request, org: Org) -> Reply:
        """Create a child org, or do what its name says."""
        self._allowed(request, org, "forbidden", "noperm", scope="okta.orgs.manage")
        if not org.parent:
            raise self._error("E0000015")
        body = self._body(request)
        word = _word(body)
        self._refuse_by_name(word, body["subdomain"])
        self._refuse_by_state(org.base, body)
        return self._outcome(word, body, org)

    def _outcome(self, word: str, body: Mapping[str, Any], parent: Org) -> Reply:
        """Create, unless the magic name says not to, and return the answer as the name distorts it."""
        stem = word.removesuffix(scenarios.NOT_CREATED)
        reply = self._error("E0000009").reply
        if stem == word:
            child = self.orgs.add_child(parent, body, _TOKEN_LENGTH.get(word, 42), _PATIENCE.get(word, 1.0))
            reply = reply if word == "server-error" else json_reply(201, edited(word, created(child)))
        return scenarios.twisted(stem, reply)

    def _body(self, request: Request) -> dict[str, Any]:
        """Return a body that keeps every rule of the schema."""
        if not _accepted(request) & {"application/json", "application/*", "*/*"}:
            raise self._error("E0000019")
        if request.media_type("content-type") != "application/json":
            raise self._error("E0000021")
        body = request.json()
        if body is None:
            raise self._error("E0000003")
        reasons = causes(body)
        if reasons:
            raise self._error("E0000001", *reasons)
        return body

    def _refuse_by_name(self, word: str, subdomain: str) -> None:
        """Raise what a magic name asks for before anything is created."""
        code = _REFUSALS.get(word, word.upper())
        if code in ERRORS:
            raise self._error(code)
        if word == "rejected-strangely":
            raise self._error("E0000001", f"name: {scenarios.ESCAPES}")
        if word == "redirect":
            raise Refused(scenarios.twisted(word, Reply()))
        if status := scenarios.status_of(word):
            raise Refused(json_reply(status, {"errorCode": "E0000000", "errorSummary": f"Status {status}"}))
        if word == "busy":
            raise self._too_many(0, 60)
        if word == "rate-limited" and (seconds := self._penalties.left(subdomain)):
            raise self._too_many(CREATES_PER_MINUTE, seconds)

    def _refuse_by_state(self, base: str, body: Mapping[str, Any]) -> None:
        """Raise what stands against the new org: its neighbours, and rules with a code of their own."""
        neighbours = tuple(self.orgs.siblings(base))
        if len(body["subdomain"]) > LONGEST_SUBDOMAIN:
            raise self._error("E0000172")
        if any(org.subdomain == body["subdomain"] for org in neighbours):
            raise self._error("E0000088")
        if any(org.name == body["name"] for org in neighbours):
            raise self._error("E0000089", "name: An org with this name already exists")
        if breaks_policy(body):
            raise self._error("E0000080", "password: Needs 8 characters, upper and lower case and a number")


def _is_valid(scheme: str, token: str, org: Org) -> bool:
    """Return whether the token opens the org: a child's is its own, a parent's any other of plausible shape."""
    if not org.parent:
        made_there = scenarios.says(token, "replacement")
        return scheme == "ssws" and bool(org.token) and (token == org.token or made_there)
    plausible = len(token) >= 8 and token.isprintable() and " " not in token
    return (
        scheme != "dpop"
        and plausible
        and not token.startswith(CHILD_TOKEN)
        and not scenarios.says(token, *scenarios.WRONG)
    )


def _accepted(request: Request) -> set[str]:
    return {part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")}


def _is_create(request: Request) -> bool:
    return (request.method, request.path) == ("POST", "/api/v1/orgs")


def _word(body: Mapping[str, Any]) -> str:
    typed = (body.get("subdomain"), body.get("name"))
    return scenarios.word("okta", *(name for name in typed if isinstance(name, str)))

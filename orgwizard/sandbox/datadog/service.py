"""A pretend Datadog: nine sites that share nothing, parents that create children, two keys for each.

The name of a child is not unique here, as the facts know no rule against it. A child's keys are refused,
and it is not listed, for its first five seconds.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Any, TypeAlias

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.datadog.bodies import (
    created,
    current_user,
    edge_forbidden,
    edited,
    errors,
    key_check,
    managed,
    organization,
)
from orgwizard.sandbox.datadog.orgs import KEYS_SETTLE_SECONDS, Org, Site
from orgwizard.sandbox.ids import IdFactory
from orgwizard.sandbox.messages import Fault, Refused, Reply, Request, html_reply, json_reply
from orgwizard.sandbox.rate_limits import Penalties, Window

LONGEST_NAME = 32
CREATES_PER_MINUTE = 10  # the real figure is not published
_LATE_SECONDS = 90.0
_KEYS_AFTER = {"slow-ready": 60.0, "never-ready": math.inf}
_ONE_ORG = "/api/v1/org/"
_DISABLE = "/api/v2/org/disable"
_DISABLED_WITHIN_SECONDS = 10 * 86_400.0
_FORBIDDEN = "Forbidden"
_FEATURE_OFF = "Multi-org is not enabled for this organization"


@dataclass(frozen=True)
class Caller:
    """Who asks: the org of the keys, the site, and the permissions of the application key's owner."""

    site: Site
    org: Org
    permissions: tuple[str, ...] = ()


Handler: TypeAlias = Callable[[Request], Reply]


class Datadog:
    """The service: `answer` takes a request for any API host."""

    def __init__(self, clock: Clock, mint: IdFactory) -> None:
        """Start with sites as they are at first, made when first asked."""
        self._clock, self._mint = clock, mint
        self._sites: dict[str, Site] = {}
        self._windows: dict[str, Window] = {}
        self._penalties = Penalties(clock)
        self._disabled: set[str] = set()
        self._routes: Mapping[tuple[str, str], Handler] = {
            ("POST", "/api/v1/org"): self._create,
            ("GET", "/api/v1/org"): self._list,
            ("GET", "/api/v1/validate"): self._validate,
            ("GET", "/api/v2/validate"): self._validate_v2,
            ("GET", "/api/v2/validate_keys"): self._validate_keys,
            ("GET", "/api/v2/org"): self._managed,
            ("GET", "/api/v2/current_user"): self._current_user,
            ("POST", _DISABLE): self._disable,
        }

    @property
    def children(self) -> tuple[Org, ...]:
        """Return the child orgs that were created on any site, without those there from the start."""
        return tuple(org for site in self._sites.values() for org in site.children if org.born > -math.inf)

    def site(self, host: str) -> Site:
        """Return the site with that API host ("api.datadoghq.eu", "127.0.0.1:8080"), made if need be."""
        if host not in self._sites:
            self._sites[host] = Site(self._clock, self._mint, host)
        return self._sites[host]

    def answer(self, request: Request) -> Reply:
        """Answer one request."""
        try:
            reply = self._handled(request)
        except Refused as refused:
            reply = refused.reply
        return reply.under({"date": format_datetime(self._clock.wall().astimezone(UTC), usegmt=True)})

    def _handled(self, request: Request) -> Reply:
        """Find the handler; refuse what has none."""
        keys = "".join(request.headers.get(name, "") for name in ("dd-api-key", "dd-application-key", "authorization"))
        if scenarios.says(keys, "outage"):
            return html_reply(503, "Service Unavailable")
        if request.method == "GET" and request.path.startswith(_ONE_ORG):
            return self._one_org(request)
        handler = self._routes.get((request.method, request.path))
        if handler is None:
            raise errors(404, "Not found")
        return handler(request)

    # Who asks.

    def _owner(self, request: Request) -> tuple[Site, Org]:
        """Return the org of the API key; v1 and v2 refuse in different words and shapes."""
        v2 = request.path.startswith("/api/v2/")
        site = self.site(request.url.netloc.decode("ascii"))
        key = request.headers.get("dd-api-key", "")
        if not key:
            raise errors(401, "Unauthorized") if v2 else errors(403, "API key required")
        owner = site.owner(key)
        if owner is None or (owner.id in self._disabled and request.path != _DISABLE):
            raise errors(403, _FORBIDDEN) if v2 else edge_forbidden()
        return site, owner

    def _caller(self, request: Request) -> Caller:
        """Return the owner of both keys, or of an access token: alone, or beside an API key of the same org."""
        if token := _bearer(request):
            return self._caller_by_token(request, token)
        site, org = self._owner(request)
        key = request.headers.get("dd-application-key", "")
        if not key and request.path.startswith("/api/v2/"):
            raise errors(401, "Unauthorized")
        if not site.opens(org, key):
            raise errors(403, _FORBIDDEN)
        return Caller(site, org, _permissions(key))

    def _caller_by_token(self, request: Request, token: str) -> Caller:
        site = self.site(request.url.netloc.decode("ascii"))
        beside = request.headers.get("dd-api-key", "")
        if not site.takes(token) or (beside and site.owner(beside) is not site.parent):
            raise errors(401, "Unauthorized") if request.path.startswith("/api/v2/") else errors(403, _FORBIDDEN)
        return Caller(site, site.parent, _permissions(token))

    def _permitted(self, request: Request, *permissions: str) -> Caller:
        """Return the caller where any of the permissions is held."""
        caller = self._caller(request)
        if not set(permissions) & set(caller.permissions):
            raise errors(403, _FORBIDDEN)
        return caller

    # What is asked.

    def _validate(self, request: Request) -> Reply:
        self._owner(request)
        return json_reply(200, {"valid": True})

    def _validate_v2(self, request: Request) -> Reply:
        _, org = self._owner(request)
        return json_reply(200, key_check(org, self._mint.uuid()))

    def _validate_keys(self, request: Request) -> Reply:
        self._caller(request)
        return json_reply(200, {"status": "ok"})

    def _current_user(self, request: Request) -> Reply:
        caller = self._caller(request)
        return json_reply(200, current_user(caller.org, caller.permissions))

    def _list(self, request: Request) -> Reply:
        """Return the org of the keys and no other, whatever the operation's title says."""
        caller = self._permitted(request, "org_management")
        return json_reply(200, {"orgs": [organization(caller.org)]})

    def _one_org(self, request: Request) -> Reply:
        """Return the org of the keys; a parent's keys do not open a child."""
        caller = self._caller(request)
        if request.path.removeprefix(_ONE_ORG) != caller.org.public_id:
            raise errors(403, "Not allowed to access this organization")
        return json_reply(200, {"org": organization(caller.org)})

    def _managed(self, request: Request) -> Reply:
        """Return the current org and its children; the filter finds parts of names, in any case."""
        caller = self._permitted(request, "org_management", "org_connections_write")
        wanted = request.url.params.get("filter[name]", "").lower()
        children = caller.site.listed() if caller.org.parent else []
        return json_reply(200, managed(caller.org, (child for child in children if wanted in child.name.lower())))

    def _disable(self, request: Request) -> Reply:
        """Disable the org of the keys: a child of at most ten days, once. Errors here have the shape of JSON:API."""
        caller = self._permitted(request, "org_management")
        wanted = (request.json() or {}).get("data")
        if not isinstance(wanted, dict) or wanted.get("type") != "customer_org_disable":
            raise _api_error(400, "Invalid request", "data.type must be customer_org_disable")
        if wanted.get("attributes") != {"org_uuid": caller.org.id}:
            raise _api_error(404, "Not found", "The organization does not exist")
        if caller.org.parent or self._clock.now() - caller.org.born > _DISABLED_WITHIN_SECONDS:
            raise _api_error(403, "Forbidden", "Self-service disabling is not available for this organization")
        if caller.org.id in self._disabled:
            raise _api_error(409, "Conflict", "The organization is disabled already")
        self._disabled.add(caller.org.id)
        attributes = {"org_uuid": caller.org.id, "status": "disabled"}
        return json_reply(
            200, {"data": {"id": caller.org.id, "type": "customer_org_disable", "attributes": attributes}}
        )

    def _create(self, request: Request) -> Reply:
        """Create a child org, or do what its name says."""
        word = _word(request.json() or {})
        if word == "refused":
            return Reply(fault=Fault.REFUSED)
        caller = self._permitted(request, "org_management")
        if not caller.org.parent:
            raise errors(403, _FEATURE_OFF)
        if scenarios.says(_bearer(request), "nocreate"):
            raise errors(403, _FORBIDDEN)
        window = self._count(caller.org)
        body = _body(request)
        self._refuse_by_name(word, caller.org)
        return self._outcome(word, body, caller.site).under(_rate_headers(window, window.remaining, window.resets_in))

    def _count(self, org: Org) -> Window:
        window = self._windows.setdefault(org.id, Window(self._clock, CREATES_PER_MINUTE))
        if not window.spend():
            raise _too_many(window, window.resets_in)
        return window

    def _refuse_by_name(self, word: str, org: Org) -> None:
        """Raise what a magic name asks for before anything is created."""
        if word in ("feature-off", "no-permission"):
            raise errors(403, _FEATURE_OFF if word == "feature-off" else _FORBIDDEN)
        if word == "rejected-strangely":
            raise errors(400, f"Invalid name: {scenarios.ESCAPES}")
        if word == "redirect":
            raise Refused(scenarios.twisted(word, Reply()))
        if word == "read-only" or scenarios.status_of(word):
            raise errors(
                scenarios.status_of(word) or 503, "The service is read-only" if word == "read-only" else "Refused"
            )
        if word == "busy":
            raise errors(429, "Too many requests")
        if word == "rate-limited" and (seconds := self._penalties.left(org.id)):
            raise _too_many(self._windows[org.id], seconds)

    def _outcome(self, word: str, body: Mapping[str, Any], site: Site) -> Reply:
        """Create, unless the magic name says not to, and return the answer as the name distorts it."""
        stem = word.removesuffix(scenarios.NOT_CREATED)
        reply = errors(500, "Internal server error").reply
        if stem == word:
            child = self._child(word, body, site)
            reply = reply if word == "server-error" else json_reply(200, edited(word, created(child)))
        return scenarios.twisted(stem, reply)

    def _child(self, word: str, body: Mapping[str, Any], site: Site) -> Org:
        """Make the org, and what else happens at that moment."""
        lengths = (64, 72) if word == "long-keys" else (32, 40)
        plan = body.get("subscription", {}).get("type", "pro")
        child = site.add_child(body["name"], plan, lengths, _KEYS_AFTER.get(word, KEYS_SETTLE_SECONDS))
        if word == "reset-late":
            site.hide(child, _LATE_SECONDS)
        if word == "twins":
            site.add_child(body["name"], plan, lengths, KEYS_SETTLE_SECONDS)
        return child


def _api_error(status: int, title: str, detail: str) -> Refused:
    return Refused(json_reply(status, {"errors": [{"title": title, "detail": detail, "status": str(status)}]}))


def _bearer(request: Request) -> str:
    """Return the access token of a request, "" where it has none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _permissions(secret: str) -> tuple[str, ...]:
    """Return the permissions of the owner of a key or token, as the magic words in it say."""
    if scenarios.says(secret, "forbidden"):
        return ()
    if scenarios.says(secret, "noperm"):
        return ("org_connections_write",)
    return ("org_management", "org_connections_write")


def _rate_headers(window: Window, remaining: int, seconds: float) -> dict[str, str]:
    """Return Datadog's headers; the reset is in seconds from now, the bucket has a name."""
    figures = {"limit": window.limit, "period": int(window.period), "remaining": remaining, "reset": math.ceil(seconds)}
    return {f"x-ratelimit-{name}": str(figure) for name, figure in figures.items()} | {
        "x-ratelimit-name": "create_child_org"
    }


def _too_many(window: Window, seconds: float) -> Refused:
    return Refused(errors(429, "Too many requests").reply.under(_rate_headers(window, 0, seconds)))


def _body(request: Request) -> dict[str, Any]:
    """Return a body that keeps every rule of the schema OrganizationCreateBody."""
    if request.media_type("content-type") != "application/json":
        raise errors(400, "The content type must be application/json")
    body = request.json()
    if body is None:
        raise errors(400, "Invalid JSON structure")
    problems = list(_problems(body))
    if problems:
        raise errors(400, *problems)
    return body


def _problems(body: Mapping[str, Any]) -> Iterator[str]:
    """Refuse other members too: stricter than is known of Datadog, to catch `trial` or a misspelt one."""
    yield from (f"Unknown attribute: {name}" for name in body if name not in ("name", "billing", "subscription"))
    yield from _name_problems(body.get("name"))
    for member, types in (("billing", ("parent_billing",)), ("subscription", ("trial", "free", "pro"))):
        value = body.get(member, {"type": types[0]})
        if not isinstance(value, dict) or list(value) != ["type"] or value["type"] not in types:
            yield f"Invalid {member}: its type must be one of {', '.join(types)}"


def _name_problems(name: object) -> Iterator[str]:
    if name is None:
        yield "Missing required attribute: name"
    elif not isinstance(name, str) or not name.strip():
        yield "Invalid name: it must be a string that is not blank"
    elif len(name) > LONGEST_NAME:
        yield f"Invalid name: it is limited to {LONGEST_NAME} characters"


def _word(body: Mapping[str, Any]) -> str:
    name = body.get("name")
    return scenarios.word("datadog", name) if isinstance(name, str) else ""

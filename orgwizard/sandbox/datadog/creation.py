"""Creating a child org at the pretend Datadog: every rule of the schema, and what scenarios ask for."""

import math
from collections.abc import Iterator, Mapping
from typing import TypedDict, cast

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.datadog.access import FORBIDDEN, Caller, bearer
from orgwizard.sandbox.datadog.bodies import created, edited, errors
from orgwizard.sandbox.datadog.orgs import KEYS_SETTLE_SECONDS, Org, Site
from orgwizard.sandbox.messages import Refused, Reply, Request, json_reply
from orgwizard.sandbox.rate_limits import Penalties, Window

LONGEST_NAME = 32
CREATES_PER_MINUTE = 10  # the real figure is not published
_LATE_SECONDS = 90.0
_KEYS_AFTER = {"slow-ready": 60.0, "never-ready": math.inf}
_FEATURE_OFF = "Multi-org is not enabled for this organization"


class OrgBody(TypedDict, total=False):
    """The body of a create request, the schema OrganizationCreateBody."""

    name: str
    billing: dict[str, str]
    subscription: dict[str, str]


class Creation:
    """Makes child orgs, within the limit of each parent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, Window] = {}
        self._penalties = Penalties(clock)

    def create(self, request: Request, caller: Caller) -> Reply:
        """Create a child of the caller's org, or do what its name says."""
        if not caller.org.parent:
            raise errors(403, _FEATURE_OFF)
        if scenarios.says(bearer(request), "nocreate"):
            raise errors(403, FORBIDDEN)
        window, word = self._count(caller.org), scenario_of(request)
        body = _body(request)
        self._refuse_by_name(word, caller.org)
        return self._outcome(word, body, caller.site).under(_rate_headers(window, window.remaining, window.resets_in))

    def _count(self, org: Org) -> Window:
        window = self._windows.setdefault(org.id, Window(self._clock, CREATES_PER_MINUTE))
        if not window.spend():
            raise _too_many(window, window.resets_in)
        return window

    def _refuse_by_name(self, word: str, org: Org) -> None:
        """Raise what a scenario asks for before anything is created."""
        if word in ("feature-off", "no-permission"):
            raise errors(403, _FEATURE_OFF if word == "feature-off" else FORBIDDEN)
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

    def _outcome(self, word: str, body: OrgBody, site: Site) -> Reply:
        """Create, unless the scenario says not to, and return the answer as it distorts it."""
        stem = word.removesuffix(scenarios.NOT_CREATED)
        reply = errors(500, "Internal server error").reply
        if stem == word:
            child = self._child(word, body, site)
            reply = reply if word == "server-error" else json_reply(200, edited(word, created(child)))
        return scenarios.twisted(stem, reply)

    def _child(self, word: str, body: OrgBody, site: Site) -> Org:
        """Make the org, and what else happens at that moment."""
        lengths = (64, 72) if word == "long-keys" else (32, 40)
        plan = body.get("subscription", {}).get("type", "pro")
        child = site.add_child(body["name"], plan, lengths, _KEYS_AFTER.get(word, KEYS_SETTLE_SECONDS))
        if word == "reset-late":
            site.hide(child, _LATE_SECONDS)
        if word == "twins":
            site.add_child(body["name"], plan, lengths, KEYS_SETTLE_SECONDS)
        return child


def _rate_headers(window: Window, remaining: int, seconds: float) -> dict[str, str]:
    """Return Datadog's headers; the reset is in seconds from now, the bucket has a name."""
    figures = {"limit": window.limit, "period": int(window.period), "remaining": remaining, "reset": math.ceil(seconds)}
    return {f"x-ratelimit-{name}": str(figure) for name, figure in figures.items()} | {
        "x-ratelimit-name": "create_child_org"
    }


def _too_many(window: Window, seconds: float) -> Refused:
    return Refused(errors(429, "Too many requests").reply.under(_rate_headers(window, 0, seconds)))


def _body(request: Request) -> OrgBody:
    """Return a body that keeps every rule of the schema OrganizationCreateBody."""
    if request.media_type != "application/json":
        raise errors(400, "The content type must be application/json")
    body = request.json()
    if body is None:
        raise errors(400, "Invalid JSON structure")
    problems = list(_problems(body))
    if problems:
        raise errors(400, *problems)
    return cast("OrgBody", body)


def _problems(body: Mapping[str, object]) -> Iterator[str]:
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


def scenario_of(request: Request) -> str:
    """Return the word in the wanted name that changes what happens, or ""."""
    name = (request.json() or {}).get("name")
    return scenarios.word("datadog", name) if isinstance(name, str) else ""

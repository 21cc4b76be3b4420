"""A pretend Datadog: nine sites that share nothing, parents that create children, two keys for each.

The name of a child is not unique here, as the facts know no rule against it. A child's keys are refused,
and it is not listed, for its first five seconds.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import TypeAlias

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.datadog.access import DISABLE, Access
from orgwizard.sandbox.datadog.bodies import errors, key_check, managed, organization
from orgwizard.sandbox.datadog.creation import Creation, scenario_of
from orgwizard.sandbox.datadog.orgs import Org
from orgwizard.sandbox.ids import IdFactory
from orgwizard.sandbox.messages import Fault, Refused, Reply, Request, html_reply, json_reply

_ONE_ORG = "/api/v1/org/"
_DISABLED_WITHIN_SECONDS = 10 * 86_400.0
Handler: TypeAlias = Callable[[Request], Reply]


class Datadog:
    """The service: `answer` takes a request for any API host."""

    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        self._clock, self._ids = clock, ids
        self._access = Access(clock, ids)
        self._creation = Creation(clock)
        self._routes: Mapping[tuple[str, str], Handler] = {
            ("POST", "/api/v1/org"): self._create,
            ("GET", "/api/v1/org"): self._list,
            ("GET", "/api/v1/validate"): self._validate,
            ("GET", "/api/v2/validate"): self._validate_v2,
            ("GET", "/api/v2/validate_keys"): self._validate_keys,
            ("GET", "/api/v2/org"): self._managed,
            ("POST", DISABLE): self._disable,
        }

    @property
    def children(self) -> tuple[Org, ...]:
        """Return the child orgs that were created on any site, without those there from the start."""
        return tuple(org for site in self._access.sites.values() for org in site.children if org.born > -math.inf)

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

    def _validate(self, request: Request) -> Reply:
        self._access.owner(request)
        return json_reply(200, {"valid": True})

    def _validate_v2(self, request: Request) -> Reply:
        _, org = self._access.owner(request)
        return json_reply(200, key_check(org, self._ids.uuid()))

    def _validate_keys(self, request: Request) -> Reply:
        self._access.caller(request)
        return json_reply(200, {"status": "ok"})

    def _list(self, request: Request) -> Reply:
        """Return the org of the keys and no other, whatever the operation's title says."""
        caller = self._access.permitted(request, "org_management")
        return json_reply(200, {"orgs": [organization(caller.org)]})

    def _one_org(self, request: Request) -> Reply:
        """Return the org of the keys; a parent's keys do not open a child."""
        caller = self._access.caller(request)
        if request.path.removeprefix(_ONE_ORG) != caller.org.public_id:
            raise errors(403, "Not allowed to access this organization")
        return json_reply(200, {"org": organization(caller.org)})

    def _managed(self, request: Request) -> Reply:
        """Return the current org and its children; the filter finds parts of names, in any case."""
        caller = self._access.permitted(request, "org_management", "org_connections_write")
        wanted = request.url.params.get("filter[name]", "").lower()
        children = caller.site.listed() if caller.org.parent else []
        return json_reply(200, managed(caller.org, (child for child in children if wanted in child.name.lower())))

    def _disable(self, request: Request) -> Reply:
        """Disable the org of the keys: a child of at most ten days, once. Errors here have the shape of JSON:API."""
        caller = self._access.permitted(request, "org_management")
        wanted = (request.json() or {}).get("data")
        if not isinstance(wanted, dict) or wanted.get("type") != "customer_org_disable":
            raise _api_error(400, "Invalid request", "data.type must be customer_org_disable")
        if wanted.get("attributes") != {"org_uuid": caller.org.id}:
            raise _api_error(404, "Not found", "The organization does not exist")
        if caller.org.parent or self._clock.now() - caller.org.born > _DISABLED_WITHIN_SECONDS:
            raise _api_error(403, "Forbidden", "Self-service disabling is not available for this organization")
        if caller.org.id in self._access.disabled:
            raise _api_error(409, "Conflict", "The organization is disabled already")
        self._access.disabled.add(caller.org.id)
        attributes = {"org_uuid": caller.org.id, "status": "disabled"}
        return json_reply(
            200, {"data": {"id": caller.org.id, "type": "customer_org_disable", "attributes": attributes}}
        )

    def _create(self, request: Request) -> Reply:
        """Create a child org of a parent."""
        if scenario_of(request) == "refused":
            return Reply(fault=Fault.REFUSED)
        return self._creation.create(request, self._access.permitted(request, "org_management"))


def _api_error(status: int, title: str, detail: str) -> Refused:
    return Refused(json_reply(status, {"errors": [{"title": title, "detail": detail, "status": str(status)}]}))

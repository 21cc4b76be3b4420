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
from typing import TypeAlias

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.ids import IdFactory
from orgwizard.sandbox.messages import Fault, Refused, Reply, Request, html_reply, json_reply
from orgwizard.sandbox.okta.access import Access
from orgwizard.sandbox.okta.bodies import metadata, owner, settings
from orgwizard.sandbox.okta.creation import Creation, scenario_of
from orgwizard.sandbox.okta.limits import Limits, is_create, refusals
from orgwizard.sandbox.okta.oauth import TOKEN_PATH, Authorization
from orgwizard.sandbox.okta.orgs import LOOPBACK, Org, Orgs, address, credential

_PHASE_SECONDS = 10.0
Handler: TypeAlias = Callable[[Request, Org], Reply]


class Okta:
    """The service: `answer` takes a request for any Okta host, `orgs` is its state."""

    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        self._clock, self._ids = clock, ids
        self.orgs = Orgs(clock, ids)
        self.oauth = Authorization(clock, ids)
        self._refuse = refusals(ids)
        self._limits = Limits(clock, self._refuse)
        self._access = Access(self.oauth, self._limits, self._refuse)
        self._creation = Creation(self.orgs, self._limits, self._refuse)
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
        return reply.under({"x-okta-request-id": self._ids.text(22), "date": date})

    def _handled(self, request: Request) -> Reply:
        """Find the org and let it answer, within the limits of its rate."""
        if is_create(request) and scenario_of(request.json() or {}) == "refused":
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
        return reply.under(self._limits.headers(request, org))

    def _routed(self, request: Request, org: Org) -> Reply:
        method, handler = self._routes[request.path]
        if request.method != method:
            raise self._refuse("E0000022")
        return handler(request, org)

    def _awake(self, org: Org | None, request: Request) -> Org:
        """Return the org where it is ready to be asked this; raise what it says while it is not."""
        phase = (self._clock.now() - org.born) / (_PHASE_SECONDS * org.patience) if org else 0.0
        if org is None or phase < 1:
            raise Refused(html_reply(404, "Page Not Found"))
        if phase < 2 and address(request.url.host)[0] != LOOPBACK:
            raise Refused(Reply(fault=Fault.REFUSED))
        if phase < 3 and request.path.startswith("/api/"):
            raise self._refuse("E0000011")
        return org

    def _nowhere(self, request: Request) -> Reply:
        """Refuse a path that is not imitated: 405 within the API, a page elsewhere."""
        if request.path.startswith("/api/"):
            raise self._refuse("E0000022")
        return html_reply(404, "Page Not Found")

    def _token(self, request: Request, org: Org) -> Reply:
        """Give a token to a service app of a parent. Errors here have the shape of OAuth 2.0."""
        if not org.parent:
            return json_reply(401, {"error": "invalid_client", "error_description": "The client is not known."})
        self._limits.count(request, org)
        return self.oauth.token(request)

    def _well_known(self, request: Request, org: Org) -> Reply:
        """Return the metadata of the org; nobody needs to sign in for it."""
        self._limits.count(request, org)
        return json_reply(200, metadata(org))

    def _settings(self, request: Request, org: Org) -> Reply:
        """Return the general settings; needs the scope okta.orgs.read, which `noread` lacks."""
        self._access.scheme(request, org, "forbidden", "noread", scope="okta.orgs.read")
        return json_reply(200, settings(org))

    def _me(self, request: Request, org: Org) -> Reply:
        """Return the owner of an API token; the scopes of an access token for orgs do not reach here."""
        if self._access.scheme(request, org) != "ssws":
            raise self._refuse("E0000006")
        return json_reply(200, owner(org))

    def _revoke(self, request: Request, org: Org) -> Reply:
        """Revoke the API token that asks for it; the answer has no body."""
        if self._access.scheme(request, org) != "ssws":
            raise self._refuse("E0000006")
        self._access.revoke(request)
        return Reply(204)

    def _create(self, request: Request, org: Org) -> Reply:
        """Create a child of a parent."""
        self._access.scheme(request, org, "forbidden", "noperm", scope="okta.orgs.manage")
        if not org.parent:
            raise self._refuse("E0000015")
        return self._creation.create(request, org)

"""Who asks the pretend Datadog: an API key, both keys of an org, or an access token."""

from dataclasses import dataclass

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.datadog.bodies import edge_forbidden, errors
from orgwizard.sandbox.datadog.orgs import Org, Site
from orgwizard.sandbox.ids import IdFactory
from orgwizard.sandbox.messages import Request

FORBIDDEN = "Forbidden"
DISABLE = "/api/v2/org/disable"


@dataclass(frozen=True)
class Caller:
    """Who asks: the org of the keys, the site, and the permissions of the application key's owner."""

    site: Site
    org: Org
    permissions: tuple[str, ...] = ()


class Access:
    """The sites, the orgs on them that were disabled, and who may do what there."""

    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        self._clock, self._ids = clock, ids
        self.sites: dict[str, Site] = {}
        self.disabled: set[str] = set()

    def site(self, host: str) -> Site:
        """Return the site with that API host ("api.datadoghq.eu", "127.0.0.1:8080"), made if need be."""
        if host not in self.sites:
            self.sites[host] = Site(self._clock, self._ids, host)
        return self.sites[host]

    def owner(self, request: Request) -> tuple[Site, Org]:
        """Return the org of the API key; v1 and v2 refuse in different words and shapes."""
        v2 = request.path.startswith("/api/v2/")
        site = self.site(request.url.netloc.decode("ascii"))
        key = request.headers.get("dd-api-key", "")
        if not key:
            raise errors(401, "Unauthorized") if v2 else errors(403, "API key required")
        owner = site.owner(key)
        if owner is None or (owner.id in self.disabled and request.path != DISABLE):
            raise errors(403, FORBIDDEN) if v2 else edge_forbidden()
        return site, owner

    def caller(self, request: Request) -> Caller:
        """Return the owner of both keys, or of an access token: alone, or beside an API key of the same org."""
        if token := bearer(request):
            return self._caller_by_token(request, token)
        site, org = self.owner(request)
        key = request.headers.get("dd-application-key", "")
        if not key and request.path.startswith("/api/v2/"):
            raise errors(401, "Unauthorized")
        if not site.opens(org, key):
            raise errors(403, FORBIDDEN)
        return Caller(site, org, _permissions(key))

    def _caller_by_token(self, request: Request, token: str) -> Caller:
        site = self.site(request.url.netloc.decode("ascii"))
        beside = request.headers.get("dd-api-key", "")
        if not site.takes(token) or (beside and site.owner(beside) is not site.parent):
            raise errors(401, "Unauthorized") if request.path.startswith("/api/v2/") else errors(403, FORBIDDEN)
        return Caller(site, site.parent, _permissions(token))

    def permitted(self, request: Request, *permissions: str) -> Caller:
        """Return the caller where any of the permissions is held."""
        caller = self.caller(request)
        if not set(permissions) & set(caller.permissions):
            raise errors(403, FORBIDDEN)
        return caller


def bearer(request: Request) -> str:
    """Return the access token of a request, "" where it has none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _permissions(secret: str) -> tuple[str, ...]:
    """Return the permissions of the owner of a key or token, as the scenarios in it say."""
    if scenarios.says(secret, "forbidden"):
        return ()
    if scenarios.says(secret, "noperm"):
        return ("org_connections_write",)
    return ("org_management", "org_connections_write")

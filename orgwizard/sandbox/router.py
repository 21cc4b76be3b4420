"""The world behind the sandbox: a clock, both services, and who answers at which host."""

from orgwizard.domain.clock import Clock
from orgwizard.sandbox.datadog.orgs import SITES
from orgwizard.sandbox.datadog.service import Datadog
from orgwizard.sandbox.ids import IdFactory
from orgwizard.sandbox.messages import Fault, Reply, Request
from orgwizard.sandbox.okta.orgs import base_domain
from orgwizard.sandbox.okta.service import Okta

_CREATES = (("POST", "/api/v1/orgs"), ("POST", "/api/v1/org"))
_DATADOG_DOMAINS = (".datadoghq.com", ".datadoghq.eu", ".ddog-gov.com")
_DATADOG_PATHS = ("/api/v2/", "/api/v1/validate", "/api/v1/org/")


class World:
    """A pretend internet, in memory only.

    *provider* ("okta" or "datadog") says who answers at a host that is neither vendor's, loopback included;
    without it the path and the headers tell. The same *seed* makes the same ids and secrets.
    """

    def __init__(self, clock: Clock, *, provider: str = "", seed: str = "") -> None:
        """Begin with a few children in place and nothing recorded."""
        self._ids = IdFactory(seed)
        self._provider = provider
        self.clock = clock
        self.okta = Okta(clock, self._ids)
        self.datadog = Datadog(clock, self._ids)
        self.requests: list[Request] = []

    @property
    def creates(self) -> int:
        """Return how many create requests arrived, refused ones included."""
        return sum((request.method, request.path) in _CREATES for request in self.requests)

    @property
    def secrets(self) -> frozenset[str]:
        """Return every token and key issued to a child so far."""
        return frozenset(self._ids.issued)

    def answer(self, request: Request) -> Reply:
        """Return what comes back; a request that is never sent is not recorded."""
        service = self._service(request)
        reply = service.answer(request) if service else Reply(fault=Fault.NO_HOST)
        if not reply.fault.unsent:
            self.requests.append(request)
        return reply

    def _service(self, request: Request) -> Okta | Datadog | None:
        """Return who answers at the host, or None where no such host exists."""
        host = request.url.host
        if host in SITES:
            return self.datadog
        if base_domain(host):
            return self.okta
        if host.endswith((*_DATADOG_DOMAINS, ".invalid")):
            return None
        if self._provider:
            return self.okta if self._provider == "okta" else self.datadog
        return self.datadog if _looks_like_datadog(request) else self.okta


def _looks_like_datadog(request: Request) -> bool:
    """Return whether a request to a host of unknown owner is meant for Datadog."""
    keyed = "dd-api-key" in request.headers or "dd-application-key" in request.headers
    create = (request.method, request.path) == ("POST", "/api/v1/org")
    return keyed or create or request.path.startswith(_DATADOG_PATHS)

"""The pretend Okta's orgs: which of them a host and a token stand for, and since when it is ready."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta

import httpx

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.ids import CHILD_TOKEN, IdFactory
from orgwizard.sandbox.messages import Request
from orgwizard.sandbox.okta.oauth import TOKEN_PATH
from orgwizard.sandbox.okta.rules import OrgBody

BASE_DOMAINS = (
    "okta.com",
    "oktapreview.com",
    "okta-emea.com",
    "okta-gov.com",
    "okta.mil",
    "okta-miltest.com",
    "trex-govcloud.com",
)
LOOPBACK = "localhost"
AGE = timedelta(days=400)


@dataclass(frozen=True)
class Org:
    """An org, parent or child; `born` is the world's time of creation, `patience` stretches its readiness."""

    id: str
    name: str
    subdomain: str
    origin: str
    created: str
    parent: bool = False
    alternate: str = ""
    website: str = ""
    token: str = field(default="", repr=False)
    admin_id: str = ""
    admin: Mapping[str, object] = field(default_factory=dict, repr=False)
    born: float = -math.inf
    patience: float = 1.0

    @property
    def base(self) -> str:
        """Return the base domain its children get; LOOPBACK for an org on this machine."""
        return address(httpx.URL(self.origin).host)[0]


class Orgs:
    """All orgs of a world by base domain and subdomain."""

    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        """Start, at every base domain, with a parent called `acme` and a child called `taken`."""
        self._clock, self._ids = clock, ids
        self._known: dict[tuple[str, str], Org] = {}
        for base in (*BASE_DOMAINS, LOOPBACK):
            self.add_old_child(base, "taken", "Taken")
        for base in BASE_DOMAINS:
            self.add_parent(f"acme.{base}")

    def __iter__(self) -> Iterator[Org]:
        return iter(tuple(self._known.values()))

    def siblings(self, base: str) -> Iterator[Org]:
        """Return all orgs under one base domain."""
        return (org for (at, _), org in self._known.items() if at == base)

    def asked_for(self, request: Request) -> Org | None:
        """Return the org that serves the request, or None where the host has none."""
        base, subdomain = address(request.url.host)
        if base == LOOPBACK:
            return self._on_loopback(request, subdomain)
        known = self._known.get((base, subdomain))
        if known is None and self._is_parent(request, base, subdomain):
            return self.add_parent(request.url.host, request.origin)
        return known

    def add_parent(self, host: str, origin: str = "") -> Org:
        """Return the parent at *host*, made if need be; a custom domain is another name of an org at okta.com."""
        origin = origin or f"https://{host}"
        base, subdomain = address(host)
        if base:
            return self._known.get((base, subdomain)) or self._add_parent(base, subdomain, origin)
        label = host.split(".")[-2] if "." in host else host
        org = self.add_parent(f"{label}.okta.com")
        return self._keep("okta.com", label, replace(org, alternate=origin))

    def add_old_child(self, base: str, subdomain: str, name: str) -> Org:
        """Add a child that was there long before; nobody knows its token."""
        org = Org(self.new_id("00o"), name, subdomain, f"https://{subdomain}.{base}", self.timestamp())
        return self._keep(base, subdomain, org)

    def add_child(self, parent: Org, body: OrgBody, token_length: int, patience: float) -> Org:
        """Make the org and its token; the clock for its readiness starts now."""
        subdomain = body["subdomain"]
        org = Org(
            self.new_id("00o"),
            body["name"],
            subdomain,
            parent.origin if parent.base == LOOPBACK else f"https://{subdomain}.{parent.base}",
            self.timestamp(timedelta()),
            website=body.get("website", ""),
            token=self._ids.secret(CHILD_TOKEN, token_length),
            admin_id=self.new_id("00u"),
            admin=body["admin"]["profile"],
            born=self._clock.now(),
            patience=patience,
        )
        return self._keep(parent.base, subdomain, org)

    def new_id(self, prefix: str) -> str:
        """Return an id of 20 characters."""
        return prefix + self._ids.text(17)

    def timestamp(self, age: timedelta = AGE) -> str:
        """Return a moment of the past as Okta writes times: RFC 3339 with milliseconds."""
        moment = self._clock.wall().astimezone(UTC) - age
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _on_loopback(self, request: Request, label: str) -> Org:
        """Return the owner of the token, or the org named by the host, or the parent."""
        owned = (org for org in self.siblings(LOOPBACK) if org.token)
        owner = next((org for org in owned if org.token == credential(request)), None)
        named = self._known.get((LOOPBACK, label))
        return owner or named or self._known.get((LOOPBACK, "")) or self._add_parent(LOOPBACK, "", request.origin)

    def _is_parent(self, request: Request, base: str, subdomain: str) -> bool:
        """Return whether a host that nobody knows yet is a parent's."""
        if not base:
            return True
        if "." in subdomain or subdomain.endswith("-admin") or scenarios.word("okta", subdomain):
            return False
        shown = credential(request)
        return request.path == TOKEN_PATH or (bool(shown) and not shown.startswith(CHILD_TOKEN))

    def _add_parent(self, base: str, subdomain: str, origin: str) -> Org:
        label = subdomain or "sandbox"
        name = f"{label.capitalize()} (sandbox)"
        org = Org(self.new_id("00o"), name, label, origin, self.timestamp(), True, admin_id=self.new_id("00u"))
        return self._keep(base, subdomain, org)

    def _keep(self, base: str, subdomain: str, org: Org) -> Org:
        self._known[base, subdomain] = org
        return org


def is_loopback(host: str) -> bool:
    """Return whether a host name means this machine."""
    return host in (LOOPBACK, "::1") or host.endswith(f".{LOOPBACK}") or host.startswith("127.")


def base_domain(host: str) -> str:
    """Return the Okta base domain a host is under, or ""."""
    return next((base for base in BASE_DOMAINS if host.endswith(f".{base}")), "")


def address(host: str) -> tuple[str, str]:
    """Return base domain and subdomain of a host: ("", host) for a custom domain, LOOPBACK for this machine."""
    if is_loopback(host):
        return LOOPBACK, host.removesuffix(LOOPBACK).rstrip(".") if host.endswith(LOOPBACK) else ""
    base = base_domain(host)
    return base, host.removesuffix(f".{base}") if base else host


def authorization(request: Request) -> tuple[str, str]:
    """Return scheme (lower case) and credential; Okta's Python SDK leaves out the blank after SSWS."""
    value = request.headers.get("authorization", "").strip()
    if value.startswith("SSWS") and not value.startswith("SSWS "):
        return "ssws", value.removeprefix("SSWS")
    scheme, _, credential = value.partition(" ")
    return scheme.lower(), credential.strip()


def credential(request: Request) -> str:
    """Return the token that the request shows, or ""."""
    return authorization(request)[1]

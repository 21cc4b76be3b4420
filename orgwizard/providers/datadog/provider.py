"""Datadog: its sites, its conversations, its refusals (create child org, POST /api/v1/org).

Sources: the OpenAPI documents of Datadog's official clients and docs.datadoghq.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import quote

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused, WizardError
from orgwizard.domain.handoff import ChildOrg, Handoff
from orgwizard.domain.http import Call, Conversation, Reply, Response, hidden, together
from orgwizard.domain.http_times import longest, number, retry_after, service_time
from orgwizard.domain.order_key import KEY, PLACE, folded
from orgwizard.domain.org import Created, Site
from orgwizard.domain.questions import Suggestion
from orgwizard.providers.aftercare import Aftercare
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog import parent
from orgwizard.providers.datadog.refusals import MEANINGS, refusal
from orgwizard.providers.datadog.sites import SITES, site_meant, site_of
from orgwizard.providers.findings import Finding, LookupResult, Preflight, Readiness
from orgwizard.providers.order import Connection, Order, OrgIdentity

if TYPE_CHECKING:
    from orgwizard.domain.validation import Fields
    from orgwizard.providers.datadog.fields import DatadogOrganization


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


# ---- the provider ---------------------------------------------------------------------------------


class Datadog(Provider):
    """Datadog's create child org."""

    key = "datadog"
    title = "Datadog"
    needs = (
        "The multi-organization feature, enabled for the parent org by Datadog Support.",
        "The parent's API key, and an application key (or access token) of a user with the Org Management permission.",
        "A name of up to 32 characters.",
    )
    administrator_note = (
        "Nothing to enter: the application key's owner becomes admin of the child org.",
        "Take care if the parent enforces SAML: the child does not inherit it. An admin without a password is then "
        "locked out of the child until a password login override is set. Check this before creating.",
        "If its owner may leave the company, use a service account's application key.",
    )
    remaining_header = "x-ratelimit-remaining"
    irreversible = "A child org can't be deleted through the API, and its keys are issued only once."
    secret_titles: ClassVar[Mapping[str, str]] = {
        "api_key": "API key of the child org",
        "application_key": "Application key of the child org",
    }
    sites = SITES
    site_title = "Site"
    site_help = "The child org is created on the parent's site."
    site_example = "datadoghq.eu"
    keys_in_body = r'"(?:api_key|application_key)"\s*:\s*{[^{}]*"(?:key|hash)"\s*:\s*"[^"*]'
    # Classic keys in hexadecimal, and those with a prefix that tells their kind.
    secret_shapes = (r"\b[0-9a-f]{32}(?:[0-9a-f]{8})?\b", r"\bdd(?:app|ap|pat|sat)_[A-Za-z0-9_]{20,}\b")
    env_prefixes = ("DD_", "DATADOG_")
    site_env = ("DD_SITE", "DD_HOST", "DATADOG_SITE", "DATADOG_HOST")
    first_methods = ("token",)
    files = ("~/.dogrc",)
    site_keys = ("Connection.api_host",)

    def handoff(self, org: ChildOrg) -> Handoff:
        """Return what Datadog's tools read."""
        from orgwizard.providers.datadog.handoff import handoff

        return handoff(org, [site.key for site in SITES])

    def snippets(self, org: ChildOrg, *, create: bool = False) -> Mapping[str, str]:
        """Return programs that list the org of the keys, or create an org."""
        from orgwizard.providers.datadog.snippets import snippets

        return snippets(org, [site.key for site in SITES], create=create)

    @property
    def codes(self) -> Mapping[str, ErrorCode]:
        """Return what an HTTP status means: Datadog has no codes of its own."""
        return {f"HTTP {status}": ErrorCode(cause, advice) for status, (cause, advice, _) in MEANINGS.items()}

    @property
    def methods(self) -> Mapping[str, type[Fields]]:
        """Return two ways to connect."""
        from orgwizard.providers.datadog.fields import METHODS

        return METHODS

    @property
    def organization(self) -> type[DatadogOrganization]:
        """Return the model of the child org."""
        from orgwizard.providers.datadog.fields import DatadogOrganization

        return DatadogOrganization

    def site(self, typed: str) -> Site:
        """Accept a site's key or name, its API, app or an org's URL, or another API URL after a question."""
        return site_of(typed, self.site_example)

    def site_correction(self, typed: str) -> str:
        """Return the site that a misspelt one most likely names."""
        return site_meant(typed)

    def site_in(self, environ: Mapping[str, str]) -> Suggestion | None:
        """Return the site that is set beside the keys: `DATADOG_SITE` belongs to `DATADOG_API_KEY`."""
        older = bool(environ.get("DATADOG_API_KEY")) and not environ.get("DD_API_KEY")
        names = sorted(self.site_env, key=lambda name: name.startswith("DATADOG_") != older)
        name = next((name for name in names if environ.get(name)), "")
        return Suggestion(environ[name], f"from ${name}") if name else None

    def parent_names(self, site: Site, credentials: Fields | None, before: Mapping[str, Any]) -> frozenset[str]:
        """Return the site, the API key or token, which belongs to one org, and the ids of that org once they were read.

        A UUID names it wherever it is reached: at its site, or through a host of the company's own.
        """
        key = getattr(credentials, "api_key", None) or getattr(credentials, "token", None)
        listed = str(before.get("parent_id") or "")
        secret = None if key is None else key.get_secret_value()
        names = {KEY: secret, "id": before.get("parent_public_id"), "listed": listed}
        found = {f"{kind} {site.key} {name}" for kind, name in names.items() if name}
        anywhere = {f"uuid {listed.lower()}"} if _UUID.fullmatch(listed) else set()
        return frozenset(found | anywhere | {f"{PLACE} {site.key}"})

    def check(self, connection: Connection, organization: Fields | None = None) -> Conversation[Preflight]:
        """Try the credentials, the API key alone, the permission and the list of orgs, side by side."""
        credentials = connection.credentials
        calls = [self._get(connection, path) for path in (parent.VALIDATE_KEYS, "/api/v1/org", "/api/v2/org")]
        if not parent.is_token(credentials):
            calls.append(parent.validate_alone(connection.site, credentials))
        keys, own, listing, *alone = yield from together(*calls)
        valid = parent.credentials_finding(keys, (alone or [keys])[0], connection.site, credentials)
        right = parent.right_finding(own, credentials, lists=_is_listed(listing))
        name = str(getattr(organization, "name", ""))
        findings = (valid, right, *([_name_finding(name, listing)] if organization else []))
        name_of_parent = _parent_name(own, listing, connection.site)
        return Preflight(name_of_parent, findings, connection.site.host, _before(own, listing))

    def name_free(self, connection: Connection, checked: Preflight, organization: Fields) -> Conversation[Finding]:  # noqa: ARG002 - the list says it all
        """List the children: a name may be given twice, so one that has it is a warning."""
        (listing,) = yield from together(self._get(connection, "/api/v2/org"))
        return _name_finding(str(getattr(organization, "name", "")), listing)

    def of_another_site(self, refused: WizardError) -> bool:
        """Return whether the API key, or the token, is what was refused: each belongs to one site."""
        return refused.field in ("credentials.api_key", "credentials.token")

    def elsewhere(self, connection: Connection) -> Conversation[tuple[Site, ...]]:
        """Ask Datadog's own other sites for the API key or the token; one that does not answer does not know it."""
        others = [site for site in SITES if site.url != connection.site.url]
        replies = yield from together(*(parent.validate_alone(site, connection.credentials) for site in others))
        return tuple(site for site, reply in zip(others, replies, strict=True) if parent.is_valid(reply))

    def _get(self, connection: Connection, path: str) -> Call:
        return Call("GET", connection.site.url + path, self._headers(connection))

    def _headers(self, connection: Connection) -> dict[str, Any]:
        return parent.parent_headers(connection.credentials)

    def request(self, order: Order) -> Call:
        """Build POST /api/v1/org (operation CreateChildOrg)."""
        organization = cast("DatadogOrganization", order.organization)
        deprecated = {"billing": organization.billing, "subscription": organization.subscription}
        body = {"name": organization.name, **{k: {"type": v} for k, v in deprecated.items() if v}}
        headers = {**self._headers(order.connection), "Content-Type": "application/json"}
        return Call("POST", f"{order.connection.site.url}/api/v1/org", headers, body, once=True)

    def created(self, wanted: OrgIdentity, response: Response, domain: str = "") -> Created:  # noqa: ARG002 - one address per site
        """Read org and keys; `application_key.hash` is the application key itself."""
        body = response.json()
        org, user = _table(body, "org"), _table(body, "user")
        found = {
            "api_key": _text(_table(body, "api_key"), "key"),
            "application_key": _text(_table(body, "application_key"), "hash"),
        }
        details = {"administrator": _text(user, "handle"), "created": _text(org, "created")}
        brought = {"API key": found["api_key"], "application key": found["application_key"]}
        missing = [name for name, value in {**brought, "org id": _text(org, "public_id")}.items() if not value]
        return Created(
            id=_text(org, "public_id"),
            name=_text(org, "name") or wanted.name,
            url=wanted.site.app_url,
            secrets={name: hidden(value) for name, value in found.items() if value},
            details={name: value for name, value in details.items() if value},
            remarks=tuple(_REMARKS[name] for name in missing),
            missing=tuple(missing),
        )

    def refused(self, response: Response, credentials: Fields | None = None) -> Refused:
        """Return what an error of the create call means."""
        return refusal(response, token=parent.is_token(credentials))

    def wait_after(self, response: Response, now: float) -> float | None:
        """Return the longer of Retry-After and X-RateLimit-Reset, which Datadog gives in seconds from now."""
        return longest(number(response.headers.get("x-ratelimit-reset", "")), retry_after(response, now))

    def find(
        self, wanted: OrgIdentity, credentials: Fields | None, before: Mapping[str, Any]
    ) -> Conversation[LookupResult]:
        """List the children: only an id that was not there before, under the same parent, is the new org."""
        if credentials is None:
            return LookupResult("unclear", "The parent's credentials are required to check.", may_change=False)
        method = "token" if parent.is_token(credentials) else "keys"
        (listing,) = yield from together(self._get(Connection(wanted.site, method, credentials), "/api/v2/org"))
        if doubt := _why_unclear(listing, before):
            return doubt
        date = service_time(listing) if isinstance(listing, Response) else None
        # Responses name an org by its public_id, lists by an id of their own.
        fresh = [row for row in _children(listing) if row["id"] not in before["ids"]]
        others = [row for row in fresh if row["public_id"] not in before.get("ours", ())]
        named = [row for row in others if same_name(row["name"], wanted.name)]
        if len(named) > 1:
            return LookupResult("unclear", f"{len(named)} new child orgs are called {wanted.name}.", date=date)
        if named:
            org = {"id": named[0]["public_id"] or named[0]["id"], "name": named[0]["name"], "url": wanted.site.app_url}
            return LookupResult("exists", f"A child org {wanted.name} now exists; it didn't before.", org, date)
        if any(not row["name"] for row in others):
            return LookupResult("unclear", "A new child org is listed without its name.", date=date)
        return LookupResult("absent", f"No new child org {wanted.name} is listed.", date=date)

    def ready(self, site: Site, created: Created) -> Conversation[Readiness]:
        """Validate the new keys, then read the child's own settings with them."""
        api_key, application_key = created.secrets.get("api_key"), created.secrets.get("application_key")
        if api_key is None:
            return Readiness(False, "there is no key to test", may_change=False)
        if application_key is None:
            (reply,) = yield from together(
                Call("GET", f"{site.url}/api/v1/validate", {**parent.ACCEPT, "DD-API-KEY": api_key})
            )
            return _accepted(reply, "the API key is valid; there is no application key to try")
        headers = parent.key_headers(api_key, application_key)
        own = f"{site.url}/api/v1/org/{quote(created.id, safe='')}"
        keys, org = yield from together(
            Call("GET", f"{site.url}/api/v2/validate_keys", headers), Call("GET", own, headers)
        )
        proven = isinstance(org, Response) and org.ok and _text(_table(org.json(), "org"), "public_id") == created.id
        return _accepted(keys, "both keys are valid" + (" and read the child org" if proven else ""))

    @property
    def aftercare(self) -> Aftercare:
        """Return what can be done with a child's keys later."""
        from orgwizard.providers.datadog.aftercare import DatadogAftercare

        return DatadogAftercare()

    def next_steps(self, created: Created) -> tuple[str, ...]:
        """Return what to do with a new Datadog org."""
        return (
            f"Switch to {created.name} in the org menu at {created.url}, or sign in there.",
            "If the parent enforces SAML, set a password login override before you need it.",
            "IP allow-list, SAML and other settings are not inherited: set them in the child.",
        )


def same_name(one: str, other: str) -> bool:
    """Return whether two names are the same to a reader: composed alike, without regard to case, spaces and dashes."""
    return folded(one) == folded(other)


def _name_finding(name: str, listing: Reply) -> Finding:
    """Judge the wanted name by the list of children; a part of the list can only prove that a name is there."""
    twins = [child for child in _children(listing) if same_name(child["name"], name)]
    if twins:
        since = twins[0]["created_at"] or "an unknown day"
        return Finding("Name", "warning", f"a child org of this name exists since {since}")
    if not _is_whole(listing):
        return Finding("Name", "unproven", "could not check: the list of child orgs could not be read whole")
    return Finding("Name", "ok", f"no child org has this name yet: {name}")


# ---- the list of orgs, as evidence ------------------------------------------------------------------


def _before(own: Reply, listing: Reply) -> dict[str, Any]:
    """Return how the world looks before the create call, as `find` compares it."""
    rows, parent = _rows(_listing_body(listing)), _current(listing)
    public = next((row["public_id"] for row in rows if row["id"] == parent), "") or _text(_own_org(own), "public_id")
    return {
        "parent_id": parent,
        "parent_public_id": public,
        "ids": sorted(row["id"] for row in rows),
        "known": sorted({row["public_id"] for row in rows} | {public} - {""}),
        "whole": _is_whole(listing),
        "date": service_time(listing) if isinstance(listing, Response) else None,
    }


def _why_unclear(listing: Reply, before: Mapping[str, Any]) -> LookupResult | None:
    """Return why a list proves nothing beside the one from before; None if it proves something."""
    if not (before.get("whole") and isinstance(before.get("ids"), list) and before.get("parent_id")):
        words = "Could not check: the list of child orgs from before the request was not read whole."
        return LookupResult("unclear", words, may_change=False)
    if isinstance(listing, Response) and listing.status in (401, 403):
        words = f"Datadog refused these keys (HTTP {listing.status}), so the child orgs could not be listed."
        return LookupResult("unclear", words, may_change=False)
    if _is_listed(listing) and _current(listing) not in ("", before["parent_id"]):
        words = "These keys belong to another parent org: the keys that sent the request are required to check."
        return LookupResult("unclear", words, may_change=False)
    if not _is_whole(listing):
        return LookupResult("unclear", "The list of child orgs could not be read whole.")
    return None


def _is_listed(listing: Reply) -> bool:
    return isinstance(listing, Response) and listing.ok and isinstance(listing.json().get("included"), list)


def _is_whole(listing: Reply) -> bool:
    """Return whether a list came to its end and holds every org that it speaks of, so that absence from it counts."""
    if not (_is_listed(listing) and isinstance(listing, Response) and listing.whole and _current(listing)):
        return False
    body = listing.json()
    ids = [row["id"] for row in _rows(body)]
    every_row_read = len(ids) == len(body["included"]) and all(ids)
    return every_row_read and _managed_ids(body) <= set(ids) and not _goes_on(body)


def _managed_ids(body: Mapping[str, Any]) -> set[str]:
    """Return the ids of the children that the list refers to."""
    references = _table(_table(_table(body, "data"), "relationships"), "managed_orgs").get("data")
    return {_text(row, "id") for row in references if isinstance(row, dict)} if isinstance(references, list) else set()


def _goes_on(body: Mapping[str, Any]) -> bool:
    """Return whether there are further pages; none are documented, which is no promise."""
    meta = _table(body, "meta")
    pages = (_table(body, "links"), meta, _table(meta, "page"), _table(meta, "pagination"))
    cursors = ("next", "after", "next_cursor", "next_offset", "has_more")
    return any(page.get(name) for page in pages for name in cursors)


def _current(listing: Reply) -> str:
    """Return the id of the org whose keys listed, "" if the list does not say."""
    return _text(_table(_listing_body(listing), "data"), "id")


def _listing_body(listing: Reply) -> dict[str, Any]:
    return listing.json() if isinstance(listing, Response) and listing.ok else {}


def _children(listing: Reply) -> list[dict[str, str]]:
    """Return the managed orgs of GET /api/v2/org, disabled ones included, without the current org itself."""
    return [row for row in _rows(_listing_body(listing)) if row["id"] != _current(listing)]


def _rows(body: Mapping[str, Any]) -> list[dict[str, str]]:
    included = body.get("included")
    rows = [row for row in included if isinstance(row, dict)] if isinstance(included, list) else []
    names = ("name", "public_id", "created_at")
    return [{"id": _text(row, "id"), **{n: _text(_table(row, "attributes"), n) for n in names}} for row in rows]


def _own_org(own: Reply) -> dict[str, Any]:
    """Return the one org of GET /api/v1/org."""
    orgs = own.json().get("orgs") if isinstance(own, Response) and own.ok else None
    return orgs[0] if isinstance(orgs, list) and orgs and isinstance(orgs[0], dict) else {}


def _parent_name(own: Reply, listing: Reply, site: Site) -> str:
    """Return the parent's name from either list, else the site's."""
    named = next((row["name"] for row in _rows(_listing_body(listing)) if row["id"] == _current(listing)), "")
    return _text(_own_org(own), "name") or named or site.title


# What a response has to bring, and what to say if it did not.
_REMARKS: Mapping[str, str] = {
    "API key": "Datadog returned no API key. Sign in to the child org and create one.",
    "application key": "Datadog returned no application key. Sign in to the child org and create one.",
    "org id": "Datadog returned no org id.",
}


def _accepted(reply: Reply, words: str) -> Readiness:
    if isinstance(reply, Response) and reply.ok and reply.json():
        return Readiness(True, words)
    return Readiness(False, "Datadog does not accept the new keys yet")


def _table(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""

"""The check before a creation: the parent, its credentials and the wanted name, by reads alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Conversation, Reply, Response, together
from orgwizard.domain.http_times import service_time
from orgwizard.domain.org import Site
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.messages import outage, says_nothing, status, succeeded, table, text
from orgwizard.providers.okta.connection import read_call
from orgwizard.providers.okta.metadata import is_free, metadata_call, metadata_in, okta_domain, read_metadata
from orgwizard.providers.okta.refusals import refusal
from orgwizard.providers.okta.sites import child_origin
from orgwizard.providers.order import Connection

if TYPE_CHECKING:
    from orgwizard.domain.forms.fields import Fields


def check(connection: Connection, organization: Fields | None = None) -> Conversation[Preflight]:
    """Read the parent's well-known document, its settings, the token's owner and the wanted name, side by side."""
    site, subdomain = connection.site, str(getattr(organization, "subdomain", ""))
    calls = {"parent": metadata_call(site.url), "settings": read_call("/api/v1/org", connection)}
    if connection.method == "api-token":  # only such a token surely has an owner to be read
        calls["owner"] = read_call("/api/v1/users/me", connection)
    if wanted := child_origin(site.host, subdomain):
        calls["child"] = metadata_call(wanted)
    replies = dict(zip(calls, (yield from together(*calls.values())), strict=True))
    metadata, owner, child = metadata_in(replies["parent"]), replies.get("owner"), replies.get("child")
    domain = okta_domain(metadata) or site.host
    findings = _credentials(_place(site, domain), replies["settings"], owner, org_there=bool(text(metadata, "id")))
    if organization and not wanted:  # a custom domain: the parent's Okta domain is known only now
        wanted = child_origin(domain, subdomain)
        child = (yield from read_metadata(wanted)) if wanted else None
    if organization:
        findings = (*findings, _name(wanted, child))
    before = _before(metadata, replies["settings"], child) | {"domain": domain}
    return Preflight(_parent_name(replies["settings"], site), findings, domain, before, _login(owner))


def name_free(connection: Connection, checked: Preflight, organization: Fields) -> Conversation[Finding]:
    """Read the wanted subdomain's well-known document, which needs no credentials."""
    wanted = child_origin(checked.domain or connection.site.host, str(getattr(organization, "subdomain", "")))
    return _name(wanted, (yield from read_metadata(wanted)) if wanted else None)


def _credentials(place: str, settings: Reply, owner: Reply | None, *, org_there: bool) -> tuple[Finding, ...]:
    """Judge the credentials by the read of the parent's settings, and by that of their owner where it is refused.

    *org_there* says whether an org answers at *place* at all.
    """
    unproven = Finding("Right to create", "unproven", "can't be checked in advance")
    if not isinstance(settings, Response):
        raise settings
    login = _login(owner)
    if text(succeeded(settings), "id"):
        return Finding("Credentials", "ok", f"accepted by {place}" + (f", as {login}" if login else "")), unproven
    speechless = settings.status == 404 or (settings.status < 500 and not settings.json())
    if speechless and not org_there:  # an HTML page: a wrong host, or something in between
        raise _no_org(place, settings)
    if settings.status == 403:  # a token may lack okta.orgs.read and still create orgs
        return _credentials_by_owner(owner), unproven
    if settings.ok:
        return Finding("Credentials", "unproven", f"not verified: {says_nothing(settings, 'Okta')}"), unproven
    if settings.status in (404, 405, 429):
        return Finding("Credentials", "unproven", f"could not be tested ({status(settings)})"), unproven
    raise outage(settings, "Okta", "status.okta.com") if settings.status >= 500 else refusal(settings)


def _credentials_by_owner(owner: Reply | None) -> Finding:
    """Judge credentials that may not read the settings by GET /api/v1/users/me, which access tokens seldom may."""
    if isinstance(owner, Response) and owner.status == 401:
        raise refusal(owner)
    if owner and text(succeeded(owner), "id"):
        login = _login(owner)
        whose = f"accepted, as {login}," if login else "accepted,"
        return Finding("Credentials", "ok", f"{whose} though they may not read the parent's settings")
    return Finding("Credentials", "unproven", "recognized by Okta, but not permitted to read anything that proves more")


def _login(owner: Reply | None) -> str:
    """Return the login of the token's owner, "" where it was not told."""
    return text(table(succeeded(owner), "profile"), "login") if owner else ""


def _place(site: Site, domain: str) -> str:
    """Return the parent's host, with its Okta domain where it is reached by one of its own."""
    return site.title if domain in ("", site.host) else f"{site.title} ({domain})"


def _no_org(place: str, response: Response) -> Refused:
    return Refused(
        f"No Okta org answers at {place}.",
        "Check the parent org URL.",
        code=status(response),
        request_id=response.request_id,
        field="site",
    )


def _parent_name(settings: Reply, site: Site) -> str:
    body = succeeded(settings)
    return text(body, "companyName") or text(body, "subdomain") or site.title


def _before(metadata: Mapping[str, object], settings: Reply, child: Reply | None) -> dict[str, object]:
    """Return how the world looks before the create call, as `find` compares it; *metadata* is the parent's."""
    parent_id = text(metadata, "id") or text(succeeded(settings), "id")
    child_id = text(metadata_in(child), "id")
    ids = sorted({parent_id, child_id} - {""})
    return {
        "parent_id": parent_id,
        "child_id": child_id,
        "ids": ids,
        "known": ids,
        "whole": bool(child_id) or is_free(child),
        "date": service_time(settings) if isinstance(settings, Response) else None,
    }


def _name(wanted: str, child: Reply | None) -> Finding:
    """Judge the wanted subdomain by a look at its address; raises `Refused` if an org certainly has it."""
    if text(metadata_in(child), "id"):
        raise Refused(
            f"The subdomain is taken: an org answers at {wanted}.",
            "Choose another subdomain.",
            field="organization.subdomain",
        )
    if not wanted:
        return Finding("Name", "unproven", "could not check: its address cannot be derived from the parent's")
    if not is_free(child):
        return Finding("Name", "unproven", f"could not check {wanted}{_why_not(child)}")
    return Finding("Name", "ok", f"looks available: nothing at {wanted}")


def _why_not(child: Reply | None) -> str:
    if isinstance(child, Response):
        return f" ({status(child)})"
    return f": {child.cause.rstrip('.')}" if child else ""

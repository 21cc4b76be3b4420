"""The check before a creation: the credentials, their right to create and the wanted name, by reads alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgwizard.domain.http import Conversation, together
from orgwizard.domain.org import Site
from orgwizard.domain.text.moment import when_written
from orgwizard.providers.datadog import parent
from orgwizard.providers.datadog.listing import OrgList, same_name
from orgwizard.providers.datadog.sites import SITES
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.messages import text
from orgwizard.providers.order import Connection

if TYPE_CHECKING:
    from orgwizard.domain.forms.fields import Fields


def check(connection: Connection, organization: Fields | None = None) -> Conversation[Preflight]:
    """Try the credentials, the API key alone, the permission and the list of orgs, side by side."""
    site, credentials = connection.site, connection.credentials
    calls = [parent.read_call(path, site, credentials) for path in (parent.VALIDATE_KEYS, parent.OWN_ORG, parent.ORGS)]
    if not parent.is_token(credentials):
        calls.append(parent.validate_alone(site, credentials))
    keys, own, orgs, *alone = yield from together(*calls)
    listing, own_org = OrgList(orgs), parent.own_org_in(own)
    findings = (
        parent.credentials_finding(keys, (alone or [keys])[0], site, credentials),
        parent.right_finding(own, credentials, valid=parent.accepts_keys(keys), lists=listing.was_read),
        *([_name(organization, listing)] if organization else []),
    )
    listed = listing.current.name if listing.current else ""
    name = text(own_org, "name") or listed or site.title
    return Preflight(name, findings, site.host, _before(own_org, listing))


def name_free(connection: Connection, organization: Fields) -> Conversation[Finding]:
    """List the children: a name may be given twice, so one that has it is a warning."""
    (reply,) = yield from together(parent.read_call(parent.ORGS, connection.site, connection.credentials))
    return _name(organization, OrgList(reply))


def elsewhere(connection: Connection) -> Conversation[tuple[Site, ...]]:
    """Ask Datadog's own other sites for the API key or the token; one that does not answer does not know it."""
    others = [site for site in SITES if site.url != connection.site.url]
    replies = yield from together(*(parent.validate_alone(site, connection.credentials) for site in others))
    return tuple(site for site, reply in zip(others, replies, strict=True) if parent.is_valid(reply))


def _name(organization: Fields, listing: OrgList) -> Finding:
    """Judge the wanted name by the list of children; a part of the list can only prove that a name is there."""
    name = str(getattr(organization, "name", ""))
    twins = [child for child in listing.children if same_name(child.name, name)]
    if twins:
        created = when_written(twins[0].created_at, listing.date)
        return Finding("Name", "warning", f"a child org of this name already exists{created and f' ({created})'}")
    if not listing.whole:
        return Finding("Name", "unproven", "could not check: the list of child orgs could not be read completely")
    return Finding("Name", "ok", f"no child org has this name yet: {name}")


def _before(own_org: dict[str, object], listing: OrgList) -> dict[str, object]:
    """Return how the world looks before the create call, as `find` compares it."""
    public = (listing.current and listing.current.public_id) or text(own_org, "public_id")
    return {
        "parent_id": listing.current_id,
        "parent_public_id": public,
        "ids": sorted(org.id for org in listing.orgs),
        "known": sorted({org.public_id for org in listing.orgs} | {public} - {""}),
        "whole": listing.whole,
        "date": listing.date,
    }

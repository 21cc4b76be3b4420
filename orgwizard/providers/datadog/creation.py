"""The one call that creates a child org, and what its response brings (operation CreateChildOrg)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from orgwizard.domain.http import Call, Response
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.masking import hidden
from orgwizard.providers.datadog.parent import OWN_ORG, parent_headers
from orgwizard.providers.messages import SENDS_JSON, table, text
from orgwizard.providers.order import Order, OrgIdentity

if TYPE_CHECKING:
    from orgwizard.providers.datadog.fields import DatadogOrganization

# What a response has to bring, and what to say if it did not.
_REMARKS: Mapping[str, str] = {
    "API key": "Datadog returned no API key. Sign in to the child org and create one.",
    "application key": "Datadog returned no application key. Sign in to the child org and create one.",
    "org id": "Datadog returned no org id.",
}


def request(order: Order) -> Call:
    """Build POST /api/v1/org."""
    organization = cast("DatadogOrganization", order.organization)
    deprecated = {"billing": organization.billing, "subscription": organization.subscription}
    body = {"name": organization.name, **{k: {"type": v} for k, v in deprecated.items() if v}}
    headers = {**parent_headers(order.connection.credentials), **SENDS_JSON}
    return Call("POST", order.connection.site.url + OWN_ORG, headers, body, once=True)


def created(wanted: OrgIdentity, response: Response) -> Created:
    """Read org and keys; `application_key.hash` is the application key itself."""
    body = response.json()
    org, user = table(body, "org"), table(body, "user")
    api_key = text(table(body, "api_key"), "key")
    application_key = text(table(body, "application_key"), "hash")
    org_id = text(org, "public_id")
    brought = {"API key": api_key, "application key": application_key, "org id": org_id}
    missing = tuple(name for name, value in brought.items() if not value)
    secrets = {"api_key": api_key, "application_key": application_key}
    details = {"administrator": text(user, "handle"), "created": text(org, "created")}
    return Created(
        id=org_id,
        name=text(org, "name") or wanted.name,
        url=wanted.site.app_url,
        secrets={name: hidden(value) for name, value in secrets.items() if value},
        details={name: value for name, value in details.items() if value},
        remarks=tuple(_REMARKS[name] for name in missing),
        missing=missing,
    )

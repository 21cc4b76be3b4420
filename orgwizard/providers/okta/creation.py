"""The one call that creates a child org, and what its response brings (operation createChildOrg)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from orgwizard.domain.http import Call, Response
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.masking import hidden
from orgwizard.providers.messages import SENDS_JSON, table, text
from orgwizard.providers.okta.connection import headers
from orgwizard.providers.okta.sites import admin_console, child_url
from orgwizard.providers.order import Order, OrgIdentity

if TYPE_CHECKING:
    from orgwizard.providers.okta.administrator_fields import OktaAdministrator
    from orgwizard.providers.okta.fields import OktaOrganization

# What a response has to bring, and what to say if it did not.
_REMARKS: Mapping[str, str] = {
    "API token": "Okta returned no token. Sign in to the child org and create one.",
    "org id": "Okta returned no org id.",
}


def request(order: Order) -> Call:
    """Build POST /api/v1/orgs."""
    body = _body(cast("OktaOrganization", order.organization), cast("OktaAdministrator", order.administrator))
    url = f"{order.connection.site.url}/api/v1/orgs"
    return Call("POST", url, {**headers(order.connection), **SENDS_JSON}, body, once=True)


def _body(organization: OktaOrganization, administrator: OktaAdministrator) -> dict[str, object]:
    """Build the body: camelCase, except recovery_question."""
    body: dict[str, object] = {
        "subdomain": organization.subdomain,
        "name": organization.name,
        "edition": organization.edition,
        "admin": _admin(administrator),
    }
    if organization.website:
        body["website"] = organization.website
    return body


def _admin(administrator: OktaAdministrator) -> dict[str, object]:
    credentials = _first_credentials(administrator)
    return {"profile": _profile(administrator), **({"credentials": credentials} if credentials else {})}


def _profile(administrator: OktaAdministrator) -> dict[str, object]:
    return {
        "firstName": administrator.first_name,
        "lastName": administrator.last_name,
        "email": administrator.email,
        "login": administrator.login,
        **administrator.profile,
    }


def _first_credentials(administrator: OktaAdministrator) -> dict[str, object]:
    credentials: dict[str, object] = {}
    if administrator.password:
        credentials["password"] = {"value": administrator.password}
    if administrator.recovery_question:
        credentials["recovery_question"] = {
            "question": administrator.recovery_question,
            "answer": administrator.recovery_answer,
        }
    return credentials


def created(wanted: OrgIdentity, response: Response, domain: str = "") -> Created:
    """Read id, address and token; the address is trusted only under the parent's base domain."""
    from orgwizard.providers.okta.fields import LABEL

    body = response.json()
    token, org_id, echoed = text(body, "token"), text(body, "id"), text(body, "subdomain")
    subdomain = echoed if LABEL.fullmatch(echoed) else wanted.subdomain
    url = child_url(wanted.site, domain, subdomain, table(body, "_links"))
    missing = tuple(name for name, value in {"API token": token, "org id": org_id}.items() if not value)
    details = {
        "subdomain": subdomain,
        "status": text(body, "status"),
        "administrator": wanted.administrator,
        "administrator_url": admin_console(url),
    }
    return Created(
        id=org_id,
        name=text(body, "name") or wanted.name,
        url=url,
        secrets={"token": hidden(token)} if token else {},
        details={name: value for name, value in details.items() if value},
        remarks=tuple(_REMARKS[name] for name in missing),
        missing=missing,
    )

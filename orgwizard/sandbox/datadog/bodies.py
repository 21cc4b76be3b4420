"""What the pretend Datadog says: its errors, and the JSON of its orgs, users and keys.

Source of the v1 shapes: the recorded call in the spec's `x-observed`, nulls and zone-less dates included.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from orgwizard.sandbox.datadog.orgs import Org
from orgwizard.sandbox.messages import Refused, json_reply

HANDLE = "sandbox.admin@example.com"
_PERSON = "Sandbox Admin"


def errors(status: int, *texts: str) -> Refused:
    """Return a refusal in the ordinary shape of errors: {"errors": [text, ...]}."""
    return Refused(json_reply(status, {"errors": list(texts)}))


def edge_forbidden() -> Refused:
    """Return the 403 that the edge gives for a key it does not know."""
    contact = {"statuspage": "http://status.datadoghq.com", "twitter": "http://twitter.com/datadogops"}
    body = {"status": "error", "code": 403, "errors": ["Forbidden"], **contact, "email": "support@datadoghq.com"}
    return Refused(json_reply(403, body))


def organization(org: Org) -> dict[str, object]:
    """Return an org as v1 shows it."""
    return {
        "public_id": org.public_id,
        "name": org.name,
        "billing": {"type": "parent_billing"},
        "created": _plain(org.created),
        "description": None,
        "settings": _settings(),
        "subscription": {
            "started": int(org.created.timestamp()),
            "finished": None,
            "is_custom": False,
            "is_expired": org.plan != "trial",
            "billing_plan_id": 2,
            "is_trial": org.plan == "trial",
            "expires": None,
            "type": org.plan,
            "id": 1,
        },
    }


def created(org: Org) -> dict[str, dict[str, object]]:
    """Return the answer to a create call: the org, its two keys and the calling user."""
    return {
        "org": organization(org),
        "api_key": {
            "name": f"API Key created by {HANDLE} on {org.created:%Y-%m-%d}",
            "created": _plain(org.created),
            "disabled_by": "",
            "is_active": True,
            "created_by": HANDLE,
            "disabled": "",
            "key": org.api_key,
        },
        "user": {
            "disabled": False,
            "handle": HANDLE,
            "name": _PERSON,
            "title": None,
            "is_admin": True,
            "role": None,
            "access_role": "adm",
            "verified": True,
            "email": HANDLE,
            "icon": "https://example.com/avatar",
        },
        "application_key": {
            "owner": HANDLE,
            "org_id": 1,
            "hash": org.application_key,
            "name": f"{HANDLE} (api)",
            "revoked": False,
        },
    }


def edited(word: str, body: dict[str, dict[str, object]]) -> Mapping[str, object]:
    """Return the answer to a create call as a scenario changes it."""
    if word == "no-keys":
        del body["api_key"], body["application_key"]
    if word == "no-application-key":
        del body["application_key"]["hash"]
    if word == "odd-types":
        body["org"] |= {"public_id": 12345, "name": None, "created": 0, "settings": []}
        return {**body, "user": None}
    return body


def managed(current: Org, children: Iterable[Org]) -> dict[str, object]:
    """Return the list of managed orgs; the current org is among `included`."""
    children = tuple(children)
    return {
        "data": {
            "id": current.id,
            "type": "managed_orgs",
            "relationships": {
                "current_org": {"data": _reference(current)},
                "managed_orgs": {"data": [_reference(child) for child in children]},
            },
        },
        "included": [_resource(org) for org in (current, *children)],
    }


def key_check(org: Org, key_id: str) -> dict[str, object]:
    """Return what v2 says of an API key."""
    attributes = {"api_key_id": key_id, "api_key_scopes": [], "valid": True}
    return {"data": {"id": org.id, "type": "validate_v2", "attributes": attributes}}


def _settings() -> Mapping[str, object]:
    off = {"enabled": False}
    return {
        "saml_idp_metadata_valid_until": None,
        "saml_autocreate_access_role": "st",
        "private_widget_share": False,
        "saml_idp_endpoint": None,
        "saml_idp_metadata_uploaded": False,
        "saml_can_be_enabled": False,
        "saml": off,
        "saml_strict_mode": off,
        "saml_autocreate_users_domains": {"domains": [], **off},
        "saml_idp_initiated_login": off,
        "saml_login_url": None,
    }


def _reference(org: Org) -> dict[str, str]:
    return {"id": org.id, "type": "orgs"}


def _resource(org: Org) -> dict[str, object]:
    """Return an org as v2 shows it."""
    attributes = {
        "public_id": org.public_id,
        "name": org.name,
        "description": "",
        "sharing": "none",
        "url": f"{org.app_url}/account/{org.public_id}",
        "disabled": False,
        "created_at": _zoned(org.created),
        "modified_at": _zoned(org.created),
    }
    return {**_reference(org), "attributes": attributes}


def _plain(moment: datetime) -> str:
    """Return a date as v1 really writes it: UTC without saying so."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _zoned(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

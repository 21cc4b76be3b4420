"""How calls to a parent at Okta carry its credentials: a token, or a service app that gets one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgwizard.domain.http import Call, Header, Scheme
from orgwizard.domain.secrets.masking import hidden
from orgwizard.providers.messages import ACCEPT

if TYPE_CHECKING:
    from orgwizard.providers.okta.oauth import ServiceAppGrant
    from orgwizard.providers.order import Connection


def headers(connection: Connection) -> dict[str, Header]:
    """Return the headers of any call with the parent's credentials."""
    return {**ACCEPT, "Authorization": _authorization(connection)}


def read_call(path: str, connection: Connection) -> Call:
    """Return the read of *path* at the parent, with its credentials."""
    return Call("GET", connection.site.url + path, headers(connection))


def _authorization(connection: Connection) -> Scheme | ServiceAppGrant:
    """Return the value of the Authorization header: a token, or what will be exchanged for one."""
    from orgwizard.providers.okta.fields import ServiceApp
    from orgwizard.providers.okta.oauth import ServiceAppGrant

    given = connection.credentials
    if isinstance(given, ServiceApp):
        url, key_id = connection.site.url, given.key_id or ""
        return ServiceAppGrant(url, given.client_id, given.private_key, key_id, given.passphrase)
    return Scheme(getattr(given, "scheme", ""), getattr(given, "token", hidden("")))

"""The well-known document that an org at Okta serves to anybody: whether an org is there, and which."""

from collections.abc import Mapping

from orgwizard.domain.http import Call, Conversation, Reply, Response, together
from orgwizard.providers.messages import ACCEPT, table
from orgwizard.providers.okta.sites import base_domain, https_host


def metadata_call(origin_url: str) -> Call:
    """Return the read of the document at an org's origin; it needs no credentials."""
    return Call("GET", origin_url + "/.well-known/okta-organization", ACCEPT)


def read_metadata(origin_url: str) -> Conversation[Reply]:
    """Read the document at an org's origin and return the reply, whatever it is."""
    (reply,) = yield from together(metadata_call(origin_url))
    return reply


def metadata_in(reply: Reply | None) -> dict[str, object]:
    """Return the metadata of an org that exists, {} for every other reply or none."""
    return reply.json() if isinstance(reply, Response) and reply.status == 200 else {}


def is_free(reply: Reply | None) -> bool:
    """Return whether a look at a child's address proves that no org is there; a failed look or an odd page does not."""
    return isinstance(reply, Response) and reply.status == 404


def okta_domain(metadata: Mapping[str, object]) -> str:
    """Return the parent's own Okta host, where the metadata names one of a known base domain."""
    host = https_host(table(metadata, "_links").get("organization"))
    return host if base_domain(host) else ""

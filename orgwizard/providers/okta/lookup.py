"""The look-up after an unknown outcome: whether the wanted org exists now, and did not before."""

from collections.abc import Mapping

from orgwizard.domain.http import Conversation, Response
from orgwizard.domain.http_times import service_time
from orgwizard.providers.findings import CREATE_IF_MISSING, LookupResult, listed
from orgwizard.providers.messages import text
from orgwizard.providers.okta.metadata import is_free, metadata_in, read_metadata
from orgwizard.providers.okta.sites import child_origin
from orgwizard.providers.order import OrgIdentity


def find(wanted: OrgIdentity, before: Mapping[str, object]) -> Conversation[LookupResult]:
    """Read the wanted subdomain's well-known document and compare it with the one from before."""
    there = child_origin(str(before.get("domain") or wanted.site.host), wanted.subdomain)
    if not there:
        return _undecidable(wanted, "Could not check: the child's address cannot be derived from the parent's.")
    reply = yield from read_metadata(there)
    found, date = text(metadata_in(reply), "id"), service_time(reply) if isinstance(reply, Response) else None
    if doubt := _doubt(there, found, before):
        return _undecidable(wanted, doubt, date)
    if found:
        org = {"id": found, "url": there, "name": wanted.name}
        return LookupResult("exists", f"{there} now exists; it didn't before.", org, date)
    if is_free(reply):
        return LookupResult("absent", f"No org answers at {there}.", date=date)
    return LookupResult("unclear", f"Could not check {there}.", date=date)


def _undecidable(wanted: OrgIdentity, words: str, date: float | None = None) -> LookupResult:
    """Return that no look-up will ever tell, and where a person can see it."""
    advice = f"Look for the org in the Admin Console of {wanted.site.title}. {CREATE_IF_MISSING}"
    return LookupResult("unclear", words, date=date, may_change=False, advice=advice)


def _doubt(there: str, found: str, before: Mapping[str, object]) -> str:
    """Return why what answers at *there*, the org *found* or none, can never prove anything; "" if it can."""
    if not before.get("whole"):
        return f"{there} could not be checked before the request, so what answers there now proves nothing."
    if found in listed(before, "ours"):
        return f"The org at {there} was created by another attempt."
    if found and found in (before.get("parent_id"), before.get("child_id")):
        return f"{there} answered before the request too."
    return ""

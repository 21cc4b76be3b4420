"""The look-up after an unknown outcome: whether the wanted org is listed now, and was not before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orgwizard.domain.http import Conversation, Reply, Response, together
from orgwizard.providers.datadog import parent
from orgwizard.providers.datadog.listing import OrgList, same_name
from orgwizard.providers.findings import CREATE_IF_MISSING, LookupResult, listed
from orgwizard.providers.messages import status
from orgwizard.providers.order import OrgIdentity

if TYPE_CHECKING:
    from orgwizard.domain.forms.fields import Fields


def find(wanted: OrgIdentity, credentials: Fields | None, before: Mapping[str, object]) -> Conversation[LookupResult]:
    """List the children: only an id that was not there before, under the same parent, is the new org."""
    if credentials is None:
        return LookupResult("unclear", "The parent's credentials are required to check.", may_change=False)
    (reply,) = yield from together(parent.read_call(parent.ORGS, wanted.site, credentials))
    listing = OrgList(reply)
    if not (before.get("whole") and isinstance(before.get("ids"), list) and before.get("parent_id")):
        words = "Could not check: the list of child orgs from before the request was not read completely."
        advice = f"Look for the org in the org menu at {wanted.site.app_url}. {CREATE_IF_MISSING}"
        return LookupResult("unclear", words, may_change=False, advice=advice)
    if doubt := _why_never(reply, listing, before):
        return LookupResult("unclear", doubt, may_change=False)
    if not listing.whole:
        return LookupResult("unclear", "The list of child orgs could not be read completely.")
    fresh = [org for org in listing.children if org.id not in listed(before, "ids")]
    others = [org for org in fresh if org.public_id not in listed(before, "ours")]
    named = [org for org in others if same_name(org.name, wanted.name)]
    if len(named) > 1:
        words = f"{len(named)} new child orgs are called {wanted.name}."
        return LookupResult("unclear", words, date=listing.date)
    if named:
        org = {"id": named[0].public_id or named[0].id, "name": named[0].name, "url": wanted.site.app_url}
        return LookupResult("exists", f"A child org {wanted.name} now exists; it didn't before.", org, listing.date)
    if any(not org.name for org in others):
        return LookupResult("unclear", "A new child org is listed without its name.", date=listing.date)
    return LookupResult("absent", f"No new child org {wanted.name} is listed.", date=listing.date)


def _why_never(reply: Reply, listing: OrgList, before: Mapping[str, object]) -> str:
    """Return why these credentials can never prove anything beside the list from before; "" if they can."""
    if isinstance(reply, Response) and reply.status in (401, 403):
        return f"Datadog refused these keys ({status(reply)}), so the child orgs could not be listed."
    if listing.was_read and listing.current_id not in ("", before["parent_id"]):
        return "These keys belong to another parent org: the keys that sent the request are required to check."
    return ""

"""The list of child orgs as evidence: who is in it, and whether absence from it proves anything (GET /api/v2/org)."""

from collections.abc import Mapping
from typing import NamedTuple

from orgwizard.domain.http import Reply, Response
from orgwizard.domain.http_times import service_time
from orgwizard.domain.order_key import folded
from orgwizard.providers.messages import succeeded, table, text


class ListedOrg(NamedTuple):
    """An org as the list has it, with an id of the list's own; responses name it by its public id. "" is not told."""

    id: str
    public_id: str
    name: str
    created_at: str


class OrgList:
    """What a reply to the list of orgs shows: `current_id` is the org whose keys listed, "" if the list does not say.

    `was_read` says whether it is a list at all, `whole` whether it came to its end and has every org that it speaks
    of, so that absence from it counts; `date` is the service's own time in epoch seconds.
    """

    def __init__(self, reply: Reply) -> None:
        body = succeeded(reply)
        self.orgs = _orgs(body)
        self.current_id = text(table(body, "data"), "id")
        self.was_read = isinstance(body.get("included"), list)
        complete = isinstance(reply, Response) and reply.whole
        self.whole = complete and self.was_read and bool(self.current_id) and _has_every_org(body, self.orgs)
        self.date = service_time(reply) if isinstance(reply, Response) else None

    @property
    def current(self) -> ListedOrg | None:
        """Return the org whose keys listed, if it is in the list."""
        return next((org for org in self.orgs if org.id == self.current_id), None)

    @property
    def children(self) -> list[ListedOrg]:
        """Return the managed orgs, disabled ones included, without the current org itself."""
        return [org for org in self.orgs if org.id != self.current_id]


def same_name(one: str, other: str) -> bool:
    """Return whether two names are the same to a reader: composed alike, without regard to case, spaces and dashes."""
    return folded(one) == folded(other)


def _orgs(body: Mapping[str, object]) -> list[ListedOrg]:
    included = body.get("included")
    rows = [row for row in included if isinstance(row, dict)] if isinstance(included, list) else []
    names = ("public_id", "name", "created_at")
    return [ListedOrg(text(row, "id"), *(text(table(row, "attributes"), name) for name in names)) for row in rows]


def _has_every_org(body: Mapping[str, object], orgs: list[ListedOrg]) -> bool:
    ids, rows = [org.id for org in orgs], body["included"]
    every_row_read = isinstance(rows, list) and len(ids) == len(rows) and all(ids)
    return every_row_read and _managed_ids(body) <= set(ids) and not _goes_on(body)


def _managed_ids(body: Mapping[str, object]) -> set[str]:
    """Return the ids of the children that the list refers to."""
    references = table(table(table(body, "data"), "relationships"), "managed_orgs").get("data")
    return {text(row, "id") for row in references if isinstance(row, dict)} if isinstance(references, list) else set()


def _goes_on(body: Mapping[str, object]) -> bool:
    """Return whether there are further pages; none are documented, which is no promise."""
    meta = table(body, "meta")
    pages = (table(body, "links"), meta, table(meta, "page"), table(meta, "pagination"))
    cursors = ("next", "after", "next_cursor", "next_offset", "has_more")
    return any(page.get(name) for page in pages for name in cursors)

"""Okta: the Org Creator API (POST /api/v1/orgs), a module for each conversation with it.

Sources: Okta's OpenAPI document 2026.06, developer.okta.com and help.okta.com.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused
from orgwizard.domain.handoff import ChildOrg, Handoff
from orgwizard.domain.http import Conversation, Response
from orgwizard.domain.org import Site
from orgwizard.providers.aftercare import Aftercare
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import LookupResult
from orgwizard.providers.okta import (
    corrections,
    creation,
    lookup,
    oauth_errors,
    preflight,
    rate_limit,
    readiness,
    refusals,
    sites,
)
from orgwizard.providers.okta.facts import OktaFacts
from orgwizard.providers.order import OrgIdentity

if TYPE_CHECKING:
    from orgwizard.domain.forms.fields import Fields
    from orgwizard.providers.okta.administrator_fields import OktaAdministrator
    from orgwizard.providers.okta.fields import OktaOrganization

# The first screen needs the site alone: the models, OAuth and other large modules are imported where they are used.


class Okta(OktaFacts, Provider):
    """Okta's Org Creator API."""

    site_correction = staticmethod(corrections.org_url)
    site_in = staticmethod(sites.site_in)
    check = staticmethod(preflight.check)
    name_free = staticmethod(preflight.name_free)
    request = staticmethod(creation.request)
    created = staticmethod(creation.created)
    asks_for_proof = staticmethod(oauth_errors.asks_for_proof)
    wait_after = staticmethod(rate_limit.wait_after)
    ready = staticmethod(readiness.ready)
    next_steps = staticmethod(readiness.next_steps)
    access = staticmethod(readiness.access)

    @property
    def codes(self) -> Mapping[str, ErrorCode]:
        """Return Okta's error codes, those of its token endpoint, and what a bare HTTP status means."""
        return refusals.error_codes()

    @property
    def methods(self) -> Mapping[str, type[Fields]]:
        """Return three ways to connect."""
        from orgwizard.providers.okta.fields import METHODS

        return METHODS

    @property
    def organization(self) -> type[OktaOrganization]:
        """Return the model of the child org."""
        from orgwizard.providers.okta.fields import OktaOrganization

        return OktaOrganization

    @property
    def administrator(self) -> type[OktaAdministrator]:
        """Return the model of its first super admin."""
        from orgwizard.providers.okta.administrator_fields import OktaAdministrator

        return OktaAdministrator

    def site(self, typed: str) -> Site:
        """Accept a host or URL; turn an -admin host into the plain one; ask about a custom domain."""
        return sites.site_of(typed, self.site_example)

    def child_key(self, wanted: OrgIdentity) -> str:
        """Return the subdomain: Okta's names may repeat."""
        return wanted.subdomain.strip().casefold()

    def parent_names(self, site: Site, credentials: Fields | None, before: Mapping[str, object]) -> frozenset[str]:  # noqa: ARG002 - a host names the parent
        """Return the parent's hosts, its own and Okta's, and its org id."""
        hosts = {f"host {host.casefold()}" for host in (site.host, str(before.get("domain") or "")) if host}
        return frozenset(hosts | ({f"id {before['parent_id']}"} if before.get("parent_id") else set()))

    def refused(self, response: Response, credentials: Fields | None = None) -> Refused:  # noqa: ARG002 - it says what it means
        """Return what an error means, by its code."""
        return refusals.refusal(response)

    def is_refusal(self, response: Response) -> bool:
        """Count read-only mode, which Okta reports as 503, as a refusal too."""
        return refusals.is_read_only(response) or super().is_refusal(response)

    def says_taken(self, response: Response) -> bool:
        """Count a subdomain that exists, and one that another request holds: either may be by our own request."""
        return super().says_taken(response) or refusals.is_taken(response)

    def find(
        self,
        wanted: OrgIdentity,
        credentials: Fields | None,  # noqa: ARG002 - anybody may read it
        before: Mapping[str, object],
    ) -> Conversation[LookupResult]:
        """Read the wanted subdomain's well-known document and compare it with the one from before."""
        return lookup.find(wanted, before)

    def handoff(self, org: ChildOrg) -> Handoff:
        """Return what Okta's tools read; raises `BadInput` where the profile does not know the org's URL."""
        from orgwizard.providers.okta.handoff import handoff

        return handoff(org)

    def snippets(self, org: ChildOrg, *, create: bool = False) -> Mapping[str, str]:
        """Return programs that read the org's settings, or create an org."""
        from orgwizard.providers.okta.snippets import snippets

        return snippets(org, create=create)

    @property
    def aftercare(self) -> Aftercare:
        """Return what can be done with a child's keys later."""
        from orgwizard.providers.okta.aftercare import OktaAftercare

        return OktaAftercare()

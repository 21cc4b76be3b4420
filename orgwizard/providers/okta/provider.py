"""Okta: the Org Creator API (POST /api/v1/orgs), a module for each conversation with it.

Sources: Okta's OpenAPI document 2026.06, developer.okta.com and help.okta.com.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused
from orgwizard.domain.forms.questions import Suggestion
from orgwizard.domain.handoff import ChildOrg, Handoff
from orgwizard.domain.http import Call, Conversation, Response
from orgwizard.domain.org import Created, Site
from orgwizard.providers.aftercare import Aftercare
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding, LookupResult, Preflight, Readiness
from orgwizard.providers.okta import creation, lookup, oauth_errors, preflight, readiness, refusals, sites
from orgwizard.providers.okta.corrections import org_url
from orgwizard.providers.okta.facts import OktaFacts
from orgwizard.providers.okta.rate_limit import wait_after
from orgwizard.providers.order import Connection, Order, OrgIdentity

if TYPE_CHECKING:
    from orgwizard.domain.forms.fields import Fields
    from orgwizard.providers.okta.administrator_fields import OktaAdministrator
    from orgwizard.providers.okta.fields import OktaOrganization

# The first screen needs the site alone: the models, OAuth and other large modules are imported where they are used.


class Okta(OktaFacts, Provider):
    """Okta's Org Creator API."""

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

    def site_correction(self, typed: str) -> str:
        """Return the host of the org that a single label, or a misspelt address, stands for."""
        return org_url(typed)

    def site_in(self, environ: Mapping[str, str]) -> Suggestion | None:
        """Return the parent from the variables of Okta's SDKs, else of Terraform's provider."""
        return sites.site_in(environ)

    def child_key(self, wanted: OrgIdentity) -> str:
        """Return the subdomain: Okta's names may repeat."""
        return wanted.subdomain.strip().casefold()

    def parent_names(self, site: Site, credentials: Fields | None, before: Mapping[str, object]) -> frozenset[str]:  # noqa: ARG002 - a host names the parent
        """Return the parent's hosts, its own and Okta's, and its org id."""
        hosts = {f"host {host.casefold()}" for host in (site.host, str(before.get("domain") or "")) if host}
        return frozenset(hosts | ({f"id {before['parent_id']}"} if before.get("parent_id") else set()))

    def check(self, connection: Connection, organization: Fields | None = None) -> Conversation[Preflight]:
        """Read the parent's well-known document, its settings, the token's owner and the wanted name."""
        return preflight.check(connection, organization)

    def name_free(self, connection: Connection, checked: Preflight, organization: Fields) -> Conversation[Finding]:
        """Read the wanted subdomain's well-known document, which needs no credentials."""
        return preflight.name_free(connection, checked, organization)

    def request(self, order: Order) -> Call:
        """Build POST /api/v1/orgs (operation createChildOrg)."""
        return creation.request(order)

    def created(self, wanted: OrgIdentity, response: Response, domain: str = "") -> Created:
        """Read id, address and token."""
        return creation.created(wanted, response, domain)

    def refused(self, response: Response, credentials: Fields | None = None) -> Refused:  # noqa: ARG002 - it says what it means
        """Return what an error means, by its code."""
        return refusals.refusal(response)

    def is_refusal(self, response: Response) -> bool:
        """Count read-only mode, which Okta reports as 503, as a refusal too."""
        return refusals.is_read_only(response) or super().is_refusal(response)

    def says_taken(self, response: Response) -> bool:
        """Count a subdomain that exists, and one that another request holds: either may be by our own request."""
        return super().says_taken(response) or refusals.is_taken(response)

    def asks_for_proof(self, response: Response) -> bool:
        """Return whether the API only wants a proof with a nonce of its own (RFC 9449 section 9)."""
        return oauth_errors.asks_for_proof(response)

    def wait_after(self, response: Response, now: float) -> float | None:
        """Return what Okta's headers say, which name an absolute time by its own clock."""
        return wait_after(response, now)

    def find(
        self,
        wanted: OrgIdentity,
        credentials: Fields | None,  # noqa: ARG002 - anybody may read it
        before: Mapping[str, object],
    ) -> Conversation[LookupResult]:
        """Read the wanted subdomain's well-known document and compare it with the one from before."""
        return lookup.find(wanted, before)

    def ready(self, site: Site, created: Created) -> Conversation[Readiness]:
        """Ask the child for its well-known document, then for its settings with the new token."""
        return readiness.ready(site, created)

    def next_steps(self, created: Created) -> tuple[str, ...]:
        """Return how to sign in, and for how long the token lives."""
        return readiness.next_steps(created)

    def access(self, created: Created, *, has_password: bool | None) -> Mapping[str, str]:
        """Return who becomes admin of a new Okta org, and until when its keys are valid."""
        return readiness.access(created, has_password=has_password)

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

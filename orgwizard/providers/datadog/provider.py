"""Datadog: create child org (POST /api/v1/org), a module for each conversation with it.

Sources: the OpenAPI documents of Datadog's official clients and docs.datadoghq.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused, WizardError
from orgwizard.domain.forms.questions import Suggestion
from orgwizard.domain.handoff import ChildOrg, Handoff
from orgwizard.domain.http import Conversation, Response
from orgwizard.domain.http_times import longest, number, retry_after
from orgwizard.domain.order_key import KEY, PLACE
from orgwizard.domain.org import Created, Site
from orgwizard.providers.aftercare import Aftercare
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog import creation, lookup, preflight, readiness
from orgwizard.providers.datadog.facts import DatadogFacts
from orgwizard.providers.datadog.parent import is_token
from orgwizard.providers.datadog.refusals import CODES, refusal
from orgwizard.providers.datadog.sites import SITES, site_meant, site_of
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import Connection, OrgIdentity

if TYPE_CHECKING:
    from orgwizard.domain.forms.fields import Fields
    from orgwizard.providers.datadog.fields import DatadogOrganization

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Datadog(DatadogFacts, Provider):
    """Datadog's create child org."""

    site_correction = staticmethod(site_meant)
    check = staticmethod(preflight.check)
    elsewhere = staticmethod(preflight.elsewhere)
    request = staticmethod(creation.request)
    find = staticmethod(lookup.find)
    ready = staticmethod(readiness.ready)
    next_steps = staticmethod(readiness.next_steps)

    @property
    def codes(self) -> Mapping[str, ErrorCode]:
        """Return what an HTTP status means: Datadog has no codes of its own."""
        return {f"HTTP {status}": known for status, known in CODES.items()}

    @property
    def methods(self) -> Mapping[str, type[Fields]]:
        """Return two ways to connect."""
        from orgwizard.providers.datadog.fields import METHODS

        return METHODS

    @property
    def organization(self) -> type[DatadogOrganization]:
        """Return the model of the child org."""
        from orgwizard.providers.datadog.fields import DatadogOrganization

        return DatadogOrganization

    def site(self, typed: str) -> Site:
        """Accept a site's key or name, its API, app or an org's URL, or another API URL after a question."""
        return site_of(typed, self.site_example)

    def site_in(self, environ: Mapping[str, str]) -> Suggestion | None:
        """Return the site that is set beside the keys: `DATADOG_SITE` belongs to `DATADOG_API_KEY`."""
        older = bool(environ.get("DATADOG_API_KEY")) and not environ.get("DD_API_KEY")
        names = sorted(self.site_env, key=lambda name: name.startswith("DATADOG_") != older)
        name = next((name for name in names if environ.get(name)), "")
        return Suggestion(environ[name], f"from ${name}") if name else None

    def parent_names(self, site: Site, credentials: Fields | None, before: Mapping[str, object]) -> frozenset[str]:
        """Return the site, the API key or token, which belongs to one org, and the ids of that org once they were read.

        A UUID names it wherever it is reached: at its site, or through a host of the company's own.
        """
        key = getattr(credentials, "api_key", None) or getattr(credentials, "token", None)
        listed = str(before.get("parent_id") or "")
        secret = None if key is None else key.get_secret_value()
        names = {KEY: secret, "id": before.get("parent_public_id"), "listed": listed}
        found = {f"{kind} {site.key} {name}" for kind, name in names.items() if name}
        anywhere = {f"uuid {listed.lower()}"} if _UUID.fullmatch(listed) else set()
        return frozenset(found | anywhere | {f"{PLACE} {site.key}"})

    def name_free(self, connection: Connection, checked: Preflight, organization: Fields) -> Conversation[Finding]:  # noqa: ARG002 - the list says it all
        """List the children: a name may be given twice, so one that has it is a warning."""
        return preflight.name_free(connection, organization)

    def of_another_site(self, refused: WizardError) -> bool:
        """Return whether the API key, or the token, is what was refused: each belongs to one site."""
        return refused.field in ("credentials.api_key", "credentials.token")

    def created(self, wanted: OrgIdentity, response: Response, domain: str = "") -> Created:  # noqa: ARG002 - one address per site
        """Read org and keys."""
        return creation.created(wanted, response)

    def refused(self, response: Response, credentials: Fields | None = None) -> Refused:
        """Return what an error of the create call means."""
        return refusal(response, token=is_token(credentials))

    def wait_after(self, response: Response, now: float) -> float | None:
        """Return the longer of Retry-After and X-RateLimit-Reset, which Datadog gives in seconds from now."""
        return longest(number(response.headers.get("x-ratelimit-reset", "")), retry_after(response, now))

    def access(self, created: Created, *, has_password: bool | None) -> Mapping[str, str]:  # noqa: ARG002 - Datadog takes none
        """Return who becomes admin of a new Datadog org, and until when its keys are valid."""
        return readiness.access(created)

    def handoff(self, org: ChildOrg) -> Handoff:
        """Return what Datadog's tools read."""
        from orgwizard.providers.datadog.handoff import handoff

        return handoff(org, [site.key for site in SITES])

    def snippets(self, org: ChildOrg, *, create: bool = False) -> Mapping[str, str]:
        """Return programs that list the org of the keys, or create an org."""
        from orgwizard.providers.datadog.snippets import snippets

        return snippets(org, [site.key for site in SITES], create=create)

    @property
    def aftercare(self) -> Aftercare:
        """Return what can be done with a child's keys later."""
        from orgwizard.providers.datadog.aftercare import DatadogAftercare

        return DatadogAftercare()

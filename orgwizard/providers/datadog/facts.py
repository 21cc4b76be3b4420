"""What is known of Datadog without asking it.

Sources: the OpenAPI documents of Datadog's official clients and docs.datadoghq.com.
"""

from collections.abc import Mapping
from typing import ClassVar

from orgwizard.providers.datadog import shapes
from orgwizard.providers.datadog.sites import SITES
from orgwizard.providers.facts import VendorFacts


class DatadogFacts(VendorFacts):
    """Datadog's words, its sites, and where its own tools keep their settings."""

    key = "datadog"
    title = "Datadog"
    needs = (
        "The multi-organization feature, enabled for the parent org by Datadog Support.",
        "The parent's API key, and an application key (or access token) of a user with the Org Management permission.",
        "A name of up to 32 characters.",
    )
    administrator_note = (
        "Nothing to enter: the application key's owner becomes admin of the child org.",
        "If the parent enforces SAML: the child org does not inherit it, and an admin without a password is "
        "locked out of the child until you set a password login override. Check this before creating.",
        "If the owner may leave the company, use a service account's application key.",
    )
    remaining_header = "x-ratelimit-remaining"
    irreversible = "A child org can't be deleted through the API, and its keys are issued only once."
    secret_titles: ClassVar[Mapping[str, str]] = {
        "api_key": "API key of the child org",
        "application_key": "Application key of the child org",
    }
    sites = SITES
    site_title = "Site"
    site_help = "The child org is created on the parent's site."
    site_example = "datadoghq.eu"
    keys_in_body = r'"(?:api_key|application_key)"\s*:\s*{[^{}]*"(?:key|hash)"\s*:\s*"[^"*]'
    # Classic keys in hexadecimal, and those with a prefix that tells their kind.
    secret_shapes = (
        r"\b(?:[0-9a-f]{32}(?:[0-9a-f]{8})?|[0-9A-F]{32}(?:[0-9A-F]{8})?)\b",
        r"\bdd(?:app|ap|pat|sat)_[A-Za-z0-9_]{20,}\b",
    )
    credential_shapes = shapes.SHAPES
    env_prefixes = ("DD_", "DATADOG_")
    site_env = ("DD_SITE", "DD_HOST", "DATADOG_SITE", "DATADOG_HOST")
    first_methods = ("token",)
    files = ("~/.dogrc",)
    site_keys = ("Connection.api_host",)

"""What is known of Okta without asking it.

Sources: Okta's OpenAPI document 2026.06, the configuration of its SDKs and of Terraform's provider.
"""

from collections.abc import Mapping
from typing import ClassVar

from orgwizard.providers.facts import VendorFacts
from orgwizard.providers.okta import shapes


class OktaFacts(VendorFacts):
    """Okta's words, and where its own tools keep their settings."""

    key = "okta"
    title = "Okta"
    needs = (
        "For the parent org: the product Platform - Multi-org Deployment, and Org Creator enabled by Okta Support.",
        "A super admin's API token, or a service app or access token with the scope okta.orgs.manage.",
        "Name, subdomain and the first administrator of the child org.",
    )
    name_field = "subdomain"
    administrator_note = ("The first super admin. Without a password, they set one at first sign-in.",)
    remaining_header = "x-rate-limit-remaining"
    irreversible = "A child org can't be deleted through the API, and its token is issued only once."
    secret_titles: ClassVar[Mapping[str, str]] = {"token": "API token of the child org"}
    site_title = "Parent org URL"
    site_help = "The address you sign in at."
    site_example = "acme.okta.com"
    keys_in_body = r'"token"\s*:\s*"[^"*]'
    secret_shapes = (r"\b00[\w-]{40}\b",)
    credential_shapes = shapes.SHAPES
    id_shapes = (shapes.ID,)
    auth_schemes = ("SSWS",)
    env_prefixes = ("OKTA_",)
    site_env = ("OKTA_CLIENT_ORGURL", "{OKTA_ORG_NAME}.{OKTA_BASE_URL}")
    files: ClassVar[tuple[str, ...]] = ("okta.yaml", ".okta.yaml", "~/.okta/okta.yaml")
    site_keys = ("okta.client.orgUrl",)
    method_env = ("OKTA_CLIENT_AUTHORIZATIONMODE",)
    method_keys = ("okta.client.authorizationMode",)
    method_names: ClassVar[Mapping[str, str]] = {
        "ssws": "api-token",
        "bearer": "access-token",
        "privatekey": "service-app",
    }
    finds_with_credentials = False
    settle_seconds = 30  # "Wait at least 30 seconds", says the description of createChildOrg

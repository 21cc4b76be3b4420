"""What Okta's clients, its Terraform provider and their settings file read about an org."""

from urllib.parse import urlsplit

from orgwizard.domain.errors import BadInput
from orgwizard.domain.handoff import ChildOrg, Handoff, Key, Variables

_TOKEN = Key("token")
# Variables by which a client would connect in another way, or to another org.
RIVALS = frozenset(
    (
        *(f"OKTA_CLIENT_{name}" for name in ("AUTHORIZATIONMODE", "CLIENTID", "PRIVATEKEY", "SCOPES", "DPOPENABLED")),
        *(f"OKTA_API_{name}" for name in ("CLIENT_ID", "PRIVATE_KEY", "PRIVATE_KEY_ID", "SCOPES", "TOKEN")),
        *("OKTA_ACCESS_TOKEN", "OKTA_ORG_NAME", "OKTA_BASE_URL"),
    )
)


def handoff(org: ChildOrg) -> Handoff:
    """Return what the tools read; raises `BadInput` where the profile does not know the org's URL.

    Sources: the configuration of Okta's SDKs, and of Terraform's provider.
    """
    if not org.url:
        raise BadInput(
            f"The profile {org.profile} has no URL of the org.",
            'Add it to the profile\'s file: url = "https://..." under [org].',
            meaning="Nothing was done.",
        )
    terraform = _terraform(org.url)
    return Handoff(
        variables={"OKTA_CLIENT_ORGURL": org.url, "OKTA_CLIENT_TOKEN": _TOKEN},
        terraform=terraform,
        tfvars={name.lower(): value for name, value in terraform.items()},
        files={
            "okta.yaml": {"okta.client": {"orgUrl": org.url, "authorizationMode": "SSWS", "token": _TOKEN}},
        },
        rivals=RIVALS - terraform.keys(),
    )


def _terraform(url: str) -> Variables:
    """Return the provider's variables; it knows an org as a name below a base domain, and HTTPS only."""
    parts = urlsplit(url)
    name, _, base = parts.netloc.partition(".")
    if parts.scheme != "https" or not base:
        return {}
    return {"OKTA_ORG_NAME": name, "OKTA_BASE_URL": base, "OKTA_API_TOKEN": _TOKEN}

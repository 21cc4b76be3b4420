"""What Datadog's clients, its Terraform provider and their settings file read about an org."""

from collections.abc import Collection

from orgwizard.domain.handoff import ChildOrg, Handoff, Key

_API_KEY, _APP_KEY = Key("api_key"), Key("application_key")
# Variables that some tools read before ours, or that name another org or host.
RIVALS = frozenset(
    (
        *(f"DATADOG_{name}" for name in ("API_KEY", "APP_KEY", "HOST", "SITE", "BEARER_TOKEN")),
        *("DD_BEARER_TOKEN", "DD_ACCESS_TOKEN", "DD_PAT", "DD_SAT", "DD_ORG_UUID", "DD_SITE", "DD_HOST"),
    )
)


def handoff(org: ChildOrg, listed: Collection[str]) -> Handoff:
    """Return what the tools read; *listed* are the sites that the clients take as DD_SITE.

    Any other host is told as DD_HOST alone. Sources: the clients, the Terraform provider, and datadogpy for ~/.dogrc.
    """
    keys = {"DD_API_KEY": _API_KEY, "DD_APP_KEY": _APP_KEY}
    host = {"DD_HOST": org.site.url}
    place = {"DD_SITE": org.site.key} if org.site.key in listed else host
    return Handoff(
        variables={**keys, **place},
        terraform={**keys, **host},
        tfvars={"datadog_api_key": _API_KEY, "datadog_app_key": _APP_KEY, "datadog_api_url": org.site.url},
        files={".dogrc": {"Connection": {"apikey": _API_KEY, "appkey": _APP_KEY, "api_host": org.site.url}}},
        rivals=RIVALS - place.keys(),
    )

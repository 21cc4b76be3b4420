"""What both faces say of a site that belongs to another service."""

from orgwizard.domain.address import is_loopback
from orgwizard.domain.errors import BadInput
from orgwizard.providers import PROVIDERS
from orgwizard.providers.contract import Provider


def other_vendor(provider: Provider, typed: str) -> str:
    """Return a sentence if *typed* is surely a site of another service than *provider*, else ""."""
    other = next((other for other in PROVIDERS if other is not provider and _is_site(other, typed)), None)
    return f"That is {other.title}. Choose it as the provider." if other else ""


def _is_site(provider: Provider, typed: str) -> bool:
    try:
        site = provider.site(typed)
    except BadInput:
        return False
    return not site.question and not is_loopback(site.host.partition(":")[0])

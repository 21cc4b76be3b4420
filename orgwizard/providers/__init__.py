"""The services that orgwizard knows. A further one is a folder beside these and a line here."""

from orgwizard.domain.errors import BadInput
from orgwizard.domain.redactor import REDACTOR
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.okta.provider import Okta

PROVIDERS: tuple[Provider, ...] = (Okta(), Datadog())
REDACTOR.recognise(*(shape for provider in PROVIDERS for shape in provider.secret_shapes))


def provider_of(key: str) -> Provider:
    """Return the provider with *key*; raises `BadInput` where there is none."""
    for provider in PROVIDERS:
        if provider.key == key:
            return provider
    known = ", ".join(f'"{provider.key}"' for provider in PROVIDERS)
    raise BadInput(f"There is no provider {REDACTOR.nameable(key)!r}. Known: {known}.", field="provider")

"""The supported services. A new one is a folder beside these and a line here."""

from dataclasses import replace
from urllib.parse import urlsplit

from orgwizard.domain.address import has_path, is_loopback
from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.questions import LONGEST_MEANT, nearest, with_suggestion
from orgwizard.domain.org import Site
from orgwizard.domain.secrets import credential_shapes
from orgwizard.domain.secrets.redactor import REDACTOR, is_like_token
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.okta.provider import Okta

PROVIDERS: tuple[Provider, ...] = (Okta(), Datadog())
PATH_REMOVED = "Removed: the path after the host name."
for each in PROVIDERS:
    REDACTOR.recognise(*each.secret_shapes)
    credential_shapes.learn(each.credential_shapes, ids=each.id_shapes, schemes=each.auth_schemes)


def provider_of(key: str) -> Provider:
    """Return the provider with *key*; raises `BadInput` where there is none."""
    for provider in PROVIDERS:
        if provider.key == key:
            return provider
    known = ", ".join(f'"{provider.key}"' for provider in PROVIDERS)
    words = f"Unknown provider: {REDACTOR.nameable(key)}. Known: {known}."
    raise BadInput(with_suggestion(words, nearest(key, [provider.key for provider in PROVIDERS])), field="provider")


def site_at(provider: Provider, typed: str) -> Site:
    """Return the site of *provider* that *typed* names; raises `BadInput`, also for a site of another service."""
    try:
        site = provider.site(typed)
    except BadInput:
        _refuse_other_vendor(provider, typed)
        raise
    if site.question:
        _refuse_other_vendor(provider, typed)
    return replace(site, notice=PATH_REMOVED) if has_path(typed) and not site.notice else site


def site_meant(provider: Provider, typed: str) -> str:
    """Return the site most likely meant by one that is nearly right, or ""; nothing of what may be a secret."""
    if len(typed) > LONGEST_MEANT or is_like_token(typed) or REDACTOR.is_secret(typed) or other_vendor(provider, typed):
        return ""
    return provider.site_correction(typed)


def _refuse_other_vendor(provider: Provider, typed: str) -> None:
    if other := other_vendor(provider, typed):
        raise BadInput(f"That is {other.title}.", "Choose it as the provider.", field="site") from None


def other_vendor(provider: Provider, typed: str) -> Provider | None:
    """Return the provider whose site *typed* surely is, where that is another one than *provider*."""
    return next((other for other in PROVIDERS if other is not provider and _is_site(other, typed)), None)


def _is_site(provider: Provider, typed: str) -> bool:
    """Return whether *typed* is surely a site of *provider*: one that it asks nothing about."""
    try:
        site = provider.site(typed)
    except BadInput:
        return False
    return not site.question and not is_loopback(urlsplit(site.url).hostname or "")

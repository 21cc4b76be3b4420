"""The parents that saved profiles lead to: one row for each parent and connection, told apart by how they connect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orgwizard.domain.errors import BadInput
from orgwizard.providers import PROVIDERS, provider_of

if TYPE_CHECKING:
    from orgwizard.storage.profiles import Profile

NOT_SAVED = "secrets not saved"


def one_per_parent(profiles: Sequence[Profile]) -> list[Profile]:
    """Return one profile of each parent, that of the parent org itself if there is one, else the newest."""
    newest = sorted(profiles, key=lambda profile: (profile.kind == "parent", profile.created), reverse=True)
    found: dict[tuple[str, ...], Profile] = {}
    for profile in newest:
        found.setdefault(_parent_of(profile), profile)
    return list(found.values())


def words_of(profiles: Sequence[Profile]) -> list[str]:
    """Return a row for each profile; those of one site say how they differ, and the profile's name if need be."""
    rows = [_words(one, _difference(one, _others(one, profiles))) for one in profiles]
    alike = Counter(rows)
    return [f"{row} ({one.name})" if alike[row] > 1 else row for row, one in zip(rows, profiles, strict=True)]


def host(site: str) -> str:
    """Return a site without what every URL begins with."""
    return site.removeprefix("https://").rstrip("/")


def _parent_of(profile: Profile) -> tuple[str, ...]:
    """Return what tells a parent from others: its own address, or where many share one, how to connect to it."""
    if profile.provider not in (provider.key for provider in PROVIDERS if provider.sites):
        return profile.provider, profile.site
    sources = (f"{name} {reference.describe()}" for name, reference in sorted(profile.parent.items()))
    return profile.provider, profile.site, profile.method, *sources


def _words(profile: Profile, connection: str) -> str:
    where = host(profile.site)
    if profile.kind == "parent":
        return f"New child of {profile.org.name} ({'; '.join(filter(None, (where, connection)))})"
    same = f"same connection as {profile.org.name}"
    return f"New child of {where} ({': '.join(filter(None, (same, connection)))})"


def _others(profile: Profile, profiles: Sequence[Profile]) -> list[Profile]:
    """Return the other profiles of its site."""
    site = (profile.provider, profile.site)
    return [one for one in profiles if one is not profile and (one.provider, one.site) == site]


def _difference(profile: Profile, others: Sequence[Profile]) -> str:
    """Return in what the connection of a profile differs from others: the method, or where its secrets are from."""
    method = _method(profile) if any(one.method != profile.method for one in others) else ""
    alike = any(one.method == profile.method for one in others)
    sources = _sources(profile) if alike else ""
    return ", ".join(filter(None, (method, sources)))


def _sources(profile: Profile) -> str:
    places = dict.fromkeys(source.describe().removeprefix("from ") for _, source in sorted(profile.parent.items()))
    return f"from {', '.join(places)}" if places else NOT_SAVED


def _method(profile: Profile) -> str:
    """Return the title of the method, or its name where the provider does not have it any more."""
    from orgwizard.domain.forms.field_questions import method_titles  # its rules are loaded after the first screen

    try:
        titles = method_titles(provider_of(profile.provider).methods)
    except BadInput:  # a profile of a later version
        titles = {}
    return titles.get(profile.method, profile.method)

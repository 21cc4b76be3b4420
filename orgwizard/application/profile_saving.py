"""Profiles of what was created and of what one connects to: references only, never a secret."""

from datetime import datetime
from typing import TypedDict

from orgwizard.application import administrators
from orgwizard.application.order_builder import recalled
from orgwizard.domain.clock import Clock
from orgwizard.domain.events import Result
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.order import Connection, OrgIdentity
from orgwizard.storage.parent_access import ParentAccess
from orgwizard.storage.profiles import Org, Profile, Profiles


class ProfileSaver:
    """Saves an org or a connection once, whoever saves it again."""

    def __init__(self, profiles: Profiles, clock: Clock) -> None:
        self._profiles, self._clock = profiles, clock

    def save_child(self, wanted: OrgIdentity, access: ParentAccess, result: Result) -> str:
        """Save a profile of the org that a result tells of, and return its name; raises `LocalFailure`.

        *access* is how its parent is connected.
        """
        created = result.org
        assert created is not None  # noqa: S101 - a profile is saved only after the org exists
        profile = Profile(
            name=f"{result.provider}-{wanted.subdomain or created.name}",
            provider=result.provider,
            site=result.site,
            org=Org(id=created.id, name=created.name, url=created.url),
            created=self._clock.wall(),
            attempt=result.attempt,
            details={**created.details, **administrators.details(wanted.person)},
            secrets=dict(result.sources),
            **_access_members(provider_of(result.provider), access),
        )
        saved = (p.name for p in self._profiles.alike(profile) if (p.kind, p.attempt) == ("child", result.attempt))
        return next(saved, "") or self._profiles.save(profile).name  # a run that was cut short may have saved it

    def save_parent(self, provider: Provider, connected: Connection, parent: str) -> str:
        """Save how to connect to the parent org named *parent*, references only, and return the profile's name.

        A typed secret is not in it and asked for again. The same connection is saved once. Raises `LocalFailure`.
        """
        profile = self._parent(provider, connected, parent)
        found = self._same(profile)
        return found.name if found else self._profiles.save(profile).name

    def knows_parent(self, provider: Provider, connected: Connection, parent: str) -> bool:
        """Return whether `save_parent` would find what it saves there already."""
        return self._same(self._parent(provider, connected, parent)) is not None

    def _parent(self, provider: Provider, connected: Connection, parent: str) -> Profile:
        site = connected.site
        return Profile(
            name=f"{provider.key}-{parent}",
            provider=provider.key,
            site=site.key,
            kind="parent",
            org=Org(id="", name=parent, url=site.app_url or site.url),
            created=self._clock.wall(),
            **_access_members(provider, access_of(connected)),
        )

    def _same(self, profile: Profile) -> Profile | None:
        same = (p for p in self._profiles.all()[0] if _without_label(p) == _without_label(profile))
        return next(same, None)


def access_of(connected: Connection) -> ParentAccess:
    """Return how a parent is connected, without its secrets."""
    return ParentAccess(connected.method, dict(connected.sources))


class _AccessMembers(TypedDict):
    method: str
    parent: dict[str, Reference]
    answers: dict[str, str]


def _access_members(provider: Provider, access: ParentAccess) -> _AccessMembers:
    """Return the members of a profile that say how a parent is connected, as far as the provider has such fields."""
    known = recalled(provider.methods[access.method], access.sources) if access.method in provider.methods else {}
    return {
        "method": access.method,
        "parent": {name: value for name, value in known.items() if isinstance(value, Reference)},
        "answers": {name: value for name, value in known.items() if isinstance(value, str)},
    }


def _without_label(profile: Profile) -> Profile:
    """Return a profile without its name and date."""
    return profile.model_copy(update={"name": "", "created": datetime.min})

"""The pretend Datadog's sites and orgs, and which of them a pair of keys stands for."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import scenarios
from orgwizard.sandbox.ids import CHILD_KEY, HEX, IdFactory

# API host -> app host: the nine sites of the v1 `servers` list and of the reference pages.
SITES: Mapping[str, str] = {
    "api.datadoghq.com": "app.datadoghq.com",
    "api.us3.datadoghq.com": "us3.datadoghq.com",
    "api.us5.datadoghq.com": "us5.datadoghq.com",
    "api.datadoghq.eu": "app.datadoghq.eu",
    "api.ap1.datadoghq.com": "ap1.datadoghq.com",
    "api.ap2.datadoghq.com": "ap2.datadoghq.com",
    "api.uk1.datadoghq.com": "uk1.datadoghq.com",
    "api.ddog-gov.com": "app.ddog-gov.com",
    "api.us2.ddog-gov.com": "us2.ddog-gov.com",
}
KEYS_SETTLE_SECONDS = 5.0
AGE = timedelta(days=400)
# The classic shapes, and the longer ones with a prefix that tells their kind.
_API_KEY = re.compile(r"[0-9A-Za-z]{32}|ddapi_[0-9A-Za-z_]{16,}")
_APPLICATION_KEY = re.compile(r"[0-9A-Za-z]{40}|dd(app|pat|sat)_[0-9A-Za-z_]{16,}")
_TOKEN = re.compile(r"dd[ps]at_[0-9A-Za-z_]{16,}")
_PERMISSION_WORDS = ("forbidden", "noperm", "nocreate", "outage")


@dataclass(frozen=True)
class Org:
    """An org; `id` is its UUID in v2, `public_id` its name in v1, `born` the world's time of creation.

    Its keys work `keys_after` seconds after its birth, and its parent lists it `listed_after` seconds after.
    """

    id: str
    public_id: str
    name: str
    created: datetime
    app_url: str
    parent: bool = False
    plan: str = "pro"
    api_key: str = field(default="", repr=False)
    application_key: str = field(default="", repr=False)
    born: float = -math.inf
    keys_after: float = KEYS_SETTLE_SECONDS
    listed_after: float = KEYS_SETTLE_SECONDS


class Site:
    """One of Datadog's sites: a parent and its children, who share nothing with other sites."""

    def __init__(self, clock: Clock, ids: IdFactory, host: str) -> None:
        """Start with a parent and one child called "Existing Child"."""
        self._clock, self._ids = clock, ids
        self.app_url = f"https://{SITES.get(host, host)}"
        self.parent = self._org("Sandbox Parent", parent=True)
        self.children = [self._org("Existing Child")]

    def add_child(self, name: str, plan: str, key_lengths: tuple[int, int], keys_after: float) -> Org:
        """Make a child with an API key and an application key of these lengths."""
        api_key, application_key = (self._ids.secret(CHILD_KEY, length, HEX) for length in key_lengths)
        child = replace(
            self._org(name),
            created=self._today(),
            plan=plan,
            api_key=api_key,
            application_key=application_key,
            born=self._clock.now(),
            keys_after=keys_after,
        )
        self.children.append(child)
        return child

    def hide(self, child: Org, seconds: float) -> None:
        """Let the newest child be listed only *seconds* after its birth."""
        self.children[-1] = replace(child, listed_after=seconds)

    def listed(self) -> list[Org]:
        """Return the children that the list of managed orgs shows by now."""
        return [child for child in self.children if self._age(child) >= child.listed_after]

    def owner(self, api_key: str) -> Org | None:
        """Return the org that an API key belongs to, or None where the key is not valid here (yet)."""
        for child in self.children:
            if child.api_key and api_key == child.api_key:
                return child if self._age(child) >= child.keys_after else None
        return self.parent if _plausible(api_key, _API_KEY) else None

    def opens(self, org: Org, application_key: str) -> bool:
        """Return whether an application key is valid for the org."""
        if org.parent:
            return _plausible(application_key, _APPLICATION_KEY)
        return application_key == org.application_key

    def takes(self, token: str) -> bool:
        """Return whether an access token is valid for the parent; children have none at first."""
        return _plausible(token, _TOKEN)

    def _age(self, org: Org) -> float:
        return self._clock.now() - org.born

    def _org(self, name: str, parent: bool = False) -> Org:
        """Return an org without keys, as old as those that are there from the start."""
        return Org(self._ids.uuid(), self._ids.uuid(), name, self._today() - AGE, self.app_url, parent)

    def _today(self) -> datetime:
        return self._clock.wall().astimezone(UTC)


def _plausible(key: str, shape: re.Pattern[str]) -> bool:
    """Return whether a key can be a parent's: of known shape, or one that asks for a missing permission."""
    if scenarios.says(key, *scenarios.WRONG) or key.startswith(CHILD_KEY):
        return False
    return bool(shape.fullmatch(key)) or scenarios.says(key, *_PERMISSION_WORDS)

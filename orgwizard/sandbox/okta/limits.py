"""The pretend Okta's rate limits, and the shape of its refusals."""

import math
from collections.abc import Callable
from typing import TypeAlias

from orgwizard.domain.clock import Clock
from orgwizard.sandbox.ids import IdFactory
from orgwizard.sandbox.messages import Refused, Request, json_reply
from orgwizard.sandbox.okta.bodies import ERRORS, error
from orgwizard.sandbox.okta.orgs import Org
from orgwizard.sandbox.rate_limits import Penalties, Window

CREATES_PER_MINUTE = 10  # page reference/rl-additional-limits
OTHERS_PER_MINUTE = 600
Refuse: TypeAlias = Callable[..., Refused]  # takes an error code and reasons


def refusals(ids: IdFactory) -> Refuse:
    """Return what makes a refusal of an error code and reasons; each has an id of its own."""

    def refuse(code: str, *reasons: str) -> Refused:
        return Refused(json_reply(ERRORS[code][0], error(code, f"oae{ids.text(22)}", reasons)))

    return refuse


def is_create(request: Request) -> bool:
    """Return whether a request asks for a child org."""
    return (request.method, request.path) == ("POST", "/api/v1/orgs")


class Limits:
    """Counts the requests to each path of each org."""

    def __init__(self, clock: Clock, refuse: Refuse) -> None:
        self._clock, self._refuse = clock, refuse
        self._windows: dict[tuple[str, str], Window] = {}
        self._penalties = Penalties(clock)

    def count(self, request: Request, org: Org) -> None:
        """Count a request; raises a 429 where it is one too many."""
        window = self._window(request, org)
        if not window.spend():
            raise self.too_many(window.limit, window.resets_in)

    def headers(self, request: Request, org: Org) -> dict[str, str]:
        """Return the headers of a reply that is within the limit."""
        window = self._window(request, org)
        return self._headers(window.limit, window.remaining, window.resets_in)

    def penalize(self, subdomain: str) -> None:
        """Raise a 429 until the penalty of a subdomain is over."""
        if seconds := self._penalties.left(subdomain):
            raise self.too_many(CREATES_PER_MINUTE, seconds)

    def too_many(self, limit: int, seconds: float) -> Refused:
        """Return a 429; limit 0 is the concurrency flavour, whose reset is only a hint."""
        return Refused(self._refuse("E0000047").reply.under(self._headers(limit, 0, seconds)))

    def _window(self, request: Request, org: Org) -> Window:
        limit = CREATES_PER_MINUTE if is_create(request) else OTHERS_PER_MINUTE
        return self._windows.setdefault((org.id, request.path), Window(self._clock, limit))

    def _headers(self, limit: int, remaining: int, seconds: float) -> dict[str, str]:
        """Return limit, remaining and reset; the reset is an absolute time in UTC epoch seconds."""
        reset = math.ceil(self._clock.wall().timestamp() + seconds)
        names = ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")
        return dict(zip(names, map(str, (limit, remaining, reset)), strict=True))

"""Attempts as tests begin them: with an order that stands in nobody's way, unless they say which it is."""

from typing import Any

from orgwizard.domain.order_key import OrderKey, folded
from orgwizard.storage.attempts.writing import NewAttempt


def new_attempt(
    provider: str, site: str, name: str, *, mark: str = "", key: OrderKey | None = None, **facts: Any
) -> NewAttempt:
    key = key or OrderKey(provider, mark.casefold() or folded(name), frozenset((f"site {site}",)))
    return NewAttempt(provider, site, name, key, mark=mark, **facts)

"""A request's secrets: hidden while it is a value, masked for eyes, revealed for the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, overload

from orgwizard.domain.http import Grant, Scheme
from orgwizard.domain.secrets.redactor import MASK, REDACTOR

if TYPE_CHECKING:
    from pydantic import SecretStr


def hidden(text: str) -> SecretStr:
    """Return a secret as a value that no log, repr or traceback shows."""
    from pydantic import SecretStr

    REDACTOR.learn(text)
    return SecretStr(text)


def _walk(value: object, leaf: Callable[[SecretStr | Grant], str]) -> object:
    """Copy a tree of mappings and lists with every secret turned into text by *leaf*."""
    from pydantic import SecretStr

    if isinstance(value, (SecretStr, Grant)):
        return leaf(value)
    if isinstance(value, Scheme):
        return f"{value.name} {leaf(value.secret)}"
    if isinstance(value, Mapping):
        return {key: _walk(member, leaf) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_walk(member, leaf) for member in value]
    return value


@overload
def masked(value: Mapping[str, object]) -> dict[str, object]: ...
@overload
def masked(value: object) -> object: ...
def masked(value: object) -> object:
    """Return headers or a body fit for eyes: every secret is a row of asterisks."""
    return _walk(value, _mask)


def _mask(secret: SecretStr | Grant) -> str:
    if isinstance(secret, Grant):
        return f"{secret.name} {MASK}"
    return MASK if secret.get_secret_value() else ""


@overload
def revealed(value: Mapping[str, object]) -> dict[str, object]: ...
@overload
def revealed(value: object) -> object: ...
def revealed(value: object) -> object:
    """Return headers or a body fit for the wire; raises `TypeError` if a `Grant` remains in them."""
    return _walk(value, _clear)


def _clear(secret: SecretStr | Grant) -> str:
    if isinstance(secret, Grant):
        raise TypeError("a grant is exchanged for a token before it is sent")
    REDACTOR.learn(secret)  # whatever is sent may come back in what a service says
    return secret.get_secret_value()

"""Calls that need a token first: it is got, renewed and proven here, and lives in memory only."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from orgwizard.application.connection.provider_calls import converse, not_created
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import NoResponse, NotSent
from orgwizard.domain.http import AuthSession, Call, Grant, Response, Send, SigningContext
from orgwizard.domain.secrets.signing import SigningKey, new_key

PROOFS = 3  # of a read: services that ask for a nonce more than twice in a row do not know what they want


@dataclass(frozen=True)
class _Held:
    """A session, and the lock under which one call at a time renews its token."""

    session: AuthSession
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class TokenExchange:
    """Sends calls: those with a grant once it was exchanged for a token, others as they are."""

    def __init__(self, send: Send, clock: Clock, key: Callable[[], SigningKey] = new_key) -> None:
        """Hold no token yet; *key* makes the key pair of a session that needs one of its own."""
        self._send = send
        self._context = SigningContext(lambda: clock.wall().timestamp(), lambda: str(uuid.uuid4()), key)
        self._held: dict[Grant, _Held] = {}

    async def send(self, call: Call) -> Response:
        """Send *call* with its grant exchanged for a token.

        Raises `Refused` where the token was refused, `NotSent` where the authorization server did not answer: in
        both cases *call* never left. A call that creates is signed and sent once, whatever its answer asks for.
        """
        grant = call.grant
        if grant is None:
            return await self._send(call)
        if grant not in self._held:
            self._held[grant] = _Held(grant.session())
        held = self._held[grant]
        for _ in range(1 if call.once else PROOFS):
            await self._renew(held, call)
            response = await self._send(held.session.signed(call, self._context))
            if not held.session.challenged(response):
                break
        return response

    async def _renew(self, held: _Held, call: Call) -> None:
        try:
            async with held.lock:
                await converse(held.session.renewed(self._context), self._send)
        except NoResponse as silent:
            raise not_created(silent) from None
        except asyncio.CancelledError:
            if not call.once:
                raise
            raise NotSent("Cancelled before a token was issued.", code="left") from None

"""A provider's calls made for it, side by side where it asks for that."""

import asyncio
from typing import TypeVar

from orgwizard.answers import Fields
from orgwizard.errors import NoAnswer, NotSent, Refused
from orgwizard.ports import Send
from orgwizard.providers.base import Checked, Connection, Provider, placed
from orgwizard.values import Call, Conversation, Reply

T = TypeVar("T")


async def converse(conversation: Conversation[T], send: Send) -> T:
    """Make a provider's calls, side by side where it asks for that, and return its result."""
    try:
        calls = next(conversation)
        while True:
            calls = conversation.send(tuple(await asyncio.gather(*(reply_to(call, send) for call in calls))))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def reply_to(call: Call, send: Send) -> Reply:
    """Make one call; a failure to answer is a reply too, and so is the refusal of its token."""
    try:
        return await send(call)
    except (NotSent, NoAnswer, Refused) as unanswered:
        return unanswered


async def check(provider: Provider, connected: Connection, organization: Fields | None, send: Send) -> Checked:
    """Run the provider's check; every failure says that nothing was created."""
    try:
        return await converse(provider.check(connected, organization), send)
    except NoAnswer as silent:
        raise not_created(silent) from None
    except Refused as refused:
        raise placed(refused, connected.credentials) from None


def not_created(silent: NoAnswer) -> NotSent:
    """Return the failure of a mere read: nothing was sent that could create anything."""
    return NotSent(silent.cause, "Check the network and try again: nothing was changed.", code=silent.code)

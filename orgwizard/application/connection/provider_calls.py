"""A provider's calls made for it, side by side where it asks for that."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from orgwizard.domain.errors import NoResponse, NotSent, Refused
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.http import Call, Conversation, Reply, Response, Route, Send
from orgwizard.domain.http_times import SKEW_SECONDS, clock_ahead, clock_words
from orgwizard.domain.org import Site
from orgwizard.providers.contract import Provider, with_known_field
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import Connection

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
    except (NotSent, NoResponse, Refused) as unanswered:
        return unanswered


async def check(
    provider: Provider,
    connected: Connection,
    organization: Fields | None,
    send: Send,
    tell: Callable[[Finding], None] = lambda _: None,
    now: Callable[[], float] = time.time,
) -> Preflight:
    """Run the provider's check, telling of each finding as it is made; every failure says that nothing was created.

    The route to the parent, and the difference to its clock, are read off the check's own responses: that costs no
    call. *now* tells our time in epoch seconds.
    """
    observed = _ObservedSending(connected.site, send, tell, lambda reply: _clock_findings(provider, reply, now()))
    try:
        checked = await converse(provider.check(connected, organization), observed.send)
    except NoResponse as silent:
        raise not_created(silent) from None
    except Refused as refused:
        if refused.field.startswith("credentials."):
            refused.advise(*hints(connected.credentials))
        raise with_known_field(refused, connected.credentials) from None
    for finding in checked.findings:
        tell(finding)
    return replace(checked, findings=(*observed.found, *checked.findings))


class _ObservedSending:
    """Sends calls, and tells once how the parent was reached."""

    def __init__(
        self, site: Site, send: Send, tell: Callable[[Finding], None], clocks: Callable[[Response], tuple[Finding, ...]]
    ) -> None:
        self._site, self._send, self._tell, self._clocks = site, send, tell, clocks
        self._clock_compared = False
        self.found: tuple[Finding, ...] = ()

    async def send(self, call: Call) -> Response:
        response = await self._send(call)
        if call.origin == self._site.url:
            if not self.found:
                self._add(route_findings(self._site, response.route))
            if call.grant and not self._clock_compared:
                self._clock_compared = True
                self._add(self._clocks(response))
        return response

    def _add(self, findings: tuple[Finding, ...]) -> None:
        self.found += findings
        for finding in findings:
            self._tell(finding)


def _clock_findings(provider: Provider, response: Response, now: float) -> tuple[Finding, ...]:
    """Return a warning where the two clocks differ, which matters to what is signed and so is made up for."""
    ahead = clock_ahead(response, now)
    if abs(ahead) < SKEW_SECONDS:
        return ()
    words = (
        f"this machine's clock is {clock_words(ahead)} {provider.title}'s; requests are signed with {provider.title}'s"
    )
    return (Finding("Clock", "warning", f"{words} time"),)


def route_findings(site: Site, route: Route) -> tuple[Finding, ...]:
    """Return what the route of a response from *site* proves about address and TLS."""
    if route.sandbox:
        return (Finding("Address", "ok", "the sandbox, no network"),)
    reached = f"{site.host} was found" + (f" at {route.address}" if route.address else "")
    if route.proxy:
        reached = f"{site.host} is reached through the proxy {route.proxy}"
    if not site.url.startswith("https:"):
        return Finding("Address", "ok", reached), Finding("TLS", "ok", "not used on this machine's own address")
    issuer = f"the certificate is valid, issued by {route.issuer}" if route.issuer else "the certificate is valid"
    return Finding("Address", "ok", reached), Finding("TLS", "ok", issuer)


def hints(credentials: Fields) -> tuple[str, ...]:
    """Return what is noticed about the shape of credentials, for those whose shape is another's."""
    found = (question.hint(getattr(credentials, question.name)) for question in questions(type(credentials)))
    return tuple(filter(None, found))


def not_created(silent: NoResponse) -> NotSent:
    """Return the failure of a mere read: nothing was sent that could create anything."""
    return NotSent(silent.cause, "Check the network and try again: nothing was changed.", code=silent.code)

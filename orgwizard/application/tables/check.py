"""A whole table checked before anything is sent: earlier attempts, secrets, the parent, and each name."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from orgwizard.application.connection.provider_calls import converse
from orgwizard.application.service import Service
from orgwizard.application.tables.plan_table import Row
from orgwizard.application.tables.run import TableRow
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import BadFields, Refused, WizardError
from orgwizard.domain.http import Call, Response, Send
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import NAME_FIELD, Finding, Preflight, name_unproven
from orgwizard.providers.order import Connection
from orgwizard.storage.attempts.earlier import EarlierAttempt, set_aside

READS_AT_ONCE = 8
READS_AGAIN = 3  # after a 429
LONGEST_WAIT_SECONDS = 120.0
_TWIN_ADVICE = "Delete this row, or create a second org of that name alone, with --again."


@dataclass(frozen=True)
class CheckedRow:
    """A row with nothing against it: what stands for it in the journal already, or what is known of its name."""

    row: TableRow
    earlier: EarlierAttempt | None = None
    name: Finding | None = None


@dataclass(frozen=True)
class CheckedTable:
    """All that was found: the parent's name, the good rows in order, and "row 4, organization.name" -> sentence."""

    parent: str
    rows: tuple[CheckedRow, ...]
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def new(self) -> tuple[CheckedRow, ...]:
        """Return the rows that this run would create an org for."""
        return tuple(row for row in self.rows if row.earlier is None)

    def only(self, numbers: Collection[int]) -> "CheckedTable":
        """Return the table with some of its rows alone."""
        return replace(self, rows=tuple(one for one in self.rows if one.row.number in numbers))


def check_table(service: Service, provider: Provider, connected: Connection, rows: Sequence[Row]) -> CheckedTable:
    """Check rows against the journal and, with reads alone, at the service; blocks.

    Raises a `WizardError` where the parent or its credentials cannot be used.
    """
    orders, problems = _orders(service, provider, connected, rows)
    known = list(takewhile(bool, (_earlier(service, provider, row) for row in orders)))
    if len(known) == len(orders):
        # Nothing is left to create, so that the service need not be asked.
        return CheckedTable("", tuple(_known(provider, orders, known, problems)), problems)
    checked = service.checks.parent(provider, connected).result()
    known += [_earlier(service, provider, row, checked) for row in orders[len(known) :]]
    found = _known(provider, orders, known, problems)
    named = service.engine.read(_names(service, provider, checked, found, problems)).result()
    return CheckedTable(checked.parent, tuple(named), problems)


def _earlier(
    service: Service, provider: Provider, row: TableRow, checked: Preflight | None = None
) -> EarlierAttempt | None:
    """Return what the journal has of a row; after the check the parent has more names."""
    wanted, credentials = row.order.wanted, row.order.connection.credentials
    return service.creations.earlier(provider, wanted, credentials, checked)


def _known(
    provider: Provider,
    orders: Sequence[TableRow],
    known: Sequence[EarlierAttempt | None],
    problems: dict[str, str],
) -> list[CheckedRow]:
    """Return rows with what the journal has of them; where that is not clear, it is added to *problems*."""
    checked: list[CheckedRow] = []
    for row, earlier in zip(orders, known, strict=True):
        if earlier and earlier.kind == "unclear":
            remedy = set_aside(earlier.record) or f"Check at {provider.title}, then delete this row."
            problems[f"row {row.number}"] = f"{earlier.error().cause} {remedy}"
        else:
            checked.append(CheckedRow(row, earlier))
    return checked


def _orders(
    service: Service, provider: Provider, connected: Connection, rows: Sequence[Row]
) -> tuple[list[TableRow], dict[str, str]]:
    """Build the order of each row; secrets that cannot be read are problems of their rows."""
    orders: list[TableRow] = []
    problems: dict[str, str] = {}
    for row in rows:
        try:
            orders.append(TableRow(row.number, service.reader.order_at(connected, provider, row.draft)))
        except BadFields as bad:
            problems |= {f"row {row.number}, {key}": words for key, words in bad.problems.items()}
    return orders, problems


async def _names(
    service: Service, provider: Provider, checked: Preflight, rows: Sequence[CheckedRow], problems: dict[str, str]
) -> list[CheckedRow]:
    """Ask for the names of new orgs; one that is taken is added to *problems*."""
    reads = _Reads(provider, service.send, service.clock)

    async def asked(one: CheckedRow) -> CheckedRow | None:
        if one.earlier:
            return one
        order = one.row.order
        try:
            conversation = provider.name_free(order.connection, checked, order.organization)
            name = await converse(conversation, reads.send)
        except Refused as taken:
            problems[f"row {one.row.number}, {taken.field}"] = taken.cause_and_advice
            return None
        except WizardError as error:
            name = name_unproven(error)
        if name.is_twin and not service.wishes.twins:
            problems[f"row {one.row.number}, {NAME_FIELD}"] = f"{name.fact} {_TWIN_ADVICE}"
            return None
        return CheckedRow(one.row, name=name)

    return [one for one in await asyncio.gather(*map(asked, rows)) if one]


class _Reads:
    """Sends each read once, a few side by side, and again after the time that a 429 names."""

    def __init__(self, provider: Provider, onward: Send, clock: Clock) -> None:
        self._provider, self._onward, self._clock = provider, onward, clock
        self._known: dict[str, asyncio.Future[Response]] = {}
        self._room = asyncio.Semaphore(READS_AT_ONCE)

    async def send(self, call: Call) -> Response:
        if call.url not in self._known:
            self._known[call.url] = asyncio.ensure_future(self._sent(call))
        return await asyncio.shield(self._known[call.url])

    async def _sent(self, call: Call) -> Response:
        async with self._room:
            for _ in range(READS_AGAIN):
                response = await self._onward(call)
                wait = self._provider.wait_after(response, self._clock.wall().timestamp())
                if response.status != 429 or wait is None or wait > LONGEST_WAIT_SECONDS:
                    return response
                await self._clock.sleep(wait)
            return await self._onward(call)

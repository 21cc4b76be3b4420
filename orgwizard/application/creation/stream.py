"""What goes on by itself, as a stream of the events that it tells; faults of orgwizard end it with a result, too."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from orgwizard.domain.attempt_state import Outcome
from orgwizard.domain.errors import OUTCOMES, WizardError
from orgwizard.domain.events import Event, Result

E = TypeVar("E")  # what is told


async def events_of(run: Callable[[Callable[[E], None]], Coroutine[object, object, None]]) -> AsyncIterator[E]:
    """Run a flow and yield what it tells; the last event of a creation is its only `Result`.

    The flow runs to its end even where nobody takes its events any more.
    """
    events: asyncio.Queue[E | None] = asyncio.Queue()
    running = asyncio.ensure_future(run(events.put_nowait))
    running.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := await events.get()) is not None:
            yield event
    finally:
        await asyncio.shield(running)


async def ended(begin: Callable[[], AsyncIterator[Event]], lost: Result) -> AsyncIterator[Event]:
    """Yield the events of a flow; one that breaks off before its result, by a fault of ours, ends with *lost*."""
    has_result = False
    try:
        async for event in begin():
            has_result |= isinstance(event, Result)
            yield event
        if not has_result:
            raise RuntimeError("a flow ended without a result")
    except Exception as bug:
        if not has_result:
            yield replace(lost, error=own_fault(bug, lost.outcome, ""))


def own_fault(bug: Exception, outcome: Outcome, kept: str) -> WizardError:
    """Return a fault of orgwizard as a failure: where it happened, never its text, which may hold a secret."""
    where = traceback.extract_tb(bug.__traceback__)[-1]
    return WizardError(
        f"Internal error in orgwizard ({type(bug).__name__} at {Path(where.filename).name}:{where.lineno}). "
        f"{kept}".strip(),
        "Please report this line; it contains no secret.",
        meaning=OUTCOMES[outcome],
        code="bug",
    )

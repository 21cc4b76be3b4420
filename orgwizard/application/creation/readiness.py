"""The wait until a new org can be used: the vendor's settling time, then its keys are tested until it answers."""

from dataclasses import replace

from orgwizard.application.connection.provider_calls import converse
from orgwizard.application.creation.run import Run
from orgwizard.domain.errors import NotSent
from orgwizard.domain.events import READY, SANDBOX_ENDED, SETTLE
from orgwizard.domain.org import Created, why_unsendable
from orgwizard.domain.text.sentence import sentence
from orgwizard.providers.findings import Readiness
from orgwizard.storage.stores.stored_reference import can_be_read

READY_SECONDS = 5 * 60.0
PROBE_SECONDS = 3.0


async def wait_until_ready(run: Run, created: Created, answered_at: float) -> None:
    """Wait until the new org answers, or as long as it may; *answered_at* is by the monotonic clock."""
    if run.sandbox_ended:
        run.add_remark(SANDBOX_ENDED)
        return
    if unfit := why_unsendable(created.secrets, run.provider.secret_titles):
        seen = Readiness(False, unfit, may_change=False)
    else:
        await _settle(run, answered_at)
        run.progress(READY, "started", "Testing the new keys")
        seen = await _probe(run, created, run.tools.clock.now() + READY_SECONDS)
    run.result = replace(run.result, ready=seen.ready)
    run.progress(READY, "ok" if seen.ready else "warning", seen.words)
    if seen.ready:
        return
    run.add_remark(sentence(seen.words))
    if unfit or (not seen.may_change and not can_be_read(run.result.stored or {})):
        run.end = "exists"  # no later look can prove more: its keys can be read from nowhere, or sent nowhere


async def _settle(run: Run, answered_at: float) -> None:
    """Let the vendor's settling time pass."""
    seconds = run.provider.settle_seconds
    if not seconds or answered_at + seconds <= run.tools.clock.now():
        return
    run.progress(SETTLE, "started", f"{run.provider.title} recommends waiting {seconds} seconds before the first call")
    await run.waiting.count_down(SETTLE, answered_at + seconds - run.tools.clock.now(), "first test in")
    if not run.waiting.leaving:
        run.progress(SETTLE, "ok", f"{seconds} seconds passed")


async def _probe(run: Run, created: Created, deadline: float) -> Readiness:
    """Test the new keys until the org answers, the deadline passes or the user leaves."""
    seen = Readiness(False, "it was not tested")
    while not run.waiting.leaving:
        conversation = run.provider.ready(run.wanted.site, created)
        try:
            seen = await run.waiting.unless_leaving(converse(conversation, run.tools.send))
        except NotSent:
            break
        left = deadline - run.tools.clock.now()
        if seen.ready or not seen.may_change or left <= 0:
            break
        await run.waiting.count_down(READY, min(PROBE_SECONDS, left), seen.words, deadline=deadline)
    return seen

"""The end of a creation: exactly one result, told before anything that may still fail."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from pydantic import SecretStr

from orgwizard.application.creation.run import Run
from orgwizard.application.creation.stream import own_fault
from orgwizard.domain.attempt_state import SETTLED
from orgwizard.domain.errors import NOTHING_CREATED, BadInput, NeedsAttention, NoResponse, Refused, WizardError
from orgwizard.domain.events import Result


async def run_to_end(run: Run, stages: Callable[[], Awaitable[WizardError | None]]) -> None:
    """Go through all stages and tell of the end; what they return or raise keeps it from being a good one."""
    try:
        error = await stages()
    except WizardError as met:
        error = met
    except Exception as bug:
        error = own_fault(bug, run.result.outcome, run.kept())
    try:
        result, end = _ended(run, _truthful(run, error))
    except Exception as bug:
        result, end = replace(run.result, error=own_fault(bug, run.result.outcome, ""), open=True), ""
    run.tell(result)
    with suppress(Exception):  # what the journal does not learn now, `resume` finds out
        run.close(result, end)


def _truthful(run: Run, error: WizardError | None) -> WizardError | None:
    """Return a failure that says what is true: one after the org exists must not say that nothing was created."""
    if run.result.outcome == "unknown" and isinstance(error, BadInput):  # the transport could not begin
        run.set_outcome("not_created")
    if error is None or run.result.outcome == "not_created" or error.meaning != NOTHING_CREATED:
        return error
    kind = NeedsAttention if run.result.outcome == "created" else NoResponse
    code = error.code or error.default_code
    return kind(error.cause, error.advice, code=code, request_id=error.request_id)


def _ended(run: Run, error: WizardError | None) -> tuple[Result, str]:
    """Return the result, with everything that needs a person, and the journal's word for it."""
    _show_raw_response(run)
    error = error or _attention(run)
    end = run.end or _end_word(run.result, error)
    is_open = not (end in SETTLED or run.sandbox_ended) or run.result.unmoved
    return replace(run.result, error=error, open=is_open, ended=run.tools.clock.wall()), end


def _show_raw_response(run: Run) -> None:
    """Give the screen a response that is neither in a store nor on disk: it may hold the keys."""
    if run.response is not None and run.response.body and not run.result.spool:
        text = SecretStr(run.response.body.decode(errors="replace"))
        run.result = replace(run.result, secrets={**run.result.secrets, "answer": text})
        run.note("shown", answer_shown=True)


def _attention(run: Run) -> WizardError | None:
    """Return what needs a person though the org was created, None for nothing."""
    result = run.result
    if result.ready and not result.remarks:
        return None
    kept = f" The response itself is saved in {result.spool}." if result.spool else ""
    is_settled = (result.ready or run.end in SETTLED or run.sandbox_ended) and not result.unmoved
    advice = "" if is_settled else result.look_again
    return NeedsAttention(" ".join(result.remarks) + kept, advice, code="attention")


def _end_word(result: Result, error: WizardError | None) -> str:
    """Return the journal's word for an end."""
    if isinstance(error, Refused):
        return "refused"
    ends = {"not_created": "not_sent", "unknown": "unknown", "created": "ready" if result.ready else "later"}
    return ends[result.outcome]

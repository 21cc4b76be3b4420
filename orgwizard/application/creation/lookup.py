"""The look-up of an unknown outcome: whether the org exists, as often as it may help."""

from dataclasses import replace

from orgwizard.application.connection.provider_calls import converse
from orgwizard.application.creation.run import Run
from orgwizard.application.creation.verdict import refuse
from orgwizard.domain.errors import NOTHING_CREATED, NeedsAttention, NoResponse, NotSent, WizardError
from orgwizard.domain.events import FIND, MAKE_NEW_KEYS, SANDBOX_ENDED, SEND
from orgwizard.domain.org import Created
from orgwizard.providers.findings import LookupResult

LOOKS_AFTER_SECONDS = (3.0, 15.0, 45.0)  # when to look for an org of unknown outcome
CERTAINLY_ABSENT_AFTER_SECONDS = 10 * 60.0  # a list of children is eventually consistent, well under 10 min


async def look_up(run: Run, doubt: NoResponse) -> WizardError:
    """Look whether the org exists; return what that makes of the doubt."""
    run.note("unknown", message=doubt.cause)
    run.progress(SEND, "failed", doubt.cause)
    run.progress(FIND, "started", "Outcome unknown: checking whether the org exists")
    seen = await look(run)
    if seen.state == "exists":
        return _exists(run, doubt, seen)
    if run.refusal and seen.words and run.sendings < 2:
        refuse(run, run.refusal)
    if _is_certainly_absent(run, seen):
        run.set_outcome("not_created")
        run.end = "absent"
        meaning = f"{NOTHING_CREATED[:-1]}, as far as a check can tell."
        advice = "You can create it again; you will be asked to confirm."
        return NotSent(seen.words, advice, meaning=meaning, code=doubt.code)
    return _still_unknown(run, doubt, seen)


async def look(run: Run) -> LookupResult:
    """Return the last of the looks, and write it down; one that could not be taken is unclear, without words."""
    seen = await _last_look(run)
    run.note("found", state=seen.state, words=seen.words, org=dict(seen.org))
    return seen


async def _last_look(run: Run) -> LookupResult:
    if run.sandbox_ended:
        return LookupResult("unclear", SANDBOX_ENDED)
    if run.credentials is None and run.provider.finds_with_credentials:
        lacking = run.lacking or f"The parent's credentials are required to check {run.provider.title}."
        return LookupResult("unclear", lacking)
    seen = LookupResult("unclear", "")
    started = run.tools.clock.now()
    for after in _looks_after_seconds(run):
        await run.waiting.count_down(FIND, started + after - run.tools.clock.now(), "next check in")
        if run.waiting.leaving:
            break
        seen = await _look_once(run)
        run.progress(FIND, "waiting", seen.words)
        if seen.state == "exists" or not seen.may_change:
            break
    return seen


def _looks_after_seconds(run: Run) -> tuple[float, ...]:
    """Return when to look; a refusal of what was sent once is almost surely about another org: once then."""
    return LOOKS_AFTER_SECONDS[:1] if run.refusal and run.sendings < 2 else LOOKS_AFTER_SECONDS


async def _look_once(run: Run) -> LookupResult:
    key, site = run.provider.key, run.wanted.site.key
    ours = run.tools.journal.created(key, site, apart_from=run.result.attempt)
    conversation = run.provider.find(run.wanted, run.credentials, {**run.checked.before, "ours": ours})
    try:
        return await run.waiting.unless_leaving(converse(conversation, run.tools.send))
    except WizardError as error:
        return LookupResult("unclear", error.cause)


def _exists(run: Run, doubt: NoResponse, seen: LookupResult) -> WizardError:
    """Return that the org exists, and where its first keys are, if anywhere."""
    org = Created(seen.org.get("id", ""), seen.org.get("name", ""), seen.org.get("url", ""))
    run.result = replace(run.result, outcome="created", org=org)
    run.end = "" if run.kept() else "exists"
    lost = run.kept() or run.given_elsewhere() or "Its keys never arrived and can't be recovered."
    cause = f"{seen.words} {doubt.cause.removesuffix(lost).strip()} {lost}"
    return NeedsAttention(cause, MAKE_NEW_KEYS, code=doubt.code, request_id=doubt.request_id)


def _is_certainly_absent(run: Run, seen: LookupResult) -> bool:
    """Return whether it would be there by now, and no response says that it was created.

    The request was sent long ago by the service's own clock: ours may have been set since.
    """
    if seen.state != "absent" or run.response is not None or run.result.spool:
        return False
    if seen.date is None or run.sent_at is None:
        return False
    return seen.date - run.sent_at > CERTAINLY_ABSENT_AFTER_SECONDS


def _still_unknown(run: Run, doubt: NoResponse, seen: LookupResult) -> NoResponse:
    words = f"{seen.words} It may still appear." if seen.state == "absent" else seen.words
    kept = "" if run.kept() in doubt.cause else run.kept()
    cause = " ".join(filter(None, (doubt.cause, words, kept)))
    run.result = replace(run.result, undecidable=seen.advice)
    advice = "" if run.sandbox_ended else run.result.look_again
    return NoResponse(cause, advice, code=doubt.code, request_id=doubt.request_id)

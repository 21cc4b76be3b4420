"""The keys of a new org put where they belong, and read back; then the profile, which refers to them."""

import asyncio
import shlex
from dataclasses import replace

from orgwizard.application.creation.chosen_store import ChosenStore
from orgwizard.application.creation.run import Run, without_secrets
from orgwizard.application.creation.verdict import read
from orgwizard.domain.events import KEEP, SANDBOX_ORG, USE_KEYS, KeysArrived, StageState, is_sandbox
from orgwizard.domain.http import Response
from orgwizard.domain.org import Created
from orgwizard.storage.stores.secret_stores import label_of
from orgwizard.storage.stores.vault import KeyFacts, PartlyStored
from orgwizard.system.file_faults import cause_of

NAME = "NAME"  # how a vendor's next step calls the profile, which it does not know


async def keep(run: Run, response: Response) -> None:
    """Read the response, put its keys where they belong, read them back, save a profile."""
    created = created_by(run, response)
    run.set_created(created, created.remarks)
    if not created.remarks:
        run.response = None  # from here on its credentials are what counts
    facts: dict[str, object] = {
        "keys": sorted(created.secrets),
        "missing": list(created.missing),
        "details": dict(created.details),
    }
    if created.remarks:
        facts["odd"] = True
    run.note("created", org={"id": created.id, "name": created.name, "url": created.url}, **facts)
    run.progress(KEEP, "started", "Storing the new keys")
    state: StageState = await _store(run, created) if created.secrets else "warning"
    if run.result.secrets:
        run.tell(KeysArrived(run.result))
    save_profile(run)
    run.progress(KEEP, state, run.result.stored_words or "the response contained no keys")


def created_by(run: Run, response: Response) -> Created:
    """Return the org of a response, with remarks about what was odd about the response: such a one is not removed."""
    created = without_secrets(read(run, response))
    if response.repeats_member:
        words = "The response has two values for the same JSON member; the last one was used."
        created = replace(created, remarks=(*created.remarks, words))
    if not response.whole:
        fault, lost = ("is not valid", ()) if response.complete else ("was cut off", ("end of the response",))
        remarks = (*created.remarks, f"The response {fault}; the usable part was kept.")
        created = replace(created, remarks=remarks, missing=(*created.missing, *lost))
    if not response.ok:
        words = f"{run.provider.title} reported an error (HTTP {response.status}) together with the new org."
        created = replace(created, remarks=(*created.remarks, words))
    return created


async def _store(run: Run, created: Created) -> StageState:
    """Try the chosen store, then the fallback; what neither takes is left to the saved response and the screen."""
    if await _stored_in(run, run.tools.vault, created):
        return "ok"
    if run.tools.vault.on_disk and await _stored_in(run, run.tools.fallback, created):
        return "warning"
    run.check_spool()
    place = "in the saved response" if run.result.spool else "only on this screen"
    words = f"{place}, because every store failed{'' if run.result.spool else ': copy them now'}"
    run.result = replace(run.result, secrets=created.secrets, stored_words=words)
    return "failed"


async def _stored_in(run: Run, store: ChosenStore, created: Created) -> bool:
    """Return whether a store took the keys; why not becomes a remark."""
    name = label_of(run.provider.key, run.wanted.subdomain or created.name)
    try:
        kept = await asyncio.to_thread(store.keep, name, created.secrets, _facts(run, created))
    except Exception as fault:  # whatever it is, the next place is tried
        if isinstance(fault, PartlyStored):
            run.note("given", given=list(fault.names))
        run.add_remark(f"A store failed: {cause_of(fault)}")
        return False
    run.result = replace(
        run.result,
        stored=kept.reference,
        sources=kept.sources,
        stored_words=kept.words,
        secrets={} if store.on_disk else created.secrets,
    )
    # The screen stores nothing: what it has shown is noted once it has.
    written = run.note("stored", stored=dict(kept.reference)) if store.on_disk else True
    # It stays where only it leads `resume` to the keys; an odd one, too, until somebody has looked at it.
    if written and run.response is None:
        run.unspool()
    return True


def _facts(run: Run, created: Created) -> KeyFacts:
    """Return what a store writes beside the keys."""
    facts = KeyFacts(run.provider.title, created.name, created.id, created.url)
    if attempt := run.attempt:
        return replace(facts, attempt=attempt.id, date=f"{attempt.started:%Y-%m-%d %H:%M} UTC")
    return facts


def save_profile(run: Run) -> None:
    """Save a profile of the org, and write its name down; a failure is told at the end."""
    try:
        name = run.tools.save_profile(run.result)
    except Exception as fault:  # whatever it is, the org exists and its keys are stored
        run.add_remark(f"The profile was not saved: {cause_of(fault)}")
        return
    set_profile(run, name)
    run.note("profile", profile=name)


def set_profile(run: Run, name: str) -> None:
    """Remember the profile, and name it in what to do next; with an org of the sandbox no later command can."""
    named = " ".join(filter(None, (shlex.quote(name), run.tools.options)))
    steps = run.result.next_steps
    if is_sandbox(run.tools.options):
        steps = (SANDBOX_ORG, *(step for step in steps if f" {NAME} " not in step))
    steps = tuple(step.replace(f" {NAME} ", f" {named} ") for step in steps)
    if run.result.sources:
        steps = (f"{USE_KEYS}orgwizard exec {named} -- COMMAND", *steps)
    run.result = replace(run.result, profile=name, next_steps=steps)

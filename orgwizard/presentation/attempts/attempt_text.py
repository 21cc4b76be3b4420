"""Attempts in words: how each stands, and where its keys are, as far as the journal knows."""

import shlex
from datetime import datetime

from orgwizard.domain.attempt_state import MEANINGS
from orgwizard.domain.errors import CREATED, Exit
from orgwizard.domain.events import MAKE_NEW_KEYS
from orgwizard.domain.text.moment import when
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.text_report import ANSWER_SHOWN_ONLY, missing_words
from orgwizard.storage.attempts.earlier import set_aside
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.stores.stored_reference import SHOWN_ONLY, can_be_read, place

STATE_WORDS = {
    "requested": "not sent",
    "sending": "outcome unknown: interrupted while sending",
    "waiting": "not created: interrupted while waiting to retry",
    "answered": "response received, interrupted before the keys were stored",
    "created": "created, interrupted before the keys were stored",
    "stored": "created, keys stored, readiness not confirmed",
    "ready": "created and ready",
    "later": "created, readiness not confirmed",
    "refused": "not created: refused",
    "not_sent": "not created: never sent",
    "unknown": "outcome unknown: it may exist",
    "exists": "created; its keys are lost",
    "absent": "not created, as far as a check can tell",
    "damaged": "unreadable record",
}
RUNNING_WORDS = "being created by another orgwizard"
UNWRITTEN = "no record of them"
_MAY_HAVE_KEYS = frozenset(("sending", "answered", "created", "stored", "ready", "later"))

UNDONE = {
    "sent": "requested, outcome unknown",
    "done": "done; its stored keys no longer work",
    "refused": "refused by the service",
    "unknown": "outcome unknown",
}


def lines(record: Record, now: datetime | None = None) -> list[str]:
    """Return one attempt as lines: what is known of the org, where its keys are.

    It is named by its id, or if *now* is given, by the time it began at.
    """
    where = f" ({record.provider} {record.site})" if record.provider or record.site else ""
    about = f"{record.name or record.path.name}{where}"
    known = [
        f"{about}, {when(record.started, now)}: {state(record)}" if now else f"{record.id}  {about}: {state(record)}"
    ]
    if record.org:
        known.append(f"    {record.org.get('id', '')}  {record.org.get('url', '')}".rstrip())
    if words := keys(record):
        known.append(f"    keys: {words}")
    if record.spool:
        known.append(f"    the service's response is saved in {record.spool}")
    if record.message:
        known.append(f"    {record.message}")
    if record.state == "damaged":
        known += [f"    {words}" for words in (record.damage, set_aside(record)) if words]
    if record.undo:
        known.append(f"    disable: {UNDONE.get(record.undo, record.undo)}")
    return [printable(line) for line in known]


def keys(record: Record) -> str:
    """Return where the keys are, as far as the journal knows; "" where none are known to exist."""
    given = record.given_elsewhere
    also = f"a command may have them, as {', '.join(given)}" if given and not record.running else ""
    return "; ".join(filter(None, (_known_place(record), also)))


def _known_place(record: Record) -> str:
    if record.stored:
        return place(record.stored)
    if record.keys == ():
        return "none in the service's response"
    if record.spool:
        return f"in no store; {'they are' if record.keys else 'they may be'} in the service's response"
    if record.keys_shown:
        return SHOWN_ONLY if record.store == "screen" else f"{SHOWN_ONLY}, because no store took them"
    if record.store == "screen" and record.keys:
        return "only for the screen, and it is not known whether they were shown"
    if record.answer_shown:
        return ANSWER_SHOWN_ONLY
    if record.may_be_in_keyring and not record.settled:
        return f"no record of them; they may be in the system keyring. To look there: orgwizard resume {record.id}"
    return UNWRITTEN if record.state in _MAY_HAVE_KEYS and not record.running else ""


def state(record: Record) -> str:
    """Return how an attempt stands; keys that were shown may have been copied."""
    if record.running:
        return RUNNING_WORDS
    if record.sandbox_ended and MEANINGS[record.state].outcome != "not_created" and record.state != "damaged":
        return f"{_state(record)}; its sandbox has ended"
    return _state(record)


def _state(record: Record) -> str:
    if record.state != "exists":
        lacks = f", but {missing_words(record.missing)}" if record.missing else ""
        return STATE_WORDS[record.state] + lacks
    if "command" in record.reference:
        return "created, keys stored where they cannot be read back; readiness not confirmed"
    if can_be_read(record.reference):
        return STATE_WORDS["stored"]
    if record.keys == ():
        return "created without keys; readiness not confirmed"
    if record.given_elsewhere:
        return "created; only a command may have its keys"
    unless = ", unless they were copied" if record.stored or record.keys_shown else ""
    return STATE_WORDS["exists"] + unless


def shortcoming(record: Record) -> str:
    """Return how an attempt stands that did not end well; for an org that is ready, also what needs attention."""
    cause = _error(record, "message").removeprefix(CREATED).strip()
    if record.state != "ready" or record.missing or not cause:
        return state(record)
    return f"{state(record)}, but: {cause.removesuffix('.')}"


def remedy(record: Record) -> str:
    """Return what to do about an attempt of which nothing is open, and that did not end well."""
    if record.sandbox_ended:
        return "Nothing is left to do."
    hint = _error(record, "hint") if record.state == "ready" else ""
    return to_do(record) or hint or f"See: orgwizard orgs --name {shlex.quote(record.name)}"


def _error(record: Record, member: str) -> str:
    """Return a member of the error that a creation ended with, "" for none."""
    error = (record.told or {}).get("error")
    return str(error.get(member) or "") if isinstance(error, dict) else ""


def to_do(record: Record) -> str:
    """Return what a person can do that no command does, "" for nothing."""
    gone = record.running or record.sandbox_ended or record.undo == "done"
    return MAKE_NEW_KEYS if _has_no_keys(record) and not gone else set_aside(record)


def _has_no_keys(record: Record) -> bool:
    """Return whether the org is there and its keys are nowhere, unless somebody copied them."""
    elsewhere = record.spool or record.given_elsewhere or record.reference.keys() - {"screen"}
    return record.state == "exists" and not elsewhere


def exit_code(record: Record) -> Exit:
    """Return the exit code of an attempt about which nothing is left to do: the one it ended with."""
    if record.exit in set(Exit):
        return Exit(record.exit)
    return MEANINGS[record.state].exit_code

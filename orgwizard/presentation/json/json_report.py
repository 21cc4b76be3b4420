"""Requests, findings, attempts and profiles as JSON, with the members of the one object that every command prints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orgwizard.domain.attempt_state import MEANINGS
from orgwizard.domain.http import Call
from orgwizard.domain.json_result import org_object, result_object
from orgwizard.domain.secrets.masking import masked
from orgwizard.providers.findings import Finding
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.profiles import Profile

if TYPE_CHECKING:
    from orgwizard.application.keys.key_check import KeyCheck


def request_as_json(call: Call) -> dict[str, object]:
    """Return a request as `--dry-run --json` prints it, secrets masked."""
    return {"method": call.method, "url": call.url, "headers": masked(call.headers), "body": masked(call.body)}


def findings_as_json(found: Sequence[Finding]) -> list[dict[str, str]]:
    """Return findings as `check --json` prints them."""
    return [{"stage": f.stage, "state": f.state, "words": f.words} for f in found]


def stored_result(record: Record) -> dict[str, Any]:
    """Return what a creation printed with `--json` when it ended, without secrets, with where its keys are now."""
    if not record.told:
        return result_object() | attempt_as_json(record)
    now = {"stored": record.stored} if record.stored else {}
    org = {} if record.told.get("org") else {"org": org_object(record.name)}  # of a version that left it out
    return result_object() | record.told | org | now


def attempt_as_json(record: Record) -> dict[str, Any]:
    """Return one attempt as an object of `orgs --json`."""
    return {
        "attempt": record.id,
        "outcome": MEANINGS[record.state].outcome,
        "ready": record.state == "ready",
        "state": record.state,
        "running": record.running,
        "open": not record.settled and record.state != "damaged",
        "provider": record.provider or None,
        "site": record.site or None,
        "name": record.name or None,
        "started": record.started.isoformat(),
        "org": record.org or org_object(record.name),
        "stored": record.stored,
        "spool": str(record.spool) if record.spool else None,
        "profile": record.profile or None,
        "approved": record.approved or None,
        "message": record.message or None,
        "error": _error_as_json(record),
    }


def damaged_as_json(records: Sequence[Record]) -> list[dict[str, str]]:
    """Return the attempts whose records cannot be read, each with its file and what is wrong with it."""
    damaged = (record for record in records if record.state == "damaged")
    return [{"attempt": r.id, "path": str(r.path), "reason": r.damage} for r in damaged]


def profile_as_json(profile: Profile) -> dict[str, Any]:
    """Return one profile: its members, with its name under `profile`, too."""
    return {**profile.model_dump(mode="json"), "profile": profile.name, "attempt": profile.attempt or None}


def key_check_as_json(checked: "KeyCheck") -> dict[str, Any]:
    """Return what is known of a child's stored keys; times are those that orgwizard knows."""
    return {
        "state": checked.state.state,
        "words": checked.state.words,
        "unused_since": checked.unused_since.isoformat(),
        "expires": checked.expires.isoformat() if checked.expires else None,
    }


def _error_as_json(record: Record) -> dict[str, str | None] | None:
    """Return what kept an attempt from a good end, as far as the journal knows, like that of a creation."""
    if not record.message or record.state == "ready":
        return None
    code = record.code or MEANINGS[record.state].code
    asked = record.request_id or None
    return {"code": code, "message": record.message, "hint": "", "field": None, "request_id": asked}

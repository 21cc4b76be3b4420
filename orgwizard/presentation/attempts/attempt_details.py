"""All about one attempt, for a person: when, what was sent, what came back, where its keys are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orgwizard.domain.errors import WizardError
from orgwizard.domain.text.moment import when
from orgwizard.domain.text.plural import counted
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.attempts import attempt_text
from orgwizard.providers import PROVIDERS
from orgwizard.storage.stores.stored_reference import can_be_read, copied

if TYPE_CHECKING:
    from orgwizard.application.service import Service
    from orgwizard.storage.attempts.record import Record

CREATED, UNKNOWN, NOTHING, ATTENTION, RUNNING = "✓", "?", "-", "!", "▸"
_MARKS = {
    "ready": CREATED,
    "sending": UNKNOWN,
    "unknown": UNKNOWN,
    "requested": NOTHING,
    "waiting": NOTHING,
    "refused": NOTHING,
    "not_sent": NOTHING,
    "absent": NOTHING,
}


def mark(record: Record) -> str:
    """Return how an attempt stands in one character."""
    return RUNNING if record.running else _MARKS.get(record.state, ATTENTION)


def title(record: Record) -> str:
    """Return name and state."""
    return printable(f"{name(record)}: {attempt_text.state(record)}")


def name(record: Record) -> str:
    """Return what the org is, or was to be, called; of a record that cannot be read, its file."""
    return printable(record.name or record.path.name)


def facts(record: Record, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield what is known as label and value."""
    org, stored = record.org or {}, record.reference
    rows = {
        "Attempt": f"{record.id}, started {when(record.started, now)}",
        "Changed": when(record.changed, now) if when(record.changed, now) != when(record.started, now) else "",
        "Target": _order(record),
        "Sent": _sent(record, now),
        "Response": _response(record),
        "Org ID": org.get("id", ""),
        "Org URL": org.get("url", ""),
        "Key file" if "file" in stored else "Keys": str(stored.get("file") or attempt_text.keys(record)),
        "Profile": record.profile,
        "Disable": attempt_text.UNDONE.get(record.undo, record.undo),
        "Message": record.message,
        "File": f"{record.path}. {record.damage}" if record.state == "damaged" else "",
        "To do": attempt_text.to_do(record),
    }
    yield from ((label, printable(value)) for label, value in rows.items() if value)


def _order(record: Record) -> str:
    titles = {provider.key: provider.title for provider in PROVIDERS}
    site = record.site.removeprefix("https://")
    where = ", ".join(filter(None, (titles.get(record.provider, record.provider), site)))
    return ", ".join(filter(None, (where, f"subdomain {record.mark}" if record.mark else "")))


def _sent(record: Record, now: datetime) -> str:
    """Return when the request was last sent, as far as it is known to have left."""
    if record.sent_at is None:
        return ""
    try:
        at = when(datetime.fromtimestamp(record.sent_at, UTC), now)
    except (ValueError, OverflowError, OSError):  # a file that somebody has edited
        return ""
    return at if record.sendings == 1 else f"{at}, {counted(record.sendings, 'time')} in all"


def _response(record: Record) -> str:
    status = f"HTTP {record.status}" if record.status else ""
    asked = f"request ID {record.request_id}" if record.request_id else ""
    return ", ".join(filter(None, (status, asked, f"saved in {record.spool}" if record.spool else "")))


def can_be_checked(record: Record) -> bool:
    """Return whether something is left to find out: how the attempt ended, or whether its keys are valid."""
    if record.running or record.state == "damaged":
        return False
    if not record.settled:
        return True
    has_keys = record.profile and record.undo != "done" and can_be_read(record.reference)
    return bool(has_keys) and not record.sandbox_ended


def check_keys(service: Service, record: Record) -> tuple[str, bool]:
    """Ask the child org whether its keys are valid; return what it said, and whether the question failed."""
    from orgwizard.application.keys import key_check
    from orgwizard.presentation import text_report

    try:
        checked = key_check.check_keys(service, service.profiles.load(record.profile))
    except WizardError as error:
        return f"{error.cause} {error.advice}", True
    return " ".join(text_report.key_check(checked)), False


def copies(record: Record) -> dict[str, str]:
    """Return what single keys copy: "i" the org's ID, "u" its URL, "k" where the keys are; "" for what is not known."""
    org = record.org or {}
    key_place = printable(copied(record.reference) or str(record.spool or ""))
    return {"i": org.get("id", ""), "u": org.get("url", ""), "k": key_place}

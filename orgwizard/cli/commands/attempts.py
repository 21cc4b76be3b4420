"""Attempts: what was created or is open, and finishing what was interrupted."""

import argparse
import json
from typing import TYPE_CHECKING

from orgwizard.cli import wiring
from orgwizard.domain.errors import BadInput, Exit
from orgwizard.presentation import text_report
from orgwizard.ui.batch.streams import write_stdout

if TYPE_CHECKING:
    from orgwizard.application.service import Service
    from orgwizard.storage.attempt_journal import Record


def orgs(arguments: argparse.Namespace) -> int:
    """List all attempts, newest first; returns the exit code."""
    records = wiring.journal(sandbox=arguments.sandbox).all()
    if arguments.json:
        write_stdout(json.dumps({"orgs": [text_report.attempt_as_json(record) for record in records]}, indent=2))
        return Exit.READY
    for record in records:
        write_stdout("\n".join(text_report.attempt(record)))
    if not records:
        write_stdout("No org was created or tried yet.")
    return Exit.READY


def resume(arguments: argparse.Namespace) -> int:
    """Finish one attempt; returns the exit code."""
    from orgwizard.ui.batch import commands  # slow to import, and not needed to list attempts

    service = wiring.service(arguments)
    record = _record(arguments, service) if arguments.attempt else next(iter(service.journal.open()), None)
    if record is None:
        names = ("outcome", "ready", "attempt", "provider", "site", "org", "stored", "error")
        nothing = dict.fromkeys(names)
        write_stdout(json.dumps(nothing, indent=2) if arguments.json else "Nothing is open.")
        return Exit.READY
    if record.settled or record.state == "damaged":
        return commands.look(service.without_leftover(record), as_json=arguments.json)
    return commands.resume(service, record, as_json=arguments.json)


def _record(arguments: argparse.Namespace, service: "Service") -> "Record":
    """Return the attempt that is meant; raises `BadInput`, which tells where it is one of the sandbox."""
    try:
        return service.journal.get(str(arguments.attempt))
    except BadInput:
        if arguments.sandbox or not any(r.id.startswith(arguments.attempt) for r in wiring.journal(sandbox=True).all()):
            raise
    raise BadInput(
        "This is an attempt of the sandbox.",
        f"Run: orgwizard resume {arguments.attempt} --sandbox",
        meaning="Nothing was done.",
    )

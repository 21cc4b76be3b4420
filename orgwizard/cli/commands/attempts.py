"""Attempts: what was created or is open, and finishing what was interrupted."""

import argparse
import sys
from typing import TYPE_CHECKING

from orgwizard.cli import wiring
from orgwizard.cli.sandbox_hints import tell_of
from orgwizard.domain.errors import BadInput, Exit, NeedsAttention, NoResponse, WizardError
from orgwizard.domain.events import options_of
from orgwizard.domain.json_result import result_object
from orgwizard.domain.order_key import folded
from orgwizard.domain.text.plural import counted
from orgwizard.presentation import text_report
from orgwizard.presentation.attempts import attempt_text, next_commands
from orgwizard.presentation.json import json_report
from orgwizard.ui.batch.streams import write_json, write_stderr, write_stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from orgwizard.application.service import Service
    from orgwizard.storage.attempts.journal import Journal
    from orgwizard.storage.attempts.record import Record

MOST_SHOWN = 20


def orgs(arguments: argparse.Namespace) -> int:
    """List the attempts that are asked for, newest first; returns the exit code."""
    journal = wiring.journal(sandbox=arguments.sandbox)
    if _is_for_reading(arguments):
        return _newest(arguments, journal)
    everything = journal.unsettled() if arguments.open else journal.all()
    records = [record for record in everything if _is_asked_for(record, arguments)]
    if not journal.ids():
        tell_of("attempt", arguments)
    if arguments.check:
        return _check_all(arguments, records)
    if arguments.json:
        listed = [json_report.attempt_as_json(record) for record in records]
        write_json(result_object(orgs=listed, damaged=json_report.damaged_as_json(everything)))
        return Exit.READY
    _print(arguments, records)
    if not records:
        write_stdout("No attempt matches." if everything else "No attempts yet.")
    return Exit.READY


def _is_for_reading(arguments: argparse.Namespace) -> bool:
    """Return whether a person asked for nothing in particular: a long history is then not read and printed whole."""
    asked = arguments.json or arguments.all or arguments.check or arguments.open or arguments.name or arguments.since
    return not asked and sys.stdout is not None and sys.stdout.isatty()


def _print(arguments: argparse.Namespace, records: "Sequence[Record]") -> None:
    """Print what is known of attempts, each with the commands to go on with."""
    options = options_of(sandbox=arguments.sandbox)
    for record in records:
        write_stdout("\n".join((*attempt_text.lines(record), *next_commands.lines(record, options))))


def _newest(arguments: argparse.Namespace, journal: "Journal") -> int:
    """Print the newest attempts, and older ones that are open; returns the exit code."""
    found = journal.overview(MOST_SHOWN)
    shown = {record.id for record in found.newest}
    records = [*found.newest, *(record for record in found.open if record.id not in shown)]
    _print(arguments, records)
    if older := found.total - len(records):
        write_stdout(f"{older:,} older attempts, none of them open: orgwizard orgs --all")
    if not records:
        write_stdout("No attempts yet.")
        tell_of("attempt", arguments)
    return Exit.READY


def _check_all(arguments: argparse.Namespace, records: "Sequence[Record]") -> int:
    """Check the stored keys of the orgs that have some, one after the other; returns the exit code."""
    # It imports what sends requests.
    from orgwizard.application.keys.key_check import FORGOTTEN, check_records, standing_of

    listed, worst = [], "valid"
    for record, checked, problem in check_records(wiring.service(arguments), records):
        keys = json_report.key_check_as_json(checked) if checked else None
        listed.append(json_report.attempt_as_json(record) | {"keys": keys})
        worst = max(worst, standing_of(record, checked), key=_GRAVITY.index)
        if not arguments.json:
            write_stdout("\n".join(text_report.key_check(checked) if checked else [f"{record.name}: {problem}"]))
    error = _CHECK_ERRORS[worst]() if worst in _CHECK_ERRORS else None
    if error and arguments.sandbox:
        error.advice = FORGOTTEN
    if arguments.json:
        write_json(result_object(error, orgs=listed))
    elif error:
        write_stderr("\n".join(error.lines()))
    elif not listed:
        write_stdout("No stored keys to check.")
    return error.exit_code if error else Exit.READY


_GRAVITY = ("valid", "unclear", "invalid")
_CHECK_ERRORS: "Mapping[str, Callable[[], WizardError]]" = {
    "invalid": lambda: NeedsAttention(
        "Some stored keys are no longer valid, or cannot be read.",
        "Replace a token: orgwizard move NAME --replace. No longer needed: orgwizard disable NAME",
        meaning="Nothing was changed.",
        code="keys",
    ),
    "unclear": lambda: NoResponse(
        "Some orgs could not be reached, or gave no clear response.",
        "Check again later.",
        meaning="Could not tell whether all stored keys are valid.",
    ),
}


def _is_asked_for(record: "Record", arguments: argparse.Namespace) -> bool:
    """Return whether a record passes the filters; a damaged one passes --open, for nobody knows how it ended."""
    is_open = record.state == "damaged" or not record.settled
    named = folded(arguments.name) in folded(record.name)
    return (is_open or not arguments.open) and named and (arguments.since is None or record.started >= arguments.since)


def resume(arguments: argparse.Namespace) -> int:
    """Finish one attempt, or all that are open; returns the exit code."""
    from orgwizard.ui.batch import commands, plan_run  # slow to import, and not needed to list attempts

    service = wiring.service(arguments)
    if arguments.all:
        return _resume_all(arguments, service)
    record = _record(arguments, service) if arguments.attempt else next(iter(service.journal.open()), None)
    if record is None:
        return _nothing_open(arguments, service)
    if record.settled or record.state == "damaged":
        return plan_run.print_attempt(service.records.without_leftover(record), as_json=arguments.json)
    return commands.resume(service, record, as_json=arguments.json)


def _resume_all(arguments: argparse.Namespace, service: "Service") -> int:
    from orgwizard.ui.batch import table

    if arguments.attempt:
        raise BadInput(
            "--all cannot be combined with an attempt.", "Name one attempt, or use --all alone.", code="usage"
        )
    if not service.journal.open():
        return _nothing_open(arguments, service)
    return table.resume_every(service, as_json=arguments.json)


def _nothing_open(arguments: argparse.Namespace, service: "Service") -> int:
    """Say that no attempt is open; of records that cannot be read, nobody knows whether they are."""
    if arguments.json:
        write_json(result_object())
    else:
        write_stdout("No open attempts.")
    tell_of("open attempt", arguments)
    if unreadable := sum(record.state == "damaged" for record in service.journal.unsettled()):
        listed = f"orgwizard orgs --open {options_of(sandbox=arguments.sandbox)}".rstrip()
        write_stderr(f"{counted(unreadable, 'record')} cannot be read: {listed}")
    return Exit.READY


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
    )

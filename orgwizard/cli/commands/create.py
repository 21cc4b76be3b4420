"""Creating and checking the org of a plan file."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from orgwizard.application.fingerprint import require_approved
from orgwizard.cli import wiring
from orgwizard.domain.control import Wishes
from orgwizard.domain.errors import NOTHING_DONE, BadInput
from orgwizard.ui.batch import commands

if TYPE_CHECKING:
    from orgwizard.application.service import Service


def create(arguments: argparse.Namespace) -> int:
    """Create the org of a plan, or those of a table, or print what would be sent; returns the exit code."""
    if arguments.table:
        return _create_table(arguments)
    plan = wiring.plan(arguments)
    draft = plan.ready_draft()
    require_approved(arguments.approved, [draft])
    if arguments.dry_run:
        return commands.dry_run(draft, as_json=arguments.json)
    with plan.telling_places():
        return commands.create(
            _service(arguments),
            draft,
            yes=arguments.yes,
            again=arguments.again,
            as_json=arguments.json,
            quiet=arguments.quiet,
        )


def _service(arguments: argparse.Namespace) -> "Service":
    """Put together what the command works with, and what is asked for of each creation."""
    wishes = Wishes(waits=not arguments.no_wait, approved=arguments.approved, twins=arguments.again)
    return replace(wiring.service(arguments), wishes=wishes)


def _create_table(arguments: argparse.Namespace) -> int:
    from orgwizard.ui.batch import table

    table.refuse_again(again=arguments.again)
    plan = wiring.plan(arguments)
    if arguments.dry_run:
        return table.dry_run(plan, arguments.table, as_json=arguments.json)
    return table.create(
        _service(arguments),
        plan,
        arguments.table,
        yes=arguments.yes,
        keep_going=arguments.keep_going,
        as_json=arguments.json,
        quiet=arguments.quiet,
    )


def check(arguments: argparse.Namespace) -> int:
    """Validate a plan, or the stored keys of a child org, with reads; returns the exit code."""
    if arguments.name:
        return _check_keys(arguments)
    if arguments.plan is None:
        raise BadInput("check requires --plan FILE, or the NAME of a profile.", code="usage")
    plan = wiring.plan(arguments)
    draft, other_sites = plan.ready_draft(), arguments.other_sites
    with plan.telling_places():
        return commands.check(wiring.service(arguments), draft, as_json=arguments.json, other_sites=other_sites)


def _check_keys(arguments: argparse.Namespace) -> int:
    from orgwizard.cli.commands import keys

    if arguments.plan is not None:
        words = "check takes a plan or the name of a profile, not both."
        raise BadInput(words, code="usage", meaning=NOTHING_DONE)
    return keys.check(arguments)

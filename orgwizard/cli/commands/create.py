"""Creating and checking the org of a plan file."""

import argparse

from orgwizard.cli import wiring
from orgwizard.ui.batch import commands


def create(arguments: argparse.Namespace) -> int:
    """Create the org of a plan, or those of a table, or print what would be sent; returns the exit code."""
    if arguments.table:
        return _create_table(arguments)
    draft = wiring.plan(arguments).ready_draft(sends=not arguments.dry_run)
    if arguments.dry_run:
        return commands.dry_run(draft, as_json=arguments.json)
    return commands.create(
        wiring.service(arguments), draft, yes=arguments.yes, again=arguments.again, as_json=arguments.json
    )


def _create_table(arguments: argparse.Namespace) -> int:
    from orgwizard.ui.batch import table

    table.refuse_again(again=arguments.again)
    plan = wiring.plan(arguments)
    if arguments.dry_run:
        return table.dry_run(plan, arguments.table, as_json=arguments.json)
    return table.create(
        wiring.service(arguments),
        plan,
        arguments.table,
        yes=arguments.yes,
        keep_going=arguments.keep_going,
        as_json=arguments.json,
    )


def check(arguments: argparse.Namespace) -> int:
    """Validate a plan with reads; returns the exit code."""
    draft = wiring.plan(arguments).ready_draft()
    return commands.check(wiring.service(arguments), draft, as_json=arguments.json, other_sites=arguments.other_sites)

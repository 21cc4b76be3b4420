"""Creating and checking the org of a plan file."""

import argparse

from orgwizard.cli import wiring
from orgwizard.ui.batch import commands


def create(arguments: argparse.Namespace) -> int:
    """Create the org of a plan, or print what would be sent; returns the exit code."""
    draft = wiring.plan(arguments).ready_draft(sends=not arguments.dry_run)
    if arguments.dry_run:
        return commands.dry_run(draft, as_json=arguments.json)
    return commands.create(
        wiring.service(arguments), draft, yes=arguments.yes, again=arguments.again, as_json=arguments.json
    )


def check(arguments: argparse.Namespace) -> int:
    """Validate a plan with reads; returns the exit code."""
    draft = wiring.plan(arguments).ready_draft()
    return commands.check(wiring.service(arguments), draft, as_json=arguments.json, other_sites=arguments.other_sites)

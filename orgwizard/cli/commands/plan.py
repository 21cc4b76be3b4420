"""What a plan would create, and its fingerprint for those who approve it."""

import argparse
from collections.abc import Mapping

from orgwizard.application.fingerprint import fingerprint
from orgwizard.application.order_builder import preview
from orgwizard.application.plans.plan_file import Plan
from orgwizard.cli import wiring
from orgwizard.domain.errors import Exit
from orgwizard.domain.events import Result
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation import text_report
from orgwizard.providers import provider_of
from orgwizard.ui.batch import table
from orgwizard.ui.batch.streams import write_json, write_stdout


def show(arguments: argparse.Namespace) -> int:
    """Print the orders of a plan and its table, and their fingerprint; returns the exit code."""
    plan = wiring.plan(arguments)
    drafts = table.drafts(plan, arguments.table) if arguments.table else [plan.ready_draft()]
    digest = fingerprint(drafts)
    if arguments.json:
        _print_json(plan, {"hash": digest, "orders": len(drafts)}, of_table=bool(arguments.table))
        return Exit.READY
    if not arguments.hash:
        for draft in drafts:
            write_stdout("\n".join((*_order(draft), "")))
    write_stdout(digest)
    return Exit.READY


def _print_json(plan: Plan, members: Mapping[str, object], *, of_table: bool) -> None:
    """Print the one object of a plan; that of a table names no org and is a line, as for its rows."""
    provider, site, name = plan.wanted
    shown = Result("not_created", provider, site, "" if of_table else name).as_json()
    write_json({**shown, **members}, as_line=of_table)


def _order(draft: Draft) -> list[str]:
    provider = provider_of(draft.provider)
    return text_report.order(provider, preview(provider, draft), draft.store)

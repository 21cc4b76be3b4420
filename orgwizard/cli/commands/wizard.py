"""The wizard, drawn or as plain lines: what a face does not need is loaded while it is read."""

import argparse
import os
from typing import TYPE_CHECKING

from orgwizard.cli import wiring
from orgwizard.domain.errors import BadInput

if TYPE_CHECKING:
    from orgwizard.domain.forms.draft import Draft


def run(arguments: argparse.Namespace) -> int:
    """Run the wizard, drawn or as plain lines; returns the exit code."""
    from orgwizard.system.terminal_caps import is_utf8, need_terminal, plain_because, terminal_size

    need_terminal(draws=not arguments.plain)
    if arguments.set and not arguments.plan:
        raise BadInput("--set requires --plan.", "Add --plan FILE: --set overrides values of that plan.", code="usage")
    if arguments.table:
        return _from_table(arguments)
    because = "" if arguments.plain else plain_because(os.environ, terminal_size())
    arguments.ascii = arguments.ascii or not is_utf8(os.environ)
    draft = _planned(arguments) if arguments.plan else None
    try:
        return _in_lines(arguments, draft, because) if arguments.plain or because else _drawn(arguments, draft)
    finally:
        from orgwizard.ui.batch.streams import flush

        flush()


def _from_table(arguments: argparse.Namespace) -> int:
    """Let a person choose rows of a table, and create their orgs; returns the exit code."""
    from orgwizard.ui.batch import table

    if not arguments.plan:
        raise BadInput(
            "--table requires --plan.", "Add --plan FILE: each row overrides values of that plan.", code="usage"
        )
    service, plan = wiring.service(arguments), wiring.plan(arguments)
    return table.create(service, plan, arguments.table, yes=False, keep_going=False, as_json=False, chooses=True)


def _in_lines(arguments: argparse.Namespace, draft: "Draft | None", because: str) -> int:
    from orgwizard.system.terminal_caps import writable_terminal
    from orgwizard.ui.batch.streams import write_stdout
    from orgwizard.ui.plain.app import run

    logs = {} if os.isatty(1) else {"log": write_stdout}
    sink = writable_terminal()
    return run(wiring.bootstrap(arguments), draft, ascii_only=arguments.ascii, because=because, sink=sink, **logs)


def _drawn(arguments: argparse.Namespace, draft: "Draft | None") -> int:
    from orgwizard.system.terminal_caps import theme
    from orgwizard.ui.tui.terminal.environment import prepare

    colours = theme(os.environ, arguments.theme)
    prepare(os.environ)
    from orgwizard.ui.tui.app import run

    return run(wiring.bootstrap(arguments), draft, ascii_only=arguments.ascii, theme=colours)


def _planned(arguments: argparse.Namespace) -> "Draft":
    """Return the draft of a plan; raises `BadInput` for an invalid store, which no step would tell."""
    from orgwizard.storage.stores.secret_stores import parse_store

    draft = wiring.plan(arguments).draft()
    parse_store(draft.store)
    return draft

"""The command line: runs one command, reports its failure, returns its exit code.

`command_table` says what there is, `commands` has one function each, and `wiring` puts together what they work with.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from orgwizard.cli.arguments import Command
from orgwizard.cli.parser import UNWRITTEN, UsageError, build
from orgwizard.domain.errors import NOTHING_CREATED, NOTHING_DONE, Exit, NotSent, WizardError

if TYPE_CHECKING:
    from orgwizard.domain.attempt_state import Outcome

# Only argparse and the error texts are imported above, so that --version and --help answer at once.
# A command's module is imported when it is run, and the wizard's engine imports httpx while the user types.

# What is made while modules are imported stays: looking through it for garbage is a tenth of the start.
OBJECTS_BEFORE_COLLECTION = 50_000
_NOTHING_SENT = "Nothing was sent."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; --help and --version raise `SystemExit`."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        arguments = build(argv).parse_args(argv)
    except UsageError as error:
        return _report(error, _before_parsing(error, argv))
    arguments.environ = dict(os.environ)  # that of the user, for programs that are run instead of this one
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    # Plugins of pydantic are shown every value that is validated, and looking for them takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    had_stdout = sys.stdout is not None
    try:
        code = _run(arguments)
        return _unless_unread(code, arguments) if had_stdout else code
    except WizardError as error:
        return _report(error, arguments)
    except KeyboardInterrupt:
        _report(NotSent("Cancelled.", code="left"), arguments)
        return Exit.LEFT
    except Exception as bug:
        return _report(_internal_error(bug), arguments)


def _run(arguments: argparse.Namespace) -> int:
    module, _, function = arguments.command.run.partition(":")
    return int(getattr(import_module(f"orgwizard.cli.commands.{module}"), function)(arguments))


def _unless_unread(code: int, arguments: argparse.Namespace) -> int:
    """Return a command's exit code; where stdout did not take its result, and that was all there was to it, 2."""
    created = arguments.command.creates and not getattr(arguments, "dry_run", False)
    if code != Exit.READY or sys.stdout is not None or created:
        return code
    from orgwizard.ui.batch.streams import write_stderr

    write_stderr(UNWRITTEN)
    return Exit.USAGE


def _before_parsing(error: UsageError, argv: Sequence[str]) -> argparse.Namespace:
    """Return what arguments that cannot be parsed ask of a report; what follows "--" belongs to another program."""
    ours = {word.partition("=")[0] for word in (argv[: argv.index("--")] if "--" in argv else argv)}
    return argparse.Namespace(command=error.command, json="--json" in ours, table="--table" in ours)


def _report(error: WizardError, arguments: argparse.Namespace) -> int:
    """Print a failure: lines on stderr, and with --json the object on stdout."""
    from orgwizard.ui.batch.streams import write_json, write_stderr

    if error.meaning == NOTHING_CREATED:
        error.meaning = _meaning(error, arguments)
    if getattr(arguments, "json", False):
        write_json(_failed(error, arguments), as_line=bool(getattr(arguments, "table", None)))  # as for its rows
    write_stderr("\n".join(error.lines()))
    return error.exit_code


def _meaning(error: WizardError, arguments: argparse.Namespace) -> str:
    """Return what a failure means that kept everything from being created: that is no news of most commands."""
    command: Command | None = arguments.command
    if command is None or not command.name:
        return NOTHING_CREATED
    if not getattr(arguments, "plan", None):
        return NOTHING_DONE
    creates = command.creates and not getattr(arguments, "dry_run", False)
    return NOTHING_CREATED if creates or error.exit_code != Exit.USAGE else _NOTHING_SENT


def _failed(error: WizardError, arguments: argparse.Namespace) -> dict[str, object]:
    """Return the object of a command that failed before it knew an outcome."""
    from orgwizard.domain.events import Result
    from orgwizard.domain.json_result import result_object

    command: Command | None = arguments.command
    if command is None or not command.plans:
        return result_object(error)  # no outcome: an attempt that was not found may have created an org
    # A fault of ours may have come after the request: it must not say that nothing was created.
    outcome: Outcome = "unknown" if error.exit_code == Exit.BUG and command.creates else "not_created"
    provider, site, name = getattr(arguments, "wanted", ("", "", ""))
    if getattr(arguments, "table", None):
        name = ""  # which the rows override
    return Result(outcome, provider, site, name, error=error).as_json()


def _internal_error(bug: Exception) -> WizardError:
    """Return a failure of our own: types, files and lines only, for any text in it may hold a secret."""
    import traceback

    frames = traceback.extract_tb(bug.__traceback__)[-3:]
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return WizardError(
        f"Internal error in orgwizard: {type(bug).__name__} at {where}.",
        "Please report this line; it contains no secret. To see what was created: orgwizard orgs",
        meaning="If a creation was running, its outcome is recorded.",
        code="bug",
    )

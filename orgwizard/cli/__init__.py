"""The command line: one command, its exit code, and every failure in words.

`parser` is the table of commands, `commands` has one function each, and `wiring` puts together what they work with.
"""

import argparse
import gc
import json
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from orgwizard.cli.parser import UNWRITTEN, build
from orgwizard.domain.errors import Exit, NotSent, WizardError

# Only argparse and the error texts are imported above, so that --version and --help answer at once.
# A command's module is imported when it is run, and the wizard's engine imports httpx while the user types.

# What is made while modules are imported stays: looking through it for garbage is a tenth of the start.
OBJECTS_BEFORE_COLLECTION = 50_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing but a usage error raises `SystemExit`."""
    arguments = build().parse_args(argv)
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


def _report(error: WizardError, arguments: argparse.Namespace) -> int:
    """Print a failure: lines on stderr, and with --json the object on stdout."""
    from orgwizard.ui.batch.streams import write_stderr, write_stdout

    if getattr(arguments, "json", False):
        from orgwizard.domain.events import Result

        # A fault of ours may have come after the request: it must not say that nothing was created.
        failed = Result("unknown" if error.exit_code == Exit.BUG else "not_created", "", "", "", error=error)
        # Other commands know no outcome: an attempt that they do not find may have created an org.
        outcome = {} if arguments.command.plans else {"outcome": None}
        write_stdout(json.dumps(failed.as_json() | outcome, indent=2))
    write_stderr("\n".join(error.lines()))
    return error.exit_code


def _internal_error(bug: Exception) -> WizardError:
    """Return a failure of our own: types, files and lines only, for any text in it may hold a secret."""
    frames = traceback.extract_tb(bug.__traceback__)[-3:]
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return WizardError(
        f"Internal error in orgwizard: {type(bug).__name__} at {where}.",
        "Please report it with this line; no secret is in it. What was created is listed by: orgwizard orgs",
        meaning="If a creation was under way, its outcome is in the journal.",
        code="bug",
    )

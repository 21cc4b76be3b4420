"""From "created" to the first call: the keys of a child org for a shell, a file or a program."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from orgwizard.application.keys.handoff import Handover, Text, require_not_revoked
from orgwizard.application.keys.handoff import snippet as written_snippet
from orgwizard.cli import wiring
from orgwizard.cli.sandbox_hints import find_profile
from orgwizard.domain.errors import BadInput, Cancelled, Exit, LocalFailure, NotSent
from orgwizard.domain.events import options_of
from orgwizard.system import coredumps, private_files, secret_reader
from orgwizard.ui.batch.confirmation import confirm_word
from orgwizard.ui.batch.streams import write_exactly, write_json, write_stderr

if TYPE_CHECKING:
    from orgwizard.storage.attempts.record import Record
    from orgwizard.storage.profiles import Profile

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # as shells end for a command that they cannot run
_FOR_SHELLS = ("sh", "fish", "powershell")
# The addresses in a snippet are those of the real service, where an org of the sandbox is not.
PRETEND_CHILD = "Sandbox profile: this org exists in the sandbox only, and the real service refuses its keys."
PRETEND_PARENT = "Sandbox profile: run with real credentials, this creates a real org."
SLASH_COMMENTS = ("typescript", "go", "java", "rust")


def env(arguments: argparse.Namespace) -> int:
    """Print the variables of a child org, or write them to a file; returns the exit code."""
    coredumps.forbid()
    handover = _handover(arguments)
    return _to_file(arguments, handover) if arguments.output else _to_stdout(arguments, handover)


def _to_stdout(arguments: argparse.Namespace, handover: Handover) -> int:
    """Print the variables, on a terminal after a question; returns the exit code."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    if on_terminal and not arguments.show:
        review = f"The keys of {handover.profile.name} will be readable on this terminal."
        _ask(review, "show", "show them", "env needs --show, or a pipe")
    text = handover.text(arguments.format or "sh")
    if on_terminal and not all(value.isprintable() for value in text.values.values()):
        raise BadInput("A key contains characters that a terminal cannot show.", "Use a pipe, or --output.")
    if arguments.json:
        _print_json(handover.profile, variables=dict(text.values))
        return Exit.READY
    rivals = sorted(handover.handoff.rivals & arguments.environ.keys())
    if text.format in _FOR_SHELLS and rivals:
        write_stderr(f"Warning: also set, and may take precedence: {', '.join(rivals)}")
    if text.masks:
        write_exactly(text.masks, "stderr" if _is_file_of_github(arguments.environ) else "stdout")
    write_exactly(text.body)
    return Exit.READY


def execute(arguments: argparse.Namespace) -> int:
    """Become another program that has the keys in its environment; returns only if that fails, 126 or 127."""
    handover = _handover(arguments)
    keys = handover.environment()
    inherited = {name: value for name, value in arguments.environ.items() if name not in handover.handoff.rivals}
    return _become(arguments.program, {**inherited, **keys})


def snippet(arguments: argparse.Namespace) -> int:
    """Print a program that makes a first call, or creates an org; returns the exit code."""
    profile, options = find_profile(arguments), options_of(sandbox=arguments.sandbox)
    if not arguments.create:  # which takes the parent's keys
        require_not_revoked(profile, partial(_attempt_of, arguments), options)
    text = written_snippet(profile, arguments.language, create=arguments.create, options=options)
    if arguments.sandbox:
        mark = "//" if arguments.language in SLASH_COMMENTS else "#"
        text = f"{mark} {PRETEND_PARENT if arguments.create else PRETEND_CHILD}\n{text}"
    if arguments.json:
        _print_json(profile, language=arguments.language, snippet=text)
    else:
        write_exactly(text)
    return Exit.READY


def _handover(arguments: argparse.Namespace) -> Handover:
    """Return the keys of the named profile on their way; raises `BadInput`, and `Refused` if they were revoked."""
    profile, look_up = find_profile(arguments), partial(_attempt_of, arguments)
    return Handover(profile, secret_reader.read, look_up, options=options_of(sandbox=arguments.sandbox))


def _attempt_of(arguments: argparse.Namespace, attempt: str) -> "Record | None":
    """Return an attempt by its id, if the journal has it."""
    with suppress(BadInput):
        return wiring.journal(sandbox=arguments.sandbox).get(attempt)
    return None


def _print_json(profile: "Profile", **members: object) -> None:
    """Print the one object of --json: what the profile knows, and *members*."""
    from orgwizard.cli.commands.keys import profile_members  # slow to import, as are the attempts above
    from orgwizard.domain.json_result import result_object

    write_json(result_object(**profile_members(profile), **members))


def _ask(review: str, word: str, deed: str, needed: str) -> None:
    """Ask for a word on the terminal; raises `BadInput` without one, and `Cancelled`."""
    try:
        confirm_word(review, word, deed, needed)
    except NotSent as refused:
        raise Cancelled(refused.cause) from None


# ---- a file ----


def _to_file(arguments: argparse.Namespace, handover: Handover) -> int:
    """Write the file that the command line names, for nobody but its owner; returns the exit code."""
    path: Path = arguments.output
    appends = arguments.format == "github"
    replacing = not appends and _is_in_the_way(path)
    if replacing and not arguments.force:
        _ask(f"{path} exists.", "replace", "replace it", f"replacing a file needs --force: {path}")
    text = handover.file(path, arguments.format or "")
    if text.masks:
        write_exactly(text.masks, "stderr" if arguments.json else "stdout")
    _write(path, text, appends=appends, replacing=replacing)
    if arguments.json:
        _print_json(handover.profile, output=str(path), format=text.format)
    else:
        write_stderr(f"The keys of {handover.profile.name} are in {path}. Keep it out of version control.")
    return Exit.READY


def _write(path: Path, text: Text, *, appends: bool, replacing: bool) -> None:
    try:
        if appends:
            private_files.append(path, text.body.removesuffix("\n"))
        else:
            private_files.write(path, text.body.encode(), replacing=replacing)
    except FileExistsError:
        raise LocalFailure(f"{path} was written by another program.", "Try again.") from None
    except LocalFailure as fault:
        raise LocalFailure(fault.cause, "Name another file.") from None


def _is_in_the_way(path: Path) -> bool:
    """Return whether a file is there already; raises `LocalFailure` for what is no file, such as a link or a device."""
    if not os.path.lexists(path):
        return False
    if path.is_symlink() or not path.is_file():
        raise LocalFailure(f"{path} is not a regular file.", "Name another file.")
    return True


# ---- what surrounds the keys ----


def _is_file_of_github(environ: Mapping[str, str]) -> bool:
    """Return whether stdout is the file that takes variables for later steps, where a mask would be an error."""
    with suppress(OSError, ValueError, KeyError, AttributeError):
        return os.path.samestat(os.fstat(sys.stdout.fileno()), os.stat(environ["GITHUB_ENV"]))  # noqa: PTH116 - as fstat
    return False


def _become(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a program in place of this one, with the signals as they are for any program; returns only if that fails."""
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, and so would the program
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(argv[0], list(argv), dict(environ))  # noqa: S606 - the user's own command, and no shell
    except (FileNotFoundError, NotADirectoryError):
        code, why, advice = NOT_FOUND, "was not found", "Install it, or write its full path."
    except (OSError, ValueError) as error:
        words = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "bad argument"
        code, why, advice = NOT_EXECUTABLE, f"could not be started: {words}", "Try it in a shell first."
    failure = LocalFailure(f"The command {argv[0]} {why}.", advice, meaning="The command was not run.")
    write_stderr("\n".join(failure.lines()))
    return code

"""The command line: arguments to one command function, the wiring of everything, and exit codes."""

import argparse
import gc
import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgwizard import __version__
from orgwizard.domain.errors import BadInput, Exit, NotSent, Trouble, Unusable
from orgwizard.system.terminal_caps import THEMES

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport

    from orgwizard.application.bootstrap import Front
    from orgwizard.application.runner import Engine
    from orgwizard.application.service import Desk
    from orgwizard.domain.clock import Clock
    from orgwizard.domain.draft import Draft
    from orgwizard.sandbox.scenarios import Magic
    from orgwizard.storage.attempt_journal import Journal, Record
    from orgwizard.storage.profiles import Profiles

# Only argparse and the error texts are imported above: --version and --help answer at once. Each
# command imports what it needs, and the wizard's engine thread imports httpx while the user types.

# What is made while modules are imported stays: looking through it for garbage is a tenth of the start.
OBJECTS_BEFORE_COLLECTION = 50_000
_UNWRITTEN = "The output could not be written: stdout is closed or full."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing but a usage error raises `SystemExit`."""
    arguments = _parser().parse_args(argv)
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    # Plugins of pydantic are shown every value that is validated, and looking for them takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    had_stdout = sys.stdout is not None
    try:
        code = int(arguments.run(arguments))
        return _unless_unread(code, arguments) if had_stdout else code
    except Trouble as trouble:
        return _told(trouble, arguments)
    except KeyboardInterrupt:
        _told(NotSent("Cancelled.", code="left"), arguments)
        return Exit.LEFT
    except Exception as bug:
        return _told(_fault(bug), arguments)


def _unless_unread(code: int, arguments: argparse.Namespace) -> int:
    """Return a command's exit code; where stdout did not take its result, and that was all there was to it, 2."""
    made = arguments.run in (_create, _resume) and not getattr(arguments, "dry_run", False)
    if code != Exit.READY or sys.stdout is not None or made:
        return code
    _complain(_UNWRITTEN)
    return Exit.USAGE


def _told(trouble: Trouble, arguments: argparse.Namespace) -> int:
    """Print a failure: lines on stderr, and with --json the object on stdout."""
    if getattr(arguments, "json", False):
        from orgwizard.domain.events import Result

        # A fault of ours may have come after the request: it must not say that nothing was created.
        found = Result("unknown" if trouble.exit_code == Exit.BUG else "not_created", "", "", "", trouble=trouble)
        # Commands that create nothing know no outcome either: an attempt that they do not find may have created an org.
        outcome = {} if arguments.run in (_create, _check) else {"outcome": None}
        _say(json.dumps(found.as_json() | outcome, indent=2))
    _complain("\n".join(trouble.lines()))
    return trouble.exit_code


def _say(text: str) -> None:
    from orgwizard.ui.batch.commands import say

    say(text)


def _complain(text: str) -> None:
    from orgwizard.ui.batch.commands import complain

    complain(text)


def _fault(bug: Exception) -> Trouble:
    """Return a fault of ours: types, files and lines only, for any text in it may hold a secret."""
    frames = traceback.extract_tb(bug.__traceback__)[-3:]
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return Trouble(
        f"orgwizard met a fault of its own: {type(bug).__name__} at {where}.",
        "Please report it with this line; no secret is in it. What was created is listed by: orgwizard orgs",
        meaning="If a creation was under way, its outcome is in the journal.",
        code="bug",
    )


# ---- arguments ----------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """A parser that takes no option by its beginning: `--a --y` must not be `--again --yes`."""

    def __init__(self, **settings: Any) -> None:
        """Take what argparse takes; the parsers of commands are of this kind, too."""
        super().__init__(allow_abbrev=False, **settings)

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print what --help and --version ask for; argparse passes over a stdout that takes nothing."""
        if file is not sys.stdout or file is None:
            super()._print_message(message, file)
            return
        try:
            file.write(message)
            file.flush()
        except (OSError, ValueError):
            sys.stdout = None  # Python would try to flush it at the end
            self.exit(Exit.USAGE, f"{_UNWRITTEN}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="orgwizard",
        description="Create a child organization at Okta or Datadog: nothing lost, nothing twice, nothing leaked.",
        epilog="Exit codes: 0 created and ready, 1 a bug, 2 wrong usage or plan, 3 refused, 4 never sent, "
        "5 unknown, 6 created but needs attention, 7 another orgwizard is at this order, 130 left.",
    )
    parser.add_argument("--version", action="version", version=f"orgwizard {__version__}")
    parser.add_argument("--plan", type=Path, metavar="FILE", help="start the wizard with the answers of a plan file")
    words = "the wizard as plain lines, for screen readers, simple terminals and slow lines"
    parser.add_argument("--plain", action="store_true", help=words)
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    words = "colours: the terminal's own, or a dark or light set; also by ORGWIZARD_THEME"
    parser.add_argument("--theme", choices=THEMES, help=words)
    _add_shared(parser, top=True)
    parser.set_defaults(run=_wizard)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_create(commands)
    _add_check(commands)
    _add_orgs(commands)
    _add_resume(commands)
    _add_profiles(commands)
    _add_sandbox(commands)
    _add_reset(commands)
    return parser


def _add_shared(parser: argparse.ArgumentParser, *, top: bool = False) -> None:
    """Add the options that stand before or after the command alike."""
    absent = argparse.SUPPRESS
    parser.add_argument(
        "--sandbox",
        action="store_true",
        default=False if top else absent,
        help="work with the built-in sandbox: no account, no network",
    )
    _add_speed(parser, 1.0 if top else absent)
    parser.add_argument(
        "--ca-file",
        type=Path,
        default=None if top else absent,
        metavar="FILE",
        help="trust these TLS roots (PEM) besides the system's",
    )


def _add_speed(parser: argparse.ArgumentParser, default: float | str) -> None:
    words = "let the sandbox's time run N times as fast"
    parser.add_argument("--sandbox-speed", type=_speed, default=default, metavar="N", help=words)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 10_000:
        raise argparse.ArgumentTypeError("it must be a number between 0.01 and 10000")
    return speed


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65535):
        raise argparse.ArgumentTypeError("it must be a number between 0 and 65535")
    return int(text)


_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives the type no public name


def _add_create(commands: "_Commands[_Parser]") -> None:
    create = commands.add_parser("create", help="create the org of a plan file, without questions")
    create.add_argument("--plan", type=Path, required=True, metavar="FILE", help="the plan file")
    create.add_argument("--yes", action="store_true", help="create without asking; needed without a terminal")
    words = "create a second org even if an earlier attempt for this order is open or succeeded"
    create.add_argument("--again", action="store_true", help=words)
    create.add_argument("--dry-run", action="store_true", help="print the masked request and send nothing")
    create.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    _add_shared(create)
    create.set_defaults(run=_create)


def _add_check(commands: "_Commands[_Parser]") -> None:
    check = commands.add_parser("check", help="try a plan's credentials and name with reads; never creates")
    check.add_argument("--plan", type=Path, required=True, metavar="FILE", help="the plan file")
    check.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    words = "where the keys are refused, ask the vendor's other sites whether they belong there"
    check.add_argument("--other-sites", action="store_true", help=words)
    _add_shared(check)
    check.set_defaults(run=_check)


def _add_orgs(commands: "_Commands[_Parser]") -> None:
    orgs = commands.add_parser("orgs", help="list what was created or is still open")
    orgs.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    _add_shared(orgs)
    orgs.set_defaults(run=_orgs)


def _add_resume(commands: "_Commands[_Parser]") -> None:
    resume = commands.add_parser(
        "resume", help="finish a wait, store what was only kept, or look up an unknown outcome"
    )
    resume.add_argument(
        "attempt",
        nargs="?",
        default="",
        metavar="ATTEMPT",
        help="its id or the beginning of it; else the newest open one",
    )
    resume.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    _add_shared(resume)
    resume.set_defaults(run=_resume)


def _add_profiles(commands: "_Commands[_Parser]") -> None:
    profiles = commands.add_parser("profiles", help="list, show or remove saved profiles")
    _add_shared(profiles)
    profiles.set_defaults(run=_profiles_list, json=False)
    actions = profiles.add_subparsers(title="actions", metavar="ACTION")
    for name, run, words in (
        ("list", _profiles_list, "list the profiles"),
        ("show", _profiles_show, "show one profile"),
        ("remove", _profiles_remove, "remove one profile; its keys stay where they are"),
        ("path", _profiles_path, "print the folder they are in"),
    ):
        action = actions.add_parser(name, help=words)
        if name in ("show", "remove"):
            action.add_argument("name", metavar="NAME")
        action.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        _add_shared(action)
        action.set_defaults(run=run)


def _add_reset(commands: "_Commands[_Parser]") -> None:
    reset = commands.add_parser("reset-terminal", help="mend a terminal that a killed program left behind")
    reset.set_defaults(run=_reset_terminal)


def _add_sandbox(commands: "_Commands[_Parser]") -> None:
    sandbox = commands.add_parser("sandbox", help="serve the pretend Okta or Datadog on 127.0.0.1")
    sandbox.add_argument("provider", choices=["okta", "datadog"])
    sandbox.add_argument(
        "--port", type=_port, default=0, metavar="N", help="the port; 0, the default, takes a free one"
    )
    _add_speed(sandbox, 1.0)
    sandbox.set_defaults(run=_sandbox)


# ---- wiring -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Folders:
    """Where this run keeps things: profiles in config, attempts and the draft in state, keys in data."""

    config: Path
    state: Path
    data: Path

    @property
    def attempts(self) -> Path:
        """Return the folder of the journal."""
        return self.state / "attempts"

    @property
    def profiles(self) -> Path:
        """Return the folder of the profiles."""
        return self.config / "profiles"


def folders(*, sandbox: bool) -> Folders:
    """Return the folders that platformdirs names; the sandbox has its own below them."""
    from platformdirs import PlatformDirs

    below = "sandbox" if sandbox else "."
    try:
        dirs = PlatformDirs("orgwizard", appauthor=False)
        found = Folders(dirs.user_config_path / below, dirs.user_state_path / below, dirs.user_data_path / below)
    except (RuntimeError, KeyError):
        found = None
    if found is None or not all(place.is_absolute() for place in (found.config, found.state, found.data)):
        raise Unusable(
            "There is no home folder, so orgwizard cannot tell where its files belong.",
            "Set HOME, or XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_DATA_HOME, to a folder of your own.",
            meaning="Nothing was sent.",
        )
    return found


def _front(arguments: argparse.Namespace) -> "Front":
    """Put together what the wizard begins with; it opens the desk while the user reads."""
    from orgwizard.application.bootstrap import Front
    from orgwizard.application.discovery import Belongings
    from orgwizard.application.runner import Engine
    from orgwizard.storage.drafts import Drafts
    from orgwizard.system import coredumps

    coredumps.forbid()
    place, engine = folders(sandbox=arguments.sandbox), Engine()
    return Front(
        Belongings(os.environ, _sandbox_credentials() if arguments.sandbox else {}),
        engine,
        Drafts(place.state),
        lambda: _desk(arguments, engine),
        sandbox=arguments.sandbox,
        magic=_magic() if arguments.sandbox else (),
        is_new=lambda: not any(_holds_something(folder) for folder in (place.attempts, place.profiles)),
    )


def _holds_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except FileNotFoundError:
        return False
    except OSError:  # whoever reads it says what is wrong with it
        return True


def _desk(arguments: argparse.Namespace, engine: "Engine | None" = None) -> "Desk":
    """Put together what a face works at."""
    from orgwizard.application.runner import Engine
    from orgwizard.application.service import Desk
    from orgwizard.application.token_exchange import Authorized
    from orgwizard.domain.clock import SystemClock
    from orgwizard.network.transport import Transport
    from orgwizard.storage.attempt_journal import Journal
    from orgwizard.storage.drafts import Drafts
    from orgwizard.storage.profiles import Profiles
    from orgwizard.storage.secret_stores import Vault, attempts_with_keys
    from orgwizard.system import coredumps

    coredumps.forbid()
    clock = SystemClock(arguments.sandbox_speed if arguments.sandbox else 1.0)
    place = folders(sandbox=arguments.sandbox)
    used: set[str] = set()
    journal = Journal(place.attempts, clock, lambda: attempts_with_keys(place.data / "keys"))
    others = Journal(folders(sandbox=not arguments.sandbox).attempts, clock)
    transport = Transport(arguments.ca_file, _sandbox_backend(clock) if arguments.sandbox else None)
    return Desk(
        send=Authorized(transport.send, clock).send,
        engine=engine or Engine(),
        clock=clock,
        journal=journal,
        profiles=Profiles(place.profiles),
        drafts=Drafts(place.state),
        vault=Vault(place.data / "keys", without=used, given=lambda: journal.given() | others.given()),
        used=used,
        environ=os.environ,
        given=_sandbox_credentials() if arguments.sandbox else {},
        warm=transport.warm,
    )


def _loaded(arguments: argparse.Namespace) -> "Draft":
    from orgwizard.application.plan_file import load

    return load(arguments.plan)


def _check_store(draft: "Draft") -> None:
    """Raise `BadInput` for a plan whose store is none; the steps take it for one."""
    from orgwizard.storage.secret_stores import parse_store

    parse_store(draft.store)


# ---- commands -----------------------------------------------------------------------------------


def _wizard(arguments: argparse.Namespace) -> int:
    from orgwizard.system.terminal_caps import is_utf8, need_terminal, plain_because, terminal_size

    need_terminal()
    because = "" if arguments.plain else plain_because(os.environ, terminal_size())
    arguments.ascii = arguments.ascii or not is_utf8(os.environ)
    draft = _loaded(arguments) if arguments.plan else None
    if draft:
        _check_store(draft)
    code = _in_lines(arguments, draft, because) if arguments.plain or because else _drawn(arguments, draft)
    from orgwizard.ui.batch.commands import flush

    flush()
    return code


def _in_lines(arguments: argparse.Namespace, draft: "Draft | None", because: str) -> int:
    from orgwizard.ui.plain.app import run

    return run(_front(arguments), draft, ascii_only=arguments.ascii, because=because)


def _drawn(arguments: argparse.Namespace, draft: "Draft | None") -> int:
    from orgwizard.system.terminal_caps import theme
    from orgwizard.ui.tui.terminal.environment import prepare

    colours = theme(os.environ, arguments.theme)
    prepare(os.environ)
    from orgwizard.ui.tui.app import run

    return run(_front(arguments), draft, ascii_only=arguments.ascii, theme=colours)


def _create(arguments: argparse.Namespace) -> int:
    from orgwizard.ui.batch import commands

    draft = commands.ready_draft(_loaded(arguments), arguments.plan, sends=not arguments.dry_run)
    desk = _desk(arguments)
    if arguments.dry_run:
        return commands.dry_run(desk, draft, as_json=arguments.json)
    return commands.create(desk, draft, yes=arguments.yes, again=arguments.again, as_json=arguments.json)


def _check(arguments: argparse.Namespace) -> int:
    from orgwizard.ui.batch import commands

    draft = commands.ready_draft(_loaded(arguments), arguments.plan)
    return commands.check(_desk(arguments), draft, as_json=arguments.json, other_sites=arguments.other_sites)


def _orgs(arguments: argparse.Namespace) -> int:
    from orgwizard.presentation import text_report

    records = _journal(sandbox=arguments.sandbox).all()
    if arguments.json:
        _say(json.dumps({"orgs": [text_report.attempt_as_json(record) for record in records]}, indent=2))
        return Exit.READY
    for record in records:
        _say("\n".join(text_report.attempt(record)))
    if not records:
        _say("No org was created or tried yet.")
    return Exit.READY


def _resume(arguments: argparse.Namespace) -> int:
    from orgwizard.ui.batch import commands

    desk = _desk(arguments)
    record = _record(arguments, desk) if arguments.attempt else next(iter(desk.journal.open()), None)
    if record is None:
        names = ("outcome", "ready", "attempt", "provider", "site", "org", "stored", "error")
        nothing = dict.fromkeys(names)
        _say(json.dumps(nothing, indent=2) if arguments.json else "Nothing is open.")
        return Exit.READY
    if record.settled or record.state == "damaged":
        return commands.look(desk.tidied(record), as_json=arguments.json)
    return commands.resume(desk, record, as_json=arguments.json)


def _journal(*, sandbox: bool) -> "Journal":
    """Return the journal to look into; what writes it is the desk's."""
    from orgwizard.domain.clock import SystemClock
    from orgwizard.storage.attempt_journal import Journal

    def with_keys() -> "Mapping[str, Mapping[str, str]]":
        from orgwizard.storage.secret_stores import attempts_with_keys  # slow to import, and rarely needed

        return attempts_with_keys(place.data / "keys")

    place = folders(sandbox=sandbox)
    return Journal(place.attempts, SystemClock(), with_keys)


def _record(arguments: argparse.Namespace, desk: "Desk") -> "Record":
    """Return the attempt that is meant; raises `BadInput`, which tells where it is one of the sandbox."""
    try:
        return desk.journal.get(str(arguments.attempt))
    except BadInput:
        if arguments.sandbox or not any(r.id.startswith(arguments.attempt) for r in _journal(sandbox=True).all()):
            raise
    raise BadInput(
        "This is an attempt of the sandbox.",
        f"Run: orgwizard resume {arguments.attempt} --sandbox",
        meaning="Nothing was done.",
    )


def _profiles_list(arguments: argparse.Namespace) -> int:
    from orgwizard.presentation import text_report

    found, problems = _profiles(arguments).all()
    if arguments.json:
        said = [{"file": str(problem.file), "message": problem.words} for problem in problems]
        _say(json.dumps({"profiles": [p.model_dump(mode="json") for p in found], "problems": said}, indent=2))
    else:
        _say("\n".join(text_report.profiles(found)))
    for problem in problems:
        _complain(problem.words)
    return Exit.USAGE if problems else Exit.READY


def _profiles_show(arguments: argparse.Namespace) -> int:
    from orgwizard.presentation import text_report

    profile = _profiles(arguments).load(arguments.name)
    shown = (
        json.dumps(profile.model_dump(mode="json"), indent=2)
        if arguments.json
        else "\n".join(text_report.profile(profile))
    )
    _say(shown)
    return Exit.READY


def _profiles_remove(arguments: argparse.Namespace) -> int:
    _profiles(arguments).remove(arguments.name)
    if arguments.json:
        _say(json.dumps({"removed": arguments.name}))
    else:
        _say(f"The profile {arguments.name} was removed. The keys it pointed to are where they were.")
    return Exit.READY


def _profiles_path(arguments: argparse.Namespace) -> int:
    path = str(_profiles(arguments).folder)
    _say(json.dumps({"path": path}) if arguments.json else path)
    return Exit.READY


def _profiles(arguments: argparse.Namespace) -> "Profiles":
    from orgwizard.storage.profiles import Profiles

    return Profiles(folders(sandbox=arguments.sandbox).profiles)


def _sandbox(arguments: argparse.Namespace) -> int:
    from orgwizard.domain.clock import SystemClock

    try:
        from orgwizard.sandbox.http_server import serve
    except ModuleNotFoundError:
        raise Unusable(
            "Serving the sandbox needs the extra `serve`.",
            "Install it with: pip install 'orgwizard[serve]'",
            meaning="Nothing was started.",
        ) from None
    print(f"The sandbox takes any plausible credentials, such as: {_ready_made(arguments.provider)}", file=sys.stderr)
    try:
        serve(arguments.provider, arguments.port, SystemClock(arguments.sandbox_speed), started=_announce)
    except OSError as error:
        cause = f"Port {arguments.port} cannot be had: {error.strerror}."
        raise Unusable(cause, "Choose another one, or none.", meaning="Nothing was started.") from None
    return Exit.READY


def _reset_terminal(_: argparse.Namespace) -> int:
    from orgwizard.system.terminal_reset import mend

    mend()
    return Exit.READY


def _announce(url: str) -> None:
    print(url, flush=True)


def _ready_made(provider: str) -> str:
    found = _sandbox_credentials()
    del found["okta.site"]  # served, it is wherever it is served
    return ", ".join(f"{name.partition('.')[2]} {value}" for name, value in found.items() if name.startswith(provider))


# ---- the sandbox ----------------------------------------------------------------------------------


def _sandbox_backend(clock: "Clock") -> "AsyncBaseTransport":
    from orgwizard.sandbox.router import World
    from orgwizard.sandbox.transport import SandboxTransport

    return SandboxTransport(World(clock))


def _sandbox_credentials() -> dict[str, str]:
    from orgwizard.sandbox.scenarios import CREDENTIALS

    return {**CREDENTIALS, "okta.site": "acme.okta.com"}


def _magic() -> list["Magic"]:
    from orgwizard.sandbox.scenarios import MAGIC

    return list(MAGIC)

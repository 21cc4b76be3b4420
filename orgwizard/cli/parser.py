"""The table of commands: what each is called, takes and runs; no option may be abbreviated."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from orgwizard import __version__
from orgwizard.cli.arguments import Command, Parser, argument, moment, number, port
from orgwizard.system.terminal_caps import THEMES

# ---- arguments ----

JSON = argument("--json", action="store_true", help="print one JSON object on stdout")
SET = argument(
    "--set",
    action="append",
    default=[],
    metavar="KEY=VALUE",
    help='a value in place of the plan\'s, such as organization.name="My Child Org 1"; may be repeated',
)
PLAN = (
    argument("--plan", type=Path, required=True, metavar="FILE", help="the plan file; - reads standard input"),
    SET,
)
TABLE = argument(
    "--table",
    type=Path,
    metavar="FILE",
    help="a CSV file with an org in each row: its header names plan keys, such as organization.name",
)
SPEED = argument("--sandbox-speed", type=number, default=1.0, metavar="N", help="speed up the sandbox clock N times")
SHARED = (
    argument(
        "--sandbox",
        action="store_true",
        default=False,
        help="work with the built-in sandbox: no account, no network",
    ),
    SPEED,
    argument(
        "--ca-file",
        type=Path,
        default=None,
        metavar="FILE",
        help="trust these TLS roots (PEM) besides the system's",
    ),
)
SANDBOX = SHARED[0].inherited()
AFTER_A_COMMAND = tuple(shared.inherited() for shared in SHARED)
NAME = argument("name", metavar="NAME", completes="profiles")
PROFILE = argument("name", metavar="NAME", help="a profile, or the beginning of its name", completes="profiles")
FORMATS = ("sh", "fish", "powershell", "dotenv", "json", "terraform", "github")

# ---- commands ----

WIZARD = Command(
    "",
    "",
    "wizard:run",
    (
        argument("--version", action="version", version=f"orgwizard {__version__}"),
        argument("--plan", type=Path, metavar="FILE", help="start the wizard with the values of a plan file"),
        SET,
        argument(*TABLE.names, **{**TABLE.settings, "help": "with --plan: choose rows of a CSV file to create"}),
        argument(
            "--plain",
            action="store_true",
            help="the wizard as plain lines, for screen readers, simple terminals and slow lines",
        ),
        argument("--ascii", action="store_true", help="draw with ASCII characters only"),
        argument(
            "--theme",
            choices=THEMES,
            help="colours: the terminal's own, or a dark or light set; also by ORGWIZARD_THEME",
        ),
        *SHARED,
    ),
)
COMMANDS = (
    Command(
        "create",
        "create the org of a plan file, or those of a table, without questions",
        "create:create",
        (
            *PLAN,
            TABLE,
            argument(
                "--keep-going",
                action="store_true",
                help="with --table: do not stop at an unknown outcome or at three refusals of one kind",
            ),
            argument("--yes", action="store_true", help="create without asking; required without a terminal"),
            argument(
                "--again",
                action="store_true",
                help="create a second org even if an earlier attempt for this order is open or succeeded",
            ),
            argument("--no-wait", action="store_true", help="end once the keys are stored; resume tests the new org"),
            argument(
                "--approved",
                default="",
                metavar="HASH",
                help="refuse a plan whose fingerprint (plan --hash) is not this one",
            ),
            argument("--quiet", action="store_true", help="print no progress"),
            argument("--dry-run", action="store_true", help="print the masked request and send nothing"),
            JSON,
            *AFTER_A_COMMAND,
        ),
        creates=True,
        plans=True,
    ),
    Command(
        "plan",
        "show what a plan would create, and its fingerprint; reads no secret and sends nothing",
        "plan:show",
        (*PLAN, TABLE, argument("--hash", action="store_true", help="print only the fingerprint"), JSON, SANDBOX),
        plans=True,
    ),
    Command(
        "check",
        "validate a plan with read-only requests, or the stored keys of a child org; never creates",
        "create:check",
        (
            argument(
                "name",
                nargs="?",
                default="",
                metavar="NAME",
                help="a profile: are its keys still valid?",
                completes="profiles",
            ),
            argument("--plan", type=Path, metavar="FILE", help="the plan file; - reads standard input"),
            SET,
            JSON,
            argument(
                "--other-sites",
                action="store_true",
                help="if the keys are refused, ask the vendor's other sites whether they belong there",
            ),
            *AFTER_A_COMMAND,
        ),
        plans=True,
    ),
    Command(
        "orgs",
        "list what was created or is still open",
        "attempts:orgs",
        (
            argument(
                "--all", action="store_true", help="also on a terminal, more than the newest 20 and the open ones"
            ),
            argument("--open", action="store_true", help="only attempts that are not finished"),
            argument("--name", default="", metavar="TEXT", help="only orgs with this text in their name"),
            argument("--since", type=moment, metavar="DATE", help="only attempts begun since this date (UTC)"),
            argument("--check", action="store_true", help="check the stored keys of each org, one after the other"),
            JSON,
            *AFTER_A_COMMAND,
        ),
    ),
    Command(
        "resume",
        "resume an interrupted attempt: finish it, store kept keys, or look up an unknown outcome",
        "attempts:resume",
        (
            argument(
                "attempt",
                nargs="?",
                default="",
                metavar="ATTEMPT",
                completes="attempts",
                help="its id or the beginning of it; else the newest open one",
            ),
            argument("--all", action="store_true", help="finish every open attempt, side by side"),
            JSON,
            *AFTER_A_COMMAND,
        ),
        creates=True,
    ),
    Command(
        "profiles",
        "list, show or remove saved profiles",
        "profiles:list_all",
        (JSON, *AFTER_A_COMMAND),
        (
            Command("list", "list the profiles", "profiles:list_all", (JSON.inherited(), *AFTER_A_COMMAND)),
            Command("show", "show one profile", "profiles:show", (NAME, JSON.inherited(), *AFTER_A_COMMAND)),
            Command(
                "remove",
                "remove one profile; its keys stay where they are",
                "profiles:remove",
                (NAME, JSON.inherited(), *AFTER_A_COMMAND),
            ),
            Command("path", "print the folder they are in", "profiles:path", (JSON.inherited(), *AFTER_A_COMMAND)),
        ),
    ),
    Command(
        "env",
        "print the keys of a child org for a shell, or write them to a file for the next tool",
        "handoff:env",
        (
            PROFILE,
            argument("--format", choices=FORMATS, help="how they are written; sh if no --output says otherwise"),
            argument(
                "--output",
                type=Path,
                metavar="FILE",
                help="write a private file; its name says the format: okta.yaml, .dogrc, .env, child.auto.tfvars",
            ),
            argument("--force", action="store_true", help="replace the file if it exists"),
            argument("--show", action="store_true", help="show the keys on a terminal without asking"),
            JSON,
            *AFTER_A_COMMAND,
        ),
    ),
    Command(
        "exec",
        "run a command with the keys of a child org in its environment",
        "handoff:execute",
        (PROFILE, *AFTER_A_COMMAND),
        program="CMD [ARGUMENT ...]",
    ),
    Command(
        "snippet",
        "print a program that makes the first call to a child org",
        "handoff:snippet",
        (
            PROFILE,
            argument("language", metavar="LANG", help="curl, python, typescript, go, java, ruby, rust or terraform"),
            argument("--create", action="store_true", help="a program that creates a child org instead"),
            JSON,
            *AFTER_A_COMMAND,
        ),
    ),
    Command(
        "move",
        "move the keys of a child org to another store, or replace them by new ones",
        "keys:move",
        (
            NAME,
            argument("--to", metavar="STORE", help="file, keyring or a named store, as in a plan"),
            argument(
                "--replace",
                action="store_true",
                help="Okta: store a new API token, asked for or read from standard input, in place of the old one",
            ),
            argument("--revoke", action="store_true", help="with --replace: revoke the old token without asking"),
            argument("--yes", action="store_true", help="move without asking where keys cannot be read back"),
            JSON,
            *AFTER_A_COMMAND,
        ),
    ),
    Command(
        "disable",
        "take a child org back as far as its vendor lets one: Datadog disables it, Okta revokes its API token",
        "keys:disable",
        (
            NAME,
            argument("--confirm", metavar="ORG", help="the name of the org; asked for on a terminal if missing"),
            JSON,
            *AFTER_A_COMMAND,
        ),
    ),
    Command(
        "sandbox",
        "serve the pretend Okta or Datadog on 127.0.0.1",
        "sandbox:run",
        (
            argument("provider", nargs="?", default="", metavar="PROVIDER", help="okta or datadog"),
            argument("--names", action="store_true", help="list the names that trigger errors on purpose"),
            argument("--port", type=port, default=0, metavar="N", help="the port; 0, the default, takes a free one"),
            SPEED,
            JSON,
        ),
    ),
    Command(
        "help",
        "explain a topic; without one, list the topics",
        "help:show",
        (argument("topic", nargs="?", default="", metavar="TOPIC", help="such as credentials, stores or plan"), JSON),
    ),
    Command(
        "explain",
        "explain an error code or an exit code; without one, list the codes",
        "help:explain",
        (argument("code", nargs="?", default="", metavar="CODE", help="such as E0000006, BadFields or 5"), JSON),
    ),
    Command(
        "completion",
        'print the completion of a shell; load it with: eval "$(orgwizard completion bash)"',
        "completion:run",
        (
            argument("shell", nargs="?", default="", metavar="SHELL", help="bash, zsh, tcsh or fish"),
            argument("--list", choices=("profiles", "attempts"), default="", help=argparse.SUPPRESS),
            JSON,
            *AFTER_A_COMMAND[:1],
        ),
    ),
    Command(
        "schema",
        "print the JSON Schema of --json output or of a plan file",
        "schema:show",
        (argument("of", choices=("result", "plan"), metavar="result|plan", help="which schema"), JSON),
    ),
    Command("reset-terminal", "restore terminal settings after a crash", "terminal:reset", (JSON,)),
)


def build() -> argparse.ArgumentParser:
    """Return the parser; what it parses has the chosen `Command` as `command`."""
    parser = Parser(
        prog="orgwizard",
        description="Create a child organization at Okta or Datadog: nothing lost, nothing twice, nothing leaked.",
        epilog="Exit codes: 0 created and ready, 1 a bug, 2 wrong usage or plan, 3 refused, 4 never sent, "
        "5 unknown, 6 created but needs attention, 7 another orgwizard is at this order, 130 left. "
        "More: orgwizard help",
    )
    _add(parser, WIZARD)
    _add_commands(parser, COMMANDS, "command")
    return parser


def _add_commands(parser: "Parser", commands: Sequence[Command], noun: str) -> None:
    listed = parser.add_subparsers(title=f"{noun}s", metavar=noun.upper())
    for command in commands:
        usage = f"%(prog)s [OPTIONS] NAME -- {command.program}" if command.program else None
        below = listed.add_parser(command.name, help=command.help, usage=usage)
        _add(below, command)
        if command.commands:
            _add_commands(below, command.commands, "action")


def _add(parser: "Parser", command: Command) -> None:
    for each in command.arguments:
        added = parser.add_argument(*each.names, **each.settings)
        vars(added)["completes"] = each.completes
    parser.set_defaults(command=command)

"""The table of commands: what each is called, takes and runs."""

import argparse

from orgwizard import __version__
from orgwizard.cli.arguments import (
    Argument,
    Command,
    choice,
    file,
    flag,
    moment,
    number,
    option,
    port,
    positional,
)
from orgwizard.system.terminal_caps import THEMES

# ---- options of several commands ----

JSON = flag("--json", "print one JSON object on stdout")
PLAN = file("--plan", "the plan file; - reads standard input", required=True)
SET = option(
    "--set",
    "KEY=VALUE",
    'a value in place of the plan\'s, such as organization.name="My Child Org 1"; may be repeated',
    action="append",
    default=[],
)
TABLE = file("--table", "a CSV file with an org in each row: its header names plan keys, such as organization.name")
SPEED = option("--sandbox-speed", "N", "speed up the sandbox clock N times", type=number, default=1.0)
SANDBOX = flag("--sandbox", "work with the built-in sandbox: no account, no network")
CA_FILE = file("--ca-file", "trust these TLS roots (PEM) besides the system's")
SHARED = (SANDBOX, SPEED, CA_FILE)
NAME = positional("name", "NAME", completes="profiles", required=True)
PROFILE = positional("name", "NAME", "a profile, or the beginning of its name", completes="profiles", required=True)
LANGUAGES = ("curl", "python", "typescript", "go", "java", "ruby", "rust", "terraform")
FORMATS = ("sh", "fish", "powershell", "dotenv", "json", "terraform", "github")

# ---- commands ----

WIZARD = Command(
    "",
    "",
    "wizard:run",
    (
        Argument(("--version",), {"action": "version", "version": f"orgwizard {__version__}"}),
        file("--plan", "start the wizard with the values of a plan file"),
        SET,
        file("--table", "with --plan: choose rows of a CSV file to create"),
        flag("--plain", "the wizard as plain lines, for screen readers, simple terminals and slow lines"),
        flag("--ascii", "draw with ASCII characters only"),
        choice("--theme", THEMES, "colours: the terminal's own, or a dark or light set; also by ORGWIZARD_THEME"),
        *SHARED,
    ),
    json=False,
)
COMMANDS = (
    Command(
        "create",
        "create the org of a plan file, or those of a table, without questions",
        "create:create",
        (
            PLAN,
            SET,
            TABLE,
            flag("--keep-going", "with --table: do not stop at an unknown outcome or at three refusals of one kind"),
            flag("--yes", "create without asking; required without a terminal"),
            flag("--again", "create a second org even if an earlier attempt for this order is open or succeeded"),
            flag("--no-wait", "end once the keys are stored; resume tests the new org"),
            option("--approved", "HASH", "refuse a plan whose fingerprint (plan --hash) is not this one", default=""),
            flag("--quiet", "print no progress"),
            flag("--dry-run", "print the masked request and send nothing"),
        ),
        shared=SHARED,
        creates=True,
        plans=True,
    ),
    Command(
        "plan",
        "show what a plan would create, and its fingerprint; reads no secret and sends nothing",
        "plan:show",
        (PLAN, SET, TABLE, flag("--hash", "print only the fingerprint")),
        shared=(SANDBOX,),
        plans=True,
    ),
    Command(
        "check",
        "validate a plan with read-only requests, or the stored keys of a child org; never creates",
        "create:check",
        (
            positional("name", "NAME", "a profile: are its keys still valid?", completes="profiles"),
            file("--plan", "the plan file; - reads standard input"),
            SET,
            flag("--other-sites", "if the keys are refused, ask the vendor's other sites whether they belong there"),
        ),
        shared=SHARED,
        plans=True,
    ),
    Command(
        "orgs",
        "list what was created or is still open",
        "attempts:orgs",
        (
            flag("--all", "also on a terminal, more than the newest 20 and the open ones"),
            flag("--open", "only attempts that are not finished"),
            option("--name", "TEXT", "only orgs with this text in their name", default=""),
            option("--since", "DATE", "only attempts begun since this date (UTC)", type=moment),
            flag("--check", "check the stored keys of each org, one after the other; exit code 6 if some are bad"),
        ),
        shared=SHARED,
    ),
    Command(
        "resume",
        "resume an interrupted attempt: finish it, store kept keys, or look up an unknown outcome",
        "attempts:resume",
        (
            positional(
                "attempt", "ATTEMPT", "its id or the beginning of it; else the newest open one", completes="attempts"
            ),
            flag("--all", "finish every open attempt, side by side"),
        ),
        shared=SHARED,
        creates=True,
    ),
    Command(
        "profiles",
        "list, show or remove saved profiles",
        "profiles:list_all",
        commands=(
            Command("list", "list the profiles", "profiles:list_all", shared=SHARED),
            Command("show", "show one profile", "profiles:show", (NAME,), shared=SHARED),
            Command(
                "remove", "remove one profile; its keys stay where they are", "profiles:remove", (NAME,), shared=SHARED
            ),
            Command("path", "print the folder they are in", "profiles:path", shared=SHARED),
        ),
        shared=SHARED,
    ),
    Command(
        "env",
        "print the keys of a child org for a shell, or write them to a file for the next tool",
        "handoff:env",
        (
            PROFILE,
            choice("--format", FORMATS, "how they are written; sh if no --output says otherwise"),
            file(
                "--output",
                "write a private file; its name says the format: okta.yaml, .dogrc, .env, child.auto.tfvars",
            ),
            flag("--force", "replace the file if it exists"),
            flag("--show", "show the keys on a terminal without asking"),
        ),
        shared=SHARED,
    ),
    Command(
        "exec",
        "run a command with the keys of a child org in its environment",
        "handoff:execute",
        (PROFILE,),
        shared=SHARED,
        json=False,
        program="CMD [ARGUMENT ...]",
    ),
    Command(
        "snippet",
        "print a program that makes the first call to a child org",
        "handoff:snippet",
        (
            PROFILE,
            positional(
                "language",
                "LANG",
                f"{', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}",
                completes="languages",
                required=True,
            ),
            flag("--create", "a program that creates a child org instead"),
        ),
        shared=SHARED,
    ),
    Command(
        "move",
        "move the keys of a child org to another store, or replace them by new ones",
        "keys:move",
        (
            NAME,
            option("--to", "STORE", "file, keyring or a named store, as in a plan", completes="stores"),
            flag(
                "--replace",
                "Okta: store a new API token, asked for or read from standard input, in place of the old one",
            ),
            flag("--revoke", "with --replace: revoke the old token without asking"),
            flag("--yes", "move without asking where keys cannot be read back"),
        ),
        shared=SHARED,
    ),
    Command(
        "disable",
        "take a child org back as far as its vendor lets one: Datadog disables it, Okta revokes its API token",
        "keys:disable",
        (NAME, option("--confirm", "ORG", "the name of the org; asked for on a terminal if missing")),
        shared=SHARED,
    ),
    Command(
        "sandbox",
        "serve the pretend Okta or Datadog on 127.0.0.1",
        "sandbox:run",
        (
            positional("provider", "PROVIDER", "okta or datadog", completes="providers"),
            flag("--names", "list the names that trigger errors on purpose"),
            option("--port", "N", "the port; 0, the default, takes a free one", type=port, default=0),
        ),
        shared=(SPEED,),
    ),
    Command(
        "help",
        "explain a topic; without one, list the topics",
        "help:show",
        (positional("topic", "TOPIC", "such as credentials, stores or plan", completes="topics"),),
    ),
    Command(
        "explain",
        "explain an error code or an exit code; without one, list the codes",
        "help:explain",
        (positional("code", "CODE", "such as E0000006, BadFields or 5", completes="codes"),),
    ),
    Command(
        "completion",
        'print the completion of a shell; load it with: eval "$(orgwizard completion bash)"',
        "completion:run",
        (
            positional("shell", "SHELL", "bash, zsh, tcsh or fish", completes="shells"),
            choice("--list", ("profiles", "attempts"), argparse.SUPPRESS, default=""),
        ),
        shared=(SANDBOX,),
    ),
    Command(
        "schema",
        "print the JSON Schema of --json output or of a plan file",
        "schema:show",
        (choice("of", ("result", "plan"), "which schema", metavar="result|plan"),),
    ),
    Command("reset-terminal", "restore terminal settings after a crash", "terminal:reset"),
)

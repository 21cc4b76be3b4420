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
    words,
)
from orgwizard.system.terminal_caps import THEMES

# ---- options of several commands ----

JSON = flag("--json", "print JSON on stdout")
PLAN = file("--plan", "the plan file; - reads standard input", required=True)
SET = option(
    "--set",
    "KEY=VALUE",
    'override a value of the plan, for example organization.name="My Child Org 1"; repeatable',
    action="append",
    default=[],
)
TABLE = file("--table", "a CSV file, one org per row; its header names plan keys, for example organization.name")
SPEED = option("--sandbox-speed", "N", "speed up the sandbox clock N times", type=number, default=1.0)
SANDBOX = flag("--sandbox", "work with the built-in sandbox: no account, no network")
CA_FILE = file("--ca-file", "also trust the CA certificates in this PEM file")
SHARED = (SANDBOX, SPEED, CA_FILE)
# Of commands that send nothing. A script may give every command the same options: those without effect are taken, too.
LOCAL = (SANDBOX, SPEED.unlisted(), CA_FILE.unlisted())
NAME = positional("name", "NAME", "profile name, or its first characters", completes="profiles", required=True)
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
        file("--table", "with --plan: choose which rows of a CSV file to create"),
        flag("--plain", "ask line by line: for screen readers, simple terminals and slow connections"),
        flag("--ascii", "draw with ASCII characters only"),
        choice(
            "--theme", THEMES, "colours; terminal is the terminal's own palette; default: $ORGWIZARD_THEME, or terminal"
        ),
        *SHARED,
    ),
    json=False,
)
COMMANDS = (
    Command(
        "create",
        "create an org from a plan file, or one for each row of a table",
        "create:create",
        (
            PLAN,
            SET,
            TABLE,
            flag(
                "--keep-going",
                "with --table: do not stop at an unknown outcome or after three refusals of the same kind",
            ),
            flag("--yes", "do not ask for confirmation; required without a terminal"),
            flag(
                "--again",
                "create a second org even if this one exists, or an earlier attempt for it is open",
            ),
            flag("--no-wait", "exit once the keys are stored; orgwizard resume tests the new org later"),
            option("--approved", "HASH", "refuse the plan if its fingerprint (plan --hash) differs", default=""),
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
        "validate a plan, or the stored keys of a child org, with read-only requests",
        "create:check",
        (
            positional(
                "name",
                "NAME",
                "a child org's profile: check that its stored keys are still valid",
                completes="profiles",
            ),
            file("--plan", "the plan file; - reads standard input"),
            SET,
            flag("--other-sites", "if the keys are refused, ask the vendor's other sites whether they belong there"),
        ),
        shared=SHARED,
        plans=True,
    ),
    Command(
        "orgs",
        "list created orgs and unfinished attempts",
        "attempts:orgs",
        (
            flag("--all", "list every attempt; by default, a terminal shows the newest 20 and the open ones"),
            flag("--open", "only attempts that are not finished"),
            option("--name", "TEXT", "only orgs with this text in their name", default=""),
            option("--since", "DATE", "only attempts started since this date (UTC)", type=moment),
            flag("--check", "check the stored keys of each org; exit code 6 if any are invalid"),
        ),
        shared=SHARED,
    ),
    Command(
        "resume",
        "resume an interrupted attempt: store its keys, finish the wait, or check an unknown outcome",
        "attempts:resume",
        (
            positional(
                "attempt",
                "ATTEMPT",
                "attempt ID, or its first characters; default: the newest open one",
                completes="attempts",
            ),
            flag("--all", "resume every open attempt, in parallel"),
        ),
        shared=SHARED,
        creates=True,
    ),
    Command(
        "profiles",
        "list, show or remove saved profiles; without an action, list them",
        "profiles:list_all",
        commands=(
            Command("list", "list the profiles", "profiles:list_all", shared=LOCAL),
            Command("show", "show one profile", "profiles:show", (NAME,), shared=LOCAL),
            Command(
                "remove", "remove one profile; its keys stay where they are", "profiles:remove", (NAME,), shared=LOCAL
            ),
            Command("path", "print the folder of the profiles", "profiles:path", shared=LOCAL),
        ),
        shared=LOCAL,
    ),
    Command(
        "env",
        "print the keys of a child org for a shell, or write them to a file for the next tool",
        "handoff:env",
        (
            NAME,
            choice("--format", FORMATS, "default: sh, or what the name of --output implies"),
            file(
                "--output",
                "write a private file; its name implies the format: okta.yaml, .dogrc, .env, child.auto.tfvars",
            ),
            flag("--force", "overwrite the file if it exists"),
            flag("--show", "show the keys on a terminal without asking"),
        ),
        shared=LOCAL,
    ),
    Command(
        "exec",
        "run a command with the keys of a child org in its environment",
        "handoff:execute",
        (NAME,),
        shared=LOCAL,
        json=False,
        program="CMD [ARGUMENT ...]",
    ),
    Command(
        "snippet",
        "print a program that makes the first call to a child org",
        "handoff:snippet",
        (
            NAME,
            positional(
                "language",
                "LANG",
                f"{', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}",
                completes="languages",
                required=True,
            ),
            flag("--create", "print a program that creates a child org instead"),
        ),
        shared=LOCAL,
    ),
    Command(
        "move",
        "move the keys of a child org to another store, or replace them with new ones",
        "keys:move",
        (
            NAME,
            option("--to", "STORE", "file, keyring or a named store, as in a plan", completes="stores"),
            flag(
                "--replace",
                "Okta: store a new API token, prompted for or read from stdin, in place of the old one",
            ),
            flag("--revoke", "with --replace: revoke the old token without asking"),
            flag("--yes", "do not ask, even if the keys cannot be read back from the new store"),
        ),
        shared=SHARED,
    ),
    Command(
        "disable",
        "disable a Datadog child org, or revoke the API token of an Okta child org",
        "keys:disable",
        (NAME, option("--confirm", "ORG", "the org's name, as confirmation; a terminal prompts for it")),
        shared=SHARED,
    ),
    Command(
        "sandbox",
        "serve the sandbox's Okta or Datadog on 127.0.0.1",
        "sandbox:run",
        (
            positional("provider", "PROVIDER", "okta or datadog", completes="providers"),
            flag("--names", "list the names that trigger errors on purpose"),
            option("--port", "N", "the port; default: a free one", type=port, default=0),
        ),
        shared=(SPEED,),
    ),
    Command(
        "help",
        "explain a topic or a command; without one, list the topics",
        "help:show",
        (words("topic", "TOPIC", "for example credentials, stores or create", completes="topics"),),
    ),
    Command(
        "explain",
        "explain an error code or an exit code; without one, list the codes",
        "help:explain",
        (words("code", "CODE", "for example E0000006, BadFields, HTTP 403 or 5 (exit code)", completes="codes"),),
    ),
    Command(
        "completion",
        'print a completion script; load it with: eval "$(orgwizard completion bash)"',
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

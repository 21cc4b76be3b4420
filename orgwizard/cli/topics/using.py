"""Help on the keyboard, files, the sandbox and exit codes."""

from orgwizard.cli import wiring
from orgwizard.cli.topics import rows
from orgwizard.domain.error_codes import EXITS
from orgwizard.providers import PROVIDERS
from orgwizard.sandbox.scenarios import SCENARIOS
from orgwizard.system.terminal_caps import SMALLEST, THEMES


def keyboard() -> list[str]:
    """Return the keyboard shortcuts of the wizard, and the commands of plain mode."""
    from orgwizard.ui.plain.console import COMMANDS, LITERAL, SIGN
    from orgwizard.ui.tui.app import usual_keys

    commands = {f"{SIGN}{name}": words for name, words in COMMANDS.items()}
    return [
        "In the wizard (F1 lists the shortcuts of each step):",
        *rows(usual_keys()),
        "",
        "In plain mode, at every prompt (the first letter is enough):",
        *rows(commands),
        f"  {LITERAL}",
    ]


def accessibility() -> list[str]:
    """Return what suits screen readers and simple terminals."""
    columns, lines = SMALLEST
    return [
        *rows(
            {
                "--plain": "questions line by line: nothing is redrawn, every question is read once",
                "ACCESSIBLE=1": "the same, as a setting for all programs that support it",
                "TERM=dumb": "the same; also the default on a terminal that cannot draw or is smaller than "
                f"{columns} by {lines}",
                "--ascii": "draw with ASCII characters only; chosen if the locale is not UTF-8",
                "--theme": f"colours: {', '.join(THEMES)}; also set by ORGWIZARD_THEME",
            }
        ),
        "",
        "Every state is shown in words or marks, never by colour alone. Nothing blinks.",
        "The wizard draws on stderr: it stays on the terminal even with `> file`.",
    ]


def files() -> list[str]:
    """Return where files are on this machine."""
    lines: list[str] = []
    for title, is_sandbox in (("Files:", False), ("Files of the sandbox:", True)):
        place = wiring.folders(sandbox=is_sandbox)
        lines += [
            title,
            *rows(
                {
                    "profiles": str(place.profiles),
                    "attempts": str(place.attempts),
                    "drafts": str(place.state),
                    "keys": str(place.keys),
                }
            ),
            "",
        ]
    return [
        *lines,
        "Only `keys` contains secrets; so does `spool` in the attempts folder, until new keys are stored.",
        "Files are 0600, folders 0700.",
        "A file in `keys` is TOML in a stable format: comments `# name: value` about the org, then one line for each",
        "key, named as in plans: token (Okta), api_key and application_key (Datadog).",
        "XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_DATA_HOME change these folders.",
    ]


def sandbox() -> list[str]:
    """Return how to work with the sandbox."""
    given = wiring.sandbox_credentials()
    lines = [
        "--sandbox uses built-in imitations of Okta and Datadog: no account, no network, separate files.",
        "--sandbox-speed N speeds up its clock N times.",
        "With --sandbox, orgs end with the command. To keep them for later commands, start a sandbox server:",
        '  orgwizard sandbox okta --port 8080, then without --sandbox: site = "http://127.0.0.1:8080"',
        "",
        f"{len(SCENARIOS)} names trigger errors on purpose. List them with: orgwizard sandbox --names",
        "",
        "Credentials for it (any of the same shape are accepted):",
    ]
    for provider in PROVIDERS:
        own = {key.partition(".")[2]: value for key, value in given.items() if key.startswith(f"{provider.key}.")}
        short = {name: value for name, value in own.items() if len(value) < 100}
        lines += [f"  {provider.title}", *rows(short, "    ")]
    return lines


def exit_codes() -> list[str]:
    """Return the exit codes."""
    return [
        *rows({str(int(code)): words for code, words in EXITS.items()}),
        "",
        "After a signal: 128 plus its number, once a running request has finished and its keys are stored.",
        "With --table: the most severe code of its rows. Codes of --json errors: orgwizard explain CODE",
    ]

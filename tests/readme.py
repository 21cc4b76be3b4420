"""Writes the parts of the README that the program knows better; with --check, fails where they are stale.

Run it with: python -m tests.readme
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from orgwizard.cli import parser
from orgwizard.domain.error_codes import EXITS
from orgwizard.sandbox.scenarios import SCENARIOS
from tests import faults, pastes

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
COMMANDS = ("", *(command.name for command in parser.COMMANDS))


def current(text: str) -> str:
    """Return *text* with each marked part made anew."""
    text = _replaced(text, "help", f"```\n{_help()}\n```\n")
    text = _replaced(text, "magic", "| provider | as | name | what happens |\n|---|---|---|---|\n" + _scenarios())
    text = _replaced(text, "exits", "| exit code | meaning |\n|---|---|\n" + _exits())
    text = _replaced(text, "faults", faults.table())
    text = _replaced(text, "pastes", pastes.table())
    return _replaced(text, "modules", "| module | its one idea |\n|---|---|\n" + _modules())


def _replaced(text: str, mark: str, part: str) -> str:
    start, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    return re.sub(f"{start}.*?{end}", lambda _: f"{start}{part}{end}", text, flags=re.DOTALL)


def _help() -> str:
    pages = (_run("--help") if not name else _run(name, "--help").partition("\n\noptions:")[0] for name in COMMANDS)
    return "\n\n".join(page.strip() for page in pages)


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", "orgwizard", *arguments]
    return subprocess.run(
        command, env={**os.environ, "COLUMNS": "100"}, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def _scenarios() -> str:
    rows: dict[tuple[str, str, str], list[str]] = {}
    for scenarios in SCENARIOS:
        rows.setdefault((scenarios.where, scenarios.name, scenarios.what), []).append(scenarios.provider)
    return "".join(
        f"| {'both' if len(providers) > 1 else providers[0]} | {where} | `{name}` | {what} |\n"
        for (where, name, what), providers in rows.items()
    )


def _exits() -> str:
    return "".join(f"| {int(code)} | {words} |\n" for code, words in EXITS.items())


def _modules() -> str:
    return "".join(f"| `{name}` | {line} |\n" for name, line in _first_lines())


def _first_lines() -> Iterator[tuple[str, str]]:
    """Yield each part of the package with the one idea that it says in its first line."""
    package = ROOT / "orgwizard"
    for path in sorted((*package.glob("*/__init__.py"), *package.glob("[a-z]*.py"))):
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        name = f"{path.parent.name}/" if path.name == "__init__.py" else path.name
        yield name, " ".join(docstring.split("\n\n")[0].split())


def main() -> int:
    """Write the README, or say with --check whether it is current."""
    text = README.read_text()
    made = current(text)
    if "--check" not in sys.argv:
        README.write_text(made)
    elif made != text:
        print("README.md is not current. Run: python -m tests.readme", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes the parts of the README files that the program knows better; with --check, fails where they are stale.

Run it with: python -m tests.readme
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from orgwizard.domain.error_codes import EXITS
from tests import faults

ROOT = Path(__file__).parent.parent
FILES = (ROOT / "README.md", ROOT / "tests" / "README.md", ROOT / "orgwizard" / "README.md")


def current(text: str) -> str:
    """Return *text* with each marked part made anew."""
    text = _replaced(text, "exits", "| exit code | meaning |\n|---|---|\n" + _exits())
    text = _replaced(text, "faults", faults.table())
    return _replaced(text, "modules", "| module | purpose |\n|---|---|\n" + _modules())


def _replaced(text: str, mark: str, part: str) -> str:
    start, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    return re.sub(f"{start}.*?{end}", lambda _: f"{start}{part}{end}", text, flags=re.DOTALL)


def _exits() -> str:
    return "".join(f"| {int(code)} | {words} |\n" for code, words in EXITS.items())


def _modules() -> str:
    return "".join(f"| `{name}` | {line} |\n" for name, line in _first_lines())


def _first_lines() -> Iterator[tuple[str, str]]:
    """Yield each part of the package with the one idea that it says in its first line."""
    package = ROOT / "orgwizard"
    for path in sorted(package.glob("*/**/__init__.py"), key=lambda path: path.parent):
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        yield f"{path.parent.relative_to(package)}/", " ".join(docstring.split("\n\n")[0].split())


def main() -> int:
    """Write the marked parts, or say with --check whether they are current."""
    made = {path: current(path.read_text()) for path in FILES}
    stale = [path for path, text in made.items() if path.read_text() != text]
    if "--check" not in sys.argv:
        for path in stale:
            path.write_text(made[path])
    elif stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        print(f"Not current: {names}. Run: python -m tests.readme", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Lines as wide as the terminal: broken between words, and never within a command, a path or an address."""

import re
import textwrap

HANGING = "    "  # before the lines after the first
COMMANDS = (
    *("check", "completion", "create", "disable", "env", "exec", "explain", "help", "move", "orgs", "plan", "profiles"),
    *("reset-terminal", "resume", "sandbox", "schema", "snippet"),
)
# A sentence about orgwizard goes on with another word. A command ends with the line, or where a sentence begins.
_COMMAND = re.compile(rf'(?:eval "\$\()?\borgwizard (?:--|(?:{"|".join(COMMANDS)})\b).*?(?=(?<=\.) [A-Z]|$)')


def fitted(line: str, columns: int) -> list[str]:
    """Return a line in lines of *columns* characters, broken between words; 0 columns are no limit.

    A command is not broken but has a line of its own, so that it can be copied; so has a path or an address.
    """
    if not columns or len(line) <= columns:
        return [line]
    found = _COMMAND.search(line)
    if not found:
        return _broken(line, columns)
    before, after = line[: found.start()].rstrip(), line[found.end() :].lstrip()
    rest = [f"{HANGING}{part}" for part in fitted(after, max(1, columns - len(HANGING)))] if after else []
    return [*_broken(before, columns), f"{HANGING}{found[0]}", *rest]


def _broken(words: str, columns: int) -> list[str]:
    return textwrap.wrap(words, columns, subsequent_indent=HANGING, break_long_words=False, break_on_hyphens=False)

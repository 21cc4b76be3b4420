"""The text of a plan from wherever it comes, read once, and values of the command line laid over its own."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.system import private_files

STDIN = "-"
LARGEST_PLAN = 256 * 1024  # bytes


def title(path: Path) -> str:
    """Return what a plan is called in messages."""
    return "standard input" if str(path) == STDIN else str(path)


def read(path: Path) -> str:
    """Return the text of a plan: of a file, a pipe, `/dev/fd/N`, or standard input for "-"; raises `BadInput`."""
    try:
        data = _stdin() if str(path) == STDIN else private_files.read(path, LARGEST_PLAN, follow=True, pipes=True)
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"The plan {path} does not exist.", "Check the path after --plan.") from None
    except UnicodeDecodeError:
        raise BadInput(f"The plan {title(path)} is not UTF-8 text.", "Save it as UTF-8.") from None
    except BadInput:
        raise
    except WizardError as error:
        raise BadInput(error.cause, error.advice) from None


def _stdin() -> bytes:
    try:
        with open(0, "rb", closefd=False) as stdin:  # not sys.stdin: what it has read ahead is not read here again
            data = stdin.read(LARGEST_PLAN + 1)
    except OSError:
        raise BadInput("Standard input is closed.", "Pipe the plan in, or name a file after --plan.") from None
    if len(data) > LARGEST_PLAN:
        raise BadInput(f"Standard input is larger than {LARGEST_PLAN} bytes.", "Is it the right file?")
    return data


# ---- values of the command line ----


def settings(given: Iterable[str]) -> list[tuple[tuple[str, ...], object]]:
    """Return the keys and values of `--set KEY=VALUE`; raises `BadInput` for what is neither, without repeating it."""
    return [_setting(text) for text in given]


def _setting(text: str) -> tuple[tuple[str, ...], object]:
    key, equals, value = text.partition("=")
    keys = _keys(key.strip())
    if not equals or not keys:
        raise BadInput(
            f"--set {REDACTOR.nameable(key) if equals and keys else '...'} is not KEY=VALUE.",
            'Example: --set organization.name="My Child Org 1"',
            code="usage",
        )
    return keys, _value(value.strip())


def _keys(dotted: str) -> tuple[str, ...]:
    """Return the parts of a dotted TOML key, () for anything else."""
    try:
        table: object = tomllib.loads(f"{dotted} = 0")
    except (ValueError, RecursionError):
        return ()
    keys: list[str] = []
    while isinstance(table, dict) and len(table) == 1:
        ((key, table),) = table.items()
        keys.append(key)
    return tuple(keys) if table == 0 else ()


def _value(text: str) -> object:
    """Return a TOML string, list or table; anything else is text as it stands, for a shell takes quotes away."""
    try:
        table = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    value = table["value"]
    return value if len(table) == 1 and isinstance(value, (str, list, dict)) else text


def laid_over(values: Mapping[str, object], given: Sequence[tuple[tuple[str, ...], object]]) -> dict[str, object]:
    """Return a plan's values with others in the place of theirs; what is a table in between stays one."""
    merged = dict(values)
    for keys, value in given:
        table = merged
        for key in keys[:-1]:
            below = table.get(key)
            table[key] = inner = dict(below) if isinstance(below, dict) else {}
            table = inner
        table[keys[-1]] = value
    return merged

"""The table of `create --table`: each row is laid over the plan, and makes a draft of its own."""

import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from orgwizard.application.order_builder import draft_problems
from orgwizard.application.tables import csv_sheet
from orgwizard.application.tables.csv_sheet import Sheet
from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.questions import Question, nearest, with_suggestion
from orgwizard.domain.forms.validation import validated
from orgwizard.domain.org import Site
from orgwizard.domain.secrets.redactor import MASK, REDACTOR, is_like_token
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.order import OrgIdentity
from orgwizard.system import private_files

LARGEST_TABLE = 4 * 1024 * 1024
REFERENCES = ("env", "file", "keyring")
_IN_PLAN = frozenset(("provider", "site", "store", "confirmed_host", "credentials", "profile"))


@dataclass(frozen=True)
class Row:
    """One order: its number in the file, whose header is row 1, and its draft."""

    number: int
    draft: Draft


@dataclass(frozen=True)
class Table:
    """The rows with nothing wrong, in order, and every problem: "row 4, organization.name" -> sentence."""

    rows: tuple[Row, ...]
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Column:
    """Where a column's cells go: a section and a question of it; `member` is a key within an answer of rows."""

    section: str
    question: Question
    member: str = ""

    @property
    def is_whole(self) -> bool:
        """Return whether it would hold a whole answer of rows, which no cell can."""
        return self.question.rows and not self.member

    @property
    def key(self) -> str:
        return f"{self.section}.{self.question.name}" + (f".{self.member}" if self.member else "")


def load(path: Path, plan: Draft) -> Table:
    """Read the table at *path* and lay its rows over *plan*; raises `BadInput` where it is no table at all."""
    try:
        return parse(private_files.read(path, LARGEST_TABLE, follow=True, pipes=True), plan)
    except FileNotFoundError:
        raise BadInput(f"The table {path} does not exist.", "Check the path after --table.") from None
    except WizardError as error:
        raise BadInput(f"The table {path}: {error.cause}", error.advice) from None


def parse(data: bytes, plan: Draft) -> Table:
    """Lay the rows of a CSV file over *plan*; raises `BadInput` where it is no table at all."""
    sheet, provider = csv_sheet.parse(data), provider_of(plan.provider)
    columns, problems = _columns(provider, sheet.header)
    problems = {**problems, **sheet.problems, **_literal_secrets(columns, sheet)}
    rows = [Row(number, _laid(plan, columns, cells)) for number, cells in sheet.rows.items()]
    keys = {column.key for column in columns.values()}
    wrong = _problems_of_rows(provider, rows)
    return Table(tuple(row for row in rows if row.number not in wrong), problems | _told(wrong, rows, keys))


# ---- the header -----------------------------------------------------------------------------------


def _columns(provider: Provider, header: tuple[str, ...]) -> tuple[dict[int, _Column], dict[str, str]]:
    """Return the columns that are known by their place, and what is wrong with the others."""
    known = _known(provider)
    columns: dict[int, _Column] = {}
    problems: dict[str, str] = {}
    for place, name in enumerate(header):
        column = _member(known, name) or known.get(name.casefold())
        if column is None or column.is_whole or column.key in {other.key for other in columns.values()}:
            problems[f"column {place + 1}"] = _why_not(name, column, known)
        else:
            columns[place] = column
    return columns, problems


def _known(provider: Provider) -> dict[str, _Column]:
    """Return the columns by their names: the plan's keys, and their last parts where those are unambiguous."""
    tables = provider.order_sections.items()
    columns = [_Column(name, question) for name, model in tables for question in questions(model)]
    often = Counter(column.question.name for column in columns)
    short = {column.question.name: column for column in columns if often[column.question.name] == 1}
    return short | {column.key: column for column in columns}


def _member(known: Mapping[str, _Column], name: str) -> _Column | None:
    """Return the column of one member of an answer of rows, such as profile.title."""
    before, _, member = name.rpartition(".")
    column = known.get(before.casefold())
    return _Column(column.section, column.question, member) if column and column.question.rows and member else None


def _why_not(name: str, column: _Column | None, known: Mapping[str, _Column]) -> str:
    if not name:
        return "It has no name. Delete this column, or name a plan key in the header."
    shown = MASK if is_like_token(name) or REDACTOR.is_secret(name) else name
    if column and not column.is_whole:
        return f'"{shown}" is listed twice. Delete one of the columns.'
    if not column and name.casefold().partition(".")[0] in _IN_PLAN:
        return f'"{shown}" belongs in the plan: all rows share one connection and one store.'
    asked = [column for column in known.values() if column.question.asked]
    keys = dict.fromkeys(f"{column.key}.NAME" if column.is_whole else column.key for column in asked)
    meant = nearest(name, known) or nearest(name.rpartition(".")[2], known)
    return with_suggestion(f'"{shown}" is unknown. Known: {", ".join(keys)}.', meant)


# ---- the cells --------------------------------------------------------------------------------------


def _laid(plan: Draft, columns: Mapping[int, _Column], cells: tuple[str, ...]) -> Draft:
    """Return a copy of the plan with a row's answers; an empty cell leaves the plan's."""
    draft = Draft(plan.provider, plan.store, {plan.provider: {}})
    for name, section in plan.sections.get(plan.provider, {}).items():
        draft.sections[plan.provider][name] = dict(section)
    models = provider_of(plan.provider).order_sections
    for place, column in columns.items():
        if not (cell := cells[place]):
            continue
        section = draft.section(column.section)
        if column.member:
            row = models[column.section].row_value(column.question.name, column.member, cell)
            section[column.question.name] = {**(section.get(column.question.name) or {}), column.member: row}
        else:
            section[column.question.name] = _reference(cell) if column.question.secret else cell
    return draft


def _reference(cell: str) -> Reference | None:
    """Return the reference that a cell is, such as env:NAME; None for anything else."""
    kind, colon, place = cell.partition(":")
    with suppress(BadInput):
        if colon and kind in REFERENCES:
            return Reference.parse({kind: place.strip()})
    return None


def _literal_secrets(columns: Mapping[int, _Column], sheet: Sheet) -> dict[str, str]:
    """Say which columns contain secrets instead of references to them, without repeating any."""
    problems: dict[str, str] = {}
    for place, column in columns.items():
        cells = {number: cells[place] for number, cells in sheet.rows.items() if column.question.secret}
        literal = {number: cell for number, cell in cells.items() if cell and not _reference(cell)}
        if literal:
            REDACTOR.learn(*literal.values())
            how = "Write a reference for each secret: env:NAME, file:PATH or keyring:NAME."
            problems[f"column {place + 1}"] = f"{column.key} contains secrets ({_rows_words(list(literal))}). {how}"
    return problems


def _rows_words(numbers: list[int]) -> str:
    shown, more = numbers[:5], len(numbers) - 5
    words = ", ".join(map(str, shown)) + (f" and {more} more" if more > 0 else "")
    return f"row{'s' if len(numbers) > 1 else ''} {words}"


# ---- the rules --------------------------------------------------------------------------------------


def _problems_of_rows(provider: Provider, rows: list[Row]) -> dict[int, dict[str, str]]:
    """Return what is wrong with each row, by its number and field; two rows that order one org among it."""
    wrong: dict[int, dict[str, str]] = {}
    first: dict[str, int] = {}
    for row in rows:
        messages = draft_problems(provider, row.draft).items()
        problems = {key: words for key, words in messages if key.partition(".")[0] in provider.order_sections}
        if not any(key.startswith("organization.") for key in problems):
            earlier = first.setdefault(_child(provider, row.draft), row.number)
            if earlier != row.number:
                problems[f"organization.{provider.name_field}"] = f"The same org as in row {earlier}."
        if problems:
            wrong[row.number] = problems
    return wrong


def _child(provider: Provider, draft: Draft) -> str:
    """Return what makes the org of a draft unique below its parent; its answers must be valid."""
    organization = validated(provider.organization, draft.section("organization"))
    name, subdomain = (str(getattr(organization, field_name, "")) for field_name in ("name", "subdomain"))
    return provider.child_key(OrgIdentity(Site("", ""), name, subdomain))


def _told(wrong: Mapping[int, Mapping[str, str]], rows: list[Row], keys: set[str]) -> dict[str, str]:
    """Return the problems of all rows; one that every row has for want of a column is told once."""
    often = Counter(pair for problems in wrong.values() for pair in problems.items())
    shared = {pair for pair, count in often.items() if count == len(rows) > 1 and pair[0] not in keys}
    own = {
        f"row {number}, {key}": words
        for number, problems in wrong.items()
        for key, words in problems.items()
        if (key, words) not in shared
    }
    return {key: f"{words} Add it to the plan or as a column." for key, words in shared} | own


def in_order(problems: Mapping[str, str]) -> dict[str, str]:
    """Return problems in the order of the file: those of columns and the plan first, then row by row."""
    numbers = {key: int(match[1]) if (match := re.match(r"row (\d+)", key)) else 0 for key in problems}
    return {key: problems[key] for key in sorted(problems, key=numbers.__getitem__)}

"""`create --table`: the whole table checked and confirmed once, then created; a line for each org as it ends."""

from collections.abc import Mapping
from pathlib import Path

from orgwizard.application.fingerprint import require_approved
from orgwizard.application.order_builder import preview
from orgwizard.application.plans.plan_file import Plan
from orgwizard.application.service import Service
from orgwizard.application.tables import plan_table
from orgwizard.application.tables.check import CheckedTable, check_table
from orgwizard.application.tables.limits import StoreProbedOnce
from orgwizard.application.tables.plan_table import Row, Table
from orgwizard.application.tables.resume_all import resume_all
from orgwizard.application.tables.run import create_table
from orgwizard.domain.errors import BadInput, Exit, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation import text_report
from orgwizard.presentation.json import json_report
from orgwizard.presentation.tables import table_text
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.storage.stores.secret_stores import parse_store
from orgwizard.ui.batch.confirmation import confirm
from orgwizard.ui.batch.plan_run import nothing_created
from orgwizard.ui.batch.row_choice import choose
from orgwizard.ui.batch.rows import RowFace
from orgwizard.ui.batch.signals import leaving_on_signal
from orgwizard.ui.batch.streams import write_json, write_stderr, write_stdout


def read(plan: Plan, path: Path) -> tuple[Draft, Table, Mapping[str, str]]:
    """Return the plan's draft, the table laid over it, and what is wrong with the plan itself; raises `BadInput`."""
    draft, found = plan.checked()
    if not draft.provider:
        raise plan.with_table(found, path, {})
    table = plan_table.load(path, draft)
    of_rows = provider_of(draft.provider).order_sections
    of_plan = {key: words for key, words in found.items() if key.partition(".")[0] not in of_rows}
    if draft.store == "screen":
        of_plan["store"] = "A table needs a store that keeps the keys: keyring, file or a command."
    return draft, table, of_plan


def drafts(plan: Plan, path: Path) -> list[Draft]:
    """Return what each row of a table would create, in order; raises `BadFields` with every problem."""
    return [row.draft for row in _rows(plan, path)]


def _rows(plan: Plan, path: Path) -> tuple[Row, ...]:
    """Return the rows of a table in which nothing is wrong; raises `BadFields` with every problem."""
    _, table, of_plan = read(plan, path)
    if of_plan or table.problems:
        raise plan.with_table(of_plan, path, table.problems)
    return table.rows


def dry_run(plan: Plan, path: Path, *, as_json: bool) -> int:
    """Print each create request with its secrets masked, in order; no secret is read, and nothing is sent."""
    for row in _rows(plan, path):
        provider = provider_of(row.draft.provider)
        order = preview(provider, row.draft)
        call = provider.request(order)
        if as_json:
            shown = {"row": row.number, "dry_run": True, "request": json_report.request_as_json(call)}
            write_json(nothing_created(provider, order) | shown, as_line=True)
        else:
            write_stdout("\n".join((f"Row {row.number}", *text_report.request(call), "")))
    return Exit.READY


def create(
    service: Service,
    plan: Plan,
    path: Path,
    *,
    yes: bool,
    keep_going: bool,
    as_json: bool,
    quiet: bool = False,
    chooses: bool = False,
) -> int:
    """Create the orgs of a table and print a line for each; returns the gravest exit code, 128+n after a signal.

    A person who *chooses* is asked which of the rows to create.
    """
    draft, table, of_plan = read(plan, path)
    if of_plan:  # without a connection and a store there is nothing more to check
        raise plan.with_table(of_plan, path, table.problems)
    if not table.problems:
        require_approved(service.wishes.approved, [row.draft for row in table.rows])
    provider, store = provider_of(draft.provider), StoreProbedOnce(service.vault, parse_store(draft.store))
    checked = _checked(service, provider, draft, table, plan, path)
    service.engine.work(store.probe).result()
    if chooses and checked.new:
        checked = _chosen(provider, draft, checked)
    _confirm(provider, draft, checked, yes=yes, quiet=quiet)
    rows = [one.row for one in checked.rows]
    names = {row.number: row.name for row in rows}
    begin = create_table(service, provider, rows, store, keep_going=keep_going)
    with leaving_on_signal(service.engine) as taking:
        face = RowFace(service, names, taking, as_json=as_json, provider=provider, quiet=quiet)
        return face.follow(lambda tell: service.engine.create(begin, tell))


def _chosen(provider: Provider, draft: Draft, checked: CheckedTable) -> CheckedTable:
    """Return the table with the rows that a person chooses to create."""
    write_stderr("\n".join(table_text.review(provider, checked, draft.site, draft.store)))
    return checked.only(choose([one.row.number for one in checked.new]))


def _confirm(provider: Provider, draft: Draft, checked: CheckedTable, *, yes: bool, quiet: bool) -> None:
    """Have the table confirmed if it creates anything; with *yes*, or if not, it is shown."""
    review = "\n".join(table_text.review(provider, checked, draft.site, draft.store))
    if not yes and checked.new:
        confirm(review, str(len(checked.new)), "them")
    elif not quiet:
        write_stderr(review)


def resume_every(service: Service, *, as_json: bool) -> int:
    """Finish all open attempts, the oldest first in the list; returns the gravest exit code, 128+n after a signal."""
    attempts = dict(enumerate(reversed(service.journal.open()), start=1))
    names = {number: record.name or record.id for number, record in attempts.items()}
    begin = resume_all(service, attempts)
    with leaving_on_signal(service.engine) as taking:
        face = RowFace(service, names, taking, as_json=as_json)
        return face.follow(lambda tell: service.engine.create(begin, tell))


def _checked(service: Service, provider: Provider, draft: Draft, table: Table, plan: Plan, path: Path) -> CheckedTable:
    """Return the checked table; raises `BadFields` with every problem, those that only the service knows included."""
    for remark in dict.fromkeys(remark for row in table.rows for remark in service.reader.remarks(row.draft)):
        write_stderr(remark)
    problems = dict(table.problems)
    try:
        checked = check_table(service, provider, service.reader.connection(provider, draft), table.rows)
    except WizardError as error:
        if not problems:
            raise
        problems["service"] = f"The names could not be checked. {error.cause}"
        raise plan.with_table({}, path, problems) from None
    if problems | checked.problems:
        raise plan.with_table({}, path, plan_table.in_order(problems | checked.problems))
    return checked


def refuse_again(*, again: bool) -> None:
    """Raise `BadInput` where every row is wanted a second time: that is never what is meant."""
    if again:
        raise BadInput(
            "--again cannot be combined with --table.", "To create a second org, use a separate plan.", code="usage"
        )

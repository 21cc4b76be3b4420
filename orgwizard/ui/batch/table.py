"""`create --table`: the whole table checked and confirmed once, then created; a line for each org as it ends."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from orgwizard.application import plan_table
from orgwizard.application.order_builder import preview
from orgwizard.application.plan_file import Plan
from orgwizard.application.plan_table import Table
from orgwizard.application.service import Service
from orgwizard.application.table_check import CheckedTable, check_table
from orgwizard.application.table_limits import StoreProbedOnce
from orgwizard.application.table_run import Pause, RowEnd, RowProgress, TableEnd, TableEvent, TableRow, create_table
from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import BadInput, Exit, WizardError
from orgwizard.domain.events import FIND, KEEP, READY, SEND, SETTLE, Progress, Result
from orgwizard.domain.http import masked
from orgwizard.presentation import table_text, text_report
from orgwizard.presentation.progress_text import ProgressText
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.ui.batch.confirmation import confirm
from orgwizard.ui.batch.signals import EndingSignals, leaving_on_signal
from orgwizard.ui.batch.status_line import StatusLine
from orgwizard.ui.batch.streams import write_stderr, write_stdout

LOOK_SECONDS = 0.5


def read(plan: Plan, path: Path, *, sends: bool = True) -> tuple[Draft, Table, Mapping[str, str]]:
    """Return the plan's draft, the table laid over it, and what is wrong with the plan itself; raises `BadInput`."""
    draft, found = plan.checked(sends=sends)
    if not draft.provider:
        raise plan.with_table(found, path, {})
    table = plan_table.load(path, draft)
    of_plan = {key: words for key, words in found.items() if key.partition(".")[0] not in plan_table.SECTIONS}
    if draft.store == "screen":
        of_plan["store"] = "A table needs a store that keeps the keys: keyring, file or a command."
    return draft, table, of_plan


def dry_run(plan: Plan, path: Path, *, as_json: bool) -> int:
    """Print each create request with its secrets masked, in order; no secret is read, and nothing is sent."""
    draft, table, of_plan = read(plan, path, sends=False)
    if of_plan or table.problems:
        raise plan.with_table(of_plan, path, table.problems)
    provider = provider_of(draft.provider)
    for row in table.rows:
        order = preview(provider, row.draft)
        call = provider.request(order)
        if as_json:
            named = Result("not_created", provider.key, order.connection.site.key, order.wanted.name).as_json()
            request = {"method": call.method, "url": call.url} | masked({"headers": call.headers, "body": call.body})
            write_stdout(json.dumps({**named, "row": row.number, "dry_run": True, "request": request}))
        else:
            write_stdout("\n".join((f"Row {row.number}", *text_report.request(call), "")))
    return Exit.READY


def create(service: Service, plan: Plan, path: Path, *, yes: bool, keep_going: bool, as_json: bool) -> int:
    """Create the orgs of a table and print a line for each; returns the gravest exit code, 128+n after a signal."""
    draft, table, of_plan = read(plan, path)
    provider = provider_of(draft.provider)
    if of_plan:  # without a connection and a store there is nothing more to check
        raise plan.with_table(of_plan, path, table.problems)
    store = StoreProbedOnce(service.chosen(draft.store))
    checked = _checked(service, provider, draft, table, plan, path)
    service.engine.work(store.probe).result()
    lines = table_text.review(provider, checked, draft.site, draft.store)
    if yes or not checked.new:
        write_stderr("\n".join(lines))
    else:
        confirm("\n".join(lines), str(len(checked.new)), "them")
    rows = [one.row for one in checked.rows]
    begin = create_table(service, provider, rows, store, keep_going=keep_going)
    with leaving_on_signal(service.engine) as taking:
        face = TableFace(service, provider, rows, taking, as_json=as_json)
        return face.follow(lambda tell: service.engine.create(begin, tell))


def _checked(service: Service, provider: Provider, draft: Draft, table: Table, plan: Plan, path: Path) -> CheckedTable:
    """Return the checked table; raises `BadFields` with every problem, those that only the service knows included."""
    for remark in dict.fromkeys(remark for row in table.rows for remark in service.remarks(row.draft)):
        write_stderr(remark)
    problems = dict(table.problems)
    try:
        checked = check_table(service, provider, service.connection(provider, draft), table.rows)
    except WizardError as error:
        if not problems:
            raise
        problems["service"] = f"The names could not be checked. {error.cause}"
        raise plan.with_table({}, path, problems) from None
    if problems | checked.problems:
        raise plan.with_table({}, path, plan_table.in_order(problems | checked.problems))
    return checked


class TableFace:
    """Follows a run: results on stdout, how it stands on stderr."""

    def __init__(
        self, service: Service, provider: Provider, rows: Sequence[TableRow], taking: EndingSignals, *, as_json: bool
    ) -> None:
        self._service, self._provider, self._taking, self._as_json = service, provider, taking, as_json
        self._rows = {row.number: row for row in rows}
        self._telling: dict[int, ProgressText] = {}
        self._waiting: set[int] = set()
        self._codes: Counter[Exit] = Counter()
        self._shown: list[Result] = []  # with keys that are stored nowhere else
        self._pause = 0
        self._started = service.clock.now()
        self._status = StatusLine()

    def follow(self, begin: Callable[[Callable[[TableEvent], None]], bool]) -> int:
        """Run to the end; returns the exit code."""
        events: SimpleQueue[TableEvent] = SimpleQueue()
        begin(events.put)
        if self._taking.caught:  # before there was anything to end
            self._service.engine.leave()
        while True:
            try:
                event = events.get(timeout=LOOK_SECONDS)
            except Empty:
                if self._service.engine.idle.is_set() and events.empty():
                    raise RuntimeError("a table ended without an end") from None
                continue
            if isinstance(event, TableEnd):
                return self._end(event)
            with self._taking.ending_a_wait():
                self._tell(event)

    def _tell(self, event: TableEvent) -> None:
        if isinstance(event, Pause):
            if not self._pause:
                self._line(f"Rate limit: next request in {table_text.clock_time(event.left_seconds)}.")
            self._pause = event.left_seconds
        elif isinstance(event, RowProgress):
            self._progress(event.number, event.event)
        elif isinstance(event, RowEnd):
            self._row_end(self._rows[event.number], event)
        self._status.show(self._standing())

    def _progress(self, number: int, event: Progress) -> None:
        self._pause = 0
        if event.stage in (SETTLE, READY):
            self._waiting.add(number)
        words = self._telling.setdefault(number, ProgressText()).words(event)
        if words and _is_news(event):
            self._line(f"{number:>5}  {words}")

    def _line(self, words: str) -> None:
        """Print a line of progress where there is no terminal, whose status line says as much."""
        if not self._status.is_on:
            write_stderr(words)

    def _row_end(self, row: TableRow, end: RowEnd) -> None:
        self._telling.pop(row.number, None)
        self._waiting.discard(row.number)
        self._codes[table_text.exit_code(end)] += 1
        self._status.clear()
        as_json = json.dumps(table_text.as_json(row, end)) if self._as_json else ""
        taken = write_stdout(as_json or table_text.ended(row, end))
        if end.result and end.result.secrets:
            self._keys(end.result, printed=bool(as_json) and taken)

    def _keys(self, result: Result, *, printed: bool) -> None:
        """Print keys that no store took; those that no stream takes go to a private file."""
        lines = "\n".join(text_report.keys(result))
        if printed or write_stdout(lines) or write_stderr(lines):
            self._shown.append(result)
        else:
            self._service.save_unshown_keys(result)

    def _standing(self) -> str:
        done, waiting, rows = self._codes.total(), len(self._waiting), len(self._rows)
        begun = done + waiting
        spent = self._service.clock.now() - self._started
        settle = self._provider.settle_seconds if done < rows else 0
        left = spent / begun * (rows - begun) + settle if begun else None
        return table_text.status(done, waiting, rows, self._pause, left)

    def _end(self, end: TableEnd) -> int:
        self._status.clear()
        with self._taking.ending_a_wait():
            for row, left in table_text.left_over(self._provider, end) if self._as_json else ():
                write_stdout(json.dumps(table_text.as_json(row, left)))
            options = "--sandbox" if self._service.sandbox_values else ""
            write_stderr("\n".join(table_text.total(self._codes, end, options)))
        self._service.engine.idle.wait()  # the ends are in the journal before the program ends
        for result in self._shown:
            self._service.keys_shown(result)
        if self._taking.caught:
            return 128 + self._taking.caught[0]
        return table_text.gravest([*self._codes, *([Exit.NOT_SENT] if end.left else [])])


def _is_news(event: Progress) -> bool:
    """Return whether a stage of one row among many is worth a line: what left, what was stored, and what went wrong."""
    if event.stage == SEND:
        return event.state != "ok"
    return event.stage == FIND or (event.stage == KEEP and event.state != "started")


def refuse_again(*, again: bool) -> None:
    """Raise `BadInput` where every row is wanted a second time: that is never what is meant."""
    if again:
        raise BadInput(
            "--again does not go with --table.", "To create a second org, use a plan of its own.", code="usage"
        )

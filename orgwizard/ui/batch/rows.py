"""Many orgs at once, followed: a line for each on stdout as it ends, how the whole stands on stderr."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from orgwizard.application.service import Service
from orgwizard.application.tables.run import Pause, RowEnd, RowProgress, TableEnd, TableEvent
from orgwizard.domain.errors import Exit
from orgwizard.domain.events import FIND, KEEP, SEND, Progress, Result
from orgwizard.presentation import text_report
from orgwizard.presentation.progress_text import ProgressText, clock_time
from orgwizard.presentation.tables import table_text
from orgwizard.presentation.tables.table_standing import Standing
from orgwizard.providers.contract import Provider
from orgwizard.ui.batch.ci_masks import hide
from orgwizard.ui.batch.live_lines import LiveLines
from orgwizard.ui.batch.run_events import run_events
from orgwizard.ui.batch.signals import EndingSignals
from orgwizard.ui.batch.streams import json_line, write_stderr, write_stdout


class RowFace:
    """Follows a run: results on stdout, how it stands on stderr."""

    def __init__(
        self,
        service: Service,
        names: Mapping[int, str],
        taking: EndingSignals,
        *,
        as_json: bool,
        provider: Provider | None = None,
        quiet: bool = False,
    ) -> None:
        """Begin; *names* are those of the orgs by the numbers of their rows.

        *provider* is that of a table, of which rows may be left over.
        """
        self._service, self._provider, self._taking, self._as_json = service, provider, taking, as_json
        self._names = names
        self._telling: dict[int, ProgressText] = {}
        self._codes: Counter[Exit] = Counter()
        self._earlier: Counter[Exit] = Counter()  # of these: rows of which nothing was left to do
        self._shown: list[Result] = []  # with keys that are stored nowhere else
        self._standing = Standing(names, service.clock.now, provider.settle_seconds if provider else 0)
        self._quiet = quiet
        self._live = LiveLines(wanted=not quiet)

    def follow(self, begin: Callable[[Callable[[TableEvent], None]], bool]) -> int:
        """Run to the end; returns the exit code."""
        caught = len(self._taking.caught)
        for event in run_events(self._service.engine, begin, self._taking):
            if isinstance(event, TableEnd):
                return self._end(event)
            if len(self._taking.caught) != caught:  # and what it does was said below
                caught = len(self._taking.caught)
                self._live.forget()
            with self._taking.ending_a_wait():
                self._tell(event)
        raise RuntimeError("a table ended without an end")

    def _tell(self, event: TableEvent) -> None:
        if isinstance(event, Pause) and not self._standing.pause:
            self._line(f"Rate limit: next request in {clock_time(event.left_seconds)}.")
        self._standing.add(event)
        if isinstance(event, RowProgress):
            words = self._telling.setdefault(event.number, ProgressText()).words(event.event)
            if words and _is_news(event.event):
                self._line(f"{event.number:>5}  {words}")
        elif isinstance(event, RowEnd):
            self._row_end(event)
        if self._live.is_on:
            self._live.show(self._standing.lines(self._live.most))

    def _line(self, words: str) -> None:
        """Print a line of progress where there is no terminal, whose last lines say as much."""
        if not (self._live.is_on or self._quiet):
            write_stderr(words)

    def _row_end(self, end: RowEnd) -> None:
        self._telling.pop(end.number, None)
        end = replace(end, result=end.result.logged()) if end.result else end
        code = table_text.exit_code(end)
        self._codes[code] += 1
        self._earlier[code] += end.earlier is not None
        self._live.clear()
        as_json = json_line(table_text.as_json(end, is_table=self._provider is not None)) if self._as_json else ""
        hide(end.result.secrets if end.result else {}, as_json=self._as_json)
        words = table_text.ended(self._names[end.number], end)
        taken = write_stdout(as_json or words)
        if not taken:  # a reader that has gone
            write_stderr(words)
        if end.result and end.result.secrets:
            self._keys(end.result, printed=bool(as_json) and taken)

    def _keys(self, result: Result, *, printed: bool) -> None:
        """Print keys that no store took; those that no stream takes go to a private file."""
        lines = "\n".join(text_report.keys(result))
        if printed or write_stdout(lines) or write_stderr(lines):
            self._shown.append(result)
        else:
            self._service.records.save_unshown_keys(result)

    def _end(self, end: TableEnd) -> int:
        self._live.clear()
        with self._taking.ending_a_wait():
            if self._as_json and self._provider:
                for left in table_text.left_over(self._provider, end):
                    write_stdout(json_line(table_text.as_json(left, is_table=True)))
            of_table = self._provider is not None
            lines = table_text.total(self._codes, end, self._service.options, earlier=self._earlier, is_table=of_table)
            write_stderr("\n".join(lines))
        self._service.engine.idle.wait()  # the ends are in the journal before the program ends
        for result in self._shown:
            self._service.records.keys_shown(result)
        if self._taking.caught:
            return 128 + self._taking.caught[0]
        return table_text.gravest([*self._codes, *([Exit.NOT_SENT] if end.left else [])])


def _is_news(event: Progress) -> bool:
    """Return whether a stage of one row among many is worth a line: what left, what was stored, and what went wrong."""
    if event.stage == SEND:
        return event.state != "ok"
    return event.stage == FIND or (event.stage == KEEP and event.state != "started")

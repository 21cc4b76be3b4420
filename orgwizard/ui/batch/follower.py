"""One creation or resumption followed to its end: stages as lines on stderr, the result on stdout."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from orgwizard.application.service import Service
from orgwizard.domain.events import Event, Progress, Result
from orgwizard.presentation import text_report
from orgwizard.presentation.progress_text import ProgressText
from orgwizard.ui.batch.ci_masks import hide
from orgwizard.ui.batch.run_events import run_events
from orgwizard.ui.batch.signals import EndingSignals
from orgwizard.ui.batch.streams import write_json, write_stderr, write_stdout

PRINTED_ABOVE = "shown above, and stored nowhere else"


@dataclass(frozen=True)
class Follower:
    """How a run of the engine is told: with *as_json* the result is one object, with *quiet* no stage is told."""

    service: Service
    as_json: bool
    quiet: bool = False

    def follow(self, begin: Callable[[Callable[[Event], None]], bool], taking: EndingSignals) -> Result:
        """Run a flow to its end, stages on stderr; one that nobody reads holds up the telling, and not the flow.

        Keys that are stored nowhere are printed when they come; with --json they are in the one object at the end.
        """
        telling = ProgressText()
        for event in run_events(self.service.engine, begin, taking):
            if isinstance(event, Result):
                return event
            with taking.ending_a_wait():
                if isinstance(event, Progress):
                    if not self.quiet:
                        tell_stage(telling, event)
                elif not (self.as_json or event.result.unmoved) and _printed(event.result):
                    taking.keys_printed = True
                    self.service.engine.keys_shown()
        raise RuntimeError("a creation ended without a result")

    def report(self, result: Result, taking: EndingSignals) -> int:
        """Print a result; returns the exit code, 128+n after a signal.

        What stdout does not take goes to stderr; keys that neither takes, because they are closed, full or stand still
        until a signal ends the wait, go to a private file. Keys that a saved response holds are not printed.
        """
        result = result.logged()
        if result.secrets and taking.keys_printed:  # on arrival
            self.service.records.keys_shown(result)
            result = replace(result, secrets={}, stored_words=PRINTED_ABOVE)
        lines, taken = "\n".join(text_report.result(result)), False
        with taking.ending_a_wait():
            hide(result.secrets, as_json=self.as_json)
            taken = (write_json(result.as_json()) if self.as_json else write_stdout(lines)) or write_stderr(lines)
        if result.secrets:
            if taken:
                self.service.records.keys_shown(result)
            else:
                result = self.service.records.save_unshown_keys(result)
        with taking.ending_a_wait():
            if result.error is not None:
                write_stderr("\n".join(result.error.lines()))
        self.service.engine.idle.wait()  # the end is in the journal before the program ends
        return 128 + taking.caught[0] if taking.caught else result.exit_code


def _printed(result: Result) -> bool:
    """Print keys that are stored nowhere, and return whether stdout took them."""
    hide(result.secrets, as_json=False)
    return write_stdout("\n".join(text_report.keys(result)))


def tell_stage(telling: ProgressText, event: Progress) -> None:
    """Print a stage as a line, where it is worth one."""
    if words := telling.words(event):
        write_stderr(f"{event.stage:>7}  {words}")

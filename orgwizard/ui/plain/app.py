"""The walk through the steps in plain lines: what there is to go on with, which step comes next, and leaving."""

import os
import signal
from collections.abc import Callable, Iterable, Mapping

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.application.runner import Engine
from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation import farewell
from orgwizard.presentation.wizard import review, start_menu, step_order
from orgwizard.presentation.wizard.leaving_text import LEAVING
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.system import shutdown
from orgwizard.ui.plain.console import SIGN, Back, Console
from orgwizard.ui.plain.start import Start
from orgwizard.ui.plain.steps.base import CheckAgain, GoTo, Step
from orgwizard.ui.plain.steps.child_org import AdministratorStep, OrganizationStep, StoreStep
from orgwizard.ui.plain.steps.connect import ConnectStep
from orgwizard.ui.plain.steps.create import Interruption
from orgwizard.ui.plain.steps.creating import Creating
from orgwizard.ui.plain.steps.ending import ANOTHER
from orgwizard.ui.plain.steps.review import ReviewStep
from orgwizard.ui.plain.steps.site import SiteStep
from orgwizard.ui.plain.terminal import Quit, Terminal

WELCOME = f"At every prompt, {SIGN}help explains more; {SIGN}back, {SIGN}review and {SIGN}quit work too."


STEPS: Mapping[str, type[Step]] = {
    "site": SiteStep,
    "credentials": ConnectStep,
    "organization": OrganizationStep,
    "administrator": AdministratorStep,
    "store": StoreStep,
    "review": ReviewStep,
}


class Wizard:
    """The steps in their order over one session."""

    def __init__(
        self,
        console: Console,
        bootstrap: Bootstrap,
        draft: Draft | None,
        interruption: Interruption,
        log: Callable[[str], object] = lambda line: None,  # noqa: ARG005 - nobody keeps it
    ) -> None:
        self._console, self._given = console, draft is not None
        self.creating = Creating(console, interruption, log)
        self._here = "site"
        self.session = WizardSession(bootstrap, draft or Draft())
        console.review = self._entered

    # ---- walking ----

    def run(self) -> int:
        """Go through the steps until the user leaves; return the program's exit code."""
        try:
            at, field = self._begun(), ""
            while True:
                at, field = self._after(at, field)
        except Quit as left:
            return self._left(left.code)

    def _begun(self) -> str:
        """Return the step to begin with."""
        if self._given:
            return step_order.first(self.session)
        return self._started(self.session.bootstrap.drafts.load())

    def _after(self, at: str, field: str) -> tuple[str, str]:
        """Go through one step; return which one comes next, and at which field."""
        self._here = at
        step_order.enter(self.session, at)
        step = STEPS[at](self._console, self.session) if at in STEPS else None
        number, about = list(step_order.TITLES).index(at) + 1, step.about if step else ""
        self._console.heading(f"Step {number} of {len(step_order.TITLES)}: {step_order.TITLES[at]}. {about}".rstrip())
        try:
            if step is None:
                return self._then(self.creating.create(self.session)), ""
            step.go(field)
        except CheckAgain as wanted:
            return self._then(self.creating.resume(self.session, wanted.record)), ""
        except Back:
            return self._before(at), ""
        except GoTo as led:
            return led.section, led.field
        except WizardError as error:
            return self._led_by(error)
        return step_order.after(self.session, at), ""

    def _before(self, at: str) -> str:
        before = step_order.before(self.session, at)
        return before or self._started(self.session.drafts.to_continue())

    def _led_by(self, error: WizardError) -> tuple[str, str]:
        """Say a failure, or have it said at the field that it is about; return where to go."""
        found = step_order.complaints(error)
        path = next(iter(found))
        if section := step_order.section(path):
            self.session.refusals |= found
            self._console.say(error.meaning)
            return section, path.partition(".")[2]
        self._console.say(*error.lines())
        return "review", ""

    def _left(self, code: int) -> int:
        """Say what is kept; return the exit code: that of the result, where there is one."""
        self.session.drafts.save()
        result = self.session.run.result
        if not self.session.bootstrap.engine.idle.is_set() and not self.creating.has_told(result):
            self._console.heading(LEAVING)
            return code
        if not result or result.outcome == "not_created":
            self._console.heading("Cancelled.")
            self._console.say(*farewell.continuing(self.session, "--plain"))
        return self.creating.exit_code(result, code)

    def _entered(self) -> Iterable[str]:
        """Return what was entered up to the step where the user is."""
        return review.entered(self.session, self._here)

    # ---- the beginning and the end ----

    def _started(self, saved: Draft | None) -> str:
        """Begin with what there is to go on with; return the step to go to."""
        self._console.say(f"{start_menu.INTRODUCTION} {start_menu.HOW}")
        while True:
            begun = Start(self._console, self.session.bootstrap, saved).go()
            self.session = begun.session
            if begun.record is None:
                return step_order.first(begun.session)
            try:
                if self.creating.resume(self.session, begun.record) == ANOTHER:
                    return self._another()
            except GoTo:  # of an attempt that was taken up, no answers are here
                continue
            except WizardError as error:
                self._console.say(*error.lines())

    def _then(self, chosen: str) -> str:
        """Return the step after the end of a creation."""
        return self._another() if chosen == ANOTHER else "review"

    def _another(self) -> str:
        """Begin another org of the same parent; return its first step."""
        self.session = self.session.for_same_parent()
        return step_order.first_of_another(self.session)


def run(
    bootstrap: Bootstrap,
    draft: Draft | None = None,
    *,
    ascii_only: bool = False,
    because: str = "",
    sink: int = 2,
    log: Callable[[str], object] = lambda line: None,  # noqa: ARG005 - nobody keeps it
) -> int:
    """Run the wizard to its end and return the exit code; *because* says why plain lines were chosen by themselves.

    *sink* is the terminal's file descriptor; *log* is given the lines of each result, which hold no key.
    """
    terminal = Terminal(sink=sink)
    console = Console(terminal, ascii_only=ascii_only)
    engine = bootstrap.engine
    interruption = Interruption(engine, terminal)
    wizard = Wizard(console, bootstrap, draft, interruption, log)
    engine.work(lambda: bootstrap.service.warm())  # noqa: PLW0108 - opening the service is what takes time
    terminal.edit_lines(os.environ)
    interrupting = shutdown.handling((signal.SIGINT,), interruption)
    with _watch(engine, terminal, wizard)(), interrupting, terminal.handling_signals():
        console.say(_welcome(because, sandbox=bootstrap.sandbox))
        try:
            code = wizard.run()
        finally:
            engine.idle.wait()  # whatever became of the face, what was sent is answered and stored
            wizard.creating.tell_late(wizard.session)
        return wizard.creating.exit_code(wizard.session.run.result, code)


def _watch(engine: Engine, terminal: Terminal, wizard: Wizard) -> shutdown.Watch:
    """Return what takes the ending signals but Ctrl+C's: the run ends once what was sent is stored."""
    return shutdown.Watch(
        engine.leave,
        engine.idle,
        terminal.end,
        signals=[number for number in shutdown.ENDING if number != signal.SIGINT],
        reset=b"",
        rescue=lambda: wizard.session.run.rescue(),  # noqa: PLW0108 - of the session that there is then
    )


def _welcome(because: str, *, sandbox: bool) -> str:
    mode = f"Plain mode, because {because}." if because else "orgwizard, plain mode."
    where = "This is the sandbox: no account, no network." if sandbox else ""
    return " ".join(filter(None, (mode, where, WELCOME)))

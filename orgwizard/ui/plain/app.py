"""The walk through the steps in plain lines: what there is to go on with, which step comes next, and leaving."""

import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import Exit, WizardError
from orgwizard.domain.events import Result
from orgwizard.presentation import review, start_menu, step_order, text_report
from orgwizard.presentation.start_menu import StartMenu
from orgwizard.presentation.wizard_session import KEPT_ANSWERS, LEAVING, WizardSession
from orgwizard.providers import PROVIDERS
from orgwizard.storage.attempt_record import Record
from orgwizard.storage.earlier_attempt import EarlierAttempt
from orgwizard.system import shutdown
from orgwizard.ui.plain.console import SIGN, Back, Console
from orgwizard.ui.plain.steps.base import GoTo, Step
from orgwizard.ui.plain.steps.child_org import AdministratorStep, OrganizationStep, StoreStep
from orgwizard.ui.plain.steps.connect import ConnectStep
from orgwizard.ui.plain.steps.create import AGAIN, ANOTHER, Ending, Interruption, followed
from orgwizard.ui.plain.steps.site import SiteStep
from orgwizard.ui.plain.terminal import Quit, Terminal

CHECK = "check"  # typed at the review
WELCOME = f"At every prompt, {SIGN}help explains more; {SIGN}back, {SIGN}review and {SIGN}quit work too."


ASKING: Mapping[str, type[Step]] = {
    "site": SiteStep,
    "credentials": ConnectStep,
    "organization": OrganizationStep,
    "administrator": AdministratorStep,
    "store": StoreStep,
}


class Wizard:
    """The steps in their order over one session."""

    def __init__(self, console: Console, bootstrap: Bootstrap, draft: Draft | None, interruption: Interruption) -> None:
        self._console, self._interruption, self._given = console, interruption, draft is not None
        self._here = "site"
        self._reported: Result | None = None
        self.session = WizardSession(bootstrap, draft or Draft())
        console.review = self._entered

    # ---- walking ----

    def run(self) -> int:
        """Go through the steps until the user leaves; return the program's exit code."""
        try:
            at, field = "site" if self._given else self._started(self.session.bootstrap.drafts.load()), ""
            while True:
                at, field = self._after(at, field)
        except Quit as left:
            return self._left(left.code)

    def tell_late(self) -> None:
        """Tell of an end that came after the user was gone; keys that nobody was shown go to a private file."""
        if self.session.result and self.session.result is not self._reported:
            self.session.rescue()
            for line in text_report.result(self.session.result):
                self._console.say_as_it_is(line)
            if self.session.result.error:
                self._console.say(*self.session.result.error.lines())

    def _after(self, at: str, field: str) -> tuple[str, str]:
        """Go through one step; return which one comes next, and at which field."""
        self._here = at
        number = list(step_order.TITLES).index(at) + 1
        self._console.heading(f"Step {number} of {len(step_order.TITLES)}: {step_order.TITLES[at]}.")
        try:
            if at == "create":
                return self._created(), ""
            if at == "review":
                self._review()
            else:
                ASKING[at](self._console, self.session).go(field)
        except Back:
            return self._before(at), ""
        except GoTo as led:
            return led.section, led.field
        except WizardError as error:
            return self._led_by(error)
        return step_order.after(self.session, at), ""

    def _before(self, at: str) -> str:
        before = step_order.before(self.session, at)
        return before or self._started(self.session.to_continue())

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
        words = self.session.keep()
        result = self.session.result
        if not self.session.bootstrap.engine.idle.is_set() and (result is None or result is not self._reported):
            self._console.heading(LEAVING)
            return code
        if not result or result.outcome == "not_created":
            self._console.heading("Cancelled.")
            if self.session.draft.provider:
                self._console.say(words or KEPT_ANSWERS)
        return result.exit_code if result and code == Exit.LEFT and not self._interruption.times else code

    def _entered(self) -> Iterable[str]:
        """Return what was entered up to the step where the user is."""
        session, names = self.session, list(step_order.TITLES)
        if not session.draft.provider or session.draft.method not in session.provider.methods:
            return ("Nothing is entered yet.",) if not session.site else (f"Parent org: {session.place()}",)
        here = names.index(self._here)
        known = {name for name in names if names.index(name) <= here}
        return [
            f"{label}: {value}" for path, label, value in review.lines(session) if step_order.section(path) in known
        ]

    # ---- the beginning ----

    def _started(self, saved: Draft | None) -> str:
        """Begin with what there is to go on with; return the step to go to."""
        self._console.heading(start_menu.INTRODUCTION)
        self._console.say(start_menu.HOW)
        while True:
            found = StartMenu(self.session.bootstrap, saved)
            self.session = WizardSession(self.session.bootstrap, Draft())
            if found.empty:
                return "site"
            try:
                if step := self._begun(found):
                    return step
            except WizardError as error:
                self._console.say(*error.lines())
            except Back:
                self._console.say(f"This is the first step. {SIGN}quit quits.")

    def _begun(self, found: StartMenu) -> str:
        """Have a row chosen; return the step that it leads to, else ""."""
        self._console.say(*found.warnings)
        chosen = self._chosen(found)
        draft = self._draft_of(found, chosen)
        if draft is None:
            return self._looked_at(found, chosen)
        known, spares = found.profile(chosen) is not None, found.spares(draft)
        self.session = WizardSession(self.session.bootstrap, draft, known=known, another_draft_saved=spares)
        return step_order.first(self.session)

    def _chosen(self, found: StartMenu) -> str:
        rows = start_menu.fitted(found.rows())
        chosen = self._console.choose("Next", rows, next(iter(rows)))
        return chosen if chosen != start_menu.MORE else self._console.choose("Next", found.rows())

    def _draft_of(self, found: StartMenu, chosen: str) -> Draft | None:
        if profile := found.profile(chosen):
            from orgwizard.application.profile_draft import draft_from

            return draft_from(profile)
        return {start_menu.NEW: Draft(), start_menu.CONTINUE: found.saved}.get(chosen)

    def _looked_at(self, found: StartMenu, chosen: str) -> str:
        """Say what a row is about; return the step that follows an attempt taken up, else ""."""
        if record := found.attempt(chosen):
            return self._taken_up(record)
        if chosen == start_menu.ORGS:
            self._console.say(*filter(None, found.record_lines()))
        elif chosen == start_menu.PROBLEMS:
            self._console.say(*(problem.words for problem in found.problems))
        else:
            self._console.say(*self._scenarios())
        return ""

    def _taken_up(self, record: Record) -> str:
        """Take an open attempt up, if the user says so; what was typed for another org stays in its draft."""
        self._console.say(*([start_menu.RUNNING_TITLE] if record.running else []), *start_menu.attempt_lines(record))
        if record.running or not self._console.agrees(start_menu.TAKE_UP):
            return ""
        draft = Draft(record.provider)
        draft.section("parent")["site"] = record.site
        self.session = WizardSession(self.session.bootstrap, draft, keeping=False)
        resumed = self._resumed(record)
        try:
            return "credentials" if resumed and self._ended(resumed) == ANOTHER else ""
        except GoTo:
            return ""

    def _resumed(self, record: Record) -> Result | None:
        """Have an attempt finished or looked up; return its result, None where a creation runs already."""
        session, terminal = self.session, self._console.terminal
        return followed(
            self._console,
            self._interruption,
            record.store,
            lambda tell: terminal.awaited(session.bootstrap.engine.work(lambda: session.resume(record, tell))),
            session,
        )

    def _scenarios(self) -> Iterator[str]:
        yield start_menu.SCENARIOS_HELP
        titles = {provider.key: provider.title for provider in PROVIDERS}
        yield from (f"{titles[m.provider]}, {m.where}, {m.name}: {m.what}" for m in self.session.bootstrap.scenarios)

    # ---- review, creation, end ----

    def _review(self) -> None:
        """Say the whole order; return once the word that creates was typed."""
        session, console = self.session, self._console
        lines, earlier = list(review.lines(session)), session.earlier()
        console.say(*(f"{number}. {label}: {value}" for number, (_, label, value) in enumerate(lines, 1)))
        console.say(review.warnings(session), *([earlier.error().cause] if earlier else []))
        while True:
            console.terminal.forget()  # nothing that was typed ahead creates anything
            typed = console.ask(self._review_question(earlier))
            if self._creates(typed, earlier):
                return
            typed = typed.lower()
            if typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= len(lines):
                session.returning = True
                section, _, field = lines[int(typed) - 1][0].partition(".")
                raise GoTo(section, field)
            if typed == CHECK and earlier:
                self._check(earlier)
            else:
                self._on_review(typed)

    def _review_question(self, earlier: EarlierAttempt | None) -> str:
        """Return what can be typed at the review; an order that was sent before is checked, not sent."""
        session = self.session
        rest = 'the number of a line to change it, "request" for the exact request, or "plan" to save a plan file:'
        if earlier:
            return f'Type "{CHECK}" to see what came of it, "{review.second(session)}" to new org, {rest}'
        return f'Type "{step_order.CREATE_WORD}" to create {session.org_name} at {session.provider.title}, {rest}'

    def _creates(self, typed: str, earlier: EarlierAttempt | None) -> bool:
        """Return whether *typed* is what creates; raises `GoTo` where something has to be done before."""
        creates = review.is_second(self.session, typed) if earlier else typed.lower() == step_order.CREATE_WORD
        if creates and (step := step_order.unfinished(self.session)) != "review":
            raise GoTo(step)
        self.session.again = creates and earlier is not None
        return creates

    def _check(self, earlier: EarlierAttempt) -> None:
        """Tell what became of an earlier attempt; one that is open is finished or looked up."""
        if earlier.kind == "open":
            result = self._resumed(earlier.record)
            raise GoTo("credentials" if result and self._ended(result) == ANOTHER else "review")
        self._console.say(*review.check_lines(earlier))
        raise GoTo("review")

    def _on_review(self, typed: str) -> None:
        session, console = self.session, self._console
        if typed == "request":
            order = console.terminal.awaited(session.ordering())
            console.say(f"{review.REQUEST_TITLE}:")
            for line in text_report.request(session.provider.request(order)):
                console.say_as_it_is(line)
        elif typed == "plan":
            with suppress(Back):  # to the review
                path = console.ask("Path of the new plan file (Enter takes plan.toml):") or "plan.toml"
                console.say(review.save_plan(session, path)[1])
        else:
            console.say(step_order.NOT_BEFORE)

    def _created(self) -> str:
        """Create the org; return the step that comes after it."""
        order = self._console.terminal.awaited(self.session.ordering())
        result = followed(
            self._console,
            self._interruption,
            self.session.draft.store,
            lambda tell: self.session.create(order, tell),
            self.session,
        )
        return "credentials" if result and self._ended(result) == ANOTHER else "review"

    def _ended(self, result: Result) -> str:
        """Tell of the end; return what the user does next, or raise `GoTo` to the field that a refusal is about."""
        self.session.result = result
        ending = Ending(self._console, self.session, result)
        self._console.heading("The result.")
        ending.tell()
        self._reported = result
        if self._interruption.times and not result.secrets:
            raise Quit
        error = result.error
        if error and result.outcome == "not_created" and (section := step_order.section(error.field)):
            self.session.returning = True
            raise GoTo(section, error.field.partition(".")[2])
        chosen = ending.next()
        if chosen == AGAIN:
            again = self._resumed(self.session.service.journal.get(result.attempt))
            return self._ended(again) if again else chosen
        if chosen == ANOTHER:
            self.session = WizardSession(self.session.bootstrap, self.session.draft_for_same_parent())
        return chosen


def run(bootstrap: Bootstrap, draft: Draft | None = None, *, ascii_only: bool = False, because: str = "") -> int:
    """Run the wizard to its end and return the exit code; *because* says why plain lines were chosen by themselves."""
    terminal = Terminal()
    console = Console(terminal, ascii_only=ascii_only)
    engine = bootstrap.engine
    interruption = Interruption(engine, terminal)
    wizard = Wizard(console, bootstrap, draft, interruption)
    watch = shutdown.Watch(
        engine.leave,
        engine.idle,
        terminal.end,
        signals=(signal.SIGHUP, signal.SIGTERM),
        reset=b"",
        rescue=lambda: wizard.session.rescue(),  # noqa: PLW0108 - of the session that there is then
    )
    engine.work(lambda: bootstrap.service.warm())  # noqa: PLW0108 - opening the service is what takes time
    with watch(), _interrupted_by(interruption), terminal.handling_signals():
        console.say(f"Plain mode, because {because}." if because else "orgwizard, plain mode.")
        if bootstrap.sandbox:
            console.say("This is the sandbox: no account, no network.")
        console.say(WELCOME)
        try:
            return wizard.run()
        finally:
            engine.idle.wait()  # whatever became of the face, what was sent is answered and stored
            wizard.tell_late()


@contextmanager
def _interrupted_by(interruption: Interruption) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, interruption)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

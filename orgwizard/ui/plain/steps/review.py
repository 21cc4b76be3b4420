"""Step 6: the whole order read once, and the word that creates."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from orgwizard.presentation import text_report
from orgwizard.presentation.wizard import review, step_order
from orgwizard.storage.attempts.earlier import EarlierAttempt
from orgwizard.ui.plain.console import Back
from orgwizard.ui.plain.steps.base import CheckAgain, GoTo, Step

CHECK, REQUEST, PLAN = "check", "request", "plan"  # typed at the review
HINTS = (
    "A line is changed by its number or name; the review comes back after it.",
    f'"{REQUEST}" shows the exact request, with secrets masked. "{PLAN}" saves a plan file, without secrets.',
)


class ReviewStep(Step):
    """Say the whole order; `go` ends once the word that creates was typed."""

    def go(self, field: str = "") -> None:
        """Say the order, and take what is typed about it until it is to be created."""
        session, console = self.session, self.console
        lines, earlier = list(review.lines(session)), session.run.earlier()
        stands = [*([earlier.error().cause] if earlier else []), *review.objections(session)]
        console.say(*self._numbered(lines), review.warnings(session), *stands)
        places = self._places(lines)
        while True:
            console.terminal.forget()  # nothing that was typed ahead creates anything
            typed = console.ask(self._question(earlier), HINTS)
            if self._creates(typed, earlier):
                return
            typed = " ".join(typed.split()).casefold()
            if place := places.get(typed):
                session.returning = True
                section, _, field = place.partition(".")
                raise GoTo(section, field)
            if typed == CHECK and earlier:
                self._check(earlier)
            elif typed == REQUEST:
                self._say_request()
            elif typed == PLAN:
                self._save_plan()
            else:
                console.say(f"{step_order.NOT_BEFORE} Or type the number or name of a line.")

    def _numbered(self, lines: Iterable[review.Line]) -> Iterable[str]:
        """Return the lines as they are said: what is set by number, the names of the rest in one."""
        lines = list(lines)
        yield from (f"{number}. {label}: {value}" for number, (_, label, value) in enumerate(_set(lines), 1))
        if blank := [value for _, label, value in lines if label == review.LEFT_BLANK]:
            yield f"{review.LEFT_BLANK}: {', '.join(blank)}"

    def _places(self, lines: list[review.Line]) -> Mapping[str, str]:
        """Return what is changed, by the number or the name of its line."""
        names = {label.casefold(): path for path, label, _ in lines}
        numbers = {str(number): path for number, (path, _, _) in enumerate(_set(lines), 1)}
        return {**review.blank_places(self.session), **names, **numbers}

    def _question(self, earlier: EarlierAttempt | None) -> str:
        """Return what can be typed; an order that was sent before is checked, not sent."""
        session = self.session
        change = "a line's number or name to change it"
        if earlier:
            return f'Type "{CHECK}" to see what came of it, "{review.second(session)}" for a new org, or {change}:'
        wanted = f"{session.draft.org_name} at {session.provider.title}"
        return f'Type "{step_order.CREATE_WORD}" to create {wanted}, or {change}:'

    def _creates(self, typed: str, earlier: EarlierAttempt | None) -> bool:
        """Return whether *typed* is what creates; raises `GoTo` where something has to be done before."""
        creates = review.is_second(self.session, typed) if earlier else typed.lower() == step_order.CREATE_WORD
        if creates and (step := step_order.unfinished(self.session)) != "review":
            raise GoTo(step)
        self.session.run.again = creates and earlier is not None
        return creates

    def _check(self, earlier: EarlierAttempt) -> None:
        """Tell what became of an earlier attempt; one that is open is to be finished or looked up."""
        if earlier.kind == "open":
            raise CheckAgain(earlier.record)
        self.console.say(*review.check_lines(earlier))
        raise GoTo("review")

    def _say_request(self) -> None:
        order = self.console.terminal.awaited(self.session.ordering())
        self.console.say(f"{review.REQUEST_TITLE}:", *text_report.request(self.session.provider.request(order)))

    def _save_plan(self) -> None:
        with suppress(Back):  # to the review
            path = self.console.ask("Path of the new plan file (Enter for plan.toml):") or "plan.toml"
            self.console.say(review.save_plan(self.session, path)[1])


def _set(lines: Iterable[review.Line]) -> list[review.Line]:
    return [line for line in lines if line[1] != review.LEFT_BLANK]

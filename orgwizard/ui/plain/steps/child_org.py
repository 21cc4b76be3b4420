"""Steps 3, 4 and 5: the child org, its first administrator, and where its keys go."""

from orgwizard.domain.errors import Refused, WizardError
from orgwizard.domain.forms.questions import Question
from orgwizard.presentation.wizard import store_choices
from orgwizard.presentation.wizard.form_state import FormState
from orgwizard.presentation.wizard.step_order import complaints
from orgwizard.presentation.wizard.store_flow import StoreFlow
from orgwizard.providers.findings import name_unproven
from orgwizard.ui.plain.prompts import fill
from orgwizard.ui.plain.steps.base import GoTo, Step, in_turn


class OrganizationStep(Step):
    """Name the child org."""

    def go(self, field: str = "") -> None:
        """Name the child org."""
        sheet = self._sheet()
        fill(self.console, sheet, self.save, field)
        self._ask_name()

    @property
    def about(self) -> str:
        """Return what is fixed and not asked."""
        return " ".join(f"{title}: {words}" for title, words in self._sheet().constants)

    def _sheet(self) -> FormState:
        model, typed = self.session.provider.organization, self.session.draft.section("organization")
        return FormState(self.session, "organization", model, typed)

    def _ask_name(self) -> None:
        """Say whether the name is free; raises `GoTo` back to it where it is taken."""
        found = self.session.asking_name()
        if found is None:
            return
        try:
            self.console.say(self.console.terminal.awaited(found).line)
        except Refused as refused:
            self.session.refusals |= complaints(refused)
            raise GoTo("organization", refused.field.partition(".")[2]) from None
        except WizardError as error:
            self.console.say(name_unproven(error).line)


class AdministratorStep(Step):
    """Describe the first administrator, or read who it will be."""

    @property
    def about(self) -> str:
        """Return who the first administrator will be."""
        return " ".join(self.session.provider.administrator_note)

    def go(self, field: str = "") -> None:
        """Describe the first administrator, or say who it will be."""
        provider = self.session.provider
        if not provider.administrator:
            self.console.ask("Press Enter to continue:")
            return
        typed = self.session.draft.section("administrator")
        fill(self.console, FormState(self.session, "administrator", provider.administrator, typed), self.save, field)


class StoreStep(Step):
    """Choose the place for the new keys; it is really tried."""

    about = store_choices.INTRODUCTION

    def go(self, field: str = "") -> None:  # noqa: ARG002 - the place comes first
        """Choose the place for the new keys; it is tried."""
        if words := self.session.refusals.pop("store", ""):
            self.console.say(words)
        self._flow, self._failed = StoreFlow(self.session), set[str]()
        in_turn(self._choose_place, self._take_place)
        while not self._works():
            self._failed.add(self._place)
            in_turn(self._choose_place, self._take_place)
        self.save()

    def _choose_place(self) -> None:
        """Choose a place; one that failed its test is no default, the next one is."""
        rows = self._flow.places
        untried = [self._flow.place, *(name for name in rows if name in store_choices.FIRST_TRIED)]
        default = next((name for name in untried if name not in self._failed), "")
        self._place = self.console.choose("Store", rows, default, store_choices.explained(rows))

    def _take_place(self) -> None:
        self._flow.choose(self._place)  # before its question: what is entered so far may be asked for there
        if question := store_choices.question_of(self._place):
            self._flow.type(self._place, self._typed(question))

    def _works(self) -> bool:
        """Test the chosen place, and say what that proved."""
        console = self.console
        if self._flow.place not in store_choices.FIRST_TRIED:
            console.say(store_choices.TRYING)  # it may open a dialog, or take its time
        test = console.terminal.awaited(self._flow.test())
        if test.consent:
            console.say(test.consent.cause)
            if not console.agrees(test.consent.question):
                return False
            self._flow.agree(test)
            return self._works()
        console.say(*filter(None, (test.error.cause, test.error.advice) if test.error else (test.words,)))
        return test.error is None

    def _typed(self, question: Question) -> str:
        """Return what is typed for a place that needs it: a command, or the name of a vault."""
        before = self._flow.typed(question.name)
        while True:
            line = self.console.ask(_prompt(question, before), (question.help,)) or before
            problem = store_choices.problem_of(question.name, line)
            if not problem:
                return line
            self.console.say(problem)


def _prompt(question: Question, before: str) -> str:
    default = f"Enter keeps {before}" if before else f"for example {question.example}"
    return f"{question.title} ({'required' if question.required else 'optional'}, {default}):"

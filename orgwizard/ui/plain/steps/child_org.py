"""Steps 3, 4 and 5: the child org, its first administrator, and where its keys go."""

from orgwizard.domain.errors import Refused, WizardError
from orgwizard.presentation import store_choices
from orgwizard.presentation.form_state import FormState
from orgwizard.presentation.step_order import complaints
from orgwizard.providers.contract import name_unproven
from orgwizard.ui.plain.prompts import fill
from orgwizard.ui.plain.steps.base import GoTo, Step, in_turn


class OrganizationStep(Step):
    """Name the child org."""

    def go(self, field: str = "") -> None:
        """Name the child org."""
        model = self.session.provider.organization
        sheet = FormState(self.session, "organization", model, self.session.draft.section("organization"))
        fill(self.console, sheet, self.save, field)
        self.console.say(*(f"{title}: {words}" for title, words in sheet.constants))
        self._ask_name()

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

    def go(self, field: str = "") -> None:
        """Describe the first administrator, or say who it will be."""
        provider = self.session.provider
        self.console.say(*provider.administrator_note)
        if not provider.administrator:
            self.console.ask("Enter goes on:")
            return
        typed = self.session.draft.section("administrator")
        fill(self.console, FormState(self.session, "administrator", provider.administrator, typed), self.save, field)


class StoreStep(Step):
    """Choose the place for the new keys; it is really tried."""

    def go(self, field: str = "") -> None:  # noqa: ARG002 - the place comes first
        """Choose the place for the new keys; it is tried."""
        self.console.say(store_choices.INTRODUCTION)
        if words := self.session.refusals.pop("store", ""):
            self.console.say(words)
        in_turn(self._choose_place, self._take_place)
        while not self._works():
            in_turn(self._choose_place, self._take_place)
        self.save()

    def _choose_place(self) -> None:
        draft = self.session.draft
        self._place = self.console.choose("Keep them in", store_choices.PLACES, store_choices.place_of(draft.store))

    def _take_place(self) -> None:
        self.session.draft.store = self._command() if self._place == store_choices.COMMAND else self._place

    def _works(self) -> bool:
        """Try the chosen place, and say what that proved."""
        console = self.console
        console.say(store_choices.TRYING)
        try:
            console.say(console.terminal.awaited(self.session.service.probe(self.session.draft.store)))
        except WizardError as error:
            console.say(*filter(None, (error.cause, error.advice)))
            return False
        return True

    def _command(self) -> dict[str, list[str]]:
        kept, question = self.session.draft.section("store"), store_choices.QUESTION
        before = store_choices.command_line(self.session.draft.store) or str(kept.get(store_choices.COMMAND, ""))
        hint = f"Enter keeps {before}" if before else f"for example {question.example}"
        while True:
            line = self.console.ask(f"{question.title} (needed, {hint}):", (question.help,)) or before
            words, problem = store_choices.words_of(line)
            if not problem:
                kept[store_choices.COMMAND] = line
                return {store_choices.COMMAND: words}
            self.console.say(problem)

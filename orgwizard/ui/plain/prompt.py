"""One question being asked until there is an answer to it that can be used."""

from abc import ABC, abstractmethod

from orgwizard.domain.forms.fields import LOOKS_SECRET
from orgwizard.domain.forms.questions import Question, did_you_mean
from orgwizard.presentation.wizard.form_state import USE_ANYWAY, FormState
from orgwizard.presentation.wizard.paste_cleanup import meant, typed_line
from orgwizard.ui.plain import prompt_text
from orgwizard.ui.plain.console import Cleared, Console


class Prompt(ABC):
    """One question over a sheet; what is typed for it differs by its kind."""

    def __init__(self, console: Console, sheet: FormState, question: Question) -> None:
        self.console, self.sheet, self.question = console, sheet, question
        self.meant = sheet.offered.get(question.name, "")
        """What is offered, or what the last answer was most likely meant to be: Enter takes it."""

    def answer(self) -> None:
        """Ask until the answer is right; what was there already is taken by Enter."""
        self._say_refusal()
        while not self._taken():
            pass

    def _say_refusal(self) -> None:
        """Say what is wrong with an answer that is there; the service may see it otherwise the next time.

        An answer that was only proposed may have been refused, too.
        """
        name = self.question.name
        refused = self.sheet.session.refusals.pop(self.sheet.path(name), "")
        words = refused or (self.sheet.wrong().get(name, "") if name in self.sheet.typed else "")
        if words:
            self.console.say(f"{self.question.title}: {words}")

    def _taken(self) -> bool:
        """Ask once; return whether there is an answer now that can be used."""
        typed, name = self.sheet.typed, self.question.name
        before = dict(typed)
        try:
            done = self.ask_once()
        except Cleared:
            self.sheet.take(self.question, "")
            done = True
        words = self.sheet.wrong().get(name, "")
        if words == LOOKS_SECRET and self._is_allowed():
            words = self.sheet.wrong().get(name, "")
        question = did_you_mean(self._newly_meant()) if typed.get(name) != before.get(name) else ""
        words = words or question
        if words:
            typed.clear()
            typed.update(before)
            self.console.say(words)
        return done and not words

    def _newly_meant(self) -> str:
        """Return what the answer was most likely meant to be, "" where that was said already."""
        before, self.meant = self.meant, self.sheet.correction(self.question.name)
        return "" if self.meant == before else self.meant

    def _is_allowed(self) -> bool:
        """Ask whether an answer may be used that looks like a credential."""
        suspect = self.sheet.suspect(self.question.name)
        if not suspect or not self.console.agrees(f"{suspect.words} {USE_ANYWAY}?"):
            return False
        suspect.allow()
        return True

    @abstractmethod
    def ask_once(self) -> bool:
        """Ask, and put what was typed into the sheet; return whether the question is done with."""

    def cleaned(self, typed: str) -> str:
        """Return what a line means that may have been pasted, and say what was left out of it."""
        paste = typed_line(typed) if self._is_free_text and "\n" not in typed else meant(typed, self.question)
        if paste.said:
            self.console.say(paste.said)
        return paste.text

    @property
    def _is_free_text(self) -> bool:
        """Return whether nothing gives this answer a variable's name, so that a typed "=" is part of it."""
        question = self.question
        return not (question.secret or question.env or question.keys)

    def prompt(self, *remarks: str) -> str:
        """Return the prompt, with the limits of the question and what Enter takes."""
        return prompt_text.prompt(self.sheet, self.question, self.meant, *remarks)

    def hints(self) -> tuple[str, ...]:
        """Return what is said where help is asked for."""
        return prompt_text.hints(self.question)

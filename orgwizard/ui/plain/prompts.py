"""Asking a group of questions one after the other: limits and defaults in the prompt, errors at the field, at once."""

from collections.abc import Callable

from pydantic import SecretStr

from orgwizard.domain.fields import LOOKS_SECRET
from orgwizard.domain.key_text import is_key
from orgwizard.domain.plural import counted
from orgwizard.domain.questions import Question, did_you_mean
from orgwizard.domain.typed_text import text_of
from orgwizard.domain.validation import referenced
from orgwizard.presentation.form_state import USE_ANYWAY, FormState
from orgwizard.presentation.paste_cleanup import meant, typed_line
from orgwizard.ui.plain import prompt_text
from orgwizard.ui.plain.console import Back, Cleared, Console
from orgwizard.ui.plain.terminal import LONGEST_LINE, EchoNotDisabled

UNSEEN = "hidden while you type"
ECHO_STAYS = (
    "This terminal always shows input: do not type a secret here. "
    "Use a variable or a file; a plan can name both, and commands."
)


def fill(console: Console, sheet: FormState, saved: Callable[[], None], first: str = "") -> None:
    """Ask every question of a sheet, beginning with *first*; raises `Back` where the user goes back from the first.

    *saved* is called after each answer. What makes no sense after the other answers is not asked.
    """
    asked = sheet.asked
    at = next((number for number, question in enumerate(asked) if question.name == first), 0)
    while at < len(asked):
        step = 1
        try:
            Prompt(console, sheet, asked[at]).answer()
        except Back:
            step = -1
        saved()
        at = _following(sheet, at, step)
        if at < 0:
            raise Back
        if at == len(asked) and (wrong := sheet.wrong()):
            at = _first_wrong(console, sheet, wrong)


def _following(sheet: FormState, at: int, step: int) -> int:
    """Return the number of the question after, or with a negative *step* before one, without what makes no sense."""
    asked, at = sheet.asked, at + step
    while 0 <= at < len(asked) and not sheet.makes_sense(asked[at]):
        at += step
    return at


def _first_wrong(console: Console, sheet: FormState, wrong: dict[str, str]) -> int:
    """Return which question is to be asked again; answers to none of them are dropped, and said to be."""
    names = [question.name for question in sheet.asked]
    for name in wrong.keys() - set(names):
        console.say(f"{name} was left out: {wrong[name]}")
        sheet.typed.pop(name, None)
    return next((names.index(name) for name in wrong if name in names), len(names))


class Prompt:
    """One question being asked until there is an answer to it that can be used."""

    def __init__(self, console: Console, sheet: FormState, question: Question) -> None:
        self._console, self._sheet, self._question = console, sheet, question
        self._meant = sheet.offered.get(question.name, "")
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
        name = self._question.name
        refused = self._sheet.session.refusals.pop(self._sheet.path(name), "")
        words = refused or (self._sheet.wrong().get(name, "") if name in self._sheet.typed else "")
        if words:
            self._console.say(f"{self._question.title}: {words}")

    def _taken(self) -> bool:
        """Ask once; return whether there is an answer now that can be used."""
        typed, name = self._sheet.typed, self._question.name
        before = dict(typed)
        try:
            done = self._asked_once()
        except Cleared:
            self._sheet.take(self._question, "")
            done = True
        words = self._sheet.wrong().get(name, "")
        if words == LOOKS_SECRET and self._is_allowed():
            words = self._sheet.wrong().get(name, "")
        question = did_you_mean(self._newly_meant()) if typed.get(name) != before.get(name) else ""
        words = words or question
        if words:
            typed.clear()
            typed.update(before)
            self._console.say(words)
        return done and not words

    def _newly_meant(self) -> str:
        """Return what the answer was most likely meant to be, "" where that was said already."""
        before, self._meant = self._meant, self._sheet.correction(self._question.name)
        return "" if self._meant == before else self._meant

    def _is_allowed(self) -> bool:
        """Ask whether an answer may be used that looks like a credential."""
        suspect = self._sheet.suspect(self._question.name)
        if not suspect or not self._console.agrees(f"{suspect.words} {USE_ANYWAY}?"):
            return False
        suspect.allow()
        return True

    def _asked_once(self) -> bool:
        if self._question.rows:
            return self._row()
        if self._question.secret:
            return self._secret()
        if self._question.choices:
            return self._choice()
        return self._text()

    # ---- kinds of questions ----

    def _text(self) -> bool:
        typed = self._console.ask(self._prompt(), self._hints(), clears=True)
        if text := self._cleaned(typed) if typed else self._meant:
            self._sheet.take(self._question, text)
        return bool(text) or not typed

    def _cleaned(self, typed: str) -> str:
        """Return what a line means that may have been pasted, and say what was left out of it."""
        paste = typed_line(typed) if self._is_free_text and "\n" not in typed else meant(typed, self._question)
        if paste.said:
            self._console.say(paste.said)
        return paste.text

    @property
    def _is_free_text(self) -> bool:
        """Return whether nothing gives this answer a variable's name, so that a typed "=" is part of it."""
        question = self._question
        return not (question.secret or question.env or question.keys)

    def _choice(self) -> bool:
        question, typed = self._question, self._sheet.typed
        rows = {choice: choice for choice in question.choices} | ({} if question.required else {"": "none of these"})
        chosen = str(typed.get(question.name, "" if not question.required else question.choices[0]))
        self._sheet.take(question, self._console.choose(question.title, rows, chosen, self._hints()))
        return True

    def _secret(self) -> bool:
        """Ask without echo; where there is no way to turn it off, only Enter and commands are taken."""
        question = self._question
        try:
            text = self._console.ask_secret(self._prompt(UNSEEN), self._hints(), clears=True, key=question.file)
        except EchoNotDisabled:
            return self._without_typing()
        if not text:
            return True
        if not (text := self._cleaned(text)):
            return False
        self._console.say(f"{counted(len(text), 'character')} entered.")
        if len(text) >= LONGEST_LINE - 1 and "\n" not in text:
            self._console.say("Input may be truncated at 4095 characters.")
        self._take_secret(SecretStr(text))
        return True

    def _take_secret(self, secret: SecretStr) -> None:
        """Take a secret, or the file that a path names; the draft may keep the latter."""
        name = self._question.name
        self._sheet.take(self._question, secret.get_secret_value())
        self._sheet.typed.update(referenced(self._sheet.model, {name: self._sheet.typed[name]}))
        if words := self._question.hint(secret) or self._sheet.notice(name):
            self._console.say(words)

    def _without_typing(self) -> bool:
        question = self._question
        self._console.say(ECHO_STAYS)
        path = " or the path of its file" if question.file else ""
        default = prompt_text.default(self._sheet, question, self._meant)
        text = self._console.ask(f"{question.title}, only Enter{path} ({default}):", self._hints(), clears=True)
        if not text:
            return True
        if not question.file or is_key(text):
            self._console.say("Ignored: the input was visible.")
            return False
        self._take_secret(SecretStr(text))
        return True

    def _row(self) -> bool:
        """Ask for one row of a table; Enter ends it."""
        question, table = self._question, dict(self._sheet.typed.get(self._question.name) or {})
        given = "; ".join(f"{name} = {text_of(value)}" for name, value in table.items())
        hint = f"so far {given}; Enter goes on" if given else "Enter goes on without"
        example = f"{question.example}=value" if question.example else "name=value"
        prompt = f"{question.title} (optional, one as {example}, {hint}):"
        text = self._console.ask(prompt, (*self._hints(), "A name with nothing after it removes it."), clears=True)
        if not text:
            return True
        name, equals, value = (part.strip() for part in text.partition("="))
        if not name or not equals:
            self._console.say("Write a name, an equals sign and a value.")
            return False
        rows = {name: text_of(row) for name, row in table.items()} | {name: value}
        self._sheet.take_rows(question, [(name, text) for name, text in rows.items() if text])
        # The drawn form keeps its rows as typed, too: they are those of the table again.
        self._sheet.session.draft.section(f"{self._sheet.section}.rows").pop(question.name, None)
        return False

    # ---- what is said ----

    def _prompt(self, *remarks: str) -> str:
        return prompt_text.prompt(self._sheet, self._question, self._meant, *remarks)

    def _hints(self) -> tuple[str, ...]:
        return prompt_text.hints(self._question)

"""The kinds of questions: a text, one of several, a secret, rows of a table."""

from pydantic import SecretStr

from orgwizard.domain.forms.questions import Question
from orgwizard.domain.forms.typed_text import text_of
from orgwizard.domain.forms.validation import referenced
from orgwizard.domain.secrets.key_text import is_key
from orgwizard.domain.text.plural import counted
from orgwizard.presentation.wizard.form_state import FormState
from orgwizard.ui.plain import prompt_text
from orgwizard.ui.plain.console import Console
from orgwizard.ui.plain.prompt import Prompt
from orgwizard.ui.plain.terminal import LONGEST_LINE, EchoNotDisabled

UNSEEN = "hidden while you type"
ECHO_STAYS = (
    "This terminal always shows input: do not type a secret here. "
    "Use an environment variable or a file instead; a plan can also refer to a command."
)


def prompt_for(console: Console, sheet: FormState, question: Question) -> Prompt:
    """Return what asks a question of its kind."""
    if question.rows:
        return RowPrompt(console, sheet, question)
    if question.secret:
        return SecretPrompt(console, sheet, question)
    if question.choices:
        return ChoicePrompt(console, sheet, question)
    return TextPrompt(console, sheet, question)


class TextPrompt(Prompt):
    """Asks for a line of text."""

    def ask_once(self) -> bool:
        """Take a line; Enter takes what is offered."""
        typed = self.console.ask(self.prompt(), self.hints(), clears=True)
        if text := self.cleaned(typed) if typed else self.meant:
            self.sheet.take(self.question, text)
        return bool(text) or not typed


class ChoicePrompt(Prompt):
    """Asks for one of several."""

    def ask_once(self) -> bool:
        """Take one of the list, or none of it if that is allowed."""
        question, typed = self.question, self.sheet.typed
        rows = {choice: choice for choice in question.choices} | ({} if question.required else {"": "none of these"})
        chosen = str(typed.get(question.name, "" if not question.required else question.choices[0]))
        self.sheet.take(question, self.console.choose(question.title, rows, chosen, self.hints()))
        return True


class SecretPrompt(Prompt):
    """Asks for a secret, unseen."""

    def ask_once(self) -> bool:
        """Take it without echo; where that cannot be turned off, only Enter and commands are taken."""
        question = self.question
        try:
            text = self.console.ask_secret(self.prompt(UNSEEN), self.hints(), clears=True, key=question.file)
        except EchoNotDisabled:
            return self._without_typing()
        if not text:
            return True
        if not (text := self.cleaned(text)):
            return False
        self.console.say(f"{counted(len(text), 'character')} entered.")
        if len(text) >= LONGEST_LINE - 1 and "\n" not in text:
            self.console.say("Input may be truncated at 4095 characters.")
        self._take_secret(SecretStr(text))
        return True

    def _take_secret(self, secret: SecretStr) -> None:
        """Take a secret, or the file that a path names; the draft may keep the latter."""
        name = self.question.name
        self.sheet.take(self.question, secret.get_secret_value())
        self.sheet.typed.update(referenced(self.sheet.model, {name: self.sheet.typed[name]}))
        if words := self.question.hint(secret) or self.sheet.notice(name):
            self.console.say(words)

    def _without_typing(self) -> bool:
        question = self.question
        self.console.say(ECHO_STAYS)
        path = " or the path of its file" if question.file else ""
        default = prompt_text.default(self.sheet, question, self.meant)
        text = self.console.ask(f"{question.title}, only Enter{path} ({default}):", self.hints(), clears=True)
        if not text:
            return True
        if not question.file or is_key(text):
            self.console.say("Ignored: the input was visible.")
            return False
        self._take_secret(SecretStr(text))
        return True


class RowPrompt(Prompt):
    """Asks for the rows of a table."""

    def ask_once(self) -> bool:
        """Take one row; Enter ends the table."""
        question, table = self.question, dict(self.sheet.typed.get(self.question.name) or {})
        given = "; ".join(f"{name} = {text_of(value)}" for name, value in table.items())
        hint = f"so far {given}; Enter continues" if given else "Enter skips"
        example = f"{question.example}=value" if question.example else "name=value"
        prompt = f"{question.title} (optional, one at a time, for example {example}, {hint}):"
        text = self.console.ask(prompt, (*self.hints(), "A name without a value removes it."), clears=True)
        if not text:
            return True
        name, equals, value = (part.strip() for part in text.partition("="))
        if not name or not equals:
            self.console.say("Enter it as name=value.")
            return False
        rows = {name: text_of(row) for name, row in table.items()} | {name: value}
        self.sheet.take_rows(question, [(name, text) for name, text in rows.items() if text])
        # The drawn form keeps its rows as typed, too: they are those of the table again.
        self.sheet.session.draft.section(f"{self.sheet.section}.rows").pop(question.name, None)
        return False

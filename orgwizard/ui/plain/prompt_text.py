"""What a prompt says of its question: whether it must be answered, its limit, what Enter takes, and the help of it."""

from pydantic import SecretStr

from orgwizard.domain.forms.questions import Question, Value
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation.wizard.form_state import FormState
from orgwizard.presentation.wizard.review import NOT_GIVEN

MANY_LINES = "Type the path of its file, or paste the key; it may have several lines."


def prompt(sheet: FormState, question: Question, meant: str, *remarks: str) -> str:
    """Return the line that asks; *meant* is what the last answer was most likely meant to be, or ""."""
    limit = f"at most {question.longest} characters" if question.longest else ""
    followed = question.follows and question.name in sheet.answers.keys() - sheet.typed.keys()
    need = "" if followed else "required" if question.required else "optional"
    parts = filter(None, (need, limit, *remarks, default(sheet, question, meant)))
    return f"{question.title} ({', '.join(parts)}):"


def default(sheet: FormState, question: Question, meant: str) -> str:
    """Return what Enter takes, or an example where it takes nothing."""
    if meant:
        return f"Enter for {meant}"
    value = None if question.name in sheet.unset else sheet.answers.get(question.name)
    offer = sheet.offers.get(question.name)
    if offer and offer.typed == value:
        return f"Enter for {_offered(value, offer.source)}"
    if isinstance(value, SecretStr):
        return "Enter keeps the entered one"
    if value:
        return f"Enter {'keeps' if question.name in sheet.typed else 'for'} {value}"
    if question.required:
        return f"for example {question.example}" if question.example else ""
    return "Enter leaves it empty" if question.blank == NOT_GIVEN else f"if left empty, {question.blank}"


def hints(question: Question) -> tuple[str, ...]:
    """Return what `:help` says of a question."""
    example = f"For example {question.example}." if question.example and not question.rows else ""
    lines = MANY_LINES if question.file else ""
    return tuple(filter(None, (question.help, lines, example)))


def _offered(value: Value, source: str) -> str:
    """Return what is offered and where it is from, but no secret."""
    shown = "the one" if isinstance(value, (Reference, SecretStr)) else str(value)
    if source.startswith("from "):
        return f"{shown} {source}"
    return source if shown == "the one" else f"{shown}, {source}"

"""The whole order as lines to read before anything is created, each with the step that changes it."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.forms.questions import Question, Value
from orgwizard.domain.forms.typed_text import text_of
from orgwizard.domain.forms.validation import filled
from orgwizard.domain.order_key import folded
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation import text_report
from orgwizard.presentation.attempts import attempt_text
from orgwizard.presentation.wizard.step_order import TITLES
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.storage.attempts.earlier import EarlierAttempt

REQUEST_TITLE = "The exact request, with secrets masked"
NOT_GIVEN, LEFT_BLANK = "not set", "Not set"
Line = tuple[str, str, str]  # the field to edit, such as "organization.name" or "store", its label, its value


def lines(session: WizardSession) -> Iterator[Line]:
    """Yield the order line by line: what each one is, and where it is changed."""
    provider, draft, site = session.provider, session.draft, session.parent.site
    parent = f"{session.parent.name}, " if session.parent.name else ""
    yield "site", "Parent org", f"{parent}{provider.title} {site.name}" if site else ""
    for name, model in provider.sections(draft.method).items():
        yield from _answers(session, name, model, draft.answers(name))
    yield "store", "Keys go to", text_report.store_words(draft.store)


def _answers(session: WizardSession, section: str, model: type[Fields], typed: dict[str, Value]) -> Iterator[Line]:
    """Yield a line per answer, and one for all that was left blank."""
    answers = filled(model, typed)
    asked = [q for q in questions(model) if (q.asked and q.is_due(answers)) or answers.get(q.name)]
    blank = []
    for question in asked:
        value = answers.get(question.name)
        if question.rows and value:
            yield from ((f"{section}.{question.name}", str(name), text_of(row)) for name, row in value.items())
        elif value or question.blank != NOT_GIVEN:
            source = session.bootstrap.discovery.source(session.provider, question, value) if question.secret else ""
            yield f"{section}.{question.name}", question.title, source or in_words(question, value)
        else:
            blank.append(question)
    if blank:
        yield f"{section}.{blank[0].name}", LEFT_BLANK, ", ".join(question.title for question in blank)


def entered(session: WizardSession, here: str) -> list[str]:
    """Return what was entered up to the step *here*, a line each."""
    if not session.draft.provider or session.draft.method not in session.provider.methods:
        return [f"Parent org: {session.parent.place()}" if session.parent.site else "Nothing is entered yet."]
    known = list(TITLES)[: list(TITLES).index(here) + 1]
    return [f"{label}: {value}" for field, label, value in lines(session) if field.partition(".")[0] in known]


def summary(session: WizardSession) -> list[list[tuple[str, str]]]:
    """Return what the steps so far hold, as labels and values, in a group for each of them that holds anything."""
    groups = [_parent(session)]
    found = [line for line in lines(session) if line[1] != LEFT_BLANK]
    for section in list(TITLES)[1 : session.reached]:
        group = [(label, value) for field, label, value in found if field.partition(".")[0] == section]
        groups.append(_person(session) if section == "administrator" else group)
    return [group for group in groups if group]


def _parent(session: WizardSession) -> list[tuple[str, str]]:
    site, checked = session.parent.site, session.parent.checked
    where = site.name if site else ""
    rows = {
        "Provider": session.provider.title,
        "Parent org": checked.parent if checked else where,
        "Site": where if checked and checked.parent != where else "",
        "Signed in as": checked.identity if checked else "",
    }
    return [(label, value) for label, value in rows.items() if value]


def _person(session: WizardSession) -> list[tuple[str, str]]:
    """Return the administrator in one row: each required value once, such as a name and an e-mail address."""
    model = session.provider.administrator
    if model is None:
        return []
    answers = filled(model, session.draft.section("administrator"))
    values = [str(answers.get(question.name) or "") for question in questions(model) if question.required]
    person = " ".join(dict.fromkeys(filter(None, values)))
    return [(TITLES["administrator"], person)] if person else []


def blank_places(session: WizardSession) -> dict[str, str]:
    """Return the field of each question that has no answer, by its title in small letters."""
    provider, draft = session.provider, session.draft
    places: dict[str, str] = {}
    for name, model in provider.sections(draft.method).items():
        answers = filled(model, draft.answers(name))
        blank = (question for question in questions(model) if question.asked and not answers.get(question.name))
        places |= {question.title.casefold(): f"{name}.{question.name}" for question in blank}
    return places


def in_words(question: Question, value: Value) -> str:
    """Return an answer as the review shows it; never a secret."""
    if isinstance(value, Reference):
        return value.describe()
    if isinstance(value, SecretStr):
        return "entered, hidden" if value.get_secret_value() else question.blank
    return REDACTOR.seen(str(value)) if value else question.blank


def warnings(session: WizardSession) -> str:
    """Return what to know before creating: what cannot be undone, and what no read could prove."""
    findings = session.parent.checked.findings if session.parent.checked else ()
    unproven = [finding.stage.lower() for finding in findings if finding.state == "unproven"]
    note = f"Could not be checked in advance: the {' and the '.join(unproven)}." if unproven else ""
    return " ".join(filter(None, (session.provider.irreversible, note)))


def objections(session: WizardSession) -> list[str]:
    """Return what is known to stand in the way of the order: refusals, and what will most likely be refused."""
    provider, draft = session.provider, session.draft
    found = []
    for section, model in provider.sections(draft.method).items():
        answers = filled(model, draft.answers(section))
        for question in questions(model):
            refusal = session.refusals.get(f"{section}.{question.name}", "")
            if words := refusal or model.objection(question.name, answers):
                found.append(words if question.title.casefold() in words.casefold() else f"{question.title}: {words}")
    return found


def second(session: WizardSession) -> str:
    """Return the sentence that creates another org beside the one of an earlier attempt."""
    return f"create a second {session.draft.org_name}"


def is_second(session: WizardSession, typed: str) -> bool:
    """Return whether *typed* is that sentence, whatever its case and spaces."""
    return folded(typed) == folded(second(session))


CHECK_TITLES = {
    "running": "Another orgwizard is creating this org right now",
    "open": "This org may have been created already",
    "done": "This org was created already",
    "unclear": "This org may have been created already",
}


def check_title(earlier: EarlierAttempt) -> str:
    """Return what an earlier attempt at the order means for it."""
    return CHECK_TITLES[earlier.kind if earlier.created or earlier.kind != "done" else "open"]


def check_lines(earlier: EarlierAttempt) -> list[str]:
    """Return what is known of an earlier attempt at the order."""
    return [earlier.error().cause, "", *attempt_text.lines(earlier.record)]


def save_plan(session: WizardSession, path: str) -> tuple[bool, str]:
    """Save the answers as a plan without secrets; return whether that worked, and a sentence."""
    from orgwizard.application.plans.plan_writer import write as write_plan

    try:
        write_plan(session.draft, Path(path).expanduser())
    except FileExistsError:
        return False, f"{path} exists already: nothing was written."
    except (WizardError, OSError, RuntimeError) as error:
        cause = error.cause if isinstance(error, WizardError) else "the path cannot be used."
        return False, f"The plan was not saved: {cause}"
    return True, f"Saved as {path}. {_needed(session)}".strip()


def _needed(session: WizardSession) -> str:
    """Say which variables the plan will look for."""
    from orgwizard.application.plans.plan_writer import variable_of

    provider, draft = session.provider, session.draft
    names = [
        variable_of(provider.key, question)
        for section, model in provider.sections(draft.method).items()
        for question in questions(model)
        if question.secret and isinstance(draft.answers(section).get(question.name), SecretStr)
    ]
    return f"Before using it, set {', '.join(names)}." if names else ""

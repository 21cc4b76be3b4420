"""What stays readable once a wizard has ended: what was made in this run, where it is, and how to go on."""

from orgwizard.domain.events import Result
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation import text_report
from orgwizard.presentation.attempts import next_commands
from orgwizard.presentation.wizard.leaving_text import KEPT_ANSWERS
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers import provider_of
from orgwizard.storage.stores.stored_reference import SHOWN_ONLY, place

NOWHERE = "nowhere: sign in to the org as its administrator and create new ones"


def lines(session: WizardSession) -> list[str]:
    """Return what was made in this run, oldest first, and how to continue what was not sent; never a key."""
    made = [line for result in session.bootstrap.ended.values() for line in of_result(result)]
    return [*made, *continuing(session)]


def of_result(result: Result) -> list[str]:
    """Return what there is to know of a result later; [] where nothing was created."""
    if result.outcome == "not_created":
        return []
    org, provider = result.org, provider_of(result.provider)
    tasks = next_commands.tasks(result)
    rows = {
        "Org URL": org.url if org else "",
        "Keys": _keys(result),
        "Attempt": result.attempt,
        "Use the keys": next(iter(tasks[0].commands)) if tasks else "",
    }
    title = f"{text_report.headline(result).removesuffix('.')}: {result.name} ({provider.title}, {result.site})"
    further = [result.look_again] if result.open else []
    return [printable(line) for line in (title, *text_report.label_lines(rows), *further)]


def continuing(session: WizardSession, face: str = "") -> list[str]:
    """Return that the draft was saved, and the command that continues it; [] where there is none to continue.

    *face* is the option that chose the face, such as "--plain".
    """
    result = session.run.result
    if not session.drafts.is_saved or (result and result.outcome != "not_created"):
        return []
    if failure := session.drafts.save():
        return [failure]
    return [KEPT_ANSWERS, f"To continue: {' '.join(filter(None, ('orgwizard', face, session.options)))}"]


def _keys(result: Result) -> str:
    """Return where the keys are after the wizard has ended, "" where none are known to exist."""
    if result.stored:
        return place(result.stored)
    if result.spool:
        return f"not in a store; the service's response, which may contain them, is saved in {result.spool}"
    if result.secrets:
        return text_report.ANSWER_SHOWN_ONLY if set(result.secrets) == {"answer"} else SHOWN_ONLY
    return NOWHERE if result.outcome == "created" else ""

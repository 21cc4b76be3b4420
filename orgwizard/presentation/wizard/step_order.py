"""The steps in the order of the walk: what each is called, and which one a failure or a gap leads to."""

import copy
from collections.abc import Mapping, Sequence

from orgwizard.domain.errors import BadFields, WizardError
from orgwizard.presentation.wizard.wizard_session import WizardSession

# By the section of the draft that each is about.
TITLES: Mapping[str, str] = {
    "site": "Provider and site",
    "credentials": "Connect",
    "organization": "Organization",
    "administrator": "Administrator",
    "store": "New keys",
    "review": "Review",
    "create": "Create",
}

# The same in one word each, for the line on which all of them stand.
SHORT_TITLES = ("Site", "Connect", "Org", "Admin", "Keys", "Review", "Create")
DONE, HERE, AHEAD = "done", "here", "ahead"
MARKS = {DONE: "✓", HERE: "▸", AHEAD: "·"}
ASCII_MARKS = {DONE: "[x]", HERE: "[>]", AHEAD: "[ ]"}
NARROW_ASCII_MARKS = {DONE: "x", HERE: ">", AHEAD: "-"}

CREATE_WORD = "create"
NOT_BEFORE = f'Nothing is created before you type "{CREATE_WORD}".'


def trail(number: int, width: int, *, furthest: int = 0, ascii_only: bool = False) -> list[tuple[str, str]]:
    """Return the state and the words of each step for a line of *width* cells, where step *number* (from 1) is here.

    Steps before *furthest* stay done for whoever goes back. Marks of one line take the same room, so that a step
    further changes few cells.
    """
    done = max(number, furthest) if number else 0
    states = [HERE if n == number else DONE if n < done else AHEAD for n in range(1, len(SHORT_TITLES) + 1)]
    for marks in (ASCII_MARKS, NARROW_ASCII_MARKS) if ascii_only else (MARKS,):
        steps = [(state, f"{marks[state]} {title}") for state, title in zip(states, SHORT_TITLES, strict=True)]
        if joined(steps) <= width:
            break
    return steps


def joined(steps: Sequence[tuple[str, str]], gap: int = 1) -> int:
    """Return how many cells the steps take with *gap* blanks between them."""
    return sum(len(words) + gap for _, words in steps) - gap


def first(session: WizardSession) -> str:
    """Return the step that a session begins with, and have a draft or plan open at what it lacks.

    A connection that is there is tried before that: the review must not say more than was proven. One that was left
    before it was complete waits for the user.
    """
    session.opening = bool(session.draft.provider)
    named = _names_connection(session)
    session.tries_at_once = named and session.draft.reached not in ("site", "credentials")
    return "credentials" if named and session.parent.agreed else "site"


def enter(session: WizardSession, step: str) -> None:
    """Note in the draft that the user came to a step, unless a draft or plan is only being opened there."""
    if step in TITLES and session.draft.provider and not session.opening:
        session.draft.reached = max(step, session.draft.reached, key=_place)


def _place(step: str) -> int:
    """Return the place of a step in the walk, -1 for what is no step."""
    return list(TITLES).index(step) if step in TITLES else -1


def _seen(session: WizardSession, step: str, nearest: str) -> str:
    """Return *step*, or where the user never came that far, how far they came: at least to *nearest*."""
    reached = session.draft.reached
    return min(step, max(reached, nearest, key=_place), key=_place) if reached in TITLES else step


def _names_connection(session: WizardSession) -> bool:
    """Return whether the draft was at the credentials already."""
    return session.draft.method in session.provider.methods


def first_of_another(session: WizardSession) -> str:
    """Return the step that another org of the same parent begins with."""
    return "organization" if session.parent.connection else "credentials"


def after(session: WizardSession, here: str) -> str:
    """Return the step after one that is complete; what is still needed, if the review or a draft asks for that."""
    names = list(TITLES)
    step = names[names.index(here) + 1]
    if (session.returning or session.opening) and here != "review":
        step = _seen(session, unfinished(session), step) if session.opening else unfinished(session)
    session.opening = session.opening and step == "credentials"
    session.returning = session.returning and step != "review"
    return step


def before(session: WizardSession, here: str) -> str:
    """Return the step before one, "" before the first; from a step that the review led to, the review."""
    names = list(TITLES)
    back, session.returning = session.returning and session.parent.agreed, False
    if back and here != "review":
        return "review"
    return names[names.index(here) - 1] if names.index(here) else ""


def unfinished(session: WizardSession) -> str:
    """Return the step that the review still needs, or the review."""
    if session.parent.connection is None:
        return "site" if not session.parent.agreed else "credentials"
    found = section(next(iter(session.problems()), ""))
    return found or "review"


def incomplete(session: WizardSession) -> str:
    """Return the step at which a draft will open if its credentials still work.

    That is the first incomplete one, or the review, but none that the user has not come to.
    """
    from orgwizard.presentation.wizard.form_state import connection_form  # its rules are loaded after the first screen

    if not (_names_connection(session) and session.parent.agreed):
        return "site"
    opened = WizardSession(session.bootstrap, copy.deepcopy(session.draft))
    if connection_form(opened).problems():  # it puts in the credentials that are there, as opening does
        return "credentials"
    return _seen(session, section(next(iter(opened.problems()), "")) or "review", "credentials")


def section(field: str) -> str:
    """Return the step of a field such as "organization.name", or "" where no step asks for it."""
    name = field.partition(".")[0]
    return name if name in TITLES else ""


def complaints(error: WizardError) -> dict[str, str]:
    """Return what a failure says of each field that it is about; the first one leads to its step."""
    if isinstance(error, BadFields):
        return error.problems
    return {error.field: error.cause_and_advice}

"""Asking a group of questions one after the other: limits and defaults in the prompt, errors at the field, at once."""

from collections.abc import Callable

from orgwizard.presentation.wizard.form_state import FormState
from orgwizard.ui.plain.console import Back, Console
from orgwizard.ui.plain.prompt_kinds import prompt_for


def fill(console: Console, sheet: FormState, saved: Callable[[], None], first: str = "") -> None:
    """Ask every question of a sheet, beginning with *first*; raises `Back` where the user goes back from the first.

    *saved* is called after each answer. What makes no sense after the other answers is not asked.
    """
    asked = sheet.asked
    at = next((number for number, question in enumerate(asked) if question.name == first), 0)
    while at < len(asked):
        step = 1
        try:
            prompt_for(console, sheet, asked[at]).answer()
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

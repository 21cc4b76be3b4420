"""The places for the new keys as a person chooses among them."""

import shlex
from collections.abc import Mapping
from typing import Any

from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.questions import Question
from orgwizard.storage.stores.preset_store import available, parse_preset
from orgwizard.storage.stores.store_presets import PRESETS, Preset

INTRODUCTION = "The new keys are issued only once. Where should they be stored?"
TRYING = "Testing it with a dummy value."
COMMAND = "command"
CONSENT = "Yes, store them unencrypted"
FIRST_TRIED = ("file", "screen")  # the keyring may open a dialog, and other stores keep what they are tried with
_MEANINGS = {
    "file": "in your own data folder, and only you can read it.",
    "keyring": "the secret store of your desktop or system; it may ask to be unlocked.",
    COMMAND: "a program of yours receives the keys on stdin.",
    "screen": "shown when they come, and stored nowhere.",
}
QUESTION = Question(
    name=COMMAND,
    title="Command",
    help="Receives the keys on stdin. With {name} in it, it runs once per key.",
    example="pass insert -m {name}",
    required=True,
)


def places(store: Any = None) -> dict[str, str]:
    """Return the places to choose from, by name: named stores if their tool is installed, or one is *store* already."""
    named = {preset.name: preset.title for preset in available()}
    chosen = place_of(store)
    named |= {preset.name: preset.title for preset in PRESETS if preset.name == chosen}
    return {
        "file": "A private file",
        "keyring": "The system keyring",
        **named,
        COMMAND: "A command",
        "screen": "This screen only",
    }


def explained(rows: Mapping[str, str]) -> list[str]:
    """Return what each of the places, titles by name, means: a line each."""
    meanings = {preset.name: _meaning(preset) for preset in reversed(PRESETS)} | _MEANINGS
    return [f"{title}: {meanings[place]}" for place, title in rows.items()]


def _meaning(preset: Preset) -> str:
    """Return what becomes of the keys in a store by name."""
    if preset.suffix:
        return f"in your own data folder, encrypted by the program {preset.program}."
    return f"stored by the program {preset.program}{'' if preset.read else ', which cannot show them again'}."


def other_stores() -> str:
    """Return which stores would be offered if their tools were installed, as a sentence."""
    here = {preset.name for preset in available()}
    missing = dict.fromkeys(preset.name for preset in PRESETS if preset.name not in here)
    return f"These stores are offered once their tool is installed: {', '.join(missing)}." if missing else ""


def question_of(place: str) -> Question | None:
    """Return what has to be typed for a place, `None` for one that needs nothing."""
    if place == COMMAND:
        return QUESTION
    rule = next((preset.place for preset in PRESETS if preset.name == place), None)
    if rule is None:
        return None
    required = not (rule.default or rule.optional)
    without = f"Default: {rule.default}." if rule.default else ""
    return Question(place, rule.title, without, rule.example, required)


def store_of(place: str, line: str) -> Any:
    """Return a store as a plan names it, given its place and what was typed for it."""
    if place == COMMAND:
        return {COMMAND: words_of(line)[0]}
    return f"{place}:{line.strip()}" if line.strip() and question_of(place) else place


def problem_of(place: str, line: str) -> str:
    """Return what is wrong with what was typed for a place, or ""."""
    if place == COMMAND:
        return words_of(line)[1]
    try:
        parse_preset(store_of(place, line))
    except BadInput as bad:
        return f"{bad.cause.removeprefix('store: ')} {bad.advice}"
    return ""


def words_of(line: str) -> tuple[list[str], str]:
    """Return a command line as words, and what is wrong with it, or ""."""
    try:
        words = shlex.split(line)
    except ValueError:
        return [], "A quotation mark is not closed."
    return words, "" if words else "Required."


def place_of(store: Any) -> str:
    """Return which of the places a store, given as in a plan, is."""
    return COMMAND if isinstance(store, dict) else str(store).partition(":")[0]


def typed_of(store: Any) -> str:
    """Return what was typed for a store, given as in a plan: a command as one line, or what is after the colon."""
    if isinstance(store, dict):
        return shlex.join(map(str, store.get(COMMAND, [])))
    return str(store).partition(":")[2]

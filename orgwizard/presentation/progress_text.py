"""The stages of a creation in words: what each is called, how it stands, what is safe meanwhile."""

from collections.abc import Sequence
from typing import Any

from orgwizard.domain.events import CHECK, FIND, KEEP, READY, SEND, SETTLE, STORE, Progress

MARKS_SECONDS = frozenset((10, 20, 30))  # and every full minute

TITLES = {
    CHECK: "Check the parent org",
    STORE: "Test the store",
    SEND: "Send the request",
    FIND: "Look for the org",
    KEEP: "Store the new keys",
    SETTLE: "Wait for the org",
    READY: "Test the new keys",
}
MARKS = {"": "·", "started": "▸", "waiting": "▸", "ok": "✓", "warning": "!", "failed": "!"}
STATES = {"": "", "started": "now", "waiting": "now", "ok": "done", "warning": "look", "failed": "failed"}
SAFE = {
    CHECK: "Nothing has been created yet.",
    STORE: "Nothing has been created yet.",
    SEND: "If you are disconnected, orgwizard still stores the keys.",
    FIND: "Nothing will be resent. The attempt is recorded.",
    KEEP: "The response is safe on disk until the keys are stored.",
    SETTLE: "Safe to quit: the org exists, its keys are stored and its profile is saved.",
    READY: "Safe to quit: the org exists, its keys are stored and its profile is saved.",
}


RUNS_ALREADY = "A creation is already running; this one was not started."
STOPPING = "Stopping at the next safe point."
NO_WAY_BACK = "You can't go back from here."
GIVE_UP_WORD = "lose"
GIVE_UP = (
    "The request was sent, and the response has not arrived. {}"
    f'If you give up now, keys in the response are lost for good. To give up, type the word "{GIVE_UP_WORD}".'
)
NEED_NOT = "Finish in background (Ctrl+Q) ends the wizard and loses nothing. "
GIVEN_UP_NOT_YET = f'Type the word "{GIVE_UP_WORD}" gives up.'
KEYS_ARRIVED = "New keys arrived. They are stored nowhere: copy them now."
SAVE_TITLE = "Store the keys after all"
SAVE_QUESTION = "Store the keys after all. Where? file, keyring, or a store by name, such as pass."
SAVING = "Storing the keys."
ON_SCREEN_ONLY = "Copy the keys before quitting: they are stored nowhere."


def safe(stage: str, store: Any) -> str:
    """Return what is safe during a stage; with the screen as the *store*, nothing is once the request is sent."""
    unsafe = store == "screen" and stage in (SEND, KEEP, SETTLE, READY)
    return ON_SCREEN_ONLY if unsafe else SAFE[stage]


def give_up(store: Any) -> str:
    """Return the question before an outstanding response is given up."""
    return GIVE_UP.format("" if store == "screen" else NEED_NOT)


class ProgressText:
    """Which events of a creation are worth a line: beginnings, ends and news, and few of the seconds in between."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def words(self, event: Progress) -> str:
        """Return what to say of an event, or "" where enough was said."""
        words = self._words(event)
        if not words or self._said.get(event.stage) == words:
            return ""
        self._said[event.stage] = words
        return words

    def _words(self, event: Progress) -> str:
        left, spent = event.left_seconds, event.spent_seconds
        before = self._counts.pop(event.stage, 0)
        if left is not None:
            self._counts[event.stage] = left
            mark = _mark(range(left, max(before, left + 1)))
            return _timed(event.words, mark) if mark else ""
        if spent is not None:
            self._counts[event.stage] = spent
            return event.words if _mark(range(min(before, spent) + 1, spent + 1)) else ""
        return event.words


def _timed(words: str, seconds: int) -> str:
    """Return words that count down, such as "first test in", with the seconds; others with how many are left."""
    return f"{words} {seconds} s" if words.endswith(" in") else f"{words}, {seconds} s left"


def _mark(passed: Sequence[int]) -> int:
    """Return the first mark among the seconds that passed, or 0: a fast clock skips some."""
    return next((second for second in passed if second in MARKS_SECONDS or (second and second % 60 == 0)), 0)

"""The stages of a creation in words: what each is called, how it stands, what is safe meanwhile."""

import math
from collections.abc import Sequence

from orgwizard.domain.events import CHECK, FIND, KEEP, READY, SEND, SETTLE, STORE, Progress, is_sandbox
from orgwizard.domain.text.sentence import capital

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
STATES = {"": "", "started": "now", "waiting": "now", "ok": "done", "warning": "warning", "failed": "failed"}
SAFE_TO_CLOSE = "Safe to close: everything received is stored."
SAFE = {
    CHECK: "Nothing has been created yet.",
    STORE: "Nothing has been created yet.",
    SEND: "If you are disconnected, orgwizard still stores the keys.",
    FIND: "Nothing will be resent. The attempt is recorded.",
    KEEP: "The response is safe on disk until the keys are stored.",
    SETTLE: SAFE_TO_CLOSE,
    READY: SAFE_TO_CLOSE,
}

NOT_READY = "Not ready yet. Next try in"
RUNS_ALREADY = "A creation is already running; this one was not started."
STOPPING = "Stopping at the next safe point."
NO_WAY_BACK = "You can't go back from here."
GIVE_UP_WORD = "lose"
GIVE_UP = (
    "The request was sent, and the response has not arrived. {}"
    f'If you give up now, keys in the response are lost for good. To give up, type the word "{GIVE_UP_WORD}".'
)
NEED_NOT = "Finish in background (Ctrl+Q) ends the wizard and loses nothing. "
GIVEN_UP_NOT_YET = f'Typing the word "{GIVE_UP_WORD}" gives up.'
KEYS_ARRIVED = "New keys arrived. They are stored nowhere: copy them now."
SAVE_TITLE = "Store the keys after all"
SAVE_QUESTION = "Store the keys after all. Where? file, keyring, or a store by name, such as pass."
SAVING = "Storing the keys."
ON_SCREEN_ONLY = "Copy the keys before quitting: they are stored nowhere."


def safe(stage: str, store: object, options: str = "", *, on_screen_only: bool = False) -> tuple[str, ...]:
    """Return as sentences what is safe during a stage: nothing, once the request left, for keys *on_screen_only*.

    *options* are those of this run.
    """
    if (store == "screen" or on_screen_only) and stage in (SEND, KEEP, SETTLE, READY):
        return (ON_SCREEN_ONLY,)
    later = "The sandbox org ends with this run." if is_sandbox(options) else "To test the keys later: orgwizard resume"
    return (SAFE[stage], later) if SAFE[stage] == SAFE_TO_CLOSE else (SAFE[stage],)


def waiting(event: Progress) -> str:
    """Return in one sentence what comes next and when, and when it is given up; "" where nothing counts down."""
    left, deadline = event.left_seconds, event.deadline_seconds
    if deadline is None:
        return "" if left is None else f"{capital(event.words)} {_duration(left)}"
    given_up = f"giving up in {clock_time(deadline)}"
    return f"Waiting for the response; {given_up}" if left is None else f"{NOT_READY} {_duration(left)}; {given_up}"


def explanation(event: Progress) -> str:
    """Return as a sentence what `waiting` does not say of a stage; "" where it says all."""
    says_all = event.spent_seconds is not None or (event.left_seconds is not None and event.deadline_seconds is None)
    return "" if says_all or not event.words else f"{capital(event.words.rstrip('.'))}."


def give_up(store: object) -> str:
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
        if left is not None and event.deadline_seconds is not None:
            left = event.deadline_seconds
        before = self._counts.pop(event.stage, 0)
        if left is not None:
            self._counts[event.stage] = left
            mark = _mark(range(left, max(before, left + 1)))
            return _timed(event, mark) if mark else ""
        if spent is not None:
            self._counts[event.stage] = spent
            return event.words if _mark(range(min(before, spent) + 1, spent + 1)) else ""
        return event.words


def _timed(event: Progress, seconds: int) -> str:
    """Return the words of a countdown with the seconds that are left: until what comes next, or until the deadline."""
    if event.deadline_seconds is None:
        return f"{event.words} {_duration(seconds)}"
    return f"not ready: {event.words}; giving up in {clock_time(seconds)}"


def clock_time(seconds: float) -> str:
    """Return a duration as minutes and seconds, such as 2:05."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes}:{rest:02}"


def _duration(seconds: int) -> str:
    """Return a duration as "45 s", from a minute on as "2:05"."""
    return f"{seconds} s" if seconds < 60 else clock_time(seconds)


def _mark(passed: Sequence[int]) -> int:
    """Return the first mark among the seconds that passed, or 0: a fast clock skips some."""
    return next((second for second in passed if second in MARKS_SECONDS or (second and second % 60 == 0)), 0)

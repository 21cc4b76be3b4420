"""What the terminal sends, read as keys: Escape is one, whatever follows it; no unknown key is text, and no paste keys.

Textual waits after the byte of Escape for what may be the rest of an arrow key; whatever else comes in that time would
make a key of both, or a circumflex in the field under the cursor. In a paste it reads what follows an escape as keys,
which could press Next.

How long to wait is the terminal's to tell: it is asked for its state, and answers after whatever it had sent before. An
Escape that the response follows is one, a moment after it came on a fast line, and on a slow one an arrow is whole by
then. Where a terminal answers nothing, the pause of ESCDELAY decides.
"""

import re
import time
from collections.abc import Callable, Iterable
from functools import partial

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.keys import Keys
from textual.message import Message

_ESCAPE = "\x1b"
# How the rest of a control sequence begins (ECMA-48 5.3): CSI, SS3, and the strings, with their end.
_INTRODUCERS = frozenset("[OP]X^_\\")
# But not CSI M, with which a mouse report begins, nor CSI [, with which a function key of the Linux console does.
_WHOLE = re.compile(r"\x1b(\[[\d;:]*[@-LN-Z\\-~]|O[@-~])")
_STARTS, _ENDS = "\x1b[200~", "\x1b[201~"
_IN_PASTE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|(?P<string>[\]PX^_])|(?P<end>\\)|[ -/]*[0-~])?")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*)?[ -/]*\Z")
_QUERY, _RESPONSE = "\x1b[5n", "\x1b[0n"  # the state of the device (ECMA-48 8.3.35, DSR)
LOST_SECONDS = 2.0  # no response is waited for longer
_INVISIBLE = "\u200b"  # stands for what drives a terminal; what is invisible is left out of answers, and that is said


class Pastes:
    """Takes escapes out of bracketed pastes, in whatever pieces those come."""

    def __init__(self) -> None:
        self._inside = False
        self._before = self._held = ""

    def clean(self, data: str) -> str:
        """Return what came, less what the next piece has to decide about."""
        cleaned, data, self._held = "", self._held + data, ""
        while data:
            piece, data = self._paste(data) if self._inside else self._keys(data)
            cleaned += piece
        return cleaned

    def _keys(self, data: str) -> tuple[str, str]:
        """Return what there is up to the beginning of a paste, which the last piece may have begun, and the rest."""
        found = (self._before + data).find(_STARTS)
        self._inside = found >= 0
        end = found + len(_STARTS) - len(self._before) if self._inside else len(data)
        self._before = "" if self._inside else (self._before + data)[1 - len(_STARTS) :]
        return data[:end], data[end:]

    def _paste(self, data: str) -> tuple[str, str]:
        """Return what there is up to the end of a paste, and the rest; what may be its end is held back."""
        text, end, rest = data.partition(_ENDS)
        self._inside = not end
        if self._inside and (open_end := _UNFINISHED.search(text)):
            text, self._held = text[: open_end.start()], open_end.group()
        return _IN_PASTE.sub(_without_escape, text) + end, rest


def _without_escape(sequence: re.Match[str]) -> str:
    """Return what stands for a sequence: the beginning and end of a string as single characters, which pastes lose."""
    return "\x9d" if sequence["string"] else "\x07" if sequence["end"] else _INVISIBLE


class Keyboard(XTermParser):
    """Textual's reader of keys, with Escape kept apart; *query* sends a query, *answered* is told of its response."""

    def __init__(
        self,
        debug: bool = False,
        query: Callable[[str], object] | None = None,
        answered: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(debug)
        self._query, self._answered = query, answered
        self._asked_at: float | None = None
        self._came_alone = self._may_be_escape = False
        self._pastes = Pastes()

    def feed(self, data: str) -> Iterable[Message]:
        """Read what came; what comes together may be one key."""
        if data and not (data := self._pastes.clean(data)):
            return ()
        self._came_alone, self._may_be_escape = self._may_be_escape, data.endswith(_ESCAPE)
        found = list(super().feed(data))
        if self._may_be_escape:
            self._ask()
        return found

    def _ask(self) -> None:
        """Ask the terminal, unless a response is under way: its own beginning may have come alone."""
        now = time.monotonic()
        if self._query and (self._asked_at is None or now - self._asked_at > LOST_SECONDS):
            self._asked_at = now
            self._query(_QUERY)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if len(sequence) == 2 and self._is_escape_and_a_key(sequence):
            yield events.Key("escape", _ESCAPE)
            yield from super()._sequence_to_key_events(sequence[1])
            return
        if sequence == _RESPONSE:
            self._asked_at = None
            if self._answered:
                self._answered()
        found = list(super()._sequence_to_key_events(sequence, alt))
        yield from found
        if not found and _WHOLE.fullmatch(sequence):
            yield events.Key(Keys.Ignore, sequence)

    def _is_escape_and_a_key(self, pair: str) -> bool:
        """Return whether two characters are two keys, and not one with Alt, such as Alt+B for a word back."""
        if pair[0] != _ESCAPE or pair[1] in _INTRODUCERS:
            return False
        one_key = (pair in ANSI_SEQUENCES_KEYS and pair[1].isalpha()) or pair[1] == "\x7f"
        return self._came_alone or not one_key


def install(query: Callable[[str], object] | None = None, answered: Callable[[], object] | None = None) -> None:
    """Have Textual's drivers read keys like this."""
    reader = partial(Keyboard, query=query, answered=answered) if query else Keyboard
    linux_driver.XTermParser = reader  # type: ignore[attr-defined, assignment]

"""Speaking and asking in lines: words wrapped, commands at every prompt, an answer that is none asked for again."""

import json
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence

from orgwizard.domain.sanitize import in_ascii, printable
from orgwizard.domain.signing import is_key
from orgwizard.ui.plain.terminal import Lines, Quit

PROGRAM = ": orgwizard "
PASTE_SECONDS = 0.05  # no person types a line so soon after another
SECRET_PASTE_SECONDS = 0.3  # the rest of a paste that a slow line delivers would be shown after that
ONE_LINE = "More than one line came: only the first was used."
WIDEST = 78
ROOM, LITTLE_ROOM = 24, 6  # columns behind a question, to type a text or a number in
SIGN = ":"
COMMANDS: Mapping[str, str] = {
    "help": "help for this question, and these commands",
    "back": "one question or step back; nothing is lost",
    "clear": "clear this value",
    "review": "what is entered so far",
    "quit": "quit; your entries are saved, except secrets",
}
LITERAL = f"A value that starts with a colon is typed with two,  {SIGN}{SIGN}"


class Back(Exception):
    """The user goes back."""


class Cleared(Exception):
    """The user takes an answer away."""


class Console:
    """A terminal that is spoken to in sentences; `review` returns what is entered so far."""

    def __init__(self, terminal: Lines, *, ascii_only: bool = False) -> None:
        self.terminal, self._ascii_only = terminal, ascii_only
        self.review: Callable[[], Iterable[str]] = tuple

    # ---- saying ----

    def say(self, *lines: str) -> None:
        """Say each line, wrapped by words."""
        for line in lines:
            self.terminal.write(f"{self._wrapped(line)}\n")

    def say_as_it_is(self, line: str) -> bool:
        """Say a line that must not be broken, such as a key to copy; return whether the terminal took it."""
        return self.terminal.write(f"{self._harmless(line)}\n")

    def heading(self, words: str) -> None:
        """Say what comes now, after an empty line."""
        self.say("", words)

    def _wrapped(self, text: str) -> str:
        """Return the text in lines; a command at its end, which is there to be pasted, stays in one."""
        width, flat = min(self.terminal.columns - 1, WIDEST), self._harmless(text)
        words, found, command = flat.partition(PROGRAM) if len(flat) > width else (flat, "", "")
        lines = textwrap.wrap(f"{words}{found[:1]}", width, break_long_words=False, break_on_hyphens=False)
        return "\n".join((*lines, *([f"{found[2:]}{command}"] if found else [])))

    def _prompt(self, question: str, needed: int = 0) -> str:
        """Return a question with room behind it to type in; where there is less, the answer gets a line."""
        wrapped = self._wrapped(question)
        room = self.terminal.columns - len(wrapped.rpartition("\n")[2])
        return f"{wrapped} " if room > needed else f"{wrapped}\n"

    def _harmless(self, text: str) -> str:
        """Return the text without what drives a terminal, and in ASCII where that is wanted."""
        kept = printable(text)
        return "".join(c if c.isascii() else in_ascii(c) or "?" for c in kept) if self._ascii_only else kept

    # ---- asking ----

    def ask(self, question: str, hints: Sequence[str] = (), *, clears: bool = False, room: int = ROOM) -> str:
        """Return what was typed, "" for Enter alone; raises `Back`, `Cleared` where that makes sense, and `Quit`.

        Of several lines that come at once, as a paste does, the first is the answer, and the others answer nothing.
        """
        while True:
            typed_ahead = self.terminal.waiting()
            typed = self.terminal.read(self._prompt(question, room)).strip()
            if not typed_ahead and self.terminal.waiting(PASTE_SECONDS):
                self.terminal.forget()
                self.say(ONE_LINE)
            if not self._is_command(typed, hints or (question,), clears=clears):
                return typed.removeprefix(SIGN)

    def ask_secret(self, question: str, hints: Sequence[str] = (), *, clears: bool = False, key: bool = False) -> str:
        """Return what was typed without being shown, with its blanks: a password may begin or end with one.

        With *key*, it may have several lines. Raises `EchoNotDisabled` too.
        """
        while True:
            typed, more = self._unseen(question, key=key)
            if more:
                self.say(ONE_LINE)
            if not self._is_command(typed.strip(), hints, clears=clears):
                return typed.removeprefix(SIGN)

    def _unseen(self, question: str, *, key: bool) -> tuple[str, bool]:
        """Return what was typed without being shown, and whether more lines came than were asked for."""
        with self.terminal.hidden():
            try:
                typed = self.terminal.read(self._prompt(question))
                while key and begins_key(typed.lstrip()):
                    line = self.terminal.read("").strip()
                    if not line:
                        break
                    typed = f"{typed}\n{line}"
            finally:
                self.terminal.write("\n")
            return typed, self.terminal.waiting(SECRET_PASTE_SECONDS)

    def _is_command(self, typed: str, hints: Sequence[str], *, clears: bool) -> bool:
        """Do what a command says; what was typed is never repeated: it may be a secret."""
        if not typed.startswith(SIGN) or typed.startswith(SIGN * 2):
            return False
        found = [name for name in COMMANDS if len(typed) > 1 and name.startswith(typed[1:].lower())]
        name = found[0] if found else ""
        if name == "back":
            raise Back
        if name == "quit":
            raise Quit
        if name == "clear" and clears:
            raise Cleared
        self.say(*self._notes(name, hints, clears=clears))
        return True

    def _notes(self, name: str, hints: Sequence[str], *, clears: bool) -> Iterable[str]:
        """Return what a command says that leads nowhere."""
        if name == "help":
            known = {command: words for command, words in COMMANDS.items() if command != "clear" or clears}
            return (*hints, *(f"{SIGN}{command}: {words}." for command, words in known.items()), f"{LITERAL}.")
        if name == "review":
            return self.review()
        if name == "clear":
            return ("There is nothing to clear here.",)
        return (f"Unknown command. {SIGN}help lists them. {LITERAL}.",)

    # ---- choosing ----

    def choose(self, question: str, rows: Mapping[str, str], chosen: str = "", hints: Sequence[str] = ()) -> str:
        """Return the key of the row whose number was typed; Enter takes *chosen*, which is named."""
        keys, numbered = list(rows), [f"{number}. {words}" for number, words in enumerate(rows.values(), 1)]
        self.say(*numbered)
        default = f" (Enter takes {keys.index(chosen) + 1}, {rows[chosen]})" if chosen in rows else ""
        while True:
            typed = self.ask(
                f"{question}, a number from 1 to {len(keys)}{default}:", (*hints, *numbered), room=LITTLE_ROOM
            )
            if not typed and default:
                return chosen
            if typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= len(keys):
                return keys[int(typed) - 1]
            self.say(f"Not a number from 1 to {len(keys)}.")

    def agrees(self, question: str) -> bool:
        """Return whether the answer is yes; Enter means no."""
        while True:
            typed = self.ask(f"{question} Type yes or no (Enter means no):", room=LITTLE_ROOM).lower()
            if typed in ("", "n", "no"):
                return False
            if typed in ("y", "yes"):
                return True
            self.say("Type yes or no.")


def begins_key(text: str) -> bool:
    """Return whether *text* is the beginning of a key of several lines, and not yet its end."""
    if text.startswith("{"):
        return not _is_json(text)
    return is_key(text) and "-----END" not in text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True

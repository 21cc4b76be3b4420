"""Speaking and asking in lines as wide as the terminal: commands at every prompt, wrong input asked for again."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from orgwizard.domain.secrets.key_text import is_key
from orgwizard.domain.text.sanitize import in_ascii, printable
from orgwizard.presentation.line_fitting import fitted
from orgwizard.ui.plain.terminal import Quit, Terminal

PASTE_SECONDS = 0.05  # no person types a line so soon after another
SECRET_PASTE_SECONDS = 0.3  # the rest of a paste that a slow line delivers would be shown after that
ONE_LINE = "You entered several lines: only the first was used."
MOST_IN_A_LINE = 4  # rows to choose from that are said in the question's own line
SIGN = ":"
COMMANDS: Mapping[str, str] = {
    "help": "help for this question, and these commands",
    "back": "one question or step back; nothing is lost",
    "clear": "clear this value",
    "review": "what is entered so far",
    "quit": "quit; your entries are saved, except secrets",
}
LITERAL = f"If a value starts with a colon, type the colon twice: {SIGN}{SIGN}"


class Back(Exception):
    """The user goes back."""


class Cleared(Exception):
    """The user takes an answer away."""


class Console:
    """A terminal that is spoken to in sentences; `review` returns what is entered so far."""

    def __init__(self, terminal: Terminal, *, ascii_only: bool = False) -> None:
        self.terminal, self._ascii_only = terminal, ascii_only
        self.review: Callable[[], Iterable[str]] = tuple

    # ---- saying ----

    def say(self, *lines: str) -> bool:
        """Say each line, broken between words where it is too long; return whether the terminal took them all."""
        taken = [self.terminal.write(f"{self._fitted(line)}\n") for line in lines]
        return all(taken)

    def heading(self, words: str) -> None:
        """Say what comes now, after an empty line."""
        self.say("", words)

    def _prompt(self, question: str) -> str:
        return f"{self._fitted(question, typed=1)} "

    def _fitted(self, text: str, typed: int = 0) -> str:
        """Return the text in lines of the terminal's width, with room for *typed* characters after it."""
        columns = self.terminal.columns
        return "\n".join(fitted(self._harmless(text), max(1, columns - typed) if columns else 0))

    def _harmless(self, text: str) -> str:
        """Return the text without what drives a terminal, and in ASCII where that is wanted."""
        kept = printable(text)
        return "".join(c if c.isascii() else in_ascii(c) or "?" for c in kept) if self._ascii_only else kept

    # ---- asking ----

    def ask(self, question: str, hints: Sequence[str] = (), *, clears: bool = False) -> str:
        """Return what was typed, "" for Enter alone; raises `Back`, `Cleared` where that makes sense, and `Quit`.

        Of several lines that come at once, as a paste does, the first is the answer, and the others answer nothing.
        """
        while True:
            typed_ahead = self.terminal.waiting()
            typed = self.terminal.read(self._prompt(question)).strip()
            if not typed_ahead and self.terminal.waiting(PASTE_SECONDS):
                self.terminal.forget()
                self.say(ONE_LINE)
            if not self._is_command(typed, hints, clears=clears):
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
            known = (f"{SIGN}{name} ({words})" for name, words in COMMANDS.items() if name != "clear" or clears)
            return (*hints, f"Commands: {', '.join(known)}. {LITERAL}.")
        if name == "review":
            return self.review()
        if name == "clear":
            return ("There is nothing to clear here.",)
        return (f"Unknown command. {SIGN}help lists them. {LITERAL}.",)

    # ---- choosing ----

    def choose(self, question: str, rows: Mapping[str, str], chosen: str = "", hints: Sequence[str] = ()) -> str:
        """Return the key of the row whose number or name was typed; Enter takes *chosen*, whose number is said.

        A few rows stand in the question itself, and many are said once, before it.
        """
        keys = list(rows)
        numbered = [f"{number}. {words}" for number, words in enumerate(rows.values(), 1)]
        default = f" (Enter for {keys.index(chosen) + 1})" if chosen in rows else ""
        if in_a_line := len(rows) <= MOST_IN_A_LINE:
            prompt = f"{question}: {'; '.join(numbered)}{default}:"
        else:
            self.say(*numbered)
            prompt = f"{question}, 1 to {len(keys)}{default}:"
        while True:
            typed = self.ask(prompt, hints if in_a_line else (*hints, *numbered))
            if not typed and default:
                return chosen
            found = _rows_of(typed, rows)
            if len(found) == 1:
                return found[0]
            fitting = "; ".join(numbered[keys.index(key)] for key in found)
            self.say(f"Several match: {fitting}." if found else f"Type a number from 1 to {len(keys)}, or a name.")

    def agrees(self, question: str) -> bool:
        """Return whether the answer is yes; Enter means no."""
        while True:
            typed = self.ask(f"{question} (yes or no, Enter for no):").lower()
            if typed in ("", "n", "no"):
                return False
            if typed in ("y", "yes"):
                return True
            self.say("Type yes or no.")


def _rows_of(typed: str, rows: Mapping[str, str]) -> list[str]:
    """Return the keys of the rows that a number, a name or the beginning of a word in one can mean.

    A key is a name, too, unless another row is seen to begin with it.
    """
    if typed.isascii() and typed.isdigit():
        return list(rows)[int(typed[:9]) - 1 : int(typed[:9])] if int(typed[:9]) else []
    wanted = " ".join(typed.split()).casefold()
    if not wanted:
        return []
    if exact := [key for key, words in rows.items() if words.casefold() == wanted]:
        return exact
    begun = {key for key, words in rows.items() if f"{words} ".casefold().startswith(f"{wanted} ")}
    if named := [key for key in rows if key.casefold() == wanted and begun <= {key}]:
        return named
    word = re.compile(rf"(?<!\w){re.escape(wanted)}")
    return [key for key, words in rows.items() if word.search(f"{words} {key}".casefold())]


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

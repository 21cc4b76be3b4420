"""Which keys do something right now: read off the bindings of what has the focus, of the step and of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from textual.binding import Binding
from textual.screen import Screen

from orgwizard.ui.tui.widgets import focus
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.lists import Listed

GAP = " · "
NAMES = {"escape": "Esc", "pageup": "Page Up", "pagedown": "Page Down"}


@dataclass(frozen=True)
class Words:
    """What a key does: in full on the page of keys, and in short on the line of keys, if it has a place there."""

    full: str
    short: str = ""


# Of actions, on the line of keys: those that stand at its end, and those that stay where it is short, the last longest.
LAST = ("back", "cancel", "answer", "dismiss", "quit", "keys")
KEPT = ("copy", "back", "cancel", "answer", "dismiss", "quit", "next", "keys")
# Never on it; most ask where the focus could go, or what scrolls.
OFF_THE_LINE = frozenset(
    ("move", "page_up", "page_down", "scroll_body", "scroll_up", "scroll_down", "scroll_home", "scroll_end")
)
PAIRS = (("Left", "Right"), ("Up", "Down"))

AnyScreen = Screen[Any]
WordsOf = Callable[[str], Words | None]

# By the names of actions, ours and those of Textual's lists, fields and buttons.
NEXT = Words("next step", "next step")
SCROLL = Words("scroll")
QUIT_UNSAVED = Words("quit; your entries are not saved")
ACTIONS: Mapping[str, Words] = {
    **dict.fromkeys(("submit", "select"), Words("next field; on the last one, next step", "next field")),
    "press": Words("press the button", "press button"),
    "toggle": Words("choose"),
    **dict.fromkeys(("cursor_up", "cursor_down"), Words("move")),
    **dict.fromkeys(("first", "last"), Words("first or last row")),
    **dict.fromkeys(("page_up", "page_down"), Words("move by a page")),
    **dict.fromkeys(("app.focus_next", "app.focus_previous"), Words("next field or button, and back")),
    **dict.fromkeys(
        ("delete_left_word", "delete_left_all", "delete_right_all"),
        Words("delete the word, or all before or after the cursor"),
    ),
    "next": NEXT,
    "take_correction": Words("accept the field's suggestion"),
    "reveal": Words("show the secret for 10 seconds, or hide it", "show secret"),
    "back": Words("back; nothing typed is lost", "back"),
    "move": Words("previous or next field"),
    **dict.fromkeys(("scroll_body", "scroll_up", "scroll_down"), SCROLL),
    **dict.fromkeys(("scroll_home", "scroll_end"), Words("scroll to the beginning or the end")),
    "keys": Words("this help", "help"),
    "redraw": Words("redraw"),
    "rest": Words("suspend"),
    "quit": Words("quit; your entries are saved, except secrets"),
}


def words_of(step: AnyScreen, action: str) -> Words | None:
    """Return what an action does in a step right now; None where it does nothing, or edits text as everywhere."""
    name, _, argument = action.partition("(")
    works = _CONDITIONS.get(name)
    if works and not works(step):
        return None
    if name == "move" and focus.beside(step, int(argument.rstrip(")"))) is None:
        return SCROLL if _scrolls(step) else None
    return NEXT if name in ("submit", "select") and _at_last(step) else ACTIONS.get(name)


@dataclass
class Working:
    """The keys that do something, by their names, and their actions without arguments."""

    keys: list[str] = field(default_factory=list)
    actions: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Return the first key, with the one that belongs to it."""
        return next(("/".join(pair) for pair in PAIRS if set(pair) <= set(self.keys)), self.keys[0])


def working(step: AnyScreen, words_of: WordsOf, apart_from: Set[str] = frozenset()) -> dict[Words, Working]:
    """Return the keys that do something, by what they do, in the order of their nearness to the focus."""
    found: dict[Words, Working] = {}
    for key, active in step.active_bindings.items():
        name = active.binding.action.partition("(")[0]
        if name not in apart_from and (words := words_of(active.binding.action)):
            known = found.setdefault(words, Working())
            known.keys.append(_name(key))
            known.actions.add(name)
    return found


def usual(bindings: Iterable[Binding]) -> dict[str, str]:
    """Return what keys do on most steps, for reading elsewhere."""
    found: dict[Words, list[str]] = {}
    for binding in bindings:
        words = ACTIONS[binding.action.partition("(")[0]]
        found.setdefault(words, []).extend(map(_name, binding.key.split(",")))
    return {", ".join(keys): words.full for words, keys in found.items()}


def page(step: AnyScreen, words_of: WordsOf) -> dict[str, str]:
    """Return all of them for the page of keys, the names of the keys first."""
    return {", ".join(found.keys): words.full for words, found in working(step, words_of).items()}


def line(step: AnyScreen, words_of: WordsOf, width: int) -> str:
    """Return them in a line of *width* cells, without the least important ones where it is too short for all."""
    parts = sorted(_parts(working(step, words_of, OFF_THE_LINE)), key=lambda part: _rank(part, LAST))
    while len(_joined(parts)) > width and len(parts) > 1:
        parts.remove(min(reversed(parts), key=lambda part: _rank(part, KEPT)))
    return _joined(parts)


Part = tuple[str, set[str]]  # of the line: its words, and the actions of its keys


def _parts(found: Mapping[Words, Working]) -> list[Part]:
    """Return a part for each thing that keys do in short; keys that do the like share one."""
    alike: dict[str, list[Working]] = {}
    for words, keys in found.items():
        if words.short:
            alike.setdefault(words.short, []).append(keys)
    return [
        (f"{'/'.join(keys.name for keys in several)} {short}", {name for keys in several for name in keys.actions})
        for short, several in alike.items()
    ]


def _rank(part: Part, order: Sequence[str]) -> int:
    """Return the last place in *order* of the actions of a part, 0 where none is in it."""
    return max((order.index(action) + 1 for action in part[1] if action in order), default=0)


def _joined(parts: Iterable[Part]) -> str:
    return GAP.join(words for words, _ in parts)


def _name(key: str) -> str:
    if len(key) == 1:
        return key
    return NAMES.get(key) or "+".join(part.capitalize() for part in key.split("+"))


def _at_last(step: AnyScreen) -> bool:
    return step.focused is None or focus.after(step, step.focused) is None


def _has_correction(step: AnyScreen) -> bool:
    return any(field.suggests for field in step.query("Field:focus-within").results(Field))


def _has_secret(step: AnyScreen) -> bool:
    """Return whether there is a secret to show: the one of the field in use, elsewhere any of the step."""
    if isinstance(step.focused, Entry):
        return step.focused.secret
    return any(isinstance(stop, Entry) and stop.secret for stop in step.focus_chain)


def _scrolls(step: AnyScreen) -> bool:
    return any(body.max_scroll_y > 0 for body in step.query("#body"))


def _moves_or_scrolls(step: AnyScreen) -> bool:
    return isinstance(step.focused, Listed) or _scrolls(step)


_CONDITIONS: Mapping[str, Callable[[AnyScreen], bool]] = {
    "take_correction": _has_correction,
    "reveal": _has_secret,
    "page_up": _moves_or_scrolls,
    "page_down": _moves_or_scrolls,
    **dict.fromkeys(("scroll_body", "scroll_up", "scroll_down", "scroll_home", "scroll_end"), _scrolls),
}

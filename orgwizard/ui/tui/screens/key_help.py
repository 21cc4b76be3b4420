"""Which keys do something right now: read off the bindings of what has the focus, of the step and of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from textual.binding import Binding
from textual.screen import Screen

from orgwizard.ui.tui.screens import focus
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


LAST = ("", "back", "quit", "keys")  # in this order, on the line

AnyScreen = Screen[Any]
WordsOf = Callable[[str], Words | None]

# By the names of actions, ours and those of Textual's lists, fields and buttons.
NEXT = Words("next step", "next step")
SCROLL = Words("scroll")
ACTIONS: Mapping[str, Words] = {
    "submit": Words("next field; on the last one, next step", "next field"),
    "select": Words("next field; on the last one, next step", "next field"),
    "press": Words("press the button", "press"),
    "toggle": Words("choose"),
    "cursor_up": Words("move"),
    "cursor_down": Words("move"),
    "first": Words("first or last row"),
    "last": Words("first or last row"),
    "page_up": Words("move by a page"),
    "page_down": Words("move by a page"),
    "app.focus_next": Words("next field or button, and back"),
    "app.focus_previous": Words("next field or button, and back"),
    "delete_left_word": Words("delete the word, or all before or after the cursor"),
    "delete_left_all": Words("delete the word, or all before or after the cursor"),
    "delete_right_all": Words("delete the word, or all before or after the cursor"),
    "next": NEXT,
    "take_correction": Words("take the suggestion at the field"),
    "reveal": Words("show the secret for 10 seconds, or hide it", "show secret"),
    "back": Words("back; nothing typed is lost", "back"),
    "scroll_body": SCROLL,
    "scroll_up": SCROLL,
    "scroll_down": SCROLL,
    "scroll_home": Words("scroll to the beginning or the end"),
    "scroll_end": Words("scroll to the beginning or the end"),
    "keys": Words("this help", "keys"),
    "redraw": Words("redraw"),
    "rest": Words("suspend"),
    "quit": Words("quit; your entries are saved, except secrets"),
}


def words_of(step: AnyScreen, action: str) -> Words | None:
    """Return what an action does in a step right now; None where it does nothing, or edits text as everywhere."""
    action = action.partition("(")[0]
    works = _CONDITIONS.get(action)
    if works and not works(step):
        return None
    return NEXT if action in ("submit", "select") and _at_last(step) else ACTIONS.get(action)


def working(step: AnyScreen, words_of: WordsOf) -> dict[Words, list[str]]:
    """Return the keys that do something, by what they do, in the order of their nearness to the focus."""
    found: dict[Words, list[str]] = {}
    for key, active in step.active_bindings.items():
        if words := words_of(active.binding.action):
            found.setdefault(words, []).append(_name(key))
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
    return {", ".join(keys): words.full for words, keys in working(step, words_of).items()}


def line(step: AnyScreen, words_of: WordsOf, width: int) -> str:
    """Return the most important ones in a line of *width* cells; the key of the page is always among them."""
    found = {words.short: keys[0] for words, keys in working(step, words_of).items() if words.short}
    ordered = sorted(found, key=lambda short: LAST.index(short) if short in LAST else 0)
    *parts, last = (f"{found[short]} {short}" for short in ordered)
    while len(GAP.join((*parts, last))) > width and parts:
        parts.pop()
    return GAP.join((*parts, last))


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

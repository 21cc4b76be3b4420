"""Where the cursor of a step goes: to the next field, to what is wrong, and in sight."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widget import Widget

from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.lists import Choice

AnyScreen = Screen[Any]


def _stops(screen: AnyScreen) -> list[Widget]:
    """Return the fields and lists in their order."""
    return [stop for stop in screen.focus_chain if isinstance(stop, Entry | Choice)]


def beside(screen: AnyScreen, by: int) -> Widget | None:
    """Return the field or list before (-1) or after (1) the field with the cursor; None elsewhere."""
    if not isinstance(screen.focused, Entry):
        return None
    stops = _stops(screen)
    at = stops.index(screen.focused) + by
    return stops[at] if 0 <= at < len(stops) else None


def after(screen: AnyScreen, widget: Widget) -> Widget | None:
    """Return the field or list after *widget*; None after the last one."""
    stops = _stops(screen)
    following = stops[stops.index(widget) + 1 :] if widget in stops else []
    return following[0] if following else None


def field_after_list(screen: AnyScreen) -> Entry | None:
    """Return the next field where the cursor is on a list, which takes no text."""
    chain = screen.focus_chain
    if not isinstance(screen.focused, Choice) or screen.focused not in chain:
        return None
    return next((stop for stop in chain[chain.index(screen.focused) :] if isinstance(stop, Entry)), None)


def to_field(screen: AnyScreen, name: str) -> None:
    """Focus the field of an answer; where the step has another way to give it, what has the focus keeps it."""
    _first(screen, f"#{name} Entry")


def to_wrong(screen: AnyScreen) -> None:
    """Focus the first field that was touched and is wrong."""
    _first(screen, ".field.-wrong Entry")


def _first(screen: AnyScreen, selector: str) -> None:
    chain = screen.focus_chain
    found = next((entry for entry in screen.query(selector) if entry in chain), None)
    if found:
        screen.set_focus(found)


def into_sight(screen: AnyScreen) -> None:
    """Keep the focused field in sight, and where there is room its help or what is wrong with it, too."""
    if screen.focused:
        for part in (*screen.query(".field:focus-within").results(Widget), screen.focused):
            part.scroll_visible(animate=False, immediate=True)

"""The classes of a screen that say how much room there is, known before the screen is laid out for the first time.

Textual sets them when it tells a screen its size: everything would be laid out twice, and seen so on a slow line.
"""

from typing import Any

from textual.screen import Screen


def room_classes(screen: Screen[Any]) -> set[str]:
    """Return the classes for the app's size by its breakpoints."""
    width, height = screen.app.size
    across, down = screen.app.HORIZONTAL_BREAKPOINTS or [], screen.app.VERTICAL_BREAKPOINTS or []
    classes = screen._get_breakpoint_classes  # noqa: SLF001 - the sum that Textual itself makes later
    return set(classes(width, across)) | set(classes(height, down))

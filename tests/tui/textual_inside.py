"""All that the tests use of Textual that is not public, each with the reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from textual._compositor import Compositor
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen
from textual.strip import Strip

# `StylesCache` is what `forget_widgets` mends, and `XTermParser` what `key_parser` replaces.
__all__ = ["StylesCache", "XTermParser"]


@contextmanager
def unpainted() -> Iterator[None]:
    """Let screens be laid out and never painted, which nobody sees here and takes a third of the time.

    What is painted has tests of its own: the pictures, the driver's, and those on a pseudo-terminal.
    """
    real = Compositor.render_update

    def render_update(self: Compositor, full: bool = False, **settings: Any) -> Any:
        if full:  # for a picture
            return real(self, full, **settings)
        self._dirty_regions.clear()
        return None

    with mock.patch.object(Compositor, "render_update", render_update):
        yield


def drawn_lines(screen: Screen[Any]) -> list[Strip]:
    """Return the lines of a screen with their styles; a picture has no links and no control characters."""
    return screen._compositor.render_strips()


def driver_of(app: App[Any]) -> Driver:
    """Return what writes to the terminal: only there are its bytes."""
    assert app._driver
    return app._driver


def frames_together(app: App[Any], *, supported: bool) -> None:
    """Say whether the terminal shows a frame at once, which an app learns from its answer."""
    app._sync_available = supported


def notifications(app: App[Any]) -> list[Any]:
    """Return what Textual itself says to the user, who must not see it."""
    return list(app._notifications)


def last_words(app: App[Any]) -> str:
    """Return what Textual prints after the end, such as a traceback."""
    return " ".join(map(str, app._exit_renderables))

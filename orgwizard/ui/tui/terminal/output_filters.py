"""What stands between the wizard's text and the terminal: filters for control characters and for ASCII only."""

import codecs
import functools
import inspect

import textual.drivers.linux_driver as driver
from rich.cells import cell_len
from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.filter import LineFilter

from orgwizard.domain.text.sanitize import in_ascii, printable, without_floods

_BACKGROUNDS = inspect.unwrap(StylesCache.get_inner_outer)


def replace_bad_bytes() -> None:
    """Make a byte that is not UTF-8 a replacement character: by default it ends the thread that reads keys.

    See https://github.com/Textualize/textual/issues/6456; the models refuse the character later.
    """
    vars(driver)["getincrementaldecoder"] = _forgiving


def forget_widgets() -> None:
    """Have Textual remember the colours of a background alone: it would keep every widget's drawing with them.

    That is a megabyte for each org that is created, and keys that were on the screen are in it.
    """
    by_colours = functools.lru_cache(1024)(functools.partial(_BACKGROUNDS, StylesCache))
    StylesCache.get_inner_outer = staticmethod(by_colours)  # type: ignore[assignment, method-assign]


def _forgiving(encoding: str) -> functools.partial[codecs.IncrementalDecoder]:
    return functools.partial(codecs.getincrementaldecoder(encoding), errors="replace")


class Scrub(LineFilter):
    """Drops every character that could drive the terminal or reorder text, wherever it comes from."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of one line without such characters."""
        del background
        return [segment if _harmless(segment) else _scrubbed(segment) for segment in segments]


class Ascii(LineFilter):
    """Turns every character beyond ASCII into one of the same width within it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of one line in ASCII."""
        del background
        return [s if s.control or s.text.isascii() else Segment(_ascii(s.text), s.style) for s in segments]


def _harmless(segment: Segment) -> bool:
    return bool(segment.control) or (segment.text.isascii() and segment.text.isprintable())


def _scrubbed(segment: Segment) -> Segment:
    """Return the segment with each bad character gone, or blank where it took up a cell."""
    text = "".join(_in_its_cells(c) for c in segment.text)
    return Segment(without_floods(text), segment.style)


def _in_its_cells(character: str) -> str:
    kept = printable(character)
    return kept + " " * (cell_len(character) - cell_len(kept))


def _ascii(text: str) -> str:
    return "".join(c if c.isascii() else in_ascii(c) or "?" * cell_len(c) for c in text)

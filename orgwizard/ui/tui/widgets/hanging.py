"""Lines of which the first column stays free where the rest of them is wrapped; a path is broken at "/" alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual


@dataclass(frozen=True)
class Hanging(Visual):
    """A text whose lines, where they are too long, go on under what follows their first *indent* cells.

    A line that has no blank before that column has no columns: it is wrapped as ever, unless it hangs *always*.
    """

    text: str
    indent: int
    always: bool = False

    def wrapped(self, width: int) -> Content:
        """Return the text for a room of *width* cells."""
        return Content("\n").join(line for whole in self.text.splitlines() for line in self._lines(whole, width))

    def _lines(self, line: str, width: int) -> Iterator[Content]:
        first, *more = Content(at_slashes(line, width)).wrap(width) or [Content("")]
        yield first
        rest = line[len(first.plain) :].strip()
        hanging = (
            min(self.indent, width // 2) if self.indent and (self.always or line[: self.indent].endswith(" ")) else 0
        )
        room = width - hanging
        yield from (part.pad_left(hanging) for part in Content(at_slashes(rest, room)).wrap(room) if more)

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Draw the text; part of Textual's protocol of visuals, as are the two below."""
        return self.wrapped(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Return the width at which nothing is wrapped."""
        return Content(self.text).get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return how many lines the text takes."""
        return self.wrapped(width).get_height(rules, width)


def at_slashes(text: str, width: int) -> str:
    """Return the text with line ends after slashes in words of more than *width* cells, such as a long path."""
    return re.sub(r"\S+", lambda word: _broken(word[0], width), text)


def _broken(word: str, width: int) -> str:
    if cell_len(word) <= width:
        return word
    lines = [""]
    for part in re.findall(r"[^/]*/|[^/]+", word):
        if lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)

"""The colours of ours can be read, and stand in the palette of 256 colours."""

import pytest
from textual.color import Color

from orgwizard.ui.tui.themes import DARK, LIGHT, THEMES

ENOUGH = 4.5  # WCAG 2.2, 1.4.3
STEPS = (0, 95, 135, 175, 215, 255)  # of the palette's colour cube
GREYS = range(8, 239, 10)


def luminance(colour: Color) -> float:
    """Return the relative luminance of WCAG 2.2."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("text", ["ink", "faint", "line", "wrong", "good", "warn"])
@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_text_has_contrast_enough_on_its_paper(theme: str, text: str) -> None:
    colours = THEMES[theme].variables
    light, dark = sorted((luminance(Color.parse(colours[name])) for name in (text, "paper")), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= ENOUGH


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_colour_is_one_of_256(theme: str) -> None:
    for name in ("paper", "ink", "faint", "line", "wrong", "good", "warn"):
        rgb = Color.parse(THEMES[theme].variables[name]).rgb
        assert all(part in STEPS for part in rgb) or (len(set(rgb)) == 1 and rgb[0] in GREYS), name

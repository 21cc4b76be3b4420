"""A text of the screen that costs nothing while it stays the same."""

from textual.visual import VisualType
from textual.widgets import Static


class StaticText(Static):
    """A text without markup; an update to the same words, after which Textual lays the whole screen out, is none."""

    def __init__(self, words: VisualType = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(words, id=id, classes=classes, markup=False)

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show other words; without *layout* where they take up the same room."""
        if content != self.content:
            super().update(content, layout=layout)

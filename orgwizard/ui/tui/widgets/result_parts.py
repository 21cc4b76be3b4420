"""A result as the last screen shows it: the outcome, the facts, what single keys do, and what to do next."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from textual.containers import Horizontal
from textual.content import Content
from textual.style import Style
from textual.visual import VisualType
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.domain.events import USE_KEYS, Result
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.attempts import next_commands
from orgwizard.presentation.text_report import facts, headline, needs_attention
from orgwizard.storage.stores.stored_reference import copied
from orgwizard.system import terminal_caps
from orgwizard.ui.tui.widgets.columns import Prose
from orgwizard.ui.tui.widgets.lists import bullet, labelled

COPIES = {"u": "URL", "i": "ID", "k": "key location"}


def copies(result: Result) -> dict[str, str]:
    """Return what the keys of `COPIES` copy, "" where the result has none."""
    org, keys = result.org, copied(result.stored or {})
    values = {"u": org.url if org else "", "i": org.id if org else "", "k": keys}
    return {key: printable(value) for key, value in values.items()}


def outcome(result: Result) -> Iterable[Widget]:
    """Yield how it ended, why, and what is known of the org."""
    state = "attention" if needs_attention(result) else result.outcome
    yield Static(headline(result), classes=f"outcome -{state}", markup=False)
    if error := result.error:
        yield Static("\n".join(filter(None, (error.cause, error.advice))), classes="error", markup=False)
    for label, value in _facts(result).items():
        yield Horizontal(
            Static(label, classes="label", markup=False),
            Static(_linked(value) if label == "Org URL" else Prose(value), classes="fact"),
            classes="line",
        )


def next_steps(result: Result) -> Iterable[Widget]:
    """Yield what single keys do, and what to do next that no key shows."""
    tasks, copyable = next_commands.tasks(result), copies(result)
    yield from _offered("Copy", {key: what for key, what in COPIES.items() if copyable[key]})
    yield from _offered("Commands", {task.key: task.title for task in tasks})
    if notes := [step for step in result.next_steps if not (tasks and step.startswith(USE_KEYS))]:
        yield labelled("Next", *map(bullet, notes))


def _facts(result: Result) -> dict[str, str]:
    """Return what is known; the commands name the profile, and a settled attempt is of no use here."""
    rows = dict(facts(result))
    if next_commands.tasks(result):
        rows.pop("Profile", None)
        if not result.open:
            rows.pop("Attempt", None)
    return rows


def _linked(url: str) -> VisualType:
    """Return an address that a click opens, where the terminal is known to do that; the text is the same."""
    if url.startswith("https://") and terminal_caps.opens_links(os.environ):
        return Content.styled(url, Style(link=url))
    return Prose(url)


def _offered(label: str, by_key: Mapping[str, str]) -> Iterable[Widget]:
    """Yield a line of what single keys do, if there is anything."""
    if by_key:
        parts = [Content.assemble((key, "bold $accent"), f" {what}") for key, what in by_key.items()]
        yield labelled(label, Static(Content(" · ").join(parts), classes="fact"))

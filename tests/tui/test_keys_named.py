"""The line of keys and the page of keys name what works now: each key named does something, each that does is named."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import pytest
from textual.widgets import Button, Static

from orgwizard.application.service import Service
from orgwizard.domain.errors import NeedsAttention
from orgwizard.domain.events import Result
from orgwizard.ui.tui.app import Wizard, usual_keys
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.create import CreateStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.start import StartStep
from orgwizard.ui.tui.screens.store import StoreStep
from orgwizard.ui.tui.widgets import key_help
from orgwizard.ui.tui.widgets.answer_input import Entry
from tests.tui.bench import HeldEngine, bench
from tests.tui.walk import Walk, walking

pytestmark = pytest.mark.full  # each walks through screens; the default tests do so in test_steps

# What a person types, moves in a text and copies with, as in every field.
EDITING = frozenset(
    ("copy", "cut", "paste", "cursor_left", "cursor_right", "cursor_left_word", "cursor_right_word", "home", "end")
) | {"select_all", "delete_left", "delete_right", "delete_right_word"}
SAID = frozenset(
    ("back", "next", "screen.copy_text", "help_quit", "copy_fact", "task")
)  # where they do nothing, they say why or what does
# There is nothing to do it with.
SILENT = frozenset(("move", "reveal", "take_correction", "rest", "page_up", "page_down", "page_left", "page_right"))


async def _start(walk: Walk) -> None:
    await walk.app.switch_screen(StartStep(walk.app.session, None))
    await walk.until(StartStep)


def _jump(step: type[Step]) -> Callable[[Walk], Awaitable[None]]:
    async def jump(walk: Walk) -> None:
        await walk.jump(step, "okta")
        await walk.name_known()

    return jump


async def _create(walk: Walk) -> None:
    await walk.jump(ReviewStep, "okta")
    await walk.app.navigator.go("create")
    await walk.until(CreateStep)


def _done(outcome: Literal["created", "not_created"]) -> Callable[[Walk], Awaitable[None]]:
    async def done(walk: Walk) -> None:
        await walk.jump(ReviewStep, "okta")
        error = None if outcome == "created" else NeedsAttention("It failed.", "Look.")
        result = Result(outcome, "okta", "acme.okta.com", "an-attempt", error=error)
        await walk.app.switch_screen(DoneStep(walk.app.session, result))
        await walk.until(DoneStep)

    return done


SCREENS = {
    "start": _start,
    "site": _jump(SiteStep),
    "connect": _jump(ConnectStep),
    "organization": _jump(OrganizationStep),
    "administrator": _jump(AdministratorStep),
    "store": _jump(StoreStep),
    "review": _jump(ReviewStep),
    "create": _create,
    "created": _done("created"),
    "not created": _done("not_created"),
}


@pytest.fixture
def held(tmp_path: Path) -> Service:
    """A service that begins a creation and never ends it."""
    return bench(tmp_path, engine=HeldEngine())


def step_of(walk: Walk) -> Step:
    assert isinstance(walk.screen, Step)
    return walk.screen


def actions(step: Step) -> dict[str, str]:
    """Return the action of each key that is bound now."""
    return {key: active.binding.action for key, active in step.active_bindings.items()}


@pytest.mark.parametrize("name", SCREENS)
async def test_every_key_that_does_something_is_named_wherever_the_focus_is(held: Service, name: str) -> None:
    async with walking(held) as walk:
        await SCREENS[name](walk)
        step = step_of(walk)
        for stop in (None, *step.focus_chain):
            step.set_focus(stop)
            for key, action in actions(step).items():
                plain = action.partition("(")[0]
                if step.key_words(action) is None and not plain.startswith("scroll_"):
                    assert plain in EDITING | SAID | SILENT, (name, stop, key, action)
        held.engine.idle.set()


def state(walk: Walk) -> object:
    """Return all that a key may change: what is shown, where the cursor is, and what is typed."""
    screen = walk.screen
    entries = [(entry.value, entry.password, entry.cursor_position) for entry in screen.query(Entry)]
    rows = [(row.id, getattr(row, "highlighted", None)) for row in screen.query("Choice, Menu")]
    told = [str(static.render()) for static in screen.query(Static) if static.id != "hints"]
    return screen, screen.focused, entries, rows, told, walk.app.return_code, walk.app.leaving.wanted


# The program's own, which know nothing of the step: on the first screen, and where something is under way.
EVERYWHERE = frozenset(("app.focus_next", "app.focus_previous", "keys", "redraw", "rest"))
ALONE = ("first", "last", "cursor_", "page_", "scroll_", "delete_")  # Textual's, which depend on where one stands


@pytest.mark.full
@pytest.mark.parametrize("name", SCREENS)
async def test_every_key_that_is_named_does_something(
    held: Service, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(Wizard, "action_redraw", lambda _: drawn.append("redraw"))
    monkeypatch.setattr(Wizard, "action_suspend_process", lambda _: drawn.append("rest"))
    async with walking(held, (60, 18)) as walk:
        await SCREENS[name](walk)
        step = step_of(walk)
        named = {action: key for key, action in actions(step).items() if step.key_words(action)}  # a key for each
        for action, key in sorted(named.items(), key=lambda item: item[0] == "quit"):  # which may end all
            if action.startswith(ALONE) or (action in EVERYWHERE and name not in ("start", "create")):
                continue
            if walk.screen is not step:
                await SCREENS[name](walk)
            before = state(walk), len(drawn)
            await walk.press(key)
            await walk.settled()
            assert (state(walk), len(drawn)) != before, (name, key, action)
            while walk.app.return_code is None and not isinstance(walk.screen, Step):
                await walk.press("escape")
            walk.app.leaving.wanted = False
            held.engine.idle.set()


@pytest.mark.parametrize("columns", [60, 80, 120])
async def test_the_line_of_keys_fits_and_names_the_page_of_keys(service: Service, columns: int) -> None:
    async with walking(service, (columns, 24)) as walk:
        for step in (SiteStep, ConnectStep, AdministratorStep, ReviewStep):
            await walk.jump(step, "okta")
            line = str(walk.screen.query_one("#hints", Static).render())
            assert line.endswith("F1 help")
            assert len(line) <= columns - 4


async def test_the_line_of_keys_follows_the_focus(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")
        hints = walk.screen.query_one("#hints", Static)
        walk.entry("email").focus()
        await walk.settled()
        assert "show secret" not in str(hints.render())
        walk.entry("password").focus()
        await walk.settled()
        assert "F2 show secret" in str(hints.render())
        walk.screen.query(Button).first().focus()
        await walk.settled()
        assert "Enter press button" in str(hints.render())


def test_the_usual_keys_are_told_outside_the_wizard() -> None:
    assert {"Ctrl+N", "F1, Ctrl+G", "Tab, Shift+Tab"} <= set(usual_keys())
    assert all(words.full for words in key_help.ACTIONS.values())


async def test_up_and_down_go_from_field_to_field_and_elsewhere_they_do_what_they_did(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta")
        assert walk.screen.focused is walk.entry("name")
        for key, field in (("up", "name"), ("down", "subdomain"), ("down", "website"), ("down", "website")):
            await walk.press(key)
            assert walk.screen.focused is walk.entry(field)
        await walk.press("up")
        assert walk.screen.focused is walk.entry("subdomain")
        await walk.jump(ConnectStep, "okta")
        choice = walk.screen.query_one("#method")
        walk.entry("token").focus()
        await walk.press("up")
        assert walk.screen.focused is choice
        await walk.press("down")
        assert walk.screen.focused is choice


async def test_a_short_line_keeps_the_way_on_and_out(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        step = step_of(walk)
        whole = key_help.line(step, step.key_words, 200)
        assert "request" in whole
        narrow = key_help.line(step, step.key_words, len(whole) - 1)
        assert "request" not in narrow
        assert narrow.endswith("Esc back · F1 help")
        assert key_help.line(step, step.key_words, 24) == "Ctrl+N create · F1 help"
        assert key_help.line(step, step.key_words, 1) == "F1 help"

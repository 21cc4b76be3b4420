"""A question stands below what it is about, and one about an order names it, on small terminals too."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.application.service import Service
from orgwizard.domain.events import FIND, SEND, Progress
from orgwizard.presentation.wizard.leaving_text import KEPT_ANSWERS, LEAVES_LOOKUP, NOT_KEPT
from orgwizard.ui.tui.screens.create import QUITS_LOOKUP, CreateStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.widgets.dialogs import Dialog
from tests.tui.bench import HeldEngine, bench
from tests.tui.walk import Walk, walking

pytestmark = pytest.mark.full  # each walks through screens; the default tests do so in test_steps

SIZES = [(60, 18), (80, 24), (200, 50)]


def box(walk: Walk) -> Widget:
    return walk.screen.query_one(".dialog", Widget)


@pytest.mark.parametrize("size", SIZES)
async def test_the_last_question_names_the_order_below_the_review(service: Service, size: tuple[int, int]) -> None:
    async with walking(service, size) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("ctrl+n")
        assert isinstance(walk.screen, Dialog)
        assert all(words in walk.text() for words in ("My Child Org", "Okta", "Acme (sandbox)", "acme.okta.com"))
        assert walk.screen.region.contains_region(box(walk).region)
        shown = [part for part in box(walk).query("*").results(Widget) if part.display]
        assert all(box(walk).region.contains_region(part.region) for part in shown)
        track = walk.app.screen_stack[-2].query_one("#track", Widget)
        assert box(walk).region.y >= track.region.bottom


@pytest.mark.parametrize("size", SIZES)
async def test_the_question_before_quitting_leaves_the_step_in_sight(service: Service, size: tuple[int, int]) -> None:
    async with walking(service, size) as walk:
        await walk.jump(OrganizationStep, "okta")
        name = walk.entry("name").region
        await walk.press("ctrl+q")
        assert isinstance(walk.screen, Dialog)
        assert not box(walk).region.overlaps(name)
        assert walk.screen.styles.background.a == 0


@pytest.mark.parametrize("key", ["ctrl+t", "ctrl+q"])
async def test_a_question_about_a_running_creation_names_the_order(tmp_path: Path, key: str) -> None:
    async with walking(bench(tmp_path, engine=HeldEngine()), (60, 18)) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.create()
        await walk.until(CreateStep)
        walk.screen.post_message(CreateStep.Told(Progress(SEND, "started", "Sending the request"), 0.0))
        await walk.settled()
        await walk.press(key)
        assert isinstance(walk.screen, Dialog)
        assert all(words in walk.text() for words in ("My Child Org", "Okta"))
        walk.app.session.bootstrap.engine.idle.set()


async def test_a_dialog_names_its_keys_and_follows_the_focus(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("ctrl+n")
        line = walk.screen.query_one(".hints", Static)
        assert str(line.render()) == "Enter create now · Tab next · Esc cancel"
        await walk.press("tab")
        assert str(line.render()) == "Enter select · Tab next · Esc cancel"
        await walk.press("escape")
        await walk.press("f1")
        await walk.settled()
        page = str(walk.screen.query_one(".hints", Static).render())
        assert page.endswith("Esc close")


async def test_leaving_a_lookup_does_not_speak_of_keys_that_are_stored(tmp_path: Path) -> None:
    engine = HeldEngine()
    async with walking(bench(tmp_path, engine=engine)) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.create()
        await walk.until(CreateStep)
        engine.tell(Progress(FIND, "started", "Looking for the org"))
        await walk.settled()
        assert walk.app.leaving.question() == LEAVES_LOOKUP
        assert isinstance(walk.screen, CreateStep)
        words = walk.screen.key_words("quit")
        assert words is not None
        assert words.full == QUITS_LOOKUP


async def test_nothing_is_said_to_be_saved_that_is_not(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta")
        assert KEPT_ANSWERS in walk.app.leaving.question()
        walk.app.session.drafts.another_saved = True
        assert NOT_KEPT in walk.app.leaving.question()


async def test_a_question_with_many_warnings_keeps_its_answers_in_sight(service: Service) -> None:
    async with walking(service, (60, 18)) as walk:
        await walk.jump(ReviewStep, "okta")
        said = "Okta rejected a value, in a sentence that takes two lines at least."
        walk.app.session.refusals |= dict.fromkeys(("administrator.email", "administrator.login"), said)
        walk.draft.section("administrator")["password"] = SecretStr("abc")
        await walk.press("ctrl+n")
        await walk.settled()
        assert all(walk.screen.region.contains_region(part.region) for part in walk.screen.query("Entry, Button"))

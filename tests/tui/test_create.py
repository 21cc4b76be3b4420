"""The creation under way: its stages, what is waited for, what is safe, and leaving it."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr
from textual.widgets import Button, Static

from orgwizard.application.service import Service
from orgwizard.domain.events import KeysArrived, Progress, Result
from orgwizard.presentation.wizard.leaving_text import LOSES_KEYS
from orgwizard.ui.tui.screens.create import CreateStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.keys import HIDDEN
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.widgets import key_help
from orgwizard.ui.tui.widgets.countdown import Bar, Countdown
from orgwizard.ui.tui.widgets.dialogs import Ask, GiveUp
from orgwizard.ui.tui.widgets.frame import Body
from orgwizard.ui.tui.widgets.pages import Page
from orgwizard.ui.tui.widgets.static_text import StaticText
from tests.tui.bench import DeafEngine, HeldEngine, StillEngine
from tests.tui.walk import Walk, walking


def ways_out(walk: Walk) -> list[str]:
    return [str(b.id) for b in walk.screen.query("#buttons Button").results(Button) if b.display]


async def creating(walk: Walk, store: str) -> HeldEngine:
    """Begin a creation that is held; return its engine."""
    await walk.jump(ReviewStep, "okta")
    walk.draft.store = store
    await walk.create()
    await walk.until(CreateStep)
    engine = walk.app.session.service.engine
    assert isinstance(engine, HeldEngine)
    async with asyncio.timeout(20):
        while engine.idle.is_set():
            await walk.pilot.pause()
    return engine


async def told(walk: Walk, engine: HeldEngine, event: Progress | KeysArrived) -> None:
    engine.tell(event)
    await walk.settled()


def created(**secrets: SecretStr) -> Result:
    return Result("created", "okta", "https://acme.okta.com", "My Child Org", ready=True, secrets=secrets)


@pytest.mark.full
@pytest.mark.parametrize("size", [(80, 23), (60, 18)])
async def test_one_bar_fills_until_what_is_waited_for_and_says_when_it_is_given_up(
    service: Service, size: tuple[int, int]
) -> None:
    async with walking(replace(service, engine=HeldEngine()), size) as walk:
        engine = await creating(walk, "file")
        countdown = walk.screen.query_one(Countdown)
        assert not countdown.display
        bars = []
        for event in (
            Progress("settle", "waiting", "first test in", 30),
            Progress("settle", "waiting", "first test in", 15),
            Progress("ready", "waiting", "the child does not accept its new token yet", 3, None, 300),
            Progress("ready", "waiting", "the child does not accept its new token yet", 1, None, 100),
        ):
            await told(walk, engine, event)
            bars.append(countdown.query_one(Bar).filled)
        assert bars == [0, 15, 0, 20]
        assert "Not ready yet. Next try in 1 s; giving up in 1:40" in walk.text()
        assert "The child does not accept its new token yet." in walk.text()
        assert not walk.screen.query_one("#body", Body).max_scroll_y
        await told(walk, engine, Progress("ready", "started", "Testing the new keys"))
        assert not countdown.display


@pytest.mark.full
async def test_it_is_safe_to_close_once_everything_received_is_stored_and_not_before(service: Service) -> None:
    async with walking(replace(service, engine=HeldEngine())) as walk:
        engine = await creating(walk, "file")
        for stage in ("check", "store", "send", "keep"):
            await told(walk, engine, Progress(stage, "started", "x"))
            assert "Safe to close" not in walk.text()
            assert walk.app.leaving.question()
        await told(walk, engine, Progress("settle", "started", "x"))
        assert "Safe to close" in walk.text()
        assert "orgwizard resume" not in walk.text()  # to which a sandbox org is gone
        await walk.press("ctrl+q")  # nothing is asked where nothing can be lost
        assert engine.asked == "quit"
        engine.end(created())
        async with asyncio.timeout(20):
            while not walk.app.leaving.done:
                await walk.pilot.pause()


@pytest.mark.full
async def test_it_is_not_safe_to_close_while_keys_are_on_the_screen_because_every_store_failed(
    service: Service,
) -> None:
    async with walking(replace(service, engine=HeldEngine())) as walk:
        engine = await creating(walk, "file")
        await told(walk, engine, KeysArrived(created(token=SecretStr("00only-on-this-screen"))))
        await told(walk, engine, Progress("settle", "started", "x"))
        assert "Safe to close" not in walk.text()
        assert walk.app.leaving.question() == LOSES_KEYS


@pytest.mark.full
async def test_there_is_no_way_back_while_a_creation_runs(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta", "silent")
        await walk.create()
        await walk.until(CreateStep)
        await walk.press("escape")
        assert isinstance(walk.screen, CreateStep | DoneStep)
        await walk.press("ctrl+t")
        if isinstance(walk.screen, GiveUp):  # the response is outstanding: a word is asked for
            await walk.press("enter")
            assert isinstance(walk.screen, GiveUp)
            await walk.press(*"lose", "enter")
        await walk.until(DoneStep)
        assert walk.app.session.run.result is not None
        assert walk.app.session.run.result.outcome in ("unknown", "created")


@pytest.mark.full
async def test_a_creation_that_ends_without_a_result_is_not_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgwizard.ui.tui.screens.following.LOOK_SECONDS", 0.01)
    async with walking(replace(service, engine=DeafEngine())) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.create()
        await walk.until(Page)
        assert "without a result" in walk.text()


@pytest.mark.full
async def test_no_word_is_asked_for_while_the_service_is_busy(service: Service) -> None:
    async with walking(replace(service, engine=StillEngine())) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.create()
        await walk.until(CreateStep)
        for event, asks in (
            (Progress("send", "waiting", "rate limit; retrying in", 22), False),
            (Progress("send", "waiting", "waiting for the response, 5 s", spent_seconds=5), True),
        ):
            walk.screen.post_message(CreateStep.Told(event, 1.0))
            await walk.settled()
            await walk.press("ctrl+t")
            assert isinstance(walk.screen, GiveUp) == asks


@pytest.mark.full
async def test_leaving_a_running_creation_finishes_it_in_the_background(service: Service) -> None:
    async with walking(replace(service, engine=StillEngine())) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.create()
        await walk.until(CreateStep)
        await walk.press("ctrl+q")
        assert isinstance(walk.screen, Ask)
        assert "Finish in background" in str(walk.screen.query_one("#yes", Button).label)


@pytest.mark.full
async def test_an_outstanding_response_is_finished_in_background(service: Service) -> None:
    async with walking(replace(service, engine=HeldEngine())) as walk:
        engine = await creating(walk, "file")
        assert ways_out(walk) == ["stop", "keys"]
        await told(walk, engine, Progress("send", "started", "Sending the request"))
        assert ways_out(walk) == ["background", "keys"]
        walk.screen.query_one("#background").focus()
        await walk.press("enter")
        assert engine.asked == "quit"
        assert isinstance(walk.screen, CreateStep)  # until what was sent is stored
        await told(walk, engine, Progress("keep", "started", "Storing the new keys"))
        assert ways_out(walk) == ["stop", "keys"]
        engine.end(created())
        async with asyncio.timeout(20):
            while not walk.app.leaving.done:
                await walk.pilot.pause()
        assert walk.app.return_code == 0


@pytest.mark.full
async def test_keys_for_the_screen_are_not_finished_in_background(service: Service) -> None:
    async with walking(replace(service, engine=HeldEngine())) as walk:
        engine = await creating(walk, "screen")
        await told(walk, engine, Progress("send", "started", "Sending the request"))
        assert ways_out(walk) == ["stop", "keys"]
        await walk.press("ctrl+t")
        assert isinstance(walk.screen, GiveUp)
        assert "ackground" not in walk.text()
        await walk.press(*"lose", "enter")
        assert engine.asked == "give up"
        engine.end(created())
        await walk.until(DoneStep)


@pytest.mark.full
@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
async def test_keys_that_arrive_are_in_sight_at_once(service: Service, size: tuple[int, int]) -> None:
    async with walking(replace(service, engine=HeldEngine()), size) as walk:
        engine = await creating(walk, "screen")
        arrived = created(token=SecretStr("00only-on-this-screen"))
        await told(walk, engine, KeysArrived(arrived))
        await walk.press("ctrl+r")
        await walk.settled()
        box = walk.screen.query_one("#secrets", Static)
        assert "00only-on-this-screen" in str(box.render())
        assert walk.screen.query_one("#body").region.contains_region(box.region)
        step = walk.app.step
        hints = str(walk.screen.query_one("#hints", Static).render())
        assert all(key in hints and key in HIDDEN for key in ("F2", "Ctrl+Y"))
        assert {"F2, Ctrl+R", "Ctrl+Y"} <= set(key_help.page(step, step.key_words))
        engine.end(arrived)
        await walk.until(DoneStep)


@pytest.mark.full
async def test_a_finding_that_is_wrapped_goes_on_under_its_words(service: Service) -> None:
    async with walking(replace(service, engine=HeldEngine())) as walk:
        engine = await creating(walk, "file")
        await told(walk, engine, Progress("check", "warning", f"Right to create: {'unproven ' * 12}"))
        doing = walk.screen.query_one("#doing", StaticText)
        lines = "".join(segment.text for line in doing.render_lines(doing.size.region) for segment in line)
        rows = [lines[at : at + doing.size.width] for at in range(0, len(lines), doing.size.width)]
        assert [row[:3] for row in rows] == ["Rig", "  u"]

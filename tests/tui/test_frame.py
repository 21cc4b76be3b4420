"""The frame around the steps: sizes, help, leaving, the draft on disk, the guard before it all."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Key, Paste
from textual.widgets import Button, Static

from orgwizard.application.service import Service
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation.progress_text import KEYS_ARRIVED
from orgwizard.presentation.wizard.step_order import TITLES
from orgwizard.storage.drafts import Drafts
from orgwizard.ui.tui.app import Wizard
from orgwizard.ui.tui.navigation import all_steps
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.create import CreateStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.start import StartStep
from orgwizard.ui.tui.screens.store import StoreStep
from orgwizard.ui.tui.terminal.environment import prepare
from orgwizard.ui.tui.widgets.dialogs import Ask, Confirm
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.pages import Page
from tests.storage.test_drafts import NONSENSE
from tests.tui.bench import StillEngine, bench, fronted
from tests.tui.textual_inside import notifications
from tests.tui.walk import Walk, walking

SIZES = [(80, 24), (60, 18)]


def test_the_screens_are_the_steps_in_their_order() -> None:
    assert list(all_steps()) == list(TITLES)
    assert [(step.number, step.heading) for step in all_steps().values()] == list(enumerate(TITLES.values(), 1))


@pytest.mark.full
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("provider", ["okta", "datadog"])
async def test_buttons_and_focus_are_in_sight_at_every_size(
    service: Service, size: tuple[int, int], provider: str
) -> None:
    async with walking(service, size) as walk:
        for step in (SiteStep, OrganizationStep, AdministratorStep, StoreStep, ReviewStep):
            await walk.jump(step, provider)
            region = walk.screen.region
            assert all(region.contains_region(button.region) for button in walk.screen.query("#buttons Button"))
            assert walk.screen.focused is not None
            assert region.overlaps(walk.screen.focused.region)


@pytest.mark.full
@pytest.mark.parametrize("provider", ["okta", "datadog"])
async def test_every_step_is_whole_at_80_by_23(service: Service, provider: str) -> None:
    async with walking(service, (80, 23)) as walk:
        for step in (SiteStep, OrganizationStep, AdministratorStep, StoreStep, ReviewStep):
            await walk.jump(step, provider)
            assert walk.screen.query_one("#body").max_scroll_y == 0, step


@pytest.mark.full
@pytest.mark.parametrize("size", SIZES)
async def test_the_field_in_use_and_what_is_wrong_with_it_are_in_sight(service: Service, size: tuple[int, int]) -> None:
    async with walking(service, size) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.press("down", "down")  # the method with the most fields
        for field in walk.screen.query(Field):
            field.entry.focus()
            await walk.write("?")
            await walk.settled()
            assert walk.screen.query_one("#body").region.contains_region(field.region), field.question.title


@pytest.mark.full
async def test_an_error_that_takes_more_lines_than_there_were_scrolls_into_sight(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_site()
        await walk.press("down", "tab", "end", "tab")
        await walk.write("okta.com")
        await walk.press("ctrl+n")
        field = walk.screen.query_one("#site-datadog").query_one(Field)
        assert field.has_class("-wrong")
        assert field.query_one(".note").region.height > 1
        assert walk.screen.query_one("#body").region.contains_region(field.region)


async def test_a_tiny_terminal_says_which_size_is_needed(service: Service) -> None:
    async with walking(service, (50, 15)) as walk:
        shown = [static for static in walk.screen.query(Static) if "too small" in str(static.render())]
        assert [static.display for static in shown] == [True]
        await walk.pilot.resize_terminal(80, 24)
        await walk.pilot.pause()
        assert [static.display for static in shown] == [False]


@pytest.mark.full
async def test_below_the_smallest_size_a_creation_is_said_to_go_on(tmp_path: Path) -> None:
    async with walking(bench(tmp_path, engine=StillEngine()), size=(59, 18)) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.app.navigator.go("create")
        await walk.until(CreateStep)
        over = walk.screen.query_one(".too-small", Static)
        assert (str(over.render()).endswith("; the creation continues."), over.display) == (True, True)


@pytest.mark.full
@pytest.mark.parametrize("key", ["f1", "ctrl+g"])
async def test_help_lists_the_keys_of_the_step(service: Service, key: str) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press(key)
        assert isinstance(walk.screen, Page)
        assert "the exact request" in walk.text()
        await walk.press("escape")
        assert isinstance(walk.screen, ReviewStep)


@pytest.mark.full
async def test_every_button_of_a_step_has_an_action(service: Service) -> None:
    async with walking(service) as walk:
        for step in (SiteStep, OrganizationStep, ReviewStep):
            await walk.jump(step, "okta")
            for button in walk.screen.query("#buttons Button").results(Button):
                assert hasattr(walk.screen, f"action_{button.id}")


# ---- leaving ----


@pytest.mark.full
async def test_leaving_asks_where_something_was_typed(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta")
        await walk.press("ctrl+q", "ctrl+q")
        assert isinstance(walk.screen, Ask)
        await walk.press("escape")
        assert isinstance(walk.screen, OrganizationStep)
        await walk.press("ctrl+q", "right", "enter")
        assert walk.app.return_code == 130


async def test_the_button_that_quits_quits(service: Service) -> None:
    async with walking(service) as walk:
        walk.screen.query_one("#quit", Button).press()
        await walk.settled()
        assert walk.app.return_code == 130


async def test_leaving_the_start_asks_nothing(service: Service) -> None:
    async with walking(service) as walk:
        await walk.press("ctrl+q")
        assert walk.app.return_code == 130


async def test_news_that_are_longer_than_the_line_are_wrapped(service: Service) -> None:
    async with walking(service, (60, 18)) as walk:
        news = walk.screen.query_one("#message", Static)
        for words, rows in ((KEYS_ARRIVED, 2), ("Copied.", 1)):
            walk.app.say(words)
            await walk.settled()
            assert news.region.height == rows
            assert news.region.bottom == walk.screen.query_one("#buttons").region.y


# ---- the draft ----


async def test_the_draft_is_saved_on_the_way_without_secrets(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta", "StoredKeys")
        await walk.press("escape")
        await walk.settled()
    saved = service.drafts.load()
    assert saved is not None
    assert saved.section("organization")["name"] == "StoredKeys"
    assert saved.sections["okta"]["credentials.api-token"] == {}


@pytest.mark.full
async def test_a_saved_draft_is_replaced_only_when_something_is_typed_about_another_org(service: Service) -> None:
    draft = Draft("datadog")
    draft.section("organization")["name"] = "Precious"
    service.drafts.save(draft)
    async with walking(service) as walk:
        for _ in range(2):
            await walk.press("down", "enter")  # below "Continue the draft" is "Create a new org"
            await walk.until(SiteStep)
            await walk.press("escape")
            await walk.until(StartStep)
            saved = service.drafts.load()
            assert saved is not None
            assert saved.section("organization")["name"] == "Precious"
        await walk.press("down", "enter")
        await walk.to_organization("datadog")
        await walk.write("Next")
        await walk.press("escape")
        await walk.until(ConnectStep)
    saved = service.drafts.load()
    assert saved is not None
    assert saved.section("organization")["name"] == "Next"


@pytest.mark.full
async def test_a_draft_that_cannot_be_saved_is_said_and_stops_nobody(service: Service, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with walking(replace(service, drafts=Drafts(tmp_path / "file"))) as walk:
        await walk.jump(OrganizationStep, "okta")
        walk.app.on_step_changed()
        walk.app.drafts.now()
        assert "The draft could not be saved:" in walk.text()


def edited(nonsense: object) -> None:
    """Put a draft on the disk as somebody may have edited it."""
    folder = Path("orgwizard/state/drafts")
    folder.mkdir(parents=True, mode=0o700)
    (folder / "a.json").write_text(json.dumps(nonsense))


@pytest.mark.full
@pytest.mark.parametrize("nonsense", NONSENSE[::4])
async def test_a_draft_that_was_edited_into_nonsense_ends_no_screen(service: Service, nonsense: object) -> None:
    edited(nonsense)
    async with walking(service) as walk:
        await walk.press("enter")
        await walk.settled()
        if not walk.draft.provider:  # it was set aside
            return
        for name in list(all_steps())[:6]:
            walk.app.session.parent.settle_method()
            await walk.app.navigator.go(name)
            await walk.settled()
        assert walk.app.crash == []


# ---- the guard ----


def test_the_guard_removes_what_would_write_keys_down() -> None:
    environ = {"TEXTUAL": "devtools", "TEXTUAL_LOG": "keys", "TEXTUAL_ANIMATIONS": "none", "TERM": "xterm"}
    prepare(environ)
    assert environ == {"TEXTUAL_ANIMATIONS": "none", "TERM": "xterm", "ESCDELAY": "400"}


# ---- bursts of keys ----


@pytest.mark.full
async def test_keys_of_one_burst_find_the_focus_where_the_key_before_put_it(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")
        for field in ("first_name", "last_name", "email"):
            await walk.fill(field, "")
        walk.screen.set_focus(walk.entry("first_name"))
        for key in ("A", "tab", "L", "enter", "m"):
            walk.app.post_message(Key(key, key if len(key) == 1 else None))
        await walk.pilot.pause()
        await walk.app.typeahead.idle.wait()
        await walk.settled()
        assert [walk.entry(field).value for field in ("first_name", "last_name", "email")] == ["A", "L", "m"]


async def test_keys_that_are_typed_before_the_first_step_is_up_reach_it(service: Service) -> None:
    app = Wizard(fronted(service))
    for key in ("tab", "a", "c", "m", "e"):
        app.post_message(Key(key, key if len(key) == 1 else None))
    async with app.run_test() as pilot:
        await pilot.pause()
        await app.typeahead.idle.wait()
        assert app.session.draft.site == "acme"


async def test_text_after_the_last_enter_never_lands_in_the_step_before(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "datadog", "Org")
        for key in ("ctrl+n", "x", "y"):
            walk.app.post_message(Key(key, key if len(key) == 1 else None))
        await walk.until(AdministratorStep)
        assert walk.draft.section("organization")["name"] == "Org"


def burst(walk: Walk, text: str, *, gap: float = 0.0) -> None:
    """Send keys as a terminal does that does not mark pastes, each *gap* seconds after the one before."""
    for number, letter in enumerate(text):
        key = Key("enter", "\r") if letter == "\n" else Key(letter, letter)
        key.time = number * gap
        walk.app.post_message(key)


async def came(walk: Walk) -> None:
    await walk.pilot.pause()
    await walk.app.typeahead.idle.wait()
    await walk.settled()


PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n"


@pytest.mark.full
async def test_a_burst_of_lines_is_a_paste_into_one_field(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.press("down", "down")
        before = walk.entry("key_id").value
        walk.screen.set_focus(walk.entry("private_key"))
        burst(walk, PEM, gap=0.002)
        await came(walk)
        assert walk.entry("private_key").value == " ".join(PEM.split("\n")).strip()
        assert (walk.entry("key_id").value, walk.screen.focused) == (before, walk.entry("private_key"))
        assert isinstance(walk.screen, ConnectStep)


async def test_a_key_behind_a_burst_does_what_it_does(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "datadog", "")
        burst(walk, "A name of several lines\nof which the first one, and no other of them,\nis the name\n")
        walk.app.post_message(Key("ctrl+n", None))
        await walk.until(AdministratorStep)
        assert walk.draft.section("organization")["name"] == "A name of several lines"


async def test_spaces_at_the_ends_of_a_burst_are_typed(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "datadog", "")
        burst(walk, "A")
        await came(walk)
        burst(walk, " name with more characters than are typed at once ")
        await came(walk)
        burst(walk, "here")
        await came(walk)
        assert walk.entry("name").value == "A name with more characters than are typed at once here"


@pytest.mark.full
async def test_answers_that_are_typed_ahead_on_a_slow_line_are_keys(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")
        for field in ("first_name", "last_name", "email"):
            await walk.fill(field, "")
        walk.screen.set_focus(walk.entry("first_name"))
        burst(walk, "Ada Augusta\nKing-Noel\nada.king@example.com\n")
        await came(walk)
        answers = [walk.entry(name).value for name in ("first_name", "last_name", "email")]
        assert answers == ["Ada Augusta", "King-Noel", "ada.king@example.com"]


@pytest.mark.full
async def test_keys_that_a_person_types_while_the_screen_is_busy_are_keys(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")
        for field in ("first_name", "last_name"):
            await walk.fill(field, "")
        walk.screen.set_focus(walk.entry("first_name"))
        burst(walk, "Ada Augusta Anne Noel\nKing-Noel Countess of Lovelace", gap=0.1)
        await came(walk)
        assert walk.entry("last_name").value == "King-Noel Countess of Lovelace"


@pytest.mark.full
async def test_enter_behind_one_long_line_goes_on(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")
        walk.screen.set_focus(walk.entry("first_name"))
        await walk.fill("first_name", "")
        burst(walk, "Pablo Diego Jose Francisco de Paula\n")
        await came(walk)
        assert walk.entry("first_name").value == "Pablo Diego Jose Francisco de Paula"
        assert walk.screen.focused is walk.entry("last_name")


# ---- a terminal that is too small ----


async def test_where_nothing_can_be_seen_keys_do_nothing(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "datadog", "Org")
        await walk.pilot.resize_terminal(59, 18)
        await walk.write("xyz")
        walk.app.post_message(Paste("pasted"))
        await walk.press("ctrl+n", "ctrl+q")
        assert walk.draft.section("organization")["name"] == "Org"
        assert isinstance(walk.screen, OrganizationStep)
        await walk.pilot.resize_terminal(80, 24)
        await walk.write("x")
        assert walk.draft.section("organization")["name"] == "Orgx"


async def test_a_dialog_that_has_no_room_says_so_and_creates_nothing(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("ctrl+n")
        await walk.write("create")
        await walk.pilot.resize_terminal(40, 10)
        await walk.press("enter")
        assert isinstance(walk.screen, Confirm)
        assert walk.screen.query_one(".too-small").display
        assert service.journal.all() == []


@pytest.mark.full
async def test_ctrl_c_names_the_key_that_quits_and_shows_nothing_of_textuals(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ReviewStep, "okta")
        await walk.press("ctrl+c")
        assert "Ctrl+Q" in str(walk.screen.query_one("#message", Static).render())
        assert not notifications(walk.app)

"""Text of users and services is literal and drives nothing; and each private hook of Textual still is one."""

import codecs
import gc
import weakref
from typing import Any

import pytest
import textual.drivers.linux_driver as driver
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.widgets import Button

from orgwizard.application.service import Service
from orgwizard.domain.errors import NeedsAttention
from orgwizard.domain.events import Result
from orgwizard.domain.org import Created
from orgwizard.providers.findings import Preflight
from orgwizard.ui.tui.app import Wizard
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.terminal.output_filters import Ascii, Scrub, forget_widgets, replace_bad_bytes
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.lists import button
from orgwizard.ui.tui.widgets.pages import Page
from tests.tui.bench import fronted
from tests.tui.textual_inside import StylesCache, drawn_lines, last_words
from tests.tui.walk import walking

EVIL = "[red]x[/nope] [@click=app.quit]q[/] \x1b[31m\x1b]52;c;eA==\x07 \x9b2J \u202eesrever"
DRIVES = frozenset(map(chr, (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x200E, *range(0x202A, 0x202F))))


def drawn(app: App[Any]) -> str:
    """Return every character that reaches the terminal, line by line."""
    lines = drawn_lines(app.screen)
    filters = app.get_line_filters()
    background = Color(0, 0, 0)
    for line_filter in filters:
        lines = [line.apply_filter(line_filter, background) for line in lines]
    return "\n".join(line.text for line in lines)


def harmless(text: str) -> bool:
    return not DRIVES & set(text.replace("\n", ""))


def test_scrub_keeps_the_text_and_its_width() -> None:
    (segment,) = Scrub().apply([Segment(f"a{EVIL}é世", Style())], Color(0, 0, 0))
    assert harmless(segment.text)
    assert "[red]x[/nope]" in segment.text
    assert segment.cell_length == Segment(f"a{EVIL}é世").cell_length


def test_ascii_keeps_the_width() -> None:
    (segment,) = Ascii().apply([Segment("é ─━ • 世 …")], Color(0, 0, 0))
    assert segment.text == "e -= * ?? ."


async def test_what_a_user_types_is_literal(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta", EVIL)
        assert "[red]x[/nope]" in drawn(walk.app)
        assert harmless(drawn(walk.app))
        await walk.press("ctrl+n")
        assert "nvisible character" in walk.text()
        await walk.jump(ReviewStep, "okta", EVIL)
        assert "[red]x[/nope]" in drawn(walk.app)
        assert harmless(drawn(walk.app))


async def test_what_a_service_says_is_literal(service: Service) -> None:
    org = Created(EVIL, EVIL, EVIL)
    result = Result("created", "okta", EVIL, EVIL, org=org, error=NeedsAttention(EVIL, EVIL), next_steps=(EVIL,))
    async with walking(service) as walk:
        walk.app.session.parent.checked = Preflight(EVIL)
        walk.draft.provider = "okta"
        await walk.app.push_screen(DoneStep(walk.app.session, result))
        assert "[red]x[/nope]" in drawn(walk.app)
        assert harmless(drawn(walk.app))
        await walk.app.push_screen(Page(EVIL, [EVIL]))
        assert harmless(drawn(walk.app))


async def test_ascii_draws_nothing_beyond_it(service: Service) -> None:
    async with walking(service, ascii_only=True) as walk:
        await walk.to_site()
        assert drawn(walk.app).isascii()


# ---- the private hooks ----


def test_bytes_that_are_not_utf8_do_not_end_the_program() -> None:
    replace_bad_bytes()
    decode = vars(driver)["getincrementaldecoder"]("utf-8")().decode
    assert decode(b"\xe9t\xe9", final=True) == "\ufffdt\ufffd"
    assert codecs.getincrementaldecoder("utf-8")


async def test_a_fault_is_reported_without_values(service: Service) -> None:
    app = Wizard(fronted(service))
    with pytest.raises(RuntimeError):
        await _run_into_a_fault(app)
    assert "RuntimeError at test_safety.py" in app.crash[0]
    assert "canary" not in last_words(app)


async def _run_into_a_fault(app: Wizard) -> None:
    async with app.run_test() as pilot:
        app.call_later(_fail, "canary")
        await pilot.pause()


def _fail(secret: str) -> None:
    raise RuntimeError(secret)


async def test_leaving_from_another_thread_reaches_the_loop(service: Service) -> None:
    app = Wizard(fronted(service))
    async with app.run_test() as pilot:
        app.leave_from_elsewhere(143)
        await pilot.pause()
    assert app.return_code == 143


async def test_an_empty_field_draws_its_line(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "datadog", "")
        assert isinstance(walk.screen.focused, Entry)
        assert "for example My child org____" in drawn(walk.app)


async def test_styles_are_made_in_place_and_not_in_constructors(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with walking(service) as walk:
        styled: list[Any] = []
        monkeypatch.setattr(walk.app.stylesheet, "update_nodes", lambda nodes, **_: styled.extend(nodes))
        made = button("Next", "next")
        made.add_class("-wrong")
        assert styled == []
        there = walk.screen.query(Button).first()
        there.add_class("-wrong")
        assert there in styled


async def test_a_step_that_was_left_moves_its_cursor_no_more(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "okta")
        left, field = walk.screen, walk.screen.focused
        await walk.jump(ReviewStep, "okta")
        left.set_focus(None)
        assert left.focused is field


@pytest.mark.full
def test_what_a_widget_drew_is_not_kept_after_it() -> None:
    forget_widgets()
    forget_widgets()
    drawing, black, red = StylesCache(), Color(0, 0, 0), Color(255, 0, 0, 0.5)
    inner, outer = drawing.get_inner_outer(black, red)
    assert (inner.background, outer.background) == (black + red, black)
    gone = weakref.ref(drawing)
    del drawing
    gc.collect()
    assert gone() is None

"""The result as a card to act on: all of it in sight, facts copied by a key, commands to run word for word."""

import shlex
from dataclasses import replace
from typing import Any

import pytest
from textual.widgets import Button

from orgwizard.application.service import Service
from orgwizard.cli import parser
from orgwizard.domain.events import SANDBOX_ORG, Result
from orgwizard.domain.org import Created
from orgwizard.presentation.attempts import next_commands
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.widgets.columns import Prose, at_slashes
from orgwizard.ui.tui.widgets.frame import Body
from orgwizard.ui.tui.widgets.pages import Commands
from tests.tui.textual_inside import drawn_lines
from tests.tui.walk import Walk, walking, words_of

URL = "https://my-child-org.okta.com"
LONG = "/home/somebody/with-a-long-name/.local/share/orgwizard/keys/okta-my-child-org.toml"


def a_result(provider: str = "okta", **facts: object) -> Result:
    org = Created("00o1", "My Child Org", URL)
    site = {"okta": "https://acme.okta.com", "datadog": "datadoghq.com"}[provider]
    known = {"ready": True, "org": org, "stored": {"file": LONG}, "profile": "my-child", "options": "--sandbox"}
    return Result("created", provider, site, "My Child Org", **{**known, **facts})  # type: ignore[arg-type]


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to the terminal's clipboard."""
    texts: list[str] = []
    monkeypatch.setattr("textual.app.App.copy_to_clipboard", lambda _, text: texts.append(text))
    return texts


async def shown(walk: Walk, result: Result) -> None:
    await walk.app.switch_screen(DoneStep(walk.app.session, result))
    await walk.until(DoneStep)


@pytest.mark.full
@pytest.mark.parametrize("provider", ["okta", "datadog"])
async def test_a_good_end_is_whole_at_80x23_and_its_buttons_are_in_sight_at_60x18(
    service: Service, provider: str
) -> None:
    async with walking(service, (80, 23)) as walk:
        await walk.done(provider)
        result = walk.app.session.run.result
        assert result
        assert {"Admin", "Key expires"} <= set(result.access)
        steps = tuple(step for step in result.next_steps if step != SANDBOX_ORG)  # as at the services themselves
        await shown(walk, replace(result, stored={"file": LONG}, next_steps=steps))
        assert not walk.screen.query_one("#body", Body).max_scroll_y
        await walk.pilot.resize_terminal(60, 18)
        await walk.settled()
        assert walk.screen.query_one("#body", Body).max_scroll_y
        assert all(button.region.right <= 60 for button in walk.screen.query("#buttons Button").results(Button))


@pytest.mark.full
async def test_url_id_and_key_place_are_copied_whole_by_a_key(service: Service, copied: list[str]) -> None:
    async with walking(service, (60, 18)) as walk:
        await shown(walk, a_result())
        await walk.press("u", "i", "k")
        assert copied == [URL, "00o1", LONG]


@pytest.mark.full
async def test_each_task_shows_commands_that_can_be_copied_one_by_one(service: Service, copied: list[str]) -> None:
    async with walking(service) as walk:
        result = a_result()
        await shown(walk, result)
        for task in next_commands.tasks(result):
            await walk.press(task.key)
            await walk.until(Commands)
            await walk.press("ctrl+y")
            assert copied.pop() == next(iter(task.commands))
            await walk.press("escape")
        await walk.press("ctrl+n")
        await walk.settled()
        assert not isinstance(walk.screen, DoneStep)


@pytest.mark.parametrize("provider", ["okta", "datadog"])
@pytest.mark.parametrize("profile", ["my-child", "my child's"])
def test_every_command_is_one_that_the_command_line_takes(provider: str, profile: str) -> None:
    found = next_commands.tasks(a_result(provider, profile=profile))
    assert [task.key for task in found] == list("stfm")
    for line in [line for task in found for line in task.commands]:
        words = shlex.split(line.removeprefix('eval "$(').removesuffix(')"'))
        assert words[0] == "orgwizard"
        arguments = parser.build().parse_args(words[1:])
        assert (arguments.name, arguments.sandbox) == (profile, True)


@pytest.mark.parametrize("facts", [{"stored": None}, {"stored": {"screen": True}}, {"profile": ""}, {"org": None}])
def test_no_command_is_offered_that_could_not_read_the_keys(facts: dict[str, Any]) -> None:
    assert next_commands.tasks(a_result(**facts)) == []


@pytest.mark.parametrize("width", [20, 30, 47, 76])
def test_a_long_path_is_broken_after_a_slash_and_nowhere_else(width: int) -> None:
    lines = words_of(Prose(f"in the file {LONG} today"), width).splitlines()
    joined = "".join(line.strip() for line in lines)
    assert LONG in joined
    pieces = at_slashes(LONG, width).split("\n")
    assert "".join(pieces) == LONG
    assert all(piece.endswith("/") for piece in pieces[:-1])
    assert all(len(piece) <= width or "/" not in piece[:-1] for piece in pieces)


@pytest.mark.full
@pytest.mark.parametrize(
    ("url", "program", "links"), [(URL, "WezTerm", True), (URL, "", False), ("http://x", "WezTerm", False)]
)
async def test_the_address_can_be_opened_where_the_terminal_does_that_and_reads_the_same(
    service: Service, monkeypatch: pytest.MonkeyPatch, url: str, program: str, links: bool
) -> None:
    for name in ("TMUX", "VTE_VERSION", "KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TERM_PROGRAM", program)
    async with walking(service) as walk:
        await shown(walk, a_result(org=Created("00o1", "My Child Org", url)))
        segments = [segment for line in drawn_lines(walk.screen) for segment in line]
        (address,) = [segment for segment in segments if segment.text.strip() == url]
        assert (address.style is not None and address.style.link == url) is links

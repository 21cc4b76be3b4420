"""What pastes become, what a field never gives away, and lists of pairs."""

import pytest
from textual import events

from orgwizard.desk import Desk
from orgwizard.tui.entry import pasted
from orgwizard.tui.rows import pair_problem
from orgwizard.tui.steps.connect import ConnectStep
from orgwizard.tui.steps.organization import OrganizationStep
from tests.tui.walk import walking


def test_a_key_of_several_lines_is_taken_whole() -> None:
    assert pasted("-----BEGIN X-----\nAb\n-----END X-----\n", many=True) == ("-----BEGIN X----- Ab -----END X-----", "")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("secret", "secret", ""),
        ("secret\n", "secret", ""),
        ("\n\nsecret\r\n", "secret", ""),
        ("  secret ", "secret", "Blanks"),
        ("first\nsecond", "first", "2 lines"),
        ("\n\n", "", "nothing but line ends"),
        ("", "", ""),
    ],
)
def test_a_paste_becomes_one_line_and_says_what_was_left_out(text: str, line: str, said: str) -> None:
    taken, words = pasted(text)
    assert taken == line
    assert said in words


async def test_a_paste_goes_to_the_field_and_never_submits(desk: Desk) -> None:
    async with walking(desk) as walk:
        await walk.jump(OrganizationStep, "datadog", "")
        walk.entry("name").post_message(events.Paste("\nPasted\nSecond\n"))
        await walk.settled()
        assert walk.draft.section("organization")["name"] == "Pasted"
        assert isinstance(walk.screen, OrganizationStep)
        assert "2 lines" in walk.text()


async def test_a_secret_is_never_copied(desk: Desk) -> None:
    async with walking(desk) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "canary")
        await walk.press("home", "shift+end", "ctrl+c", "ctrl+x")
        assert walk.app.clipboard == ""
        assert walk.entry("token").value == "canary"


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], ""),
        ([["", ""]], ""),
        ([["title", "CTO"]], ""),
        ([["title", "a"], ["title", "b"]], "Two rows are called title."),
        ([["", "CTO"]], "A value has no name."),
        ([["title", " "]], "title has no value."),
    ],
)
def test_rows_are_judged_as_rows(pairs: list[list[str]], words: str) -> None:
    assert pair_problem(pairs) == words

"""How many keys an org takes besides what is typed: Enter moves on, and what is known is filled in."""

import pytest
from textual.widgets import Input

from orgwizard.application.service import Service
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.screens.create import CreateStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.widgets.answer_input import Entry
from tests.tui.walk import Walk, walking

FIRST, SECOND = 20, 15
MOST_PRESSES = 100  # then it goes round in circles
TYPED = {  # at Okta, which asks for more
    "site": "acme.okta.com",
    "name": "First Org",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
}


async def created_by_enter(walk: Walk, typed: dict[str, str]) -> int:
    """Go to the result as somebody who types what is asked for, and else presses Enter; return how many keys it took.

    Each field is typed into once, when the focus comes to it and it is empty.
    """
    left, presses = dict(typed), 0
    while not isinstance(walk.screen, DoneStep):
        assert presses < MOST_PRESSES, walk.text()
        focused = walk.app.focused
        if isinstance(focused, Input) and not isinstance(walk.screen, Step):  # the question before creating
            focused.value = "create"
        elif isinstance(focused, Entry) and focused.id and not focused.value:
            field = focused.id.removesuffix("-entry")
            await walk.fill(field, left.pop(field, ""))
        await walk.press("ctrl+n" if isinstance(walk.screen, ReviewStep) else "enter")  # Enter alone never creates
        presses += 1
        await walk.settled()
        if isinstance(walk.screen, CreateStep):
            await walk.until(DoneStep)
    assert left == {}
    return presses


@pytest.mark.full
async def test_a_first_org_and_a_second_one_of_the_same_parent(service: Service) -> None:
    async with walking(service) as walk:
        await walk.press("enter")  # a new org
        first = 1 + await created_by_enter(walk, TYPED)
        await walk.press("ctrl+n")
        await walk.settled()
        second = 1 + await created_by_enter(walk, {"name": "Second Org"})

    assert first <= FIRST
    assert second <= SECOND
    assert sorted(record.name for record in service.journal.all()) == ["First Org", "Second Org"]

"""The line of steps and the head line: every form fits its room, and the parent's name is dropped last."""

from pathlib import Path

import pytest

from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation.wizard.step_order import AHEAD, DONE, HERE, SHORT_TITLES, TITLES, joined, trail
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers.findings import Preflight
from tests.tui.bench import bench, fronted


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("width", [56, 76])
def test_the_steps_fit_at_every_step(width: int, ascii_only: bool) -> None:
    assert len(SHORT_TITLES) == len(TITLES)
    for number in range(len(TITLES) + 2):
        steps = trail(number, width, ascii_only=ascii_only)
        assert joined(steps) <= width
        assert [state for state, _ in steps].count(HERE) == (1 <= number <= len(TITLES))
        assert all(words.isascii() for _, words in steps) or not ascii_only


def test_what_is_done_here_and_to_come_differs_in_its_mark() -> None:
    steps = trail(3, 76)
    assert [state for state, _ in steps] == [DONE] * 2 + [HERE] + [AHEAD] * 4
    assert steps[2] == (HERE, "▸ Org")
    assert len({words[0] for _, words in steps}) == 3


def test_the_head_line_drops_the_site_first_and_the_name_of_the_parent_last(tmp_path: Path) -> None:
    service = bench(tmp_path)
    draft = Draft("okta")
    draft.section("parent")["site"] = "acme.okta.com"
    session = WizardSession(fronted(service), draft)
    session.parent.checked = Preflight("Acme", identity="ada@example.com")
    whole = session.parent.place()
    assert whole == "Okta · Acme as ada@example.com · acme.okta.com"
    for width in range(4, len(whole) + 1):
        assert "Acme" in session.parent.place(width)
        assert len(session.parent.place(width)) <= width
    service.engine.close()


def test_steps_that_were_done_stay_done_for_whoever_goes_back() -> None:
    steps = trail(2, 76, furthest=6)
    assert [state for state, _ in steps] == [DONE, HERE, DONE, DONE, DONE, AHEAD, AHEAD]
    assert {state for state, _ in trail(0, 76, furthest=6)} == {AHEAD}

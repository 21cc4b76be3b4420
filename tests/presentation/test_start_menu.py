"""The first screen: at most nine rows, a new org always among them, and one row for each parent."""

import pytest

from orgwizard.presentation.start_menu import ATTEMPT, CONTINUE, MORE, MOST_ROWS, NEW, ORGS, fitted


@pytest.mark.parametrize("attempts", [0, 5, 6, 7, 40])
def test_rows_are_nine_at_most_and_none_is_lost(attempts: int) -> None:
    rows = {f"{ATTEMPT}-{n}": f"org {n}: outcome unknown" for n in range(attempts)}
    rows |= {CONTINUE: "Resume draft", NEW: "Create a new org", ORGS: "Orgs and attempts"}
    shown = fitted(rows)
    assert len(shown) <= MOST_ROWS
    assert {CONTINUE, NEW} <= set(shown)
    hidden = len(rows) - len([name for name in shown if name != MORE])
    assert shown.get(MORE, "") == (f"More ({hidden})" if hidden else "")

"""All about an attempt: every fact that the journal has, and none that an edited file breaks."""

from typing import Any, get_args

import pytest

from orgwizard.presentation.attempts import attempt_details
from orgwizard.storage.attempts.record import State
from tests.presentation.test_report import NASTY, NOW, a_record, clean


def details(state: str = "ready", **facts: Any) -> dict[str, str]:
    return dict(attempt_details.facts(a_record(state, **facts), NOW))


def test_a_fact_that_is_not_known_has_no_row() -> None:
    assert set(details("requested")) == {"Attempt", "Target"}


@pytest.mark.parametrize("state", get_args(State))
def test_every_state_has_a_mark_and_clean_lines(state: str) -> None:
    record = a_record(state, name=NASTY, message=NASTY, org={"id": NASTY, "url": NASTY}, damage=NASTY)
    assert attempt_details.mark(record) in "✓?-!"
    assert clean([attempt_details.title(record), *dict(attempt_details.facts(record, NOW)).values()])


@pytest.mark.parametrize("at", [1e300, float("nan"), -1e18])
def test_a_time_that_is_none_is_left_out(at: float) -> None:
    assert "Sent" not in details(sent_at=at)


@pytest.mark.parametrize(
    ("stored", "place"),
    [
        ({"file": "/keys/a.toml"}, "/keys/a.toml"),
        ({"keyring": "orgwizard/a", "entries": {"token": "a/token"}}, "a/token"),
        ({"keyring": "orgwizard/a"}, "orgwizard/a"),
        ({"screen": True}, ""),
        (None, ""),
        ("odd", ""),
    ],
)
def test_the_place_of_the_keys_can_be_copied(stored: Any, place: str) -> None:
    assert attempt_details.copies(a_record(stored=stored))["k"] == place


def test_a_record_that_cannot_be_read_names_its_file() -> None:
    assert details("damaged", damage="Its first line cannot be read.")["File"].startswith("a.jsonl. Its first")

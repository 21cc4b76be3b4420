"""The first screen: at most nine rows, a new org always among them, one row for each parent, and what moves it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orgwizard.application.service import Service
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.domain.text.moment import when
from orgwizard.presentation.wizard.parent_rows import NOT_SAVED
from orgwizard.presentation.wizard.start_menu import (
    ATTEMPT,
    CONTINUE,
    MORE,
    MOST_ROWS,
    NEW,
    ORGS,
    PROBLEMS,
    PROFILE,
    StartMenu,
    fitted,
)
from orgwizard.storage.profiles import Org, Profile
from tests.attempts import new_attempt
from tests.tui.bench import bench, fronted
from tests.tui.walk import ANSWERS

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)  # of the bench's clock
TOKEN = Reference(env="OKTA_CLIENT_TOKEN")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = bench(tmp_path)
    yield made
    made.engine.close()


def menu(service: Service, saved: Draft | None = None) -> StartMenu:
    return StartMenu(fronted(service), saved)


@pytest.mark.parametrize("attempts", [0, 5, 6, 7, 40])
def test_rows_are_nine_at_most_and_none_is_lost(attempts: int) -> None:
    rows = {f"{ATTEMPT}-{n}": f"org {n}: outcome unknown" for n in range(attempts)}
    rows |= {CONTINUE: "Resume draft", NEW: "Create a new org", ORGS: "Orgs and attempts"}
    shown = fitted(rows)
    assert len(shown) <= MOST_ROWS
    assert {CONTINUE, NEW, ORGS} <= set(shown)
    hidden = len(rows) - len([name for name in shown if name != MORE])
    assert shown.get(MORE, "") == (f"More ({hidden})" if hidden else "")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "today, 03:04 UTC"),
        (NOW - timedelta(hours=3, minutes=5), "yesterday, 23:59 UTC"),
        (NOW - timedelta(days=2), "2025-12-31, 03:04 UTC"),
        (NOW.astimezone(datetime.fromisoformat("2026-01-01T00:00:00+09:00").tzinfo), "today, 03:04 UTC"),
    ],
)
def test_a_moment_is_told_by_its_day(at: datetime, words: str) -> None:
    assert when(at, NOW) == words


def test_an_attempt_is_told_with_its_time(service: Service) -> None:
    service.journal.requested(new_attempt("okta", "https://acme.okta.com", "Doubtful")).close()
    assert menu(service).rows()[f"{ATTEMPT}-0"].endswith("(today, 03:04 UTC)")


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        ("site", "Mine at Okta (step 1 of 7)"),
        ("credentials", "Mine at acme.okta.com (step 2 of 7)"),
        ("organization", "acme.okta.com (step 3 of 7)"),
        ("administrator", "Mine at acme.okta.com (step 4 of 7)"),
        ("", "Mine at acme.okta.com (step 6 of 7)"),
    ],
)
def test_a_draft_is_told_with_the_step_that_it_opens_at(tmp_path: Path, left_out: str, words: str) -> None:
    service = bench(tmp_path, sandbox_values={}, environ={"OTHER_TOKEN": "00token-of-the-parent"})
    draft = Draft("okta")
    draft.section("parent").update(ANSWERS["okta"]["parent"])
    if left_out != "credentials":
        draft.credentials["token"] = Reference(env="OTHER_TOKEN")
    if left_out != "organization":
        draft.section("organization")["name"] = "Mine"
    if left_out != "administrator":
        draft.section("administrator").update(ANSWERS["okta"]["administrator"])
    if left_out == "site":
        del draft.section("parent")["site"]
    assert menu(service, draft).rows()[CONTINUE] == f"Resume draft for {words}"
    service.engine.close()


@pytest.mark.parametrize(
    ("reached", "number"),
    [("credentials", 2), ("organization", 3), ("administrator", 4), ("store", 5), ("create", 6), ("", 6), ("odd", 6)],
)
def test_a_whole_draft_is_told_with_the_step_that_the_user_came_to(service: Service, reached: str, number: int) -> None:
    draft = Draft("okta")
    for section in ("parent", "administrator"):
        draft.section(section).update(ANSWERS["okta"][section])
    draft.section("organization")["name"] = "Mine"
    if reached:
        draft.reached = reached
    assert menu(service, draft).rows()[CONTINUE].endswith(f"(step {number} of 7)")


def test_a_draft_is_told_with_its_date_and_opens_with_what_the_sandbox_offers(service: Service) -> None:
    draft = Draft("okta")
    draft.section("parent").update(ANSWERS["okta"]["parent"])
    draft.section("organization")["name"] = "Mine"
    service.drafts.save(draft)
    saved = service.drafts.saved_at
    assert saved is not None
    assert menu(service, draft).rows()[CONTINUE].endswith(f"(step 4 of 7; {when(saved, NOW)})")
    assert draft.credentials == {}


def saved(service: Service, name: str, site: str, provider: str = "okta", **facts: object) -> None:
    org = Org(id="1", name=name, url=f"https://{name}.example")
    one = Profile(name=name, provider=provider, site=site, created=NOW, org=org)
    service.profiles.save(Profile.model_validate({**one.model_dump(), **facts}))


def test_a_parent_has_one_row_however_it_was_connected_to(service: Service) -> None:
    saved(service, "typed", "https://acme.okta.com", method="api-token")
    saved(service, "app", "https://acme.okta.com", method="service-app", created=NOW + timedelta(days=1))
    saved(service, "other", "https://other.okta.com", created=NOW - timedelta(days=1))
    rows = [words for name, words in menu(service).rows().items() if name.startswith(PROFILE)]
    assert rows == [
        "New child of acme.okta.com (same connection as app)",
        "New child of other.okta.com (same connection as other)",
    ]


def test_parents_that_share_a_site_have_a_row_each(service: Service) -> None:
    for name in ("one", "two"):
        keys = {"api_key": Reference(env=f"{name.upper()}_KEY")}
        saved(service, name, "datadoghq.com", "datadog", method="keys", parent=keys)
    assert sum(name.startswith(PROFILE) for name in menu(service).rows()) == 2


def test_parents_that_share_a_site_say_how_they_differ(service: Service) -> None:
    keys = {"api_key": Reference(env="DD_API_KEY"), "application_key": Reference(env="DD_APP_KEY")}
    saved(service, "again", "datadoghq.eu", "datadog", method="keys", parent=keys, created=NOW - timedelta(days=1))
    saved(service, "keys", "datadoghq.eu", "datadog", method="keys", parent=keys)
    saved(service, "token", "datadoghq.eu", "datadog", method="token", created=NOW - timedelta(days=2))
    saved(service, "typed", "datadoghq.eu", "datadog", method="keys", created=NOW - timedelta(days=3))
    saved(service, "odd", "datadoghq.eu", "datadog", method="gone", created=NOW - timedelta(days=4))
    rows = [words for name, words in menu(service).rows().items() if name.startswith(PROFILE)]
    assert len(rows) == len(set(rows)) == 4
    assert ["$DD_API_KEY" in row for row in rows] == [True, False, False, False]
    assert [NOT_SAVED in row for row in rows] == [False, False, True, False]


def test_a_record_that_cannot_be_read_is_told_with_what_to_do(service: Service) -> None:
    with service.journal.requested(new_attempt("okta", "https://acme.okta.com", "Doubtful")) as attempt:
        attempt.path.write_bytes(b"")
    (problem,) = menu(service).problems
    assert str(attempt.path) in problem.words
    assert "mv " in problem.words
    assert PROBLEMS in menu(service).rows()


def test_only_what_moves_on_is_looked_at_again(service: Service) -> None:
    attempt = service.journal.requested(new_attempt("okta", "https://acme.okta.com", "Doubtful"))
    seen = menu(service)
    assert not seen.has_moved()
    attempt.note("sending", sent_at=0)
    assert seen.has_moved()
    seen = menu(service)
    attempt.close()  # as after a kill: nothing is written
    assert seen.has_moved()
    seen = menu(service)
    service.journal.requested(new_attempt("okta", "https://acme.okta.com", "Second")).close()
    assert seen.has_moved()
    assert not menu(service).has_moved()

"""Orgs and attempts, drawn: one is selected, told whole, checked again, copied from, and gone on with."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from orgwizard.application.service import Service
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation.wizard.start_menu import CONTINUE
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.ui.tui.screens.attempts import AttemptsStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.start import StartStep
from orgwizard.ui.tui.widgets.attempt_rows import AttemptRows
from orgwizard.ui.tui.widgets.lists import Menu
from orgwizard.ui.tui.widgets.pages import Page
from tests.attempts import new_attempt
from tests.tui.bench import bench
from tests.tui.walk import Walk, interrupted, walking, words_of

ORG = {"id": "00o1slow", "name": "Slow", "url": "https://slow.okta.com"}


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.chdir(tmp_path)
    return bench(Path("orgwizard"))


def attempted(service: Service, name: str, *events: tuple[str, dict[str, Any]]) -> None:
    with service.journal.requested(new_attempt("okta", f"https://{name}.okta.com", name, mark=name)) as attempt:
        for event, facts in events:
            attempt.note(event, **facts)


def created(service: Service, name: str, result: str = "later") -> None:
    attempted(
        service,
        name,
        ("sending", {"sent_at": 1767323045.0, "sendings": 2}),
        ("answered", {"status": 200, "request_id": "req-17af"}),
        ("created", {"org": ORG, "keys": ["token"]}),
        ("stored", {"stored": {"file": "/home/ada/keys/okta-slow.toml"}}),
        ("profile", {"profile": "okta-slow"}),
        ("ended", {"result": result}),
    )


async def listed(walk: Walk) -> AttemptRows:
    """Go to the list from the start."""
    assert isinstance(walk.screen, StartStep)
    menu = walk.screen.query_one("#start", Menu)
    menu.highlighted = menu.get_option_index("orgs")
    await walk.press("enter")
    await walk.until(AttemptsStep)
    return walk.screen.query_one(AttemptRows)


async def test_all_that_is_known_of_the_selected_one_is_told(service: Service) -> None:
    attempted(service, "second")
    created(service, "slow")
    async with walking(service) as walk:
        await listed(walk)
        told = walk.text()
        for words in (
            "slow: created, readiness not confirmed",
            "started today, 03:04 UTC",
            "slow.okta.com, subdomain slow",
            "today, 03:04 UTC, 2 times in all",
            "HTTP 200, request ID req-17af",
            ORG["id"],
            ORG["url"],
            "/home/ada/keys/okta-slow.toml",
            "okta-slow",
        ):
            assert words in told
        await walk.press("down")
        assert "second: not sent" in walk.text()
        assert "req-17af" not in walk.text()


async def test_id_url_and_path_are_copied_where_there_are_some(service: Service) -> None:
    attempted(service, "second")
    created(service, "slow")
    async with walking(service) as walk:
        await listed(walk)
        found = []
        for key in ("i", "u", "k"):
            await walk.press(key)
            found.append(walk.app.clipboard)
        assert found == [ORG["id"], ORG["url"], "/home/ada/keys/okta-slow.toml"]
        assert "i/u/k copy" in walk.text()
        await walk.press("down", "i")
        assert walk.app.clipboard == found[-1]
        assert "copy" not in str(walk.screen.query_one("#hints", Static).render())


async def test_the_commands_to_go_on_with_are_shown_for_the_sandbox(service: Service) -> None:
    created(service, "slow")
    async with walking(service) as walk:
        await listed(walk)
        await walk.press("n")
        assert isinstance(walk.screen, Page)
        shown = walk.text()
        assert "orgwizard exec okta-slow --sandbox -- sh" in shown.splitlines()
        assert not any(word in shown for word in ("orgwizard disable", "orgwizard check", "orgwizard resume"))
        copied = walk.app.clipboard
        await walk.press("ctrl+y")
        assert walk.app.clipboard != copied
        assert walk.app.clipboard in shown.splitlines()


@pytest.mark.full
async def test_an_open_attempt_is_finished_from_the_list(service: Service) -> None:
    await interrupted(service)
    async with walking(bench(Path("orgwizard"), send=service.send), scenarios=()) as walk:
        await listed(walk)
        await walk.press("enter")
        await walk.until(DoneStep)
        await walk.press("escape")
        await walk.until(AttemptsStep)
        await walk.press("escape")
        await walk.until(StartStep)
        assert CONTINUE not in [option.id for option in walk.screen.query_one("#start", Menu).options]
    assert service.journal.all()[0].state == "ready"


@pytest.mark.full
async def test_the_keys_of_a_finished_org_are_checked_from_the_list(service: Service) -> None:
    async with walking(service, again=True) as walk:
        await walk.done("okta")
    (profile,) = service.profiles.all()[0]
    async with walking(bench(Path("orgwizard"), send=service.send), scenarios=()) as walk:
        await listed(walk)
        await walk.press("enter")
        await walk.said(f"{profile.name} are valid.")
        assert len(service.journal.all()) == 1


async def test_what_is_settled_without_keys_has_nothing_to_check(service: Service) -> None:
    attempted(service, "taken", ("refused", {"message": "Taken."}), ("ended", {"result": "refused"}))
    async with walking(service) as walk:
        await listed(walk)
        assert str(walk.screen.query_one("#hints", Static).render()) == "Esc back · F1 help"
        await walk.press("enter")
        assert isinstance(walk.screen, AttemptsStep)
        assert "Nothing to check" in walk.text()


async def test_back_leads_to_the_start_with_its_draft(service: Service) -> None:
    created(service, "slow")
    draft = Draft("okta")
    draft.section("organization")["name"] = "Half done"
    service.drafts.save(draft)
    async with walking(service) as walk:
        await listed(walk)
        await walk.press("escape")
        await walk.until(StartStep)
        assert any("Half done" in words_of(option.prompt) for option in walk.screen.query_one("#start", Menu).options)


@pytest.mark.full
@pytest.mark.parametrize(("size", "beside"), [((60, 18), False), ((99, 23), False), ((100, 23), True)])
async def test_the_details_stand_beside_the_list_where_there_is_room(
    service: Service, size: tuple[int, int], beside: bool
) -> None:
    created(service, "slow")
    for number in range(12):
        attempted(service, f"more-{number}")
    async with walking(service, size) as walk:
        rows = await listed(walk)
        details = walk.screen.query_one("#attempt")
        assert min(rows.size.height, details.size.height) >= 4
        assert (details.region.y == rows.region.y) is beside
        assert details.region.bottom <= walk.screen.query_one("#buttons").region.y
        assert not walk.screen.query_one("#body").max_scroll_y


@pytest.mark.full
async def test_of_a_long_history_the_newest_come_first_and_the_rest_after_them(service: Service) -> None:
    created(service, "slow", "ready")
    (first,) = service.journal.folder.glob("*.jsonl")
    for number in range(60):
        copy = first.with_name(f"20250101-0000{number:02}-abcd.jsonl")
        copy.write_bytes(first.read_bytes())
        copy.chmod(0o600)
    async with walking(service) as walk:
        rows = await listed(walk)
        await walk.press("down")
        under_cursor = rows.record
        assert under_cursor is not None
        async with asyncio.timeout(20):
            while rows.option_count < 61:
                await walk.pilot.pause()
        assert rows.record is not None
        assert rows.record.id == under_cursor.id
        await walk.press("end")
        assert "20250101-000000-abcd" in walk.text()


async def test_an_attempt_that_moves_on_is_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgwizard.ui.tui.screens.watching.LOOK_SECONDS", 0.1)
    attempt = service.journal.requested(new_attempt("okta", "https://acme.okta.com", "Mine"))
    async with walking(service) as walk:
        await listed(walk)
        assert "Mine: being created by another orgwizard" in walk.text()
        attempt.note("unknown", message="The line broke.")
        attempt.close()
        await walk.said("Mine: outcome unknown")
        assert CREDENTIALS["okta.token"] not in walk.text()


@pytest.mark.full
async def test_attempts_are_found_by_a_part_of_their_name(service: Service) -> None:
    for name in ("first", "second", "third"):
        attempted(service, name)
    async with walking(service) as walk:
        rows = await listed(walk)
        await walk.press("f")
        await walk.write("ECO")
        await walk.press("enter")
        await walk.said("1 of 3 attempts")
        assert (rows.option_count, rows.record and rows.record.name) == (1, "second")
        await walk.press("slash")
        await walk.press("escape")
        await walk.settled()
        assert rows.option_count == 3
        assert (rows.record and rows.record.name) == "second"
        await walk.press("f")
        await walk.write("x")
        await walk.press("enter")
        await walk.said("No attempt matches.")
        await walk.press("enter", "n", "i")
        assert isinstance(walk.screen, AttemptsStep)

"""What pastes become, what a field never gives away, and lists of pairs."""

import asyncio

import pytest
from textual import events
from textual.widgets import Static

from orgwizard.application.administrators import details
from orgwizard.application.service import Service
from orgwizard.storage.profiles import Org, Profile
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.organization import OrganizationStep
from orgwizard.ui.tui.screens.site import SiteStep
from orgwizard.ui.tui.screens.store import StoreStep
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.lists import Choice
from orgwizard.ui.tui.widgets.pages import table
from orgwizard.ui.tui.widgets.pair_table import pair_problem, wrong_row
from tests.tui.walk import walking


def drawn(entry: Entry) -> str:
    return entry.render_line(0).text


async def test_a_paste_goes_to_the_field_and_never_submits(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(OrganizationStep, "datadog", "")
        walk.entry("name").post_message(events.Paste("\nPasted\nSecond\n"))
        await walk.settled()
        assert walk.draft.section("organization")["name"] == "Pasted"
        assert isinstance(walk.screen, OrganizationStep)
        assert "2 lines" in walk.text()


async def test_a_secret_is_never_copied(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "canary")
        await walk.press("home", "shift+end", "ctrl+c", "ctrl+x")
        assert walk.app.clipboard == ""
        assert walk.entry("token").value == "canary"


@pytest.mark.full
async def test_a_secret_that_was_left_shows_its_length_and_of_a_long_one_its_end(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "0123456789-secret-wxyz")
        assert "wxyz" not in drawn(walk.entry("token"))
        await walk.press("tab")
        assert "••••••••wxyz  22 characters" in drawn(walk.entry("token"))
        assert "secret" not in drawn(walk.entry("token"))
        await walk.fill("token", "short-wxyz")
        await walk.press("tab")
        assert "••••••••  10 characters" in drawn(walk.entry("token"))


@pytest.mark.full
async def test_the_button_reveals_every_secret_of_the_step(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "datadog")
        for name in ("api_key", "application_key"):
            await walk.fill(name, f"{name}-canary")
        walk.screen.query_one("#reveal").focus()
        await walk.press("enter")
        assert [drawn(walk.entry(n)).rstrip("_") for n in ("api_key", "application_key")] == [
            "api_key-canary",
            "application_key-canary",
        ]
        await walk.press("enter")
        await walk.settled()
        assert "api_key" not in drawn(walk.entry("api_key"))


@pytest.mark.full
async def test_a_revealed_secret_hides_by_itself(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgwizard.ui.tui.widgets.answer_input.REVEAL_SECONDS", 0.05)
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "canary")
        await walk.press("ctrl+r")
        async with asyncio.timeout(20):
            while not walk.entry("token").password:
                await walk.pilot.pause()


@pytest.mark.full
async def test_several_lines_in_a_key_field_are_a_message(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        before = walk.entry("token").value
        walk.entry("token").post_message(events.Paste("one\ntwo\n"))
        await walk.settled()
        assert walk.entry("token").value == before
        assert "Ignored" in walk.text()


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], ""),
        ([["", ""]], ""),
        ([["title", "CTO"]], ""),
        ([["title", "a"], ["title", "b"]], "title is listed twice."),
        ([["", "CTO"]], "A value has no name."),
        ([["title", " "]], "title has no value."),
    ],
)
def test_rows_are_judged_as_rows(pairs: list[list[str]], words: str) -> None:
    assert pair_problem(pairs) == words


@pytest.mark.full
async def test_an_administrator_of_before_is_taken_with_a_key(service: Service) -> None:
    person = {"first_name": "Bob", "last_name": "Babbage", "email": "bob@example.com"}
    profile = Profile(
        name="okta-first",
        provider="okta",
        site="https://acme.okta.com",
        created=service.clock.wall(),
        org=Org(id="1", name="First", url="https://first.okta.com"),
        details=details(person.items()),
    )
    service.profiles.save(profile)
    async with walking(service) as walk:
        walk.draft.provider = "okta"
        await walk.app.navigator.go("administrator")
        await walk.until(AdministratorStep)
        await walk.fill("first_name", "")
        note = walk.screen.query_one("#first_name .note", Static)
        assert "Ctrl+T: Bob Babbage bob@example.com" in str(note.render())
        await walk.press("ctrl+t")
        await walk.press("tab")
        assert walk.draft.section("administrator") == person
        assert walk.entry("login").value == "bob@example.com"
        assert "Used before" not in str(note.render())


@pytest.mark.parametrize(
    ("pairs", "words", "row"),
    [
        ([["title", "a"], ["city", "b"], ["title", "c"]], "title is listed twice.", 2),
        ([["title", "a"], ["", "CTO"]], "A value has no name.", 1),
        ([["title", " "]], "title has no value.", 0),
        ([["title", "a"], ["countryCode", "xxx"]], "countryCode: 1 character too long (at most 2).", 1),
        ([["title", "a"], ["a-b", "x"]], '"a-b" is not an attribute name: letters, digits and underscores only.', 1),
        ([["title", "a"]], "", None),
        ([["title", "a"]], "Okta rejected a value.", None),
    ],
)
def test_the_row_that_is_wrong_is_known(pairs: list[list[str]], words: str, row: int | None) -> None:
    assert wrong_row(pairs, words) == row


@pytest.mark.full
async def test_a_removed_row_leaves_the_focus_at_its_neighbour_and_a_wrong_one_is_marked(service: Service) -> None:
    async with walking(service) as walk:
        walk.draft.provider = "okta"
        rows = [["title", "a"], ["city", "b"], ["countryCode", "xxx"]]
        walk.draft.section("administrator.rows")["profile"] = rows
        await walk.app.navigator.go("administrator")
        await walk.until(AdministratorStep)
        await walk.press("ctrl+n")

        def marks() -> list[bool]:
            return [row.has_class("-wrong") for row in walk.screen.query(".row")]

        walk.screen.query(".row Entry").last(Entry).value = "long"
        await walk.pilot.pause()
        assert marks() == [False, False, True]
        walk.screen.query(".remove")[1].focus()
        await walk.press("enter")
        assert walk.screen.focused is walk.screen.query(".remove")[1]
        assert marks() == [False, True]
        await walk.press("enter")
        assert walk.screen.focused is walk.screen.query(".remove")[0]
        await walk.press("enter")
        assert walk.screen.focused is walk.screen.query_one(".add")


@pytest.mark.full
async def test_what_is_typed_or_pasted_on_a_list_goes_into_the_field_after_it(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(SiteStep, "okta")
        site = walk.entry("site")
        site.value = ""
        walk.screen.set_focus(walk.screen.query_one("#provider"))
        await walk.write("ab c")
        assert (walk.screen.focused, site.value) == (site, "ab c")
        await walk.jump(ConnectStep, "okta")
        token = walk.entry("token")
        token.value = ""
        walk.screen.set_focus(walk.screen.query_one("#method"))
        walk.screen.query_one("#method").post_message(events.Paste("export OKTA_CLIENT_TOKEN='00canary'\n"))
        await walk.settled()
        assert (walk.screen.focused, token.value) == (token, "00canary")
        assert "Removed: OKTA_CLIENT_TOKEN" in walk.text()


async def test_what_is_typed_on_a_list_without_a_field_goes_nowhere(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(StoreStep, "okta")
        await walk.write("ab")
        assert walk.draft.store == "file"
        assert isinstance(walk.screen.focused, Choice)


@pytest.mark.full
async def test_a_paste_into_a_filled_secret_replaces_it(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "okta")
        await walk.fill("token", "00refused")
        walk.entry("token").post_message(events.Paste("00better"))
        await walk.settled()
        assert walk.entry("token").value == "00better"


@pytest.mark.full
async def test_a_suggestion_is_taken_with_a_key(service: Service) -> None:
    async with walking(service) as walk:
        await walk.to_site()
        await walk.fill("site", "acme")
        await walk.press("ctrl+t")
        assert walk.draft.site == "acme.okta.com"
        await walk.organization("okta")
        await walk.fill("subdomain", "MyChild")
        await walk.press("ctrl+t")
        assert walk.draft.section("organization")["subdomain"] == "my-child"
        await walk.press("ctrl+t")
        assert walk.draft.section("organization")["subdomain"] == "my-child"


@pytest.mark.full
async def test_a_password_is_judged_while_it_is_typed_and_an_answer_waits_for_its_question(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")
        answer = walk.screen.query_one("#recovery_answer")
        assert not answer.display
        assert walk.entry("login").value == "ada@example.com"
        await walk.fill("password", "Abc")
        assert "5 more characters, 0-9." in walk.text()
        await walk.fill("password", "Engine-of-1843")
        assert "Meets Okta's default policy." in walk.text()
        await walk.fill("recovery_question", "Which bird?")
        assert answer.display
        await walk.fill("recovery_answer", "wren")
        await walk.fill("recovery_question", "")
        assert answer.display  # it still has something that is wrong now
        assert answer.has_class("-wrong")
        await walk.fill("recovery_answer", "")
        await walk.press("tab")
        assert not answer.display


async def test_the_field_in_use_has_the_accent_from_the_first_moment(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(AdministratorStep, "okta")

        def accented() -> list[str]:
            labels = {field.id: field.query_one(".label") for field in walk.screen.query(".field")}
            return [str(name) for name, label in labels.items() if label.styles.text_style.bold]

        assert accented() == ["first_name"]
        await walk.press("tab")
        assert accented() == ["last_name"]


async def test_an_empty_secret_is_said_to_have_nothing_to_show(service: Service) -> None:
    async with walking(service) as walk:
        await walk.jump(ConnectStep, "datadog")
        walk.entry("api_key").focus()
        await walk.press("f2")
        await walk.said("Nothing entered yet.")


def test_names_of_keys_stay_in_their_column() -> None:
    lines = table({"Ctrl+W, Ctrl+U, Super+Backspace, Ctrl+K": "delete"}, 24)
    assert lines == ["Ctrl+W, Ctrl+U,         delete", "Super+Backspace,", "Ctrl+K"]

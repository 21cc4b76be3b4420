"""The walk in plain lines: from the beginning to the end, back, refusals, leaving, and going on in the other face."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orgwizard.application.service import Service
from orgwizard.domain.errors import LocalFailure, NeedsConsent
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.http import Call, Response
from orgwizard.presentation.progress_text import KEYS_ARRIVED
from orgwizard.presentation.wizard import start_menu
from orgwizard.sandbox.scenarios import CREDENTIALS, SCENARIOS
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.attempts.writing import Attempt
from orgwizard.storage.stores.secret_stores import FileStore
from orgwizard.storage.stores.store_presets import PRESETS
from orgwizard.storage.stores.vault import Store, Vault
from orgwizard.ui.plain.app import Wizard
from orgwizard.ui.plain.console import Console
from orgwizard.ui.plain.steps.create import Interruption
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from tests.attempts import new_attempt
from tests.plain.lines import Typed
from tests.tui.bench import CountedEngine, DeafEngine, bench, fronted
from tests.tui.walk import walking

Line = str | Callable[[], str]
OKTA_SITE = ("1", "acme.okta.com")
OKTA_CONNECT = ("1", "", "no")
ADMIN = ("Ada", "Lovelace", "ada@example.com", "", "", "", "")
DATADOG_SITE = ("2", "")
DATADOG_CONNECT = ("", "", "", "no")
STORE = ("",)


def okta(name: str = "My Child", *after: Line) -> list[Line]:
    return [*OKTA_SITE, *OKTA_CONNECT, name, "", "", *ADMIN, *STORE, *after]


def datadog(name: str = "My Child", *after: Line) -> list[Line]:
    return [*DATADOG_SITE, *DATADOG_CONNECT, name, "", *STORE, *after]


def walked(
    service: Service, lines: Sequence[Line], draft: Draft | None = None, scenarios: Any = (), **settings: Any
) -> Typed:
    """Walk with these lines typed, to the end; `code` of the terminal is then the exit code."""
    terminal = Typed(*lines, **settings)
    console = Console(terminal)
    terminal.code = Wizard(console, fronted(service, scenarios), draft, Interruption(service.engine, terminal)).run()
    assert terminal.left_over == []
    return terminal


def creations(service: Service) -> int:
    assert isinstance(service.engine, CountedEngine)
    return service.engine.creations


# ---- the whole job ----


@pytest.mark.parametrize(
    ("lines", "parent"),
    [(okta("My Child", "create", ""), "Acme"), (datadog("My Child", "create", ""), "Sandbox Parent")],
)
def test_an_org_from_the_first_line_to_the_profile(service: Service, lines: list[Line], parent: str) -> None:
    terminal = walked(service, lines)
    assert terminal.code == 0
    for number, title in enumerate(("Provider and site", "Connect", "Organization", "Administrator", "New keys"), 1):
        assert f"Step {number} of 7: {title}." in terminal.said
    assert f"Connected: {parent}" in terminal.said
    assert "A private file was written to keys and read back." in terminal.said
    assert "The org was created and is ready. Name: My Child Org URL:" in terminal.said
    (record,) = service.journal.all()
    assert record.state == "ready"
    assert [profile.org.name for profile in service.profiles.all()[0]] == ["My Child"]
    assert service.drafts.load() is None


def test_a_creation_in_which_all_is_well_is_a_few_lines(service: Service) -> None:
    terminal = walked(service, okta("My Child", "create", ""))
    told = terminal.text.partition("Step 7 of 7: Create.\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split(" ")[0] for line in told] == ["Sending", "Okta", "Testing"]
    assert "If you are disconnected" in told[0]
    assert "Safe to close" in told[1]


def test_another_org_begins_at_the_same_parent(service: Service) -> None:
    same_administrator = [""] * len(ADMIN)
    terminal = walked(
        service, okta("First", "create", "1", "Second", "", "", *same_administrator, *STORE, "create", "")
    )
    assert terminal.code == 0
    assert sorted(record.name for record in service.journal.all()) == ["First", "Second"]
    assert terminal.said.count("Step 2 of 7") == 1
    assert terminal.said.count("Enter keeps ada@example.com") == 1


def test_another_org_keeps_the_administrator_and_an_earlier_one_is_taken_by_enter(service: Service) -> None:
    again = ("1", "Second", "", "", *[""] * 7, *STORE, "create", ":quit")
    terminal = walked(service, okta("First", "create", *again))
    assert "First name (required, at most 50 characters, Enter keeps Ada):" in terminal.said
    found = {profile.org.name: profile.details for profile in service.profiles.all()[0] if profile.kind == "child"}
    assert found["First"]["administrator_email"] == found["Second"]["administrator_email"] == "ada@example.com"


@pytest.mark.parametrize("typed", ["", "yes", "c", "creat", "Create it", "0", "99"])
def test_nothing_but_the_word_creates(service: Service, typed: str) -> None:
    terminal = walked(service, datadog("My Child", typed, ":quit"))
    assert (terminal.code, creations(service)) == (130, 0)
    assert 'Nothing is created before you type "create".' in terminal.said


# ---- the way ----


def test_back_from_every_step_loses_nothing(service: Service) -> None:
    terminal = walked(service, datadog("My Child", *[":back"] * 6, ":quit"))
    headings = [line.removeprefix("Step ")[0] for line in terminal.text.splitlines() if line.startswith("Step ")]
    assert headings == [*"123456", *"54321"]
    draft = service.drafts.load()
    assert draft is not None
    assert (draft.site, draft.section("organization")) == ("datadoghq.com", {"name": "My Child"})
    assert "Next" in terminal.said  # from the first step to the beginning


def test_a_line_of_the_review_is_changed_and_the_review_comes_back(service: Service) -> None:
    number = "4"  # the name, after the parent and two keys
    terminal = walked(service, datadog("First", number, "Second", "create", ""))
    assert terminal.code == 0
    assert [record.name for record in service.journal.all()] == ["Second"]
    assert terminal.said.count("Step 4 of 7") == 1


def test_what_is_entered_is_told_at_every_prompt(service: Service) -> None:
    lines = [":review", *OKTA_SITE, ":review", *OKTA_CONNECT, "My Child", ":review", ":quit"]
    terminal = walked(service, lines)
    assert "Nothing is entered yet." in terminal.said
    assert "Name: My Child Subdomain: my-child Not set: Website" in terminal.said
    assert CREDENTIALS["okta.token"] not in terminal.text


def test_the_exact_request_is_told_masked_and_a_plan_is_saved(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "saved.toml"
    terminal = walked(service, okta("My Child", "request", "plan", str(path), "plan", str(path), ":quit"))
    assert "POST https://acme.okta.com/api/v1/orgs\n" in terminal.text
    assert "Authorization: SSWS ********\n" in terminal.text
    assert f"Saved as {path}." in terminal.said
    assert "exists already: nothing was written." in terminal.said
    assert 'name = "My Child"' in path.read_text()
    assert CREDENTIALS["okta.token"] not in terminal.text + path.read_text()


def planned(name: str = "") -> Draft:
    draft = Draft("datadog")
    draft.section("parent").update({"site": "datadoghq.eu", "method": "keys"})
    draft.section("organization").update({"name": name} if name else {})
    return draft


def test_a_whole_plan_opens_at_the_review_once_its_credentials_were_accepted(service: Service) -> None:
    terminal = walked(service, ["create", ""], planned("Planned"))
    assert terminal.code == 0
    assert service.journal.all()[0].site == "datadoghq.eu"
    assert [line[:11] for line in terminal.text.splitlines() if line.startswith("Step ")] == [
        f"Step {number} of 7" for number in (2, 6, 7)
    ]


def test_a_plan_opens_at_the_first_step_that_is_not_complete(service: Service) -> None:
    terminal = walked(service, ["Typed", "", "", "create", ""], planned())
    assert terminal.code == 0
    assert service.journal.all()[0].name == "Typed"


def test_a_plan_without_a_credential_begins_at_that(service: Service) -> None:
    without = replace(service, sandbox_values={}, environ={"DD_API_KEY": CREDENTIALS["datadog.api_key"]})
    draft = planned("Planned")
    draft.section("parent")["site"] = "datadoghq.com"
    terminal = walked(without, [CREDENTIALS["datadog.application_key"], "", ":quit"], draft)
    assert "API key (" not in terminal.said
    assert "Step 6 of 7" in terminal.said


# ---- the site and the connection ----


def test_a_site_that_is_none_is_asked_for_again(service: Service) -> None:
    terminal = walked(service, ["1", "http://acme.okta.com", "https://acme.okta.com\x1b[2J", "acme.okta.com", ":quit"])
    assert "http:// is unencrypted. Use https://." in terminal.said
    assert "This is not a host name or URL." in terminal.said
    assert "Step 2 of 7" in terminal.said
    assert "\x1b" not in terminal.text.replace("\x1b[2J\n", "\n")  # what the terminal itself shows of it aside


def test_no_credential_goes_to_another_host_without_a_yes(service: Service) -> None:
    asked: list[str] = []

    async def send(call: Call) -> Response:
        asked.append(call.origin)
        return Response(200, {}, b"{}")

    watched = replace(service, send=send)
    terminal = walked(watched, ["2", "10", "https://dd.example.com", "", "10", "", "no", ":quit"])
    assert asked == []
    assert "is not a datadoghq.com site. Send your keys there anyway?" in terminal.said
    walked(watched, ["2", "2", "10", "https://dd.example.com", "yes", "", "", "", ":quit"])
    assert set(asked) == {"https://dd.example.com"}


def test_refused_credentials_lead_to_their_field(service: Service) -> None:
    terminal = walked(service, [*OKTA_SITE, "1", "00wrong", ":clear", "no", ":quit"])
    assert "The check failed: the credentials were rejected. The token is not valid." in terminal.said
    assert terminal.said.count("Connect with: ") == 1
    assert "Step 3 of 7" in terminal.said


def test_an_unreachable_parent_may_be_tried_again(service: Service) -> None:
    lines = [*DATADOG_SITE, "", "an-outage-key", "", "yes", "", "no", ":quit"]
    terminal = walked(service, lines)
    assert terminal.said.count("Checking credentials (read-only).") == 2
    assert terminal.said.count("Step 2 of 7") == 2


def test_other_sites_are_asked_only_after_a_yes(service: Service) -> None:
    asked: set[str] = set()

    async def send(call: Call) -> Response:
        asked.add(call.origin)
        known = call.origin == "https://api.us5.datadoghq.com"
        if not known:
            return Response(403, {}, b'{"errors": ["Forbidden"]}')
        return Response(200, {}, b'{"valid": true, "orgs": [{"name": "Acme"}], "data": {"id": "1"}, "included": []}')

    watched = replace(service, send=send)
    walked(watched, [*DATADOG_SITE, "", "", "", "no", ":quit"])
    assert asked == {"https://api.datadoghq.com"}
    terminal = walked(watched, ["2", *DATADOG_SITE, "", "", "", "yes", "yes", "no", ":quit"])
    assert "This key belongs to US5 (us5.datadoghq.com). Connect there?" in terminal.said
    assert "Step 3 of 7" in terminal.said
    draft = service.drafts.load()
    assert draft is not None
    assert draft.site == "us5.datadoghq.com"


def test_a_connection_is_saved_once(service: Service) -> None:
    terminal = walked(service, [*OKTA_SITE, "1", "", "yes", ":back", ":quit"])
    assert "Saved as okta-acme-sandbox." in terminal.said
    terminal = walked(service, ["1", "", "", "", "", ":quit"])
    assert "Save this connection" not in terminal.said
    assert "Step 3 of 7" in terminal.said


def test_a_site_that_is_there_already_is_named_with_its_source(service: Service) -> None:
    there = replace(
        service, sandbox_values={}, environ={"DD_SITE": "datadoghq.eu", "OKTA_CLIENT_ORGURL": "acme.okta.com"}
    )
    terminal = walked(there, ["2", "", ":back", "1", "", ":quit"])
    assert "Default: datadoghq.eu, from $DD_SITE." in terminal.said
    assert "Site, 1 to 10 (Enter for 4)" in terminal.said
    assert "Enter for acme.okta.com, from $OKTA_CLIENT_ORGURL" in terminal.said


def test_a_token_that_expires_unused_is_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    walked(service, okta("My Child", "", "create", ""))
    (profile,) = service.profiles.all()[0]
    service.profiles.replace(profile.model_copy(update={"used": profile.created - timedelta(days=22)}))
    assert "orgwizard check" not in walked(service, [":quit"]).said  # its sandbox has ended
    monkeypatch.setattr(f"{__name__}.fronted", partial(fronted, sandbox=False))
    assert f"orgwizard check {profile.name}" in walked(service, [":quit"]).said


# ---- the store ----


class Broken(Vault):
    """A vault without a keyring."""

    def probe(self, store: Store) -> str:
        if isinstance(store, FileStore):
            return super().probe(store)
        raise LocalFailure("It does not work.", "Choose another store for the keys.")


def test_a_place_that_does_not_work_is_not_taken(service: Service) -> None:
    broken = replace(service, vault=Broken(Path("keys")))
    lines = [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "2", "3", "'", "", "pass insert", "1", ":quit"]
    terminal = walked(broken, lines)
    assert terminal.said.count("It does not work. Choose another store for the keys.") == 2
    assert "A quotation mark is not closed." in terminal.said
    assert "Step 6 of 7" in terminal.said


class PlainText(Vault):
    """A vault whose keyring keeps plain text."""

    def probe(self, store: Store) -> str:
        if store.plan() == "keyring":
            raise NeedsConsent("The keyring keeps keys unencrypted.", "Use it anyway?", "keyring:unencrypted")
        return "It works."


def test_a_keyring_of_plain_text_needs_a_yes(service: Service) -> None:
    lines = [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "2", "no", "2", "yes", ":quit"]
    terminal = walked(replace(service, vault=PlainText(Path("keys"))), lines)
    assert terminal.said.count("The keyring keeps keys unencrypted.") == 2
    assert "Step 6 of 7" in terminal.said


def test_a_named_store_asks_for_its_place(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    here = [preset for preset in PRESETS if preset.name == "az"]
    monkeypatch.setattr("orgwizard.presentation.wizard.store_choices.available", lambda: here)
    lines = [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "3", "a b", "team-keys", ":quit"]
    terminal = walked(replace(service, vault=PlainText(Path("keys"))), lines)
    assert "az requires a valid key vault" in terminal.said
    assert "az:team-keys" in terminal.said


@pytest.mark.parametrize(("number", "chosen"), [("3", "Keys go to: az"), ("4", "Keys go to: the command")])
def test_at_a_stores_further_question_the_review_shows_that_store(
    service: Service, monkeypatch: pytest.MonkeyPatch, number: str, chosen: str
) -> None:
    here = [preset for preset in PRESETS if preset.name == "az"]
    monkeypatch.setattr("orgwizard.presentation.wizard.store_choices.available", lambda: here)
    terminal = walked(service, [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", number, ":review", ":quit"])
    assert chosen in terminal.text.splitlines()


def test_help_explains_every_listed_store(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgwizard.presentation.wizard.store_choices.available", lambda: PRESETS)
    terminal = walked(service, [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", ":help", ":quit"])
    helped = terminal.text.rpartition("Store, 1 to")[0].rpartition("Store, 1 to")[2].splitlines()
    titles = [*(preset.title for preset in PRESETS), "A private file", "The system keyring", "A command"]
    assert all(any(line.startswith(f"{title}: ") for line in helped) for title in titles)


# ---- the end ----


def test_keys_for_the_screen_only_can_be_stored_after_all(service: Service) -> None:
    store = [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "4", "create"]
    terminal = walked(service, [*store, "2", "nowhere", "2", ":back", "2", "", ":quit"])
    (record,) = service.journal.all()
    assert record.stored == {"file": str(next(service.vault.folder.glob("*.toml")))}
    (profile,) = service.profiles.all()[0]
    assert all(source.file for source in profile.secrets.values())
    assert terminal.said.count("Where? file, keyring") == 3
    assert "Quit without the keys?" not in terminal.said


def test_a_refusal_leads_to_the_field_it_is_about(service: Service) -> None:
    first = [*OKTA_SITE, *OKTA_CONNECT, "My Child", "reserved", "", *ADMIN, *STORE]
    terminal = walked(service, [*first, "create", "other", "", "create", ""])
    assert terminal.code == 0
    assert "Nothing was created. The subdomain is a reserved word" in terminal.said
    assert {record.mark: record.state for record in service.journal.all()} == {"other": "ready", "reserved": "refused"}


def test_a_taken_name_is_said_as_soon_as_it_is_known(service: Service) -> None:
    first = [*OKTA_SITE, *OKTA_CONNECT, "My Child", "taken", "", "other", "", *ADMIN, *STORE]
    terminal = walked(service, [*first, "create", ""])
    assert terminal.code == 0
    assert "Subdomain: The subdomain is taken: an org answers at https://taken.okta.com." in terminal.said
    assert "Name: looks available: nothing at https://other.okta.com" in terminal.said


def test_an_unknown_outcome_offers_no_second_try(service: Service) -> None:
    terminal = walked(service, datadog("silent-not-created", "create", ":back", ""))
    assert terminal.code == 5
    assert "It is not known whether the org was created." in terminal.said
    assert "Next: 1. Check again; 2. Quit (Enter for 2)" in terminal.said
    assert "You can't go back from here." in terminal.said
    assert "waiting for the response, 10 s" in terminal.said


def test_an_order_that_is_done_is_checked_and_a_second_org_takes_a_sentence(service: Service) -> None:
    service = replace(service, journal=Journal(service.journal.folder, service.clock))
    walked(service, datadog("My Child", "create", ""))
    terminal = walked(service, ["1", *datadog("My Child", "create", "check", "create  a SECOND my child", "")])
    assert 'Type "check" to see what came of it, "create a second My Child" for a new org' in terminal.said
    assert creations(service) == 2
    assert len(service.journal.all()) == 2


@pytest.mark.full
def test_check_again_looks_at_the_attempt_once_more(service: Service) -> None:
    terminal = walked(service, datadog("silent-not-created", "create", "1", ""))
    assert terminal.said.count("It is not known whether the org was created.") == 2
    assert len(service.journal.all()) == 1


def test_keys_that_are_nowhere_else_are_shown_when_they_come_and_leaving_asks(service: Service) -> None:
    store = [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "4", "create"]
    terminal = walked(service, [*store, "4", "no", "1", ":quit", "no", "4", "yes"])
    assert terminal.code == 0
    assert "only on the screen: copy them now" in terminal.said
    assert "Copy the keys before quitting: they are stored nowhere." in terminal.said
    assert "Safe to quit: the org exists, its keys are stored and its profile is saved." not in terminal.said
    assert "safe on disk" not in terminal.said
    shown = terminal.text.splitlines()
    at = shown.index("API key of the child org, on the next line:")
    assert len(shown[at + 1]) == 32
    assert terminal.said.count("Quit without the keys? They are not saved") == 3
    assert shown.index("API key of the child org, on the next line:") < shown.index("The org was created and is ready.")
    assert "4. Quit (Enter for 4)" in terminal.said


def test_another_org_asks_where_the_only_keys_are_on_the_screen(service: Service) -> None:
    store = [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "4", "create"]
    terminal = walked(service, [*store, "3", "no", "3", ":back", "3", "yes", ":quit"])
    assert terminal.said.count("Start another org without the keys?") == 3
    assert terminal.said.count("Step 3 of 7") == 2


def test_going_back_from_the_question_about_leaving_keeps_the_only_keys(service: Service) -> None:
    store = [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "4", "create"]
    terminal = walked(service, [*store, "4", ":back", "1", "4", "yes"])
    assert terminal.code == 0
    assert "API key of the child org, on the next line:" in terminal.said


def test_the_end_of_input_leaves_after_asking_once(service: Service) -> None:
    store = [*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "4", "create"]
    terminal = walked(service, store)
    assert "Quit without the keys? They are not saved." in terminal.said
    assert terminal.code == 0


def test_a_signal_shows_the_keys_that_are_nowhere_else(service: Service) -> None:
    terminal: Typed

    def ended() -> str:
        terminal.end(143)
        return ""

    terminal = Typed(*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "4", "create", ended)
    code = Wizard(Console(terminal), fronted(service), None, Interruption(service.engine, terminal)).run()
    assert code == 143
    assert "API key of the child org, on the next line:" in terminal.said


class HangsUp(Typed):
    """A terminal that takes no key any more once it was told to show the new ones."""

    def write(self, text: str) -> bool:
        return super().write(text) and KEYS_ARRIVED not in self.text


def test_keys_that_no_terminal_took_are_saved_after_a_hang_up(service: Service) -> None:
    terminal: HangsUp

    def ended() -> str:
        terminal.end(129)
        return ""

    terminal = HangsUp(*DATADOG_SITE, *DATADOG_CONNECT, "My Child", "", "4", "create", ended)
    wizard = Wizard(Console(terminal), fronted(service), None, Interruption(service.engine, terminal))
    assert wizard.run() == 129
    wizard.creating.tell_late(wizard.session)
    (kept,) = (service.vault.folder).iterdir()
    (record,) = service.journal.all()
    assert not record.keys_shown
    assert record.stored == {"file": str(kept)}


def test_a_creation_that_ends_without_a_result_is_not_waited_for(service: Service) -> None:
    engine = DeafEngine()
    with pytest.raises(RuntimeError, match="without a result"):
        walked(replace(service, engine=engine), datadog("My Child", "create"))
    engine.close()


# ---- interruptions ----


def test_ctrl_c_ends_a_prompt_and_keeps_the_draft(service: Service) -> None:
    terminal: Typed
    interruption: Interruption

    def pressed() -> str:
        interruption()
        return ""

    terminal = Typed(*OKTA_SITE, *OKTA_CONNECT, "My Child", pressed)
    interruption = Interruption(service.engine, terminal)
    assert Wizard(Console(terminal), fronted(service), None, interruption).run() == 130
    assert "Your entries are saved for next time, except secrets." in terminal.said
    assert terminal.said.endswith("To continue: orgwizard --plain --sandbox")
    assert (service.drafts.load() or Draft()).section("organization") == {"name": "My Child"}


@pytest.mark.full
def test_ctrl_c_in_a_creation_stores_what_comes_and_a_third_one_gives_it_up(service: Service) -> None:
    sent = threading.Event()

    async def send(call: Call) -> Response:
        if call.once:
            sent.set()
        return await service.send(call)

    for times, code, state in ((1, 6, "later"), (3, 5, "unknown")):
        watched = replace(service, send=send)
        sent.clear()
        terminal = Typed(*(datadog("slow" if times == 1 else "silent-not-created", "create")))
        if times == 3:
            terminal = Typed("2", *terminal.left_over)  # the beginning: a new org
        interruption = Interruption(service.engine, terminal)

        def press(times: int = times, interruption: Interruption = interruption) -> None:
            assert sent.wait(30)
            for _ in range(times):
                interruption()

        pressing = threading.Thread(target=press)
        pressing.start()
        assert Wizard(Console(terminal), fronted(watched), None, interruption).run() == code
        pressing.join()
        assert service.journal.all()[0].state == state
        assert "Quitting once" in terminal.said or times == 3


# ---- the beginning ----


def test_the_beginning_offers_what_there_is(service: Service) -> None:
    service.journal.requested(new_attempt("okta", "https://acme.okta.com", "Doubtful")).close()
    draft = Draft("okta")
    draft.section("organization")["name"] = "Half done"
    service.drafts.save(draft)
    (saved,) = Path("orgwizard").rglob("drafts/*.json")
    os.utime(saved, (service.clock.wall().timestamp(),) * 2)
    Path("orgwizard/profiles").mkdir()
    Path("orgwizard/profiles/bad.toml").write_text("nonsense")
    terminal = walked(service, ["1", "no", "4", "5", "6", ":back", ":quit"], scenarios=SCENARIOS)
    rows = [line for line in terminal.text.splitlines() if line[:2] in ("1.", "2.", "3.", "4.", "5.", "6.")][:6]
    assert rows == [
        "1. Doubtful: not sent (today, 03:04 UTC)",
        "2. Resume draft for Half done at Okta (step 1 of 7; today, 03:04 UTC)",
        "3. Create a new org",
        "4. Orgs and attempts",
        "5. Unreadable files: 1",
        "6. Sandbox test names (trigger errors on purpose)",
    ]
    assert "Doubtful (okta https://acme.okta.com), today, 03:04 UTC: not sent" in terminal.said
    assert "it is not valid TOML" in terminal.said
    assert "Datadog, organization, slow: The response takes 20 seconds." in terminal.said
    assert "This is the first step. :quit quits." in terminal.said


def test_what_will_happen_is_said_where_nothing_is_saved_too(service: Service) -> None:
    terminal = walked(service, [":quit"])
    assert terminal.said.count(start_menu.HOW) == 1


def test_more_than_nine_rows_are_shown_by_more(service: Service) -> None:
    for number in range(12):
        service.journal.requested(new_attempt("okta", f"https://p{number}.okta.com", f"Doubtful {number}")).close()
    terminal = walked(service, ["9", "12", "no", ":quit"])
    first, second = terminal.text.partition("9. More (6)")[::2]
    assert "Doubtful 0" not in first
    assert "12. Doubtful 0: not sent" in second
    assert "Doubtful 0 (okta https://p0.okta.com), today, 03:04 UTC: not sent" in terminal.said


def test_a_draft_that_cannot_be_read_is_said_at_the_beginning(service: Service) -> None:
    folder = Path("orgwizard/state/drafts")
    folder.mkdir(parents=True, mode=0o700)
    (folder / "a.json").write_text("{")
    terminal = walked(service, ["2", ":quit"])
    assert "Unreadable files: 1" in terminal.said
    assert str(folder / "a.unreadable") in terminal.said


def test_a_profile_of_an_earlier_run_begins_a_sister(service: Service) -> None:
    walked(service, okta("First", "create", ""))
    terminal = walked(service, ["2", ":quit"])
    assert "New child of acme.okta.com (same connection as First)" in terminal.said
    assert "Connected: Acme (sandbox) as admin@example.com." in terminal.said
    assert "Step 3 of 7: Organization." in terminal.said


def interrupted(service: Service) -> Record:
    """Create an org, as far as the journal knows up to the moment when its keys were stored; return the record."""
    walked(service, okta("First", "create", ""))
    (record,) = service.journal.all()
    lines = record.path.read_text().splitlines(keepends=True)
    stored = next(at for at, line in enumerate(lines) if '"event": "stored"' in line)
    record.path.write_text("".join(lines[: stored + 1]))
    return service.journal.all()[0]


def test_an_attempt_that_another_process_has_begun_on_leads_back_to_the_start(service: Service) -> None:
    record = interrupted(service)
    rivals: list[Attempt] = []

    def agreed() -> str:
        rivals.append(service.journal.resume(record))
        return "yes"

    terminal = walked(service, ["1", agreed, ":quit"])
    assert "Nothing was sent by this run. Another orgwizard is working on it" in terminal.said.replace(
        f"the attempt {record.id}", "it"
    )
    assert terminal.said.count("Next") == 2
    rivals[0].close()


def test_an_open_attempt_is_taken_up_and_nothing_is_created_again(service: Service) -> None:
    interrupted(service)
    service.drafts.save(Draft("datadog"))
    terminal = walked(service, ["1", "yes", ""])
    assert terminal.code == 0
    assert "The org was created and is ready." in terminal.said
    assert service.journal.all()[0].state == "ready"
    assert service.drafts.load() is not None


# ---- both faces ----


@pytest.mark.full
async def test_what_began_in_lines_goes_on_in_the_drawn_wizard(service: Service) -> None:
    walked(service, [*OKTA_SITE, *OKTA_CONNECT, "Half done", "", "https://half.example", ":quit"])
    service.drafts.release()  # as when its process ends
    async with walking(bench(Path("orgwizard"))) as walk:
        await walk.press("enter")
        await walk.until(AdministratorStep)
        assert walk.draft.site == "acme.okta.com"
        assert walk.draft.section("organization") == {"name": "Half done", "website": "https://half.example"}
        await walk.to_done("okta", "Half done")
        assert "The org was created and is ready." in walk.text()


@pytest.mark.full
async def test_what_began_in_the_drawn_wizard_goes_on_in_lines(service: Service) -> None:
    async with walking(service, again=True) as walk:
        await walk.to_organization("okta")
        await walk.fill("name", "Half done")
        await walk.press("escape")
    terminal = walked(service, ["1", "", "", "", *ADMIN, *STORE, "create", ""])
    assert terminal.code == 0
    assert service.journal.all()[0].name == "Half done"


def test_a_draft_that_cannot_be_saved_is_said_once(service: Service) -> None:
    Path("orgwizard").mkdir()
    Path("orgwizard/state").write_text("in the way")
    terminal = walked(service, [*OKTA_SITE, *OKTA_CONNECT, "My Child", ":quit"])
    assert terminal.said.count("The draft could not be saved:") == 2  # and once more in leaving

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import SecretStr

from orgwizard.domain.errors import NeedsAttention
from orgwizard.domain.events import Result
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation import farewell, text_report
from orgwizard.presentation.attempts import attempt_text
from orgwizard.presentation.json import json_report
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.okta.administrator_fields import OktaAdministrator
from orgwizard.providers.okta.fields import ApiToken, OktaOrganization
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.order import Connection, Order
from orgwizard.storage.attempts.record import Record, State
from orgwizard.storage.profiles import Org, Profile
from tests.fakes import datadog_order

SECRET = "s3cr3t-canary"
OKTA = Okta()
ORDER = Order(
    Connection(OKTA.site("acme.okta.com"), "api-token", ApiToken(token=SecretStr(SECRET))),
    OktaOrganization(name="My Child", subdomain="my-child", website=None),
    OktaAdministrator(
        first_name="Ada",
        last_name="Lovelace",
        email="ada@example.com",
        login="ada@example.com",
        password=SecretStr(SECRET),
        profile={"title": "CTO"},
    ),
)
NASTY = "\x1f\x85\n\u2028\x1b[31mred\u202e"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
NOW = datetime(2026, 11, 22, 16, 4, tzinfo=UTC)


def a_record(state: str = "ready", **facts: Any) -> Record:
    given = {"id": "20261122-160419-3f9a", "path": Path("a.jsonl"), "started": NOW, "changed": NOW} | facts
    return Record.model_validate({"provider": "okta", "site": "s", "name": "Child", "state": state} | given)


def clean(lines: list[str]) -> bool:
    return not any(CONTROL.search(line) for line in lines)


# ---- before ----


def test_the_order_is_told_in_plain_words_with_secrets_masked() -> None:
    assert text_report.order(OKTA, ORDER, "file") == [
        "Create a child org (Okta, https://acme.okta.com)",
        "  Name               My Child",
        "  Subdomain          my-child",
        "  Edition            SKU",
        "  First name         Ada",
        "  Last name          Lovelace",
        "  E-mail             ada@example.com",
        "  Login              ada@example.com",
        "  Password           ********",
        "  title              CTO",
        "  Keys go to         a private file",
        "A child org can't be deleted through the API, and its token is issued only once.",
    ]


def test_an_order_without_an_administrator_tells_the_rest() -> None:
    lines = text_report.order(Datadog(), datadog_order(), "screen")
    assert lines[:2] == ["Create a child org (Datadog, datadoghq.eu)", "  Name               My Child"]
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("file", "a private file"),
        ("keyring", "the system keyring"),
        ("screen", "this screen only; stored nowhere"),
        ({"command": ["pass", "insert", "-m", "{name}"]}, "the command pass insert -m '{name}'"),
    ],
)
def test_a_store_is_told_in_words(store: Any, words: str) -> None:
    assert text_report.store_words(store) == words


def test_the_request_is_shown_as_http_with_its_json_indented_and_its_secrets_masked() -> None:
    lines = text_report.request(OKTA.request(ORDER))
    assert lines[0] == "POST https://acme.okta.com/api/v1/orgs"
    assert "Authorization: SSWS ********" in lines
    body = json.loads("\n".join(lines[lines.index("") :]))
    assert body["admin"]["credentials"] == {"password": {"value": "********"}}
    assert '  "name": "My Child",' in lines
    assert SECRET not in "".join(lines)


def test_findings_are_told_a_line_each_with_their_doubts() -> None:
    findings = (Finding("Keys", "ok", "valid"), Finding("Name", "warning", f"taken{NASTY}"))
    assert text_report.findings(Preflight(f"Acme{NASTY}", findings)) == [
        "Parent org: Acme red",
        "Keys: valid",
        "Name: taken red (warning)",
    ]


# ---- after ----


def a_result(**facts: Any) -> Result:
    org = Created("00o1", "Child", "https://child.okta.com", {"token": SecretStr(SECRET)})
    given = {"outcome": "created", "provider": "okta", "site": "https://acme.okta.com", "name": "Child", "org": org}
    return Result(**{**given, **facts})


def test_a_result_tells_where_the_keys_are_and_not_what_they_are() -> None:
    facts = {"stored_words": "in the file x", "profile": "p", "attempt": "a", "next_steps": ("Sign in.",)}
    assert text_report.result(a_result(ready=True, **facts)) == [
        "Created and ready: Child (Okta, https://acme.okta.com)",
        "  Org ID       00o1",
        "  Org URL      https://child.okta.com",
        "  Keys         in the file x",
        "  Profile      p",
        "  Attempt      a",
        "  Sign in.",
    ]


def test_keys_that_are_stored_nowhere_are_shown() -> None:
    lines = text_report.result(a_result(secrets={"token": SecretStr(SECRET)}))
    assert f"  API token of the child org: {SECRET}" in lines


@pytest.mark.parametrize(
    ("outcome", "words"), [("not_created", "Not created: Child (Okta"), ("unknown", "Unknown: Child (Okta")]
)
def test_other_outcomes_are_told_first_and_without_next_steps(outcome: str, words: str) -> None:
    lines = text_report.result(a_result(outcome=outcome, org=None, next_steps=("Sign in.",)))
    assert lines == [f"{words}, https://acme.okta.com)"]


def test_what_a_service_answers_cannot_drive_the_terminal() -> None:
    org = Created(NASTY, NASTY, NASTY)
    result = a_result(org=org, name=NASTY, site=NASTY, stored_words=NASTY, profile=NASTY, next_steps=(NASTY,))
    assert clean(text_report.result(result))
    assert clean(farewell.of_result(result))
    record = a_record(
        name=NASTY, site=NASTY, org={"id": NASTY, "url": NASTY}, stored={"file": NASTY}, spool=NASTY, message=NASTY
    )
    assert clean(attempt_text.lines(record))
    profile = Profile(
        name="p",
        provider=NASTY,
        site=NASTY,
        created=NOW,
        org=Org(id=NASTY, name=NASTY, url=NASTY),
        details={NASTY: "x"},
    )
    assert clean(text_report.profile(profile) + text_report.profiles([profile]))


@pytest.mark.parametrize(
    ("facts", "headline", "attention"),
    [
        ({"ready": True, "stored": {"file": "x"}}, "created and is ready.", False),
        (
            {"ready": True, "stored": {"file": "x"}, "error": NeedsAttention("x")},
            "is ready, but needs atten",
            True,
        ),
        ({"stored": {"file": "x"}}, "created but its readiness is not confirmed.", True),
        ({"error": NeedsAttention("x")}, "created, but its keys were lost.", True),
        ({"spool": "/x", "error": NeedsAttention("x")}, "created but its readiness is not confirmed.", True),
        ({"outcome": "unknown", "org": None}, "not known whether the org was created.", False),
    ],
)
def test_the_headline_says_what_needs_a_person(facts: dict[str, Any], headline: str, attention: bool) -> None:
    result = a_result(**facts)
    assert headline in text_report.headline(result)
    assert text_report.needs_attention(result) is attention


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (("API token",), "the API token is missing"),
        (("API key", "application key", "org id"), "the API key, the application key and the org id are missing"),
    ],
)
def test_the_headline_says_what_is_missing(missing: tuple[str, ...], words: str) -> None:
    org = Created("00o1", "Child", "https://child.okta.com", missing=missing)
    result = a_result(org=org, ready=True, stored={"file": "x"}, error=NeedsAttention("x"))
    assert text_report.headline(result) == f"The org was created, but {words}."
    assert farewell.of_result(result)[0].startswith(f"The org was created, but {words}: Child")
    assert text_report.result(result)[0].startswith(f"Created, but {words}: Child")


def test_an_attempt_that_lacks_a_key_says_so() -> None:
    (line, *_) = attempt_text.lines(a_record(state="ready", missing=("application key",)))
    assert line.endswith("created and ready, but the application key is missing")


# ---- after the wizard ----

FILE = {"stored": {"file": "x"}, "stored_words": "in the file x, which only you can read"}


def test_after_the_wizard_it_is_said_what_there_is_and_what_is_left_to_do() -> None:
    assert farewell.of_result(a_result(attempt="a1", open=True, **FILE)) == [
        "The org was created but its readiness is not confirmed: Child (Okta, https://acme.okta.com)",
        "  Org URL      https://child.okta.com",
        "  Keys         in the file x, which only you can read",
        "  Attempt      a1",
        "Check again later: orgwizard resume a1",
    ]


def test_after_the_wizard_nothing_is_left_to_do_about_an_org_that_is_ready() -> None:
    lines = farewell.of_result(a_result(attempt="a1", ready=True, **FILE))
    assert lines[0].startswith("The org was created and is ready: Child")
    assert lines[-1] == "  Attempt      a1"


def test_what_no_check_decides_is_not_to_be_checked_again() -> None:
    undecidable = "Look for the org. If it is not there, use --again."
    told = farewell.of_result(a_result(outcome="unknown", org=None, attempt="a1", open=True, undecidable=undecidable))
    assert told[-1] == undecidable


def test_after_the_wizard_an_unknown_outcome_is_not_to_be_tried_again() -> None:
    assert farewell.of_result(a_result(outcome="unknown", org=None, attempt="a1", open=True)) == [
        "It is not known whether the org was created: Child (Okta, https://acme.okta.com)",
        "  Attempt      a1",
        "Do not create it again yet. Check again with: orgwizard resume a1",
    ]


def test_after_the_wizard_nothing_is_said_where_nothing_was_created() -> None:
    assert farewell.of_result(a_result(outcome="not_created", org=None, attempt="a1")) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"stored": {"screen": True}, "stored_words": "copy them now"}, "they were only shown on the screen"),
        ({"stored_words": "every store failed"}, "they were only shown on the screen"),
        ({**FILE}, "in the file x, which only you can read"),
        ({"spool": "/s"}, "not in a store; the service's response, which may contain them, is saved in /s"),
    ],
)
def test_after_the_wizard_no_key_is_shown_but_where_it_is(facts: dict[str, Any], words: str) -> None:
    lines = farewell.of_result(a_result(secrets={"token": SecretStr(SECRET)}, **facts))
    assert f"  Keys         {words}" in lines
    assert SECRET not in "".join(lines)


def test_after_the_wizard_an_answer_that_is_kept_nowhere_is_told_as_gone() -> None:
    answer = {"answer": SecretStr(SECRET)}
    for outcome in ("created", "unknown"):
        lines = farewell.of_result(a_result(outcome=outcome, secrets=answer))
        assert "  Keys         in the service's response, if at all: it was only shown on the screen" in lines
        assert SECRET not in "".join(lines)


def test_after_the_wizard_keys_that_are_nowhere_are_told_as_such() -> None:
    assert "  Keys         nowhere: sign in to the org as its administrator and create new ones" in farewell.of_result(
        a_result()
    )


# ---- attempts and profiles ----


def test_an_attempt_tells_what_is_known_and_where_the_keys_are() -> None:
    record = a_record(
        "stored", org={"id": "00o1", "url": "https://c"}, stored={"file": "/k"}, spool="/s", message="It waits."
    )
    assert attempt_text.lines(record) == [
        "20261122-160419-3f9a  Child (okta s): created, keys stored, readiness not confirmed",
        "    00o1  https://c",
        "    keys: in the file /k, which only you can read",
        "    the service's response is saved in /s",
        "    It waits.",
    ]


def test_keys_that_were_shown_are_told_as_shown() -> None:
    lines = attempt_text.lines(a_record("exists", stored={"screen": True}))
    assert lines[0].endswith(": created; its keys are lost, unless they were copied")
    assert "    keys: they were only shown on the screen" in lines


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"stored": {"command": ["pass"]}},
            "created, keys stored where they cannot be read back; readiness not confirmed",
        ),
        ({"keys": []}, "created without keys; readiness not confirmed"),
    ],
)
def test_an_org_that_no_look_can_prove_ready_is_told_as_that(facts: dict[str, Any], words: str) -> None:
    assert attempt_text.lines(a_record("exists", **facts))[0].endswith(f": {words}")


@pytest.mark.parametrize(
    ("state", "facts", "words"),
    [
        ("later", {"keys": []}, "none in the service's response"),
        ("ready", {"keys": [], "spool": "/s"}, "none in the service's response"),
        ("later", {"keys": ["token"], "spool": "/s"}, "in no store; they are in the service's response"),
        (
            "later",
            {"keys": ["token"], "spool": "/s", "keys_shown": True},
            "in no store; they are in the service's response",
        ),
        ("unknown", {"spool": "/s"}, "in no store; they may be in the service's response"),
        (
            "ready",
            {"keys": ["token"], "keys_shown": True},
            "they were only shown on the screen, because no store took them",
        ),
        (
            "unknown",
            {"answer_shown": True},
            "in the service's response, if at all: it was only shown on the screen",
        ),
        ("ready", {"keys": ["token"], "stored": {"screen": True}}, "they were only shown on the screen"),
        ("sending", {}, "no record of them"),
        ("created", {"keys": ["token"]}, "no record of them"),
    ],
)
def test_of_keys_an_attempt_tells_what_the_journal_knows(state: str, facts: dict[str, Any], words: str) -> None:
    lines = attempt_text.lines(a_record(state, **facts))
    assert [line for line in lines if line.startswith("    keys: ")] == [f"    keys: {words}"]
    assert ("    the service's response is saved in /s" in lines) == ("spool" in facts)


@pytest.mark.parametrize("state", ["requested", "waiting", "unknown", "refused", "not_sent", "exists", "absent"])
def test_nothing_is_said_of_keys_that_nobody_has_seen(state: str) -> None:
    assert len(attempt_text.lines(a_record(state))) == 1


def test_nothing_is_said_of_keys_that_are_still_under_way() -> None:
    assert len(attempt_text.lines(a_record("sending", running=True))) == 1


def test_keys_that_never_came_are_told_as_lost() -> None:
    assert attempt_text.lines(a_record("exists"))[0].endswith(": created; its keys are lost")


def test_an_attempt_of_another_process_is_told_as_under_way() -> None:
    assert attempt_text.lines(a_record("sending", running=True))[0].endswith(": being created by another orgwizard")


def test_an_attempt_without_a_name_goes_by_its_file() -> None:
    assert "a.jsonl (okta s): unreadable record" in attempt_text.lines(a_record("damaged", name=""))[0]
    nameless = a_record("damaged", name="", provider="", site="")
    assert attempt_text.lines(nameless)[0].endswith("  a.jsonl: unreadable record")


def test_every_state_of_an_attempt_has_words_and_an_outcome() -> None:
    states = get_args(State)
    assert set(attempt_text.STATE_WORDS) == set(states)
    outcomes = {state: json_report.attempt_as_json(a_record(state))["outcome"] for state in states}
    assert {state for state, outcome in outcomes.items() if outcome == "created"} == {
        "created",
        "stored",
        "ready",
        "later",
        "exists",
    }
    assert {state for state, outcome in outcomes.items() if outcome == "unknown"} == {
        "sending",
        "answered",
        "unknown",
        "damaged",
    }


def test_an_attempt_is_an_object_for_scripts() -> None:
    found = json_report.attempt_as_json(a_record(stored={"file": "/k"}, org={"id": "1"}))
    assert json.loads(json.dumps(found)) == found
    assert (found["attempt"], found["outcome"], found["ready"]) == ("20261122-160419-3f9a", "created", True)
    assert (found["spool"], found["profile"], found["message"]) == (None, None, None)


def rows_of(profile: Profile) -> dict[str, str]:
    return dict(re.split(" {2,}", line, maxsplit=1) for line in text_report.profile(profile))


def test_a_profile_tells_where_its_keys_are_read_from_under_titles_that_the_wizard_uses() -> None:
    profile = Profile(
        name="p",
        provider="okta",
        site="s",
        method="api-token",
        created=NOW,
        org=Org(id="00o1", name="Child", url="u"),
        details={"status": "ACTIVE", "administrator_url": "https://a"},
        secrets={"token": Reference(env="T")},
        parent={"token": Reference(env="P")},
    )
    rows = rows_of(profile)
    assert (rows["Status"], rows["Administrator URL"]) == ("ACTIVE", "https://a")
    assert (rows["API token of the child org"], rows["Parent API token"]) == ("from $T", "from $P")
    assert text_report.profiles([profile]) == ["p  Child (okta child org, u)"]


@pytest.mark.parametrize("provider", ["okta", "one of a later version"])
def test_a_parents_profile_is_told_from_a_childs(provider: str) -> None:
    profile = Profile(
        name="p",
        provider=provider,
        site="s",
        kind="parent",
        created=NOW,
        org=Org(id="", name="Acme", url="u"),
        parent={"private_key": Reference(env="T")},
        answers={"client_id": "0oa1"},
    )
    assert text_report.profiles([profile]) == [f"p  Acme ({provider} parent org, u)"]
    rows = rows_of(profile)
    assert rows["Kind"] == "parent org"
    assert (rows["Parent private_key"], rows["Parent client_id"]) == ("from $T", "0oa1")
    assert "Org ID" not in rows


def test_no_profile_is_said() -> None:
    assert text_report.profiles([]) == ["No profiles yet. A profile is saved with each new org."]

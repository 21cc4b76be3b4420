"""Four eyes: what was approved is what is created, and nothing else; and creations that do not wait, or say little."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orgwizard.application.fingerprint import fingerprint
from orgwizard.application.plans.plan_file import plan_of
from tests.application.test_plan import DATADOG, OKTA
from tests.program.test_json import FAST, Program
from tests.servers import Ended, Home

Change = Callable[[str], str]


def digest(text: str) -> str:
    return fingerprint([plan_of(text).ready_draft()])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"# approved by nobody\n\n{text}",
        lambda text: text.replace(" = ", "="),
        lambda text: text.replace('store = "file"\n', ""),
        lambda text: text.replace("\n", "\r\n"),
    ],
    ids=["comment", "layout", "the default store", "line ends"],
)
def test_a_fingerprint_is_of_what_is_created_and_not_of_how_it_is_written(change: Change) -> None:
    assert digest(change(OKTA)) == digest(OKTA)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("My Child Org 1", "My Child Org 2"),
        lambda text: text.replace("ada@", "eve@"),
        lambda text: text.replace("OKTA_CLIENT_TOKEN", "ANOTHER_TOKEN"),
        lambda text: text.replace("acme.okta", "other.okta"),
        lambda text: text.replace('"file"', '"keyring"'),
    ],
    ids=["name", "administrator", "credential", "site", "store"],
)
def test_a_fingerprint_changes_with_whatever_counts(change: Change) -> None:
    assert digest(change(OKTA)) != digest(OKTA)


def test_fingerprints_of_rows_know_their_order() -> None:
    one, two = plan_of(OKTA).ready_draft(), plan_of(DATADOG).ready_draft()
    assert len({fingerprint(drafts) for drafts in ([one], [two], [one, two], [two, one], [one, one])}) == 5


def hash_of(program: Program, plan: str, *more: str) -> str:
    ended = program("plan", "--plan", plan, "--hash", *more)
    assert ended.code == 0
    return ended.out.strip()


def created(program: Program, plan: str, *more: str) -> Ended:
    return program("create", "--plan", plan, "--yes", "--json", *more, *FAST)


def test_only_what_was_approved_is_created_and_the_journal_says_so(program: Program, home: Home) -> None:
    plan = home.datadog("datadoghq.eu")
    approved = hash_of(program, plan)
    assert program("plan", "--plan", plan, "--json").json()["hash"] == approved
    changed = created(program, plan, "--approved", approved, "--set", "organization.name=Eve")
    assert (changed.code, changed.json()["error"]["code"]) == (2, "not_approved")
    assert home.files() == []
    assert created(program, plan, "--approved", approved).json()["outcome"] == "created"
    (row,) = program("orgs", "--json", "--sandbox").json()["orgs"]
    assert row["approved"] == approved


def test_a_table_is_approved_with_its_plan(program: Program, home: Home, tmp_path: Path) -> None:
    plan, table = home.datadog("datadoghq.eu"), tmp_path / "orgs.csv"
    table.write_text("organization.name\nOne\nTwo\n")
    approved = hash_of(program, plan, "--table", str(table))
    rows = ("--table", str(table), "--approved", approved)
    table.write_text("organization.name\nOne\nEve\n")
    refused = created(program, plan, *rows)
    assert (refused.code, refused.json()["error"]["code"]) == (2, "not_approved")
    table.write_text("name\nOne\n\nTwo\n".replace("\n\n", "\n"))
    ended = created(program, plan, *rows)
    assert [json.loads(line)["outcome"] for line in ended.out.splitlines()] == ["created", "created"]
    assert {row["approved"] for row in program("orgs", "--json", "--sandbox").json()["orgs"]} == {approved}


def test_a_plan_is_shown_without_secrets(program: Program, home: Home) -> None:
    ended = program("plan", "--plan", home.okta("https://acme.okta.com"))
    assert ended.code == 0
    assert "My Child" in ended.out
    assert "sha256:" in ended.out


def test_without_waiting_it_ends_once_the_keys_are_stored(program: Program, home: Home) -> None:
    said = created(program, home.datadog("datadoghq.eu", organization__name='"never-ready"'), "--no-wait")
    assert (said.code, said.json()["outcome"], said.json()["ready"]) == (6, "created", False)
    assert Path(said.json()["stored"]["file"]).exists()
    assert "Testing the new keys" not in said.err
    assert program("orgs", "--open", "--json", "--sandbox").json()["orgs"][0]["attempt"] == said.json()["attempt"]


def test_quietly_no_progress_is_printed(program: Program, home: Home) -> None:
    assert created(program, home.datadog("datadoghq.eu"), "--quiet").err == ""

"""What can be done next: commands that the program takes word for word, and none where nothing is left."""

import shlex
from typing import Any

import pytest

from orgwizard.cli import parser
from orgwizard.domain.events import MAKE_NEW_KEYS
from orgwizard.presentation.attempts import attempt_details, next_commands
from tests.presentation.test_report import a_record

FILE = {"file": "/keys/okta-child.toml"}


def commands(state: str, options: str = "", **facts: Any) -> list[str]:
    return list(next_commands.commands(a_record(state, **facts), options))


def test_a_finished_org_has_commands_for_each_tool() -> None:
    assert commands("ready", profile="okta-child", stored=FILE) == [
        "orgwizard env okta-child",
        "orgwizard env okta-child --format terraform",
        "orgwizard exec okta-child -- sh",
        "orgwizard snippet okta-child curl",
        "orgwizard check okta-child",
        "orgwizard move okta-child --to keyring",
        "orgwizard disable okta-child",
    ]


def test_an_open_attempt_of_the_sandbox_is_resumed_by_no_other_run() -> None:
    assert commands("unknown", "--sandbox") == []
    spool = {"spool": "a.http", "sandbox_ended": True}  # its keys can still be stored
    assert commands("answered", "--sandbox", **spool) == ["orgwizard resume 20261122-160419-3f9a --sandbox"]


def test_an_org_of_the_sandbox_has_those_that_do_not_ask_it() -> None:
    assert commands("ready", "--sandbox", profile="okta-child", stored=FILE) == [
        "orgwizard env okta-child --sandbox",
        "orgwizard env okta-child --format terraform --sandbox",
        "orgwizard exec okta-child --sandbox -- sh",
        "orgwizard snippet okta-child curl --sandbox",
        "orgwizard move okta-child --to keyring --sandbox",
    ]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, True),
        ({"keys": ()}, True),
        ({"keys_shown": True, "store": "screen"}, True),
        ({"profile": "okta-child"}, True),
        ({"stored": {"command": ["tee"]}}, False),
        ({"given_elsewhere": ("child",)}, False),
        ({"undo": "done"}, False),
        ({"sandbox_ended": True}, False),
    ],
)
def test_an_org_without_its_keys_needs_new_ones(facts: dict[str, Any], said: bool) -> None:
    record = a_record("exists", **facts)
    assert (f"    next: {MAKE_NEW_KEYS}" in next_commands.lines(record)) is said
    assert (dict(attempt_details.facts(record, record.started)).get("To do") == MAKE_NEW_KEYS) is said


@pytest.mark.parametrize("options", ["", "--sandbox"])
def test_each_is_taken_by_the_command_line(options: str) -> None:
    for command in commands("later", options, profile="okta-child", stored={"keyring": "orgwizard/child"}):
        program, *words = shlex.split(command)
        assert program == "orgwizard"
        assert parser.build().parse_args(words).command.name == words[0]


@pytest.mark.parametrize(
    ("state", "facts", "first"),
    [
        ("unknown", {}, "resume"),
        ("later", {"profile": "okta-child", "stored": FILE}, "resume"),
        ("exists", {"profile": "okta-child"}, "disable"),
        ("ready", {"profile": "okta-child", "stored": {"command": ["tee"]}}, "disable"),
    ],
)
def test_the_likeliest_comes_first(state: str, facts: dict[str, Any], first: str) -> None:
    assert commands(state, **facts)[0].split()[1] == first


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        ("refused", {}),
        ("absent", {}),
        ("damaged", {}),
        ("sending", {"running": True}),
        ("ready", {"profile": "okta-child", "stored": FILE, "undo": "done"}),
    ],
)
def test_where_nothing_is_left_there_is_none(state: str, facts: dict[str, Any]) -> None:
    assert commands(state, **facts) == []

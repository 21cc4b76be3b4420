"""Help by topic and by code: offline, complete, and made of the data that the program itself uses."""

import re

import pytest

from orgwizard.cli.command_table import COMMANDS
from orgwizard.cli.parser import build
from orgwizard.cli.topics import TOPICS
from orgwizard.domain.error_codes import EXITS, OURS
from orgwizard.domain.errors import Exit
from orgwizard.domain.forms.field_questions import questions
from orgwizard.providers import PROVIDERS
from orgwizard.storage.stores.secret_stores import store_names
from orgwizard.storage.stores.vault import PROBE, PROBE_TEXT
from tests.program.test_json import Program

LONGEST = 140  # columns


@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_is_a_page(program: Program, topic: str) -> None:
    ended = program("help", topic)
    assert (ended.code, ended.err) == (0, "")
    assert len(ended.out.splitlines()) >= 5
    assert max(map(len, ended.out.splitlines())) <= LONGEST
    assert program("help", topic.upper(), "--json").json()["text"] == ended.out.rstrip("\n")


def test_without_a_topic_all_are_listed(program: Program) -> None:
    ended = program("help")
    assert [line.split()[0] for line in ended.out.splitlines()] == list(TOPICS)


def test_the_contracts_topics_are_there() -> None:
    contract = "credentials, stores, keyboard, plan, table, files, sandbox, exit-codes, accessibility"
    assert set(TOPICS) == set(contract.split(", "))


def test_pages_name_every_field_variable_and_store(program: Program) -> None:
    plan, credentials, stores = (program("help", topic).out for topic in ("plan", "credentials", "stores"))
    for provider in PROVIDERS:
        for method, model in provider.methods.items():
            assert f'"{method}"' in credentials
            for question in questions(model):
                assert question.name in credentials
                assert all(name in credentials for name in question.env)
        for model in filter(None, (provider.organization, provider.administrator)):
            assert all(re.search(rf"^ +{question.name} ", plan, re.MULTILINE) for question in questions(model))
    assert all(name in stores for name in store_names())
    assert all(words in stores for words in (PROBE, PROBE_TEXT, "If a move is killed"))


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (("help", "plam"), "plan"),
        (("help", "creat"), "create"),
        (("help", "profile"), "profiles"),
        (("explain", "E0000087"), "E0000"),
        (("explain", "HTP", "403"), "HTTP 403"),
    ],
)
def test_what_is_unknown_is_told_with_what_is_like_it(program: Program, argv: tuple[str, ...], meant: str) -> None:
    ended = program(*argv)
    assert (ended.code, ended.out) == (2, "")
    assert f"Did you mean {meant}" in ended.err


@pytest.mark.parametrize("command", [command.name for command in COMMANDS if command.name not in TOPICS])
def test_help_on_a_command_is_what_the_command_says_of_itself(program: Program, command: str) -> None:
    ended = program("help", command)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"usage: orgwizard {command} ")


def test_help_on_an_action_of_a_command(program: Program) -> None:
    assert program("help", "profiles", "show").out.startswith("usage: orgwizard profiles show ")
    assert program("help", "profiles", "shine").code == 2


def test_a_code_of_two_words_needs_no_quotes(program: Program) -> None:
    assert program("explain", "HTTP", "403").out == program("explain", "HTTP 403").out
    assert program("explain", "http", "403", "--json").json()["meanings"]


@pytest.mark.parametrize(
    ("argv", "meant", "of"),
    [
        (("creat",), "create", "orgwizard [-h]"),
        (("create", "--plan", "x.toml", "--dryrun"), "--dry-run", "orgwizard create"),
        (("profiles", "shw"), "show", "orgwizard profiles"),
        (("--theme", "drak"), "dark", "orgwizard [-h]"),
    ],
)
def test_a_misspelt_command_or_option_is_told_with_the_nearest(
    program: Program, argv: tuple[str, ...], meant: str, of: str
) -> None:
    ended = program(*argv)
    assert (ended.code, ended.out) == (2, "")
    assert f"Did you mean {meant}?" in ended.err
    assert ended.err.startswith(f"usage: {of}")


def test_a_command_that_creates_nothing_says_so_of_nothing_else(program: Program) -> None:
    assert program("profiles", "show", "nosuch").err.startswith("Nothing was done.")
    assert program("create", "--plan", "nosuch.toml").err.startswith("Nothing was created.")


@pytest.mark.parametrize("argv", [("check",), ("plan",), ("create", "--dry-run")], ids=["check", "plan", "dry run"])
def test_a_bad_plan_of_a_command_that_creates_nothing_was_not_sent(program: Program, argv: tuple[str, ...]) -> None:
    ended = program(*argv, "--plan", "nosuch.toml", "--json")
    assert ended.err.startswith("Nothing was sent.")
    assert ended.json()["error"]["message"].startswith("Nothing was sent.")


@pytest.mark.parametrize("code", ["HTTP 200", "HTTP 302", "HTTP 500", "HTTP 999"])
def test_a_status_that_no_service_documents_is_explained(program: Program, code: str) -> None:
    ended = program("explain", code)
    assert (ended.code, "orgwizard resume" in ended.out) == (0, True)


ALL_CODES = [*OURS, *(code for provider in PROVIDERS for code in provider.codes)]


@pytest.mark.full
def test_every_code_is_explained(program: Program) -> None:
    for code in dict.fromkeys(ALL_CODES):
        said = program("explain", code, "--json").json()
        assert said["meanings"], code
        assert all(meaning["meaning"] for meaning in said["meanings"])


def test_codes_of_several_services_and_exit_codes_are_told_apart(program: Program) -> None:
    sources = [meaning["source"] for meaning in program("explain", "http 403", "--json").json()["meanings"]]
    assert sources == [provider.title for provider in PROVIDERS]
    assert program("explain", "5").out.startswith("Exit code 5: ")
    assert "may have been created" in program("explain", "exit 5").out
    assert "orgs --check" in program("explain", "6").out
    assert "SIGTERM" in program("explain", "143").out
    assert "SIGQUIT" in program("explain", "131").out
    assert "Org Creator" in program("explain", "e0000006").out


def test_without_a_code_all_are_listed(program: Program) -> None:
    listed = program("explain").out
    assert all(re.search(rf"^ *{re.escape(code)} ", listed, re.MULTILINE) for code in ALL_CODES)
    assert program("explain", "--json").json()["codes"]


def test_every_exit_code_has_words() -> None:
    assert set(EXITS) == set(Exit)


def test_every_command_has_a_line_of_help() -> None:
    assert all(command.help for command in COMMANDS)


def test_names_of_the_sandbox_are_listed(program: Program) -> None:
    ended = program("sandbox", "--names", "datadog")
    assert "never-ready" in ended.out
    assert "okta " not in ended.out
    assert program("sandbox", "--names", "--json").json()["names"]


@pytest.mark.parametrize("command", ["profiles", "profiles list", "env", "exec", "snippet"])
def test_a_command_that_sends_nothing_takes_the_options_of_sending_and_offers_none(
    program: Program, command: str
) -> None:
    words = command.split()
    shown = program(*words, "--help").out
    assert "--sandbox" in shown
    assert not any(option in shown for option in ("--ca-file", "--sandbox-speed"))
    name = ["nobody"] * (command in ("env", "exec", "snippet")) + ["curl"] * (command == "snippet")
    rest = ["--", "true"] * (command == "exec")
    parsed = build().parse_args([*words, *name, "--sandbox-speed", "9", "--ca-file", "roots.pem", *rest])
    assert (parsed.sandbox_speed, str(parsed.ca_file)) == (9, "roots.pem")

"""One JSON: every command prints one object of the published schema, in every outcome, usage errors included."""

import ast
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import orgwizard
from orgwizard.cli.arguments import Command
from orgwizard.cli.command_table import COMMANDS
from orgwizard.domain import errors
from orgwizard.domain.error_codes import OURS
from orgwizard.domain.errors import BadFields, NoResponse
from orgwizard.domain.events import Result
from orgwizard.domain.json_result import SCHEMA, result_object
from orgwizard.presentation.json.plan_schema import plan_schema
from orgwizard.presentation.json.result_schema import result_schema
from tests.application.test_plan import DATADOG, OKTA
from tests.schemas import broken_rules, broken_rules_of_plan
from tests.servers import GIVEN, Ended, Home

FAST = ("--sandbox", "--sandbox-speed", "2000")
Program = Callable[..., Ended]


# ---- the schemas themselves ------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["result", "plan"])
def test_a_schema_is_printed_and_is_one(program: Program, of: str) -> None:
    ended = program("schema", of)
    schema = json.loads(ended.out)
    assert ended.code == 0
    Draft202012Validator.check_schema(schema)
    assert schema == (result_schema() if of == "result" else plan_schema())


def test_the_object_of_every_command_has_the_members_of_the_contract() -> None:
    bare = result_object()
    assert broken_rules(bare) == []
    assert next(iter(bare)) == "schema"
    assert bare["schema"] == SCHEMA == result_schema()["$id"]
    for member in bare:
        assert broken_rules({name: value for name, value in bare.items() if name != member}), member


@pytest.mark.parametrize("text", [OKTA, DATADOG, OKTA.replace('login = "ada@example.com"', ""), DATADOG[1:]])
def test_a_plan_is_of_the_schema_of_plans(text: str) -> None:
    assert broken_rules_of_plan(tomllib.loads(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        OKTA.replace("{ env", '"literal" # { env'),
        OKTA.replace("subdomain", "domain"),
        OKTA.replace('last_name = "Lovelace"', ""),
        DATADOG.replace('"datadog"', '"okta"'),
        DATADOG.replace("store = {", "shop = {"),
        DATADOG.replace("My child org", "x" * 33),
        'profile = "acme"\nsite = "EU1"\n[organization]\nname = "x"\n',
    ],
)
def test_a_wrong_plan_is_not(text: str) -> None:
    assert broken_rules_of_plan(tomllib.loads(text))


def test_a_plan_with_a_saved_connection_is_of_the_schema() -> None:
    assert broken_rules_of_plan({"profile": "acme", "store": "keyring", "organization": {"name": "x"}}) == []


# ---- codes ---------------------------------------------------------------------------------------------


def test_every_code_of_ours_is_published() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.WizardError)]
    assert {kind.default_code for kind in kinds} <= set(OURS)
    assert set(literal_codes()) <= set(OURS)


def literal_codes() -> Iterator[str]:
    """Yield each code that is written down in the program as `code="..."`."""
    for path in Path(orgwizard.__file__).parent.rglob("*.py"):
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
                yield str(node.value.value)


# ---- every command -----------------------------------------------------------------------------------


def leaves(commands: tuple[Command, ...] = COMMANDS, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for command in commands:
        yield (*above, command.name)
        yield from leaves(tuple(command.commands), (*above, command.name))


@pytest.mark.parametrize("command", leaves(), ids=" ".join)
def test_wrong_usage_of_every_command_is_one_object(program: Program, command: tuple[str, ...]) -> None:
    ended = program(*command, "--json", "--no-such-option")
    said = ended.json()
    assert (ended.code, said["error"]["code"]) == (2, "usage")
    assert said["outcome"] == ("not_created" if command[0] in ("create", "check", "plan") else None)
    assert "usage:" in ended.err


@pytest.mark.parametrize(
    "argv",
    [
        ("--json",),
        ("nonsense", "--json"),
        ("orgs", "--since", "yesterday", "--json"),
        ("profiles", "--json", "x"),
        ("create", "--js", "--json"),
        ("--js", "create", "--json"),
        ("create", "--json=yes"),
    ],
)
def test_wrong_usage_is_one_object_wherever_it_is_noticed(program: Program, argv: tuple[str, ...]) -> None:
    assert program(*argv).json()["error"]["code"] == "usage"


def test_usage_does_not_repeat_what_looks_like_a_secret(program: Program) -> None:
    token = "00" + "aB3" * 13 + "x"
    ended = program("create", "--plan", "x", token, "--json")
    assert ended.json()["error"]["code"] == "usage"
    assert token not in ended.out + ended.err


@pytest.mark.parametrize(
    "argv",
    [
        ("orgs",),
        ("resume",),
        ("resume", "nothing"),
        ("profiles",),
        ("profiles", "list"),
        ("profiles", "path"),
        ("profiles", "show", "x"),
        ("profiles", "remove", "x"),
        ("sandbox", "--names"),
        ("sandbox",),
        ("sandbox", "aws"),
    ],
    ids=" ".join,
)
def test_every_command_prints_one_object(program: Program, argv: tuple[str, ...]) -> None:
    program(*argv, "--json").json()


# ---- what it says of an org ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changed", "code"),
    [
        ("My Child", {"site": '"nowhere.example"'}, 2),
        ("x" * 33, {}, 2),
        ("redirect", {}, 3),
        ("refused", {}, 4),
        ("server-error-not-created", {}, 5),
        ("never-ready", {}, 6),
        ("My Child", {}, 0),
    ],
)
def test_a_result_names_the_wanted_org_in_each_case(
    program: Program, home: Home, name: str, changed: dict[str, str], code: int
) -> None:
    plan = home.datadog("datadoghq.eu", **{"organization__name": json.dumps(name), **changed})
    ended = program("create", "--plan", plan, "--yes", "--json", *FAST)
    said = ended.json()
    assert (ended.code, said["provider"], said["org"]["name"]) == (code, "datadog", name)
    assert (said["org"]["id"] is None) == (code in (2, 3, 4, 5))
    for row in program("orgs", "--json", *FAST).json()["orgs"]:
        assert row["org"]["name"] == name


def test_problems_are_listed_with_key_sentence_and_place(program: Program, home: Home) -> None:
    plan = home.datadog("datadoghq.eu", organization__name='""', store='"safe"')
    said = program("check", "--plan", plan, "--set", "organization.x=1", "--json").json()
    places = {problem["field"]: problem["place"] for problem in said["problems"]}
    assert set(places) == {"organization.name", "store", "organization.x"}
    assert places["organization.x"] == "--set organization.x"
    assert places["store"].startswith(f"{plan}:")
    assert said["error"]["code"] == "BadFields"


def test_a_secret_in_the_place_of_a_name_is_not_repeated(program: Program, home: Home) -> None:
    plan = home.datadog("datadoghq.eu", organization__name=f'"{GIVEN[1]}"')
    ended = program("create", "--plan", plan, "--yes", "--json")
    assert ended.json()["error"]["code"] == "BadFields"
    assert GIVEN[1] not in ended.out + ended.err


def test_errors_that_name_a_field_are_problems_too() -> None:
    assert result_object(BadFields({"a.b": "Wrong.", "c": "Missing."}))["problems"] == [
        {"field": "a.b", "message": "Wrong.", "place": None},
        {"field": "c", "message": "Missing.", "place": None},
    ]
    said = Result("unknown", "okta", "s", "Child", error=NoResponse("Silence.", field="site")).as_json()
    assert said["problems"] == [{"field": "site", "message": "Silence.", "place": None}]
    assert broken_rules(said) == []


# ---- the list of attempts -------------------------------------------------------------------------------


def names(ended: Ended) -> set[str]:
    return {row["name"] for row in ended.json()["orgs"]}


def test_orgs_are_filtered(program: Program, home: Home) -> None:
    for name in ("First Child", "never-ready", "Tokyo"):
        plan = home.datadog("datadoghq.eu", organization__name=f'"{name}"')
        program("create", "--plan", plan, "--yes", "--json", *FAST)
    orgs = ("orgs", "--json", "--sandbox")
    assert names(program(*orgs)) == {"First Child", "never-ready", "Tokyo"}
    assert names(program(*orgs, "--open")) == {"never-ready"}
    assert names(program(*orgs, "--name", "FIRST  child")) == {"First Child"}
    assert names(program(*orgs, "--since", "2020-01-01")) == {"First Child", "never-ready", "Tokyo"}
    assert names(program(*orgs, "--since", "2999-01-01T00:00:00Z")) == set()
    assert "No attempt matches" in program("orgs", "--sandbox", "--name", "nobody").out


def test_a_damaged_record_is_listed_with_its_file_and_the_reason(program: Program, home: Home) -> None:
    program("create", "--plan", home.datadog("datadoghq.eu"), "--yes", "--json", *FAST)
    (record,) = home.home.rglob("attempts/*.jsonl")
    record.write_bytes(b"\0" * 100)
    said = program("orgs", "--open", "--json", "--sandbox").json()
    (damaged,) = said["damaged"]
    assert (damaged["path"], damaged["attempt"]) == (str(record), said["orgs"][0]["attempt"])
    assert damaged["reason"]

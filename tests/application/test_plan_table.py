"""Tables laid over a plan: every way a spreadsheet saves one, and every mistake told with its row."""

from pathlib import Path

import pytest

from orgwizard.application.tables.plan_table import Table, load, parse
from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from tests.application.test_plan import DATADOG, OKTA, SECRET
from tests.plan_texts import parse as plan_of

NAMES = ["One", "Two", "Three"]
TWO_COLUMNS = "organization.name,organization.subdomain\nOne,one\nTwo,two\nThree,three\n"


@pytest.fixture
def plan() -> Draft:
    return plan_of(OKTA)


def names(table: Table) -> list[str]:
    return [str(row.draft.section("organization")["name"]) for row in table.rows]


# ---- good tables --------------------------------------------------------------------------------------


def test_each_row_is_laid_over_the_plan_and_leaves_the_plan_alone(plan: Draft) -> None:
    before = plan_of(OKTA)
    table = parse(TWO_COLUMNS.encode(), plan)
    assert (names(table), table.problems) == (NAMES, {})
    assert [row.number for row in table.rows] == [2, 3, 4]
    row = table.rows[1].draft
    assert row.section("organization") == {"name": "Two", "subdomain": "two"}
    assert row.section("administrator") == plan.section("administrator")
    assert (row.site, row.store, row.credentials) == (plan.site, plan.store, plan.credentials)
    assert plan == before


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_what_spreadsheets_save_is_read(plan: Draft, delimiter: str, line_end: str, mark: bytes) -> None:
    text = f'name,subdomain\n"One, ""the"" first; of many",one\n{delimiter.join(("Zwölf ✓", "two"))}\n'
    text = text.replace("name,", f"name{delimiter}").replace('",one', f'"{delimiter}one').replace("\n", line_end)
    table = parse(mark + text.encode(), plan)
    assert (names(table), table.problems) == (['One, "the" first; of many', "Zwölf ✓"], {})


@pytest.mark.parametrize("header", ["name", "NAME", " name ", '"organization.name"', "Organization.Name"])
def test_a_header_may_be_short_in_any_case_and_quoted(header: str) -> None:
    assert names(parse(f"{header}\nOne\nTwo\n".encode(), plan_of(DATADOG))) == ["One", "Two"]


def test_a_table_without_a_line_end_at_its_end_and_one_with_several_are_whole(plan: Draft) -> None:
    assert names(parse(TWO_COLUMNS.rstrip().encode(), plan)) == NAMES
    assert parse(f"{TWO_COLUMNS}\n\r\n".encode(), plan).problems == {}


def test_an_empty_cell_leaves_what_the_plan_says(plan: Draft) -> None:
    table = parse(b"name,subdomain,email\nOne,one,\nTwo,two,grace@example.com\n", plan)
    assert [row.draft.section("administrator")["email"] for row in table.rows] == [
        "ada@example.com",
        "grace@example.com",
    ]


def test_a_column_may_hold_one_attribute_of_the_administrator(plan: Draft) -> None:
    text = b"name,subdomain,profile.title,administrator.profile.city\nOne,one,CTO,Bonn\nTwo,two,,\n"
    one, two = parse(text, plan).rows
    assert one.draft.section("administrator")["profile"] == {"title": "CTO", "city": "Bonn"}
    assert "profile" not in two.draft.section("administrator")


def test_a_secret_column_holds_references(plan: Draft) -> None:
    text = b"name,subdomain,password\nOne,one,env:ONE\nTwo,two,file:~/two\nThree,three,keyring:orgs/three\nFour,four,\n"
    table = parse(text, plan)
    assert [row.draft.section("administrator").get("password") for row in table.rows] == [
        Reference(env="ONE"),
        Reference(file="~/two"),
        Reference(keyring="orgs/three"),
        None,
    ]


def test_the_table_of_the_same_name_is_read_from_a_file(plan: Draft, tmp_path: Path) -> None:
    path = tmp_path / "orgs.csv"
    path.write_text(TWO_COLUMNS)
    assert names(load(path, plan)) == NAMES


# ---- mistakes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "first row"),
        (b"\n\n", "first row"),
        (b",,\nOne,one,x\n", "first row"),
        (b"name\n", "no rows"),
        (TWO_COLUMNS.encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04\0\0", "NUL"),
        (b'name,subdomain\n"One,one\n', "line 2"),
        (b'name,subdomain\n"One"x,one\n', "line 2"),
    ],
    ids=["nothing", "blank lines", "empty header", "header alone", "UTF-16", "spreadsheet", "open quote", "odd quote"],
)
def test_what_is_no_table_is_refused(plan: Draft, data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        parse(data, plan)


def test_a_missing_table_is_named(plan: Draft, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"orgs\.csv"):
        load(tmp_path / "orgs.csv", plan)


def test_every_problem_is_told_at_once_with_its_row(plan: Draft) -> None:
    long, email = "x" * 101, "not an address"
    text = (
        "name,subdomain,email\n"
        f"{long},one,ada@example.com\n"  # row 2: too long
        "Two,two,ada@example.com\n"
        ",,\n"  # row 4: empty
        "Four,four\n"  # row 5: ragged
        f"Five,Five!,{email}\n"  # row 6: two problems
        "Once more,TWO,ada@example.com\n"  # row 7: no subdomain
        "Once more,two,ada@example.com\n"  # row 8: twice
        "\n"  # row 9: empty
        "Nine,nine,ada@example.com\n"
    )
    table = parse(text.encode(), plan)
    assert names(table) == ["Two", "Nine"]
    assert set(table.problems) == {
        "row 2, organization.name",
        "row 4",
        "row 5",
        "row 6, organization.subdomain",
        "row 6, administrator.email",
        "row 7, organization.subdomain",
        "row 8, organization.subdomain",
        "row 9",
    }
    assert "row 3" in table.problems["row 8, organization.subdomain"]


@pytest.mark.parametrize("twin", ["one", "  ONE ", "O\u200bne"])
def test_two_rows_of_one_order_at_datadog_are_told(twin: str) -> None:
    problems = parse(f"name\nOne\n{twin}\n".encode(), plan_of(DATADOG)).problems
    assert list(problems) == ["row 3, organization.name"]


def test_two_names_that_make_one_subdomain_are_the_same_order(plan: Draft) -> None:
    del plan.section("organization")["subdomain"]
    problems = parse(b"name\nBlue Bird\nBlue-Bird\n", plan).problems
    assert list(problems) == ["row 3, organization.subdomain"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nmae", "unknown"),
        ("", "no name"),
        ("organization.name", "twice"),
        ("store", "belongs in the plan"),
        ("credentials.token", "belongs in the plan"),
        ("site", "belongs in the plan"),
        ("provider", "belongs in the plan"),
        ("profile", "administrator.profile.NAME"),
    ],
)
def test_a_column_that_is_none_is_told(plan: Draft, name: str, words: str) -> None:
    problems = parse(f"name,subdomain,{name}\nOne,one,x\nTwo,two,\n".encode(), plan).problems
    assert words in problems["column 3"]


def test_secrets_in_a_column_are_refused_and_never_repeated(plan: Draft) -> None:
    text = f"name,subdomain,password\nOne,one,{SECRET}\nTwo,two,env:TWO\nThree,three,{SECRET}-3\n"
    table = parse(text.encode(), plan)
    assert list(table.problems) == ["column 3"]
    assert SECRET not in str(table)
    assert "rows 2, 4" in table.problems["column 3"]


def test_a_secret_in_the_header_or_in_another_column_is_not_repeated(plan: Draft) -> None:
    token = "00a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0"
    table = parse(f"name,subdomain,{token}\n{token},one,x\n".encode(), plan)
    assert set(table.problems) == {"column 3", "row 2, organization.name"}
    assert token not in str(table.problems)


def test_what_every_row_lacks_is_told_once(plan: Draft) -> None:
    del plan.section("administrator")["email"]
    problems = parse(TWO_COLUMNS.encode(), plan).problems
    assert list(problems) == ["administrator.email"]

from collections.abc import Mapping
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr, ValidationError

from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields, HeaderSecret, Secret, Text, env_names
from orgwizard.domain.forms.questions import Question, Value
from orgwizard.domain.forms.validation import filled, problems, validated
from orgwizard.domain.secrets.secret_reference import Reference

SECRET = "s3cr3t-canary"
ANY = st.text(st.characters(exclude_categories=[]))


class Ship(Fields):
    """A model with a field of every kind that the program knows."""

    unasked: ClassVar[frozenset[str]] = frozenset({"flag"})

    name: Text = Field(title="Name", description="How it is called.", examples=["Argo"], min_length=2, max_length=5)
    motto: Text | None = Field(default=None, title="Motto", max_length=8)
    key: HeaderSecret = Field(title="Key", json_schema_extra=env_names("SHIP_KEY", "OLD_KEY"))
    word: Secret | None = Field(default=None, title="Word", max_length=4, json_schema_extra={"blank": "set later"})
    size: Literal["small", "big"] | None = Field(default=None, title="Size")
    kind: Literal["sail"] = Field(default="sail", title="Kind")
    flag: Literal["red"] | None = Field(default=None, title="Flag")
    crew: dict[str, str] = Field(default_factory=dict, title="Crew", examples=["cook"])

    @classmethod
    def proposals(cls, typed: Mapping[str, Value]) -> dict[str, str]:
        return {"motto": f"Go {typed['name']}"} if typed.get("name") else {}


GOOD: dict[str, Value] = {"name": "Argo", "key": SecretStr(SECRET)}


def question(name: str) -> Question:
    return next(question for question in questions(Ship) if question.name == name)


# ---- what is asked ----


def test_questions_come_in_the_order_of_the_model() -> None:
    assert [q.name for q in questions(Ship)] == ["name", "motto", "key", "word", "size", "kind", "flag", "crew"]


def test_everything_about_a_question_is_read_off_the_field() -> None:
    assert question("name") == Question(
        name="name",
        title="Name",
        help="How it is called.",
        example="Argo",
        required=True,
        secret=False,
        asked=True,
        longest=5,
        choices=(),
        rows=False,
        constant="",
        env=(),
        blank="not set",
    )


@pytest.mark.parametrize(
    ("quality", "names"),
    [
        ("required", {"name", "key"}),
        ("secret", {"key", "word"}),
        ("rows", {"crew"}),
        ("asked", {"name", "motto", "key", "word", "size", "crew"}),
    ],
)
def test_qualities_are_those_of_the_annotations(quality: str, names: set[str]) -> None:
    assert {q.name for q in questions(Ship) if getattr(q, quality)} == names


def test_limits_variables_choices_constants_and_blanks_are_told() -> None:
    assert {q.name: q.longest for q in questions(Ship) if q.longest} == {"name": 5, "motto": 8, "word": 4}
    assert {q.name: q.env for q in questions(Ship) if q.env} == {"key": ("SHIP_KEY", "OLD_KEY")}
    assert {q.name: q.choices for q in questions(Ship) if q.choices} == {
        "size": ("small", "big"),
        "kind": ("sail",),
        "flag": ("red",),
    }
    assert {q.name: q.constant for q in questions(Ship) if q.constant} == {"kind": "sail"}
    assert {q.name for q in questions(Ship) if q.blank != "not set"} == {"word"}


# ---- what is wrong ----


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, {}),
        ({"name": ""}, {"name": "Required."}),
        ({"name": "   "}, {"name": "Required."}),
        ({"name": None}, {"name": "Required."}),
        ({"key": SecretStr("")}, {"key": "Required."}),
        ({"key": SecretStr(" ")}, {"key": "Required."}),
        ({"name": " Argo "}, {}),
        ({"name": "Argos"}, {}),
        ({"name": "Argosy"}, {"name": "1 character too long (at most 5)."}),
        ({"name": " Argosy  "}, {"name": "1 character too long (at most 5)."}),
        ({"name": "日本日本日"}, {}),
        ({"name": "A"}, {"name": "1 character too short (at least 2)."}),
        ({"name": "a\u200bb"}, {"name": "Invisible character at position 2 (zero width space). "}),
        ({"name": "a\ud800b"}, {"name": "Contains an invalid character. Type it again."}),
        ({"name": 5}, {"name": 'Text in quotes is expected, such as "example".'}),
        ({"name": ["Argo"]}, {"name": 'Text in quotes is expected, such as "example".'}),
        ({"word": SecretStr("abcd")}, {}),
        ({"word": SecretStr("abcde")}, {"word": "1 character too long (at most 4)."}),
        ({"word": SecretStr(" abc ")}, {"word": "1 character too long (at most 4)."}),
        ({"word": SecretStr("a\nb")}, {"word": "Invisible character at position 2. Paste it again without line ends."}),
        ({"word": {"a": 1}}, {"word": 'Text in quotes is expected, such as "example".'}),
        ({"key": SecretStr("a b")}, {"key": "Use printable ASCII without spaces. Paste it again."}),
        ({"key": SecretStr("ab\n")}, {"key": "Use printable ASCII without spaces. Paste it again."}),
        ({"key": SecretStr("ä")}, {"key": "Use printable ASCII without spaces. Paste it again."}),
        ({"size": "small"}, {}),
        ({"size": ""}, {}),
        ({"size": "tiny"}, {"size": "It must be 'small' or 'big'."}),
        ({"kind": "steam"}, {"kind": "It must be 'sail'."}),
        ({"crew": {"cook": "Bo"}}, {}),
        ({"crew": {}}, {}),
        ({"crew": {"cook": 5}}, {"crew": 'Text in quotes is expected, such as "example".'}),
        ({"crew": "Bo"}, {"crew": 'A table of names and values is expected, such as { title = "CTO" }.'}),
        ({"mast": "1"}, {"mast": "Unknown. Known here: name, motto, key, word, size, kind, flag, crew."}),
    ],
)
def test_problems_are_told_per_field_in_words_that_help(typed: dict[str, Value], told: dict[str, str]) -> None:
    found = problems(Ship, {**GOOD, "motto": "Go", **typed})
    assert set(found) == set(told)
    for name, words in told.items():
        assert found[name].startswith(words)


def test_all_problems_come_at_once_in_the_order_of_the_model() -> None:
    found = problems(Ship, {"mast": 1, "size": "tiny", "word": SecretStr("abcde")})
    assert list(found) == ["name", "key", "word", "size", "mast"]


def test_a_secret_that_lies_elsewhere_counts_as_given() -> None:
    reference = Reference(env="SHIP_KEY")
    assert problems(Ship, {"name": "Argo", "key": reference}) == {}
    assert list(problems(Ship, {"key": reference})) == ["name"]


def test_a_proposal_holds_until_the_answer_is_edited() -> None:
    assert filled(Ship, GOOD)["motto"] == "Go Argo"
    assert filled(Ship, {**GOOD, "motto": "Mine"})["motto"] == "Mine"
    assert getattr(validated(Ship, GOOD), "motto", "") == "Go Argo"


def test_a_blank_optional_answer_is_none() -> None:
    ship = validated(Ship, {**GOOD, "motto": " ", "word": SecretStr(" "), "size": "", "crew": {}})
    assert ship.model_dump(exclude={"name", "key"}) == {
        "motto": None,
        "word": None,
        "size": None,
        "kind": "sail",
        "flag": None,
        "crew": {},
    }


def test_text_is_taken_without_outer_blanks_and_a_secret_as_it_is() -> None:
    ship = validated(Ship, {**GOOD, "name": " Argo ", "word": SecretStr(" ab ")})
    assert ship.model_dump(include={"name", "word"}) == {"name": "Argo", "word": SecretStr(" ab ")}


def test_the_model_is_frozen_and_does_not_show_its_secrets() -> None:
    ship = validated(Ship, GOOD)
    with pytest.raises(ValidationError):
        ship.name = "Argus"  # type: ignore[attr-defined]
    assert SECRET not in f"{ship} {ship!r} {ship.model_dump_json()}"


values = (
    ANY
    | ANY.map(lambda text: SecretStr(text + SECRET))
    | st.none()
    | st.integers()
    | st.floats()
    | st.lists(st.just(SECRET), max_size=2)
    | st.dictionaries(ANY, ANY | st.integers() | st.just(SECRET), max_size=3)
    | st.just(Reference(env="X"))
)
typed_ships = st.dictionaries(st.sampled_from([*Ship.model_fields, "mast"]) | st.text(), values, max_size=9)


@given(typed_ships)
def test_whatever_is_typed_problems_are_sentences_without_the_secret(typed: dict[str, Value]) -> None:
    for name, words in problems(Ship, typed).items():
        assert words.endswith(".")
        assert SECRET not in words
        assert name in typed or name in Ship.model_fields


good_ships = st.fixed_dictionaries(
    {"name": st.text(max_size=7), "key": st.text(max_size=3).map(SecretStr)},
    optional={"motto": st.text(max_size=9), "word": st.text(max_size=5).map(SecretStr), "size": st.just("big")},
)


@given(good_ships | typed_ships)
def test_answers_validate_exactly_where_there_are_no_problems(typed: dict[str, Value]) -> None:
    read = {name: SecretStr("read") if isinstance(value, Reference) else value for name, value in typed.items()}
    if problems(Ship, read):
        with pytest.raises(ValidationError) as caught:
            validated(Ship, read)
        assert SECRET not in str(caught.value)
    else:
        assert isinstance(validated(Ship, read), Ship)


class Followed(Fields):
    follows: ClassVar[Mapping[str, str]] = {"login": "email"}
    email: str = Field(min_length=3)
    login: str = Field(min_length=3)

    @classmethod
    def proposals(cls, typed: Mapping[str, Value]) -> dict[str, str]:
        return {"login": str(typed["email"])} if typed.get("email") else {}


@pytest.mark.parametrize(
    ("typed", "told"),
    [({}, {"email"}), ({"email": "a"}, {"email"}), ({"email": "a", "login": "b"}, {"email", "login"})],
)
def test_what_follows_another_field_is_told_there_until_it_is_edited(typed: dict[str, Value], told: set[str]) -> None:
    assert set(problems(Followed, typed)) == told

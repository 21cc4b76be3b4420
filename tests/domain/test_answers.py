"""The draft: what was typed, kept per provider and method, and on disk without a secret."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference

SECRET = "s3cr3t-canary"


def a_draft() -> Draft:
    draft = Draft("okta", {"command": ["pass", "insert", "{name}"]})
    draft.section("parent").update({"site": "https://acme.okta.com", "method": "api-token", "confirmed": ""})
    draft.credentials["token"] = SecretStr(SECRET)
    draft.section("administrator").update({"first_name": "Ada", "profile": {"title": "CTO"}})
    draft.section("administrator")["password"] = Reference(command=("pass", "show", "x"))
    draft.section("administrator")["recovery_answer"] = SecretStr(SECRET)
    return draft


def test_a_draft_survives_its_file_without_a_single_secret() -> None:
    text = json.dumps(a_draft().as_json())
    assert SECRET not in text
    again = Draft.from_json(json.loads(text))
    expected = a_draft()
    del expected.credentials["token"], expected.section("administrator")["recovery_answer"]
    assert again == expected
    assert again.section("administrator")["password"] == Reference(command=("pass", "show", "x"))


def test_switching_the_provider_and_back_loses_nothing() -> None:
    draft = a_draft()
    draft.provider = "datadog"
    assert (draft.site, draft.method, draft.credentials) == ("", "", {})
    draft.section("organization")["name"] = "Child"
    draft.provider = "okta"
    assert draft.credentials == {"token": SecretStr(SECRET)}
    assert "name" not in draft.section("organization")


def test_switching_the_method_and_back_loses_nothing() -> None:
    draft = a_draft()
    draft.section("parent")["method"] = "access-token"
    assert draft.credentials == {}
    draft.section("parent")["method"] = "api-token"
    assert draft.credentials == {"token": SecretStr(SECRET)}


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        "text",
        {"provider": None, "sections": None},
        {"provider": 5, "store": None, "sections": []},
        {"store": ["x"], "sections": {"okta": 5}},
        {"sections": {"okta": {"parent": "x"}}},
    ],
)
def test_an_odd_draft_reads_as_an_empty_one(odd: Any) -> None:
    assert Draft.from_json(odd) == Draft()


@pytest.mark.parametrize("table", [{}, {"env": ""}, {"env": 5}, {"env": "A", "file": "b"}, {"token": SECRET}])
def test_a_reference_that_is_none_costs_that_answer_only(table: dict[str, Any]) -> None:
    section = {"token": {"reference": table}, "other": {"reference": {"env": "A"}}}
    draft = Draft.from_json({"provider": "okta", "sections": {"okta": {"credentials.api-token": section}}})
    assert draft.section("credentials.api-token") == {"other": Reference(env="A")}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("reference"), inner, max_size=3),
    max_leaves=10,
)
odd_drafts = json_values | st.fixed_dictionaries(
    {},
    optional={
        "provider": st.just("okta") | json_values,
        "store": json_values,
        "sections": st.dictionaries(
            st.just("okta"), st.dictionaries(st.sampled_from(["parent", "organization"]), json_values)
        ),
    },
)


@given(odd_drafts)
def test_no_json_breaks_the_reading_of_a_draft(value: Any) -> None:
    draft = Draft.from_json(value)
    assert isinstance(draft.site + draft.method + draft.provider, str)
    assert not re.search("SecretStr", repr(draft))
    again = Draft.from_json(json.loads(json.dumps(draft.as_json())))
    assert repr(again) == repr(draft)

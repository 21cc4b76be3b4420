import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.domain.errors import NoResponse, NotSent
from orgwizard.domain.http import Call, Response, Scheme, ask, together
from orgwizard.domain.org import Created, Site
from orgwizard.domain.secrets.masking import masked, revealed
from orgwizard.domain.secrets.redactor import MASK

SECRET = "s3cr3t-canary"
CALL = Call(
    "POST",
    "https://acme.okta.com:8443/api/v1/orgs?x=1",
    {"Authorization": Scheme("SSWS", SecretStr(SECRET)), "Accept": "application/json"},
    {"name": "Child", "admin": {"password": {"value": SecretStr(SECRET)}, "rows": [SecretStr(SECRET), 1, None]}},
    once=True,
)
READ = Call("GET", "https://acme.okta.com/api/v1/org")
OTHER = Call("GET", "https://acme.okta.com/.well-known/okta-organization")


def test_what_is_shown_is_what_is_sent_but_for_the_secrets() -> None:
    for part in (CALL.headers, CALL.body):
        assert SECRET not in json.dumps(masked(part))
        assert json.dumps(masked(part)) == json.dumps(revealed(part)).replace(SECRET, MASK)


def test_a_secret_is_revealed_behind_its_scheme_with_one_blank() -> None:
    assert revealed(CALL.headers) == {"Authorization": f"SSWS {SECRET}", "Accept": "application/json"}
    assert masked(CALL.headers) == {"Authorization": f"SSWS {MASK}", "Accept": "application/json"}


def test_the_length_of_a_secret_is_not_told_but_its_absence_is() -> None:
    assert masked([SecretStr("a"), SecretStr("a" * 99), SecretStr("")]) == [MASK, MASK, ""]


@pytest.mark.parametrize(
    "value", [CALL, Response(201, {}, SECRET.encode()), Created("", "", "", {"a": SecretStr(SECRET)})]
)
def test_a_value_that_is_printed_by_mistake_holds_no_secret(value: object) -> None:
    assert SECRET not in f"{value} {value!r}"


leaves = st.none() | st.booleans() | st.integers() | st.text() | st.builds(SecretStr, st.just(SECRET))
trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(trees)
def test_masking_and_revealing_differ_in_secrets_only(tree: Any) -> None:
    assert SECRET not in str(masked(tree))
    assert json.loads(json.dumps(revealed(tree)).replace(SECRET, MASK)) == masked(tree)


def test_where_credentials_go_is_the_origin_of_the_call() -> None:
    assert CALL.origin == "https://acme.okta.com:8443"
    assert Site("k", "http://127.0.0.1:5/").host == "127.0.0.1:5"


@pytest.mark.parametrize(("status", "ok"), [(199, False), (200, True), (201, True), (299, True), (300, False)])
def test_any_2xx_is_a_success(status: int, ok: bool) -> None:
    assert Response(status).ok is ok


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"x-okta-request-id": "a", "x-request-id": "b"}, "a"),
        ({"dd-request-id": "c"}, "c"),
        ({"x-request-id": "b"}, "b"),
        ({}, ""),
    ],
)
def test_the_id_for_the_vendors_support_is_found(headers: dict[str, str], found: str) -> None:
    assert Response(500, headers).request_id == found


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"5", b'"text"', b"\xff\xfe", b"<html></html>", b"[" * 100_000])
def test_a_body_that_is_no_json_object_reads_as_an_empty_one(body: bytes) -> None:
    answer = Response(200, {}, body)
    assert answer.json() == {}
    assert not answer.whole


def test_a_whole_body_is_told_from_one_that_broke_off() -> None:
    body = json.dumps({"id": "00o1", "token": SECRET}).encode()
    assert Response(201, {}, body).whole
    assert Response(201, {}, body).json() == {"id": "00o1", "token": SECRET}
    assert not Response(201, {}, body, complete=False).whole
    assert not Response(201, {}, body[:-1]).whole
    assert Response(201, {}, body[:20]).json() == {"id": "00o1"}


@given(st.binary() | st.text().map(lambda text: ("{" + text).encode()))
def test_no_body_at_all_breaks_the_reading(body: bytes) -> None:
    answer = Response(200, {}, body)
    assert isinstance(answer.json(), dict)
    assert isinstance(answer.whole, bool)


def test_asking_returns_the_answer() -> None:
    conversation = ask(READ)
    assert next(conversation) == (READ,)
    with pytest.raises(StopIteration) as end:
        conversation.send((Response(200),))
    assert end.value.value == Response(200)


@pytest.mark.parametrize("failure", [NotSent("No."), NoResponse("No.")])
def test_asking_raises_what_kept_the_answer_away(failure: NotSent | NoResponse) -> None:
    conversation = ask(READ)
    next(conversation)
    with pytest.raises(type(failure)) as caught:
        conversation.send((failure,))
    assert caught.value is failure


def test_asking_side_by_side_returns_failures_as_replies() -> None:
    conversation = together(READ, OTHER)
    assert next(conversation) == (READ, OTHER)
    failure = NotSent("No.")
    with pytest.raises(StopIteration) as end:
        conversation.send((Response(200), failure))
    assert end.value.value == (Response(200), failure)

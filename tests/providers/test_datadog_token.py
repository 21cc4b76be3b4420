"""Datadog's access tokens: sent as Bearer, alone or beside an API key, and never said to be proven for creating."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard.application.connection.suggestions import Suggestions
from orgwizard.application.order_builder import order
from orgwizard.domain.errors import Refused
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.http import Call, Reply, Response
from orgwizard.domain.secrets import credential_shapes
from orgwizard.domain.secrets.masking import revealed
from orgwizard.domain.secrets.redactor import Redactor
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.datadog import shapes as datadog_shapes
from orgwizard.providers.datadog.fields import METHODS, AccessToken
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.datadog.sites import SITES
from orgwizard.providers.findings import Preflight
from orgwizard.providers.order import Order
from orgwizard.sandbox.scenarios import CREDENTIALS

DATADOG = Datadog()
API_KEY, PERSONAL, SERVICE = "a" * 32, f"ddpat_{'Ab3' * 8}", f"ddsat_{'Ab3' * 8}"
APPLICATION_KEY = f"ddapp_{'Ab3d' * 8}xY"  # 40 characters
TOKEN, OPTIONAL_KEY = questions(AccessToken)
EMPTY = {"data": {"id": "uuid-0"}, "included": [{"id": "uuid-0", "attributes": {"name": "Acme", "public_id": "p"}}]}
YES: Mapping[str, Any] = {
    "/api/v2/validate_keys": {"status": "ok"},
    "/api/v1/org": {"orgs": [{"name": "Acme", "public_id": "p"}]},
    "/api/v2/org": EMPTY,
}


def wanted(token: str = PERSONAL, api_key: str = "") -> Order:
    draft = Draft("datadog")
    draft.section("parent").update({"site": "datadoghq.eu", "method": "token"})
    draft.credentials["token"] = SecretStr(token)
    if api_key:
        draft.credentials["api_key"] = SecretStr(api_key)
    draft.section("organization")["name"] = "Child"
    return order(DATADOG, draft, lambda _: SecretStr(""))


def response(status: int, body: Any) -> Response:
    return Response(status, {}, json.dumps(body).encode())


def checked(order: Order, **statuses: int) -> Preflight:
    conversation = DATADOG.check(order.connection, order.organization)

    def reply(call: Call) -> Reply:
        path = call.url.removeprefix(order.connection.site.url)
        status = statuses.get(path.rpartition("/")[2], 200)
        return response(status, YES.get(path, {"valid": True}) if status == 200 else {"errors": ["Forbidden"]})

    try:
        calls = next(conversation)
        while True:
            calls = conversation.send(tuple(map(reply, calls)))
    except StopIteration as end:
        result: Preflight = end.value
        return result


@pytest.mark.parametrize("token", [PERSONAL, SERVICE, f"Bearer {PERSONAL}"], ids=["personal", "service", "scheme"])
@pytest.mark.parametrize("api_key", ["", API_KEY], ids=["alone", "beside a key"])
def test_a_token_is_sent_as_bearer_and_a_key_beside_it_if_there_is_one(token: str, api_key: str) -> None:
    order = wanted(token, api_key)
    bare = token.removeprefix("Bearer ")
    expected = {"Accept": "application/json", "Authorization": f"Bearer {bare}"}
    expected |= {"DD-API-KEY": api_key} if api_key else {}
    assert revealed(DATADOG.request(order).headers) == {**expected, "Content-Type": "application/json"}
    for call in next(DATADOG.check(order.connection, order.organization)):
        assert revealed(call.headers) == expected


def test_whether_a_token_may_create_is_said_not_to_be_documented_at_the_field_and_by_the_check() -> None:
    assert "does not document" in TOKEN.help
    findings = {finding.stage: finding.state for finding in checked(wanted()).findings}
    assert findings == {"Credentials": "ok", "Right to create": "unproven", "Name": "ok"}


@pytest.mark.parametrize(("statuses"), [{"validate_keys": 401}, {"validate_keys": 403}, {"org": 403}])
@pytest.mark.parametrize("api_key", ["", API_KEY], ids=["alone", "beside a key"])
def test_a_refusal_is_about_the_token(statuses: dict[str, int], api_key: str) -> None:
    with pytest.raises(Refused) as caught:
        checked(wanted(api_key=api_key), **statuses)
    assert caught.value.field == "credentials.token"
    assert PERSONAL not in repr(vars(caught.value))


def test_a_create_call_that_is_refused_to_a_token_points_to_the_keys() -> None:
    order = wanted()
    refused = DATADOG.refused(response(403, {"errors": ["Forbidden"]}), order.connection.credentials)
    assert refused.field == "credentials.token"
    assert "application key" in refused.advice
    assert DATADOG.refused(response(403, {})).field == "credentials.application_key"


def test_other_sites_are_asked_for_the_token_where_no_key_stands_beside_it() -> None:
    conversation = DATADOG.elsewhere(wanted().connection)
    calls = next(conversation)
    assert {call.url.removeprefix(site.url) for call, site in zip(calls, SITES, strict=False)} > {
        "/api/v2/validate_keys"
    }
    known = [response(200, {"status": "ok"}) if "us5" in call.url else response(403, {}) for call in calls]
    with pytest.raises(StopIteration) as end:
        conversation.send(tuple(known))
    assert [site.title for site in end.value.value] == ["US5"]


# ---- what is at hand -------------------------------------------------------------------------------

VARIABLES = ("DD_BEARER_TOKEN", "DATADOG_BEARER_TOKEN", "DD_ACCESS_TOKEN", "DD_PAT", "DD_SAT")
KEYS = {"DD_API_KEY": API_KEY, "DD_APP_KEY": APPLICATION_KEY}


@pytest.mark.parametrize("first", range(len(VARIABLES)), ids=VARIABLES)
def test_variables_are_taken_in_the_order_of_the_vendors_tools(first: int) -> None:
    """Terraform's provider reads the first two before any key; pup reads the others, and then the keys."""
    offers = Suggestions(DATADOG, {**dict.fromkeys(VARIABLES[first:], PERSONAL), **KEYS})
    offer = offers.credential(TOKEN)
    assert offer is not None
    assert offer.typed == Reference(env=VARIABLES[first])
    assert offers.method() == "token"
    assert offers.credential(OPTIONAL_KEY) is None  # Terraform's provider sends a token instead of the keys


@pytest.mark.parametrize(("environ", "method"), [(KEYS, "keys"), ({"DD_API_KEY": API_KEY}, ""), ({}, "")])
def test_without_a_token_it_is_the_keys(environ: Mapping[str, str], method: str) -> None:
    assert Suggestions(DATADOG, environ).method() == method


# ---- shapes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (APPLICATION_KEY, datadog_shapes.APPLICATION_KEY),
        ("b" * 40, datadog_shapes.APPLICATION_KEY),
        (API_KEY, datadog_shapes.API_KEY),
        (PERSONAL, datadog_shapes.TOKEN),
        (SERVICE, datadog_shapes.TOKEN),
        (CREDENTIALS["datadog.token"], datadog_shapes.TOKEN),
    ],
)
def test_each_kind_is_known_by_its_shape_and_masked(text: str, shape: str) -> None:
    assert credential_shapes.shape(text) == shape
    redactor = Redactor()
    redactor.recognise(*DATADOG.secret_shapes)
    assert text not in redactor.clean(f"what came was {text}.")


@pytest.mark.parametrize(
    ("method", "field", "typed"),
    [
        ("keys", "api_key", APPLICATION_KEY),
        ("keys", "application_key", API_KEY),
        ("keys", "application_key", PERSONAL),
        ("keys", "api_key", SERVICE),
        ("token", "token", APPLICATION_KEY),
        ("token", "token", API_KEY),
        ("token", "api_key", PERSONAL),
    ],
)
def test_what_stands_in_the_wrong_field_is_named(method: str, field: str, typed: str) -> None:
    (question,) = (question for question in questions(METHODS[method]) if question.name == field)
    hint = question.hint(SecretStr(typed))
    assert credential_shapes.shape(typed) in hint
    assert typed not in hint

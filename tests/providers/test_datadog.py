import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.application.order_builder import order
from orgwizard.domain.errors import BadInput, NoResponse, NotSent, Refused
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import LOOKS_SECRET
from orgwizard.domain.forms.questions import Value
from orgwizard.domain.forms.validation import problems, validated
from orgwizard.domain.http import Call, Conversation, Reply, Response
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.masking import revealed
from orgwizard.providers.datadog.fields import DatadogOrganization, Keys
from orgwizard.providers.datadog.listing import same_name
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.datadog.sites import SITES
from orgwizard.providers.findings import Finding, LookupResult, Preflight, Readiness
from orgwizard.providers.order import Order

T = TypeVar("T")
DATADOG = Datadog()
API = "https://api.datadoghq.eu"
API_KEY, APPLICATION_KEY = "a" * 32, "b" * 40


def wanted(site: str = "datadoghq.eu", **organization: Value) -> Order:
    draft = Draft("datadog")
    draft.section("parent").update({"site": site, "method": "keys"})
    draft.credentials.update({"api_key": SecretStr(API_KEY), "application_key": SecretStr(APPLICATION_KEY)})
    draft.section("organization").update({"name": "Child", **organization})
    return order(DATADOG, draft, lambda _: SecretStr(""))


def response(status: int, body: Any = None, /, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, body if isinstance(body, bytes) else json.dumps(body).encode())


def talk(conversation: Conversation[T], replies: Mapping[str, Reply]) -> T:
    """Answer each call by its path; an unexpected call fails, and so does a reply that nobody asked for."""
    left = dict(replies)
    try:
        calls = next(conversation)
        while True:
            calls = conversation.send(tuple(left.pop(call.url.removeprefix(API)) for call in calls))
    except StopIteration as end:
        assert not left
        result: T = end.value
        return result


# ---- fields -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "x"}, ""),
        ({"name": "x" * 32}, ""),
        ({"name": "\U0001f600" * 32}, ""),
        ({"name": f" {'x' * 32} "}, ""),
        ({"name": "x" * 33}, "1 character too long (at most 32)."),
        ({"name": "x" * 35}, "3 characters too long (at most 32)."),
        ({"name": ""}, "Required."),
        ({"name": " "}, "Required."),
        (
            {"name": "a\u200bb"},
            "Invisible character at position 2 (zero width space). Delete it or type the text again.",
        ),
        ({"name": 5}, 'Text in quotes is expected, such as "example".'),
        ({"name": "x", "billing": "parent_billing"}, ""),
        ({"name": "x", "billing": {"type": "parent_billing"}}, ""),
        ({"name": "x", "billing": "mine"}, "It must be 'parent_billing'."),
        ({"name": "x", "billing": {"type": "mine"}}, "It must be 'parent_billing'."),
        ({"name": "x", "billing": {"type": "parent_billing", "more": 1}}, "It must be 'parent_billing'."),
        ({"name": "x", "billing": ["parent_billing"]}, "It must be 'parent_billing'."),
        ({"name": "x", "subscription": "trial"}, ""),
        ({"name": "x", "subscription": {"type": "free"}}, ""),
        ({"name": "x", "subscription": {"type": "pro"}}, ""),
        ({"name": "x", "subscription": "gold"}, "It must be 'trial', 'free' or 'pro'."),
        ({"name": "x", "subscription": {"type": None}}, ""),
        ({"name": "x", "description": "y"}, "Unknown. Known here: name, billing, subscription."),
    ],
)
def test_limits_of_the_organization(typed: dict[str, Value], words: str) -> None:
    assert " ".join(problems(DatadogOrganization, typed).values()) == words


@pytest.mark.parametrize("name", ["api_key", "application_key"])
@pytest.mark.parametrize(
    ("key", "fine"), [(API_KEY, True), ("x", True), ("", False), ("a b", False), ("a\n", False), ("ä", False)]
)
def test_a_key_must_fit_into_a_header(name: str, key: str, fine: bool) -> None:
    typed = {"api_key": SecretStr(API_KEY), "application_key": SecretStr(APPLICATION_KEY), name: SecretStr(key)}
    assert list(problems(Keys, typed)) == ([] if fine else [name])


any_text = st.text(st.characters(exclude_categories=[]), max_size=40)


@given(
    st.fixed_dictionaries(
        {"name": any_text}, optional={"billing": any_text | st.just("parent_billing"), "subscription": any_text}
    )
)
def test_answers_are_valid_exactly_where_no_problem_is_told(typed: dict[str, Value]) -> None:
    if problems(DatadogOrganization, typed):
        with pytest.raises(ValueError, match="validation error"):
            validated(DatadogOrganization, typed)
    else:
        assert 1 <= len(validated(DatadogOrganization, typed).model_dump()["name"]) <= 32


def test_a_key_that_is_too_long_for_a_name_is_told_to_be_a_key() -> None:
    assert problems(DatadogOrganization, {"name": "0123456789abcdef" * 2 + "01234567"}) == {"name": LOOKS_SECRET}


def test_the_questions_are_read_off_the_models() -> None:
    asked = {q.name: q for model in (Keys, DatadogOrganization) for q in questions(model)}
    assert [name for name, q in asked.items() if q.secret] == ["api_key", "application_key"]
    assert [name for name, q in asked.items() if q.asked] == ["api_key", "application_key", "name"]
    assert asked["api_key"].env == ("DD_API_KEY", "DATADOG_API_KEY")
    assert asked["application_key"].env == ("DD_APP_KEY", "DATADOG_APP_KEY")
    assert (asked["name"].longest, asked["name"].required) == (32, True)
    assert asked["subscription"].choices == ("trial", "free", "pro")


def test_who_becomes_the_admin_and_the_risk_of_saml_are_said() -> None:
    assert DATADOG.administrator is None
    said = " ".join(DATADOG.administrator_note)
    assert "Nothing to enter: the application key's owner becomes admin of the child org" in said
    assert "SAML" in said


# ---- the site -----------------------------------------------------------------------------------

NINE = {
    "US1": ("datadoghq.com", "app.datadoghq.com"),
    "US3": ("us3.datadoghq.com", "us3.datadoghq.com"),
    "US5": ("us5.datadoghq.com", "us5.datadoghq.com"),
    "EU1": ("datadoghq.eu", "app.datadoghq.eu"),
    "AP1": ("ap1.datadoghq.com", "ap1.datadoghq.com"),
    "AP2": ("ap2.datadoghq.com", "ap2.datadoghq.com"),
    "UK1": ("uk1.datadoghq.com", "uk1.datadoghq.com"),
    "US1-FED": ("ddog-gov.com", "app.ddog-gov.com"),
    "US2-FED": ("us2.ddog-gov.com", "us2.ddog-gov.com"),
}


@pytest.mark.parametrize(("name", "key", "app"), [(name, *hosts) for name, hosts in NINE.items()])
def test_a_site_is_known_by_key_name_api_and_app_url(name: str, key: str, app: str) -> None:
    api = f"https://api.{key}"
    ways = [key, f" {key.upper()} ", f"https://{key}", name, name.lower(), api, f"{api}/", f"{api}:443/api/v1/org"]
    for typed in [*ways, f"https://{app}/organization-settings/users?x=1", app]:
        site = DATADOG.site(typed)
        assert (site.key, site.url, site.app_url, site.title) == (key, api, f"https://{app}", name)
        assert (site.notice, site.question) == ("", "")
        assert site.location


def test_there_are_nine_sites() -> None:
    assert [site.title for site in SITES] == list(NINE)
    assert DATADOG.sites == SITES


@pytest.mark.parametrize(
    "typed", ["datadoghq.fr", "us9.datadoghq.com", "api.datadoghq.com.evil.example", "evil.example"]
)
def test_an_unknown_site_is_refused_with_the_known_ones(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        DATADOG.site(typed)
    assert caught.value.cause.startswith(f"There is no Datadog site {typed}. Known: datadoghq.com, us3.datadoghq.com,")
    assert caught.value.cause.endswith("or enter an API URL with https://.")


@pytest.mark.parametrize(
    "typed", ["", "US2", "http://api.datadoghq.com", "https://ada:x@api.datadoghq.com", "https://https://x.example"]
)
def test_what_is_no_site_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        DATADOG.site(typed)


@pytest.mark.parametrize("typed", ["https://proxy.example", "https://api.datadoghq.com:8443"])
def test_another_api_url_needs_a_yes_first(typed: str) -> None:
    site = DATADOG.site(f"{typed}/api/")
    assert (site.key, site.url) == (typed, typed)
    assert site.question == f"{typed} is not a datadoghq.com site. Send your keys there anyway?"


@pytest.mark.parametrize("typed", ["http://127.0.0.1:8080", "http://localhost:8080/", "localhost:8080"])
def test_a_service_on_this_machine_needs_no_question(typed: str) -> None:
    assert DATADOG.site(typed).question == ""


# ---- the request ----------------------------------------------------------------------------------


def test_the_request_is_the_documented_one() -> None:
    call = DATADOG.request(wanted())
    assert (call.method, call.url, call.once) == ("POST", f"{API}/api/v1/org", True)
    assert revealed(call.headers) == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "DD-API-KEY": API_KEY,
        "DD-APPLICATION-KEY": APPLICATION_KEY,
    }
    assert call.body == {"name": "Child"}


@pytest.mark.parametrize("form", [lambda kind: kind, lambda kind: {"type": kind}])
def test_deprecated_members_are_sent_only_if_given(form: Any) -> None:
    given = wanted(billing=form("parent_billing"), subscription=form("pro"))
    assert DATADOG.request(given).body == {
        "name": "Child",
        "billing": {"type": "parent_billing"},
        "subscription": {"type": "pro"},
    }
    assert DATADOG.request(wanted(subscription=form("free"))).body == {
        "name": "Child",
        "subscription": {"type": "free"},
    }


# ---- the answer -----------------------------------------------------------------------------------

RECORDED: dict[str, Any] = {
    "org": {
        "public_id": "dd2b22d8-0000-0000-0000-000000000002",
        "name": "Child",
        "billing": {"type": "parent_billing"},
        "created": "2021-08-05 11:39:59",
        "description": None,
        "settings": {"saml_idp_endpoint": None, "saml_login_url": None, "saml": {"enabled": False}},
        "subscription": {"started": 1628163600, "finished": None, "type": "pro", "id": 1},
    },
    "api_key": {"key": "0" * 32, "created_by": "user@example.com", "is_active": True, "disabled": ""},
    "user": {"handle": "user@example.com", "title": None, "role": None, "access_role": "adm", "is_admin": True},
    "application_key": {"hash": "1" * 40, "owner": "user@example.com", "org_id": 1, "revoked": False},
}


def created(**changed: Any) -> Created:
    body = {name: value for name, value in {**RECORDED, **changed}.items() if value != "absent"}
    return DATADOG.created(wanted().wanted, response(200, body))


def test_the_recorded_answer_with_its_nulls_and_odd_dates_is_read() -> None:
    found = created()
    assert (found.id, found.name, found.url) == (RECORDED["org"]["public_id"], "Child", "https://app.datadoghq.eu")
    assert found.secrets == {"api_key": SecretStr("0" * 32), "application_key": SecretStr("1" * 40)}
    assert found.details == {"administrator": "user@example.com", "created": "2021-08-05 11:39:59"}
    assert found.remarks == ()


@pytest.mark.parametrize(("key", "hash_"), [("k", "h"), ("k" * 99, "h" * 99)])
def test_keys_of_any_length_are_kept(key: str, hash_: str) -> None:
    found = created(api_key={"key": key}, application_key={"hash": hash_})
    assert {name: secret.get_secret_value() for name, secret in found.secrets.items()} == {
        "api_key": key,
        "application_key": hash_,
    }


NO_API_KEY = "Datadog returned no API key. Sign in to the child org and create one."
NO_APPLICATION_KEY = "Datadog returned no application key. Sign in to the child org and create one."


@pytest.mark.parametrize(
    ("changed", "kept", "remarks"),
    [
        ({"application_key": "absent"}, ["api_key"], (NO_APPLICATION_KEY,)),
        ({"application_key": None}, ["api_key"], (NO_APPLICATION_KEY,)),
        ({"application_key": {"hash": None}}, ["api_key"], (NO_APPLICATION_KEY,)),
        ({"application_key": {"hash": ""}}, ["api_key"], (NO_APPLICATION_KEY,)),
        ({"application_key": {"key": "x"}}, ["api_key"], (NO_APPLICATION_KEY,)),
        ({"api_key": "absent"}, ["application_key"], (NO_API_KEY,)),
        ({"api_key": {"key": 5}}, ["application_key"], (NO_API_KEY,)),
        ({"api_key": [], "application_key": 5}, [], (NO_API_KEY, NO_APPLICATION_KEY)),
        ({"org": "absent"}, ["api_key", "application_key"], ("Datadog returned no org id.",)),
        ({"org": {"public_id": None}}, ["api_key", "application_key"], ("Datadog returned no org id.",)),
        ({"org": {"public_id": 5}}, ["api_key", "application_key"], ("Datadog returned no org id.",)),
        ({"user": "absent"}, ["api_key", "application_key"], ()),
    ],
)
def test_what_is_missing_is_remarked_and_the_rest_kept(
    changed: dict[str, Any], kept: list[str], remarks: tuple[str, ...]
) -> None:
    found = created(**changed)
    assert (list(found.secrets), found.remarks, found.name) == (kept, remarks, "Child")


def test_what_to_do_next_names_the_org_and_its_address() -> None:
    access = DATADOG.access(created(), has_password=False)
    assert "switch to Child in the org menu at https://app.datadoghq.eu" in access["Admin"]
    assert "owner" in access["Key expires"]


def test_the_risk_of_saml_and_where_people_are_invited_are_said_after_creation() -> None:
    saml, invite = DATADOG.next_steps(created())
    assert "locked out" in saml
    assert "https://app.datadoghq.eu/" in invite


# ---- refusals -----------------------------------------------------------------------------------

EDGE = {"status": "error", "code": 403, "errors": ["Forbidden"], "statuspage": "x", "twitter": "y", "email": "z"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": ["Forbidden"]}, "Forbidden"),
        ({"errors": ["API key required", "No"]}, "API key required; No"),
        (EDGE, "Forbidden"),
        ({"errors": [{"title": "Generic Error", "detail": "Missing attribute", "status": "403"}]}, "Missing attribute"),
        ({"errors": [{"title": "Generic Error", "source": {"pointer": "/x"}}]}, "Generic Error"),
        ({"errors": "Forbidden"}, "Forbidden"),
        ({"errors": [None, {}, {"detail": None}, ""]}, ""),
        ({"errors": None}, ""),
        ({"errors": {}}, ""),
        ([], ""),
        (b"<html>Forbidden</html>", ""),
    ],
)
def test_the_texts_of_every_shape_of_error_are_told(body: Any, said: str) -> None:
    refused = DATADOG.refused(response(403, body))
    told = "Datadog refused: a permission or a feature is missing, or the keys or their site are wrong."
    assert refused.cause == (f'Datadog says: "{said}". {told}' if said else told)  # its words may be the only clue


@pytest.mark.parametrize(
    ("status", "field", "words"),
    [
        (400, "organization.name", "Datadog rejected the request"),
        (401, "credentials.api_key", "Datadog rejected the keys"),
        (403, "credentials.application_key", "the keys or their site are wrong"),
        (404, "site", "does not recognize this address"),
        (409, "organization.name", "conflict"),
        (413, "organization.name", "too large"),
        (422, "", "refused with HTTP 422"),
        (429, "", "rate limit"),
    ],
)
def test_each_status_names_its_field_or_cause(status: int, field: str, words: str) -> None:
    said = response(status, {"errors": ["Text."]}, dd_request_id="req-1")
    refused = DATADOG.refused(said)
    assert DATADOG.is_refusal(said)
    assert (refused.code, refused.field, refused.request_id) == (f"HTTP {status}", field, "req-1")
    assert words in refused.cause
    assert refused.advice


def test_the_name_of_a_used_up_limit_is_quoted() -> None:
    assert "org_creation" in DATADOG.refused(response(429, b"", x_ratelimit_name="org_creation")).advice


@pytest.mark.parametrize(
    ("reset", "wait"),
    [("42", 42), ("0", 1), ("-5", 1), ("1.5", 1.5), ("soon", None), ("nan", None), ("inf", None), ("-inf", None)],
)
def test_the_reset_is_in_seconds_from_now(reset: str, wait: float | None) -> None:
    assert DATADOG.wait_after(response(429, b"", x_ratelimit_reset=reset), now=1767225610) == wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x_ratelimit_period": "60"}, None),
        ({"retry_after": "7"}, 7),
        ({"retry_after": "7", "x_ratelimit_reset": "42"}, 42),
        ({"retry_after": "soon", "x_ratelimit_reset": "42"}, 42),
        ({"retry_after": "99", "x_ratelimit_reset": "42"}, 99),
    ],
)
def test_retry_after_counts_beside_datadogs_own_header(headers: dict[str, str], wait: float | None) -> None:
    assert DATADOG.wait_after(response(429, b"", **headers), now=0) == wait


# ---- the check ------------------------------------------------------------------------------------

VALID = response(200, {"status": "ok"})
OWN = response(200, {"orgs": [{"name": "Acme", "public_id": "abc"}]})


def listed(*children: tuple[str, str], current: str = "uuid-0", **more: Any) -> Response:
    rows = [(current, "Acme"), *children]
    references = [{"id": id_, "type": "orgs"} for id_, _ in children]
    return response(
        200,
        {
            "data": {"id": current, "type": "orgs", "relationships": {"managed_orgs": {"data": references}}},
            "included": [
                {
                    "id": id_,
                    "type": "orgs",
                    "attributes": {"public_id": f"p-{id_}", "name": name, "created_at": "2026-01-01", "url": None},
                }
                for id_, name in rows
            ],
            **more,
        },
    )


NEW_YEAR = 1767225600.0
DATE = {"date": "Thu, 01 Jan 2026 00:00:00 GMT"}
WHOLE = listed(("uuid-1", "Child"))
CUT_OFF: tuple[Reply, ...] = (
    replace(WHOLE, complete=False),
    replace(WHOLE, body=WHOLE.body[:-9]),
    listed(("uuid-1", "Child"), links={"next": "https://api.datadoghq.eu/api/v2/org?page[offset]=1"}),
    listed(("uuid-1", "Child"), meta={"page": {"next_cursor": "abc"}}),
    listed(("uuid-1", "Child"), included=json.loads(WHOLE.body)["included"][:1]),
    listed(("uuid-1", "Child"), included=[*json.loads(WHOLE.body)["included"], None]),
    listed(("uuid-1", "Child"), included=[*json.loads(WHOLE.body)["included"], {"type": "orgs"}]),
    listed(("uuid-1", "Child"), data=None),
)


def replies_of(
    keys: Reply = VALID, own: Reply = OWN, listing: Reply | None = None, alone: Reply | None = None
) -> dict[str, Reply]:
    return {
        "/api/v2/validate_keys": keys,
        "/api/v1/validate": alone or response(200, {"valid": True}),
        "/api/v1/org": own,
        "/api/v2/org": listing or listed(),
    }


def checked(name: str = "Child", **replies_: Reply) -> Preflight:
    """Run a check; `keys`, `own`, `listing` and `alone` replace the replies of a healthy parent."""
    order, replies = wanted(name=name), replies_of(**replies_)
    return talk(DATADOG.check(order.connection, order.organization), replies)


def states(found: Preflight) -> dict[str, str]:
    return {finding.stage: finding.state for finding in found.findings}


def test_a_healthy_parent_is_named_and_the_name_is_free() -> None:
    found = checked(listing=listed(("uuid-1", "Other")))
    assert found.parent == "Acme"
    assert states(found) == {"Credentials": "ok", "Right to create": "ok", "Name": "ok"}
    assert found.before == {
        "parent_id": "uuid-0",
        "parent_public_id": "p-uuid-0",
        "ids": ["uuid-0", "uuid-1"],
        "known": ["p-uuid-0", "p-uuid-1"],
        "whole": True,
        "date": None,
    }


def test_the_check_remembers_the_services_own_time() -> None:
    assert checked(listing=replace(listed(), headers=DATE)).before["date"] == NEW_YEAR


def test_the_parent_is_known_by_its_public_id_from_either_read() -> None:
    assert checked(listing=response(403, EDGE)).before["parent_public_id"] == "abc"


@pytest.mark.parametrize("listing", CUT_OFF)
def test_a_list_that_was_cut_off_proves_no_name_free(listing: Reply) -> None:
    found = checked("Other", listing=listing)
    assert (states(found)["Name"], found.before["whole"]) == ("unproven", False)
    assert "could not check" in found.findings[-1].words


def test_a_twin_in_a_list_that_was_cut_off_is_a_twin() -> None:
    assert states(checked(listing=replace(WHOLE, complete=False)))["Name"] == "warning"


def test_a_disabled_child_is_there_before_the_request() -> None:
    child = {"id": "uuid-1", "type": "orgs", "attributes": {"name": "Child", "public_id": "p", "disabled": True}}
    parent = json.loads(listed().body)["included"]
    found = checked(listing=listed(("uuid-1", "Child"), included=[*parent, child]))
    assert (states(found)["Name"], found.before["ids"]) == ("warning", ["uuid-0", "uuid-1"])


def test_all_reads_carry_both_keys_but_that_of_the_api_key_alone() -> None:
    order = wanted()
    both = {"Accept": "application/json", "DD-API-KEY": API_KEY, "DD-APPLICATION-KEY": APPLICATION_KEY}
    alone = {"Accept": "application/json", "DD-API-KEY": API_KEY}
    for call in next(DATADOG.check(order.connection, order.organization)):
        assert revealed(call.headers) == (alone if call.url.endswith("/api/v1/validate") else both)


def test_twins_are_warned_of_and_remembered() -> None:
    found = checked(listing=listed(("uuid-2", "Child"), ("uuid-1", "Child"), ("uuid-3", "child")))
    assert states(found)["Name"] == "warning"
    assert found.findings[-1].words == "a child org of this name already exists (2026-01-01, 00:00 UTC)"
    assert found.before["ids"] == ["uuid-0", "uuid-1", "uuid-2", "uuid-3"]


def test_the_parent_itself_is_no_twin() -> None:
    assert states(checked(listing=listed(), name="Acme"))["Name"] == "ok"


def test_without_an_organization_no_name_is_judged() -> None:
    found = talk(DATADOG.check(wanted().connection), replies_of())
    assert states(found) == {"Credentials": "ok", "Right to create": "ok"}


@pytest.mark.parametrize(
    "listing",
    [
        response(403, EDGE),
        response(404),
        response(500),
        response(200, b"<html>"),
        response(200, {"data": {}}),
        NoResponse("No."),
    ],
)
def test_a_list_that_cannot_be_read_leaves_the_name_unproven(listing: Reply) -> None:
    found = checked(listing=listing)
    assert states(found)["Name"] == "unproven"
    assert found.before["whole"] is False


@pytest.mark.parametrize("keys", [response(404), response(429), response(302), response(200, b"<html>Hello</html>")])
def test_keys_that_cannot_be_tried_are_unproven(keys: Reply) -> None:
    assert states(checked(keys=keys))["Credentials"] == "unproven"


@pytest.mark.parametrize(
    "own", [response(404), response(500), response(200, b"<html>"), NotSent("No."), NoResponse("No.")]
)
def test_a_permission_that_cannot_be_read_is_unproven(own: Reply) -> None:
    assert states(checked(own=own))["Right to create"] == "unproven"


NONSENSE = (
    b'{"valid": NaN, "orgs": NaN}',
    b'{"valid": "yes", "status": true, "orgs": "no", "org": 5, "errors": 7}',
    b'{"orgs": [{"public_id": 5}], "data": {"id": 5, "attributes": null}}',
    b'{"orgs": []}',
    b"[]",
    b"",
)


@pytest.mark.parametrize("body", NONSENSE)
def test_a_success_that_says_nothing_verifies_nothing(body: bytes) -> None:
    nonsense = response(200, body)
    seen = checked(keys=nonsense, own=nonsense, listing=nonsense, alone=nonsense)
    assert set(states(seen).values()) == {"unproven"}
    assert all("not verified" in finding.words for finding in seen.findings[:2])
    assert not ready(keys=nonsense, own=nonsense).ready
    assert not ready(Created("abc", "Child", "", {"api_key": SecretStr("k")}), key=nonsense).ready
    site, replies = wanted().connection.site, {"/api/v1/validate": response(200, {"valid": True})}
    state = talk(DATADOG.aftercare.key_state(site, NEW), {**replies, "/api/v2/validate_keys": nonsense})
    assert state.state == "unclear"


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("body", "state"),
    [({"errors": ["Forbidden"]}, "invalid"), (EDGE, "invalid"), (b"<html>Blocked</html>", "unclear"), (b"", "unclear")],
)
def test_stored_keys_are_invalid_only_where_datadog_itself_rejects_them(status: int, body: Any, state: str) -> None:
    site, refused = wanted().connection.site, response(status, body)
    valid = response(200, {"valid": True})
    for first in (refused, valid):
        replies = {"/api/v1/validate": first, "/api/v2/validate_keys": refused}
        assert talk(DATADOG.aftercare.key_state(site, NEW), replies).state == state


@pytest.mark.parametrize("status", [401, 403])
def test_keys_that_are_not_verified_are_not_called_valid_by_a_refusal(status: int) -> None:
    with pytest.raises(Refused) as caught:
        checked(keys=response(200, b"{}"), own=response(status, {"errors": ["Forbidden"]}))
    assert "keys are not valid, or lack the permission" in caught.value.cause


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("body", "said"), [({"errors": ["Forbidden"]}, "Forbidden"), (EDGE, "Forbidden"), (b"<html>", "HTTP {}")]
)
def test_keys_that_are_refused_are_named(status: int, body: Any, said: str) -> None:
    with pytest.raises(Refused) as caught:
        checked(keys=response(status, body), alone=NotSent("No."))
    assert caught.value.cause == f'Datadog rejected the keys. Datadog says: "{said.format(status)}".'
    assert caught.value.field == "credentials.api_key"


@pytest.mark.parametrize(
    ("alone", "cause", "field"),
    [
        (
            response(200, {"valid": True}),
            "The API key is valid at EU1, but the application key is not",
            "application_key",
        ),
        (response(403, EDGE), "Datadog doesn't recognize the API key at EU1.", "api_key"),
        (response(403, {"errors": ["API key required"]}), "Datadog doesn't recognize the API key at EU1.", "api_key"),
        (response(200, {"valid": False}), "Datadog rejected the keys.", "api_key"),
        (response(200, b"<html>"), "Datadog rejected the keys.", "api_key"),
        (response(503), "Datadog rejected the keys.", "api_key"),
        (NoResponse("Silence."), "Datadog rejected the keys.", "api_key"),
    ],
)
def test_the_wrong_one_of_two_keys_is_named_where_that_can_be_told(alone: Reply, cause: str, field: str) -> None:
    with pytest.raises(Refused) as caught:
        checked(keys=response(403, {"errors": ["Forbidden"]}), alone=alone)
    assert caught.value.cause.startswith(cause)
    assert caught.value.field == f"credentials.{field}"


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_permission_is_named(status: int) -> None:
    with pytest.raises(Refused) as caught:
        checked(own=response(status, {"errors": ["Forbidden"]}), listing=response(403, EDGE))
    assert "org_management" in caught.value.cause
    assert "org_connections_write" not in caught.value.advice
    assert caught.value.field == "credentials.application_key"


def test_another_right_over_orgs_is_named_by_what_it_reads() -> None:
    with pytest.raises(Refused) as caught:
        checked(own=response(403, {"errors": ["Forbidden"]}), listing=listed())
    assert "org_connections_write" in caught.value.advice


# ---- other sites ----------------------------------------------------------------------------------


def asked_elsewhere(site: str, known: Mapping[str, Reply]) -> tuple[list[str], list[Call]]:
    """Return the keys of the sites that know the API key, and the calls that asked."""
    conversation = DATADOG.elsewhere(wanted(site).connection)
    calls = next(conversation)
    with pytest.raises(StopIteration) as end:
        conversation.send(tuple(known.get(call.origin, response(403, EDGE)) for call in calls))
    return [found.key for found in end.value.value], list(calls)


def test_the_eight_other_sites_are_asked_for_the_api_key_alone() -> None:
    found, calls = asked_elsewhere("datadoghq.eu", {"https://api.us5.datadoghq.com": response(200, {"valid": True})})
    assert found == ["us5.datadoghq.com"]
    assert [call.url for call in calls] == [f"{s.url}/api/v1/validate" for s in SITES if s.key != "datadoghq.eu"]
    assert {call.method for call in calls} == {"GET"}
    assert all(revealed(call.headers) == {"Accept": "application/json", "DD-API-KEY": API_KEY} for call in calls)


def test_the_keys_of_another_api_url_go_to_datadogs_own_sites_only() -> None:
    _, calls = asked_elsewhere("https://proxy.example", {})
    assert [call.origin for call in calls] == [site.url for site in SITES]


@pytest.mark.parametrize(
    "reply",
    [response(200, {"valid": False}), response(200, b"<html>"), response(503), NotSent("No."), NoResponse("Silence.")],
)
def test_a_site_that_does_not_say_yes_does_not_know_the_key(reply: Reply) -> None:
    assert asked_elsewhere("datadoghq.eu", {site.url: reply for site in SITES})[0] == []


def test_a_service_that_is_unwell_is_told_as_never_sent() -> None:
    with pytest.raises(NotSent) as caught:
        checked(keys=response(503, b"<html>", dd_request_id="req-1"))
    assert (caught.value.code, caught.value.request_id) == ("HTTP 503", "req-1")


@pytest.mark.parametrize(
    ("own", "listing", "name"),
    [
        (response(200, {"orgs": []}), listed(), "Acme"),
        (response(200, {"orgs": None}), listed(), "Acme"),
        (response(200, {"orgs": [5]}), response(403), "EU1"),
        (response(200, {"orgs": [{"name": None}]}), response(200, {"included": [5, None, {"attributes": []}]}), "EU1"),
    ],
)
def test_a_parent_without_a_name_goes_by_another(own: Reply, listing: Reply, name: str) -> None:
    assert checked(own=own, listing=listing).parent == name


# ---- an unknown outcome -----------------------------------------------------------------------------

BEFORE = {"whole": True, "parent_id": "uuid-0", "ids": ["uuid-0", "uuid-1"]}


def found(listing: Reply, before: Mapping[str, Any] = BEFORE) -> LookupResult:
    order = wanted()
    return talk(DATADOG.find(order.wanted, order.connection.credentials, before), {"/api/v2/org": listing})


def test_a_child_that_is_listed_now_and_was_not_before_exists() -> None:
    seen = found(listed(("uuid-1", "Child"), ("uuid-2", "Child"), ("uuid-3", "Other")))
    assert seen.state == "exists"
    assert seen.org == {"id": "p-uuid-2", "name": "Child", "url": "https://app.datadoghq.eu"}


def test_a_child_that_came_of_another_attempt_is_not_the_one_looked_for() -> None:
    seen = found(listed(("uuid-2", "Child"), ("uuid-3", "Child")), {**BEFORE, "ours": ["p-uuid-3"]})
    assert (seen.state, seen.org["id"]) == ("exists", "p-uuid-2")


@pytest.mark.parametrize(
    ("listing", "before", "state"),
    [
        (listed(("uuid-1", "Child")), BEFORE, "absent"),
        (listed(), BEFORE, "absent"),
        (listed(("uuid-2", "Other")), BEFORE, "absent"),
        (listed(("uuid-2", "child")), BEFORE, "exists"),
        (listed(("uuid-2", " Child\u00a0")), BEFORE, "exists"),
        (listed(("uuid-2", "")), BEFORE, "unclear"),
        (listed(("uuid-2", "Child"), ("uuid-3", "")), BEFORE, "exists"),
        (listed(("uuid-2", "Child"), current="uuid-9"), BEFORE, "unclear"),
        (listed(current="uuid-9"), BEFORE, "unclear"),
        *((listing, BEFORE, "unclear") for listing in CUT_OFF),
        (listed(("uuid-2", "Child"), ("uuid-3", "Child")), BEFORE, "unclear"),
        (listed(("uuid-2", "Child")), {**BEFORE, "ours": ["p-uuid-2"]}, "absent"),
        (listed(("uuid-2", "Child")), {**BEFORE, "ours": ["uuid-2"]}, "exists"),
        (listed(("uuid-2", "Child")), {**BEFORE, "whole": False}, "unclear"),
        (listed(("uuid-2", "Child")), {"listed": True, "ids": []}, "unclear"),  # an older record
        (listed(("uuid-2", "Child")), {}, "unclear"),
        (response(403, EDGE), BEFORE, "unclear"),
        (response(200, b"<html>"), BEFORE, "unclear"),
        (response(200, {"included": None}), BEFORE, "unclear"),
        (response(503), BEFORE, "unclear"),
        (NotSent("No."), BEFORE, "unclear"),
        (NoResponse("No."), BEFORE, "unclear"),
    ],
)
def test_what_else_a_look_up_can_see(listing: Reply, before: Mapping[str, Any], state: str) -> None:
    assert found(listing, before).state == state


def test_a_look_up_tells_the_services_own_time() -> None:
    assert found(replace(listed(), headers=DATE)).date == NEW_YEAR
    assert found(replace(listed(("uuid-2", "Child")), headers=DATE)).date == NEW_YEAR


@pytest.mark.parametrize(
    ("listing", "before"),
    [(listed(current="uuid-9"), BEFORE), (response(401), BEFORE), (response(403, EDGE), BEFORE), (listed(), {})],
)
def test_what_no_later_look_can_change_is_said_to_be_so(listing: Reply, before: Mapping[str, Any]) -> None:
    assert not found(listing, before).may_change
    assert found(NoResponse("No.")).may_change


def test_without_a_list_from_before_a_person_is_told_where_to_look_and_how_to_go_on() -> None:
    seen = found(listed(), {})
    assert not seen.may_change
    assert "--again" in seen.advice
    assert found(listed()).advice == ""


def test_without_the_parents_keys_no_look_is_tried() -> None:
    seen = talk(DATADOG.find(wanted().wanted, None, BEFORE), {})
    assert (seen.state, seen.may_change) == ("unclear", False)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Caf\u00e9", "Cafe\u0301", True),
        ("Team A", "team\u00a0a", True),
        ("Team A", " Team  A ", True),
        ("Team-A", "Team\u2013A", True),
        ("STRASSE", "stra\u00dfe", True),
        ("Team A", "TeamA", False),
        ("Team-A", "Team A", False),
        ("Team", "Teams", False),
    ],
)
def test_names_that_a_reader_cannot_tell_apart_are_the_same(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


# ---- ready ----------------------------------------------------------------------------------------

NEW = Created(
    "abc/1", "Child", "https://app.datadoghq.eu", {"api_key": SecretStr("k"), "application_key": SecretStr("h")}
)
OWN_ORG = "/api/v1/org/abc%2F1"


def ready(org: Created = NEW, **replies: Reply) -> Readiness:
    paths = {"keys": "/api/v2/validate_keys", "own": OWN_ORG, "key": "/api/v1/validate"}
    return talk(DATADOG.ready(wanted().connection.site, org), {paths[name]: reply for name, reply in replies.items()})


def test_a_child_is_ready_when_its_keys_are_valid_and_read_it() -> None:
    seen = ready(keys=VALID, own=response(200, {"org": {"public_id": "abc/1"}}))
    assert (seen.ready, seen.words) == (True, "both keys are valid and read the child org")


@pytest.mark.parametrize(
    "own", [response(403, EDGE), response(200, {"org": {"public_id": "other"}}), response(200, b"<"), NoResponse("No.")]
)
def test_valid_keys_are_enough(own: Reply) -> None:
    seen = ready(keys=VALID, own=own)
    assert (seen.ready, seen.words) == (True, "both keys are valid")


@pytest.mark.parametrize(
    "keys",
    [
        response(401),
        response(403, EDGE),
        response(404),
        response(500),
        response(200, b"<html>"),
        NotSent("x"),
        NoResponse("x"),
    ],
)
def test_early_failures_of_the_keys_mean_not_yet(keys: Reply) -> None:
    assert not ready(keys=keys, own=response(200, {"org": {"public_id": "abc/1"}})).ready


@pytest.mark.parametrize(("reply", "is_ready"), [(response(200, {"valid": True}), True), (response(403, EDGE), False)])
def test_an_api_key_alone_is_tried_alone(reply: Reply, is_ready: bool) -> None:
    org = Created("abc", "Child", "", {"api_key": SecretStr("k")})
    assert ready(org, key=reply).ready is is_ready
    (call,) = next(DATADOG.ready(wanted().connection.site, org))
    assert revealed(call.headers) == {"Accept": "application/json", "DD-API-KEY": "k"}


def test_the_child_is_asked_with_its_own_keys() -> None:
    for call in next(DATADOG.ready(wanted().connection.site, NEW)):
        assert revealed(call.headers) == {"Accept": "application/json", "DD-API-KEY": "k", "DD-APPLICATION-KEY": "h"}


def test_a_child_without_an_api_key_cannot_be_asked() -> None:
    seen = ready(Created("abc", "Child", ""))
    assert (seen.ready, seen.may_change) == (False, False)


def test_datadog_asks_for_no_wait() -> None:
    assert DATADOG.settle_seconds == 0


# ---- is the name free? ----------------------------------------------------------------------------


def name_free(name: str, listing: Reply) -> Finding:
    order = wanted()
    organization = DatadogOrganization(name=name)
    conversation = DATADOG.name_free(order.connection, Preflight("Acme"), organization)
    (call,) = next(conversation)
    assert (call.method, call.url) == ("GET", f"{order.connection.site.url}/api/v2/org")
    with pytest.raises(StopIteration) as end:
        conversation.send((listing,))
    found: Finding = end.value.value
    return found


def test_a_child_of_the_same_name_is_a_warning_with_its_date() -> None:
    child = {"type": "managed_orgs", "id": "u-1", "attributes": {"name": "Twin", "created_at": "2026-01-02T03:04:05"}}
    listing = response(200, {"data": {"id": "u-0"}, "included": [child]})
    assert name_free("Twin", listing).state == "warning"
    assert "2026-01-02" in name_free("Twin", listing).words
    assert name_free("Other", listing).state == "ok"


@pytest.mark.parametrize(
    "reply", [response(403, EDGE), response(200, b"<html>"), NotSent("No."), NoResponse("Silence.")]
)
def test_a_list_that_cannot_be_read_proves_nothing_about_the_name(reply: Reply) -> None:
    assert name_free("Twin", reply).state == "unproven"


def test_only_an_unknown_api_key_or_token_may_be_of_another_site() -> None:
    assert DATADOG.of_another_site(Refused("No.", field="credentials.token"))
    assert DATADOG.of_another_site(Refused("No.", field="credentials.api_key"))
    assert not DATADOG.of_another_site(Refused("No.", field="credentials.application_key"))

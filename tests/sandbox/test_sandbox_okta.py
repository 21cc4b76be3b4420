"""The pretend Okta against the facts: hosts, tokens, validation, readiness, rate limits."""

import copy
import math
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

import httpx
import pytest

from orgwizard.sandbox.okta.bodies import ERRORS
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS

Make: TypeAlias = Callable[..., dict[str, Any]]
Wait: TypeAlias = Callable[[float], None]
CREATE = "/api/v1/orgs"
CHILD = "https://my-child-org-1.okta.com"
WELL_KNOWN = "/.well-known/okta-organization"


def ssws(token: str) -> dict[str, str]:
    return {"authorization": f"SSWS {token}"}


async def test_a_child_is_created_and_told_as_in_the_example(
    okta: httpx.AsyncClient, okta_body: Make, world: World
) -> None:
    answer = await okta.post(CREATE, json=okta_body())
    child = answer.json()
    assert answer.status_code == 201
    assert child["token"] in world.secrets
    assert child | {"tokenType": "SSWS", "status": "ACTIVE", "edition": "SKU", "expiresAt": None} == child
    assert child["licensing"] == {"apps": []}
    assert "admin" not in child
    assert {link["href"].partition("/api")[0] for link in child["_links"].values()} == {CHILD}
    assert answer.headers["x-okta-request-id"]
    assert world.creates == 1
    assert [org.subdomain for org in world.okta.children] == ["my-child-org-1"]


async def test_no_secret_shows_in_the_repr_of_a_request(okta: httpx.AsyncClient, okta_body: Make, world: World) -> None:
    await okta.post(CREATE, json=okta_body(), params={"token": "leaked"})
    assert repr(world.requests) == "[<POST https://acme.okta.com/api/v1/orgs>]"
    assert not any(secret in repr(world.okta.children) for secret in world.secrets)


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        ("", 403, "E0000005"),
        ("Basic c2FuZGJveA==", 403, "E0000005"),
        ("SSWS short", 401, "E0000011"),
        ("SSWS 00wrong-token-0000", 401, "E0000011"),
        ("SSWS 00expired-token-0000", 401, "E0000011"),
        ("SSWS 00suspended-token-00", 401, "E0000004"),
        ("SSWS 00childXXXXXXXXXXXXXX", 401, "E0000011"),
        ("DPoP 00some-plausible-token", 401, "E0000011"),
        ("SSWS 00forbidden-token-000", 403, "E0000006"),
        ("SSWS 00noperm-token-000000", 403, "E0000006"),
    ],
)
async def test_a_bad_credential_creates_nothing(
    okta: httpx.AsyncClient, okta_body: Make, world: World, header: str, status: int, code: str
) -> None:
    answer = await okta.post(CREATE, json=okta_body(), headers={"authorization": header})
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)
    assert not world.okta.children


@pytest.mark.parametrize("header", ["SSWS plausible-token", "SSWSplausible-token", "Bearer plausible-token"])
async def test_a_plausible_credential_creates(okta: httpx.AsyncClient, okta_body: Make, header: str) -> None:
    answer = await okta.post(CREATE, json=okta_body(), headers={"authorization": header})
    assert answer.status_code == 201


async def test_reads_before_a_creation(okta: httpx.AsyncClient) -> None:
    org = (await okta.get("/api/v1/org")).json()
    known = (await okta.get(WELL_KNOWN, headers={"authorization": ""})).json()
    me = await okta.get("/api/v1/users/me")
    assert org["id"] == known["id"]
    assert org["subdomain"] == "acme"
    assert known["_links"] == {"organization": {"href": "https://acme.okta.com"}}
    assert me.json()["profile"]["login"] == "admin@example.com"
    assert (await okta.get("/api/v1/org", headers=ssws("00noread-token-00"))).status_code == 403
    assert (await okta.get("/api/v1/users/me", headers={"authorization": "Bearer some-token"})).status_code == 403


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"name": None}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "   "}, "name"),
        ({"name": 7}, "name"),
        ({"name": "Party \N{PARTY POPPER}"}, "name"),
        ({"subdomain": ""}, "subdomain"),
        ({"subdomain": "My-Child"}, "subdomain"),
        ({"subdomain": "my child"}, "subdomain"),
        ({"subdomain": "-child"}, "subdomain"),
        ({"subdomain": "child-admin"}, "subdomain"),
        ({"edition": "FREE"}, "edition"),
        ({"website": None}, "website"),
        ({"admin": None}, "admin"),
        ({"admin": {}}, "admin.profile"),
        ({"admin": []}, "admin"),
        ({"recoveryQuestion": {}}, "recoveryQuestion"),
    ],
)
async def test_a_wrong_member_is_named(
    okta: httpx.AsyncClient, okta_body: Make, world: World, changed: dict[str, Any], named: str
) -> None:
    answer = await okta.post(CREATE, json=okta_body(**changed))
    error = answer.json()
    assert (answer.status_code, error["errorCode"], error["errorLink"]) == (400, "E0000001", "E0000001")
    assert [cause["errorSummary"].partition(":")[0] for cause in error["errorCauses"]] == [named]
    assert error["errorId"]
    assert not world.okta.children


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("firstName", ""),
        ("firstName", "x" * 51),
        ("lastName", "x" * 51),
        ("email", None),
        ("email", "a@b"),
        ("email", "no-at-sign.example.com"),
        ("email", "two@@example.com"),
        ("email", "a..b@example.com"),
        ("email", "a@example.c"),
        ("email", "a@example." + "c" * 21),
        ("email", "x" * 89 + "@example.com"),
        ("email", "ada\N{PARTY POPPER}@example.com"),
        ("login", None),
        ("login", "x" * 101),
        ("login", "abcd"),
        ("countryCode", "GBR"),
        ("zipCode", "1" * 51),
        ("city", "x" * 129),
        ("streetAddress", "x" * 1025),
        ("postalAddress", "x" * 4097),
        ("mobilePhone", "1" * 101),
        ("nickName", 5),
    ],
)
async def test_a_wrong_profile_attribute_is_named(
    okta: httpx.AsyncClient, okta_body: Make, member: str, value: Any
) -> None:
    body = okta_body()
    body["admin"]["profile"][member] = value
    error = (await okta.post(CREATE, json=body)).json()
    assert error["errorCode"] == "E0000001"
    assert [cause["errorSummary"].partition(":")[0] for cause in error["errorCauses"]] == [member]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("password",), {"hash": {}}, "password.hash"),
        (("password", "value"), 8, "password"),
        (("recovery_question", "question"), "", "recovery_question.question"),
        (("recovery_question", "answer"), "x" * 101, "recovery_question.answer"),
        (("recovery_question", "answer"), None, "recovery_question.answer"),
        (("provider",), {}, "admin.credentials.provider"),
    ],
)
async def test_a_wrong_credential_of_the_admin_is_named(
    okta: httpx.AsyncClient, okta_body: Make, path: tuple[str, ...], value: Any, named: str
) -> None:
    body = copy.deepcopy(okta_body())
    where = body["admin"]["credentials"]
    for step in path[:-1]:
        where = where[step]
    where[path[-1]] = value
    error = (await okta.post(CREATE, json=body)).json()
    assert error["errorCode"] == "E0000001"
    assert error["errorCauses"][0]["errorSummary"].startswith(f"{named}:")


async def test_the_least_and_the_most_that_is_allowed(okta: httpx.AsyncClient, okta_body: Make) -> None:
    profile = {"firstName": None, "lastName": None, "email": "a@b.cd", "login": "abcde", "favouriteColour": "teal"}
    least = okta_body(name="x", subdomain="x", admin={"profile": profile})
    del least["website"]
    assert (await okta.post(CREATE, json=least)).status_code == 201
    most = okta_body(name="\N{HIRAGANA LETTER A}" * 100, subdomain="y" * 57)
    assert (await okta.post(CREATE, json=most)).status_code == 201


async def test_a_null_is_allowed_where_a_missing_key_is_not(okta: httpx.AsyncClient, okta_body: Make) -> None:
    body = okta_body()
    del body["admin"]["profile"]["lastName"]
    error = (await okta.post(CREATE, json=body)).json()
    assert error["errorCauses"][0]["errorSummary"].startswith("lastName:")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"subdomain": "x" * 58}, "E0000172"),
        ({"subdomain": "taken"}, "E0000088"),
        ({"subdomain": "acme"}, "E0000088"),
        ({"name": "Acme (sandbox)"}, "E0000089"),
    ],
)
async def test_what_the_state_of_the_world_refuses(
    okta: httpx.AsyncClient, okta_body: Make, changed: dict[str, Any], code: str
) -> None:
    answer = await okta.post(CREATE, json=okta_body(**changed))
    assert (answer.status_code, answer.json()["errorCode"]) == (400, code)


async def test_a_subdomain_is_given_once(okta: httpx.AsyncClient, okta_body: Make, world: World) -> None:
    await okta.post(CREATE, json=okta_body())
    again = await okta.post(CREATE, json=okta_body(name="New org"))
    assert again.json()["errorCode"] == "E0000088"
    assert (world.creates, len(world.okta.children)) == (2, 1)


@pytest.mark.parametrize("password", ["short1A", "alllowercase1", "ALLUPPERCASE1", "NoDigitsHere", "xLovelaceAda1"])
async def test_a_weak_password_breaks_the_policy(okta: httpx.AsyncClient, okta_body: Make, password: str) -> None:
    body = okta_body()
    body["admin"]["profile"]["login"] = "lovelace@example.com"
    body["admin"]["credentials"]["password"]["value"] = password
    answer = await okta.post(CREATE, json=body)
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "E0000080")


@pytest.mark.parametrize(
    ("headers", "content", "code"),
    [
        ({"content-type": "application/json"}, b"{", "E0000003"),
        ({"content-type": "application/json"}, b"[]", "E0000003"),
        ({"content-type": "application/json"}, b'{"name": NaN}', "E0000003"),
        ({"content-type": "application/json"}, b'{"name": "\xff"}', "E0000003"),
        ({"content-type": "application/json"}, b"[" * 100_000, "E0000003"),
        ({"content-type": "text/plain"}, b"{}", "E0000021"),
        ({}, b"{}", "E0000021"),
        ({"content-type": "application/json", "accept": "text/html"}, b"{}", "E0000019"),
    ],
)
async def test_a_body_that_cannot_be_read(
    okta: httpx.AsyncClient, headers: dict[str, str], content: bytes, code: str
) -> None:
    answer = await okta.post(CREATE, headers=headers, content=content)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, code)


async def test_a_wrong_method_or_path(okta: httpx.AsyncClient) -> None:
    assert (await okta.get(CREATE)).json()["errorCode"] == "E0000022"
    assert (await okta.get("/api/v1/apps")).status_code == 405
    assert (await okta.get("/somewhere")).headers["content-type"].startswith("text/html")
    token = await okta.post("/oauth2/v1/token", data={"grant_type": "client_credentials"})
    assert (token.status_code, token.json()["error"]) == (401, "invalid_client")


async def test_a_host_without_an_org_answers_with_a_page(okta: httpx.AsyncClient, world: World) -> None:
    await okta.get("/api/v1/org")
    for host in ("my-child-org-1.okta.com", "acme-admin.okta.com", "a.b.okta.com", "reserved.okta.com"):
        answer = await okta.get(f"https://{host}{WELL_KNOWN}", headers={"authorization": ""})
        assert (answer.status_code, answer.text[:9]) == (404, "<!DOCTYPE")
    assert (await okta.get(f"https://taken.okta.com{WELL_KNOWN}")).status_code == 200
    assert not world.creates


async def test_a_host_is_a_parent_once_it_is_sent_a_parents_token(okta: httpx.AsyncClient) -> None:
    bare = {"authorization": ""}
    assert (await okta.get(WELL_KNOWN, headers=bare)).status_code == 200
    assert (await okta.get(f"https://other.oktapreview.com{WELL_KNOWN}", headers=bare)).status_code == 404
    wrong = ssws("00wrong-token-0000")
    assert (await okta.get("https://other.oktapreview.com/api/v1/org", headers=wrong)).status_code == 401
    assert (await okta.get("https://other.oktapreview.com/api/v1/org")).json()["subdomain"] == "other"
    assert (await okta.get(f"https://other.oktapreview.com{WELL_KNOWN}", headers=bare)).status_code == 200


async def test_a_custom_domain_stands_beside_the_okta_domain(okta: httpx.AsyncClient, okta_body: Make) -> None:
    links = (await okta.get(f"https://login.globex.example{WELL_KNOWN}")).json()["_links"]
    assert links["organization"]["href"] == "https://globex.okta.com"
    assert links["alternate"]["href"] == "https://login.globex.example"
    assert (await okta.get("https://globex.okta.com/api/v1/org")).status_code == 200
    child = (await okta.post(f"https://login.globex.example{CREATE}", json=okta_body())).json()
    assert child["_links"]["organization"]["href"].startswith(f"{CHILD}/")


async def test_a_child_gets_ready_step_by_step(okta: httpx.AsyncClient, okta_body: Make, wait: Wait) -> None:
    child = (await okta.post(CREATE, json=okta_body())).json()
    own = ssws(child["token"])
    assert (await okta.get(f"{CHILD}/api/v1/org", headers=own)).status_code == 404
    wait(10)
    with pytest.raises(httpx.ConnectError):
        await okta.get(CHILD + WELL_KNOWN)
    wait(10)
    assert (await okta.get(CHILD + WELL_KNOWN)).json()["id"] == child["id"]
    assert (await okta.get(f"{CHILD}/api/v1/org", headers=own)).json()["errorCode"] == "E0000011"
    wait(10)
    org = (await okta.get(f"{CHILD}/api/v1/org", headers=own)).json()
    assert (org["id"], org["status"], org["companyName"]) == (child["id"], "ACTIVE", "My Child Org 1")
    me = (await okta.get(f"{CHILD}/api/v1/users/me", headers=own)).json()
    assert me["profile"]["login"] == "ada@example.com"
    assert me["_links"]["self"] == child["_links"]["administrator"]


async def test_parent_and_child_do_not_take_each_others_tokens(
    okta: httpx.AsyncClient, okta_body: Make, wait: Wait
) -> None:
    child = (await okta.post(CREATE, json=okta_body())).json()
    wait(30)
    assert (await okta.get("/api/v1/org", headers=ssws(child["token"]))).status_code == 401
    assert (await okta.get(f"{CHILD}/api/v1/org")).status_code == 401
    bearer = {"authorization": f"Bearer {child['token']}"}
    assert (await okta.get(f"{CHILD}/api/v1/org", headers=bearer)).status_code == 401
    grandchild = await okta.post(f"{CHILD}{CREATE}", json=okta_body(subdomain="y"), headers=ssws(child["token"]))
    assert grandchild.json()["errorCode"] == "E0000015"


async def test_a_preview_parent_has_preview_children(okta: httpx.AsyncClient, okta_body: Make) -> None:
    child = (await okta.post(f"https://acme.oktapreview.com{CREATE}", json=okta_body())).json()
    assert child["_links"]["uploadLogo"]["href"].startswith("https://my-child-org-1.oktapreview.com/")
    assert (await okta.post(CREATE, json=okta_body())).status_code == 201


async def test_ten_creates_a_minute(okta: httpx.AsyncClient, okta_body: Make, wait: Wait) -> None:
    for number in range(10):
        answer = await okta.post(CREATE, json=okta_body(name=f"Org {number}", subdomain=f"org-{number}"))
        assert (answer.status_code, answer.headers["x-rate-limit-remaining"]) == (201, str(9 - number))
    answer = await okta.post(CREATE, json=okta_body())
    assert (answer.status_code, answer.json()["errorCode"]) == (429, "E0000047")
    assert (answer.headers["x-rate-limit-limit"], answer.headers["x-rate-limit-remaining"]) == ("10", "0")
    # The wait as the vendor words it: reset - Date + 1 seconds.
    reset = int(answer.headers["x-rate-limit-reset"])
    wait(reset - parsedate_to_datetime(answer.headers["date"]).timestamp() + 1)
    assert (await okta.post(CREATE, json=okta_body())).status_code == 201


async def test_every_error_has_a_status_and_words() -> None:
    assert all(400 <= status < 600 and words for status, words in ERRORS.values())


async def test_on_loopback_the_token_tells_which_org_is_meant(
    okta: httpx.AsyncClient, okta_body: Make, wait: Wait
) -> None:
    origin = "http://127.0.0.1:8123"
    child = (await okta.post(origin + CREATE, json=okta_body())).json()
    own = ssws(child["token"])
    assert child["_links"]["organization"]["href"] == f"{origin}/api/v1/orgs/my-child-org-1"
    assert (await okta.get(f"{origin}/api/v1/org", headers=own)).status_code == 404
    wait(15)
    assert (await okta.get(f"{origin}/api/v1/org", headers=own)).status_code == 401
    wait(15)
    assert (await okta.get(f"{origin}/api/v1/org", headers=own)).json()["id"] == child["id"]
    parent = (await okta.get(f"{origin}/api/v1/org")).json()
    assert parent["id"] != child["id"]
    assert (await okta.get(origin + WELL_KNOWN)).json()["id"] == parent["id"]
    named = await okta.get(f"http://my-child-org-1.localhost:8123{WELL_KNOWN}")
    assert named.json()["id"] == child["id"]


def test_seeded_orgs(world: World) -> None:
    world.okta.orgs.add_parent("big.okta-emea.com")
    world.okta.orgs.add_old_child("okta-emea.com", "old", "Old Child")
    assert {"acme", "big", "old", "taken"} == {org.subdomain for org in world.okta.orgs.siblings("okta-emea.com")}
    assert not world.okta.children
    assert all(org.born == -math.inf for org in world.okta.orgs)


def test_the_ready_made_token_is_accepted_and_says_what_it_is() -> None:
    assert "not-a-secret" in CREDENTIALS["okta.token"]

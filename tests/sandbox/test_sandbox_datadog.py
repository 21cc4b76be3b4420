"""The pretend Datadog against the facts: keys, sites, names, lists, both shapes of a 403."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import httpx
import pytest

from orgwizard.sandbox.datadog.orgs import SITES
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS

Wait: TypeAlias = Callable[[float], None]
CREATE = "/api/v1/org"
API_KEY = CREDENTIALS["datadog.api_key"]
APPLICATION_KEY = CREDENTIALS["datadog.application_key"]


def keys_of(child: dict[str, Any]) -> dict[str, str]:
    return {"dd-api-key": child["api_key"]["key"], "dd-application-key": child["application_key"]["hash"]}


async def test_a_child_is_created_and_told_as_observed(datadog: httpx.AsyncClient, world: World) -> None:
    answer = await datadog.post(CREATE, json={"name": "example-child"})
    child = answer.json()
    assert answer.status_code == 200
    assert (len(child["api_key"]["key"]), len(child["application_key"]["hash"])) == (32, 40)
    assert set(keys_of(child).values()) == world.secrets
    assert child["org"]["description"] is None
    assert child["org"]["created"] == "2026-03-01 12:00:00"
    assert child["org"]["subscription"]["type"] == "pro"
    assert child["user"]["access_role"] == "adm"
    assert [org.name for org in world.datadog.children] == ["example-child"]
    assert world.creates == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Missing required attribute: name"),
        ({"name": ""}, "Invalid name: it must be a string that is not blank"),
        ({"name": 5}, "Invalid name: it must be a string that is not blank"),
        ({"name": "x" * 33}, "Invalid name: it is limited to 32 characters"),
        ({"name": "x", "trial": True}, "Unknown attribute: trial"),
        ({"name": "x", "billing": {"type": "own"}}, "Invalid billing: its type must be one of parent_billing"),
        ({"name": "x", "billing": []}, "Invalid billing: its type must be one of parent_billing"),
        ({"name": "x", "subscription": {}}, "Invalid subscription: its type must be one of trial, free, pro"),
    ],
)
async def test_a_wrong_body(datadog: httpx.AsyncClient, world: World, body: dict[str, Any], words: str) -> None:
    answer = await datadog.post(CREATE, json=body)
    assert (answer.status_code, answer.json()) == (400, {"errors": [words]})
    assert not world.datadog.children


async def test_a_body_that_cannot_be_read(datadog: httpx.AsyncClient) -> None:
    json = {"content-type": "application/json"}
    assert (await datadog.post(CREATE, content=b"{", headers=json)).json() == {"errors": ["Invalid JSON structure"]}
    assert (await datadog.post(CREATE, content=b"{}")).status_code == 400


async def test_32_characters_are_allowed_and_names_may_repeat(datadog: httpx.AsyncClient, world: World) -> None:
    body = {"name": "\N{HIRAGANA LETTER A}" * 32, "billing": {"type": "parent_billing"}}
    for plan in ("free", "trial"):
        answer = await datadog.post(CREATE, json={**body, "subscription": {"type": plan}})
        assert answer.json()["org"]["subscription"]["type"] == plan
    assert len(world.datadog.children) == 2


@pytest.mark.parametrize(
    ("api_key", "application_key"),
    [
        (APPLICATION_KEY, API_KEY),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", APPLICATION_KEY),
        (API_KEY, "0f8fad5b-d9cb-469f-a165-70867728950e"),
        (API_KEY[:-1], APPLICATION_KEY),
        ("wrong" + API_KEY[5:], APPLICATION_KEY),
        (API_KEY, "expired" + APPLICATION_KEY[7:]),
        ("c41d" + API_KEY[4:], APPLICATION_KEY),
        (API_KEY, ""),
    ],
)
async def test_bad_keys_get_a_403(datadog: httpx.AsyncClient, world: World, api_key: str, application_key: str) -> None:
    headers = {"dd-api-key": api_key, "dd-application-key": application_key}
    answer = await datadog.post(CREATE, json={"name": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["errors"]) == (403, ["Forbidden"])
    assert (await datadog.get("/api/v2/validate_keys", headers=headers)).status_code in (401, 403)
    assert not world.datadog.children


@pytest.mark.parametrize(
    ("api_key", "application_key"),
    [("A1" * 16, "B2" * 20), (API_KEY, "ddapp_" + "x" * 34), (API_KEY, "ddpat_" + "y" * 20)],
)
async def test_other_plausible_keys_work(datadog: httpx.AsyncClient, api_key: str, application_key: str) -> None:
    headers = {"dd-api-key": api_key, "dd-application-key": application_key}
    assert (await datadog.post(CREATE, json={"name": "x"}, headers=headers)).status_code == 200


async def test_the_two_shapes_of_a_403(datadog: httpx.AsyncClient) -> None:
    missing = await datadog.get("/api/v1/validate", headers={"dd-api-key": ""})
    assert missing.json() == {"errors": ["API key required"]}
    unknown = await datadog.get("/api/v1/validate", headers={"dd-api-key": "nope"})
    assert unknown.json() | {"status": "error", "code": 403, "errors": ["Forbidden"]} == unknown.json()
    assert (await datadog.get("/api/v2/validate", headers={"dd-api-key": "nope"})).json() == {"errors": ["Forbidden"]}
    assert (await datadog.get("/api/v2/org", headers={"dd-application-key": ""})).status_code == 401
    assert (await datadog.get("/api/v2/org", headers={"dd-api-key": ""})).status_code == 401


async def test_checks_before_a_creation(datadog: httpx.AsyncClient) -> None:
    assert (await datadog.get("/api/v1/validate", headers={"dd-application-key": ""})).json() == {"valid": True}
    assert (await datadog.get("/api/v2/validate_keys")).json() == {"status": "ok"}
    (parent,) = (await datadog.get("/api/v1/org")).json()["orgs"]
    assert (await datadog.get(f"/api/v1/org/{parent['public_id']}")).json()["org"] == parent
    managed = (await datadog.get("/api/v2/org")).json()
    assert (await datadog.get("/api/v2/validate")).json()["data"]["id"] == managed["data"]["id"]


@pytest.mark.parametrize(("word", "listing"), [("forbidden", 403), ("noperm", 200)])
async def test_valid_keys_without_the_permission(datadog: httpx.AsyncClient, word: str, listing: int) -> None:
    headers = {"dd-application-key": word}
    assert (await datadog.get("/api/v2/validate_keys", headers=headers)).status_code == 200
    assert (await datadog.get("/api/v2/org", headers=headers)).status_code == listing
    assert (await datadog.get("/api/v1/org", headers=headers)).status_code == 403
    assert (await datadog.post(CREATE, json={"name": "x"}, headers=headers)).status_code == 403


async def test_the_list_shows_children_after_a_moment(datadog: httpx.AsyncClient, wait: Wait) -> None:
    child = (await datadog.post(CREATE, json={"name": "Newcomer"})).json()["org"]
    wait(4)
    assert len((await datadog.get("/api/v2/org")).json()["included"]) == 2
    wait(1)
    listed = (await datadog.get("/api/v2/org", params={"filter[name]": "newc"})).json()
    current, found = listed["included"]
    assert current["id"] == listed["data"]["id"]
    assert found["attributes"]["public_id"] == child["public_id"] != found["id"]
    assert found["attributes"]["created_at"] == "2026-03-01T12:00:00Z"
    assert listed["data"]["relationships"]["managed_orgs"]["data"] == [{"id": found["id"], "type": "orgs"}]


async def test_what_was_there_before_is_old(datadog: httpx.AsyncClient) -> None:
    listed = (await datadog.get("/api/v2/org", params={"filter[name]": "Existing Child"})).json()
    before = datetime.fromisoformat(listed["included"][1]["attributes"]["created_at"])
    assert (datetime(2026, 3, 1, tzinfo=UTC) - before).days >= 399


async def test_a_childs_keys_take_a_moment_and_open_only_the_child(datadog: httpx.AsyncClient, wait: Wait) -> None:
    child = (await datadog.post(CREATE, json={"name": "Newcomer"})).json()
    own, one = keys_of(child), f"/api/v1/org/{child['org']['public_id']}"
    assert (await datadog.get("/api/v2/validate_keys", headers=own)).status_code == 403
    wait(5)
    assert (await datadog.get("/api/v2/validate_keys", headers=own)).json() == {"status": "ok"}
    assert (await datadog.get(one, headers=own)).json()["org"] == child["org"]
    assert (await datadog.get(one)).json() == {"errors": ["Not allowed to access this organization"]}
    assert len((await datadog.get("/api/v2/org", headers=own)).json()["included"]) == 1
    mixed = {"dd-api-key": own["dd-api-key"]}
    assert (await datadog.get("/api/v2/validate_keys", headers=mixed)).status_code == 403
    assert (await datadog.post(CREATE, json={"name": "x"}, headers=own)).status_code == 403


async def test_sites_share_nothing(datadog: httpx.AsyncClient, wait: Wait) -> None:
    child = (await datadog.post(CREATE, json={"name": "Newcomer"})).json()
    wait(5)
    elsewhere = "https://api.us5.datadoghq.com/api/v2"
    assert (await datadog.get(f"{elsewhere}/validate_keys", headers=keys_of(child))).status_code == 403
    names = [org["attributes"]["name"] for org in (await datadog.get(f"{elsewhere}/org")).json()["included"]]
    assert names == ["Sandbox Parent", "Existing Child"]
    with pytest.raises(httpx.ConnectError):
        await datadog.get("https://api.us9.datadoghq.com/api/v1/validate")


async def test_all_nine_sites_and_another_api_url_answer(datadog: httpx.AsyncClient) -> None:
    assert len(SITES) == 9
    for host in (*SITES, "datadog.intranet.example"):
        assert (await datadog.get(f"https://{host}/api/v1/validate")).json() == {"valid": True}


async def test_ten_creates_a_minute(datadog: httpx.AsyncClient, wait: Wait) -> None:
    for number in range(10):
        assert (await datadog.post(CREATE, json={"name": f"Org {number}"})).status_code == 200
    answer = await datadog.post(CREATE, json={"name": "One too many"})
    assert (answer.status_code, answer.json()) == (429, {"errors": ["Too many requests"]})
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert answer.headers["x-ratelimit-period"] == "60"
    assert answer.headers["x-ratelimit-name"]
    wait(int(answer.headers["x-ratelimit-reset"]))
    assert (await datadog.post(CREATE, json={"name": "Then"})).status_code == 200


async def test_a_path_that_is_not_there(datadog: httpx.AsyncClient) -> None:
    assert (await datadog.get("/api/v1/orgs")).json() == {"errors": ["Not found"]}
    assert (await datadog.put("/api/v1/org/abc", json={})).status_code == 404


async def test_the_child_that_was_there_before_is_none_that_was_created(
    datadog: httpx.AsyncClient, world: World
) -> None:
    listed = (await datadog.get("/api/v2/org")).json()["included"]
    assert [org["attributes"]["name"] for org in listed] == ["Sandbox Parent", "Existing Child"]
    assert not world.datadog.children


PERSONAL, SERVICE = f"ddpat_{'Ab3' * 8}", f"ddsat_{'Ab3' * 8}"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": f"Bearer {PERSONAL}"}, 200),
        ({"authorization": f"bearer {SERVICE}"}, 200),
        ({"authorization": f"Bearer {CREDENTIALS['datadog.token']}"}, 200),
        ({"authorization": f"Bearer {PERSONAL}", "dd-api-key": API_KEY}, 200),
        ({"authorization": f"Bearer {PERSONAL}", "dd-api-key": "nonsense"}, 403),
        ({"authorization": f"Bearer ddapp_{'Ab3' * 11}x"}, 403),
        ({"authorization": f"Bearer wrong{PERSONAL}"}, 403),
        ({"authorization": "Bearer ddpat_nocreate_nocreate_1"}, 403),
        ({"authorization": "Bearer ddpat_noperm_noperm_noperm"}, 403),
    ],
)
async def test_access_tokens_are_taken(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    answer = await client.post(f"https://api.datadoghq.eu{CREATE}", json={"name": "x"}, headers=headers)
    assert answer.status_code == status


async def test_a_token_may_read_and_not_create(client: httpx.AsyncClient) -> None:
    headers = {"authorization": "Bearer ddpat_nocreate_nocreate_1"}
    for path in ("/api/v1/org", "/api/v2/org", "/api/v2/validate_keys"):
        assert (await client.get(f"https://api.datadoghq.eu{path}", headers=headers)).status_code == 200

"""Every name of the magic table does what its sentence says, and no ordinary name does."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest

from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS, ESCAPES, SCENARIOS, word

Make: TypeAlias = Callable[..., dict[str, Any]]
Wait: TypeAlias = Callable[[float], None]
Create: TypeAlias = Callable[..., Awaitable[Any]]

SILENCE = 100.0
# What comes of creating an org of that name, and how many orgs there are then. Per provider where they differ.
OUTCOMES: dict[str, tuple[str | dict[str, str], int]] = {
    "taken": ("400 E0000088", 0),
    "rejected": ("400 E0000089", 0),
    "reserved": ("400 E0000170", 0),
    "locked": ("400 E0000171", 0),
    "too-long": ("400 E0000172", 0),
    "weak-password": ("403 E0000080", 0),
    "e0000120": ("400 E0000120", 0),
    "http-409": ({"okta": "409 E0000000", "datadog": "409 Refused"}, 0),
    "rejected-strangely": ({"okta": "400 E0000001", "datadog": f"400 Invalid name: {ESCAPES}"}, 0),
    "feature-off": ({"okta": "401 E0000015", "datadog": "403 Multi-org is not enabled for this organization"}, 0),
    "no-permission": ({"okta": "403 E0000006", "datadog": "403 Forbidden"}, 0),
    "rate-limited": ({"okta": "429 E0000047", "datadog": "429 Too many requests"}, 0),
    "busy": ({"okta": "429 E0000047", "datadog": "429 Too many requests"}, 0),
    "read-only": ({"okta": "503 E0000010", "datadog": "503 The service is read-only"}, 0),
    "redirect": ("307 ", 0),
    "refused": ("ConnectError", 0),
    "server-error": ({"okta": "500 E0000009", "datadog": "500 Internal server error"}, 1),
    "server-error-not-created": ({"okta": "500 E0000009", "datadog": "500 Internal server error"}, 0),
    "bad-gateway": ("502 ", 1),
    "bad-gateway-not-created": ("502 ", 0),
    "reset": ("ReadError", 1),
    "reset-not-created": ("ReadError", 0),
    "reset-late": ("ReadError", 1),
    "twins": ("ReadError", 2),
    "silent": ("ReadTimeout", 1),
    "silent-not-created": ("ReadTimeout", 0),
    "slow": ({"okta": "201 whole", "datadog": "200 whole"}, 1),
    "half": ("RemoteProtocolError", 1),
    "not-json": ({"okta": "201 ", "datadog": "200 "}, 1),
    "html": ({"okta": "201 ", "datadog": "200 "}, 1),
    "empty": ({"okta": "201 ", "datadog": "200 "}, 1),
    "other-success": ({"okta": "200 whole", "datadog": "201 whole"}, 1),
    "no-token": ("201 partly", 1),
    "no-keys": ("200 partly", 1),
    "no-application-key": ("200 partly", 1),
    "odd-types": ({"okta": "201 whole", "datadog": "200 whole"}, 1),
    "long-keys": ({"okta": "201 whole", "datadog": "200 whole"}, 1),
    "elsewhere": ("201 whole", 1),
    "slow-ready": ({"okta": "201 whole", "datadog": "200 whole"}, 1),
    "never-ready": ({"okta": "201 whole", "datadog": "200 whole"}, 1),
}
NAMES = [(scenarios.provider, scenarios.name) for scenarios in SCENARIOS if scenarios.where == "organization"]


def told(answer: httpx.Response, secrets: frozenset[str]) -> str:
    """Return the status and what the body amounts to."""
    try:
        body = answer.json()
    except ValueError:
        return f"{answer.status_code} "
    if "errors" in body:
        return f"{answer.status_code} {body['errors'][0]}"
    whole = "whole" if all(secret in answer.text for secret in secrets) else "partly"
    return f"{answer.status_code} {body.get('errorCode', whole)}"


@pytest.fixture
def create(okta: httpx.AsyncClient, datadog: httpx.AsyncClient, okta_body: Make) -> Create:
    """Create an org of a given name at a provider, waiting at most 100 seconds for an answer."""

    async def made(provider: str, name: str) -> httpx.Response:
        patient = httpx.Timeout(10, read=SILENCE)
        if provider == "okta":
            return await okta.post("/api/v1/orgs", json=okta_body(name=f"The {name}", subdomain=name), timeout=patient)
        return await datadog.post("/api/v1/org", json={"name": name}, timeout=patient)

    return made


@pytest.mark.parametrize(("provider", "name"), NAMES)
async def test_a_magic_name(create: Create, world: World, provider: str, name: str) -> None:
    expected, orgs = OUTCOMES[name]
    try:
        outcome = told(await create(provider, name), world.secrets)
    except httpx.TransportError as error:
        outcome = type(error).__name__
    wanted = expected if isinstance(expected, str) else expected[provider]
    assert outcome == wanted
    assert len((*world.okta.children, *world.datadog.children)) == orgs
    assert world.creates == (0 if name == "refused" else 1)


def test_every_row_has_its_sentence() -> None:
    assert {name for _, name in NAMES} == set(OUTCOMES)
    assert len(set(SCENARIOS)) == len(SCENARIOS)
    assert all(scenarios.what.endswith(".") and scenarios.what.count("\n") == 0 for scenarios in SCENARIOS)
    assert {scenarios.where for scenarios in SCENARIOS} == {"organization", "credential"}


@pytest.mark.parametrize("name", ["Taken over", "untaken", "Slow Food", "half-life", "Silent Ltd", "html5", "e123", ""])
def test_an_ordinary_name_is_not_magic(name: str) -> None:
    assert word("okta", name) == ""
    assert word("datadog", name) == ""


def test_a_name_counts_however_it_is_written() -> None:
    assert word("okta", "my-child", "Rate limited") == "rate-limited"
    assert word("okta", "taken", "Rate limited") == "taken"
    assert word("datadog", "RATE_LIMITED!") == "rate-limited"
    assert word("datadog", "taken") == ""
    assert word("okta", "E0000089") == "e0000089"


@pytest.mark.parametrize(("provider", "first", "then"), [("okta", 429, 201), ("datadog", 429, 200)])
async def test_rate_limited_only_for_a_while(create: Create, wait: Wait, provider: str, first: int, then: int) -> None:
    assert (await create(provider, "rate-limited")).status_code == first
    wait(19)
    assert (await create(provider, "rate-limited")).status_code == first
    wait(1)
    assert (await create(provider, "rate-limited")).status_code == then


async def test_busy_is_the_concurrency_flavour(create: Create) -> None:
    headers = (await create("okta", "busy")).headers
    assert (headers["x-rate-limit-limit"], headers["x-rate-limit-remaining"]) == ("0", "0")
    assert "x-ratelimit-reset" not in (await create("datadog", "busy")).headers


async def test_slow_takes_twenty_seconds(create: Create, world: World) -> None:
    before = world.clock.now()
    await create("okta", "slow")
    assert world.clock.now() - before == 20


@pytest.mark.parametrize("provider", ["okta", "datadog"])
async def test_strange_words_reach_the_client(create: Create, provider: str) -> None:
    answer = await create(provider, "rejected-strangely")
    assert answer.status_code == 400
    words = answer.json().get("errors") or [cause["errorSummary"] for cause in answer.json()["errorCauses"]]
    assert words[0].endswith(ESCAPES)


async def test_links_elsewhere(create: Create) -> None:
    links = (await create("okta", "elsewhere")).json()["_links"]
    assert all(link["href"].startswith("https://elsewhere.elsewhere.example/") for link in links.values())


async def test_long_keys_are_longer_than_documented(create: Create) -> None:
    assert len((await create("okta", "long-keys")).json()["token"]) == 400
    assert len((await create("datadog", "long-keys")).json()["api_key"]["key"]) == 64


@pytest.mark.parametrize(("name", "seconds"), [("slow-ready", 120), ("never-ready", 10_000_000)])
async def test_okta_readiness(create: Create, client: httpx.AsyncClient, wait: Wait, name: str, seconds: float) -> None:
    token = (await create("okta", name)).json()["token"]
    wait(seconds - 1)
    client.headers["authorization"] = f"SSWS {token}"
    assert (await client.get(f"https://{name}.okta.com/api/v1/org")).status_code != 200
    wait(1)
    assert (await client.get(f"https://{name}.okta.com/api/v1/org")).is_success == (name == "slow-ready")


@pytest.mark.parametrize(("name", "seconds"), [("slow-ready", 60), ("never-ready", 10_000_000)])
async def test_datadog_readiness(
    create: Create, client: httpx.AsyncClient, wait: Wait, name: str, seconds: float
) -> None:
    key = (await create("datadog", name)).json()["api_key"]["key"]
    client.headers["dd-api-key"] = key
    wait(seconds - 1)
    assert (await client.get("https://api.datadoghq.eu/api/v1/validate")).status_code == 403
    wait(1)
    assert (await client.get("https://api.datadoghq.eu/api/v1/validate")).is_success == (name == "slow-ready")


@pytest.mark.parametrize(("name", "seconds", "found"), [("reset-late", 90, 1), ("twins", 5, 2)])
async def test_datadog_listing(
    create: Create,
    datadog: httpx.AsyncClient,
    wait: Wait,
    name: str,
    seconds: float,
    found: int,
) -> None:
    with pytest.raises(httpx.ReadError):
        await create("datadog", name)
    query = {"filter[name]": name}
    wait(seconds - 1)
    assert len((await datadog.get("/api/v2/org", params=query)).json()["included"]) == 1
    wait(1)
    assert len((await datadog.get("/api/v2/org", params=query)).json()["included"]) == 1 + found


async def test_an_outage_is_a_page(okta: httpx.AsyncClient, datadog: httpx.AsyncClient) -> None:
    for answer in (
        await okta.get("/api/v1/org", headers={"authorization": "SSWS 00outage-00"}),
        await datadog.get("/api/v1/validate", headers={"dd-api-key": "outage"}),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html;charset=utf-8")


def test_ready_made_credentials_trigger_nothing() -> None:
    words = [scenarios.name for scenarios in SCENARIOS if scenarios.where == "credential"]
    okta = {"okta.token", "okta.client_id", "okta.private_key"}
    assert set(CREDENTIALS) == okta | {"datadog.api_key", "datadog.application_key", "datadog.token"}
    assert not any(word in value for word in words for value in CREDENTIALS.values())
    assert (len(CREDENTIALS["datadog.api_key"]), len(CREDENTIALS["datadog.application_key"])) == (32, 40)

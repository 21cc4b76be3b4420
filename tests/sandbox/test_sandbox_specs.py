"""Every answer of the sandbox is valid by the vendors' documents, but for the deviations named here."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import httpx
import pytest
from jsonschema_path import SchemaPath
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.testing import MockRequest, MockResponse

from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS, SCENARIOS
from orgwizard.sandbox.transport import SandboxTransport
from tests.servers import SPECS

Make: TypeAlias = Callable[..., dict[str, Any]]
# Names that break the document on purpose.
ODD = {"not-json", "html", "empty", "odd-types", "long-keys", "bad-gateway", "bad-gateway-not-created", "other-success"}
# Statuses that the facts give for a create call and its document does not declare.
UNDECLARED = {"okta": {307, 405, 409, 503}, "datadog": {307, 401, 409, 500, 503}}


def document(name: str) -> dict[str, Any]:
    read: dict[str, Any] = SchemaPath.from_file_path(str(SPECS / name)).read_value()
    return read


@pytest.fixture(scope="module")
def okta_spec() -> OpenAPI:
    """Okta's document; its 201 never has the member `admin`, although it is listed as required."""
    read = document("okta-org-creator.openapi.yaml")
    read["components"]["schemas"]["ChildOrg"]["required"].remove("admin")
    return OpenAPI.from_dict(read)


@pytest.fixture(scope="module")
def datadog_spec() -> OpenAPI:
    """Datadog's document; the nulls of the recorded answer are allowed."""
    read = document("datadog-organizations.openapi.yaml")
    schemas = read["components"]["schemas"]
    schemas["Organization"]["properties"]["description"]["nullable"] = True
    for name in ("saml_idp_endpoint", "saml_login_url"):
        schemas["OrganizationSettings"]["properties"][name]["nullable"] = True
    return OpenAPI.from_dict(read)


class Preflight:
    """A client whose exchanges are held against a document as they happen; `seen` counts the answers that were."""

    def __init__(self, world: World, spec: OpenAPI, undeclared: set[int], headers: dict[str, str]) -> None:
        hooks = {"response": [self._check]}
        self.http = httpx.AsyncClient(
            transport=SandboxTransport(world), headers=headers, event_hooks=hooks, timeout=httpx.Timeout(10, read=60)
        )
        self._spec, self._undeclared = spec, undeclared
        self.seen = 0

    async def _check(self, answer: httpx.Response) -> None:
        if answer.status_code in self._undeclared:
            return
        asked = answer.request
        origin = f"{asked.url.scheme}://{asked.url.netloc.decode()}"
        request = MockRequest(
            origin, asked.method.lower(), asked.url.path, args=dict(asked.url.params), headers=dict(asked.headers)
        )
        response = MockResponse(await answer.aread(), answer.status_code, content_type=answer.headers["content-type"])
        self._spec.validate_response(request, response)
        self.seen += 1


@pytest.fixture
async def okta_checked(world: World, okta_spec: OpenAPI) -> AsyncIterator[Preflight]:
    headers = {"authorization": f"SSWS {CREDENTIALS['okta.token']}"}
    checked = Preflight(world, okta_spec, UNDECLARED["okta"], headers)
    async with checked.http:
        yield checked


@pytest.fixture
async def datadog_checked(world: World, datadog_spec: OpenAPI) -> AsyncIterator[Preflight]:
    keys = (CREDENTIALS["datadog.api_key"], CREDENTIALS["datadog.application_key"])
    headers = dict(zip(("dd-api-key", "dd-application-key"), keys, strict=True))
    checked = Preflight(world, datadog_spec, UNDECLARED["datadog"], headers)
    async with checked.http:
        yield checked


def names(provider: str) -> list[str]:
    chosen = (
        scenarios.name for scenarios in SCENARIOS if (scenarios.provider, scenarios.where) == (provider, "organization")
    )
    return [name for name in chosen if name not in ODD]


@pytest.mark.parametrize("name", ["plain", *names("okta")])
async def test_okta_answers_to_a_create(okta_checked: Preflight, okta_body: Make, name: str) -> None:
    body = okta_body(name=f"The {name}", subdomain=name)
    try:
        await okta_checked.http.post("https://acme.okta.com/api/v1/orgs", json=body)
    except httpx.TransportError:
        assert okta_checked.seen == 0


async def test_okta_reads_and_refusals(okta_checked: Preflight, okta_body: Make, wait: Callable[[float], None]) -> None:
    http, acme = okta_checked.http, "https://acme.okta.com"
    for path in ("/api/v1/org", "/.well-known/okta-organization"):
        await http.get(acme + path)
    await http.get("https://login.globex.example/.well-known/okta-organization")
    await http.get(f"{acme}/api/v1/org", headers={"authorization": ""})
    for headers in ({"authorization": "SSWS no"}, {"authorization": "SSWS 00forbidden-00"}, {"accept": "text/html"}):
        await http.post(f"{acme}/api/v1/orgs", json=okta_body(), headers=headers)
    await http.post(f"{acme}/api/v1/orgs", json={})
    child = (await http.post(f"{acme}/api/v1/orgs", json=okta_body())).json()
    wait(30)
    own = {"authorization": f"SSWS {child['token']}"}
    await http.get("https://my-child-org-1.okta.com/api/v1/org", headers=own)
    assert okta_checked.seen == 10


@pytest.mark.parametrize("name", ["plain", *names("datadog")])
async def test_datadog_answers_to_a_create(datadog_checked: Preflight, name: str) -> None:
    try:
        await datadog_checked.http.post("https://api.datadoghq.eu/api/v1/org", json={"name": name})
    except httpx.TransportError:
        assert datadog_checked.seen == 0


async def test_datadog_reads_and_refusals(datadog_checked: Preflight, wait: Callable[[float], None]) -> None:
    http, api = datadog_checked.http, "https://api.us5.datadoghq.com/api"
    child = (await http.post(f"{api}/v1/org", json={"name": "Child"})).json()
    wait(5)
    own = {"dd-api-key": child["api_key"]["key"], "dd-application-key": child["application_key"]["hash"]}
    for headers in ({}, own, {"dd-api-key": "wrong"}, {"dd-application-key": "forbidden"}):
        for path in ("v1/org", "v1/validate", "v2/org", "v2/validate_keys", f"v1/org/{child['org']['public_id']}"):
            await http.get(f"{api}/{path}", headers=headers)
    for path in ("v2/org", "v2/validate_keys"):
        datadog_checked._undeclared = set()
        await http.get(f"{api}/{path}", headers={"dd-api-key": ""})
    for body in ({}, {"name": "x" * 33}, {"name": 5}):
        await http.post(f"{api}/v1/org", json=body)
    assert datadog_checked.seen == 26


async def test_the_check_itself_finds_a_wrong_answer(okta_checked: Preflight, okta_body: Make) -> None:
    with pytest.raises(OpenAPIError):
        await okta_checked.http.post("https://acme.okta.com/api/v1/orgs", json=okta_body(subdomain="odd-types"))
    with pytest.raises(PathError):
        await okta_checked.http.get("https://acme.okta.com/api/v1/users/me")

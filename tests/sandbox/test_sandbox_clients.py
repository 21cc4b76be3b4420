"""The official Python clients of both vendors take the served sandbox for the real thing.

They bring their own transports and pin things, so they live in an environment of their own.
"""

import asyncio
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, TypeAlias

import pytest

from orgwizard.sandbox import http_server
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS

pytestmark = [pytest.mark.clients, pytest.mark.filterwarnings("ignore")]  # their warnings are not ours to judge
Make: TypeAlias = Callable[..., dict[str, Any]]


@pytest.fixture
def origin(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with http_server.background(world) as served:
        yield served


@pytest.fixture
def okta_create(origin: str, monkeypatch: pytest.MonkeyPatch, okta_body: Make) -> Callable[..., Any]:
    """Create an org through the Okta client; returns (org, response, error)."""
    monkeypatch.setenv("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")
    client_module = import_module("okta.client")
    models = import_module("okta.models")

    def create(token: str = CREDENTIALS["okta.token"], **body: Any) -> Any:
        config = {"orgUrl": origin, "token": token, "rateLimit": {"maxRetries": 0}, "requestTimeout": 10}
        client = client_module.Client(config)
        return asyncio.run(client.create_child_org(models.ChildOrg.from_dict(okta_body(**body))))

    return create


def test_okta_creates_and_its_client_loses_the_token(okta_create: Callable[..., Any], world: World) -> None:
    # A known defect of the client: its model wants `admin`, which no 201 has. The org exists all the same.
    with pytest.raises(ValueError, match="admin"):
        okta_create()
    assert [org.subdomain for org in world.okta.children] == ["my-child-org-1"]


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ({"subdomain": "taken"}, 400, "E0000088"),
        ({"name": "x" * 101}, 400, "E0000001"),
        ({"token": "00wrong-token-00"}, 401, "E0000011"),
        ({"token": "00forbidden-token-00"}, 403, "E0000006"),
        ({"subdomain": "rate-limited"}, 429, "E0000047"),
    ],
)
def test_okta_refusals(
    okta_create: Callable[..., Any], world: World, arguments: dict[str, str], status: int, code: str
) -> None:
    org, response, error = okta_create(**arguments)
    assert (org, error.status, error.error_code) == (None, status, code)
    assert response.status == status
    assert not world.okta.children


def test_okta_reads_the_new_org_when_it_is_ready(
    okta_create: Callable[..., Any], origin: str, world: World, wait: Callable[[float], None]
) -> None:
    with pytest.raises(ValueError, match="admin"):
        okta_create()
    (child,) = world.okta.children
    wait(30)
    client = import_module("okta.client").Client({"orgUrl": origin, "token": child.token})
    settings, _, error = asyncio.run(client.get_org_settings())
    assert error is None
    assert (settings.id, settings.status) == (child.id, "ACTIVE")
    me, _, error = asyncio.run(client.get_user("me"))
    assert error is None
    assert me.profile.email == "ada@example.com"
    known, _, error = asyncio.run(client.get_wellknown_org_metadata())
    assert (known.pipeline, error) == ("idx", None)


@pytest.fixture
def datadog_apis(origin: str) -> Callable[..., Any]:
    """Make the Datadog client's API objects of a class named by its module and name."""
    package = import_module("datadog_api_client")

    def make(module: str, name: str, api_key: str = "", application_key: str = "") -> Any:
        configuration = package.Configuration(host=origin, enable_retry=False)
        configuration.api_key["apiKeyAuth"] = api_key or CREDENTIALS["datadog.api_key"]
        configuration.api_key["appKeyAuth"] = application_key or CREDENTIALS["datadog.application_key"]
        api = getattr(import_module(f"datadog_api_client.{module}"), name)
        return api(package.ApiClient(configuration))

    return make


def new_org(**members: Any) -> Any:
    body = import_module("datadog_api_client.v1.model.organization_create_body")
    return body.OrganizationCreateBody(**members)


ORGANIZATIONS = ("v1.api.organizations_api", "OrganizationsApi")


def test_datadog_creates_and_uses_the_new_keys(
    datadog_apis: Callable[..., Any], world: World, wait: Callable[[float], None]
) -> None:
    created = datadog_apis(*ORGANIZATIONS).create_child_org(body=new_org(name="New child org"))
    keys = (created.api_key.key, created.application_key.hash)
    assert set(keys) == world.secrets
    wait(5)
    assert datadog_apis("v1.api.authentication_api", "AuthenticationApi", *keys).validate().valid
    assert str(datadog_apis("v2.api.key_management_api", "KeyManagementApi", *keys).validate_api_key().status) == "ok"
    own = datadog_apis(*ORGANIZATIONS, *keys).get_org(created.org.public_id)
    assert own.org.name == "New child org"
    listed = datadog_apis("v2.api.organizations_api", "OrganizationsApi").list_orgs(filter_name="New child")
    assert [org.attributes.name for org in listed.included] == ["Sandbox Parent", "New child org"]


@pytest.mark.parametrize(
    ("keys", "name", "status"),
    [
        ({}, "", 400),
        ({"api_key": "wrong"}, "x", 403),
        ({"application_key": "forbidden"}, "x", 403),
        ({}, "feature-off", 403),
        ({}, "rate-limited", 429),
        ({}, "server-error-not-created", 500),
    ],
)
def test_datadog_refusals(
    datadog_apis: Callable[..., Any], world: World, keys: dict[str, str], name: str, status: int
) -> None:
    errors = import_module("datadog_api_client.exceptions")
    with pytest.raises(errors.ApiException) as caught:
        datadog_apis(*ORGANIZATIONS, **keys).create_child_org(body=new_org(name=name))
    assert caught.value.status == status
    assert not world.datadog.children


def test_datadog_401(datadog_apis: Callable[..., Any]) -> None:
    errors = import_module("datadog_api_client.exceptions")
    api = datadog_apis("v2.api.key_management_api", "KeyManagementApi")
    del api.api_client.configuration.api_key["apiKeyAuth"]
    with pytest.raises(errors.UnauthorizedException):
        api.validate_api_key()


def test_datadog_loses_longer_keys(datadog_apis: Callable[..., Any], world: World) -> None:
    # A known defect of the client: it insists on 32 and 40 characters, after the org exists.
    errors = import_module("datadog_api_client.exceptions")
    with pytest.raises(errors.ApiValueError):
        datadog_apis(*ORGANIZATIONS).create_child_org(body=new_org(name="long-keys"))
    assert len(world.datadog.children) == 1

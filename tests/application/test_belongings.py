"""What the user already has, in variables, in the vendors' files and in the sandbox; told without being read."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from orgwizard.application.connection.discovery import Discovery
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers import PROVIDERS, provider_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog.fields import Keys
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.okta.fields import ApiToken, ServiceApp
from orgwizard.providers.okta.provider import Okta

TOKEN = "00typed-token-canary"


@pytest.fixture
def discovery() -> Discovery:
    return Discovery({"OKTA_API_TOKEN": TOKEN, "DD_SITE": "datadoghq.eu", "OKTA_CLIENT_TOKEN": ""})


def test_a_variable_that_is_set_is_offered_by_name_and_not_read(discovery: Discovery) -> None:
    (token,) = questions(ApiToken)
    offer = discovery.credential(Okta(), token)
    assert offer is not None
    assert offer.typed == Reference(env="OKTA_API_TOKEN")  # the first name is set, and empty
    assert "OKTA_API_TOKEN" in offer.source
    assert TOKEN not in repr(offer)


def test_of_a_service_app_the_key_is_offered_by_name_and_the_client_id_as_it_is(discovery: Discovery) -> None:
    set_there = replace(discovery, environ={"OKTA_CLIENT_CLIENTID": "0oa1", "OKTA_API_PRIVATE_KEY": "-----BEGIN"})
    offers = [set_there.credential(Okta(), question) for question in questions(ServiceApp)]
    assert [offer and offer.typed for offer in offers] == ["0oa1", Reference(env="OKTA_API_PRIVATE_KEY"), None, None]


def test_nothing_is_offered_where_nothing_is_set(discovery: Discovery) -> None:
    assert [discovery.credential(Datadog(), question) for question in questions(Keys)] == [None, None]
    assert discovery.site(Okta()) is None


def test_the_site_is_offered_from_its_variable(discovery: Discovery) -> None:
    offer = discovery.site(Datadog())
    assert offer is not None
    assert (offer.typed, offer.source) == ("datadoghq.eu", "from $DD_SITE")


def test_the_sandbox_offers_its_own_before_any_variable(discovery: Discovery) -> None:
    sandboxed = replace(discovery, sandbox_values={"okta.token": "pretended", "okta.site": "acme.okta.com"})
    (token,) = questions(ApiToken)
    offer, site = sandboxed.credential(Okta(), token), sandboxed.site(Okta())
    assert offer is not None
    assert site is not None
    assert offer.typed == SecretStr("pretended")
    assert site.typed == "acme.okta.com"


def test_what_is_offered_decides_the_method(discovery: Discovery) -> None:
    assert [discovery.method(Okta()), discovery.method(Datadog())] == ["api-token", ""]
    bearer = replace(discovery, environ={"OKTA_CLIENT_TOKEN": TOKEN, "OKTA_CLIENT_AUTHORIZATIONMODE": "Bearer"})
    assert bearer.method(Okta()) == "access-token"
    assert replace(bearer, sandbox_values={"okta.token": "pretended"}).method(Okta()) == "api-token"


def test_what_is_there_decides_the_provider(discovery: Discovery) -> None:
    keys = {"DD_API_KEY": "a", "DD_APP_KEY": "b"}
    assert replace(discovery, environ={"DD_API_KEY": "a"}).likely_provider() == provider_of("datadog")
    assert replace(discovery, environ={}).likely_provider() == provider_of("okta")
    assert replace(discovery, environ={"DD_SITE": "datadoghq.eu"}).likely_provider() == provider_of("datadog")
    assert replace(discovery, environ=keys | {"OKTA_CLIENT_ORGURL": "acme"}).likely_provider() == provider_of("datadog")
    okta = {"OKTA_CLIENT_TOKEN": TOKEN, "OKTA_CLIENT_ORGURL": "acme.okta.com"}
    assert replace(discovery, environ=keys | okta).likely_provider() == provider_of("okta")


def test_odd_files_of_the_vendor_are_remarked_on(
    discovery: Discovery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".dogrc").write_text("nonsense")
    assert discovery.remarks(Okta()) == []
    assert len(discovery.remarks(Datadog())) == 1
    assert replace(discovery, sandbox_values={"okta.token": "pretended"}).remarks(Datadog()) == []


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)
def test_no_variable_is_overlooked(provider: Provider) -> None:
    names = {name for model in provider.methods.values() for question in questions(model) for name in question.env}
    for template in (*provider.site_env, *provider.method_env):
        names |= set(re.findall(r"{(\w+)}", template) or [template])
    assert names
    assert [name for name in names if not name.startswith(provider.env_prefixes)] == []

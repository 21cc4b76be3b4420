"""Sites as people and variables name them; a name that is not known leads to no site of the vendor."""

from collections.abc import Mapping

import pytest

from orgwizard.domain.errors import BadInput
from orgwizard.providers import site_at
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.okta.provider import Okta

DATADOG, OKTA = Datadog(), Okta()
HOST = "https://api.datadoghq.eu"


@pytest.mark.parametrize(
    ("typed", "title", "told"),
    [
        ("EU", "EU1", False),
        ("eu", "EU1", False),
        ("US", "US1", False),
        ("datadoghq.eu.", "EU1", False),
        ("https://api.datadoghq.eu/", "EU1", False),
        ("https://api.datadoghq.eu/api/v1", "EU1", False),
        ("https://app.datadoghq.eu", "EU1", False),
        ("app.us3.datadoghq.com", "US3", True),
        ("acme.us3.datadoghq.com", "US3", True),
        ("https://acme.datadoghq.com/account/login", "US1", True),
        ("acme.datadoghq.eu", "EU1", True),
        ("acme.ddog-gov.com", "US1-FED", True),
        ("acme.us2.ddog-gov.com", "US2-FED", True),
    ],
)
def test_every_form_of_a_datadog_site(typed: str, title: str, told: bool) -> None:
    site = DATADOG.site(typed)
    assert (site.title, bool(site.notice), site.question) == (title, told, "")
    assert not told or site.title in site.notice


@pytest.mark.parametrize(
    "typed",
    [
        "us9.datadoghq.com",
        "ap3.datadoghq.com",
        "api.us9.datadoghq.com",
        "a.b.datadoghq.com",
        "datadoghq.com.evil.example",
    ],
)
def test_a_site_that_is_not_known_is_never_taken_for_another(typed: str) -> None:
    with pytest.raises(BadInput):
        DATADOG.site(typed)
    assert DATADOG.site(f"https://{typed}").question


KEYS, OLDER = {"DD_API_KEY": "k"}, {"DATADOG_API_KEY": "k"}
BOTH_SITES = {"DD_SITE": "datadoghq.com", "DATADOG_SITE": "datadoghq.eu"}


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, ""),
        ({"DATADOG_SITE": "datadoghq.eu"}, "DATADOG_SITE"),
        ({"DATADOG_HOST": HOST}, "DATADOG_HOST"),
        ({"DATADOG_SITE": "EU", "DATADOG_HOST": HOST}, "DATADOG_SITE"),
        (BOTH_SITES, "DD_SITE"),
        ({**BOTH_SITES, **KEYS}, "DD_SITE"),
        ({**BOTH_SITES, **KEYS, **OLDER}, "DD_SITE"),
        ({**BOTH_SITES, **OLDER}, "DATADOG_SITE"),
        ({"DD_HOST": HOST, "DATADOG_HOST": HOST, **OLDER}, "DATADOG_HOST"),
        ({"DD_SITE": "", "DATADOG_SITE": "datadoghq.eu", **KEYS}, "DATADOG_SITE"),
    ],
)
def test_the_site_is_the_one_set_beside_the_keys(environ: Mapping[str, str], name: str) -> None:
    found = DATADOG.site_in(environ)
    assert (found.source, found.typed) == (f"from ${name}", environ[name]) if found else not name


@pytest.mark.parametrize(
    ("environ", "url", "told"),
    [
        ({}, "", ""),
        ({"OKTA_BASE_URL": "okta.com"}, "", ""),
        ({"OKTA_CLIENT_ORGURL": "https://x.okta.com", "OKTA_ORG_NAME": "acme"}, "https://x.okta.com", "ORGURL"),
        ({"OKTA_ORG_NAME": "acme"}, "https://acme.okta.com", "is not set"),
        ({"OKTA_ORG_NAME": "acme", "OKTA_BASE_URL": ""}, "https://acme.okta.com", "is not set"),
        (
            {"OKTA_ORG_NAME": "acme", "OKTA_BASE_URL": "oktapreview.com"},
            "https://acme.oktapreview.com",
            "OKTA_BASE_URL",
        ),
        ({"OKTA_ORG_NAME": "acme", "OKTA_BASE_URL": ".okta.com"}, "https://acme.okta.com", "OKTA_BASE_URL"),
        ({"OKTA_ORG_NAME": "acme.", "OKTA_BASE_URL": "https://okta-emea.com/"}, "https://acme.okta-emea.com", ""),
        ({"OKTA_ORG_NAME": "acme.okta-gov.com"}, "https://acme.okta-gov.com", "OKTA_ORG_NAME"),
        ({"OKTA_ORG_NAME": "https://acme.okta.com", "OKTA_BASE_URL": "okta.com"}, "https://acme.okta.com", ""),
    ],
)
def test_the_parent_at_okta_is_read_from_both_families_of_variables(
    environ: Mapping[str, str], url: str, told: str
) -> None:
    found = OKTA.site_in(environ)
    assert bool(found) is bool(url)
    if found:
        assert OKTA.site(str(found.typed)).url == url
        assert told in found.source


@pytest.mark.parametrize("base", ["okta-miltest.com", "trex-govcloud.com", "okta.mil"])
def test_every_base_domain_of_oktas_sdks_is_known(base: str) -> None:
    site = OKTA.site(f"acme-admin.{base}")
    assert (site.url, site.question) == (f"https://acme.{base}", "")
    assert site.notice
    with pytest.raises(BadInput):
        OKTA.site(base)


@pytest.mark.parametrize(
    ("provider", "typed", "told"),
    [
        (OKTA, "https://acme.okta.com/admin/apps", True),
        (OKTA, "acme.okta.com?fromURI=x", True),
        (OKTA, "https://acme.okta.com/", False),
        (OKTA, "acme.okta.com", False),
        (DATADOG, "https://app.datadoghq.eu/organization-settings", True),
        (DATADOG, "EU1", False),
    ],
)
def test_a_path_is_not_left_out_without_a_word(provider: Provider, typed: str, told: bool) -> None:
    assert bool(site_at(provider, typed).notice) == told


def test_a_website_without_a_scheme_is_said_to_be_sent_like_that() -> None:
    model = OKTA.organization
    assert "https://" in model.notice("website", {"website": "www.example.com"})
    assert not model.notice("website", {"website": "https://www.example.com"})
    assert not model.notice("name", {"website": "www.example.com"})

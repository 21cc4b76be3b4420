"""What was most likely meant by a value that is nearly right; the suggestion itself is right, and has none."""

import pytest

from orgwizard.domain.forms.validation import problems
from orgwizard.providers.okta.fields import OktaOrganization
from orgwizard.providers.okta.provider import Okta


@pytest.mark.parametrize(
    ("field", "text", "meant"),
    [
        ("subdomain", "MyChild", "my-child"),
        ("subdomain", "My Child", "my-child"),
        ("subdomain", "my_child", "my-child"),
        ("subdomain", "foo.okta.com", "foo"),
        ("subdomain", "https://foo.oktapreview.com/app", "foo"),
        ("subdomain", "foo-admin.okta.com", "foo"),
        ("subdomain", "my-child", ""),
        ("website", "www.example.com", "https://www.example.com"),
        ("website", "example.com:8080/path", "https://example.com:8080/path"),
        ("website", "https://www.example.com", ""),
        ("website", "example", ""),
        ("website", "ada@example.com", ""),
        ("name", "MyChild", ""),
    ],
)
def test_what_was_meant_by_a_field(field: str, text: str, meant: str) -> None:
    assert OktaOrganization.correction(field, text) == meant
    if meant:
        assert field not in problems(OktaOrganization, {"name": "x", "subdomain": "x", field: meant})
        assert OktaOrganization.correction(field, meant) == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("acme", "acme.okta.com"), (" Acme ", "acme.okta.com"), ("acme.okta.com", ""), ("localhost", "")],
)
def test_what_was_meant_by_an_org_url(typed: str, meant: str) -> None:
    assert Okta().site_correction(typed) == meant


def test_nothing_of_a_credential_is_suggested() -> None:
    assert OktaOrganization.correction("subdomain", "00" + "Ab" * 20) == ""

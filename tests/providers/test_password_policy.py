"""Okta's default password policy: what a password lacks, as the sandbox judges it too."""

import pytest

from orgwizard.providers.okta.password_policy import shortcomings
from orgwizard.sandbox.okta.rules import AdminBody, breaks_policy

LOGIN = "ada.lovelace@example.com"


@pytest.mark.parametrize(
    ("password", "lacking"),
    [
        ("Engine-of-1843", []),
        ("Aa345678", []),
        ("Aa34567", ["1 more character"]),
        ("", ["8 more characters", "a-z", "A-Z", "0-9"]),
        ("engine-of-1843", ["A-Z"]),
        ("ENGINE-OF-1843", ["a-z"]),
        ("Engine-of-Babbage", ["0-9"]),
        ("1-Ada.Lovelace", ["nothing of the login in it"]),
        ("xxLOVELACE-1x", ["nothing of the login in it"]),
        ("Ada-of-1843", []),
    ],
)
def test_what_a_password_lacks(password: str, lacking: list[str]) -> None:
    assert shortcomings(password, LOGIN) == lacking


@pytest.mark.parametrize("password", ["Engine-of-1843", "Aa34567", "engine-of-1843", "Engine-of-Babbage"])
def test_the_sandbox_refuses_what_lacks_something(password: str) -> None:
    admin: AdminBody = {"profile": {"login": LOGIN}, "credentials": {"password": {"value": password}}}
    assert breaks_policy({"admin": admin}) is bool(shortcomings(password, LOGIN))

"""The table of what is typed nearly right, in a plan: what was meant is said beside what is wrong."""

import pytest

from orgwizard.application.plans.plan_file import Plan
from orgwizard.providers import PROVIDERS, site_at
from tests.suggestions import ROWS, Typed

OKTA = {
    "provider": "okta",
    "site": "acme.okta.com",
    "credentials": {"token": {"env": "TOKEN"}},
    "organization": {"name": "My Child", "subdomain": "my-child"},
    "administrator": {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"},
}
KEYS = {"api_key": {"env": "A"}, "application_key": {"env": "B"}}
DATADOG = {"provider": "datadog", "site": "US1", "credentials": KEYS, "organization": {"name": "My Child"}}


def problems(row: Typed) -> dict[str, str]:
    """Return what a plan with that value in it is told."""
    plan = dict(OKTA if row.provider == "okta" else DATADOG)
    section, _, key = row.field.partition(".")
    plan[section] = {**plan[section], key: row.text} if key else row.text  # type: ignore[dict-item]
    return Plan(plan).checked()[1]


@pytest.mark.parametrize("row", ROWS)
def test_a_plan_says_what_was_meant(row: Typed) -> None:
    found = problems(row)
    assert set(found) <= {row.field}
    said = found.get(row.field, "")
    takes_it = row.field == "organization.website" and row.text == "www.example.com"  # a host is one, too
    if row.meant and not takes_it:
        assert f"Did you mean {row.meant}?" in said
    assert row.says in said
    assert ("confirmed_host" in said) is row.asked
    if not (row.meant or row.says or row.asked):
        assert said == ""
    if row.url:
        assert site_at(next(p for p in PROVIDERS if p.key == row.provider), row.text).url == row.url


def test_a_password_in_the_wrong_place_is_told_in_no_form() -> None:
    for text in ("Correct horse 7 battery", "Sommer2024!", "Canary-passw0rd"):
        said = problems(Typed("okta", "organization.subdomain", text))["organization.subdomain"]
        assert "Did you mean" not in said

"""Administrators of earlier orgs: names and e-mail address are kept with the org and offered again."""

from datetime import UTC, datetime

from pydantic import SecretStr

from orgwizard.application.administrators import details, used, without_secrets
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.okta.administrator_fields import OktaAdministrator
from orgwizard.providers.okta.provider import Okta
from orgwizard.storage.profiles import Org, Profile

ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"}
BOB = {"first_name": "Bob", "last_name": "Babbage", "email": "bob@example.com"}


def profile(day: int, person: dict[str, str], provider: str = "okta") -> Profile:
    kept = details(person.items())
    made = datetime(2026, 1, day, tzinfo=UTC)
    return Profile(
        name=f"p{day}",
        provider=provider,
        site="https://a.okta.com",
        created=made,
        org=Org(id="1", name="x", url="https://x.okta.com"),
        details=kept,
    )


def test_each_is_offered_once_the_latest_first() -> None:
    assert used(Okta(), [profile(1, ADA), profile(3, BOB), profile(2, ADA)]) == [BOB, ADA]


def test_one_of_another_provider_an_incomplete_one_and_a_secret_are_not() -> None:
    secret = {**ADA, "last_name": "00" + "Ab1" * 13 + "x"}
    profiles = [profile(1, ADA, "datadog"), profile(2, {"email": "x@example.com"}), profile(3, secret)]
    assert used(Okta(), profiles) == []
    assert used(Datadog(), profiles) == []


def test_another_org_begins_without_secrets_and_what_needs_them() -> None:
    typed = {**ADA, "login": "ada", "profile": {"title": "CTO"}, "recovery_question": "Which bird?"}
    secrets = {"password": SecretStr("x"), "recovery_answer": Reference(env="X")}
    kept = without_secrets(OktaAdministrator, {**typed, **secrets})
    assert kept == {**ADA, "login": "ada", "profile": {"title": "CTO"}}

"""The table of what is typed nearly right, in plain lines: Enter takes what was meant."""

import pytest

from orgwizard.application.service import Service
from orgwizard.domain.forms.draft import Draft
from tests.plain.test_wizard import OKTA_CONNECT, OKTA_SITE, walked
from tests.suggestions import TYPED, Typed

SITES = [pytest.param(row, id=str(row)) for row in TYPED if row.is_site]
BEFORE = {"datadog site": ("2", "10"), "okta site": ("1",)}


@pytest.mark.parametrize("row", SITES)
def test_a_site_is_said_to_be_another_and_taken_by_enter(service: Service, row: Typed) -> None:
    asked = ("no",) if row.asked else ()
    begin = ("2", "10") if row.provider == "datadog" else ("1",)
    more = ("" if row.provider == "datadog" or row.meant else row.text,) if row.meant else ()
    terminal = walked(service, (*begin, row.text, *asked, *more, ":quit"))
    assert row.says in terminal.said
    assert ("Send your" in terminal.said) is row.asked
    draft = service.drafts.load() or Draft()
    assert f"Enter for {row.meant}" in terminal.said or "(Enter for" in terminal.said
    if row.meant:
        assert draft.site == row.meant
    if row.says:
        assert draft.site != row.text


def test_a_site_of_the_other_provider_leads_back_to_the_choice_of_one(service: Service) -> None:
    terminal = walked(service, ("1", "datadoghq.eu", "2", "4", ":quit"))
    assert "That is Datadog. Choose it as the provider." in terminal.said
    draft = service.drafts.load()
    assert draft is not None
    assert (draft.provider, draft.site) == ("datadog", "datadoghq.eu")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ((*("My Child", "MyChild", ""), ""), {"subdomain": "my-child"}),
        (("My Child", "foo.okta.com", "", ""), {"subdomain": "foo"}),
        (("My Child", "", "www.example.com", ""), {"website": "https://www.example.com"}),
        (("My Child", "", "www.example.com", "www.example.com"), {"website": "www.example.com"}),
        (("My Child", "", "none", ""), {}),
    ],
)
def test_an_answer_is_said_to_be_another_and_taken_by_enter(
    service: Service, typed: tuple[str, ...], meant: dict[str, str]
) -> None:
    walked(service, (*OKTA_SITE, *OKTA_CONNECT, *typed, ":quit"))
    draft = service.drafts.load()
    assert draft is not None
    assert draft.section("organization") == {"name": "My Child", **meant}

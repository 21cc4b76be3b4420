from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.domain.order_key import Marks, OrderKey, folded
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog.fields import DatadogOrganization, Keys
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.okta.fields import OktaOrganization
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.order import Order
from tests.fakes import datadog_order, okta_order

ATTEMPT = "20261122-160000-aaaa"


def same(one: OrderKey, other: OrderKey) -> bool | None:
    return one.marks(ATTEMPT).same(other.marks(ATTEMPT))


def key(provider: Provider, order: Order, **before: Any) -> OrderKey:
    return provider.order_key(order.wanted, order.connection.credentials, before)


def named(name: str) -> Order:
    return replace(datadog_order(), organization=DatadogOrganization(name=name))


@pytest.mark.parametrize(
    "other",
    ["caf\u00e9 team-1", "Cafe\u0301 Team-1", "Caf\u00e9\u00a0Team-1", "CAF\u00c9 TEAM\u20111", " Café  Team–1 "],
)
def test_names_that_people_take_for_one_are_one(other: str) -> None:
    assert folded(other) == folded("Café Team-1")


@pytest.mark.parametrize("other", ["Cafe Team-1", "Café Team-2", "CaféTeam-1", "Café Team 1"])
def test_other_names_are_others(other: str) -> None:
    assert folded(other) != folded("Café Team-1")


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)


def test_an_okta_org_is_known_by_its_subdomain() -> None:
    okta, order = Okta(), okta_order()
    a, b = (replace(order, organization=OktaOrganization(name="Team", subdomain=s)) for s in ("team-a", "team-b"))
    renamed = replace(order, organization=OktaOrganization(name="Crew", subdomain="team-a"))
    assert same(key(okta, a), key(okta, b)) is False
    assert same(key(okta, a), key(okta, renamed)) is True


def test_an_okta_parent_is_known_by_each_of_its_hosts_and_by_its_id() -> None:
    okta, order = Okta(), okta_order()
    custom = replace(order, connection=replace(order.connection, site=okta.site("https://login.acme.com")))
    known = key(okta, order, domain="acme.okta.com", parent_id="00oParent")
    assert same(key(okta, custom), known) is False  # nothing tells yet that it is the same parent
    assert same(key(okta, custom, domain="acme.okta.com"), known) is True
    assert same(key(okta, custom, parent_id="00oParent"), known) is True
    assert same(key(okta, custom, domain="beta.okta.com", parent_id="00oOther"), known) is False


def test_a_datadog_parent_is_known_by_its_api_key_and_by_its_id() -> None:
    datadog, order = Datadog(), named("Team")
    keys = Keys(api_key=SecretStr("e" * 32), application_key=SecretStr("d" * 40))
    others = replace(order, connection=replace(order.connection, credentials=keys))
    assert same(key(datadog, order), key(datadog, order)) is True
    assert same(key(datadog, order), key(datadog, others)) is None  # its keys may have been changed
    assert same(key(datadog, order, parent_public_id="abc"), key(datadog, others)) is None
    assert same(key(datadog, order, parent_public_id="abc"), key(datadog, others, parent_id="uuid")) is None
    assert same(key(datadog, order, parent_id="uuid"), key(datadog, others, parent_id="uuid")) is True
    assert same(key(datadog, order, parent_id="uuid"), key(datadog, others, parent_id="other")) is False
    assert same(key(datadog, order, parent_public_id="abc"), key(datadog, others, parent_public_id="abc")) is True
    assert same(key(datadog, order, parent_public_id="abc"), key(datadog, others, parent_public_id="xyz")) is False


def test_a_datadog_org_of_another_site_is_another() -> None:
    datadog, order = Datadog(), named("Team")
    us5 = replace(order, connection=replace(order.connection, site=datadog.site("US5")))
    assert same(key(datadog, order, parent_public_id="abc"), key(datadog, us5, parent_public_id="abc")) is False
    assert same(key(datadog, order), key(datadog, us5)) is False


def test_a_datadog_parent_is_known_by_its_uuid_through_any_host() -> None:
    datadog, order, uuid = Datadog(), named("Team"), "0f8fad5b-d9cb-469f-a165-70867728950e"
    gateway = replace(order, connection=replace(order.connection, site=datadog.site("https://datadog.acme.com")))
    assert same(key(datadog, order, parent_id=uuid), key(datadog, gateway, parent_id=uuid.upper())) is True
    assert same(key(datadog, order, parent_id=uuid), key(datadog, gateway, parent_id=uuid[::-1])) is False


def test_without_a_parent_it_cannot_be_told() -> None:
    known, unknown = OrderKey("okta", "team", frozenset(("host acme.okta.com",))), OrderKey("okta", "team")
    assert same(known, unknown) is None
    assert same(OrderKey("okta", "crew"), unknown) is False


def test_marks_hold_neither_a_name_nor_a_key() -> None:
    found = key(Datadog(), named("Team"), parent_public_id="abc").marks(ATTEMPT)
    assert "team" not in found.words
    assert "c" * 32 not in found.words
    assert Marks.parse(found.words) == found
    assert found != key(Datadog(), named("Team"), parent_public_id="abc").marks("20261122-160000-bbbb")


def test_a_key_is_not_shown_with_its_secrets() -> None:
    assert "c" * 32 not in repr(key(Datadog(), named("Team")))


MARK = "0123456789ab"


@pytest.mark.parametrize(
    "words", ["", "abc", f"id_{MARK}", f"{MARK}-ID_{MARK}", "zzzzzzzzzzzz", "abc-def", f"{MARK}-", "0123456789AB"]
)
def test_other_words_in_a_file_name_are_no_marks(words: str) -> None:
    assert Marks.parse(words) is None

"""The world as a whole: who answers where, what is recorded, and that nothing makes it stumble."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.domain.clock import Clock
from orgwizard.sandbox.messages import Reply, Request
from orgwizard.sandbox.okta.rules import causes
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS

KEYS = {
    "dd-api-key": CREDENTIALS["datadog.api_key"],
    "dd-application-key": CREDENTIALS["datadog.application_key"],
}
JSON = {"content-type": "application/json"}
TOP = ["name", "subdomain", "edition", "website", "admin", "billing", "subscription", "type"]
BELOW = ["profile", "firstName", "login", "email", "credentials", "password", "value", "recovery_question", "question"]
MEMBERS = st.sampled_from([*TOP, *BELOW])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["SKU", "pro"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=6),
    max_leaves=20,
)


def ask(world: World, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Reply:
    return world.answer(Request(method, httpx.URL(url), headers, b"" if body is None else json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("provider", "url", "headers", "status"),
    [
        ("okta", "http://127.0.0.1:1/api/v1/org", KEYS, 403),
        ("datadog", "http://127.0.0.1:1/api/v1/org", {}, 403),
        ("datadog", "http://127.0.0.1:1/.well-known/okta-organization", {}, 404),
        ("", "http://127.0.0.1:1/.well-known/okta-organization", {}, 200),
        ("", "http://[::1]:1/.well-known/okta-organization", {}, 200),
        ("", "http://127.0.0.1:1/api/v1/org", KEYS, 200),
        ("", "http://127.0.0.1:1/api/v2/org", {}, 401),
    ],
)
def test_who_answers_on_loopback(provider: str, url: str, headers: dict[str, str], status: int) -> None:
    assert ask(World(Clock(), provider=provider), "GET", url, headers).status == status


def test_the_same_seed_makes_the_same_secrets() -> None:
    def secrets(seed: str) -> frozenset[str]:
        world = World(Clock(), seed=seed)
        assert ask(world, "POST", "https://api.datadoghq.com/api/v1/org", {**KEYS, **JSON}, {"name": "x"}).status == 200
        return world.secrets

    assert secrets("a") == secrets("a")
    assert len(secrets("a") | secrets("b") | secrets("") | secrets("")) == 8


def test_a_child_of_another_world_does_not_exist() -> None:
    world, child = World(Clock()), "https://my-child.okta.com"
    stale = {"authorization": "SSWS 00child" + "x" * 35}
    assert ask(world, "GET", f"{child}/api/v1/org", stale).status == 404
    assert ask(world, "GET", f"{child}/.well-known/okta-organization", {}).status == 404


@given(st.dictionaries(MEMBERS, VALUES, max_size=6))
def test_any_body_gets_an_answer(body: dict[str, Any]) -> None:
    token = {"authorization": f"SSWS {CREDENTIALS['okta.token']}"}
    told = ask(World(Clock()), "POST", "https://acme.okta.com/api/v1/orgs", {**token, **JSON}, body)
    assert told.status in (201, 400, 403)
    assert (told.status == 400) >= bool(causes(body))
    told = ask(World(Clock()), "POST", "https://api.datadoghq.com/api/v1/org", {**KEYS, **JSON}, body)
    assert told.status in (200, 400)


@given(st.text(), st.text(), st.binary())
def test_any_header_and_body_gets_an_answer(header: str, key: str, body: bytes) -> None:
    world = World(Clock())
    for url in ("https://acme.okta.com/api/v1/orgs", "https://api.datadoghq.com/api/v1/org"):
        headers = {"authorization": header, "dd-api-key": key, "dd-application-key": key, "content-type": key}
        assert 400 <= world.answer(Request("POST", httpx.URL(url), headers, body)).status < 600
    assert world.creates == 2

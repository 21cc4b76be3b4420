"""A clock that jumps, a world on it, and clients of that world."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import httpx
import pytest

from orgwizard.domain.clock import Clock
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.sandbox.transport import SandboxTransport

START = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
PATIENT = httpx.Timeout(10, read=None)
Make: TypeAlias = Callable[..., dict[str, Any]]


class JumpingClock(Clock):
    """Passes time without waiting: who sleeps finds the time gone by."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.time - 1000.0)

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def world(clock: JumpingClock) -> World:
    return World(clock, seed="tests")


@pytest.fixture
def wait(clock: JumpingClock) -> Callable[[float], None]:
    """Let seconds of the world pass."""

    def passed(seconds: float) -> None:
        clock.time += seconds

    return passed


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=SandboxTransport(world), timeout=PATIENT) as made:
        yield made


@pytest.fixture
async def okta(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the parent acme.okta.com with its token."""
    async with httpx.AsyncClient(
        transport=SandboxTransport(world),
        base_url="https://acme.okta.com",
        headers={"authorization": f"SSWS {CREDENTIALS['okta.token']}", "accept": "application/json"},
        timeout=PATIENT,
    ) as made:
        yield made


@pytest.fixture
async def datadog(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the parent at the site EU1 with its keys."""
    async with httpx.AsyncClient(
        transport=SandboxTransport(world),
        base_url="https://api.datadoghq.eu",
        headers={
            "dd-api-key": CREDENTIALS["datadog.api_key"],
            "dd-application-key": CREDENTIALS["datadog.application_key"],
        },
        timeout=PATIENT,
    ) as made:
        yield made


@pytest.fixture
def okta_body() -> Make:
    """Make the body of an Okta create request; keyword arguments replace members."""

    def make(name: str = "My Child Org 1", subdomain: str = "my-child-org-1", **changed: Any) -> dict[str, Any]:
        profile = {
            "firstName": "Ada",
            "lastName": "Lovelace",
            "email": "ada@example.com",
            "login": "ada@example.com",
            "mobilePhone": None,
        }
        credentials = {
            "password": {"value": "Analytical1843"},
            "recovery_question": {"question": "Which engine?", "answer": "The analytical one"},
        }
        body = {
            "subdomain": subdomain,
            "name": name,
            "website": "https://www.example.com",
            "edition": "SKU",
            "admin": {"profile": profile, "credentials": credentials},
        }
        return body | changed

    return make

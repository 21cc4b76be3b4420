"""The sandbox behind a real socket: the same answers, real broken connections, a clean end."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import httpx
import pytest

from orgwizard.domain.clock import Clock
from orgwizard.sandbox import http_server
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS

Make: TypeAlias = Callable[..., dict[str, Any]]
SSWS = {"authorization": f"SSWS {CREDENTIALS['okta.token']}"}
KEYS = {
    "dd-api-key": CREDENTIALS["datadog.api_key"],
    "dd-application-key": CREDENTIALS["datadog.application_key"],
}
PROGRAM = """
import sys
from orgwizard.domain.clock import Clock
from orgwizard.sandbox.http_server import serve
serve(sys.argv[1], int(sys.argv[2]), Clock(), started=lambda origin: print(origin, flush=True))
print("over", flush=True)
"""


@pytest.fixture
def served(world: World) -> Iterator[httpx.Client]:
    """A client of the served world; requests name its origin by themselves."""
    with (
        http_server.background(world) as origin,
        httpx.Client(base_url=origin, trust_env=False, timeout=httpx.Timeout(10, read=30)) as client,
    ):
        yield client


def test_okta_from_creation_to_readiness(served: httpx.Client, okta_body: Make, wait: Callable[[float], None]) -> None:
    answer = served.post("/api/v1/orgs", json=okta_body(), headers=SSWS)
    child = answer.json()
    own = {"authorization": f"SSWS {child['token']}"}
    assert (answer.status_code, answer.headers["x-rate-limit-remaining"]) == (201, "9")
    assert child["_links"]["organization"]["href"] == str(served.base_url.join("/api/v1/orgs/my-child-org-1"))
    assert served.get("/api/v1/org", headers=own).status_code == 404
    wait(30)
    assert served.get("/api/v1/org", headers=own).json()["id"] == child["id"]
    assert served.get("/api/v1/org", headers=SSWS).json()["subdomain"] == "sandbox"
    known = served.get("/.well-known/okta-organization", headers={"host": "my-child-org-1.localhost"})
    assert known.json()["id"] == child["id"]


def test_datadog_with_a_filter(served: httpx.Client, wait: Callable[[float], None]) -> None:
    assert served.post(
        "/api/v1/org", json={"name": "Caf\N{LATIN SMALL LETTER E WITH ACUTE} & Co"}, headers=KEYS
    ).is_success
    wait(5)
    found = served.get("/api/v2/org", params={"filter[name]": "\N{LATIN SMALL LETTER E WITH ACUTE} & c"}, headers=KEYS)
    assert len(found.json()["included"]) == 2


@pytest.mark.parametrize(
    ("name", "error", "orgs"),
    [
        ("reset", httpx.ReadError, 1),
        ("reset-not-created", httpx.ReadError, 0),
        ("refused", httpx.ReadError, 0),
        ("half", httpx.RemoteProtocolError, 1),
    ],
)
def test_broken_connections_are_really_broken(
    served: httpx.Client, world: World, name: str, error: type[Exception], orgs: int
) -> None:
    with pytest.raises(error):
        served.post("/api/v1/org", json={"name": name}, headers=KEYS)
    assert len(world.datadog.children) == orgs
    assert served.get("/api/v1/validate", headers=KEYS).is_success


def test_the_first_half_arrives(served: httpx.Client) -> None:
    raw = bytearray()

    def read() -> None:
        with served.stream("POST", "/api/v1/org", json={"name": "half"}, headers=KEYS) as answer:
            raw.extend(answer.headers["content-length"].encode() + b":")
            for piece in answer.iter_raw():
                raw.extend(piece)

    with pytest.raises(httpx.RemoteProtocolError):
        read()
    length, _, half = raw.partition(b":")
    assert len(half) == int(length) // 2


def test_a_silent_server_gives_up_when_the_client_does(served: httpx.Client, world: World) -> None:
    with pytest.raises(httpx.ReadTimeout):
        served.post("/api/v1/org", json={"name": "silent"}, headers=KEYS, timeout=0.2)
    assert len(world.datadog.children) == 1


def test_a_slow_answer_comes_in_the_end(served: httpx.Client, world: World) -> None:
    before = world.clock.now()
    assert served.post("/api/v1/org", json={"name": "slow"}, headers=KEYS).is_success
    assert world.clock.now() - before == 20


def test_a_strange_host_header_and_status(served: httpx.Client) -> None:
    assert served.get("/api/v1/validate", headers={**KEYS, "host": "a:b"}).status_code == 404
    assert served.post("/api/v1/org", json={"name": "http-499"}, headers=KEYS).status_code == 499


def test_a_port_in_use_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match=r"[Aa]ddress already in use"):
            http_server.serve("okta", taken.getsockname()[1], Clock(), started=print)


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "okta", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        origin = program.stdout.readline().strip()
        assert httpx.get(f"{origin}/api/v1/org", headers=SSWS, trust_env=False, timeout=10).is_success
        program.send_signal(number)
        out, err = program.communicate(timeout=20)
    assert (out, err, program.returncode) == ("over\n", "", 0)

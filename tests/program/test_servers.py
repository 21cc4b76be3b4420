"""The whole program against servers on loopback: exact requests, one create call, keys in one place."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from orgwizard import cli
from orgwizard.application import runner
from orgwizard.domain import clock
from orgwizard.domain.raw_response import response_of
from orgwizard.sandbox.router import World
from tests import servers
from tests.servers import (
    CHILD_API_KEY,
    CHILD_APPLICATION_KEY,
    CHILD_TOKEN,
    DATADOG_CREATED,
    GIVEN,
    OKTA_CREATED,
    RECEIVED,
    DatadogServer,
    Ended,
    Home,
    OktaServer,
    Server,
    Spec,
    http,
    json_answer,
    serving,
)

SPEED = 100.0
KEYS = {"outcome", "ready", "attempt", "provider", "site", "org", "stored", "error"}


# ---- as a program of its own, held against the vendors' documents --------------------------------------


def created(home: Home, ended: Ended, provider: str, secrets: dict[str, str]) -> None:
    """Hold a good end against the contract: the object, the exit code, and where each secret is."""
    assert ended.code == 0, ended.err
    said = ended.json()
    assert set(said) >= KEYS
    assert (said["outcome"], said["ready"], said["error"], said["provider"]) == ("created", True, None, provider)
    assert said["org"]["id"] == servers.CHILD_ID
    assert "secrets" not in said
    (name,) = said["stored"].values()
    kept = Path(name)
    assert kept.stat().st_mode & 0o777 == 0o600
    for key, secret in secrets.items():
        assert f'{key} = "{secret}"' in kept.read_text()
        assert home.holding(secret) == [kept]
    for secret in GIVEN:
        assert home.holding(secret) == []
    for secret in (*GIVEN, *RECEIVED):
        assert secret not in ended.out + ended.err


PROGRAM = ("tests.hurried", "20")  # Okta's half minute takes seconds


def test_the_real_program_creates_a_child_at_datadog(tmp_path: Path) -> None:
    spec, home = Spec("datadog-organizations.openapi.yaml", "https://api.datadoghq.eu"), Home(tmp_path, program=PROGRAM)
    with serving(DatadogServer(json_answer(200, DATADOG_CREATED), spec)) as server:
        ended = home.run("create", "--plan", home.datadog(server.url), "--yes", "--json")
    created(home, ended, "datadog", {"api_key": CHILD_API_KEY, "application_key": CHILD_APPLICATION_KEY})
    (create,) = server.asked("POST", "/api/v1/org")
    assert dict(create.headers) == {
        "Host": f"127.0.0.1:{server.port}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "keep-alive",
        "Content-Length": str(len(create.body)),
        "Content-Type": "application/json",
        "DD-API-KEY": DatadogServer.parent_keys[0],
        "DD-APPLICATION-KEY": DatadogServer.parent_keys[1],
        "User-Agent": "orgwizard",
    }
    assert create.json() == {"name": "My Child"}
    assert not server.faults


@pytest.mark.full
def test_the_real_program_creates_a_child_at_okta(tmp_path: Path) -> None:
    spec, home = Spec("okta-org-creator.openapi.yaml", "https://acme.okta.com"), Home(tmp_path, program=PROGRAM)
    with serving(OktaServer(json_answer(201, OKTA_CREATED), spec)) as server:
        ended = home.run("create", "--plan", home.okta(server.url), "--yes", "--json")
    created(home, ended, "okta", {"token": CHILD_TOKEN})
    (create,) = server.asked("POST", "/api/v1/orgs")
    assert dict(create.headers) == {
        "Host": f"127.0.0.1:{server.port}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Authorization": f"SSWS {OktaServer.parent_token}",
        "Connection": "keep-alive",
        "Content-Length": str(len(create.body)),
        "Content-Type": "application/json",
        "User-Agent": "orgwizard",
    }
    assert create.json() == {
        "subdomain": "my-child",
        "name": "My Child",
        "website": "https://www.example.com",
        "edition": "SKU",
        "admin": {
            "profile": {
                "firstName": "Ada",
                "lastName": "Lovelace",
                "email": "ada@example.com",
                "login": "ada@example.com",
                "mobilePhone": "+44 1",
                "title": "Countess",
            },
            "credentials": {
                "password": {"value": servers.PASSWORD},
                "recovery_question": {"question": "Which engine?", "answer": servers.ANSWER},
            },
        },
    }
    assert not server.faults
    assert_reads_only(server)


def assert_reads_only(server: Server) -> None:
    """Everything but the create call is a read."""
    assert {seen.method for seen in server.requests} == {"GET", "POST"}
    assert sum(seen.method == "POST" for seen in server.requests) == 1


# ---- every refusal and every doubt, in this process and with the clock sped up ------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    return made


Program = Callable[..., Ended]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Program]:
    """Run the command line in this process; its engines are closed afterwards."""
    engines: list[runner.Engine] = []

    class Remembered(runner.Engine):
        def __init__(self) -> None:
            super().__init__()
            engines.append(self)

    real = clock.Clock
    monkeypatch.setattr(clock, "Clock", lambda speed=1.0: real(speed * SPEED))
    monkeypatch.setattr(runner, "Engine", Remembered)

    def run(*argv: str) -> Ended:
        code = cli.main(argv)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    yield run
    for one in engines:
        one.close()


def create(program: Program, plan: str) -> tuple[Ended, dict[str, Any]]:
    ended = program("create", "--plan", plan, "--yes", "--json")
    said = ended.json()
    assert set(said) >= KEYS
    assert not [secret for secret in GIVEN if secret in ended.out + ended.err]
    return ended, said


def okta_error(status: int, code: str, *causes: str, **headers: str) -> bytes:
    error = {
        "errorCode": code,
        "errorSummary": "In words that may change",
        "errorLink": code,
        "errorId": "oae-evidence",
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }
    return json_answer(status, error, **headers)


OKTA_REFUSALS = [
    (400, "E0000001", ("subdomain: The field is odd",), "organization.subdomain", "subdomain"),
    (400, "E0000001", ("name: The field is too long",), "organization.name", "too long"),
    (400, "E0000001", ("website: odd",), "organization.website", "odd"),
    (400, "E0000001", ("firstName: The field cannot be left blank",), "administrator.first_name", "blank"),
    (400, "E0000001", ("lastName: odd",), "administrator.last_name", "odd"),
    (400, "E0000001", ("email: Does not match required pattern",), "administrator.email", "pattern"),
    (400, "E0000001", ("login: Username must be in the form of an email",), "administrator.login", "form"),
    (400, "E0000001", ("Password requirements were not met",), "administrator.password", "Password"),
    (400, "E0000001", (), None, "In words that may change"),
    (400, "E0000003", (), None, "read the request"),
    (400, "E0000088", (), "organization.subdomain", "taken"),
    (400, "E0000089", (), "organization.name", "name"),
    (400, "E0000170", (), "organization.subdomain", "reserved"),
    (400, "E0000171", (), "organization.subdomain", "locked"),
    (400, "E0000172", (), "organization.subdomain", "too long"),
    (400, "E0000120", (), "organization.subdomain", "taken"),
    (400, "E0000019", (), None, "Accept"),
    (400, "E0000021", (), None, "Content-Type"),
    (401, "E0000011", (), "credentials.token", "token"),
    (401, "E0000004", (), "credentials.token", "credentials"),
    (401, "E0000015", (), None, "not enabled"),
    (403, "E0000006", (), "credentials.token", "not permitted to create"),
    (403, "E0000005", (), "credentials.token", "session"),
    (403, "E0000080", (), "administrator.password", "password"),
    (405, "E0000022", (), None, "Org Creator"),
    (429, "E0000047", (), None, "rate limit"),
    (503, "E0000010", (), None, "read-only"),
    (400, "E9999999", (), None, "In words that may change"),
]


@pytest.mark.parametrize(("status", "code", "causes", "field", "words"), OKTA_REFUSALS)
def test_okta_refuses(
    home: Home, program: Program, status: int, code: str, causes: tuple[str, ...], field: str | None, words: str
) -> None:
    with serving(OktaServer(okta_error(status, code, *causes, X_Okta_Request_Id="req-1"))) as server:
        ended, said = create(program, home.okta(server.url))
    assert (ended.code, said["outcome"]) == (3, "not_created")
    assert (said["error"]["code"], said["error"]["field"], said["error"]["request_id"]) == (code, field, "req-1")
    assert words in said["error"]["message"]
    assert said["error"]["message"].startswith("Nothing was created.")
    assert len(server.asked("POST", "/api/v1/orgs")) == (4 if status == 429 else 1)
    assert said["stored"] is None


DATADOG_EDGE = {"status": "error", "code": 403, "errors": ["Forbidden"], "statuspage": "x", "twitter": "x"}
DATADOG_JSONAPI = {"errors": [{"title": "Generic Error", "detail": "Missing required attribute", "status": "400"}]}
DATADOG_REFUSALS: list[tuple[int, Any, str | None, str]] = [
    (400, {"errors": ["Invalid name"]}, "organization.name", "Invalid name"),
    (400, DATADOG_JSONAPI, "organization.name", "Missing required attribute"),
    (401, {"errors": ["Unauthorized"]}, "credentials.api_key", "Unauthorized"),
    (403, {"errors": ["Forbidden"]}, "credentials.application_key", "Forbidden"),
    (403, {"errors": ["API key required"]}, "credentials.application_key", "API key required"),
    (403, DATADOG_EDGE, "credentials.application_key", "Forbidden"),
    (404, {"errors": ["Not found"]}, "site", "address"),
    (409, {"errors": ["exists"]}, "organization.name", "exists"),
    (413, {"errors": ["too large"]}, "organization.name", "too large"),
    (422, {"errors": "one text"}, None, "one text"),
    (429, {"errors": ["Rate limit of 1 requests"]}, None, "rate limit"),
]


@pytest.mark.parametrize(("status", "body", "field", "words"), DATADOG_REFUSALS)
def test_datadog_refuses(home: Home, program: Program, status: int, body: Any, field: str | None, words: str) -> None:
    with serving(DatadogServer(json_answer(status, body, X_RateLimit_Name="org_creation"))) as server:
        ended, said = create(program, home.datadog(server.url))
    assert (ended.code, said["outcome"]) == (3, "not_created")
    assert (said["error"]["code"], said["error"]["field"]) == (f"HTTP {status}", field)
    assert words in said["error"]["message"]
    assert ("org_creation" in said["error"]["hint"]) == (status == 429)
    assert len(server.asked("POST", "/api/v1/org")) == (4 if status == 429 else 1)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (301, 3, "not_created"),
        (302, 5, "unknown"),  # a processed POST may be answered so (RFC 9110 15.4.3 and 15.4.4)
        (303, 5, "unknown"),
        (307, 3, "not_created"),
        (308, 3, "not_created"),
    ],
)
def test_a_redirect_is_not_followed_and_the_other_host_hears_nothing(
    home: Home, program: Program, status: int, code: int, outcome: str
) -> None:
    with serving(servers.answering(http(200))) as other:
        away = http(status, b"", {"Location": f"{other.url}/api/v1/org"})
        with serving(DatadogServer(away)) as server:
            ended, said = create(program, home.datadog(server.url))
    assert (ended.code, said["outcome"], other.connections) == (code, outcome, 0)
    assert "127.0.0.1" in said["error"]["message"]
    assert len(server.asked("POST", "/api/v1/org")) == 1


HALF = json.dumps(DATADOG_CREATED).encode()[:40]
DOUBTS: dict[str, Any] = {
    "500": json_answer(500, {"errors": ["Internal error"]}),
    "reset": servers.resetting_after_the_request,
    "half a body": http(200, HALF, {"Content-Length": "2000"}),
    "not json": http(200, b"Created!"),
}


@pytest.mark.full
@pytest.mark.parametrize("name", DOUBTS)
def test_a_doubt_is_looked_up_and_never_sent_again(home: Home, program: Program, name: str) -> None:
    act = DOUBTS[name]
    create_reply = act if isinstance(act, bytes) else after_reading(act)
    with serving(DatadogServer(create_reply)) as server:
        ended, said = create(program, home.datadog(server.url))
    assert (ended.code, said["outcome"], said["stored"]) == (5, "unknown", None)
    assert said["error"]["message"].startswith("It is not known")
    assert len(server.requests) - len(server.asked("GET", "/api/v2/org")) == 4  # three other reads, one create call
    assert len(server.asked("GET", "/api/v2/org")) == 4  # the list from before, and three looks
    (record,) = json.loads(program("orgs", "--json").out)["orgs"]
    assert (record["outcome"], record["state"]) == ("unknown", "unknown")
    if name in ("not json", "half a body"):
        answer = response_of(Path(record["spool"]).read_bytes())
        assert answer is not None
        assert answer.body in (b"Created!", HALF)
        assert record["spool"] in said["error"]["message"]


def after_reading(act: servers.Act) -> servers.Act:
    """Return what happens to a request that was read already."""

    def acted(peer: servers.Peer) -> None:
        if act is servers.resetting_after_the_request:
            peer.reset()

    return acted


def test_a_server_that_refuses_the_connection_is_never_sent(home: Home, program: Program) -> None:
    ended, said = create(program, home.datadog(f"http://127.0.0.1:{servers.unused_port()}"))
    assert (ended.code, said["outcome"]) == (4, "not_created")
    assert said["error"]["message"].startswith("Nothing was created.")


def test_wrong_keys_never_come_to_the_create_call(home: Home, program: Program, monkeypatch: Any) -> None:
    monkeypatch.setenv("DD_APP_KEY", "another-application-key")
    with serving(DatadogServer(json_answer(200, DATADOG_CREATED))) as server:
        ended, said = create(program, home.datadog(server.url))
    assert (ended.code, said["error"]["field"]) == (3, "credentials.api_key")
    assert server.asked("POST", "/api/v1/org") == []


@pytest.mark.full
def test_a_child_that_is_not_ready_is_created_all_the_same(home: Home, program: Program) -> None:
    body = {**OKTA_CREATED, "token": "00token-that-the-child-does-not-take-yet"}
    with serving(OktaServer(json_answer(201, body))) as server:
        ended, said = create(program, home.okta(server.url))
    assert (ended.code, said["outcome"], said["ready"]) == (6, "created", False)
    assert home.holding(body["token"]) == [Path(said["stored"]["file"])]


def test_links_to_another_host_get_no_token(home: Home, program: Program) -> None:
    with serving(servers.answering(http(200))) as other:
        links = {name: {"href": f"{other.url}/api/v1/{name}"} for name in ("organization", "administrator", "policy")}
        with serving(OktaServer(json_answer(201, {**OKTA_CREATED, "_links": links}))) as server:
            ended, said = create(program, home.okta(server.url))
    assert (ended.code, other.connections) == (0, 0)
    assert said["org"]["url"] == server.url


def test_text_from_the_service_cannot_drive_the_terminal(home: Home, program: Program) -> None:
    text = "\x1b]52;c;QQ==\x07 \x9b31m \u202eesrever"
    with serving(DatadogServer(json_answer(400, {"errors": [text]}))) as server:
        plan = home.datadog(server.url)
        plain = program("create", "--plan", plan, "--yes")
    assert plain.code == 3
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", plain.out + plain.err)


@pytest.mark.full
def test_two_programs_with_the_same_order_send_one_request(home: Home) -> None:
    def hold(peer: servers.Peer) -> None:
        holding.set()
        go_on.wait(30)
        peer.send(json_answer(200, DATADOG_CREATED))

    holding, go_on = threading.Event(), threading.Event()
    with serving(DatadogServer(hold)) as server, ThreadPoolExecutor(1) as pool:
        plan = home.datadog(server.url)
        first = pool.submit(home.run, "create", "--plan", plan, "--yes", "--json")
        try:
            assert holding.wait(30)
            second = home.run("create", "--plan", plan, "--yes", "--json")
        finally:
            go_on.set()
        assert first.result().json()["outcome"] == "created"
    assert (second.code, second.json()["outcome"]) == (7, None)
    assert first.result().json()["attempt"] in second.json()["error"]["message"]
    assert len(server.asked("POST", "/api/v1/org")) == 1


# ---- the other loopback address ----


@pytest.fixture
def six(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the sandbox at the loopback address of IPv6; gives the origin."""
    pytest.importorskip("uvicorn")
    from orgwizard.sandbox import http_server

    def listener(port: int) -> socket.socket:
        return socket.create_server(("::1", port), family=socket.AF_INET6)

    try:
        listener(0).close()
    except OSError:
        pytest.skip("there is no IPv6 here")
    monkeypatch.setattr(http_server, "_listener", listener)
    monkeypatch.setattr(http_server, "HOST", "[::1]")
    with http_server.background(World(clock.Clock(2000.0))) as origin:
        yield origin


@pytest.mark.parametrize("provider", ["okta", "datadog"])
def test_the_loopback_address_of_ipv6_is_this_machine_too(
    home: Home, six: str, program: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    plan = home.okta(six) if provider == "okta" else home.datadog(six)
    said = program("create", "--plan", plan, "--yes", "--no-wait", "--json").json()
    assert (said["outcome"], said["site"], said["stored"] is not None) == ("created", six, True), said

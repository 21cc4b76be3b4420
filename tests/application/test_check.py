"""The preflight: its stages, each failure alone with its words and exit code, and its single round trip."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard import cli
from orgwizard.application.connection.provider_calls import check, route_findings
from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Call, Response, Route, Send
from orgwizard.network import deadlines
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog.fields import DatadogOrganization, Keys
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.okta.fields import ApiToken, OktaOrganization
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.order import Connection
from orgwizard.sandbox.scenarios import CREDENTIALS
from tests import servers
from tests.servers import GIVEN, Ended, Home, answering, http, serving

OKTA, DATADOG = Okta(), Datadog()
FAST = ("--sandbox", "--sandbox-speed", "2000")
TOKEN = CREDENTIALS["okta.token"]
API_KEY, APPLICATION_KEY = CREDENTIALS["datadog.api_key"], CREDENTIALS["datadog.application_key"]
Site = Callable[[ExitStack, Path], str]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Check a plan with these variables; whatever is printed holds none of the secrets."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)

    def checked(plan: str, *argv: str, **environ: str) -> Ended:
        for name, value in {**home.environ, **environ}.items():
            monkeypatch.setenv(name, value)
        for secret_file in home.folder.glob("answer"):
            secret_file.chmod(0o600)
        code = cli.main(["check", "--plan", plan, *argv])
        captured = capsys.readouterr()
        for secret in {*GIVEN, TOKEN, API_KEY, APPLICATION_KEY, *environ.values()}:
            assert secret not in captured.out + captured.err
        return Ended(code, captured.out, captured.err)

    return checked


# ---- in the sandbox ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "stages"),
    [
        ("okta", {"Address": "ok", "Credentials": "ok", "Right to create": "unproven", "Name": "ok", "Store": "ok"}),
        ("datadog", {"Address": "ok", "Credentials": "ok", "Right to create": "ok", "Name": "ok", "Store": "ok"}),
    ],
)
def test_the_stages_of_a_healthy_check(
    run: Callable[..., Ended], home: Home, provider: str, stages: dict[str, str]
) -> None:
    plan = home.okta("https://acme.okta.com") if provider == "okta" else home.datadog("datadoghq.eu")
    said = run(plan, "--json", *FAST).json()
    assert {found["stage"]: found["state"] for found in said["findings"]} == stages
    assert list(stages) == [found["stage"] for found in said["findings"]]
    assert (said["outcome"], said["error"]) == ("not_created", None)
    shown = run(plan, *FAST)
    assert shown.code == 0
    assert shown.out.startswith(f"Parent org: {said['parent']}\nAddress: the sandbox, no network\nCredentials: ")


REFUSALS = [
    ("okta", {"OKTA_CLIENT_TOKEN": "00wrong-token"}, 3, "The token is not valid."),
    ("okta", {"OKTA_CLIENT_TOKEN": "00suspended-token"}, 3, "Okta rejected the credentials."),
    ("okta", {"OKTA_CLIENT_TOKEN": "00outage-token"}, 4, "Okta returned HTTP 503"),
    ("okta", {"organization.subdomain": "acme"}, 3, "The subdomain is taken: an org answers at"),
    ("datadog", {"DD_API_KEY": "wrong" + "f" * 27}, 3, "Datadog doesn't recognize the API key at EU1."),
    ("datadog", {"DD_APP_KEY": "wrong" + "f" * 35}, 3, "The API key is valid at EU1, but the application key is not"),
    ("datadog", {"DD_APP_KEY": "noperm" + "f" * 34}, 3, "The keys are valid, but lack the permission Org Management"),
    ("datadog", {"DD_APP_KEY": "outage" + "f" * 34}, 4, "Datadog returned HTTP 503"),
]


def changed_plan(home: Home, provider: str, changes: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return a plan and variables; a change with a dot goes into the plan."""
    answers = {name.replace(".", "__"): f'"{value}"' for name, value in changes.items() if "." in name}
    environ = {name: value for name, value in changes.items() if "." not in name}
    plan = home.okta("https://acme.okta.com", **answers) if provider == "okta" else home.datadog("EU1", **answers)
    return plan, environ


@pytest.mark.parametrize(("provider", "changes", "code", "words"), REFUSALS)
def test_each_refusal_alone_has_words_and_an_exit_code(
    run: Callable[..., Ended], home: Home, provider: str, changes: dict[str, str], code: int, words: str
) -> None:
    plan, environ = changed_plan(home, provider, changes)
    ended = run(plan, *FAST, **environ)
    assert ended.code == code
    meaning, cause, *_ = ended.err.splitlines()
    assert cause[: len(words)] == words
    assert "check" in meaning
    assert "created" not in ended.err
    assert [other for *_, other in REFUSALS if cause.startswith(other)] == [words]
    assert ended.out == "Address: the sandbox, no network\n"
    said = run(plan, "--json", *FAST, **environ).json()
    assert words in said["error"]["message"]
    assert "created" not in said["error"]["message"]
    assert (said["parent"], [found["stage"] for found in said["findings"]]) == (None, ["Address"])


@pytest.mark.parametrize("as_json", [("--json",), ()])
def test_a_store_that_does_not_work_fails_a_check_that_is_good_otherwise(
    run: Callable[..., Ended], home: Home, as_json: tuple[str, ...]
) -> None:
    plan = home.datadog("datadoghq.eu", store='{ command = ["false"] }')
    ended = run(plan, *as_json, *FAST)
    assert ended.code == 2
    assert "Right to create" in ended.out
    if as_json:
        assert (ended.json()["outcome"], ended.json()["error"]["code"]) == ("not_created", "Unusable")


def test_a_twin_is_a_warning_with_its_date(run: Callable[..., Ended], home: Home) -> None:
    ended = run(home.datadog("datadoghq.eu", organization__name='"Existing Child"'), *FAST)
    assert ended.code == 0
    assert "Name: a child org of this name already exists (20" in ended.out
    assert "(warning)" in ended.out


def test_swapped_keys_are_recognised(run: Callable[..., Ended], home: Home) -> None:
    ended = run(home.datadog("EU1"), *FAST, DD_API_KEY=APPLICATION_KEY, DD_APP_KEY=API_KEY)
    assert ended.code == 3
    assert "API key: this looks like a Datadog application key." in ended.err
    assert "Application key: this looks like a Datadog API key." in ended.err


def test_the_other_sites_are_offered_and_asked_only_with_the_flag(run: Callable[..., Ended], home: Home) -> None:
    wrong = {"DD_API_KEY": "wrong" + "f" * 27}
    assert "With check --other-sites, Datadog's other sites" in run(home.datadog("EU1"), *FAST, **wrong).err
    assert "No other site of Datadog recognizes" in run(home.datadog("EU1"), "--other-sites", *FAST, **wrong).err
    assert "other site" not in run(home.okta("https://acme.okta.com"), *FAST, OKTA_CLIENT_TOKEN="00wrong-token").err


# ---- over real sockets --------------------------------------------------------------------------------


def nobody(_stack: ExitStack, _folder: Path) -> str:
    return f"http://127.0.0.1:{servers.unused_port()}"


def nowhere(_stack: ExitStack, _folder: Path) -> str:
    return "https://acme.okta.invalid"


def a_web_page(stack: ExitStack, _folder: Path) -> str:
    page = http(404, b"<html>Not found</html>", {"Content-Type": "text/html"})
    return stack.enter_context(serving(answering(page))).url


def silence(stack: ExitStack, _folder: Path) -> str:
    return stack.enter_context(serving(servers.silent)).url


def an_unknown_root(stack: ExitStack, folder: Path) -> str:
    made = servers.self_signed(folder)
    if made is None:
        pytest.skip("there is no openssl command here")
    return stack.enter_context(serving(answering(http(200)), made.server())).url


@pytest.mark.parametrize(
    ("site", "code", "words"),
    [
        (nobody, 4, "No connection to 127.0.0.1:"),
        (nowhere, 4, "The name acme.okta.invalid could not be resolved."),
        (silence, 4, "The request was sent, but 127.0.0.1:"),
        (an_unknown_root, 4, "The TLS certificate of 127.0.0.1:"),
        (a_web_page, 3, "No Okta org answers at 127.0.0.1:"),
    ],
)
def test_each_failure_of_the_network_alone(
    run: Callable[..., Ended], home: Home, monkeypatch: pytest.MonkeyPatch, site: Site, code: int, words: str
) -> None:
    monkeypatch.setattr(deadlines, "READ_SECONDS", 0.2)
    with ExitStack() as stack:
        url = site(stack, home.folder)
        ended = run(home.okta(url, confirmed_host=f'"{url.partition("://")[2]}"'))
    assert ended.code == code
    meaning, cause, *_ = ended.err.splitlines()
    assert cause[: len(words)] == words
    assert "check" in meaning
    assert "created" not in ended.err
    assert bool(ended.out) is (site is a_web_page)  # an address that answered was found


def test_a_proxy_that_refuses_is_named(run: Callable[..., Ended], home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answering(http(407))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        ended = run(home.okta("https://acme.okta.com"))
    assert ended.code == 4
    assert ended.err.startswith("The check failed.\nThe proxy 127.0.0.1:")
    assert "HTTP 407" in ended.err


# ---- the seam -------------------------------------------------------------------------------------------


def okta_connection(token: str = TOKEN) -> Connection:
    return Connection(OKTA.site("acme.okta.com"), "api-token", ApiToken(token=SecretStr(token)))


def datadog_connection() -> Connection:
    keys = Keys(api_key=SecretStr(API_KEY), application_key=SecretStr(APPLICATION_KEY))
    return Connection(DATADOG.site("EU1"), "keys", keys)


OKTA_WANTED = OktaOrganization(name="Child", subdomain="child")
CASES = [
    (OKTA, okta_connection(), OKTA_WANTED),
    (DATADOG, datadog_connection(), DatadogOrganization(name="Child")),
]


@pytest.mark.parametrize(("provider", "connected", "wanted"), CASES, ids=["okta", "datadog"])
async def test_all_reads_are_under_way_at_once(provider: Provider, connected: Connection, wanted: Any) -> None:
    together = asyncio.Barrier(4)

    async def send(_: Call) -> Response:
        await together.wait()
        return Response(200, {}, b'{"status": "ok"}')

    found = await asyncio.wait_for(check(provider, connected, wanted, send), 5)
    assert isinstance(found, Preflight)
    assert together.n_waiting == 0


def answering_all(answer: Response) -> Send:
    async def send(_: Call) -> Response:
        return answer

    return send


async def test_findings_are_told_in_order_and_the_way_only_once() -> None:
    told: list[Finding] = []
    answer = Response(
        200, {}, b'{"id": "00o", "companyName": "Acme"}', route=Route(address="192.0.2.7", issuer="Test Root")
    )
    checked = await check(OKTA, okta_connection(), None, answering_all(answer), told.append)
    assert tuple(told) == checked.findings
    assert [finding.line for finding in told][:3] == [
        "Address: acme.okta.com was found at 192.0.2.7",
        "TLS: the certificate is valid, issued by Test Root",
        "Credentials: accepted by acme.okta.com",
    ]


async def test_what_passed_is_told_before_a_refusal_that_names_the_shape() -> None:
    told: list[Finding] = []
    jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"
    refusing = answering_all(Response(401, {}, b'{"errorCode": "E0000011"}'))
    with pytest.raises(Refused) as caught:
        await check(OKTA, okta_connection(jwt), None, refusing, told.append)
    assert [finding.stage for finding in told] == ["Address", "TLS"]
    assert caught.value.advice.startswith("API token: this looks like an OAuth token (JWT). Check that")
    assert jwt not in str(vars(caught.value))


@pytest.mark.parametrize(
    ("site", "route", "lines"),
    [
        (OKTA.site("acme.okta.com"), Route(sandbox=True), ["Address: the sandbox, no network"]),
        (
            OKTA.site("acme.okta.com"),
            Route(proxy="proxy.example:3128", issuer="Inspection Inc."),
            [
                "Address: acme.okta.com is reached through the proxy proxy.example:3128",
                "TLS: the certificate is valid, issued by Inspection Inc.",
            ],
        ),
        (
            OKTA.site("acme.okta.com"),
            Route(),
            ["Address: acme.okta.com was found", "TLS: the certificate is valid"],
        ),
        (
            OKTA.site("http://127.0.0.1:8080"),
            Route(address="127.0.0.1"),
            ["Address: 127.0.0.1:8080 was found at 127.0.0.1", "TLS: not used on this machine's own address"],
        ),
    ],
)
def test_the_way_in_words(site: Any, route: Route, lines: list[str]) -> None:
    assert [finding.line for finding in route_findings(site, route)] == lines

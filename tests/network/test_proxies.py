"""Proxies: what the variables mean, as curl and Go read them, and real ones on loopback with and without a login."""

import asyncio
import gc
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from orgwizard.domain.errors import BadInput, NotSent
from orgwizard.domain.http import Call, Response
from orgwizard.network import deadlines
from orgwizard.network.proxies import is_exempt, parse, proxy_for
from orgwizard.network.transport import Transport
from tests import servers
from tests.proxy_servers import Door, http_proxy, socks_proxy
from tests.servers import Act, Certificate, answering, json_answer, serving

ODD = ("DOMAIN\\ada@corp", "p:a/s#s?w%@rd é")
PROXY = {"HTTPS_PROXY": "http://proxy.example:8080"}


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "exempt"),
    [
        ("*", "acme.okta.com", 443, True),
        ("acme.okta.com", "acme.okta.com", 443, True),
        ("ACME.okta.com.", "acme.okta.com", 443, True),
        ("okta.com", "acme.okta.com", 443, True),
        (".okta.com", "acme.okta.com", 443, True),
        ("*.okta.com", "acme.okta.com", 443, True),
        ("okta.com", "notokta.com", 443, False),
        ("*okta.com", "notokta.com", 443, False),
        ("a.example okta.com", "acme.okta.com", 443, True),
        (" a.example ,\tokta.com ", "acme.okta.com", 443, True),
        ("okta.com:443", "acme.okta.com", 443, True),
        ("okta.com:8443", "acme.okta.com", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.1/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.1.2.3", "10.1.2.3", 443, True),
        ("10.1.2.3:443", "10.1.2.3", 443, True),
        ("10.1.2.3:80", "10.1.2.3", 443, False),
        ("fd00::/8", "[fd00::1]", 443, True),
        ("[fd00::]/8", "fd00::1", 443, True),
        ("fd00::/8", "10.1.2.3", 443, False),
        ("10.0.0.0/8", "fd00::1", 443, False),
        ("fd00::1", "[fd00:0::1]", 443, True),
        ("[fd00::1]", "fd00::1", 443, True),
        ("[fd00::1]:443", "fd00::1", 443, True),
        ("[fd00::1]:80", "fd00::1", 443, False),
        ("::ffff:10.1.2.3", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "acme.okta.com", 443, False),
        ("", "acme.okta.com", 443, False),
        (",, ,", "acme.okta.com", 443, False),
    ],
)
def test_what_no_proxy_says(no_proxy: str, host: str, port: int, exempt: bool) -> None:
    assert is_exempt(host, port, no_proxy) is exempt


@pytest.mark.parametrize(
    "entry", ["[", "]", "[::1", "10.0.0.0/99", "/", ":", "::::", "*.", "http://x:y", "a:b:c", "é/8"]
)
def test_no_entry_stops_a_run(entry: str) -> None:
    assert is_exempt("acme.okta.com", 443, f"{entry}, okta.com")
    assert is_exempt("10.0.0.1", 443, f"{entry},10.0.0.0/8")
    assert not is_exempt("acme.okta.com", 443, entry)


@pytest.mark.parametrize(
    ("environ", "url", "source"),
    [
        ({}, None, ""),
        ({"HTTPS_PROXY": ""}, None, ""),
        (PROXY, "http://proxy.example:8080", "HTTPS_PROXY"),
        ({**PROXY, "https_proxy": "http://small.example:1"}, "http://small.example:1", "https_proxy"),
        ({"ALL_PROXY": "socks5h://s.example"}, "socks5h://s.example:1080", "ALL_PROXY"),
        ({"HTTPS_PROXY": "proxy.example:8080"}, "http://proxy.example:8080", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://[fd00::1]:3128/"}, "http://[fd00::1]:3128", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "https://proxy.example"}, "https://proxy.example:443", "HTTPS_PROXY"),
        ({"HTTP_PROXY": "http://proxy.example:8080"}, None, ""),
        ({**PROXY, "NO_PROXY": "okta.com"}, None, ""),
        ({"HTTPS_PROXY": "ftp://broken", "NO_PROXY": "okta.com"}, None, ""),
    ],
)
def test_which_proxy_is_used(environ: Mapping[str, str], url: str | None, source: str) -> None:
    found = proxy_for("https", "acme.okta.com", 443, environ)
    assert (found and found.url) == url
    assert found is None or found.source == source


@pytest.mark.parametrize("encoded", [True, False])
def test_user_and_password_may_have_any_character(encoded: bool) -> None:
    user, password = (quote(text, safe="") for text in ODD) if encoded else ("ada", "p:a/s#s?w@rd")
    found = parse(f"http://{user}:{password}@proxy.example:8080", "HTTPS_PROXY")
    assert found.auth == (ODD if encoded else ("ada", "p:a/s#s?w@rd"))
    assert password not in repr(found)


# ---- real proxies -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    made = servers.self_signed(tmp_path_factory.mktemp("tls"), names="DNS:acme.okta.example")
    if made is None:
        pytest.skip("there is no openssl command here")
    return made


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(deadlines, "LEAVING_SECONDS", 10.0)


CREATE = Call("POST", "https://acme.okta.example/api/v1/orgs", {}, {"name": "x"}, once=True)
READ = Call("GET", "https://acme.okta.example/api/v1/org")


async def sent(call: Call, certificate: Certificate) -> Response:
    return await asyncio.wait_for(Transport(certificate.certificate).send(call), 30)


@pytest.mark.parametrize("call", [CREATE, READ], ids=["create", "read"])
@pytest.mark.parametrize("login", [None, ODD], ids=["open", "login"])
@pytest.mark.parametrize("kind", ["http", "socks5", "socks5h"])
async def test_both_kinds_of_call_go_through_each_kind_of_proxy(
    monkeypatch: pytest.MonkeyPatch, certificate: Certificate, kind: str, login: tuple[str, str] | None, call: Call
) -> None:
    with serving(answering(json_answer(201, {"id": "1"})), certificate.server()) as server:
        door = Door(server.port, login)
        with serving(http_proxy(door) if kind == "http" else socks_proxy(door)) as proxy:
            user = "".join(f"{quote(user, safe='')}:{quote(word, safe='')}@" for user, word in filter(None, [login]))
            monkeypatch.setenv("HTTPS_PROXY", f"{kind}://{user}127.0.0.1:{proxy.port}")
            response = await sent(call, certificate)
    assert (response.status, response.json()) == (201, {"id": "1"})
    assert response.route.proxy == f"127.0.0.1:{proxy.port}"
    assert door.targets == ["acme.okta.example:443"]  # the proxy resolves the name


def odd_greeting(_: object) -> bytes:
    return b"HTTP/1.1 400 Bad Request\r\n\r\n"


@pytest.fixture
def _leaking() -> Iterator[None]:
    """Collect the socket that httpcore leaves open where a SOCKS proxy refuses, while its warning is ignored."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.usefixtures("_leaking")
@pytest.mark.parametrize(
    ("kind", "act", "user", "cause", "advice"),
    [
        ("http", http_proxy(Door(1, ("a", "b"))), "", "407", "USER:PASSWORD@"),
        ("http", http_proxy(Door(1, ("a", "b"))), "ada:pr0xy-canary@", "Basic", "Check user name and password"),
        ("http", http_proxy(Door(1), "Negotiate", "NTLM"), "ada:pr0xy-canary@", "Negotiate", "Basic"),
        ("socks5", socks_proxy(Door(1, ("a", "b"))), "", "login", "USER:PASSWORD@"),
        ("socks5", socks_proxy(Door(1, ("a", "b"))), "ada:pr0xy-canary@", "login", "Check user name and password"),
        ("socks5", socks_proxy(Door(1), 2), "", "not allowed by ruleset", "HTTPS_PROXY"),
        ("socks5", socks_proxy(Door(1), 5), "", "refused", "HTTPS_PROXY"),
        ("socks5", socks_proxy(Door(1), 0, odd_greeting), "", "no status", "HTTPS_PROXY"),
        ("socks5h", servers.closing_at_once, "", "", ""),
    ],
    ids=["login", "wrong login", "ntlm", "socks login", "socks wrong login", "ruleset", "refused", "http", "closes"],
)
async def test_what_a_proxy_refuses_is_said_with_its_name(
    monkeypatch: pytest.MonkeyPatch, certificate: Certificate, kind: str, act: Act, user: str, cause: str, advice: str
) -> None:
    with serving(act) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"{kind}://{user}127.0.0.1:{proxy.port}")
        with pytest.raises(NotSent) as caught:
            await sent(CREATE, certificate)
    fault = caught.value
    assert cause in fault.cause
    assert not cause or f"127.0.0.1:{proxy.port} (HTTPS_PROXY)" in fault.cause
    assert advice in fault.advice
    assert "pr0xy-canary" not in repr(vars(fault))


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("name", ["127.0.0.1:1", "proxy.invalid:3128"], ids=["refused", "no such name"])
async def test_a_proxy_that_is_not_reached_is_named_and_not_the_service_behind_it(
    monkeypatch: pytest.MonkeyPatch, certificate: Certificate, kind: str, name: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"{kind}://ada:pr0xy-canary@{name}")
    with pytest.raises(NotSent) as caught:
        await sent(CREATE, certificate)
    fault = caught.value
    assert f"the proxy {name} (HTTPS_PROXY)" in fault.cause
    assert "acme.okta.example" not in fault.cause
    assert "HTTPS_PROXY" in fault.advice
    assert "pr0xy-canary" not in repr(vars(fault))


# ---- roots ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("right", [True, False])
async def test_roots_are_read_from_the_variables_of_other_tools(
    monkeypatch: pytest.MonkeyPatch, certificate: Certificate, name: str, right: bool, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, str(certificate.certificate if right else tmp_path / "none.pem"))
    with (
        serving(answering(json_answer(200, {"id": "1"})), certificate.server()) as server,
        serving(http_proxy(Door(server.port))) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        if right:
            assert (await Transport().send(READ)).ok
            return
        with pytest.raises(BadInput) as caught:
            await Transport().send(READ)
    assert name in caught.value.advice

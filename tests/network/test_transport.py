"""What went out and what came back, seen with real sockets: not sent, no answer, or an answer with what came of it."""

import asyncio
import errno
import gc
import gzip
import json
import os
import socket
import ssl
import threading
import traceback
import warnings
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import BadInput, NoResponse, NotSent
from orgwizard.domain.http import Call, Header, Response, Route, Scheme
from orgwizard.network import deadlines, transport
from orgwizard.network.response_reading import LARGEST_BODY
from orgwizard.network.transport import Transport
from orgwizard.sandbox.router import World
from orgwizard.sandbox.transport import SandboxTransport
from tests import servers
from tests.servers import Act, Certificate, Peer, Server, answering, http, json_answer, serving

TOKEN = "t0ken-canary"
PASSWORD = "passw0rd-canary"
PROXY_PASSWORD = "pr0xy-canary"
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXY_VARIABLES, "ssl_cert_file", "ssl_cert_dir", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    made = servers.self_signed(tmp_path_factory.mktemp("tls"))
    if made is None:
        pytest.skip("there is no openssl command here")
    return made


def create(url: str) -> Call:
    headers: dict[str, Header] = {
        "Accept": "application/json",
        "Authorization": Scheme("SSWS", SecretStr(TOKEN)),
        "Content-Type": "application/json",
    }
    return Call("POST", f"{url}/api/v1/orgs", headers, {"name": "é", "password": SecretStr(PASSWORD)}, once=True)


def read(url: str) -> Call:
    return Call("GET", f"{url}/api/v1/org", {"DD-API-KEY": SecretStr(TOKEN)})


async def sent(call: Call, ca_file: Path | None = None) -> Response:
    return await asyncio.wait_for(Transport(ca_file).send(call), 30)


def texts(error: BaseException) -> str:
    """Return everything that a traceback, a log or a screen could show of a failure."""
    shown = "".join(traceback.format_exception(error))
    return shown + repr(error) + repr(vars(error)) + str(getattr(error, "lines", list)())


async def failure(call: Call, ca_file: Path | None = None) -> NotSent | NoResponse:
    with pytest.raises((NotSent, NoResponse)) as caught:
        await sent(call, ca_file)
    for secret in (TOKEN, PASSWORD, PROXY_PASSWORD):
        assert secret not in texts(caught.value)
    assert isinstance(caught.value, (NotSent, NoResponse))
    return caught.value


# ---- what goes out --------------------------------------------------------------------------------


async def test_the_create_call_on_the_wire() -> None:
    with serving(answering(json_answer(201, {"id": "1"}, X_Okta_Request_Id="abc"))) as server:
        response = await sent(create(server.url))
    (seen,) = server.requests
    assert (seen.method, seen.target) == ("POST", "/api/v1/orgs")
    assert dict(seen.headers) == {
        "Host": f"127.0.0.1:{server.port}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Authorization": f"SSWS {TOKEN}",
        "Connection": "keep-alive",
        "Content-Length": str(len(seen.body)),
        "Content-Type": "application/json",
        "User-Agent": "orgwizard",
    }
    assert seen.json() == {"name": "é", "password": PASSWORD}
    assert (response.status, response.json(), response.complete, response.request_id) == (201, {"id": "1"}, True, "abc")


async def test_a_read_has_no_body_and_no_content_type() -> None:
    with serving(answering(json_answer(200, {}))) as server:
        await sent(read(server.url))
    (seen,) = server.requests
    assert (seen.method, seen.body, seen.header("Content-Type")) == ("GET", b"", "")
    assert seen.header("DD-API-KEY") == TOKEN


async def test_every_call_has_a_connection_of_its_own() -> None:
    door = Transport()
    with serving(answering(http(200, b"{}", {"Connection": "keep-alive"}))) as server:
        for _ in range(2):
            await door.send(read(server.url))
    assert server.connections == 2


# ---- by which way -----------------------------------------------------------------------------------


async def test_the_way_names_address_and_issuer_as_seen_on_the_connection(certificate: Certificate) -> None:
    with serving(answering(http(200)), certificate.server()) as server:
        response = await sent(read(f"https://localhost:{server.port}"), certificate.certificate)
    assert response.route == Route(address="127.0.0.1", issuer="Unknown Test Root")
    assert server.connections == 1


async def test_the_way_without_tls_has_no_issuer() -> None:
    with serving(answering(http(200))) as server:
        assert (await sent(read(server.url))).route == Route(address="127.0.0.1")


async def test_the_way_into_the_sandbox_is_no_way() -> None:
    backend = SandboxTransport(World(Clock()))
    response = await Transport(backend=backend).send(Call("GET", "https://api.datadoghq.eu/api/v1/validate"))
    assert response.route == Route(sandbox=True)


async def test_the_way_through_a_proxy_names_the_proxy_and_whose_certificate_it_hands_on(
    monkeypatch: pytest.MonkeyPatch, certificate: Certificate
) -> None:
    def tunnel(peer: Peer) -> None:
        def back() -> None:
            with suppress(OSError):
                while data := beyond.recv(65536):
                    peer.send(data)

        peer.read()
        with socket.create_connection(("127.0.0.1", server.port)) as beyond:
            peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            returning = threading.Thread(target=back)
            returning.start()
            with suppress(OSError):
                while True:
                    beyond.sendall(peer.more())
            with suppress(OSError):
                beyond.shutdown(socket.SHUT_RDWR)
            returning.join()

    monkeypatch.setattr(transport, "is_loopback", lambda _: False)  # it is for loopback that proxies are not used
    with serving(answering(http(200)), certificate.server()) as server, serving(tunnel) as proxy:
        use_proxy(monkeypatch, proxy)
        response = await sent(read(f"https://localhost:{server.port}"), certificate.certificate)
    assert response.route == Route(proxy=f"127.0.0.1:{proxy.port}", issuer="Unknown Test Root")
    assert PROXY_PASSWORD not in repr(response)


# ---- what comes back ------------------------------------------------------------------------------

TEXT = json.dumps({"token": "x" * 500}).encode()


@pytest.mark.parametrize(
    ("data", "status", "body", "complete"),
    [
        (http(201, TEXT), 201, TEXT, True),
        (http(200, b""), 200, b"", True),
        (http(500, b"<html>"), 500, b"<html>", True),
        (http(299, b"{}"), 299, b"{}", True),
        (http(201, TEXT, {"Content-Length": str(len(TEXT) + 1)}), 201, TEXT, False),
        (http(201, TEXT[:100], {"Content-Length": str(len(TEXT))}), 201, TEXT[:100], False),
        (http(201, b"", {"Content-Length": "10"}), 201, b"", False),
        (b"HTTP/1.1 201 Created\r\n\r\n" + TEXT, 201, TEXT, True),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 201, b"hello", True),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 201, b"hello", False),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n", 201, b"hello", False),
        (http(201, gzip.compress(TEXT, mtime=0), {"Content-Encoding": "gzip"}), 201, TEXT, True),
        (http(201, gzip.compress(TEXT, mtime=0), {"Content-Encoding": " GZIP "}), 201, TEXT, True),
        (http(201, zlib.compress(TEXT), {"Content-Encoding": "deflate"}), 201, TEXT, True),
        (http(201, TEXT, {"Content-Encoding": "gzip"}), 201, TEXT, True),
        (http(201, b"\x1f\x8b\x08broken", {"Content-Encoding": "gzip"}), 201, b"\x1f\x8b\x08broken", True),
        (http(201, b"\x00\xff", {"Content-Encoding": "br"}), 201, b"\x00\xff", True),
    ],
)
async def test_an_answer_is_what_came(data: bytes, status: int, body: bytes, complete: bool) -> None:
    with serving(answering(data)) as server:
        response = await sent(create(server.url))
    assert response == Response(status, response.headers, body, complete)
    assert len(server.requests) == 1


async def test_half_of_a_packed_body_is_unpacked_as_far_as_it_goes() -> None:
    packed = gzip.compress(json.dumps(list(range(9000))).encode())
    half = http(201, packed[: len(packed) // 2], {"Content-Encoding": "gzip", "Content-Length": str(len(packed))})
    with serving(answering(half)) as server:
        response = await sent(create(server.url))
    assert response.body.startswith(b"[0, 1, 2, 3")
    assert not response.complete


HALF = http(201, b'{"token": "x"', {"Content-Length": "5000"})


def stalling_half_way(peer: Peer) -> None:
    peer.read()
    peer.send(HALF)
    peer.wait()


async def test_a_body_that_is_reset_half_way_keeps_what_came() -> None:
    def act(peer: Peer) -> None:
        peer.read()
        peer.send(HALF)
        told.wait(30)
        peer.reset()

    told = threading.Event()
    with serving(act) as server:
        sending = asyncio.ensure_future(Transport().send(create(server.url)))
        await arrived(server)
        told.set()
        response = await sending
    assert (response.status, response.body, response.complete) == (201, b'{"token": "x"', False)


async def test_a_body_that_stalls_keeps_what_came_when_nobody_waits_any_longer() -> None:
    with serving(stalling_half_way) as server:
        sending = asyncio.ensure_future(Transport().send(create(server.url)))
        await arrived(server)
        sending.cancel()
        response = await sending
    assert (response.status, response.body, response.complete) == (201, b'{"token": "x"', False)


async def test_a_read_that_is_cancelled_is_cancelled() -> None:
    with serving(stalling_half_way) as server:
        sending = asyncio.ensure_future(Transport().send(read(server.url)))
        await arrived(server)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


async def arrived(server: Server) -> None:
    """Wait until the request was read, and a little longer: for the first bytes of the answer to come back."""
    await asyncio.to_thread(server.asked_once.wait, 30)
    await asyncio.sleep(0.2)


@pytest.mark.parametrize("packed", [False, True])
async def test_a_huge_body_is_bounded(packed: bool) -> None:
    body = b"x" * (LARGEST_BODY + 100_000)
    data = http(201, gzip.compress(body), {"Content-Encoding": "gzip"}) if packed else http(201, body)
    with serving(answering(data)) as server:
        response = await sent(read(server.url))
    assert len(response.body) == LARGEST_BODY
    assert not response.complete


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    with (
        serving(answering(http(200))) as other,
        serving(answering(http(status, b"", {"Location": f"{other.url}/api/v1/orgs"}))) as server,
    ):
        response = await sent(create(server.url))
    assert (response.status, len(server.requests), other.connections) == (status, 1, 0)


# ---- it never left ----------------------------------------------------------------------------------


async def test_a_name_that_is_not_resolved() -> None:
    fault = await failure(create("https://nowhere.invalid"))
    assert isinstance(fault, NotSent)
    assert "nowhere.invalid" in fault.cause
    assert "resolved" in fault.cause


@pytest.mark.parametrize("words", ["Name or service not known", "Name does not resolve", "nodename nor servname"])
async def test_an_unresolved_name_is_known_on_every_system(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, words)

    monkeypatch.setattr("anyio.connect_tcp", unknown)
    fault = await failure(create("https://acme.okta.com"))
    assert isinstance(fault, NotSent)
    assert fault.cause == "The name acme.okta.com could not be resolved."


async def test_a_connection_that_is_refused() -> None:
    fault = await failure(create(f"http://127.0.0.1:{servers.unused_port()}"))
    assert isinstance(fault, NotSent)
    assert fault.cause.startswith("No connection to 127.0.0.1:")
    assert fault.cause.endswith(f": {os.strerror(errno.ECONNREFUSED)}.")


async def test_a_certificate_that_is_not_trusted_and_one_that_is(certificate: Certificate) -> None:
    with serving(answering(http(200)), certificate.server()) as server:
        fault = await failure(create(server.url))
        assert isinstance(fault, NotSent)
        assert "certificate" in fault.cause
        assert "It was issued by CN=" in fault.cause
        assert "--ca-file" in fault.advice
        assert server.requests == []
        assert (await sent(create(server.url), certificate.certificate)).status == 200


async def test_a_host_that_speaks_no_tls_is_not_said_to_have_a_bad_certificate() -> None:
    def say_it_in_the_clear(peer: Peer) -> None:
        peer.send(http(400))

    with serving(say_it_in_the_clear) as server:
        fault = await failure(create(f"https://127.0.0.1:{server.port}"))
    assert isinstance(fault, NotSent)
    assert fault.cause == f"127.0.0.1:{server.port} does not speak TLS."
    assert f"http://127.0.0.1:{server.port}" in fault.advice


async def test_a_trusted_certificate_for_another_name(certificate: Certificate) -> None:
    with serving(answering(http(200)), certificate.server()) as server:
        fault = await failure(create(f"https://other.localhost:{server.port}"), certificate.certificate)
    assert isinstance(fault, NotSent)
    assert server.requests == []


async def test_tls_spoken_to_a_server_that_has_none() -> None:
    with serving(closing_after_a_look) as server:
        fault = await failure(create(f"https://127.0.0.1:{server.port}"))
    assert isinstance(fault, NotSent)


def closing_after_a_look(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def test_a_handshake_that_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "CONNECT_SECONDS", 0.3)
    with serving(servers.deaf) as server:
        fault = await failure(create(f"https://127.0.0.1:{server.port}"))
    assert isinstance(fault, NotSent)


@pytest.fixture
def _leaking() -> Iterator[None]:
    """Collect the socket that httpcore leaves open where a handshake is cancelled, while its warning is ignored."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.usefixtures("_leaking")
async def test_a_call_that_is_left_before_the_connection_stands_was_not_sent() -> None:
    with serving(servers.deaf) as server:
        sending = asyncio.ensure_future(Transport().send(create(f"https://127.0.0.1:{server.port}")))
        await asyncio.to_thread(server.connected.wait, 30)
        sending.cancel()
        with pytest.raises(NotSent):
            await sending


async def test_a_call_that_left_and_is_left_alone_is_cancelled() -> None:
    with serving(servers.silent) as server:
        sending = asyncio.ensure_future(Transport().send(create(server.url)))
        await asyncio.to_thread(server.asked_once.wait, 30)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


async def test_an_illegal_header_is_never_sent() -> None:
    with serving(answering(http(200))) as server:
        fault = await failure(replace(create(server.url), headers={"X-Odd": f"{TOKEN}\r\nX-Other: 1"}))
    assert isinstance(fault, NotSent)
    assert server.requests == []


# ---- it left, and no answer came ---------------------------------------------------------------------


def half_a_head(peer: Peer) -> None:
    peer.read()
    peer.send(b"HTTP/1.1 201 Created\r\nContent-")


def garbage(peer: Peer) -> None:
    peer.read()
    peer.send(b"\x00\x01\x02 not http at all\r\n\r\n")


@pytest.mark.parametrize(
    "act",
    [
        servers.closing_at_once,
        servers.closing_after_the_request,
        servers.resetting_after_the_request,
        half_a_head,
        garbage,
    ],
)
async def test_a_connection_that_ends_without_a_status(act: Act) -> None:
    with serving(act) as server:
        fault = await failure(create(server.url))
    assert isinstance(fault, NoResponse)
    assert f"127.0.0.1:{server.port}" in fault.cause
    assert server.connections == 1


async def test_a_reset_before_the_request_is_told_by_what_left() -> None:
    with serving(servers.resetting_at_once) as server:
        await failure(create(server.url))  # the reset may be noticed before or after the first byte: both are true
    assert server.requests == []


async def test_a_silent_server_is_waited_for_by_a_create_and_not_by_a_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "READ_SECONDS", 0.1)
    monkeypatch.setattr(deadlines, "CONNECT_SECONDS", 0.1)
    monkeypatch.setattr(deadlines, "LEAVING_SECONDS", 0.1)
    with serving(servers.silent) as server:
        fault = await failure(read(server.url))
        assert isinstance(fault, NoResponse)
        assert "in time" in fault.cause
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Transport().send(create(server.url)), 1)


# ---- proxies -------------------------------------------------------------------------------------------


def refusing(peer: Peer) -> None:
    peer.read()
    peer.send(http(407, b"", {"Proxy-Authenticate": "Basic"}))


def use_proxy(monkeypatch: pytest.MonkeyPatch, proxy: Server) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://ada:{PROXY_PASSWORD}@127.0.0.1:{proxy.port}")


async def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(refusing) as proxy:
        use_proxy(monkeypatch, proxy)
        fault = await failure(create("https://acme.okta.com"))
    assert isinstance(fault, NotSent)
    assert "proxy" in fault.cause
    assert [seen.method for seen in proxy.requests] == ["CONNECT"]


@pytest.mark.usefixtures("_leaking")
@pytest.mark.parametrize("act", [servers.silent, servers.deaf])
async def test_a_proxy_that_stalls(monkeypatch: pytest.MonkeyPatch, act: Act) -> None:
    monkeypatch.setattr(deadlines, "LEAVING_SECONDS", 0.3)
    with serving(act) as proxy:
        use_proxy(monkeypatch, proxy)
        fault = await failure(create("https://acme.okta.com"))
    assert isinstance(fault, NotSent)


@pytest.mark.parametrize(
    "act", [servers.closing_at_once, servers.resetting_after_the_request, servers.closing_after_the_request, garbage]
)
async def test_a_proxy_that_breaks_off(monkeypatch: pytest.MonkeyPatch, act: Act) -> None:
    with serving(act) as proxy:
        use_proxy(monkeypatch, proxy)
        fault = await failure(create("https://acme.okta.com"))
    assert isinstance(fault, NotSent)


async def test_nobody_at_the_proxys_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{servers.unused_port()}")
    assert isinstance(await failure(create("https://acme.okta.com")), NotSent)


async def test_a_proxy_never_sees_the_request_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    def tunnel(peer: Peer) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        heard.append(peer.more())

    heard: list[bytes] = []
    with serving(tunnel) as proxy:
        use_proxy(monkeypatch, proxy)
        await failure(create("https://acme.okta.com"))
    (connect,) = proxy.requests
    assert TOKEN not in str(connect)
    assert heard[0][:1] == b"\x16"  # a TLS handshake


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_loopback_is_reached_without_proxies(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with serving(refusing) as proxy, serving(answering(http(200))) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert (await sent(create(f"http://{host}:{server.port}"))).status == 200
    assert proxy.connections == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", f"ftp://ada:{PROXY_PASSWORD}@proxy.example:21"),
        ("HTTPS_PROXY", f"socks4://ada:{PROXY_PASSWORD}@proxy.example"),
        ("HTTPS_PROXY", f"http://ada:{PROXY_PASSWORD}@proxy.example:port"),
        ("ALL_PROXY", f"http://ada:{PROXY_PASSWORD}"),
        ("HTTPS_PROXY", f"http://ada:{PROXY_PASSWORD}/@[::1"),
    ],
)
async def test_a_proxy_variable_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput) as caught:
        await sent(create("https://acme.okta.com"))
    assert "proxy" in caught.value.cause.lower()
    assert "PROXY" in caught.value.advice
    assert PROXY_PASSWORD not in texts(caught.value)


@pytest.mark.parametrize("content", [None, "this is no certificate"])
async def test_a_ca_file_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "roots.pem"
    if content:
        path.write_text(content)
    with pytest.raises(BadInput) as caught:
        await sent(create("https://acme.okta.com"), path)
    assert str(path) in caught.value.cause
    assert "--ca-file" in caught.value.advice


async def test_a_variable_with_roots_is_honoured(monkeypatch: pytest.MonkeyPatch, certificate: Certificate) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with serving(answering(http(200)), certificate.server()) as server:
        assert (await sent(create(server.url))).status == 200


async def test_warming_up_sends_nothing_and_fails_early_on_a_wrong_ca_file(tmp_path: Path) -> None:
    Transport().warm()
    with pytest.raises(BadInput):
        Transport(tmp_path / "missing.pem").warm()


def test_nothing_secret_is_in_the_text_of_a_call_or_an_answer() -> None:
    shown: Any = (create("https://acme.okta.com"), Response(201, {}, TOKEN.encode()))
    assert TOKEN not in repr(shown)
    assert PASSWORD not in repr(shown)


# ---- odd surroundings ---------------------------------------------------------------------------------


async def test_a_read_that_trickles_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def trickling(peer: Peer) -> None:
        peer.read()
        peer.send(http(200, b"", {"Content-Length": "100000"}))
        for _ in range(1000):
            peer.pause(0.02)
            peer.send(b" ")

    monkeypatch.setattr(deadlines, "WHOLE_READ_SECONDS", 0.3)
    with serving(trickling) as server:
        fault = await failure(read(server.url))
    assert isinstance(fault, NoResponse)
    assert "in time" in fault.cause


async def test_a_proxy_that_repeats_its_password_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    def echoing(peer: Peer) -> None:
        peer.read()
        peer.send(f"HTTP/1.1 407 No {PROXY_PASSWORD}\r\nContent-Length: 0\r\n\r\n".encode())

    with serving(echoing) as proxy:
        use_proxy(monkeypatch, proxy)
        fault = await failure(create("https://acme.okta.com"))
    assert "HTTP 407" in fault.cause
    assert "password" in fault.advice


@pytest.mark.parametrize("host", ["127.0.0.1", f"ada:{PROXY_PASSWORD}@127.0.0.1"])
async def test_a_proxy_port_that_no_port_can_be(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{host}:99999")
    with pytest.raises(BadInput) as caught:
        await sent(create("https://acme.okta.com"))
    assert "proxy" in caught.value.cause
    assert PROXY_PASSWORD not in texts(caught.value)


async def test_a_pipe_as_ca_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "roots.pem")
    with pytest.raises(BadInput) as caught:
        await sent(create("https://acme.okta.com"), tmp_path / "roots.pem")
    assert "--ca-file" in caught.value.advice


async def test_an_old_tls_is_not_told_as_a_bad_certificate(certificate: Certificate) -> None:
    context = certificate.server()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1
    with serving(answering(http(200)), context) as server:
        fault = await failure(create(server.url), certificate.certificate)
    assert isinstance(fault, NotSent)
    assert "TLS" in fault.cause
    assert "certificate" not in fault.cause


async def test_a_handshake_that_times_out_is_not_told_as_a_bad_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "CONNECT_SECONDS", 0.2)
    with serving(servers.deaf) as server:
        fault = await failure(create(f"https://127.0.0.1:{server.port}"))
    assert "in time" in fault.cause

"""A service app against servers of others on loopback: each verdict on an assertion or a proof is a library's.

Authlib judges client assertions (RFC 7523), idpyoidc the proofs at the token endpoint, Auth0's API SDK the proofs
of API calls (RFC 9449). None of them hands out nonces: those are this file's own.
"""

import asyncio
import json
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from joserfc.jwk import ECKey, JWKRegistry
from pydantic import SecretStr

from orgwizard.application.connection.token_exchange import TokenExchange
from orgwizard.domain.clock import Clock
from orgwizard.domain.http import Call, Response
from orgwizard.domain.secrets.signing import SigningKey
from orgwizard.network.transport import Transport
from orgwizard.providers.okta.connection import read_call
from orgwizard.providers.okta.fields import ServiceApp
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.order import Connection, Order
from tests import fakes, keys

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    rfc7523 = import_module("authlib.oauth2.rfc7523")
    dpop = import_module("idpyoidc.server.oauth2.add_on.dpop")
    auth0 = import_module("auth0_api_python")

pytestmark = pytest.mark.clients
KINDS = ["2048", "P-256"]  # RS256 and ES256: Authlib takes no other algorithm unless told


class Assertions(rfc7523.JWTBearerClientAssertion):  # type: ignore[misc, name-defined]
    """Authlib's judgement of client assertions, told where it is and which ids were used."""

    def __init__(self, origin: str, key: Any) -> None:
        super().__init__()
        self.origin, self.key, self.used = origin, key, set[str]()

    def get_audiences(self) -> list[str]:
        return [f"{self.origin}/oauth2/v1/token"]

    def resolve_client_public_key(self, client: Any) -> Any:
        del client
        return self.key

    def validate_jti(self, claims: Any, jti: str) -> bool:
        del claims
        fresh = jti not in self.used
        self.used.add(jti)
        return fresh


class Server:
    """An authorization server and an API: `nonces` are those demanded by the token endpoint and by the API."""

    def __init__(self, kind: str, *, bound: bool, nonces: tuple[str, str] = ("", "")) -> None:
        self.kind, self.bound, self.nonces = kind, bound, nonces
        self.creates: list[bytes] = []
        self.refused = 0
        self.proofs: set[str] = set()
        self.origin = ""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            options = auth0.ApiClientOptions(domain="acme.example", audience="orgs", dpop_enabled=True)
            self.api = auth0.ApiClient(options)

    def token(self, headers: dict[str, str], form: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        client = SimpleNamespace(check_endpoint_auth_method=lambda *_: True)
        self.assertions(lambda _: client, SimpleNamespace(form=form))
        if not self.bound:
            return 200, {"token_type": "Bearer", "access_token": "free", "expires_in": 3600}, {}
        if "dpop" not in headers:
            return 400, {"error": "invalid_dpop_proof", "error_description": "The header is missing."}, {}
        told = {"headers": headers, "url": f"{self.origin}/oauth2/v1/token", "method": "POST"}
        dpop.token_post_parse_request({}, "0oaclient", None, http_info=told)
        claims = dpop.DPoPProof().verify_header(headers["dpop"])
        if not self._new(claims, self.nonces[0]):
            return 400, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": self.nonces[0]}
        return 200, {"token_type": "DPoP", "access_token": "tied", "expires_in": 3600}, {}

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        scheme, _, token = headers["authorization"].partition(" ")
        assert (scheme, token) == (("DPoP", "tied") if self.bound else ("Bearer", "free"))
        if self.bound:
            judged = self.api.verify_dpop_proof(token, headers["dpop"], method, self.origin + path)
            if not self._new(asyncio.run(judged), self.nonces[1]):
                return 401, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": self.nonces[1]}
        if method == "POST":
            self.creates.append(body)
        return 200, {"id": "00o"}, {}

    def _new(self, claims: Any, nonce: str) -> bool:
        """Return whether a proof brings the demanded nonce; a replayed one is a fault of the client."""
        assert claims["jti"] not in self.proofs
        self.proofs.add(claims["jti"])
        fits = not nonce or dict(claims).get("nonce") == nonce
        self.refused += not fits
        return fits

    @cached_property
    def assertions(self) -> Assertions:
        return Assertions(self.origin, JWKRegistry.import_key(keys.public(self.kind)))


@contextmanager
def served(server: Server) -> Iterator[str]:
    """Serve it on loopback; gives the origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                if self.path == "/oauth2/v1/token":
                    status, said, more = server.token(headers, dict(parse_qsl(body.decode())))
                else:
                    status, said, more = server.call(self.command, self.path, headers, body)
            except Exception as fault:
                status, said, more = 401, {"error": "invalid_client", "error_description": repr(fault)}, {}
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        do_POST = do_GET  # noqa: N815 - the base class's name

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server.origin = f"http://127.0.0.1:{listener.server_address[1]}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.origin
        finally:
            listener.shutdown()
            thread.join()


def proof_key() -> SigningKey:
    """Return a key of the only kind that Auth0's SDK takes for proofs; ours would be RSA, as Okta's own SDKs use."""
    return SigningKey("ES256", "", ECKey.generate_key("P-256"))


def order(origin: str, kind: str) -> Order:
    app = ServiceApp(client_id="0oaclient", private_key=SecretStr(keys.jwk(kind)))
    return Order(
        Connection(Okta().site(origin), "service-app", app),
        fakes.okta_order().organization,
        fakes.okta_order().administrator,
    )


def door() -> TokenExchange:
    return TokenExchange(Transport().send, Clock(), proof_key)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize("nonces", [("", ""), ("t1", ""), ("t1", "a1")])
async def test_what_we_sign_is_taken_by_servers_of_others(kind: str, bound: bool, nonces: tuple[str, str]) -> None:
    server = Server(kind, bound=bound, nonces=nonces)
    with served(server) as origin:
        wanted, through = order(origin, kind), door()
        read = await through.send(read_call("/api/v1/org", wanted.connection))
        made = await through.send(Okta().request(wanted))
    assert (read.status, made.status) == (200, 200), (read.body, made.body)
    assert len(server.creates) == 1
    assert server.refused == (sum(map(bool, nonces)) if bound else 0)


async def test_nonces_that_rotate_in_between_are_followed_and_the_create_call_is_not_repeated_by_the_door() -> None:
    server = Server("P-256", bound=True, nonces=("t1", "a1"))
    with served(server) as origin:
        wanted, through = order(origin, "P-256"), door()
        await through.send(read_call("/api/v1/org", wanted.connection))
        server.nonces = ("t2", "a2")
        refused = await through.send(Okta().request(wanted))
        assert Okta().asks_for_proof(refused)
        assert server.creates == []
        assert (await through.send(Okta().request(wanted))).status == 200
    assert len(server.creates) == 1


async def test_replays_are_refused() -> None:
    server = Server("P-256", bound=True, nonces=("t1", ""))
    sent: list[Call] = []
    transport = Transport()

    async def recorded(call: Call) -> Response:
        sent.append(call)
        return await transport.send(call)

    with served(server) as origin:
        await TokenExchange(recorded, Clock(), proof_key).send(Okta().request(order(origin, "P-256")))
        answers = [await transport.send(call) for call in sent]
    assert [answer.status for answer in answers] == [401] * len(sent)
    assert len(server.creates) == 1

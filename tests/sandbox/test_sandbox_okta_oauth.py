"""The sandbox's authorization server: each rule alone, broken by a request that keeps all the others."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS
from tests import keys
from tests.sandbox.conftest import JumpingClock

URL = "https://acme.okta.com"
TOKEN_URL = f"{URL}/oauth2/v1/token"
KEY = ECKey.import_key(json.loads(CREDENTIALS["okta.private_key"]))
PROOF_KEY, OTHER_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
Wait: TypeAlias = Callable[[float], None]


def signed(claims: dict[str, Any], key: ECKey, **header: Any) -> str:
    registry = jws.JWSRegistry(algorithms=["ES256"])
    registry.max_header_length = 4096
    return jwt.encode({"alg": "ES256", **header}, claims, key, registry=registry)


class Client:
    """A service app that does everything right, but for the claims that a test replaces."""

    def __init__(self, http: httpx.AsyncClient, clock: JumpingClock, client_id: str = "0oaclient") -> None:
        self.http, self.clock, self.id, self.made = http, clock, client_id, 0

    def jti(self) -> str:
        self.made += 1
        return f"jti-{self.made}"

    @property
    def now(self) -> int:
        return int(self.clock.wall().timestamp())

    def assertion(self, key: ECKey = KEY, header: dict[str, Any] | None = None, **changed: Any) -> str:
        claims = {"iss": self.id, "sub": self.id, "aud": TOKEN_URL, "exp": self.now + 300, "iat": self.now}
        return signed(claims | {"jti": self.jti()} | changed, key, **(header or {}))

    def proof(self, key: ECKey = PROOF_KEY, header: dict[str, Any] | None = None, **changed: Any) -> str:
        claims = {"jti": self.jti(), "htm": "POST", "htu": TOKEN_URL, "iat": self.now}
        shown = {"typ": "dpop+jwt", "jwk": key.as_dict(private=False)} | (header or {})
        return signed(claims | changed, key, **shown)

    async def ask(self, assertion: str = "", proof: str = "", **changed: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "scope": "okta.orgs.manage",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(),
        }
        return await self.http.post(TOKEN_URL, data=form | changed, headers={"dpop": proof} if proof else {})

    async def nonce(self) -> str:
        return str((await self.ask(proof=self.proof())).headers["dpop-nonce"])

    async def token(self) -> str:
        return str((await self.ask(proof=self.proof(nonce=await self.nonce()))).json()["access_token"])

    def call_proof(self, token: str, key: ECKey = PROOF_KEY, **changed: Any) -> str:
        ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        return self.proof(key, **{"htm": "GET", "htu": f"{URL}/api/v1/org", "ath": ath} | changed)

    async def read(self, token: str, proof: str = "", scheme: str = "DPoP") -> httpx.Response:
        headers = {"authorization": f"{scheme} {token}"} | ({"dpop": proof} if proof else {})
        return await self.http.get(f"{URL}/api/v1/org", headers=headers)


@pytest.fixture
def app(client: httpx.AsyncClient, clock: JumpingClock) -> Client:
    return Client(client, clock)


@pytest.fixture
def bearer(client: httpx.AsyncClient, clock: JumpingClock) -> Client:
    return Client(client, clock, "0oabearer")


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


async def test_a_token_is_bound_to_the_key_of_its_proof(app: Client) -> None:
    answer = await app.ask(proof=app.proof(nonce=await app.nonce()))
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("DPoP", 3600, "okta.orgs.manage")
    assert answer.headers["cache-control"] == "no-store"
    token = body["access_token"]
    assert (await app.read(token, app.call_proof(token))).status_code == 403  # the scope okta.orgs.read is missing


async def test_a_client_that_need_not_use_dpop_gets_a_bearer_token(bearer: Client) -> None:
    answer = await bearer.ask(scope="okta.orgs.manage okta.orgs.read")
    assert answer.json()["token_type"] == "Bearer"
    assert (await bearer.read(answer.json()["access_token"], scheme="Bearer")).json()["subdomain"] == "acme"


@pytest.mark.parametrize(
    ("changed", "description"),
    [
        ({"iss": "0oawrong"}, "Invalid value for 'client_id' parameter."),
        ({"iss": None}, "Invalid value for 'client_id' parameter."),
        ({"sub": "0oaother"}, "The subject claim for client_assertion must be the client_id."),
        ({"key": OTHER_KEY}, "The client_assertion signature is invalid."),
        ({"header": {"kid": "other"}}, "The client_assertion JWT kid is invalid."),
        ({"aud": f"{URL}/oauth2/default/v1/token"}, "The audience claim for client_assertion must be the endpoint"),
        ({"exp": 0}, "The client_assertion token is expired."),
        ({"exp": "soon"}, "The client_assertion token is expired."),
        ({"exp": 2**40}, "The client_assertion token has an expiration too far into the future."),
        ({"iat": 2**40}, "The client_assertion token was issued in the future."),
        ({"jti": ""}, "The client_assertion token has already been used."),
    ],
)
async def test_each_rule_of_the_assertion(bearer: Client, changed: dict[str, Any], description: str) -> None:
    answer = await bearer.ask(bearer.assertion(**changed))
    assert told(answer) == (401, "invalid_client")
    assert answer.json()["error_description"].startswith(description)


async def test_an_assertion_is_used_up_even_by_a_refusal(app: Client) -> None:
    assertion = app.assertion()
    assert told(await app.ask(assertion)) == (400, "invalid_dpop_proof")
    again = await app.ask(assertion, app.proof())
    assert told(again) == (401, "invalid_client")
    assert again.json()["error_description"] == "The client_assertion token has already been used."


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"client_assertion_type": "basic"}, (401, "invalid_client")),
        ({"client_assertion": "a.b.c"}, (400, "invalid_request")),
        ({"scope": ""}, (400, "invalid_scope")),
        ({"scope": "okta.users.manage"}, (400, "invalid_scope")),
    ],
)
async def test_each_rule_of_the_form(bearer: Client, changed: dict[str, str], error: tuple[int, str]) -> None:
    assert told(await bearer.ask(**changed)) == error


async def test_a_form_is_asked_for(client: httpx.AsyncClient) -> None:
    assert told(await client.post(TOKEN_URL, json={})) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("changed", "claim"),
    [
        ({"htm": "GET"}, "'htm'"),
        ({"htu": f"{URL}//oauth2/v1/token"}, "'htu'"),
        ({"iat": 0}, "'iat'"),
        ({"iat": 2**40}, "'iat'"),
        ({"jti": ""}, "already been used"),
        ({"header": {"typ": "JWT"}}, "header is invalid"),
        ({"header": {"jwk": PROOF_KEY.as_dict(private=True)}}, "header is invalid"),
        ({"header": {"jwk": OTHER_KEY.as_dict(private=False)}}, "signature is invalid"),
    ],
)
async def test_each_rule_of_the_proof(app: Client, changed: dict[str, Any], claim: str) -> None:
    answer = await app.ask(proof=app.proof(**{"nonce": await app.nonce()} | changed))
    assert told(answer) == (400, "invalid_dpop_proof")
    assert claim in answer.json()["error_description"]


async def test_a_proof_works_once(app: Client) -> None:
    proof = app.proof(nonce=await app.nonce())
    assert (await app.ask(proof=proof)).status_code == 200
    assert told(await app.ask(proof=proof)) == (400, "invalid_dpop_proof")


async def test_nonces_change_every_day_and_the_old_ones_work_for_three(app: Client, wait: Wait) -> None:
    first = await app.nonce()
    wait(86_399)
    assert await app.nonce() == first
    wait(1)
    assert await app.nonce() != first
    wait(2 * 86_400 - 1)
    assert (await app.ask(proof=app.proof(nonce=first))).status_code == 200
    wait(1)
    assert told(await app.ask(proof=app.proof(nonce=first))) == (400, "use_dpop_nonce")


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"ath": "x"}, "'ath'"), ({"key": OTHER_KEY}, "another key"), ({"htm": "POST"}, "'htm'")],
)
async def test_each_rule_of_a_call_with_a_bound_token(app: Client, changed: dict[str, Any], said: str) -> None:
    token = await app.token()
    answer = await app.read(token, app.call_proof(token, **changed))
    assert told(answer) == (400, "invalid_dpop_proof")
    assert said in answer.json()["error_description"]
    assert answer.headers["www-authenticate"].startswith('DPoP algs="RS256 ')


async def test_a_bound_token_is_worth_nothing_without_its_proof_and_a_bearer_token_takes_none(
    app: Client, bearer: Client
) -> None:
    token, free = await app.token(), (await bearer.ask()).json()["access_token"]
    assert told(await app.read(token)) == (400, "invalid_request")
    assert told(await app.read(token, scheme="Bearer")) == (400, "invalid_request")
    assert told(await app.read(free, app.call_proof(free))) == (400, "invalid_request")


async def test_a_replayed_call_is_refused(app: Client) -> None:
    token = await app.token()
    proof = app.call_proof(token)
    assert (await app.read(token, proof)).status_code == 403
    assert told(await app.read(token, proof)) == (400, "invalid_dpop_proof")


async def test_a_token_lives_for_an_hour(bearer: Client, wait: Wait) -> None:
    token = (await bearer.ask(scope="okta.orgs.read")).json()["access_token"]
    wait(3599)
    assert (await bearer.read(token, scheme="Bearer")).status_code == 200
    wait(1)
    assert (await bearer.read(token, scheme="DPoP")).json()["errorCode"] == "E0000011"


async def test_the_api_can_want_a_nonce_of_its_own(client: httpx.AsyncClient, clock: JumpingClock) -> None:
    app = Client(client, clock, "0oanonce")
    token = await app.token()
    answer = await app.read(token, app.call_proof(token))
    assert told(answer) == (401, "use_dpop_nonce")
    nonce = answer.headers["dpop-nonce"]
    assert (await app.read(token, app.call_proof(token, nonce=nonce))).status_code == 403


async def test_a_registered_client_has_its_own_keys_and_no_others(bearer: Client, world: World) -> None:
    world.okta.oauth.keys[bearer.id] = [keys.public("P-384", kid="one"), keys.public("P-521", kid="two")]
    assert told(await bearer.ask(bearer.assertion())) == (401, "invalid_client")
    world.okta.oauth.keys[bearer.id] = [OTHER_KEY.as_dict(private=False)]
    assert (await bearer.ask(bearer.assertion(OTHER_KEY))).status_code == 200


async def test_children_know_no_service_app_and_an_outage_is_a_page(bearer: Client) -> None:
    assert told(await bearer.http.post("https://taken.okta.com/oauth2/v1/token")) == (401, "invalid_client")
    bearer.id = "0oaoutage"
    assert (await bearer.ask()).headers["content-type"] == "text/html;charset=utf-8"

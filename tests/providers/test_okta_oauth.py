"""Service apps at Okta: what is asked for a token, what is signed, and what each refusal means."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from email.utils import formatdate
from itertools import chain, count, repeat
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jws
from pydantic import SecretStr

from orgwizard.application.order_builder import connection
from orgwizard.domain.errors import Exit, NotSent, Refused
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.validation import previewed, problems, referenced
from orgwizard.domain.http import Call, Conversation, Response, SigningContext
from orgwizard.domain.http_times import clock_words
from orgwizard.domain.secrets.masking import masked, revealed
from orgwizard.domain.secrets.redactor import MASK
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.okta.connection import read_call
from orgwizard.providers.okta.fields import ServiceApp
from orgwizard.providers.okta.oauth import ServiceAppGrant, ServiceAppSession
from orgwizard.providers.okta.oauth_errors import asks_for_proof
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.okta.refusals import refusal
from tests import keys
from tests.fakes import response

NOW = 1_800_000_000.0
URL = "https://acme.okta.com"
TOKEN = {"token_type": "Bearer", "expires_in": 3600, "access_token": "the-token", "scope": "okta.orgs.manage"}
NO_PROOF = {"error": "invalid_dpop_proof", "error_description": "The DPoP proof JWT header is missing."}


class Bench:
    """A session, a clock that is set by hand, and the calls that were made."""

    def __init__(self, kind: str = "P-256", text: Callable[..., str] = keys.pem, key_id: str = "") -> None:
        self.now = NOW
        ids = count(1)
        self.means = SigningContext(lambda: self.now, lambda: f"id-{next(ids)}", keys.proof_key)
        self.grant = ServiceAppGrant(URL, "0oaclient", SecretStr(text(kind)), key_id)
        self.session: ServiceAppSession = self.grant.session()
        self.calls: list[Call] = []

    def renew(self, *answers: Response) -> None:
        conversation = self.session.renewed(self.means)
        self.talk(conversation, iter(answers))

    def talk(self, conversation: Conversation[None], replies: Iterator[Response]) -> None:
        try:
            (call,) = next(conversation)
            while True:
                self.calls.append(call)
                (call,) = conversation.send((next(replies),))
        except StopIteration:
            assert list(replies) == []

    def refused(self, *answers: Response) -> Refused:
        """Return the refusal that comes of these answers, the last of them again and again."""
        with pytest.raises(Refused) as caught:
            self.talk(self.session.renewed(self.means), chain(answers, repeat(answers[-1])))
        return caught.value


def read(token: SecretStr | str, key: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a JWT that *key* verifies."""
    text = token if isinstance(token, str) else token.get_secret_value()
    registry = jws.JWSRegistry(algorithms=["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
    registry.max_header_length = 4096
    known = jws.deserialize_compact(text, key, registry=registry)
    return dict(known.headers()), json.loads(known.payload or b"")


def sent_proof(call: Call) -> SecretStr | str:
    proof = call.headers["DPoP"]
    assert isinstance(proof, (SecretStr, str))
    return proof


def proof_of(call: Call) -> dict[str, Any]:
    header, claims = read(sent_proof(call), keys.proof_key().key)
    assert header == {"typ": "dpop+jwt", "alg": "RS256", "jwk": keys.proof_key().public}
    assert set(header["jwk"]) == {"kty", "n", "e"}
    return claims


def issued_at(call: Call) -> float:
    assertion = revealed(call.body)["client_assertion"].split(".")[1]
    return float(json.loads(base64.urlsafe_b64decode(assertion + "=="))["iat"])


def bound(token: str = "the-token") -> Response:  # noqa: S107
    return response(200, TOKEN | {"token_type": "DPoP", "access_token": token})


def wants_nonce(nonce: str) -> Response:
    return response(400, {"error": "use_dpop_nonce"}, dpop_nonce=nonce)


# ---- the assertion ----


@pytest.mark.parametrize(
    ("kind", "alg"), [("2048", "RS256"), ("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512")]
)
@pytest.mark.parametrize("text", [keys.pem, keys.jwk])
def test_the_token_request_is_the_one_that_okta_documents(kind: str, alg: str, text: Any) -> None:
    bench = Bench(kind, text)
    bench.renew(response(200, TOKEN))
    (call,) = bench.calls
    body = revealed(call.body)
    assert (call.method, call.url, call.form, call.once) == ("POST", f"{URL}/oauth2/v1/token", True, False)
    assert call.headers == {"Accept": "application/json"}
    header, claims = read(body.pop("client_assertion"), keys.key(kind))
    assert header == {"typ": "JWT", "alg": alg}
    assert claims.pop("exp") - claims["iat"] == 300
    who = {"iss": "0oaclient", "sub": "0oaclient", "aud": f"{URL}/oauth2/v1/token"}
    assert claims == who | {"iat": int(NOW), "jti": "id-1"}
    assert body == {
        "grant_type": "client_credentials",
        "scope": "okta.orgs.manage okta.orgs.read",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }


@pytest.mark.parametrize(
    ("inside", "given", "kid"), [("", "", None), ("in", "", "in"), ("", "out", "out"), ("in", "out", "out")]
)
def test_the_key_id_is_the_given_one_or_the_one_inside_the_jwk(inside: str, given: str, kid: str | None) -> None:
    bench = Bench(text=lambda kind: keys.jwk(kind, **({"kid": inside} if inside else {})), key_id=given)
    bench.renew(response(200, TOKEN))
    header, _ = read(bench.calls[0].body["client_assertion"], keys.key("P-256"))
    assert header.get("kid") == kid


def test_nothing_secret_can_be_printed() -> None:
    bench = Bench()
    bench.renew(response(400, NO_PROOF), wants_nonce("n1"), bound())
    call = bench.session.signed(Call("GET", URL, {"Authorization": bench.grant}), bench.means)
    shown = repr((bench.grant, bench.session, vars(bench.session), bench.calls, call))
    assert "the-token" not in shown
    assert "PRIVATE" not in shown
    assert "eyJ" not in shown


# ---- DPoP ----


def test_a_bearer_token_is_sent_without_a_proof() -> None:
    bench = Bench()
    bench.renew(response(200, TOKEN))
    call = Call("GET", f"{URL}/api/v1/org", {"Accept": "a", "Authorization": bench.grant})
    assert masked(call.headers) == {"Accept": "a", "Authorization": f"DPoP {MASK}"}
    signed = bench.session.signed(call, bench.means)
    assert revealed(signed.headers) == {"Accept": "a", "Authorization": "Bearer the-token"}


@pytest.mark.parametrize("first", [response(400, NO_PROOF), wants_nonce("n1"), bound("unusable")])
def test_the_need_for_dpop_is_found_from_the_answer(first: Response) -> None:
    bench = Bench()
    bench.renew(first, wants_nonce("n2"), bound())
    assert "DPoP" not in bench.calls[0].headers
    claims = [proof_of(call) for call in bench.calls[1:]]
    nonces = ["n1" if "dpop-nonce" in first.headers else None, "n2"]
    assert [claim.get("nonce") for claim in claims] == nonces
    assert {(c["htm"], c["htu"], c["iat"]) for c in claims} == {("POST", f"{URL}/oauth2/v1/token", int(NOW))}
    assert not any("ath" in claim for claim in claims)


def test_every_call_has_an_assertion_and_a_proof_of_its_own() -> None:
    bench = Bench()
    bench.renew(response(400, NO_PROOF), wants_nonce("n1"), wants_nonce("n2"), bound())
    assertions = [read(call.body["client_assertion"], keys.key("P-256"))[1]["jti"] for call in bench.calls]
    ids = [*assertions, *(proof_of(call)["jti"] for call in bench.calls[1:])]
    assert len(ids) == len(set(ids)) == 7


def test_a_call_is_proven_with_its_own_method_and_address_and_the_tokens_hash() -> None:
    bench = Bench()
    bench.renew(response(400, NO_PROOF), wants_nonce("n1"), bound())
    call = Call("GET", f"{URL}/api/v1/org?expand=all#here", {"Authorization": bench.grant})
    first, second = (bench.session.signed(call, bench.means) for _ in range(2))
    assert revealed(first.headers)["Authorization"] == "DPoP the-token"
    claims, again = proof_of(first), proof_of(second)
    assert claims.pop("jti") != again.pop("jti")
    ath = base64.urlsafe_b64encode(hashlib.sha256(b"the-token").digest()).decode().rstrip("=")
    assert claims == again == {"htm": "GET", "htu": f"{URL}/api/v1/org", "iat": int(NOW), "ath": ath}
    assert (first.url, first.body, call.headers["Authorization"]) == (call.url, call.body, bench.grant)


def test_the_nonces_of_both_servers_are_kept_apart() -> None:
    bench = Bench()
    bench.renew(response(400, NO_PROOF), wants_nonce("token-1"), bound())
    assert bench.session.challenged(response(401, {"error": "use_dpop_nonce"}, dpop_nonce="api-1"))
    assert not bench.session.challenged(response(200, {}, dpop_nonce="api-2"))
    bench.now += 3600
    bench.renew(bound())
    assert proof_of(bench.calls[-1])["nonce"] == "token-1"
    assert proof_of(bench.session.signed(Call("GET", URL), bench.means))["nonce"] == "api-2"


def test_the_same_nonce_is_not_asked_for_for_ever() -> None:
    bench = Bench()
    refused = bench.refused(response(400, NO_PROOF), wants_nonce("n1"), wants_nonce("n1"))
    assert (refused.code, refused.field) == ("use_dpop_nonce", "credentials.client_id")
    assert len(bench.calls) == 3
    bench = Bench()
    assert bench.refused(*[wants_nonce(f"n{n}") for n in range(6)]).code == "use_dpop_nonce"


OKTA_ERROR = {"errorCode": "E0000088", "errorSummary": "taken"}


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        (response(401, {"error": "use_dpop_nonce"}, dpop_nonce="n"), True),
        (response(401, {}, dpop_nonce="n", www_authenticate="DPoP algs=\"ES256\", error='use'"), False),
        (response(401, {}, dpop_nonce="n", www_authenticate='Bearer error="use_dpop_nonce"'), False),
        (response(401, {}, dpop_nonce="n", www_authenticate='DPoP algs="RS256", error=use_dpop_nonce'), True),
        (response(401, {}, dpop_nonce="n"), False),
        (response(401, {"errorCode": "E0000011"}, dpop_nonce="n"), False),
        (response(400, {}, dpop_nonce="n"), False),
        (response(400, {"error": "invalid_dpop_proof"}, dpop_nonce="n"), False),
        (response(400, {"error_description": "use_dpop_nonce"}, dpop_nonce="n"), False),
        (response(400, {"error": "use_dpop_nonce"}, dpop_nonce="n"), True),
        (response(400, OKTA_ERROR, dpop_nonce="n", www_authenticate='DPoP error="use_dpop_nonce"'), True),
        (response(400, OKTA_ERROR, dpop_nonce="n"), False),
        (response(401, {"error": "use_dpop_nonce"}), False),
        (response(403, {"error": "use_dpop_nonce"}, dpop_nonce="n"), False),
        (response(500, {"error": "use_dpop_nonce"}, dpop_nonce="n"), False),
        (response(201, {"id": "x"}, dpop_nonce="n"), False),
    ],
)
def test_only_the_error_code_use_dpop_nonce_asks_for_another_proof(said: Response, asks: bool) -> None:
    assert asks_for_proof(said) is asks
    assert Okta().asks_for_proof(said) is asks


# ---- life of a token ----


@pytest.mark.parametrize(
    ("life", "left", "calls"),
    [
        (3600, 61, 1),
        (3600, 60, 2),
        (3600, -1, 2),
        (None, 61, 1),
        pytest.param(10**400, 61, 1, id="endless"),
        pytest.param(-(10**400), 61, 2, id="negative"),
    ],
)
def test_a_token_is_renewed_a_minute_before_it_expires(life: int | None, left: int, calls: int) -> None:
    bench = Bench()
    bench.renew(response(200, TOKEN | {"expires_in": life}))
    bench.now += 3600 - left
    bench.renew(*[response(200, TOKEN | {"access_token": "newer"})] * (calls - 1))
    assert len(bench.calls) == calls
    sent = revealed(bench.session.signed(Call("GET", URL), bench.means).headers)["Authorization"]
    assert sent == ("Bearer newer" if calls == 2 else "Bearer the-token")


@pytest.mark.parametrize("error", ["consent_required", "invalid_scope", "access_denied"])
def test_the_scope_for_reading_can_be_done_without(error: str) -> None:
    bench = Bench()
    bench.renew(response(400, {"error": error}), response(200, TOKEN))
    assert [call.body["scope"] for call in bench.calls] == ["okta.orgs.manage okta.orgs.read", "okta.orgs.manage"]


# ---- refusals ----

CLIENT, KEY = "credentials.client_id", "credentials.private_key"
REFUSALS = [
    (
        "invalid_client",
        "Invalid value for 'client_id' parameter.",
        "Okta found no active service app with this client ID",
        CLIENT,
    ),
    (
        "invalid_client",
        "The client_assertion signature is invalid.",
        "Okta does not recognize this key of the service app",
        KEY,
    ),
    (
        "invalid_client",
        "The client_assertion JWT kid is invalid.",
        "Okta does not recognize this key of the service app",
        KEY,
    ),
    (
        "invalid_client",
        "The client_assertion token is expired.",
        "Okta says the signed request is expired or not yet valid",
        CLIENT,
    ),
    (
        "invalid_client",
        "The client_assertion has already been used.",
        "Okta says the signed request was used before",
        CLIENT,
    ),
    ("invalid_client", "The audience claim is wrong.", "The org URL does not match the expected audience", "site"),
    ("invalid_client", "Client authentication must use private_key_jwt.", "The service app does not sign in", CLIENT),
    ("invalid_client", "", "Okta rejected the service app.", CLIENT),
    ("consent_required", "None.", "The scope okta.orgs.manage is not granted", CLIENT),
    ("invalid_scope", "None.", "The scope okta.orgs.manage is not granted", CLIENT),
    ("access_denied", "Policy.", "The service app is not permitted to do this.", CLIENT),
    ("invalid_dpop_proof", "The iat is old.", "Okta rejected the DPoP proof", CLIENT),
    ("use_dpop_nonce", "", "Okta rejected the DPoP proof", CLIENT),
    ("unauthorized_client", "No.", "Okta could not read the token request.", CLIENT),
    ("unheard_of", "No.", "Okta rejected the service app.", CLIENT),
]


@pytest.mark.parametrize(("error", "said", "cause", "field"), REFUSALS)
def test_each_refusal_of_a_token_has_its_cause_its_advice_and_its_field(
    error: str, said: str, cause: str, field: str
) -> None:
    bench = Bench()
    date = formatdate(NOW + 30, usegmt=True)  # well within what clocks may differ
    no = response(401, {"error": error, "error_description": said}, date=date, x_okta_request_id="r1")
    refused = bench.refused(no)
    assert refused.cause.startswith(cause)
    assert said in refused.cause
    assert refused.advice.endswith(".")
    assert (refused.code, refused.field, refused.request_id) == (error, field, "r1")
    assert refused.exit_code == Exit.REFUSED


def test_the_causes_are_told_apart() -> None:
    assert len({cause for _, _, cause, _ in REFUSALS}) == 11


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (-720, "12 minutes behind"),
        (60, "1 minute ahead of"),
        (7200, "2 hours ahead of"),
        (-90000, "1 day behind"),
    ],
)
@pytest.mark.parametrize("said", ["The client_assertion token is expired.", ""])
def test_a_clock_that_is_off_is_made_up_for_once_the_servers_time_is_known(ahead: float, words: str, said: str) -> None:
    assert clock_words(ahead) == words
    date = formatdate(NOW - ahead, usegmt=True)
    no = response(401, {"error": "invalid_client", "error_description": said}, date=date)
    bench = Bench()
    bench.renew(no, response(200, TOKEN, date=date))
    assert [issued_at(call) for call in bench.calls] == [NOW, NOW - ahead]
    refused = Bench().refused(no)  # signed with the right time, it is not the clock
    assert "clock is" not in refused.cause


@pytest.mark.parametrize("ahead", [-59, 0, 59])
def test_a_clock_that_is_off_by_seconds_is_right(ahead: float) -> None:
    date = formatdate(NOW - ahead, usegmt=True)
    bench = Bench()
    bench.renew(response(400, NO_PROOF, date=date), response(200, TOKEN, date=date))
    assert [issued_at(call) for call in bench.calls] == [NOW, NOW]


def test_a_proof_is_made_with_the_servers_time_too() -> None:
    date = formatdate(NOW + 600, usegmt=True)
    bench = Bench()
    bench.renew(response(400, NO_PROOF, date=date), response(200, {**TOKEN, "token_type": "DPoP"}, date=date))
    signed = bench.session.signed(Call("GET", f"{URL}/api/v1/org"), bench.means)
    for proof in (sent_proof(bench.calls[1]), sent_proof(signed)):
        assert read(proof, keys.proof_key().key)[1]["iat"] == NOW + 600


def test_a_clock_that_is_off_does_not_hide_a_wrong_key() -> None:
    no = {"error": "invalid_client", "error_description": "The client_assertion signature is invalid."}
    refused = Bench().refused(response(401, no, date=formatdate(NOW - 900, usegmt=True)))
    assert refused.field == KEY


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_unwell_is_no_refusal(status: int) -> None:
    with pytest.raises(NotSent) as caught:
        Bench().renew(response(status, b"<html>"))
    assert caught.value.code == f"HTTP {status}"


@pytest.mark.parametrize(
    "said", [response(404, b"<html>"), response(302, b""), response(200, b"<html>"), response(200, {})]
)
def test_a_host_that_is_no_okta_org_is_the_sites_problem(said: Response) -> None:
    assert Bench().refused(said).field == "site"


@pytest.mark.parametrize(
    ("token", "kind"),
    [*((odd, "Bearer") for odd in ("", "with blank", "with\nline", "\u00e4", 7, None)), ("t", "MAC"), ("t", None)],
)
def test_a_token_that_cannot_be_sent_is_none(token: Any, kind: Any) -> None:
    refused = Bench().refused(response(200, TOKEN | {"access_token": token, "token_type": kind}))
    assert refused.cause.startswith("Okta returned no usable token: it is ")


def test_what_the_api_says_of_a_proof_is_told_as_such() -> None:
    refused = refusal(response(400, {"error": "invalid_dpop_proof", "error_description": "The htu is wrong."}))
    assert refused.cause == 'Okta rejected the DPoP proof. Okta says: "The htu is wrong."'


def test_a_challenge_without_a_body_is_understood() -> None:
    refused = refusal(response(401, b"", www_authenticate='DPoP algs="RS256", error="invalid_dpop_proof"'))
    assert (refused.code, refused.cause) == ("invalid_dpop_proof", "Okta rejected the DPoP proof.")


# ---- fields ----


def test_the_fields_name_the_variables_of_the_sdks_and_of_terraform() -> None:
    assert {q.name: q.env for q in questions(ServiceApp)} == {
        "client_id": ("OKTA_CLIENT_CLIENTID", "OKTA_API_CLIENT_ID"),
        "private_key": ("OKTA_CLIENT_PRIVATEKEY", "OKTA_API_PRIVATE_KEY"),
        "passphrase": (),
        "key_id": ("OKTA_API_PRIVATE_KEY_ID",),
    }
    assert [q.name for q in questions(ServiceApp) if q.secret] == ["private_key", "passphrase"]
    assert [q.name for q in questions(ServiceApp) if q.file] == ["private_key"]


@pytest.mark.parametrize(
    "text", [keys.pem("2048"), keys.jwk("P-256"), "~/key.pem", "key.json"], ids=["PEM", "JWK", "home", "here"]
)
def test_a_key_or_the_path_of_one_is_taken(text: str) -> None:
    assert problems(ServiceApp, {"client_id": "0oa", "private_key": SecretStr(text)}) == {}


def test_a_key_that_cannot_be_used_is_a_problem_of_its_field() -> None:
    broken = keys.pem("P-256").replace("END", "AND")
    found = problems(ServiceApp, {"client_id": "0oa", "private_key": SecretStr(broken)})
    assert found == {"private_key": "Not a PEM or JWK key. Truncated?"}


def test_a_path_is_a_reference_and_a_key_is_not() -> None:
    given = {"client_id": "key.pem", "private_key": SecretStr(" /run/key.pem ")}
    assert referenced(ServiceApp, given) == {"client_id": "key.pem", "private_key": Reference(file="/run/key.pem")}
    literal = {"private_key": SecretStr(keys.pem("P-256"))}
    assert referenced(ServiceApp, literal) == literal


# ---- encrypted keys ----

EC_KEY: Any = keys.key("P-256").private_key
ENCRYPTED = EC_KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"word")
).decode()
PASSPHRASE = Reference(env="KEY_PASSPHRASE")


@pytest.mark.parametrize(
    ("key", "passphrase", "wrong"),
    [
        (SecretStr(ENCRYPTED), None, ["passphrase"]),
        (SecretStr(ENCRYPTED), SecretStr("word"), []),
        (SecretStr(ENCRYPTED), SecretStr("words"), ["passphrase"]),
        (SecretStr(ENCRYPTED), PASSPHRASE, []),
        (Reference(file="key.pem"), None, []),
        (Reference(file="key.pem"), PASSPHRASE, []),
        (SecretStr(keys.pem("P-256")), SecretStr("word"), []),
        (SecretStr("-----BEGIN"), SecretStr("word"), ["private_key"]),
    ],
)
def test_the_passphrase_of_an_encrypted_key_is_asked_for_at_its_field(
    key: Any, passphrase: Any, wrong: list[str]
) -> None:
    typed = {"client_id": "0oaclient", "private_key": key, "passphrase": passphrase}
    assert list(problems(ServiceApp, typed)) == wrong
    if not wrong:
        assert previewed(ServiceApp, typed)


def test_both_are_read_from_references_when_they_are_used() -> None:
    draft = Draft("okta")
    draft.section("parent").update({"site": "acme.okta.com", "method": "service-app"})
    draft.credentials.update({"client_id": "0oaclient", "private_key": Reference(env="KEY"), "passphrase": PASSPHRASE})
    held = {"KEY": ENCRYPTED, "KEY_PASSPHRASE": "word"}
    made = connection(Okta(), draft, lambda reference: SecretStr(held[reference.env or ""]))
    assert made.sources == {
        "client_id": "0oaclient",
        "private_key": {"env": "KEY"},
        "passphrase": {"env": "KEY_PASSPHRASE"},
    }
    grant = read_call("/api/v1/org", made).grant
    assert grant is not None
    assert "word" not in repr(grant)
    assert grant.session()

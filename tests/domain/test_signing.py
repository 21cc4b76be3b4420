"""Keys as people have them: read, judged, and told about without a word of the key."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from orgwizard.domain.secrets.key_text import BadKey, EncryptedKey, is_key
from orgwizard.domain.secrets.signing import new_key, read_key
from tests import keys

PEM = serialization.Encoding.PEM
PLAIN = serialization.NoEncryption()
KINDS = [("2048", "RS256"), ("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512")]


def as_pem(
    key: Any,
    form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
    lock: serialization.KeySerializationEncryption = PLAIN,
) -> str:
    return str(key.private_bytes(PEM, form, lock).decode())


@pytest.mark.parametrize(("kind", "alg"), KINDS)
@pytest.mark.parametrize("text", [keys.pem, keys.jwk])
def test_what_is_signed_verifies_with_the_public_half(kind: str, alg: str, text: Any) -> None:
    signing = read_key(text(kind))
    token = signing.signed({"kid": "one"}, {"iss": "me"}).get_secret_value()
    known = jwt.decode(token, JWKRegistry.import_key(keys.public(kind)), algorithms=[alg])
    assert known.header == {"typ": "JWT", "kid": "one", "alg": alg}
    assert known.claims == {"iss": "me"}
    assert signing.public == keys.public(kind)


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512"])
def test_a_jwk_says_with_which_algorithm_an_rsa_key_signs(alg: str) -> None:
    signing = read_key(keys.jwk("2048", alg=alg, kid="mine", use="sig", key_ops=["sign"]))
    assert (signing.alg, signing.kid) == (alg, "mine")
    assert jwt.decode(signing.signed({}, {}).get_secret_value(), keys.key("2048"), algorithms=[alg]).claims == {}


@pytest.mark.parametrize("form", [serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.OpenSSH])
@pytest.mark.parametrize("kind", ["2048", "P-256"])
def test_other_wrappings_are_read(kind: str, form: serialization.PrivateFormat) -> None:
    assert read_key(as_pem(keys.key(kind).private_key, form)).public == keys.public(kind)


@pytest.mark.parametrize("between", [" ", "\\n", "\r\n", "\n\n  "])
def test_lost_line_ends_are_found_again(between: str) -> None:
    assert read_key(f"  {between.join(keys.pem('P-256').splitlines())}{between}").public == keys.public("P-256")


SMALL = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is what is tested
LOCKED = serialization.BestAvailableEncryption(b"word")
K1 = as_pem(ec.generate_private_key(ec.SECP256K1()))
ED = as_pem(ed25519.Ed25519PrivateKey.generate())
PUBLIC_PEM = keys.key("2048").as_pem(private=False).decode()
OPEN_ENDED = keys.pem("2048").partition("-----END")[0]
OPENSSH_START = base64.b64encode(b"openssh-key-v1\0\0\0\0\naes256-ctr\0\0\0\x06bcrypt" + bytes(99)).decode()
BAD = [
    (PUBLIC_PEM, "This is a public key. Enter the private key."),
    (json.dumps(keys.public("2048")), "This is the public key. Enter the private key (it has a member d)."),
    (json.dumps(keys.public("P-256")), "This is the public key. Enter the private key (it has a member d)."),
    (
        as_pem(keys.key("2048").private_key, lock=LOCKED),
        "This key is encrypted. Enter its passphrase",
    ),
    (
        as_pem(keys.key("2048").private_key, serialization.PrivateFormat.TraditionalOpenSSL, LOCKED),
        "This key is encrypted. Enter its passphrase",
    ),
    (as_pem(SMALL), "This RSA key has 1024 bits, which is too small: 2048 are required."),
    (K1, "This key is on a curve that cannot be used."),
    (ED, "This key cannot be used. Use an RSA key of 2048 bits or more, or an EC key"),
    (json.dumps({"kty": "oct", "k": "c2VjcmV0"}), "This key cannot be used."),
    (json.dumps({"kty": "OKP", "crv": "Ed25519", "d": "c2VjcmV0", "x": "c2VjcmV0"}), "This key cannot be used."),
    (json.dumps({"d": "c2VjcmV0"}), "This key cannot be used."),
    (json.dumps({**json.loads(keys.jwk("2048")), "d": 7}), "This key cannot be used."),
    (json.dumps({**json.loads(keys.jwk("P-256")), "crv": "P-384"}), "This key cannot be used."),
    (keys.jwk("2048", alg="PS256"), "The JWK's alg must be one of RS256, RS384,"),
    (keys.jwk("P-256", alg="ES384"), "The JWK's alg must be one of ES256."),
    (json.dumps({"keys": []}), "This JWK set contains 0 private keys. Enter one private key alone."),
    (keys.jwk("2048")[:-20], "Incomplete: a JWK is one JSON object."),
    ("{" * 100_000, "Incomplete: a JWK is one JSON object"),
    (OPEN_ENDED, "Not a PEM or JWK key. Truncated?"),
    ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "This key cannot be used."),
    ("", "Not a PEM or JWK key. Truncated?"),
    ("PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\nAAAA\n", "This is a PuTTY key."),
    (
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{OPENSSH_START}\n-----END OPENSSH PRIVATE KEY-----",
        "This OpenSSH key is encrypted. Convert it: ssh-keygen",
    ),
    ("ssh-rsa AAAAB3NzaC1yc2E ada@host", "This is a public key. Enter the private key."),
    ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----", "This is a public key."),
]


@pytest.mark.parametrize(("text", "words"), BAD, ids=[words[:40] for _, words in BAD])
def test_a_key_that_cannot_be_used_is_told_without_a_word_of_it(text: str, words: str) -> None:
    with pytest.raises(BadKey) as caught:
        read_key(text)
    told = str(caught.value)
    assert told.startswith(words)
    assert caught.value.__cause__ is None
    assert not [line for line in text.splitlines() if len(line) > 20 and "-----" not in line and line in told]


@pytest.mark.parametrize(
    "text",
    [keys.pem("P-256"), keys.jwk("P-256"), " {", "-----BEGIN", "two\nlines"],
    ids=["PEM", "JWK", "brace", "begin", "lines"],
)
def test_keys_look_like_keys(text: str) -> None:
    assert is_key(text)


@pytest.mark.parametrize("text", ["key.pem", "~/.okta/key.pem", "/run/secrets/key", "C:\\key.pem"])
def test_paths_do_not(text: str) -> None:
    assert not is_key(text)


def test_a_key_is_not_in_its_repr() -> None:
    secret = json.loads(keys.jwk("P-256"))["d"]
    signing = read_key(keys.jwk("P-256"))
    assert secret not in repr(signing)
    assert base64.urlsafe_b64decode(secret + "==").hex() not in repr(signing)
    assert "d" not in signing.public


def test_a_new_key_is_an_rsa_key_and_a_new_one_each_time() -> None:
    first, second = keys.proof_key(), new_key()
    assert (first.alg, first.public["kty"]) == ("RS256", "RSA")
    assert isinstance(first.key, RSAKey)
    assert not isinstance(first.key, ECKey)
    assert first.public != second.public


EC_PARAMETERS = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def body_of(pem: str) -> str:
    return "".join(pem.splitlines()[1:-1])


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("kind", ["2048", "P-256"])
@pytest.mark.parametrize(
    "wrapped",
    [
        lambda pem: EC_PARAMETERS + pem,
        lambda pem: CERTIFICATE + pem,
        lambda pem: pem + CERTIFICATE,
        lambda pem: f"Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n{pem}",
        base64_of,
        lambda pem: base64_of(base64_of(pem)),
        lambda pem: "\n".join(base64_of(pem)[at : at + 76] for at in range(0, len(base64_of(pem)), 76)),
        body_of,
        lambda pem: f'"{pem}"',
        lambda pem: f"\ufeff{pem}",
    ],
)
def test_a_key_is_read_however_tools_hand_it_on(kind: str, wrapped: Callable[[str], str]) -> None:
    text = wrapped(keys.pem(kind))
    assert is_key(text)
    assert read_key(text).public == keys.public(kind)


def test_the_one_private_key_of_a_set_is_taken_and_a_kid_may_be_a_number() -> None:
    private = json.loads(keys.jwk("P-256"))
    public = keys.public("P-384")
    signing = read_key(json.dumps({"keys": [public, private | {"kid": 7}]}))
    assert (signing.public, signing.kid) == (keys.public("P-256"), "7")
    with pytest.raises(BadKey, match="2 private"):
        read_key(json.dumps({"keys": [private, private]}))
    with pytest.raises(BadKey, match="0 private"):
        read_key(json.dumps({"keys": [public]}))


@pytest.mark.parametrize("text", ["xK3bP9qLm2Zt7Rv1Yw8c" * 3 + "ABCD", "a" * 200, "MII" + "A" * 200])
def test_what_is_no_key_is_not_repeated(text: str) -> None:
    with pytest.raises(BadKey) as caught:
        read_key(text)
    assert text[:20] not in str(caught.value)


def test_text_of_a_length_that_base64_does_not_have_is_no_key() -> None:
    with pytest.raises(ValueError, match="Not a PEM"):
        read_key("0" * 133)


FORMS = {"PKCS 8": serialization.PrivateFormat.PKCS8, "traditional": serialization.PrivateFormat.TraditionalOpenSSL}


@pytest.fixture(scope="module", params=FORMS)
def locked(request: pytest.FixtureRequest) -> str:
    return as_pem(keys.key("P-256").private_key, FORMS[request.param], LOCKED)


@pytest.mark.parametrize(
    "handed_on",
    [str, lambda pem: pem.replace("\n", "\\n"), lambda pem: pem.replace("\n", "\r\n"), base64_of],
    ids=["as it is", "literal line ends", "Windows", "base64"],
)
def test_an_encrypted_key_is_opened_by_its_passphrase(locked: str, handed_on: Callable[[str], str]) -> None:
    text = handed_on(locked)
    assert read_key(text, "word").public == keys.public("P-256")
    with pytest.raises(EncryptedKey):
        read_key(text)
    with pytest.raises(BadKey, match="does not decrypt") as caught:
        read_key(text, "another-word")
    assert not isinstance(caught.value, EncryptedKey)
    assert caught.value.__cause__ is None
    assert "another-word" not in str(caught.value)


def test_a_passphrase_of_a_key_that_is_not_encrypted_is_not_needed() -> None:
    assert read_key(keys.pem("P-256"), "word").public == keys.public("P-256")

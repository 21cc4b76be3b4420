import base64
import json
import time
import timeit
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

import orgwizard.providers  # noqa: F401 - brings the vendors' shapes
from orgwizard.domain.errors import Refused
from orgwizard.domain.secrets.redactor import MASK, REDACTOR, Redactor, is_like_token
from tests import keys

SECRET = 'pa ss"w\u00f6rd&/canary+1'
TOKEN = "00" + "aB3-_" * 8
API_KEY, APPLICATION_KEY = "0123456789abcdef" * 2, "0123456789" * 4
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJvcmd3aXphcmQifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "form",
    [
        str,
        lambda secret: quote(secret, safe=""),
        json.dumps,
        lambda secret: json.dumps(secret, ensure_ascii=False),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
        lambda secret: secret.replace("&", "&amp;").replace('"', "&quot;"),
    ],
)
def test_a_secret_of_this_run_is_masked_in_every_form(form: Callable[[str], str]) -> None:
    redactor = Redactor()
    redactor.learn(SecretStr(SECRET))
    cleaned = redactor.clean(f"The service said: {form(SECRET)} is wrong.")
    assert MASK in cleaned
    assert "canary" not in cleaned
    assert form(SECRET).strip('"') not in cleaned


@pytest.mark.parametrize("sequence", ["\x1b[0m", "\x9b1m", "\x1b]0;x\x07", "\x1bc"])
def test_an_escape_sequence_inside_a_secret_hides_nothing(sequence: str) -> None:
    redactor = Redactor()
    redactor.learn("canary99")
    assert redactor.without_secrets(f"It is can{sequence}ary99.\nSo") == f"It is {MASK}.\nSo"


@pytest.mark.parametrize(
    "secret", [TOKEN, API_KEY, APPLICATION_KEY, JWT, keys.pem("P-256").strip(), "ddapp_" + "aB3" * 11], ids=range(6)
)
def test_what_has_a_credentials_shape_is_masked_though_nobody_knows_it(secret: str) -> None:
    assert REDACTOR.clean(f"Bad value {secret}, try again") == f"Bad value {MASK}, try again"
    assert REDACTOR.is_secret(secret)


@pytest.mark.parametrize(
    "text",
    [
        "My Child Org 1",
        "https://my-child-org-1.okta.com",
        "ada@example.com",
        "0oa1a2b3c4d5e6f7g8h9",
        "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "/home/ada/.local/share/orgwizard/keys/datadog-my-child-2.toml",
        "20261128-081500-3f9a",
        "E0000088, request ID XyZ-123",
    ],
)
def test_what_people_and_services_write_is_left_alone(text: str) -> None:
    assert REDACTOR.clean(text) == text
    assert not REDACTOR.is_secret(text)


def hex_entities(text: str) -> str:
    return "".join(f"&#x{ord(letter):x};" for letter in text)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode().hex(),
        lambda text: text.encode().hex().upper(),
        lambda text: "".join(f"%{ord(letter):02x}" for letter in text),
        lambda text: "".join(f"%25{ord(letter):02X}" for letter in text),
        lambda text: "".join(f"&#{ord(letter)};" for letter in text),
        hex_entities,
        lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
        lambda text: "".join(chr(ord(letter) + 0xFEE0) for letter in text),
        lambda text: quote(hex_entities(text)),
    ],
    ids=range(9),
)
def test_a_secret_does_not_show_through_an_encoding(encode: Callable[[str], str]) -> None:
    redactor = Redactor()
    redactor.learn(API_KEY)
    assert redactor.clean(f"The server says: {encode(API_KEY)}.") in (MASK, f"The server says: {MASK}.")
    assert redactor.clean("100 % – 50%20% &amp; “ok” \\u0041") == "100 % – 50%20% &amp; “ok” \\u0041"


def test_a_line_of_a_key_is_masked_wherever_it_stands_and_a_path_is_not() -> None:
    lines = keys.pem("2048").splitlines()[1:-2]
    assert [line for line in lines if MASK not in Redactor().clean(f"sh: 2: {line}: not found")] == []
    assert Redactor().clean(f"modulus: {'71:c7:' * 8}") == f"modulus: {MASK}"
    path = "/Users/Ada/Library/Application/orgwizard2/keys/acme1/abcdefghijklmnopqrstuvwxyz0123"
    assert Redactor().clean(path) == path


def test_short_words_are_no_secrets() -> None:
    redactor = Redactor()
    redactor.learn("blue", "")
    assert redactor.clean("The sky is blue.") == "The sky is blue."


def test_a_longer_secret_is_masked_before_one_within_it() -> None:
    redactor = Redactor()
    redactor.learn("secret-a", "secret-a-and-b")
    assert redactor.clean("secret-a-and-b secret-a") == f"{MASK} {MASK}"


def test_data_is_masked_wherever_a_secret_stands_in_it() -> None:
    redactor = Redactor()
    redactor.learn("canary-1")
    found = redactor.clean_values({"a": ["canary-1", 7, None, {"canary-1": "x canary-1"}], "b": True})
    assert found == {"a": [MASK, 7, None, {MASK: f"x {MASK}"}], "b": True}


def test_what_the_user_says_is_no_secret_is_none() -> None:
    redactor = Redactor()
    redactor.learn("canary-1")
    assert redactor.is_secret(" canary-1 ")
    redactor.allow("canary-1")
    assert not redactor.is_secret("canary-1")
    assert redactor.clean("canary-1") == MASK  # from a service it still is one


@given(st.text(min_size=6).filter(lambda text: len(text.strip()) >= 6), st.text(), st.text())
def test_no_known_secret_survives(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.learn(secret)
    assert secret not in redactor.without_secrets(before + secret + after).replace(MASK, "\0")


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        (TOKEN, True),
        (API_KEY, True),
        ("xK3bP9qLm2Zt7Rv1Yw8c", True),
        (base64.b64encode(keys.pem("P-256").encode()).decode(), True),
        ("MY_OKTA_TOKEN_2", False),
        ("okta-token-production-1", False),
        ("datadog-my-child-2/api_key", False),
        ("~/.okta/key.pem", False),
        ("keys/okta-2026.pem", False),
        ("/run/secrets/a1b2c3d4e5f6a7b8c9d0e1f2", False),
    ],
    ids=range(10),  # the key is another one in each process
)
def test_a_secret_in_the_place_of_a_name_or_a_path_is_recognised(text: str, likely: bool) -> None:
    assert is_like_token(text) is likely


def test_a_secret_in_other_case_or_with_unseen_characters_in_it_is_masked_in_an_error() -> None:
    key = "ca1b2c3d4e5f60718293a4b5c6d7e8f9"
    REDACTOR.learn(key)
    error = Refused(f"It says: {key.upper()} and {key[:10]}\u200b{key[10:]}.")
    assert error.cause == f"It says: {MASK} and {MASK}."


KNOWN = "k3Zq8RtvB1xWm0Yp5LsNc7Hd2Jf9GaE4"


def masked(text: str, *secrets: str) -> str:
    redactor = Redactor()
    redactor.learn(*(secrets or (KNOWN,)))
    return redactor.without_secrets(text)


SEPARATORS = ("", "", "", " ", "-", ":", "\n", "\r\n  ", "\u200b", "\u2011", ", ")
WORDS = ("the", "org", "was", "created", "by", "ada", "at", "12:30", "token", "k3Zq8", "and", "9GaE4", "MyChild")


@given(st.lists(st.sampled_from(SEPARATORS), min_size=32), st.booleans())
def test_a_secret_in_pieces_is_masked_whole(separators: list[str], swapped: bool) -> None:
    changed = KNOWN.swapcase() if swapped else KNOWN
    spread = "".join(map("".join, zip(changed, separators, strict=False)))
    assert masked(f"It says: <{spread}>").strip("<> \n\r\u200b\u2011:,-").endswith(MASK)
    assert not any(changed[at : at + 4] in masked(f"<{spread}>") for at in range(29))


@given(st.integers(0, 31), st.text(alphabet="iou .", max_size=40), st.text(alphabet="iou .", max_size=40))
def test_a_run_of_sixteen_characters_is_masked_wherever_it_stands(start: int, before: str, after: str) -> None:
    run = KNOWN[start : start + 16]
    said = masked(f"{before}|{run}|{after}")
    assert (run not in said) == (len(run) == 16)
    assert said.startswith(before)
    assert said.endswith(after)


@pytest.mark.parametrize("shift", range(4))
def test_a_secret_within_something_longer_in_base64_is_masked(shift: int) -> None:
    encoded = base64.b64encode(b"u" * shift + b":" + KNOWN.encode() + b":end").decode()
    assert encoded[8:32] not in masked(f"Basic {encoded}")


@given(st.lists(st.sampled_from(WORDS)))
def test_words_are_left_alone(words: list[str]) -> None:
    text = " ".join(words)
    assert masked(text, KNOWN, "MyChild-Org1!", "the org was created by ada", "correct horse") == text


def test_thousands_of_secrets_are_found_as_fast_as_a_few() -> None:
    redactor, text = Redactor(), "The request was sent, but no response came within 120 seconds."
    secrets = [f"{at:04}{KNOWN[at % 7 :]}{at * 7919:08x}" for at in range(2000)]
    spent = [time.process_time()]
    for secret in secrets:
        redactor.learn(secret)
        redactor.clean(text)
    spent.append(time.process_time())
    assert spent[1] - spent[0] < 4
    assert all(secret not in redactor.clean(f"It says: {secret}.") for secret in secrets[::100])


def test_the_time_for_much_text_grows_with_its_length_alone() -> None:
    redactor = Redactor()
    redactor.learn(*(f"{at}{KNOWN}" for at in range(6)), keys.pem("P-256"))
    text = "Lorem ipsum dolor sit amet, consectetur adipisici elit 12ab " * 4000
    redactor.clean("")

    def spent(length: int) -> float:
        return min(timeit.repeat(lambda: redactor.clean(text[:length]), number=1, repeat=5, timer=time.process_time))

    assert spent(200_000) < 30 * spent(20_000)
    assert redactor.clean(text) == text


@pytest.mark.parametrize("text", ["x", "a ", "A1b2", "ab-cd_ef.", "eyJ"])
def test_whether_a_text_is_a_secret_is_known_at_once_however_long_it_is(text: str) -> None:
    spent = -time.process_time()
    assert REDACTOR.is_secret(text * 20_000) is (text == "A1b2")
    assert spent + time.process_time() < 2


def test_what_stands_around_a_long_word_makes_it_no_secret() -> None:
    digest = "0123456789" * 7
    assert not REDACTOR.is_secret(f"{digest} is the Number")
    assert REDACTOR.is_secret(f"{digest}aB")


def test_many_secrets_are_learned_fast() -> None:
    redactor = Redactor()
    spent = -time.process_time()
    for at in range(1000):
        redactor.learn(f"{at:04}{KNOWN}")
        redactor.clean("Nothing is said of it.")
    assert spent + time.process_time() < 4
    assert redactor.clean(f"It is 0999{KNOWN}.") == f"It is {MASK}."


@pytest.mark.parametrize(
    "text", ["0123456789abcdef" * 2, "0123456789ABCDEF" * 2, "0123456789ABCDEF01234567" + "F" * 16]
)
def test_a_key_in_hexadecimal_is_one_in_either_case(text: str) -> None:
    assert REDACTOR.is_secret(text)
    assert not REDACTOR.is_secret(text[:31])

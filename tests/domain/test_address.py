import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.domain.address import is_loopback, origin
from orgwizard.domain.errors import BadInput

EXAMPLE = "acme.okta.com"
NO_HOST = f"This is not a host name or URL. Example: {EXAMPLE}."


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("acme.okta.com", "https://acme.okta.com"),
        ("  HTTPS://Acme.Okta.COM/  ", "https://acme.okta.com"),
        ("https://acme.okta.com/admin/dashboard?x=1#y", "https://acme.okta.com"),
        ("acme.okta.com:8443", "https://acme.okta.com:8443"),
        ("https://acme.okta.com:443/", "https://acme.okta.com"),
        ("acme.okta.com:", "https://acme.okta.com"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.1:443", "http://127.0.0.1:443"),
        ("http://[::1]:9000/x", "http://[::1]:9000"),
        ("https://10.1.2.3", "https://10.1.2.3"),
        ("acme.okta.com.", "https://acme.okta.com"),
        ("https://acme.okta.com.:443/", "https://acme.okta.com"),
        ("https://acme.okta.com.:8443/", "https://acme.okta.com:8443"),
        ("xn--mller-kva.example", "https://xn--mller-kva.example"),
    ],
)
def test_what_a_person_types_becomes_an_origin(typed: str, url: str) -> None:
    assert origin(typed, EXAMPLE).geturl() == url


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", f"Required, for example {EXAMPLE}."),
        (" \t", f"Required, for example {EXAMPLE}."),
        ("ftp://acme.okta.com", "It must start with https://, not ftp://."),
        ("http://acme.okta.com", "http:// is unencrypted. Use https://."),
        ("http://127.0.0.1.example.com", "http:// is unencrypted. Use https://."),
        ("http://10.1.2.3", "http:// is unencrypted. Use https://."),
        (
            "https://ada:s3cr3t@acme.okta.com",
            "Remove everything up to the @.",
        ),
        ("https://@acme.okta.com", "Remove everything up to the @."),
        (
            "https://acme.okta.com\\@evil.example",
            "Remove everything up to the @.",
        ),
        ("acme", NO_HOST),
        ("{yourOktaDomain}", NO_HOST),
        ("https://{yourOktaDomain}.okta.com", NO_HOST),
        ("https://https://acme.okta.com", NO_HOST),
        ("https://acme.okta.comhttps://acme.okta.com", NO_HOST),
        ("https://acme.okta.com/https://evil.example", NO_HOST),
        ("acme.okta.com:99999", NO_HOST),
        ("acme.okta.com:0", NO_HOST),
        ("acme.okta.com:port", NO_HOST),
        ("acme..okta.com", NO_HOST),
        ("acme.okta.com..", NO_HOST),
        (".acme.okta.com", NO_HOST),
        ("-acme.okta.com", NO_HOST),
        ("acme-.okta.com", NO_HOST),
        ("ac me.okta.com", NO_HOST),
        ("acme\n.okta.com", NO_HOST),
        ("acme\u200b.okta.com", NO_HOST),
        ("ącme.okta.com", NO_HOST),
        ("a" * 64 + ".okta.com", NO_HOST),
        ("https://[::1", NO_HOST),
        ("https://", NO_HOST),
        ("://acme.okta.com", NO_HOST),
    ],
)
def test_what_is_no_safe_address_is_refused_with_words(typed: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        origin(typed, EXAMPLE)
    assert caught.value.cause == words


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "0:0:0:0:0:0:0:1"])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost.example.com",
        "evil.localhost",
        "localhost.",
        "notlocalhost",
        "10.0.0.1",
        "::2",
        "[::2]",
        "]",
        "127.0.0.1.nip.io",
    ],
)
def test_other_machines_are_not_taken_for_this_one(host: str) -> None:
    assert not is_loopback(host)


@given(st.text(st.characters(exclude_categories=[])) | st.text("htps:/.@[]a-z0%{}\\ \n", max_size=30))
def test_any_text_is_an_origin_or_a_sentence_and_http_stays_on_this_machine(text: str) -> None:
    try:
        found = origin(text, EXAMPLE)
    except BadInput:
        return
    assert found.scheme == "https" or is_loopback(found.hostname or "")
    assert origin(found.geturl(), EXAMPLE) == found
    assert found[2:] == ("", "", "")
    assert "@" not in found.netloc

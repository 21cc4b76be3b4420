"""The keys in a response that nobody would call well formed are kept, over real sockets and whatever the parser."""

import asyncio
import gzip
import json
import zlib
from dataclasses import dataclass, field, replace

import pytest

from orgwizard.domain.http import Response
from orgwizard.domain.raw_response import response_of, written
from orgwizard.network import deadlines
from orgwizard.network.transport import Transport
from orgwizard.providers.okta.provider import Okta
from tests.fakes import okta_order
from tests.network.test_transport import create
from tests.servers import CHILD_ID, CHILD_TOKEN, OKTA_CREATED, Act, Peer, http, serving

BODY = json.dumps(OKTA_CREATED).encode()
HALF = len(BODY) // 2
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
OK = b"HTTP/1.1 201 Created\r\n"
PACKED = gzip.compress(BODY, mtime=0)
RAW_DEFLATE = zlib.compress(BODY)[2:-4]


def chunked(*pieces: bytes, sizes: tuple[bytes, ...] = ()) -> bytes:
    made = sizes or tuple(b"%x" % len(piece) for piece in pieces)
    return b"".join(b"%s\r\n%s\r\n" % pair for pair in zip(made, pieces, strict=True)) + b"0\r\n\r\n"


def encoded(kind: str, body: bytes) -> bytes:
    return http(201, body, {"Content-Encoding": kind})


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
IN_HEAD = {
    "a header without a colon": OK + b"X-Odd\r\n" + LENGTH + b"\r\n" + BODY,
    "a space before the colon": OK + b"X-Odd : 1\r\n" + LENGTH + b"\r\n" + BODY,
    "a space in a name": OK + b"X Odd: 1\r\n" + LENGTH + b"\r\n" + BODY,
    "NUL in a value": OK + b"X-Odd: a\0b\r\n" + LENGTH + b"\r\n" + BODY,
    "100 KB of headers": OK + b"X-Odd: %s\r\n" % (b"x" * 1000) * 100 + LENGTH + b"\r\n" + BODY,
    "blank lines in front": b"\r\n\r\n" + OK + LENGTH + b"\r\n" + BODY,
    "words before the number": b"HTTP/1.1 OK 200\r\n" + LENGTH + b"\r\n" + BODY,
    "no words after the number": b"HTTP/1.1 201\r\n" + LENGTH + b"\r\n" + BODY,
    "another version": b"HTTP/7 201 Created\r\n" + LENGTH + b"\r\n" + BODY,
    "HTTP/1.0": b"HTTP/1.0 201 Created\r\n\r\n" + BODY,
    "line feeds only": (OK + LENGTH + b"\r\n").replace(b"\r", b"") + BODY,
    "no empty line": OK + LENGTH + BODY,
    "interim responses": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    + http(201, BODY),
}
IN_LENGTH = {
    "two lengths": OK + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY,
    "a negative length": OK + b"Content-Length: -5\r\n\r\n" + BODY,
    "a length in words": OK + b"Content-Length: many\r\n\r\n" + BODY,
    "a length that is too short": OK + b"Content-Length: 5\r\n\r\n" + BODY,
    "a length that is too long": OK + b"Content-Length: 5000\r\n\r\n" + BODY,
    "no length": OK + b"\r\n" + BODY,
    "an unknown transfer encoding": OK + b"Transfer-Encoding: odd\r\n" + LENGTH + b"\r\n" + BODY,
    "chunks twice": OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + chunked(BODY),
    "chunks that are none": OK + b"Transfer-Encoding: chunked\r\n\r\n" + BODY,
    "chunks and a length": OK + b"Transfer-Encoding: chunked\r\n" + LENGTH + b"\r\n" + chunked(BODY[:9], BODY[9:]),
    "a chunk size too large": CHUNKED + chunked(BODY, sizes=(b"fffff",)),
    "a chunk size too small": CHUNKED + chunked(BODY[:HALF], BODY[HALF:], sizes=(b"5", b"6")),
    "a chunk size that is none": CHUNKED + chunked(BODY[:HALF], BODY[HALF:], sizes=(b"zz", b"-1")),
}
IN_PACKING = {
    "gzip": encoded("gzip", PACKED),
    "gzip of two members": encoded("gzip", gzip.compress(BODY[:HALF]) + gzip.compress(BODY[HALF:])),
    "gzip that nobody mentions": http(201, PACKED),
    "gzip in chunks": OK + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + chunked(PACKED),
    "gzip with a wrong checksum": encoded("gzip", PACKED[:-8] + b"\0" * 8),
    "gzip without its end": encoded("gzip", PACKED[:-8]),
    "deflate": encoded("deflate", zlib.compress(BODY)),
    "deflate without its header": encoded("deflate", RAW_DEFLATE),
    "deflate with a wrong checksum": encoded("deflate", zlib.compress(BODY)[:-4] + b"\0" * 4),
    "gzip that is none": encoded("gzip", BODY),
    "keys behind 4 MiB": http(201, b'{"padding": "%s", ' % (b"x" * 5_000_000) + BODY[1:]),
}
ODD = IN_HEAD | IN_LENGTH | IN_PACKING


@dataclass
class Noted:
    """A sink that notes."""

    data: bytearray = field(default_factory=bytearray)
    left: bool = False

    def sent(self) -> None:
        self.left = True

    def write(self, data: bytes) -> None:
        self.data += data


def answering_and(data: bytes, *, staying: bool) -> Act:
    def act(peer: Peer) -> None:
        peer.read()
        peer.send(data)
        if staying:
            peer.wait()

    return act


async def taken(data: bytes, *, staying: bool = False) -> tuple[Response, Noted]:
    """Return what came of a create call that was answered with *data*; where *staying*, nobody hangs up."""
    noted = Noted()
    with serving(answering_and(data, staying=staying)) as server:
        response = await asyncio.wait_for(Transport().send(replace(create(server.url), sink=noted)), 30)
    return response, noted


def has_the_keys(response: Response) -> bool:
    created = Okta().created(okta_order().wanted, response, "")
    token = created.secrets.get("token")
    return response.ok and created.id == CHILD_ID and token is not None and token.get_secret_value() == CHILD_TOKEN


@pytest.mark.full
@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
async def test_the_keys_of_an_odd_response_are_read_and_its_bytes_kept(data: bytes) -> None:
    response, noted = await taken(data)
    assert noted.left
    assert bytes(noted.data) == data
    assert has_the_keys(response)
    again = response_of(bytes(noted.data))
    assert again is not None
    assert (again.status, again.body) == (response.status, response.body)


@pytest.mark.parametrize("data", [*IN_HEAD.values(), *IN_LENGTH.values()], ids=[*IN_HEAD.keys(), *IN_LENGTH.keys()])
async def test_nobody_waits_for_more_where_a_server_does_not_hang_up(
    monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    monkeypatch.setattr(deadlines, "SETTLE_SECONDS", 0.05)
    response, _ = await taken(data, staying=True)
    assert has_the_keys(response)


async def test_the_rest_of_a_body_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def act(peer: Peer) -> None:
        peer.read()
        peer.send(http(201, BODY)[: -len(BODY) + 20])
        peer.pause(0.2)
        peer.send(BODY[20:])

    monkeypatch.setattr(deadlines, "SETTLE_SECONDS", 0.02)
    with serving(act) as server:
        response = await asyncio.wait_for(Transport().send(create(server.url)), 30)
    assert (response.body, response.complete) == (BODY, True)


async def test_the_bytes_of_a_reset_connection_are_kept() -> None:
    def act(peer: Peer) -> None:
        peer.read()
        peer.send(OK + b"Content-Length: 5000\r\n\r\n" + BODY)
        peer.pause(0.2)
        peer.reset()

    noted = Noted()
    with serving(act) as server:
        response = await asyncio.wait_for(Transport().send(replace(create(server.url), sink=noted)), 30)
    assert has_the_keys(response)
    assert noted.data.endswith(BODY)


@pytest.mark.parametrize("status", [200, 201, 299])
def test_what_is_written_is_read_back(status: int) -> None:
    response = response_of(written(status, {"x-request-id": "abc"}, BODY))
    assert response == Response(status, {"x-request-id": "abc"}, BODY)


def test_a_status_that_is_in_no_standard_is_one_too() -> None:
    response = response_of(b"HTTP/1.1 999 Request denied\r\n" + LENGTH + b"\r\n" + BODY)
    assert response is not None
    assert (response.status, response.ok, response.body) == (999, False, BODY)


@pytest.mark.parametrize("raw", [b"", b"\0\1 not http\r\n\r\n", b"HTTP/1.1 201 Created\r\nContent-", b"{}"])
def test_without_a_status_there_is_no_answer(raw: bytes) -> None:
    assert response_of(raw) is None


@pytest.mark.parametrize("cut", range(0, len(http(201, BODY)), 7))
def test_half_a_response_is_never_taken_for_a_whole_one(cut: int) -> None:
    response = response_of(http(201, BODY)[:cut])
    assert response is None or not response.complete

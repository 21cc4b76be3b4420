"""Reads an HTTP/1 response as it came over the wire, leniently: whatever can be understood of it counts."""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import responses

from orgwizard.domain.http import Response

LARGEST_BYTES = 64 * 1024 * 1024  # of a response, packed or unpacked
_LARGEST_HEAD = 1024 * 1024
_BLANKS = b"\r\n \t"
_PACKED = frozenset(("gzip", "x-gzip", "deflate"))
_GZIP = b"\x1f\x8b"
# An empty line ends a head; so does a line that begins as a JSON object does.
_HEAD_END = re.compile(rb'\r?\n(?:\r?\n|(?=\{\s*"))')
_STATUS = re.compile(rb"HTTP/[^\n]*?\s[^\n]*?(?<!\d)([1-9]\d\d)(?!\d)", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_LAST_CHUNK = re.compile(rb"(?:\A|\n)0+[ \t]*(?:;[^\n]*)?\r?\n(?:[^\r\n]+\r?\n)*\r?\n\Z")
_TAIL = 4096


@dataclass(frozen=True)
class Head:
    """Status and headers (names in lower case) of a final response, and where its body begins."""

    status: int
    headers: Mapping[str, str]
    body_at: int

    @property
    def ok(self) -> bool:
        """Return whether it reports success with any 2xx."""
        return 200 <= self.status < 300

    @property
    def chunked(self) -> bool:
        """Return whether the body says of itself that it comes in chunks."""
        return "chunked" in self.headers.get("transfer-encoding", "").lower()

    @property
    def length(self) -> int | None:
        """Return the length that the body is said to have; None where none, several or nonsense is said."""
        if self.status in (204, 304):
            return 0
        said = {value.strip() for value in self.headers.get("content-length", "").split(",")}
        only = said.pop() if len(said) == 1 else ""
        return int(only) if only.isascii() and only.isdigit() and len(only) < len(str(2**63)) else None

    def ended(self, raw: bytes | bytearray) -> bool:
        """Return whether the response says itself that *raw* is all of it."""
        if self.chunked:
            return _LAST_CHUNK.search(raw[max(self.body_at, len(raw) - _TAIL) :]) is not None
        return self.length is not None and len(raw) - self.body_at >= self.length


def head_of(raw: bytes | bytearray) -> Head | None:
    """Return the head of the final response, those of interim ones (1xx) passed over; None before it came."""
    at = 0
    while True:
        while at < len(raw) and raw[at] in _BLANKS:
            at += 1
        end = _HEAD_END.search(raw, at, at + _LARGEST_HEAD)
        status = _STATUS.match(raw, at)
        if end is None or status is None:
            return None
        if not 100 <= int(status[1]) < 200:
            return Head(int(status[1]), _headers(bytes(raw[at : end.start()])), end.end())
        at = end.end()


def _headers(head: bytes) -> dict[str, str]:
    """Return what has a colon; the values of one name are joined as RFC 9110 5.3 does."""
    headers: dict[str, str] = {}
    for line in head.split(b"\n")[1:]:
        name, colon, value = (
            part.replace(b"\0", b"").strip(_BLANKS).decode("latin-1") for part in line.partition(b":")
        )
        if colon and name:
            name = name.lower()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def response_of(raw: bytes, *, closed: bool = True) -> Response | None:
    """Return the response that *raw* holds, as far as it came, or None where no status came.

    *closed* tells that the connection was ended in order, which ends a body of unknown length.
    """
    head = head_of(raw)
    if head is None:
        return None
    rest = raw[head.body_at :]
    body, complete = _body(head, rest, closed=closed)
    if head.ok and not _is_object(body) and (found := _salvaged(head, rest)):
        return Response(head.status, head.headers, found)
    return Response(head.status, head.headers, body, complete)


def _body(head: Head, rest: bytes, *, closed: bool) -> tuple[bytes, bool]:
    """Return the body as its headers describe it, and whether it is whole."""
    if head.chunked:
        body, whole = _from_chunks(rest)
    elif head.length is not None:
        body, whole = rest[: head.length], len(rest) >= head.length
    else:
        body, whole = rest, closed
    body, entire = unpacked(body, head.headers.get("content-encoding", ""))
    return body, whole and entire


def _from_chunks(data: bytes) -> tuple[bytes, bool]:
    """Return what lies in chunks, up to the first thing that is none, and whether the last one came."""
    body, at = bytearray(), 0
    while line := _CHUNK_SIZE.match(data, at):
        size, start = int(line[1], 16), line.end()
        if not size:
            return bytes(body), True
        body += data[start : start + size]
        end = _LINE_END.match(data, start + size)
        if end is None:
            break
        at = end.end()
    return bytes(body), False


def _salvaged(head: Head, rest: bytes) -> bytes | None:
    """Return the JSON object in a body whose headers lie about it: about its chunks, their sizes, or its length."""
    encoding = head.headers.get("content-encoding", "")
    every_other_line = b"".join(rest.split(b"\r\n")[1::2])
    for body in (_from_chunks(rest)[0], rest, every_other_line):
        if found := _object_at_start(unpacked(body, encoding)[0]):
            return found
    return None


def _object_at_start(data: bytes) -> bytes | None:
    """Return the JSON object with which *data* begins, whatever follows it."""
    text = data.lstrip(b"\xef\xbb\xbf" + _BLANKS)
    if not text.startswith(b"{"):
        return None
    decoded = text.decode("utf-8", "surrogateescape")
    try:
        end = json.JSONDecoder(parse_int=str).raw_decode(decoded)[1]
    except (ValueError, RecursionError):
        return None
    return decoded[:end].encode("utf-8", "surrogateescape")


def _is_object(body: bytes) -> bool:
    """Return whether this is one JSON object and nothing else."""
    return (found := _object_at_start(body)) is not None and len(found) == len(body.strip(_BLANKS))


def holds_object(raw: bytes | bytearray) -> bool:
    """Return whether the body that came is one whole JSON object."""
    response = response_of(bytes(raw))
    return response is not None and _is_object(response.body)


# ---- packed bodies --------------------------------------------------------------------------------------


def unpacked(body: bytes, encoding: str, limit: int = LARGEST_BYTES) -> tuple[bytes, bool]:
    """Return a gzip or deflate body unpacked as far as it goes, and whether that is all of it; others unchanged."""
    named = _PACKED.intersection(kind.strip().lower() for kind in encoding.split(","))
    if not (named or body.startswith(_GZIP)):
        return body, True
    plain, entire = _inflated(body, zlib.MAX_WBITS | 32, limit)
    if not plain and "deflate" in named:  # some send it without the header that RFC 9110 8.4.1.2 wants
        plain, entire = _inflated(body, -zlib.MAX_WBITS, limit)
        plain = plain if plain.lstrip().startswith(b"{") else b""
    return (plain, entire) if plain else (body, True)


def _inflated(body: bytes, bits: int, limit: int) -> tuple[bytes, bool]:
    """Unpack all members one after the other; what cannot be unpacked ends it."""
    plain = bytearray()
    while body and len(plain) < limit:
        unpacking = zlib.decompressobj(wbits=bits)
        try:
            plain += unpacking.decompress(body, limit - len(plain))
        except zlib.error:
            plain += _before_the_fault(body, bits, limit - len(plain))
            return bytes(plain), False
        if not unpacking.eof:
            return bytes(plain), False
        body = unpacking.unused_data
    return bytes(plain), not body


def _before_the_fault(body: bytes, bits: int, limit: int) -> bytes:
    """Return what comes out before the first fault, such as a wrong checksum: zlib keeps it back otherwise."""
    plain, unpacking = bytearray(), zlib.decompressobj(wbits=bits)
    try:
        for at in range(len(body)):
            plain += unpacking.decompress(body[at : at + 1], limit)
            if len(plain) >= limit:
                break
    except zlib.error:
        pass
    return bytes(plain[:limit])


# ---- the other way round -----------------------------------------------------------------------------------


def written(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return a response as it would come over the wire from a service that needs none."""
    lines = (f"HTTP/1.1 {status} {responses.get(status, '')}", *(f"{name}: {value}" for name, value in headers.items()))
    return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + body

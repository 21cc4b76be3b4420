"""Real servers on loopback: one that does what a script says, connection by connection, and certificates for it."""

import json
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import responses
from pathlib import Path
from typing import Any, TypeAlias

LINGER_NOT = struct.pack("ii", 1, 0)
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire; `headers` keeps order and spelling."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str:
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) <= 1, f"{name} was sent {len(found)} times"
        return found[0] if found else ""

    def json(self) -> Any:
        return json.loads(self.body)


class Peer:
    """One connection, seen from the server."""

    def __init__(self, wire: socket.socket, server: "Server") -> None:
        self._wire, self._server = wire, server

    def read(self) -> Seen:
        """Read one whole request and remember it; raises `OSError` where the client goes away before."""
        head, _, body = self._until(b"\r\n\r\n").partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        pairs = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
        length = next((int(value) for name, value in pairs if name.lower() == "content-length"), 0)
        while len(body) < length:
            body += self.more()
        seen = Seen(method, target, pairs, body)
        self._server.requests.append(seen)
        self._server.asked_once.set()
        return seen

    def send(self, data: bytes) -> None:
        self._wire.sendall(data)

    def reset(self) -> None:
        """Break the connection with RST."""
        self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self._wire.close()

    def wait(self) -> None:
        """Say nothing until the client goes away or the server is stopped."""
        self._wire.settimeout(0.05)
        while not self._server.stopping.is_set():
            with suppress(TimeoutError):
                if not self._wire.recv(65536):
                    return

    def _until(self, mark: bytes) -> bytes:
        data = b""
        while mark not in data:
            data += self.more()
        return data

    def more(self) -> bytes:
        """Return what comes next; raises `OSError` where the client goes away."""
        data = self._wire.recv(65536)
        if not data:
            raise ConnectionError("the client went away")
        return data


Act: TypeAlias = Callable[[Peer], None]


def http(status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """Return a whole answer; a header in *headers* takes the place of the one made here."""
    made = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"{name}: {value}" for name, value in {**made, **(headers or {})}.items()]
    return "\r\n".join((f"HTTP/1.1 {status} {responses.get(status, 'Odd')}", *lines, "", "")).encode() + body


def answering(data: bytes) -> Act:
    """Read the request, answer with *data* and close."""

    def act(peer: Peer) -> None:
        peer.read()
        peer.send(data)

    return act


def json_answer(status: int, value: Any, **headers: str) -> bytes:
    """Return an answer in JSON; underscores in the names of *headers* stand for dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return http(status, json.dumps(value).encode(), named)


def closing_at_once(peer: Peer) -> None:
    """Close before the request is read."""


def resetting_at_once(peer: Peer) -> None:
    peer.reset()


def closing_after_the_request(peer: Peer) -> None:
    peer.read()


def resetting_after_the_request(peer: Peer) -> None:
    peer.read()
    peer.reset()


def silent(peer: Peer) -> None:
    peer.read()
    peer.wait()


def deaf(peer: Peer) -> None:
    """Take the connection and do nothing with it."""
    peer.wait()


@dataclass
class Server:
    """A server under way: where it is, what it was asked, and how many connections there were."""

    port: int
    scheme: str = "http"
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0
    faults: list[BaseException] = field(default_factory=list)
    connected: threading.Event = field(default_factory=threading.Event)
    asked_once: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def asked(self, method: str, path: str) -> list[Seen]:
        return [seen for seen in self.requests if (seen.method, seen.path) == (method, path)]


@contextmanager
def serving(act: Act, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve *act*, which is given each connection in a thread of its own; failed assertions in it are raised here."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        server = Server(listener.getsockname()[1], "https" if tls else "http")
        threads: list[threading.Thread] = []

        def converse(wire: socket.socket) -> None:
            wire.settimeout(PATIENCE_SECONDS)
            try:
                with wire if tls is None else tls.wrap_socket(wire, server_side=True) as open_wire:
                    act(Peer(open_wire, server))
            except OSError:
                pass  # the client went away, or did not trust us
            except BaseException as fault:
                server.faults.append(fault)

        def accept() -> None:
            while not server.stopping.is_set():
                with suppress(TimeoutError):
                    wire, _ = listener.accept()
                    server.connections += 1
                    server.connected.set()
                    threads.append(threading.Thread(target=converse, args=(wire,)))
                    threads[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield server
        finally:
            server.stopping.set()
            acceptor.join()
            for thread in threads:
                thread.join()
    if server.faults:
        raise server.faults[0]


def unused_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1 and localhost: its own root."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def self_signed(folder: Path, issuer: str = "Unknown Test Root") -> Certificate | None:
    """Make a certificate with the openssl command, or None where there is none."""
    if shutil.which("openssl") is None:
        return None
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(made.key), "-out", str(made.certificate)]
    command = ["openssl", "req", *kind, *files, "-subj", f"/CN={issuer}", "-addext", names]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_SECONDS)
    return made

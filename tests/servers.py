"""Real servers on loopback that do what a script says, pretend vendors that check, and the program run against them."""

import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import responses
from pathlib import Path
from typing import Any, TypeAlias

from tests.schemas import broken_rules

LINGER_NOT = struct.pack("ii", 1, 0)
PATIENCE_SECONDS = 60.0
BACKLOG_FILLERS = 8


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
        self._wire, self._server, self._held = wire, server, b""

    def peek(self) -> bytes:
        """Return what comes first and leave it to be read."""
        self._held = self._held or self.more()
        return self._held

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

    def pause(self, seconds: float) -> None:
        """Say nothing for a while, shorter where the server is stopped."""
        self._server.stopping.wait(seconds)

    def wait(self) -> None:
        """Say nothing until the client goes away or the server is stopped."""
        self._wire.settimeout(0.01)
        while not self._server.stopping.is_set():
            with suppress(TimeoutError):
                if not self._wire.recv(65536):
                    return

    def join(self, onward: socket.socket) -> None:
        """Pass everything on in both directions, a reset as well, until either side ends."""
        back = threading.Thread(target=_pump, args=(onward, self._wire))
        back.start()
        _pump(self._wire, onward)
        back.join()

    def _until(self, mark: bytes) -> bytes:
        data = b""
        while mark not in data:
            data += self.more()
        return data

    def more(self) -> bytes:
        """Return what comes next; raises `OSError` where the client goes away."""
        data, self._held = self._held or self._wire.recv(65536), b""
        if not data:
            raise ConnectionError("the client went away")
        return data


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Pass bytes on until *source* ends, then end *target* in the same way."""
    with suppress(OSError):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except ConnectionResetError:
            target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        target.shutdown(socket.SHUT_RDWR)


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

    listener: socket.socket
    scheme: str = "http"
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0
    faults: list[BaseException] = field(default_factory=list)
    connected: threading.Event = field(default_factory=threading.Event)
    asked_once: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    shut: threading.Event = field(default_factory=threading.Event)
    resting: threading.Event = field(default_factory=threading.Event)
    fillers: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def asked(self, method: str, path: str) -> list[Seen]:
        return [seen for seen in self.requests if (seen.method, seen.path) == (method, path)]

    def refuse(self) -> None:
        """Refuse every further connection."""
        self.shut.set()
        self.listener.shutdown(socket.SHUT_RDWR)

    def clog(self) -> None:
        """Accept nothing more and fill the backlog: a further connection is neither taken nor refused."""
        self.shut.set()
        assert self.resting.wait(PATIENCE_SECONDS)
        self.listener.listen(0)
        self.fillers += [socket.socket() for _ in range(BACKLOG_FILLERS)]
        for filler in self.fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))

    def close(self) -> None:
        """Close what filled the backlog."""
        for filler in self.fillers:
            filler.close()


@contextmanager
def serving(act: Act, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve *act*, which is given each connection in a thread of its own; failed assertions in it are raised here."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.01)
        server = Server(listener, "https" if tls else "http")
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
            while not (server.stopping.is_set() or server.shut.is_set()):
                with suppress(OSError):  # nobody came for a while, or nobody may any more
                    wire, _ = listener.accept()
                    server.connections += 1
                    server.connected.set()
                    threads.append(threading.Thread(target=converse, args=(wire,)))
                    threads[-1].start()
            server.resting.set()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield server
        finally:
            server.stopping.set()
            acceptor.join()
            server.close()
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
    """A self-signed certificate, for 127.0.0.1 and localhost unless other names were given: its own root."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


LOCAL_NAMES = "IP:127.0.0.1,DNS:localhost"


def self_signed(folder: Path, issuer: str = "Unknown Test Root", names: str = LOCAL_NAMES) -> Certificate | None:
    """Make a certificate with the openssl command, or None where there is none."""
    if shutil.which("openssl") is None:
        return None
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(made.key), "-out", str(made.certificate)]
    command = ["openssl", "req", *kind, *files, "-subj", f"/CN={issuer}", "-addext", f"subjectAltName={names}"]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_SECONDS)
    return made


# ---- both vendors, checked against their documents -------------------------------------------------

# The paths and schemas of the vendors' documents that are used here, without their prose.
SPECS = Path(__file__).parent / "specs"


class Spec:
    """One vendor's document; requests are held against it as if they had been sent to `origin`."""

    def __init__(self, name: str, origin: str) -> None:
        from jsonschema_path import SchemaPath
        from openapi_core import OpenAPI

        self.document: dict[str, Any] = SchemaPath.from_file_path(str(SPECS / name)).read_value()
        self._openapi, self._origin = OpenAPI.from_dict(self.document), origin

    def check(self, seen: Seen) -> None:
        """Raise where the document does not allow the request."""
        from openapi_core.testing import MockRequest

        kind = seen.header("Content-Type")
        request = MockRequest(
            self._origin,
            seen.method.lower(),
            seen.path,
            headers=dict(seen.headers),
            data=seen.body or None,
            content_type=kind or "application/json",
        )
        self._openapi.validate_request(request)


CHILD_ID = "00oChildOfTheTest"
CHILD_TOKEN = "00child-token-canary-received-from-okta"
CHILD_API_KEY = "c41da91ca11a4e0000000000000000a1"
CHILD_APPLICATION_KEY = "c41da9911ca7104e000000000000000000000a99"
RECEIVED = (CHILD_TOKEN, CHILD_API_KEY, CHILD_APPLICATION_KEY)
OKTA_CREATED: Mapping[str, Any] = {
    "id": CHILD_ID,
    "subdomain": "my-child",
    "name": "My Child",
    "status": "ACTIVE",
    "edition": "SKU",
    "token": CHILD_TOKEN,
    "tokenType": "SSWS",
    "_links": {"organization": {"href": "https://my-child.okta.com/api/v1/orgs/my-child"}},
}
DATADOG_CREATED: Mapping[str, Any] = {
    "org": {"public_id": CHILD_ID, "name": "My Child", "created": "2021-08-05 11:39:59", "description": None},
    "api_key": {"name": "made by ada", "key": CHILD_API_KEY},
    "application_key": {"owner": "ada@example.com", "hash": CHILD_APPLICATION_KEY},
    "user": {"handle": "ada@example.com", "access_role": "adm", "title": None},
}


class Vendor:
    """A pretend vendor on loopback: reads go well, the create call is answered with `create`.

    A read with credentials other than the parent's or the child's is refused.
    """

    create_path = ""
    beside: frozenset[str] = frozenset()  # paths that the vendor describes in other documents

    def __init__(self, create: bytes | Act, spec: Spec | None = None) -> None:
        self._create, self._spec = create, spec

    def __call__(self, peer: Peer) -> None:
        seen = peer.read()
        if self._spec and seen.path not in self.beside:
            self._spec.check(seen)
        if (seen.method, seen.path) != ("POST", self.create_path):
            peer.send(self.reply(seen))
        elif isinstance(self._create, bytes):
            peer.send(self._create)
        else:
            self._create(peer)

    def reply(self, seen: Seen) -> bytes:
        raise NotImplementedError


class OktaServer(Vendor):
    """Parent and child at one address."""

    create_path = "/api/v1/orgs"
    beside = frozenset({"/api/v1/users/me"})
    parent_token = "00parent-token-canary-of-the-plan"

    def reply(self, seen: Seen) -> bytes:
        if seen.path == "/.well-known/okta-organization":
            return json_answer(200, {"id": "00oParent", "pipeline": "idx"})
        known = {f"SSWS {self.parent_token}": "Acme", f"SSWS {CHILD_TOKEN}": "My Child"}
        name = known.get(seen.header("Authorization"))
        if name is None:
            return json_answer(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"})
        return json_answer(200, {"id": CHILD_ID, "companyName": name, "status": "ACTIVE"})


class DatadogServer(Vendor):
    """A parent, and after the create call its child."""

    create_path = "/api/v1/org"
    parent_name = "Acme"
    parent_keys = ("parentapikeycanary".ljust(32, "7"), "parentappkeycanary".ljust(40, "8"))

    def reply(self, seen: Seen) -> bytes:
        keys = (seen.header("DD-API-KEY"), seen.header("DD-APPLICATION-KEY"))
        if keys not in (self.parent_keys, (CHILD_API_KEY, CHILD_APPLICATION_KEY)):
            return json_answer(403, {"errors": ["Forbidden"]})
        if seen.path == "/api/v2/validate_keys":
            return json_answer(200, {"status": "ok"})
        if seen.path == "/api/v2/org":
            return json_answer(200, {"data": {"id": "u-1", "type": "current_org"}, "included": []})
        if seen.path == f"/api/v1/org/{CHILD_ID}":
            return json_answer(200, {"org": {"public_id": CHILD_ID, "name": "My Child"}})
        return json_answer(200, {"orgs": [{"public_id": "parent", "name": self.parent_name}]})


# ---- the program, in folders of its own ---------------------------------------------------------------

ROOT = Path(__file__).parents[1]
NO_TOOLS = os.devnull  # a search path without any store's tool, whatever is installed on this machine
PASSWORD = "Canary-passw0rd-of-the-plan"
ANSWER = "canary answer of the plan"
ENVIRONMENT = {
    "OKTA_CLIENT_TOKEN": OktaServer.parent_token,
    "DD_API_KEY": DatadogServer.parent_keys[0],
    "DD_APP_KEY": DatadogServer.parent_keys[1],
    "CANARY_PASSWORD": PASSWORD,
}
GIVEN = (OktaServer.parent_token, *DatadogServer.parent_keys, PASSWORD, ANSWER)


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Return the one object on stdout, which is of the published schema whatever the command and its outcome."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        assert broken_rules(value) == []
        return value


@dataclass
class Home:
    """A home folder and everything around a run of the program; plans and secret files lie beside it."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("orgwizard",)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True)
        place = {f"XDG_{name}_HOME": str(self.home / name.lower()) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
        self.environ = {"HOME": str(self.home), **place, **ENVIRONMENT, **self.environ}

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def plan(self, text: str) -> str:
        path = self.folder / "plan.toml"
        path.write_text(text)
        return str(path)

    def okta(self, site: str, /, **changed: str) -> str:
        """Write a plan with every secret field; *changed* replaces lines, named by their keys."""
        answer = self.folder / "answer"
        answer.write_text(f"{ANSWER}\n")
        lines = {
            "provider": '"okta"',
            "site": f'"{site}"',
            "store": '"file"',
            "credentials.token": '{ env = "OKTA_CLIENT_TOKEN" }',
            "organization.name": '"My Child"',
            "organization.subdomain": '"my-child"',
            "organization.website": '"https://www.example.com"',
            "administrator.first_name": '"Ada"',
            "administrator.last_name": '"Lovelace"',
            "administrator.email": '"ada@example.com"',
            "administrator.login": '"ada@example.com"',
            "administrator.password": '{ env = "CANARY_PASSWORD" }',
            "administrator.recovery_question": '"Which engine?"',
            "administrator.recovery_answer": json.dumps(str(answer)).join(("{ file = ", " }")),
            "administrator.profile": '{ mobilePhone = "+44 1", title = "Countess" }',
        }
        return self.plan(_toml({**lines, **_dotted(changed)}))

    def datadog(self, site: str, /, **changed: str) -> str:
        lines = {
            "provider": '"datadog"',
            "site": f'"{site}"',
            "store": '"file"',
            "credentials.api_key": '{ env = "DD_API_KEY" }',
            "credentials.application_key": '{ env = "DD_APP_KEY" }',
            "organization.name": '"My Child"',
        }
        return self.plan(_toml({**lines, **_dotted(changed)}))

    def start(self, *argv: str, redirected: str = "", **options: Any) -> "subprocess.Popen[str]":
        """Start the program for real, without a terminal unless *options* give one.

        *redirected* is what a shell does with its streams, such as "2>&-" to close one.
        """
        pipe = subprocess.PIPE
        ends: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe, "text": True}
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **self.environ}
        command = [sys.executable, "-m", *self.program, *argv]
        if redirected:
            command = ["sh", "-c", f'exec "$@" {redirected}', "sh", *command]
        return subprocess.Popen(command, env=environ, cwd=self.folder, **{**ends, **options})

    def run(self, *argv: str, **options: Any) -> Ended:
        """Run the program for real, to its end."""
        with self.start(*argv, **options) as program:
            out, err = program.communicate(timeout=PATIENCE_SECONDS)
        return Ended(program.returncode, out, err)

    def files(self) -> list[Path]:
        return sorted(path for path in self.home.rglob("*") if path.is_file())

    def holding(self, secret: str) -> list[Path]:
        """Return the files under the home folder that hold a secret."""
        return [path for path in self.files() if secret.encode() in path.read_bytes()]


def _dotted(changed: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("__", "."): value for name, value in changed.items()}


def _toml(lines: Mapping[str, str]) -> str:
    """Return a plan; an empty value leaves the line out."""
    return "".join(f"{name} = {value}\n" for name, value in lines.items() if value)

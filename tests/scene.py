"""One run of the program with something broken: the vendor it talks to, the way there, and where its keys are after."""

import io
import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from email.utils import formatdate
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from orgwizard import cli
from orgwizard.application import runner
from orgwizard.application.creation import create_call
from orgwizard.domain import clock
from orgwizard.network import deadlines
from tests import servers
from tests.faults import CONNECTED, LONG, Fault
from tests.hurried import hurried
from tests.servers import CHILD_ID, Certificate, Ended, Home, Peer, Seen, Server, json_answer, serving

PATIENCE_SECONDS = 60.0
CONNECT_SECONDS = GRACE_SECONDS = 0.3
READS_BEFORE = 4  # both providers' checks read four documents, side by side
SECRETS = (*servers.RECEIVED, LONG)
NAMES = "DNS:acme.okta.com,DNS:my-child.okta.com"


class Scene:
    """A fault about to happen to one provider's creation."""

    def __init__(self, fault: Fault, provider: str, folder: Path) -> None:
        self.fault, self.provider = fault, provider
        self.home = Home(folder, program=("tests.hurried", str(fault.speed)))
        self.server: Server
        self.certificate: Certificate | None = None
        self.tls: Any = None
        self.posted = 0
        self.made = False
        self.second: Ended | None = None
        self._running: subprocess.Popen[str] | None = None
        self._started = threading.Event()
        self._reads = 0
        self._guard = threading.Lock()

    # ---- what the acts of a fault ask for ----

    @property
    def documented(self) -> Mapping[str, Any]:
        return servers.OKTA_CREATED if self.provider == "okta" else servers.DATADOG_CREATED

    @property
    def success(self) -> int:
        return 201 if self.provider == "okta" else 200

    @property
    def running(self) -> subprocess.Popen[str]:
        assert self._started.wait(PATIENCE_SECONDS)
        assert self._running is not None
        return self._running

    @property
    def command(self) -> tuple[str, ...]:
        return ("create", "--plan", str(self.home.folder / "plan.toml"), "--yes", "--json")

    def take(self, peer: Peer) -> None:
        """Read a whole create request."""
        peer.read()
        self.took()

    def took(self) -> None:
        """Count a create request; from here on the org exists, where the fault says so."""
        self.posted += 1
        self.made = self.fault.made

    def too_many(self, seconds: int) -> bytes:
        """Return a 429 that names the time to come back, as each vendor does."""
        now = 1_800_000_000
        reset = now + seconds - 1 if self.provider == "okta" else seconds
        name = "X_Rate_Limit_Reset" if self.provider == "okta" else "X_RateLimit_Reset"
        self.made = False
        return json_answer(429, {"errorCode": "E0000047"}, Date=formatdate(now, usegmt=True), **{name: str(reset)})

    def distrust(self) -> None:
        """Serve a certificate from now on that nobody knows."""
        folder = self.home.folder / "unknown"
        folder.mkdir()
        unknown = servers.self_signed(folder, "Nobody", NAMES)
        assert unknown is not None
        self.tls.load_cert_chain(unknown.certificate, unknown.key)

    # ---- the vendor ----

    def __call__(self, peer: Peer) -> None:
        """Answer one connection."""
        if peer.peek().startswith(b"POST"):
            self.fault.create(self, peer)
            return
        seen = peer.read()
        with self._guard:
            self._reads += 1
            reads = self._reads
        if reads == READS_BEFORE and (self.fault.before or self.fault.proxy):
            deadlines.CONNECT_SECONDS = deadlines.LEAVING_SECONDS = CONNECT_SECONDS
        if reads == READS_BEFORE and self.fault.before:
            self.fault.before(self)
        if reads == READS_BEFORE + 1 and self.fault.probe:
            self.fault.probe(self)
        peer.send(json_answer(*(self._okta(seen) if self.provider == "okta" else self._datadog(seen))))

    def _okta(self, seen: Seen) -> tuple[int, Any]:
        child = seen.header("Host").startswith("my-child")
        if child and not self.made:
            return 404, {"errorCode": "E0000007"}
        return 200, {"id": CHILD_ID if child else "00oParent", "companyName": "Acme"}

    def _datadog(self, seen: Seen) -> tuple[int, Any]:
        child = {"id": "u-2", "type": "orgs", "attributes": {"name": "My Child", "public_id": CHILD_ID}}
        if seen.path == "/api/v2/org":
            return 200, {"data": {"id": "u-1"}, "included": [child] if self.made else []}
        return 200, {"status": "ok", "org": {"public_id": CHILD_ID}, "orgs": []}

    # ---- the way there ----

    def proxy(self, peer: Peer) -> None:
        """Lead through to the vendor, unless the fault has other plans with the create call."""
        peer.read()
        if self._reads >= READS_BEFORE and self.fault.proxy:
            self.fault.proxy(peer)
            return
        with socket.create_connection(("127.0.0.1", self.server.port)) as onward:
            peer.send(CONNECTED)
            peer.join(onward)

    # ---- the run ----

    def run(self) -> Ended:
        """Run the program to its end, and `resume` where the fault asks for that."""
        with self.vendor() as options:
            ended = self._alone() if self.fault.alone else self._here(*options, *self.command)
            return self.home.run("resume", "--json") if self.fault.resumed else ended

    @contextmanager
    def vendor(self) -> Iterator[tuple[str, ...]]:
        """Serve the vendor, and write the plan; gives the options that lead there."""
        with ExitStack() as stack:
            if self.provider == "datadog":
                self.server = stack.enter_context(serving(self))
                site = self.fault.site or self.server.url
                host = json.dumps(urlsplit(site).hostname) if self.fault.site else ""
                self.home.datadog(site, store=self.fault.store, confirmed_host=host)
                yield ()
                return
            assert self.certificate is not None
            self.tls = self.certificate.server()
            self.server = stack.enter_context(serving(self, self.tls))
            way = stack.enter_context(serving(self.proxy))
            self.home.okta("acme.okta.com", store=self.fault.store)
            self.home.environ["HTTPS_PROXY"] = way.url
            # In place of this machine's hundreds of roots, which each connection reads anew.
            self.home.environ["SSL_CERT_FILE"] = str(self.certificate.certificate)
            yield "--ca-file", str(self.certificate.certificate)

    def _here(self, *argv: str) -> Ended:
        """Run the command line in this process, with its clock sped up."""
        engines: list[runner.Engine] = []

        class Remembered(runner.Engine):
            def __init__(self) -> None:
                super().__init__()
                engines.append(self)

        faster = hurried(self.fault.speed)
        with (
            mock.patch.dict(os.environ, self.home.environ),
            mock.patch.object(clock, "Clock", faster),
            mock.patch.object(runner, "Engine", Remembered),
            mock.patch.object(create_call, "ANSWER_SECONDS", self.fault.patience_seconds * self.fault.speed),
            mock.patch.object(create_call, "HANG_UP_GRACE_SECONDS", GRACE_SECONDS),
            mock.patch.object(deadlines, "CONNECT_SECONDS", deadlines.CONNECT_SECONDS),
            mock.patch.object(deadlines, "LEAVING_SECONDS", deadlines.LEAVING_SECONDS),
            redirect_stdout(io.StringIO()) as out,
            redirect_stderr(io.StringIO()) as err,
        ):
            code = cli.main(argv)
        for one in engines:
            one.close()
        return Ended(code, out.getvalue(), err.getvalue())

    def _alone(self) -> Ended:
        """Run the program as a process of its own."""
        self.home.environ |= {"RING": str(self.home.folder / "safe")}
        self.home.environ |= {"PYTHON_KEYRING_BACKEND": f"tests.rings.{self.fault.ring}"}
        with self.home.start(*self.command) as self._running:
            self._started.set()
            try:
                out, err = self._running.communicate(timeout=PATIENCE_SECONDS)
            finally:
                self._running.kill()
        return Ended(self._running.returncode, out, err)

    # ---- what came of it ----

    def records(self) -> list[dict[str, Any]]:
        """Return what `orgwizard orgs` tells afterwards; nothing where it says that the journal cannot be read."""
        orgs = self._here("orgs", "--json").json().get("orgs", [])
        assert isinstance(orgs, list)
        return orgs

    def places(self, ended: Ended) -> set[str]:
        """Return where the new keys are: in "keys", the "answer", another store ("safe"), on "out" or on "err"."""
        texts = {"out": ended.out, "err": ended.err}
        for path in (self.home.folder / "safe", *self.home.files()):
            if path.is_file():
                place = {"spool": "answer", "scene": "safe"}.get(path.parent.name, path.parent.name)
                texts[place] = texts.get(place, "") + path.read_text(errors="replace")
        return {place for place, text in texts.items() if any(secret in text for secret in SECRETS)}

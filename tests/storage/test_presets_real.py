"""The named stores with their real tools, where those are installed."""

import http.server
import json
import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from orgwizard.storage.stores.preset_store import PresetStore
from orgwizard.storage.stores.secret_stores import parse_store
from orgwizard.storage.stores.vault import KeyFacts, Vault
from orgwizard.system.secret_reader import read

pytestmark = [pytest.mark.full, pytest.mark.timeout(240)]

KEYS = {"api_key": SecretStr("canary-api-key"), "application_key": SecretStr("canary$(id)'\"\\ é")}
OTHERS = {"api_key": SecretStr("canary-other"), "application_key": KEYS["application_key"]}


def needs(*programs: str) -> None:
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "keys", seconds=60)


def kept_and_read(vault: Vault, plan: str) -> None:
    """Try a store whole: probe, two orgs of one name, a run that was cut short, removal."""
    store = parse_store(plan)
    assert isinstance(store, PresetStore)
    assert "returned a test entry." in vault.probe(store)
    first = vault.keep(store, "datadog-a", KEYS, KeyFacts())
    second = vault.keep(store, "datadog-a", OTHERS, KeyFacts())
    assert vault.keep(store, "datadog-a", KEYS, KeyFacts()).reference == first.reference
    assert first.reference != second.reference
    assert {name: read(source) for name, source in first.sources.items()} == KEYS
    assert {name: read(source) for name, source in second.sources.items()} == OTHERS
    entries = [*first.reference["entries"].values(), *second.reference["entries"].values()]
    assert all(store.remove(vault, entry) for entry in entries)
    assert vault.keep(store, "datadog-a", OTHERS, KeyFacts()).reference == first.reference


def test_pass_with_gpg(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("pass", "gpg", "tree")
    with tempfile.TemporaryDirectory() as home:  # its agent's socket must have a short path
        monkeypatch.setenv("GNUPGHOME", home)
        monkeypatch.setenv("PASSWORD_STORE_DIR", f"{home}/store")
        generate = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "a@example.com", "default"]
        try:
            subprocess.run([*generate, "default", "never"], check=True, capture_output=True)
            subprocess.run(["pass", "init", "a@example.com"], check=True, capture_output=True)
            kept_and_read(vault, "pass")
        finally:
            subprocess.run(["gpgconf", "--kill", "all"], check=False)


def test_age(vault: Vault, tmp_path: Path) -> None:
    needs("age", "age-keygen")
    identity = tmp_path / "identity.txt"
    made = subprocess.run(["age-keygen", "-o", str(identity)], check=True, capture_output=True, text=True)
    kept_and_read(vault, f"age:{identity}")
    to_recipient = parse_store(f"age:{made.stderr.split()[-1]}")
    kept = vault.keep(to_recipient, "okta-a", {"token": KEYS["api_key"]}, KeyFacts())
    command = ["age", "-d", "-i", str(identity), kept.reference["entries"]["token"]]
    assert subprocess.run(command, check=True, capture_output=True).stdout == b"canary-api-key"


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve a pretend AWS on the loopback interface."""
    needs("aws", "moto_server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(["moto_server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    settings = {"ENDPOINT_URL": f"http://127.0.0.1:{port}", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b"}
    for name, value in {**settings, "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        server.kill()
        server.wait()


@pytest.mark.usefixtures("secrets_manager")
def test_the_aws_cli_with_a_local_server(vault: Vault) -> None:
    """One key: each call of this tool takes more than a second."""
    store, name = parse_store("aws:eu-central-1"), "application_key"
    assert isinstance(store, PresetStore)
    assert "returned a test entry." in vault.probe(store)
    kept = vault.keep(store, "datadog-a", {name: KEYS[name]}, KeyFacts())
    assert read(kept.sources[name]) == KEYS[name]
    assert store.remove(vault, kept.reference["entries"][name])


class GitHub(http.server.BaseHTTPRequestHandler):
    """The part of GitHub's API that `gh secret` calls."""

    secrets: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        if self.path.partition("?")[0].endswith("/public-key"):
            self._answer({"key_id": "1", "key": b64encode(b"\x09" + b"\0" * 31).decode()})
        else:
            listed = [{"name": name, "updated_at": "2026-11-28T00:00:00Z"} for name in self.secrets]
            self._answer({"total_count": len(listed), "secrets": listed})

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.secrets[self.path.rpartition("/")[2]] = json.loads(body)
        self._answer({}, 201)

    def do_DELETE(self) -> None:
        found = self.secrets.pop(self.path.rpartition("/")[2], None)
        self._answer({}, 204 if found else 404)

    def _answer(self, body: Any, status: int = 200) -> None:
        data = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def address_string(self) -> str:
        return "unix"


def test_gh_with_a_local_server(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("gh")
    GitHub.secrets.clear()
    with tempfile.TemporaryDirectory() as home:
        Path(home, "config.yml").write_text(f"http_unix_socket: {home}/socket\n")
        monkeypatch.setenv("GH_CONFIG_DIR", home)
        monkeypatch.setenv("GH_TOKEN", "ghp_test")
        monkeypatch.setenv("GH_NO_UPDATE_NOTIFIER", "1")
        with socketserver.ThreadingUnixStreamServer(f"{home}/socket", GitHub) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                store = parse_store("gh:acme/infra")
                assert "accepted a test entry" in vault.probe(store)
                first, second = (vault.keep(store, "datadog-a", keys, KeyFacts()) for keys in (KEYS, OTHERS))
            finally:
                server.shutdown()
    assert first.reference["entries"] == {
        "api_key": "DATADOG_A_API_KEY",
        "application_key": "DATADOG_A_APPLICATION_KEY",
    }
    assert set(GitHub.secrets) == {*first.reference["entries"].values(), *second.reference["entries"].values()}
    assert all("canary" not in json.dumps(body) for body in GitHub.secrets.values())
    assert os.environ["GH_TOKEN"] == "ghp_test"

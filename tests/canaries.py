"""Secrets that can be told apart wherever they turn up, and everything that a run leaves behind."""

import base64
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from orgwizard.sandbox.scenarios import CREDENTIALS
from tests.servers import ANSWER, PASSWORD, Home

PEM_BODY = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCanaryCanaryCanary7CanaryCanary7Canary7CanaryQ=="
CANARIES = {
    "an Okta API token": "00Canary7oftheTest-ParentTokenxxxxxxxxxx77",
    "an access token": "eyJhbGciOiJFUzI1NiJ9.eyJjYW5hcnkiOiJvZiB0aGUgdGVzdCJ9.Q2FuYXJ5LW9mLXRoZS10ZXN0LXNpZ25hdHVyZQ",
    "a private key": f"-----BEGIN PRIVATE KEY-----\n{PEM_BODY}\n-----END PRIVATE KEY-----",
    "the body of a private key": PEM_BODY,
    "a Datadog API key": "ca7a21e5ca7a21e5ca7a21e5ca7a21e5",
    "a Datadog application key": "ca7a21e5a9ca7a21e5a9ca7a21e5a9ca7a21e5a9",
    "a Datadog token": "ddapp_Canary7oftheTestCanary7oftheTest77",
    "the administrator's password": PASSWORD,
    "the recovery answer": ANSWER,
}


# In a face that asks: what looks like nothing is known once it was given, as the parent's credentials are here.
TYPED = {name: secret for name, secret in CANARIES.items() if secret not in (PASSWORD, ANSWER)}
TYPED |= {f"this run's {name}": CREDENTIALS[name] for name in ("okta.token", "datadog.api_key")}
QUICK = ("an Okta API token", "the body of a private key", "a Datadog API key")
EACH = [pytest.param(TYPED[name], id=name, marks=() if name in QUICK else pytest.mark.full) for name in TYPED]


def traces(secret: str, text: str) -> bool:
    """Return whether *text* holds a secret in any form, wrapped or broken, in any case, joined by any marks."""
    data = secret.encode()
    escaped = "".join(f"u{ord(character):04x}" for character in secret)
    percent = "".join(f"{byte:02x}" for byte in data)
    whole = {secret, quote(secret, safe=""), json.dumps(secret), escaped, percent}
    encoded = base64.b64encode(data).decode().rstrip("=")[:-1]
    return any(_flat(form) in _flat(text) for form in (*whole, encoded))


def _flat(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@dataclass
class Ears:
    """What a run asks of the outside world: names that are looked up, addresses of requests, programs' arguments."""

    heard: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.heard)


_listening: list[Ears] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.posix_spawn", "os.exec"):
        for ears in _listening:
            ears.heard.append(repr(arguments))


def listening() -> Iterator[Ears]:
    """Hear what this process asks for until the generator goes on."""
    if not hasattr(sys, "_orgwizard_hook"):  # one for all tests: a hook can never be taken back
        sys._orgwizard_hook = _hook  # type: ignore[attr-defined]
        sys.addaudithook(_hook)
    ears = Ears()
    _listening.append(ears)
    yield ears
    _listening.remove(ears)


def left_in(home: Home) -> str:
    """Return names and content of all files but those of the store and the spool."""
    return _told(path for path in home.files() if path.parent.name not in ("keys", "spool"))


def files_under(folder: Path) -> str:
    """Return names and content of all files."""
    return _told(path for path in sorted(folder.rglob("*")) if path.is_file())


def _told(paths: Iterable[Path]) -> str:
    return "\n".join(f"{path}\n{path.read_bytes().decode(errors='replace')}" for path in paths)

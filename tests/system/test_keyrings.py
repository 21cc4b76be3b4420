"""Keyrings that nobody can unlock: which it is, why, and what to do, within two seconds and without its own words."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from keyring.backends.fail import Keyring as Fail
from keyring.backends.null import Keyring as Null
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordSetError

from orgwizard.domain.errors import LocalFailure
from orgwizard.storage.stores.keyring_store import KeyringStore
from orgwizard.storage.stores.vault import Vault
from orgwizard.system import keyring_faults
from orgwizard.system.keyring_faults import has_no_prompt, keyring_fault

SECRET = "s3cr3t-canary"
FAIL: Any = Fail
NULL: Any = Null


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "keys", seconds=20)


def backend(module: str, act: Callable[[], Any]) -> Any:
    """Return a keyring of one of the library's modules, none of which runs here."""

    class Keyring:
        name = "x"

        def set_password(self, *_: str) -> None:
            act()

        get_password = delete_password = set_password

    Keyring.__module__ = f"keyring.backends.{module}"
    return Keyring()


def raising(error: BaseException, cause: BaseException | None = None) -> Callable[[], Any]:
    def act() -> None:
        raise error from cause

    return act


APPLE = PasswordSetError(f"Can't store password on keychain: (-25308, 'Unknown Error') {SECRET}")


@pytest.mark.parametrize(
    ("ring", "cause", "advice"),
    [
        (backend("macOS", raising(APPLE)), "-25308", "security unlock-keychain"),
        (backend("macOS", raising(KeyringError("x"), RuntimeError(-25308, "x"))), "-25308", "unlock-keychain"),
        (backend("macOS", raising(PasswordSetError("x: (-25293, 'x')"))), "-25293", "unlock-keychain"),
        (backend("macOS", raising(KeyringLocked("x: (-128, 'x')"))), "denied", "Allow access"),
        (
            backend("SecretService", raising(KeyringLocked(SECRET))),
            "(SecretService) cannot be used: it is locked",
            "--unlock",
        ),
        (backend("SecretService", raising(InitError(SECRET))), "could not be opened", "--unlock"),
        (backend("kwallet", raising(KeyringLocked(SECRET))), "(kwallet)", "Open the wallet"),
        (backend("kwallet", raising(InitError(SECRET))), "(kwallet)", "Open the wallet"),
        (backend("macOS", raising(RuntimeError(SECRET))), "reported an error", "private file"),
        (FAIL(), "no keyring is running", "private file"),
        (NULL(), "backend is null", "PYTHON_KEYRING_BACKEND"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_which_it_is_and_what_to_do(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, ring: Any, cause: str, advice: str
) -> None:
    monkeypatch.setattr("keyring.get_keyring", lambda: ring)
    with pytest.raises(LocalFailure) as caught:
        KeyringStore().probe(vault)
    assert cause in caught.value.cause
    assert advice in caught.value.advice
    assert "private file" in caught.value.advice
    assert SECRET not in caught.value.cause + caught.value.advice


@pytest.mark.parametrize(("module", "advice"), [("SecretService", "--unlock"), ("kwallet", "Open the wallet")])
def test_a_prompt_that_nobody_sees_is_waited_for_no_longer_than_two_seconds(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, module: str, advice: str
) -> None:
    release = threading.Event()
    ring = backend(module, lambda: release.wait(60))
    monkeypatch.setattr("keyring.get_keyring", lambda: ring)
    monkeypatch.setattr(keyring_faults, "has_no_prompt", lambda: True)
    assert keyring_faults.PROMPTLESS_SECONDS <= 2
    monkeypatch.setattr(keyring_faults, "PROMPTLESS_SECONDS", 0.3)
    before = time.monotonic()
    try:
        with pytest.raises(LocalFailure, match="cannot ask for its password here") as caught:
            KeyringStore().probe(vault)
    finally:
        release.set()
    assert time.monotonic() - before < vault.seconds
    assert advice in caught.value.advice


@pytest.mark.parametrize(
    ("environ", "platform", "none"),
    [
        ({}, "linux", True),
        ({"DISPLAY": ":0"}, "linux", False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", False),
        ({"DISPLAY": ""}, "linux", True),
        ({}, "darwin", False),
    ],
)
def test_where_a_prompt_would_be_seen(environ: dict[str, str], platform: str, none: bool) -> None:
    assert has_no_prompt(environ, platform) is none


def test_without_any_backend_the_fault_is_told_all_the_same() -> None:
    cause, advice = keyring_fault(None, OSError())
    assert "reported an error" in cause
    assert advice

"""What holds for every test: no deadline that a slow machine could miss, no settings of whoever runs it."""

import gc
import itertools
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.ui.batch import streams

# Properties are tried with few examples where a person waits for them, and with more in `.ci/run`.
# What must pass tries the same examples in every run; new ones are looked for by hand.
settings.register_profile("quick", deadline=None, max_examples=10, derandomize=True)
settings.register_profile("full", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# What runs in the background or under nohup is started to ignore these, and so would be all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)

CLIENTS = ("test_foreign_server.py", "test_sandbox_clients.py")  # they import what others made, and see `.ci/run`
VENDORS = ("OKTA_", "DD_", "DATADOG_")
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
OTHERS = VENDORS + NETWORK

# Compiling the tests takes as long as a tenth of them: once, and not in each run.
sys.dont_write_bytecode = False

# Looking for garbage among all that is imported and collected takes another tenth.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, among what the tests make."""
    gc.freeze()
    gc.enable()


FOLDERS = itertools.count()


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have a folder per test; pytest's own fixture looks through those of all others to find a name for it."""
    return tmp_path_factory.mktemp(str(next(FOLDERS)), numbered=False)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read files that need others' packages only where their marker is asked for."""
    return True if collection_path.name in CLIENTS and config.option.markexpr != "clients" else None


@pytest.fixture(autouse=True)
def _no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test be a run of its own: what others learned as a secret is none here."""
    monkeypatch.setattr(REDACTOR, "_known", type(REDACTOR._known)())
    monkeypatch.setattr(REDACTOR, "_allowed", set())


class CheckedJson:
    """In the place of `json` where the program prints: whatever it prints is of the published schema."""

    @staticmethod
    def dumps(value: object, **options: Any) -> str:
        from tests.schemas import broken_rules

        assert broken_rules(value) == []
        return json.dumps(value, **options)


@pytest.fixture(autouse=True, scope="session")
def _same_machine_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have an empty home, no settings of the user, no stores that happen to be installed, and checked JSON."""
    home = tmp_path_factory.mktemp("empty-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in os.environ:
            if name.upper().startswith(OTHERS):
                patch.delenv(name)
        patch.setattr("orgwizard.presentation.wizard.store_choices.available", list)
        patch.setattr(streams, "json", CheckedJson)
        patch.setattr(os, "fsync", id)  # no test takes the power away
        yield

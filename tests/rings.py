"""Keyrings in a file, for PYTHON_KEYRING_BACKEND: one that works, and some that break once the probe is through."""

import json
import os
import threading
from pathlib import Path

from keyring.backend import KeyringBackend

from orgwizard.storage.stores.vault import PROBE


class Working(KeyringBackend):
    """Keeps its entries in the file that RING names."""

    priority = 1

    @property
    def file(self) -> Path:
        return Path(os.environ["RING"])

    def entries(self) -> dict[str, str]:
        return dict(json.loads(self.file.read_text())) if self.file.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002 - keyring calls it so
        return self.entries().get(username)

    def set_password(self, service: str, username: str, password: str) -> None:  # noqa: ARG002 - keyring calls it so
        if PROBE not in username:
            self.broken()
        self.file.write_text(json.dumps(self.entries() | {username: password}))

    def delete_password(self, service: str, username: str) -> None:  # noqa: ARG002 - keyring calls it so
        entries = self.entries()
        del entries[username]
        self.file.write_text(json.dumps(entries))

    def broken(self) -> None:
        """Do nothing."""


class Failing(Working):
    """Is locked after the probe."""

    def broken(self) -> None:
        raise RuntimeError("locked meanwhile")


class Hanging(Working):
    """Waits after the probe for a prompt that nobody sees."""

    def broken(self) -> None:
        threading.Event().wait()


class Forgetful(Working):
    """Takes entries after the probe and loses them."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if PROBE in username:
            super().set_password(service, username, password)

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orgwizard.application.service import Service
from tests.tui.bench import bench

os.environ["TEXTUAL_ANIMATIONS"] = "none"


@pytest.fixture(autouse=True)
def _same_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    # What is installed on this machine is not said.
    monkeypatch.setattr("orgwizard.presentation.wizard.store_choices.available", list)


@pytest.fixture
def service() -> Iterator[Service]:
    """A service over the sandbox whose files are under the test's own folder, named the same in every run."""
    made = bench(Path("orgwizard"))
    yield made
    made.engine.close()

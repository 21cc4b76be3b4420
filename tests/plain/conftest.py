from collections.abc import Iterator
from pathlib import Path

import pytest

from orgwizard.application.service import Service
from tests.tui.bench import bench


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    # What is installed on this machine is not said.
    monkeypatch.setattr("orgwizard.presentation.wizard.store_choices.available", list)


@pytest.fixture
def service() -> Iterator[Service]:
    """A service over the sandbox whose files are under the test's own folder."""
    made = bench(Path("orgwizard"))
    yield made
    made.engine.close()

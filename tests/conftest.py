"""No test sees the settings of whoever runs it: the home folder is an empty one."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(_empty_home(tmp_path_factory)))


def _empty_home(made: pytest.TempPathFactory) -> Path:
    home = made.getbasetemp() / "empty-home"
    home.mkdir(exist_ok=True)
    return home

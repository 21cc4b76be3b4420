"""What the one file says first; that it is built and runs alone is a step of .ci/run."""

import runpy
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tests.servers import ROOT

PREAMBLE = ROOT / ".ci" / "pyz_preamble.py"


def start(folder: Path, ending: str) -> None:
    module = folder / "pydantic_core" / f"_pydantic_core{ending}"
    module.parent.mkdir()
    module.touch()
    runpy.run_path(str(PREAMBLE), init_globals={"site_packages": folder}, run_name="__main__")


def test_the_python_that_it_was_built_for_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start(tmp_path, EXTENSION_SUFFIXES[0])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (".cpython-399-x86_64-linux-gnu.so", "needs Python 3.99 on x86_64-linux-gnu"),
        (".cp399-win_amd64.pyd", "needs another Python"),
    ],
)
def test_another_python_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str, words: str
) -> None:
    with pytest.raises(SystemExit) as end:
        start(tmp_path, ending)
    shown = capsys.readouterr().err
    assert end.value.code == 2
    assert words in shown
    assert shown.count("\n") == 1

"""What the tests of the whole program share: folders of their own, and the command line run in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orgwizard import cli
from tests.servers import Ended, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def program(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run the command line in this process, in the folders of `home`."""
    for name, value in home.environ.items():
        monkeypatch.setenv(name, value)

    def run(*argv: str) -> Ended:
        try:
            code = cli.main(argv)
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run

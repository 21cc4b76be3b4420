"""Other people's homes, and no home at all: told before anything is created."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orgwizard.domain.errors import LocalFailure
from orgwizard.system.home_folder import require_own_home

ROOT, ADA, NOBODY_KNOWN = 0, 4001, 4002
OWNERS = {"/home/ada": ADA, "/root": ROOT, "/srv": ROOT}
OWN_PLACES = {f"XDG_{name}_HOME": f"/srv/{name}" for name in ("CONFIG", "STATE", "DATA")}


def owner_of(path: Path) -> int:
    if str(path) not in OWNERS:
        raise FileNotFoundError
    return OWNERS[str(path)]


@pytest.mark.parametrize(
    ("environ", "user"),
    [
        ({"HOME": "/home/ada"}, ADA),
        ({"HOME": "/root"}, ROOT),
        ({"HOME": "/srv"}, ADA),  # as in containers: whether it can be written is found out there
        ({"HOME": "/missing"}, ADA),
        ({"HOME": "/home/ada", "XDG_CONFIG_HOME": ""}, ADA),
        ({"HOME": "/", **OWN_PLACES}, ADA),
        ({"HOME": "/home/ada", **OWN_PLACES}, ROOT),
        (OWN_PLACES, NOBODY_KNOWN),
    ],
)
def test_a_home_of_ones_own(environ: dict[str, str], user: int) -> None:
    require_own_home(environ, user, owner_of)


@pytest.mark.parametrize(
    ("environ", "user", "cause", "advice"),
    [
        ({"HOME": "/home/ada"}, ROOT, "belongs to user 4001, but orgwizard runs as root", "without sudo"),
        ({"HOME": "/home/ada", "XDG_DATA_HOME": "/srv/d"}, ROOT, "belongs to user 4001", "sudo -H"),
        ({"HOME": "/home/ada"}, NOBODY_KNOWN, "belongs to user 4001, but orgwizard runs as user 4002", "su -"),
        ({"HOME": "/"}, ADA, "HOME is /", "Set HOME"),
        ({"HOME": "//"}, ROOT, "HOME is /", "Set HOME"),
        ({"HOME": ""}, ROOT, "HOME is empty", "Set HOME"),
        ({"HOME": "home"}, ADA, "HOME is home", "Set HOME"),
        ({}, NOBODY_KNOWN, "no home folder", "Set HOME"),
        ({"HOME": "/home/ada", "XDG_CONFIG_HOME": "config"}, ADA, "XDG_CONFIG_HOME is not an absolute", "full path"),
        ({"HOME": "/home/ada", "XDG_STATE_HOME": "~/state"}, ADA, "only a shell replaces ~", "XDG_STATE_HOME"),
        ({"HOME": "/home/ada", "XDG_DATA_HOME": "$HOME/d"}, ADA, "was not replaced", "XDG_DATA_HOME"),
    ],
)
def test_whose_home_it_is_is_told(environ: dict[str, str], user: int, cause: str, advice: str) -> None:
    with pytest.raises(LocalFailure) as caught:
        require_own_home(environ, user, owner_of)
    assert cause in caught.value.cause
    assert advice in caught.value.advice
    assert caught.value.meaning == "Nothing was sent."


@pytest.mark.full
@pytest.mark.parametrize("changed", [{"HOME": "/"}, {"XDG_STATE_HOME": "~/state"}], ids=str)
def test_the_program_creates_nothing_in_a_wrong_home(tmp_path: Path, changed: dict[str, str]) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **changed}
    command = [sys.executable, "-P", "-m", "orgwizard", "orgs"]
    ended = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) != (0, "")
    assert "Traceback" not in ended.stderr
    assert next(iter(changed)) in ended.stderr
    assert list(tmp_path.iterdir()) == []
    assert not Path("/.config/orgwizard").exists()

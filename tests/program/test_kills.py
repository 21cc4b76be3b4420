"""A few kills at random moments; `python -m tests.kills` makes two hundred."""

import shutil
from pathlib import Path

import pytest

from tests.kills import GRACE_SECONDS, kills, summary

RUNS, SEED = 4, 3
BUSY_MACHINE_SECONDS = 10 * GRACE_SECONDS


@pytest.mark.full
@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl command here")
def test_nothing_is_forgotten_sent_twice_or_lost(tmp_path: Path) -> None:
    done = kills(RUNS, SEED, tmp_path)
    assert not [kill for kill in done if kill.complaints(BUSY_MACHINE_SECONDS)], summary(done, BUSY_MACHINE_SECONDS)
    assert any(org["state"] != "ready" for kill in done for org in kill.orgs)

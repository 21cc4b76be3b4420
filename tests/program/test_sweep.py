"""Changes on disk that fail in their turn during a creation: some with `-m full`, all with `tests.sweep`."""

import errno
import os
from pathlib import Path

import pytest

from tests.failing import Failure
from tests.sweep import Point, complaints, points, sampled, swept

SAMPLE = 12


def counted(provider: str, folder: Path) -> int:
    """Return how many changes a creation makes in which nothing fails."""
    (whole,) = swept([Point(provider)], folder)
    assert not whole.complaints()
    assert whole.created.code == 0
    return len(whole.changes)


@pytest.mark.full
@pytest.mark.parametrize("provider", ["okta", "datadog"])
def test_whichever_change_on_disk_fails_the_truth_is_told_and_the_keys_are_found(provider: str, tmp_path: Path) -> None:
    chosen = sampled(points(provider, counted(provider, tmp_path / "whole")), SAMPLE)
    assert complaints(swept(chosen, tmp_path / "failing")) == []


def test_a_write_that_meets_a_full_disk_is_cut_short_and_the_next_one_fails(tmp_path: Path) -> None:
    failure, path = Failure(str(tmp_path), 2, errno.ENOSPC, lasting=True), tmp_path / "file"
    with failure.injected():
        handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
        assert os.write(handle, b"12345678") == 4
        with pytest.raises(OSError, match="No space left"):
            os.write(handle, b"5678")
        os.close(handle)
        path.unlink()
    assert [change.split()[0] for change in failure.changes] == ["create", "write", "write", "close", "unlink"]

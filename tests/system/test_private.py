import errno
import os
import resource
import shlex
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.domain.errors import LocalFailure
from orgwizard.system import file_lock, private_files

NOBODY = 65534
LIMIT = 1024


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Make the kernel refuse to let any file of this process grow beyond *size* bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def denied() -> Iterator[Path]:
    """Return a folder of ours that we may not write to, as a user whom the system does refuse things."""
    place = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    if root:
        os.chown(place, NOBODY, NOBODY)
    place.chmod(0o500)
    if root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield place
    finally:
        if root:
            os.setresuid(0, 0, 0)
        shutil.rmtree(place)


def test_a_folder_and_what_is_missing_above_it_are_private(tmp_path: Path) -> None:
    made = private_files.folder(tmp_path / "a" / "b" / "c")
    assert made == tmp_path / "a" / "b" / "c"
    assert {mode(place) for place in (made, made.parent, made.parent.parent)} == {0o700}
    assert private_files.folder(made) == made


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(private_files.folder(tmp_path / "real"))
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("link", "dangling"):
        with pytest.raises(LocalFailure, match="symbolic link"):
            private_files.folder(tmp_path / name)


def test_a_folder_that_is_a_file_or_lies_under_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LocalFailure, match="not a folder"):
        private_files.folder(tmp_path / "file")
    with pytest.raises(LocalFailure, match="could not be made"):
        private_files.folder(tmp_path / "file" / "below")


@pytest.mark.parametrize("open_to", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_to_is_refused_with_the_remedy(tmp_path: Path, open_to: int) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(open_to)
    with pytest.raises(LocalFailure, match="other users may write") as caught:
        private_files.folder(tmp_path / "shared")
    assert "chmod go-w" in caught.value.advice
    assert caught.value.advice == f"Run: chmod go-w {shlex.quote(str(tmp_path / 'shared'))}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(private_files.folder(tmp_path / "theirs"), NOBODY, NOBODY)
    with pytest.raises(LocalFailure, match="belongs to another user"):
        private_files.folder(tmp_path / "theirs")


def test_a_folder_that_cannot_be_written_to_is_refused(denied: Path) -> None:
    with pytest.raises(LocalFailure, match="cannot be written to"):
        private_files.folder(denied)
    with pytest.raises(LocalFailure, match="permission is denied"):
        private_files.folder(denied / "below")
    with pytest.raises(LocalFailure, match="permission is denied"):
        private_files.write(denied / "file", b"x")


def test_a_file_is_written_whole_private_and_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        private_files.write(tmp_path / "file", b"first")
        private_files.write(tmp_path / "file", b"second")
    finally:
        os.umask(old)
    assert private_files.read(tmp_path / "file", LIMIT) == b"second"
    assert mode(tmp_path / "file") == 0o600
    assert names(tmp_path) == ["file"]


def test_writing_replaces_a_link_and_leaves_its_target_alone(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / "file").symlink_to(tmp_path / "target")
    private_files.write(tmp_path / "file", b"ours")
    assert (tmp_path / "target").read_bytes() == b"theirs"
    assert not (tmp_path / "file").is_symlink()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    private_files.write(tmp_path / "file", b"old")
    with largest_file(100), pytest.raises(LocalFailure, match="limit on file sizes"):
        private_files.write(tmp_path / "file", b"x" * 1000)
    with largest_file(100), pytest.raises(LocalFailure):
        private_files.write_new(tmp_path / "new", b"x" * 1000)
    assert private_files.read(tmp_path / "file", LIMIT) == b"old"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EDQUOT, "quota"), (errno.EROFS, "read-only")]
)
def test_a_disk_that_fails_at_the_last_moment_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def failing(_: int) -> None:
        raise OSError(number, "as the system says it")

    monkeypatch.setattr(os, "fsync", failing)
    for call in (private_files.write, private_files.write_new):
        with pytest.raises(LocalFailure, match=words) as caught:
            call(tmp_path / "file", b"data")
        assert caught.value.advice
        assert names(tmp_path) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalFailure, match="folder does not exist"):
        private_files.write(tmp_path / "missing" / "file", b"x")


def test_new_files_never_overwrite_and_get_numbers(tmp_path: Path) -> None:
    private_files.write_new(tmp_path / "key.toml", b"first")
    (tmp_path / "key-2.toml").symlink_to(tmp_path / "elsewhere")
    for taken in ("key.toml", "key-2.toml"):
        with pytest.raises(FileExistsError):
            private_files.write_new(tmp_path / taken, b"second")
    assert private_files.write_numbered(tmp_path / "key.toml", b"third") == tmp_path / "key-3.toml"
    assert private_files.read(tmp_path / "key.toml", LIMIT) == b"first"
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_holds_just_that_is_not_written_twice(tmp_path: Path) -> None:
    for data, name in ((b"first", "key.toml"), (b"other", "key-2.toml"), (b"firs", "key-3.toml")):
        for _ in range(2):
            assert private_files.write_numbered(tmp_path / "key.toml", data) == tmp_path / name
    assert names(tmp_path) == ["key-2.toml", "key-3.toml", "key.toml"]


def test_lines_are_appended_privately(tmp_path: Path) -> None:
    private_files.append(tmp_path / "lines", "one")
    private_files.append(tmp_path / "lines", "two")
    assert private_files.read(tmp_path / "lines", LIMIT) == b"one\ntwo\n"
    assert mode(tmp_path / "lines") == 0o600


def test_a_line_cut_by_a_full_disk_is_reported_and_taken_back(tmp_path: Path) -> None:
    private_files.append(tmp_path / "lines", "one")
    with largest_file(6), pytest.raises(LocalFailure, match="disk is full"):
        private_files.append(tmp_path / "lines", "too long for it")
    private_files.append(tmp_path / "lines", "two")
    assert private_files.read(tmp_path / "lines", LIMIT).splitlines() == [b"one", b"two"]


def test_links_are_neither_appended_to_nor_read(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(LocalFailure, match="symbolic link"):
        private_files.append(tmp_path / "link", "x")
    with pytest.raises(LocalFailure, match="symbolic link"):
        private_files.read(tmp_path / "link", LIMIT)
    with pytest.raises(LocalFailure, match="symbolic link"):
        file_lock.hold(tmp_path / "link", 0)
    assert private_files.read(tmp_path / "link", LIMIT, follow=True) == b"theirs"


def test_reading_is_bounded_and_takes_files_only(tmp_path: Path) -> None:
    private_files.write(tmp_path / "file", b"x" * LIMIT)
    os.mkfifo(tmp_path / "pipe")
    assert len(private_files.read(tmp_path / "file", LIMIT)) == LIMIT
    with pytest.raises(LocalFailure, match="larger than"):
        private_files.read(tmp_path / "file", LIMIT - 1)
    with pytest.raises(LocalFailure, match="not a file"):
        private_files.read(tmp_path / "pipe", LIMIT)
    with pytest.raises(LocalFailure, match="it is a folder"):
        private_files.read(tmp_path, LIMIT)
    with pytest.raises(FileNotFoundError):
        private_files.read(tmp_path / "missing", LIMIT)


def test_removing_says_whether_there_was_something(tmp_path: Path) -> None:
    private_files.write(tmp_path / "file", b"")
    assert private_files.remove(tmp_path / "file")
    assert not private_files.remove(tmp_path / "file")
    assert not private_files.remove(tmp_path / "missing" / "file")
    with pytest.raises(LocalFailure, match="could not be removed"):
        private_files.remove(tmp_path)


def test_a_file_is_held_by_one_until_it_lets_go(tmp_path: Path) -> None:
    handle = file_lock.hold(tmp_path / "lock", 0)
    assert handle is not None
    assert file_lock.held(tmp_path / "lock")
    assert file_lock.hold(tmp_path / "lock", 0) is None
    os.close(handle)
    assert not file_lock.held(tmp_path / "lock")
    assert mode(tmp_path / "lock") == 0o600


def test_a_file_system_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlockable(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", unlockable)
    with pytest.raises(LocalFailure, match="its file system does not support locks"):
        file_lock.hold(tmp_path / "lock", 0)


@given(data=st.binary(max_size=LIMIT), later=st.binary(max_size=LIMIT))
def test_what_is_written_is_what_is_read(data: bytes, later: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "file"
        for content in (data, later):
            private_files.write(path, content)
            assert private_files.read(path, LIMIT) == content

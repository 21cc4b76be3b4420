"""Files that only their owner can read, written whole or not at all."""

import errno
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from orgwizard.domain.errors import LocalFailure
from orgwizard.system.durable import flush, flush_names
from orgwizard.system.file_faults import OTHER_PLACE, as_local_failure

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # not blocking: opening a pipe would wait for its writer
_READ_PIPE = os.O_RDONLY | os.O_CLOEXEC

_PART_BYTES = 64 * 1024


def folder(path: Path) -> Path:
    """Make *path* and what is missing above it with mode 0700, and return it.

    Raises `LocalFailure` where it is a link, not a folder, another user's, open to others for writing, or not writable.
    """
    with as_local_failure(path, "made"):
        for missing in reversed([place for place in (path, *path.parents) if not place.exists()]):
            with suppress(FileExistsError):  # made by another orgwizard meanwhile, or a dangling link: judged below
                missing.mkdir(_FOLDER_MODE)
                flush_names(missing.parent)
        fault, advice = _fault(path, path.lstat())
    if fault:
        raise LocalFailure(f"The folder {path} cannot be used: {fault}.", advice)
    return path


def _fault(path: Path, status: os.stat_result) -> tuple[str, str]:
    """Say why private files do not belong in a folder and what to do, or "" twice."""
    if stat.S_ISLNK(status.st_mode):
        return "it is a symbolic link", "Put a real folder in its place."
    if not stat.S_ISDIR(status.st_mode):
        return "it is not a folder", "Move the file away."
    if status.st_uid != os.geteuid():
        return "it belongs to another user", OTHER_PLACE
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "other users may write to it", f"Run: chmod go-w {shlex.quote(str(path))}"
    if not os.access(path, os.W_OK | os.X_OK):
        return "it cannot be written to", f"Choose another place, or run: chmod u+rwx {shlex.quote(str(path))}"
    return "", ""


def listed(path: Path, ending: str) -> list[Path]:
    """Return the files in a folder whose names end so and do not begin with a dot, [] where there is no folder.

    Raises `LocalFailure` for a folder that cannot be read.
    """
    with (
        as_local_failure(path, "read", passing=(FileNotFoundError,)),
        suppress(FileNotFoundError),
        os.scandir(path) as found,
    ):
        names = [entry.name for entry in found]
        beside = path / "name"  # the fastest way to thousands of paths
        return [beside.with_name(name) for name in names if name.endswith(ending) and not name.startswith(".")]
    return []


def write(path: Path, data: bytes, *, replacing: bool = True) -> None:
    """Put *data* in place of *path* in one step, mode 0600, flushed to disk; raises `LocalFailure`.

    Unless *replacing*, raises `FileExistsError` if it exists.
    """
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    with as_local_failure(path, "written", passing=() if replacing else (FileExistsError,)):
        try:
            _fill(os.open(fresh, _NEW, _FILE_MODE), data)
            if replacing:
                fresh.replace(path)
            else:
                path.hardlink_to(fresh)
        finally:
            with suppress(OSError):  # where it was moved away, or never made
                fresh.unlink()
        flush_names(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Write *path*, which must not exist yet, mode 0600, flushed to disk; raises `FileExistsError`, or `LocalFailure`.

    It is written in its place, so a partial file after a crash is found.
    """
    with as_local_failure(path, "written", passing=(FileExistsError,)):
        handle = os.open(path, _NEW, _FILE_MODE)
        try:
            _fill(handle, data)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
        flush_names(path.parent)


def numbered(name: str) -> Iterator[str]:
    """Yield *name*, name-2, name-3 and so on for ever."""
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def write_numbered(path: Path, data: bytes) -> Path:
    """Write the first of name.toml, name-2.toml ... that does not exist yet, and return it; raises `LocalFailure`.

    One that holds just *data* was written by a run that was cut short, and is returned as it is.
    """
    for stem in numbered(path.stem):
        free = path.with_name(stem + path.suffix)
        try:
            write_new(free, data)
            break
        except FileExistsError:
            if _holds(free, data):
                break
    return free


def append(path: Path, line: str) -> None:
    """Add *line* and a line end in one write, flushed to disk; raises `LocalFailure` after taking back what it wrote.

    A line that an earlier failure cut short stays a line of its own.
    """
    with as_local_failure(path, "written"):
        handle = os.open(path, _APPEND, _FILE_MODE)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            _add(handle, size, (b"\n" if torn else b"") + line.encode() + b"\n")
        finally:
            os.close(handle)
        if size == 0:
            flush_names(path.parent)


def _add(handle: int, size: int, data: bytes) -> None:
    """Write and flush *data* at the end of a file of *size* bytes; what cannot be written whole is taken back."""
    try:
        if os.write(handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)
    except OSError:
        with suppress(OSError):  # it stays torn, then: whoever reads it passes over it
            os.ftruncate(handle, size)
        raise


def read(path: Path, limit: int, *, follow: bool = False, pipes: bool = False) -> bytes:
    """Return the bytes of a regular file of at most *limit* bytes; links are read only with *follow*.

    With *pipes*, whatever can be read is read to its end, and a pipe's writer is waited for. Raises
    `FileNotFoundError`, and `LocalFailure` for everything else.
    """
    flags = (_READ_PIPE if pipes else _READ) | (0 if follow else os.O_NOFOLLOW)
    with (
        as_local_failure(path, "read", passing=(FileNotFoundError,)),
        open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file,
    ):
        if not pipes and not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise LocalFailure(f"{path} could not be read: it is not a file.", "Name a regular file.")
        data = _at_most(file, limit + 1)
    if len(data) > limit:
        raise LocalFailure(f"{path} could not be read: it is larger than {limit} bytes.", "Is it the right file?")
    return data


def _at_most(file: BinaryIO, limit: int) -> bytes:
    """Return the first *limit* bytes, or all; one read of so many would first find room for them, for every file."""
    parts = []
    while limit > 0 and (part := file.read(min(limit, _PART_BYTES))):
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read(path, len(data)) == data
    except (LocalFailure, FileNotFoundError):
        return False


def remove(path: Path) -> bool:
    """Remove a file and return whether it was there; raises `LocalFailure`."""
    with as_local_failure(path, "removed"):
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        flush_names(path.parent)
        return True


def _fill(handle: int, data: bytes) -> None:
    """Put all of *data* on the disk, and close the file."""
    with open(handle, "wb") as file:
        file.write(data)
        file.flush()
        flush(file.fileno())

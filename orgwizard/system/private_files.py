"""Files that only their owner can read, written whole or not at all, and held by one process at a time."""

import errno
import fcntl
import os
import shlex
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from orgwizard.domain.errors import LocalFailure, WizardError

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_HOLD = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # not blocking: opening a pipe would wait for its writer
_READ_PIPE = os.O_RDONLY | os.O_CLOEXEC

_LOOK_AGAIN_SECONDS = 0.02
_PART_BYTES = 64 * 1024

_FREE_SPACE = "Free some space, then try again."
_OTHER_PLACE = "Choose another place, or set XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_DATA_HOME to folders of your own."
_REASONS = {
    errno.ENOSPC: ("the disk is full", _FREE_SPACE),
    errno.EDQUOT: ("your disk quota is exceeded", _FREE_SPACE),
    errno.EFBIG: ("it would exceed the limit on file sizes", "Raise the limit (ulimit -f), then try again."),
    errno.EROFS: ("the file system is read-only", _OTHER_PLACE),
    errno.EACCES: ("permission is denied", _OTHER_PLACE),
    errno.EPERM: ("the system does not permit it", _OTHER_PLACE),
    errno.ELOOP: ("it is a symbolic link", "Put a real file in its place."),
    errno.ENOENT: ("its folder does not exist", _OTHER_PLACE),
    errno.ENOTDIR: ("part of its path is not a folder", _OTHER_PLACE),
    errno.ENOLCK: ("its file system does not support locks", _OTHER_PLACE),
    errno.EISDIR: ("it is a folder", "Name a file."),
}


@contextmanager
def _as_local_failure(path: Path, done: str, passing: tuple[type[OSError], ...] = ()) -> Iterator[None]:
    """Convert an OSError to a `LocalFailure`; *passing* are left to the caller."""
    try:
        yield
    except passing:
        raise
    except OSError as error:
        advice = _REASONS.get(error.errno or 0, ("", _OTHER_PLACE))[1]
        raise LocalFailure(f"{path} could not be {done}: {_reason(error)}.", advice) from None


def cause_of(fault: Exception) -> str:
    """Return a failure's cause as a sentence; of a fault of ours not even its text, for that may hold a secret."""
    if isinstance(fault, OSError):
        return f"{_reason(fault)}."
    return fault.cause if isinstance(fault, WizardError) else "internal error."


def _reason(error: OSError) -> str:
    said = os.strerror(error.errno) if error.errno else "the system gave no reason"
    return _REASONS.get(error.errno or 0, (said,))[0]


def folder(path: Path) -> Path:
    """Make *path* and what is missing above it with mode 0700, and return it.

    Raises `LocalFailure` where it is a link, not a folder, another user's, open to others for writing, or not writable.
    """
    with _as_local_failure(path, "made"):
        for missing in reversed([place for place in (path, *path.parents) if not place.exists()]):
            with suppress(FileExistsError):  # made by another orgwizard meanwhile, or a dangling link: judged below
                missing.mkdir(_FOLDER_MODE)
                _flush_names(missing.parent)
        fault, advice = _fault(path, path.lstat())
    if fault:
        raise LocalFailure(f"The folder {path} cannot be used: {fault}.", advice)
    return path


def _fault(path: Path, found: os.stat_result) -> tuple[str, str]:
    """Say why private files do not belong in a folder and what to do, or "" twice."""
    if stat.S_ISLNK(found.st_mode):
        return "it is a symbolic link", "Put a real folder in its place."
    if not stat.S_ISDIR(found.st_mode):
        return "it is not a folder", "Move the file away."
    if found.st_uid != os.geteuid():
        return "it belongs to another user", _OTHER_PLACE
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "other users may write to it", f"Run: chmod go-w {shlex.quote(str(path))}"
    if not os.access(path, os.W_OK | os.X_OK):
        return "it cannot be written to", f"Choose another place, or run: chmod u+rwx {shlex.quote(str(path))}"
    return "", ""


def listed(path: Path, ending: str) -> list[Path]:
    """Return the files in a folder whose names end so and do not begin with a dot, [] where there is no folder.

    Raises `LocalFailure` for a folder that cannot be read.
    """
    with (
        _as_local_failure(path, "read", passing=(FileNotFoundError,)),
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
    with _as_local_failure(path, "written", passing=() if replacing else (FileExistsError,)):
        try:
            _fill(os.open(fresh, _NEW, _FILE_MODE), data)
            if replacing:
                fresh.replace(path)
            else:
                path.hardlink_to(fresh)
        finally:
            with suppress(OSError):  # where it was moved away, or never made
                fresh.unlink()
        _flush_names(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Write *path*, which must not exist yet, mode 0600, flushed to disk; raises `FileExistsError`, or `LocalFailure`.

    It is written in its place, so a partial file after a crash is found.
    """
    with _as_local_failure(path, "written", passing=(FileExistsError,)):
        handle = os.open(path, _NEW, _FILE_MODE)
        try:
            _fill(handle, data)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
        _flush_names(path.parent)


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
    with _as_local_failure(path, "written"):
        handle = os.open(path, _APPEND, _FILE_MODE)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            _add(handle, size, (b"\n" if torn else b"") + line.encode() + b"\n")
        finally:
            os.close(handle)
        if size == 0:
            _flush_names(path.parent)


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
        _as_local_failure(path, "read", passing=(FileNotFoundError,)),
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
    with _as_local_failure(path, "removed"):
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _flush_names(path.parent)
        return True


def hold(path: Path, seconds: float) -> int | None:
    """Lock a file, made if need be, and return the handle that holds it, or `None` if others did for *seconds*.

    The lock is freed when the handle is closed or this process dies in any way. Raises `LocalFailure`.
    """
    with _as_local_failure(path, "locked"):
        handle = os.open(path, _HOLD, _FILE_MODE)
        try:
            taken = _taken(handle, time.monotonic() + seconds)
        except BaseException:
            os.close(handle)
            raise
    if taken:
        return handle
    os.close(handle)
    return None


def let_go(handle: int) -> None:
    """Free the lock that `hold` took; never raises: nothing was written through it, and a close always lets go."""
    with suppress(OSError):
        os.close(handle)


def _taken(handle: int, deadline: float) -> bool:
    """Take the lock and return whether that worked by *deadline*."""
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOOK_AGAIN_SECONDS)  # not a blocking lock: its holder may be stopped
        else:
            return True


def held(path: Path) -> bool:
    """Return whether a living process holds *path*; raises `LocalFailure`."""
    with _as_local_failure(path, "read"):
        handle = os.open(path, _READ | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
    return False


def flush(handle: int) -> None:
    """Put what was written on the disk itself: macOS leaves it in the drive's own memory unless told otherwise."""
    if full := getattr(fcntl, "F_FULLFSYNC", None):
        with suppress(OSError):  # a file system that does not know it, such as a network's
            fcntl.fcntl(handle, full)
            return
    os.fsync(handle)


def _fill(handle: int, data: bytes) -> None:
    """Put all of *data* on the disk, and close the file."""
    with open(handle, "wb") as file:
        file.write(data)
        file.flush()
        flush(file.fileno())


def _flush_names(place: Path) -> None:
    """Flush the names in a folder to disk, where the file system knows how."""
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flush(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)

"""A file that one process holds at a time: what holds it is freed when that process ends in any way."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orgwizard.domain.errors import WizardError
from orgwizard.system.file_faults import as_local_failure

_MODE = 0o600
_HOLD = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC  # not blocking: a pipe would wait for its writer
_LOOK_AGAIN_SECONDS = 0.02


def hold(path: Path, seconds: float) -> int | None:
    """Lock a file, made if need be, and return the handle that holds it, or `None` if others did for *seconds*.

    The lock is freed when the handle is closed or this process dies in any way. Raises `LocalFailure`.
    """
    with as_local_failure(path, "locked"):
        handle = os.open(path, _HOLD, _MODE)
        try:
            taken = _taken(handle, time.monotonic() + seconds)
        except BaseException:
            os.close(handle)
            raise
    if taken:
        return handle
    os.close(handle)
    return None


@contextmanager
def holding(path: Path, seconds: float, fault: WizardError) -> Iterator[None]:
    """Hold a file as `hold` does meanwhile; raises *fault* if others held it for *seconds*."""
    handle = hold(path, seconds)
    if handle is None:
        raise fault
    try:
        yield
    finally:
        let_go(handle)


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
    with as_local_failure(path, "read"):
        handle = os.open(path, _READ)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
    return False

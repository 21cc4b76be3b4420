"""What was written put on the disk itself, the names in a folder too."""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path


def flush(handle: int) -> None:
    """Put what was written on the disk itself: macOS leaves it in the drive's own memory unless told otherwise."""
    if full := getattr(fcntl, "F_FULLFSYNC", None):
        with suppress(OSError):  # a file system that does not know it, such as a network's
            fcntl.fcntl(handle, full)
            return
    os.fsync(handle)


def flush_names(place: Path) -> None:
    """Flush the names in a folder to disk, where the file system knows how."""
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flush(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)

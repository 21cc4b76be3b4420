"""The file that takes a response as it comes from the socket; its room is reserved before the request is sent."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from orgwizard.system import private_files

RESERVED_BYTES = 64 * 1024  # many times what the services answer


class Spool:
    """One file, mode 0600, that is written from its beginning; until then, and after what came, it holds zeros."""

    def __init__(self, path: Path) -> None:
        """Make folder and file, in the place of an earlier one, and fill them with zeros; raises `LocalFailure`."""
        self.path = path
        private_files.folder(path.parent)
        private_files.remove(path)
        private_files.write_new(path, bytes(RESERVED_BYTES))
        self._handle: int | None = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self._size = 0

    def write(self, data: bytes) -> None:
        """Put what came on the disk; raises `OSError`. What goes beyond the reserved room is flushed by `close`."""
        if self._handle is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        left = memoryview(data)
        while left:
            left = left[os.write(self._handle, left) :]
        self._size += len(data)
        if self._size <= RESERVED_BYTES:
            os.fsync(self._handle)

    def close(self) -> None:
        """Give back the room that was not used, and flush the rest; raises `OSError`."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        try:
            os.ftruncate(handle, self._size)
            os.fsync(handle)
        finally:
            os.close(handle)


def spooled(path: Path, limit: int) -> bytes:
    """Return what came, without the reserved room; raises `FileNotFoundError`, or `LocalFailure`."""
    return private_files.read(path, limit).rstrip(b"\0")


def has_something(path: Path) -> bool:
    """Return whether anything came before the program that made the file ended; false where there is none."""
    with suppress(OSError), open(path, "rb", opener=lambda name, _: os.open(name, os.O_RDONLY | os.O_NONBLOCK)) as file:
        return file.read(1) not in (b"", b"\0")
    return False

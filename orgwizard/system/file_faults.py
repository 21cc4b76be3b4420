"""What the system says of files, in words: why something could not be done, and what to do."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orgwizard.domain.errors import LocalFailure, WizardError

_FREE_SPACE = "Free some space, then try again."
OTHER_PLACE = "Choose another place, or set XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_DATA_HOME to folders of your own."
_REASONS = {
    errno.ENOSPC: ("the disk is full", _FREE_SPACE),
    errno.EDQUOT: ("your disk quota is exceeded", _FREE_SPACE),
    errno.EFBIG: ("it would exceed the limit on file sizes", "Raise the limit (ulimit -f), then try again."),
    errno.EROFS: ("the file system is read-only", OTHER_PLACE),
    errno.EACCES: ("permission is denied", OTHER_PLACE),
    errno.EPERM: ("the system does not permit it", OTHER_PLACE),
    errno.ELOOP: ("it is a symbolic link", "Put a real file in its place."),
    errno.ENOENT: ("its folder does not exist", OTHER_PLACE),
    errno.ENOTDIR: ("part of its path is not a folder", OTHER_PLACE),
    errno.ENOLCK: ("its file system does not support locks", OTHER_PLACE),
    errno.EISDIR: ("it is a folder", "Name a file."),
}


@contextmanager
def as_local_failure(path: Path, done: str, passing: tuple[type[OSError], ...] = ()) -> Iterator[None]:
    """Convert an OSError to a `LocalFailure`; *passing* are left to the caller."""
    try:
        yield
    except passing:
        raise
    except OSError as error:
        advice = _REASONS.get(error.errno or 0, ("", OTHER_PLACE))[1]
        raise LocalFailure(f"{path} could not be {done}: {_reason(error)}.", advice) from None


def cause_of(fault: Exception) -> str:
    """Return a failure's cause as a sentence; of a fault of ours not even its text, for that may hold a secret."""
    if isinstance(fault, OSError):
        return f"{_reason(fault)}."
    return fault.cause if isinstance(fault, WizardError) else "internal error."


def _reason(error: OSError) -> str:
    said = os.strerror(error.errno) if error.errno else "the system gave no reason"
    return _REASONS.get(error.errno or 0, (said,))[0]

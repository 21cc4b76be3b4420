"""No image of this process's memory, which holds keys, is written to disk or read by another process."""

import resource
import sys

_PR_SET_DUMPABLE = 4  # linux/prctl.h


def forbid() -> None:
    """Let neither a crash nor SIGQUIT leave a core, and no process of the same user look into this one."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":  # a limit does not hold back a program that the kernel pipes cores to
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)

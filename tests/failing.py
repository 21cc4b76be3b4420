"""The program with its N-th change on disk failing: python -m tests.failing SPEED reads runs from stdin, a line each.

Every run is a process of its own, forked off one that has loaded what runs before it did, so that hundreds take little.
"""

import builtins
import errno
import fcntl
import gc
import importlib
import io
import json
import os
import selectors
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self
from unittest import mock

from tests import hurried
from tests.servers import PATIENCE_SECONDS, ROOT, Ended, Home

# A full disk still lets go of what is there.
_FREEING = frozenset(("close", "unlink", "rmdir", "ftruncate"))
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY


@dataclass
class Failure:
    """Which change below a folder fails, counted from 1 (0: none), as what, and whether all later ones do too.

    The write at which the disk fills up for good puts half of it there, as the system does, and the next one fails.
    """

    below: str
    at: int = 0
    number: int = errno.EIO
    lasting: bool = False
    changes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._open: dict[int, str] = {}

    def meet(self, change: str, path: str) -> None:
        """Count a change, or fail it."""
        if self.counted(change, path):
            raise OSError(self.number, os.strerror(self.number), path)

    def counted(self, change: str, path: str) -> bool:
        """Count a change, and return whether it fails."""
        if not path.startswith(self.below):
            return False
        self.changes.append(f"{change} {path.removeprefix(self.below)}")
        full = self.number == errno.ENOSPC and change in _FREEING
        later = self.lasting and 0 < self.at < len(self.changes)
        return not full and (len(self.changes) == self.at or later)

    @contextmanager
    def injected(self) -> Iterator[None]:
        """Take the place of everything that changes files."""
        with ExitStack() as self._replaced:
            self._inject()
            yield

    def _inject(self) -> None:
        for name in ("rename", "replace", "link", "symlink"):
            self._wrap(os, name, lambda _, target: target)
        for name in ("mkdir", "unlink", "remove", "rmdir"):
            self._wrap(os, name, lambda path, *_: path)
        for name in ("fsync", "fdatasync", "ftruncate", "posix_fallocate"):
            if hasattr(os, name):
                self._wrap(os, name, lambda handle, *_: self._open.get(handle, ""))
        self._wrap(fcntl, "flock", lambda handle, *_: self._open.get(handle, ""))
        self._replace(os, "open", self._opening(os.open))
        self._replace(os, "write", self._writing(os.write))
        self._replace(os, "close", self._closing(os.close))
        for module in (builtins, io):
            self._replace(module, "open", self._streaming(module.open))

    def _replace(self, module: Any, name: str, changing: Any) -> None:
        self._replaced.enter_context(mock.patch.object(module, name, changing))

    def _wrap(self, module: Any, name: str, path_of: Callable[..., Any]) -> None:
        real = getattr(module, name)

        def changing(*arguments: Any, **options: Any) -> Any:
            self.meet(name, os.fspath(path_of(*arguments)))
            return real(*arguments, **options)

        self._replace(module, name, changing)

    def _opening(self, real: Callable[..., int]) -> Any:
        def opening(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            if flags & os.O_CREAT:
                self.meet("create", os.fspath(path))
            handle = real(path, flags, *arguments, **options)
            if flags & _WRITES:
                self._open[handle] = os.fspath(path)
            return handle

        return opening

    def _writing(self, real: Callable[..., int]) -> Any:
        def writing(handle: int, data: Any) -> int:
            path = self._open.get(handle, "")
            if not self.counted("write", path):
                return real(handle, data)
            if self.number == errno.ENOSPC and self.lasting and len(self.changes) == self.at:
                return real(handle, bytes(data)[: len(data) // 2])
            raise OSError(self.number, os.strerror(self.number), path)

        return writing

    def _closing(self, real: Callable[[int], None]) -> Any:
        def closing(handle: int) -> None:
            path = self._open.pop(handle, "")
            real(handle)
            self.meet("close", path)

        return closing

    def _streaming(self, real: Callable[..., Any]) -> Any:
        """Let streams on handles that are watched write and close through `os`, as this sees them."""

        def streaming(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            if file not in self._open:
                return real(file, mode, *arguments, **options)
            raw = _Watched(file, mode.replace("b", ""))
            return io.BufferedWriter(raw) if "b" in mode else io.TextIOWrapper(io.BufferedWriter(raw))

        return streaming


class _Watched(io.FileIO):
    """A file that is written and closed through `os`."""

    def __init__(self, handle: int, mode: str) -> None:
        super().__init__(handle, mode, closefd=False)

    def write(self, data: Any) -> int:
        return os.write(self.fileno(), data)

    def close(self) -> None:
        if not self.closed:
            handle = self.fileno()
            super().close()
            os.close(handle)


# ---- the process that forks ------------------------------------------------------------------------------


class Failing:
    """Runs of the program whose changes on disk fail; one at a time."""

    def __init__(self, speed: float) -> None:
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
        command = [sys.executable, "-m", "tests.failing", str(speed)]
        pipe = subprocess.PIPE
        self._forker = subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forker.kill()
        self._forker.communicate()

    def run(self, home: Home, *argv: str, **failure: Any) -> tuple[Ended, list[str]]:
        """Run the program in a home with a `Failure` there; return how it ended and the changes that it made."""
        assert self._forker.stdin
        assert self._forker.stdout
        asked = {
            "argv": argv,
            "environ": {**home.environ, "PATH": os.environ["PATH"]},
            "folder": str(home.folder),
            "failure": {"below": str(home.home), **failure},
        }
        self._forker.stdin.write(f"{json.dumps(asked)}\n")
        self._forker.stdin.flush()
        told = json.loads(self._forker.stdout.readline())
        out, err = (home.folder / name for name in ("out", "err"))
        return Ended(told["code"], out.read_text(), err.read_text()), told["changes"]


def _forked(speed: float, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Run the program in a fork; return its exit code (that of a kill where it takes too long) and its changes."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code, changes = _run(speed, asked)
        with os.fdopen(writing, "w") as pipe:
            json.dump({"changes": changes, "modules": list(sys.modules)}, pipe)
        os._exit(code)
    os.close(writing)
    with selectors.DefaultSelector() as waiting, os.fdopen(reading) as pipe:
        waiting.register(pipe, selectors.EVENT_READ)
        if not waiting.select(PATIENCE_SECONDS):
            os.kill(child, signal.SIGKILL)
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    ended: dict[str, Any] = json.loads(told or '{"changes": [], "modules": []}')
    return ended | {"code": os.waitstatus_to_exitcode(status)}


def _load(modules: Iterable[str]) -> None:
    """Load what a run has loaded, for those that are forked off later."""
    for name in modules:
        if name not in sys.modules:
            with suppress(ImportError):
                importlib.import_module(name)
    gc.freeze()  # nothing of it is looked through, and so copied, in each fork


def _run(speed: float, asked: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Run the program in this process, which is for nothing else."""
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.chdir(asked["folder"])
    for number, name, flags in ((0, os.devnull, os.O_RDONLY), (1, "out", _NEW), (2, "err", _NEW)):
        os.dup2(os.open(name, flags, 0o600), number)
    failure = Failure(**asked["failure"])
    with failure.injected():
        try:
            code = hurried.run(speed, asked["argv"])
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:
            traceback.print_exc()
            code = 1
    return code, list(failure.changes)


def main() -> int:
    """Fork a run for each line of JSON on stdin; answer each with a line."""
    for line in sys.stdin:
        ended = _forked(float(sys.argv[1]), json.loads(line))
        _load(ended.pop("modules"))
        print(json.dumps(ended), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

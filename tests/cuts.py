"""Copies of a folder, one after each change that a program makes in it: what a kill at any moment leaves behind."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_CHANGES = ("open", "fsync", "replace", "unlink")


class Cuts:
    """The states of *home* one after the other, each in a folder of its own below *copies*."""

    def __init__(self, home: Path, copies: Path) -> None:
        self.home, self.copies = home, copies
        self.taken: list[Path] = []
        self._seen: set[str] = set()
        self._copying = threading.Lock()

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Copy from now on."""
        for name in _CHANGES:
            monkeypatch.setattr(os, name, self._then_copied(getattr(os, name)))

    def restored(self) -> Iterator[Path]:
        """Put the states back, each in its turn, and yield the copy it came from."""
        for copy in self.taken:
            shutil.rmtree(self.home)
            shutil.copytree(copy, self.home)
            yield copy

    def _then_copied(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*arguments: Any, **options: Any) -> Any:
            done = change(*arguments, **options)
            if self._copying.acquire(blocking=False):  # copying makes changes of its own
                try:
                    self._copy()
                finally:
                    self._copying.release()
            return done

        return changed

    def _copy(self) -> None:
        files = {str(path): path.read_bytes() for path in sorted(self.home.rglob("*")) if path.is_file()}
        if (state := repr(files)) not in self._seen:
            self._seen.add(state)
            self.taken.append(self.copies / f"{len(self.taken):03}")
            shutil.copytree(self.home, self.taken[-1])

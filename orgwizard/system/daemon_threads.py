"""Threads for blocking steps that hold nobody up: the program may end while one hangs, in a name resolution say."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class DaemonThreads(ThreadPoolExecutor):
    """Gives each step a daemon thread; loops take only a `ThreadPoolExecutor`, whose own threads are waited for."""

    def submit(self, step: Callable[P, T], /, *arguments: P.args, **options: P.kwargs) -> Future[T]:
        """Begin a step at once."""
        future: Future[T] = Future()
        whole = partial(step, *arguments, **options)
        threading.Thread(target=_do, args=(future, whole), name="step", daemon=True).start()
        return future


def _do(future: Future[T], step: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(step())
    except BaseException as fault:
        future.set_exception(fault)

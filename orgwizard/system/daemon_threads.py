"""Threads for blocking steps that hold nobody up: the program may end while one hangs, in a name resolution say."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class DaemonThreads(ThreadPoolExecutor):
    """Gives each step a daemon thread; loops take only a `ThreadPoolExecutor`, whose own threads are waited for."""

    def submit(self, step: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        """Begin a step at once."""
        future: Future[Any] = Future()
        threading.Thread(target=_do, args=(future, step, arguments, options), name="step", daemon=True).start()
        return future


def _do(future: Future[Any], step: Callable[..., Any], arguments: Any, options: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(step(*arguments, **options))
    except BaseException as fault:
        future.set_exception(fault)

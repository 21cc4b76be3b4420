"""The thread in which creations run: one at a time, whatever the face does, to the end."""

import asyncio
import gc
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from orgwizard.application.runner import Engine
from orgwizard.domain.control import Control
from orgwizard.domain.events import Event, Progress, Result

PATIENCE_SECONDS = 20.0


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    yield made
    made.leave()
    made.close()


class Scripted:
    """A creation that tells of `events` stages, with a gate before each."""

    def __init__(self, events: int = 3) -> None:
        self.events = events
        self.gate = threading.Semaphore(0)
        self.begun = 0
        self.ended = threading.Event()
        self.control: Control | None = None

    def begin(self, control: Control) -> AsyncIterator[Event]:
        self.begun += 1
        self.control = control
        return self._run()

    def open(self, times: int = 100) -> None:
        for _ in range(times):
            self.gate.release()

    async def _run(self) -> AsyncIterator[Event]:
        for number in range(self.events):
            await asyncio.to_thread(self.gate.acquire, timeout=PATIENCE_SECONDS)
            yield Progress(str(number), "ok")
        self.ended.set()


def ignore(_: Event) -> None:
    """Be told and do nothing."""


def test_events_are_told_in_order_from_the_engines_thread(engine: Engine) -> None:
    told: list[tuple[str, str]] = []

    def tell(event: Event) -> None:
        assert isinstance(event, Progress)
        told.append((event.stage, threading.current_thread().name))

    scripted = Scripted()
    scripted.open()
    assert engine.create(scripted.begin, tell)
    assert engine.idle.wait(PATIENCE_SECONDS)
    assert told == [("0", "engine"), ("1", "engine"), ("2", "engine")]


def test_one_creation_at_a_time(engine: Engine) -> None:
    first, second = Scripted(), Scripted()
    assert engine.create(first.begin, ignore)
    assert not engine.create(second.begin, ignore)
    assert not engine.create(first.begin, ignore)
    first.open()
    assert engine.idle.wait(PATIENCE_SECONDS)
    assert (first.begun, second.begun) == (1, 0)
    second.open()
    assert engine.create(second.begin, ignore)
    assert second.ended.wait(PATIENCE_SECONDS)


def test_many_threads_at_once_begin_one_creation(engine: Engine) -> None:
    scripted = Scripted()
    barrier = threading.Barrier(8)
    begun: list[bool] = []

    def press_enter() -> None:
        barrier.wait()
        begun.append(engine.create(scripted.begin, ignore))

    threads = [threading.Thread(target=press_enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scripted.open()
    assert sorted(begun) == [False] * 7 + [True]
    assert scripted.begun == 1


def failing(_: Event) -> None:
    raise RuntimeError("the screen is gone")


def test_a_face_that_fails_does_not_stop_the_creation(engine: Engine) -> None:
    scripted = Scripted()
    scripted.open()
    engine.create(scripted.begin, failing)
    assert scripted.ended.wait(PATIENCE_SECONDS)
    assert engine.idle.wait(PATIENCE_SECONDS)


async def broken() -> AsyncIterator[Event]:
    yield Progress("0", "ok")
    raise RuntimeError("a fault of ours")


def test_a_creation_that_fails_leaves_the_engine_usable(engine: Engine) -> None:
    engine.create(lambda _: broken(), ignore)
    assert engine.idle.wait(PATIENCE_SECONDS)
    scripted = Scripted()
    scripted.open()
    assert engine.create(scripted.begin, ignore)
    assert scripted.ended.wait(PATIENCE_SECONDS)


def test_close_waits_for_a_running_creation() -> None:
    engine, scripted = Engine(), Scripted()
    engine.create(scripted.begin, ignore)
    closing = threading.Thread(target=engine.close)
    closing.start()
    closing.join(0.1)
    assert closing.is_alive()
    assert not scripted.ended.is_set()
    scripted.open()
    closing.join(PATIENCE_SECONDS)
    assert not closing.is_alive()
    assert scripted.ended.is_set()


def test_close_may_be_called_twice() -> None:
    engine = Engine()
    engine.close()
    engine.close()
    engine.leave()  # a signal after the end


@pytest.mark.parametrize("ask", [Engine.leave, Engine.give_up])
def test_what_is_asked_right_after_the_start_is_not_lost(engine: Engine, ask: Callable[[Engine], None]) -> None:
    free = threading.Event()

    async def busy() -> None:
        free.wait(PATIENCE_SECONDS)  # the loop has no time for the new creation yet

    engine.read(busy())
    scripted = Scripted()
    engine.create(scripted.begin, ignore)
    ask(engine)
    free.set()
    scripted.open()
    assert scripted.ended.wait(PATIENCE_SECONDS)
    assert scripted.control is not None
    assert scripted.control.leave.is_set() == (ask is Engine.leave)
    assert scripted.control.give_up.is_set() == (ask is Engine.give_up)


def test_leaving_one_creation_does_not_leave_the_next(engine: Engine) -> None:
    first, second = Scripted(), Scripted()
    for scripted in (first, second):
        scripted.open()
        engine.create(scripted.begin, ignore)
        assert engine.idle.wait(PATIENCE_SECONDS)
        engine.leave()
    assert second.control is not None
    assert not second.control.leave.is_set()


def test_reads_and_steps_give_their_results_and_their_failures(engine: Engine) -> None:
    async def read() -> int:
        return 7

    def broken_step() -> int:
        raise ValueError("no")

    assert engine.read(read()).result(PATIENCE_SECONDS) == 7
    assert engine.work(lambda: threading.current_thread().name).result(PATIENCE_SECONDS) != "engine"
    with pytest.raises(ValueError, match="no"):
        engine.work(broken_step).result(PATIENCE_SECONDS)


def test_reads_go_on_while_an_org_is_created(engine: Engine) -> None:
    async def read() -> int:
        return 7

    scripted = Scripted()
    engine.create(scripted.begin, ignore)
    assert engine.read(read()).result(PATIENCE_SECONDS) == 7
    scripted.open()
    assert engine.idle.wait(PATIENCE_SECONDS)


def test_a_read_that_is_cancelled_ends(engine: Engine) -> None:
    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    begun, ended = threading.Event(), threading.Event()
    reading = engine.read(endless())
    assert begun.wait(PATIENCE_SECONDS)
    reading.cancel()
    assert ended.wait(PATIENCE_SECONDS)


def test_what_is_still_to_be_read_at_the_end_is_dropped_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    for _ in range(20):
        engine = Engine()
        dropped = [engine.read(asyncio.to_thread(lambda: None)) for _ in range(5)]
        engine.close()
        assert all(future.done() for future in dropped)
    gc.collect()
    assert not recwarn.list


def test_a_step_that_hangs_does_not_hold_the_program_at_its_end() -> None:
    script = (
        "import asyncio, time\n"
        "from orgwizard.application.runner import Engine\n"
        "engine = Engine()\n"
        "hanging = engine.read(asyncio.to_thread(time.sleep, 3600))\n"
        "time.sleep(0.1)\n"
        "hanging.cancel()\n"
        "engine.close()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=PATIENCE_SECONDS)


def test_what_comes_right_after_a_result_waits_for_the_end_before_it(engine: Engine) -> None:
    delivered, closed = threading.Event(), threading.Event()

    async def closing_slowly(_: Control) -> AsyncIterator[Event]:
        yield Result("created", "okta", "acme", "Org")
        await asyncio.to_thread(closed.wait, 10)

    async def quick(_: Control) -> AsyncIterator[Event]:
        yield Result("created", "okta", "acme", "Second")

    assert engine.create(closing_slowly, lambda _: delivered.set())
    assert delivered.wait(10)
    threading.Timer(0.1, closed.set).start()
    assert engine.create(quick, lambda _: None)

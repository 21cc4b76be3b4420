"""What the engine tells of a run, one event after the other until the run is over."""

from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import TypeVar

from orgwizard.application.runner import Engine
from orgwizard.ui.batch.signals import EndingSignals

T = TypeVar("T")
LOOK_SECONDS = 0.5


def run_events(engine: Engine, begin: Callable[[Callable[[T], None]], bool], taking: EndingSignals) -> Iterator[T]:
    """Begin a run and yield its events; a signal that came before ends it at once."""
    events: SimpleQueue[T] = SimpleQueue()
    begin(events.put)
    if taking.caught:  # before there was anything to end
        engine.leave()
    while not (engine.idle.is_set() and events.empty()):
        try:
            event = events.get(timeout=LOOK_SECONDS)
        except Empty:
            continue
        yield event

"""Our driver without a terminal: what Textual writes and what would be sent for it end up in the test's hands."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from textual.app import App
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot

from orgwizard.ui.tui.terminal.diff_driver import DiffDriver


class Sink:
    """Stands where the thread is that writes to the terminal."""

    def __init__(self) -> None:
        self._sent = ""

    def write(self, data: str) -> None:
        self._sent += data

    def take(self) -> str:
        sent, self._sent = self._sent, ""
        return sent

    def stop(self) -> None:
        """Nothing runs."""


class OfflineDriver(DiffDriver):
    """Hands every write to `saw`, with what is sent for it."""

    size = (80, 24)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._sink = Sink()
        self._writer_thread: Any = self._sink
        self._size = self.size
        self._sizes.append(self.size)

    def saw(self, written: str, sent: str) -> None:
        """Take one write of Textual's and what our driver makes of it."""

    def write(self, data: str) -> None:
        super().write(data)
        self.saw(data, self._sink.take())

    def start_application_mode(self) -> None:
        size = Size(*self.size)
        self.redraw()
        asyncio.get_running_loop().call_soon(self._app.post_message, Resize(size, size))

    def stop_application_mode(self) -> None:
        """Nothing was started."""

    def disable_input(self) -> None:
        """There is none."""


def run_offline(app: App[Any], driver: type[OfflineDriver], play: Callable[[Pilot[Any]], Awaitable[None]]) -> None:
    """Run an app on a driver, doing what *play* does with it."""

    async def pilot(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await play(pilot)
        app.exit()

    app.driver_class = driver
    with _handlers_kept():
        asyncio.run(app.run_async(headless=False, mouse=False, size=driver.size, auto_pilot=pilot))


@contextlib.contextmanager
def _handlers_kept() -> Iterator[None]:
    """Put back the signal handlers that a driver changes."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)

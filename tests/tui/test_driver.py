"""Whole apps on two terminals: Textual's own output on one, what our driver sends on the other, compared at each write.

The last tests run the program on a real pseudo-terminal, once with each driver.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyte.screens import Char
from textual import constants
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Paste, Resize
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from orgwizard.ui.tui.terminal.diff_driver import SWITCH, DiffDriver, driver_class
from tests.tui.emulator import Emulator, StrictEmulator, Twins
from tests.tui.offline import OfflineDriver, run_offline
from tests.tui.terminal import PATIENCE_SECONDS, Terminal, terminal
from tests.tui.test_pty import SANDBOX, begin
from tests.tui.test_pty import environ as environ
from tests.tui.textual_inside import driver_of, frames_together

SIZES = [(80, 24), (60, 18), (100, 30), (80, 23), (45, 12)]
KEY_NAMES = ["tab", "shift+tab", "enter", "escape", "up", "down", "pagedown", "pageup", "home", "backspace", "f1"]


class TwinDriver(OfflineDriver):
    """Whatever Textual writes goes to the two emulators."""

    twins: Twins
    differences: list[AssertionError]

    def saw(self, written: str, sent: str) -> None:
        try:
            self.twins.receive(written, sent)
        except AssertionError as difference:
            self.differences.append(difference)  # raised here, it would only end the app

    def redraw(self) -> None:
        super().redraw()
        self.twins.erasing = True

    def resize(self, size: tuple[int, int]) -> None:
        self.twins.resize(size)
        self.process_message(Resize(Size(*size), Size(*size)))


class Question(ModalScreen[None]):
    """A dialog over the page."""

    CSS = "Question { align: center middle; } Static { width: 30; height: 5; border: solid red; }"

    def compose(self) -> ComposeResult:
        yield Static("Really? 本当に? \u0301")

    def on_key(self) -> None:
        self.dismiss()


class Gallery(App[None]):
    """Everything that is hard to draw."""

    CSS = """
    VerticalScroll { height: 10; }
    .a { background: #102030; color: rgb(250, 120, 3); text-style: bold; }
    .b { background: ansi_blue; color: ansi_bright_yellow; text-style: underline; }
    .c { text-style: reverse dim; }
    """
    BINDINGS = [("ctrl+l", "redraw", ""), ("f1", "ask", "")]  # noqa: RUF012 - declared by Textual

    def compose(self) -> ComposeResult:
        yield Input(placeholder="plain")
        yield Input(compact=True, value="世界")
        with VerticalScroll():
            for number in range(12):
                text = Content(f"{number} 한글 a\u0301 👩\u200d👩 ─── café " * 3)
                yield Static(text, classes="abc"[number % 3])
            yield Button("Press", id="press")

    def on_button_pressed(self) -> None:
        self.query_one("Input", Input).value += "é世"

    def action_redraw(self) -> None:
        assert isinstance(self._driver, DiffDriver)
        self._driver.redraw()
        self.refresh(repaint=True, layout=True)

    def action_ask(self) -> None:
        self.push_screen(Question())


typed = st.text(st.sampled_from("abc 世한é─"), min_size=1, max_size=4)
pasted = st.text(st.sampled_from("ab世e\u0301👩\u200d⚠\u05d0"), min_size=1, max_size=12)
actions = st.one_of(
    st.tuples(st.just("press"), st.lists(st.sampled_from(KEY_NAMES), min_size=1, max_size=4)),
    st.tuples(st.just("press"), typed.map(list)),
    st.tuples(st.just("paste"), pasted),
    st.tuples(st.just("resize"), st.sampled_from(SIZES)),
    st.tuples(st.sampled_from(["redraw", "suspend", "strange"]), st.none()),
)


async def act(pilot: Pilot[Any], driver: TwinDriver, name: str, what: Any) -> None:
    """Do one thing to an app."""
    match name:
        case "press":
            await pilot.press(*what)
        case "paste":
            pilot.app.post_message(Paste(what))
        case "resize":
            driver.resize(what)
        case "redraw":
            driver.twins.both("\x1b[m\x1b[1;1H\x1b[7mfrom another program\x1b[m")
            await pilot.press("ctrl+l")
        case "suspend":
            driver.twins.both("\x1b[m\x1b[5;1H\x1b[31mthe shell's prompt\x1b[m")
            driver.redraw()
            pilot.app.post_message(driver.SignalResume())
            pilot.app.refresh(repaint=True, layout=True)
        case "strange":
            driver.write("\x1b[3;3H\x1b[L\x1b[m")
    await pilot.pause()


def play(app: App[Any], kind: type[Emulator], script: list[Any]) -> None:
    """Run an app through a script; each write is compared as it happens."""

    class Bound(TwinDriver):
        twins = Twins(TwinDriver.size, kind)
        differences: list[AssertionError] = []  # noqa: RUF012 - of this run alone

    async def acted(pilot: Pilot[Any]) -> None:
        driver = driver_of(app)
        assert isinstance(driver, Bound)
        for name, what in script:
            await act(pilot, driver, name, what)

    run_offline(app, Bound, acted)
    for difference in Bound.differences:
        raise difference
    assert Bound.twins.written


# Without shrinking: it would run an app hundreds of times.
hypothetical = settings(max_examples=4, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.full
@hypothetical
@given(
    script=st.lists(actions, max_size=6),
    kind=st.sampled_from([Emulator, StrictEmulator]),
    colors=st.sampled_from(["standard", "256", "truecolor"]),
    together=st.booleans(),
)
def test_an_app_that_is_hard_to_draw_looks_the_same(
    script: list[Any], kind: type[Emulator], colors: str, together: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "COLOR_SYSTEM", colors)
        app = Gallery()
        frames_together(app, supported=together)
        play(app, kind, script)


# ---- on a real terminal ----

QUIET_SECONDS = 0.5
GARBAGE = b"\x1b[m\x1b[3;1H\x1b[7mfrom another program\r\nand more of it\x1b[m"


def settled(run: Terminal) -> list[list[Char]]:
    """Return the cells once nothing more comes."""
    before = -1
    while before != len(run.received):
        before = len(run.received)
        run.read(QUIET_SECONDS)
    return cells(run)


def cells(run: Terminal) -> list[list[Char]]:
    screen = run.emulated
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


def until_other(run: Terminal, before: list[list[Char]]) -> None:
    """Wait until something else is on the screen."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while cells(run) == before:
        assert run.read(), "it ended"
        assert time.monotonic() < deadline, f"nothing changed:\n{run.screen}"


def shows(run: Terminal, wanted: list[list[Char]]) -> None:
    """Wait until the screen is as wanted, and see that it stays so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while cells(run) != wanted:
        assert run.read(), "it ended"
        assert time.monotonic() < deadline, f"it is not drawn again:\n{run.screen}"
    assert settled(run) == wanted


def tour(run: Terminal) -> Iterator[None]:
    """Walk through the first steps, with a page and a dialog; yields at each halt."""
    begin(run)
    yield
    run.press("tab")
    run.write("\x15acme.okta.com\r")
    run.until("the sandbox's")
    yield
    run.press("ctrl+n")
    run.until("Connected:")
    run.write("Größe 世界 e\u0301 org")
    yield
    for key in ("f1", "escape", "ctrl+q", "escape"):
        before = cells(run)
        run.press(key)
        until_other(run, before)
        yield
    run.press("escape")
    run.until_step(2)
    yield


@pytest.mark.full
def test_both_drivers_end_up_with_the_same_screens(environ: dict[str, str], tmp_path: Path) -> None:
    moved = {name: value.replace(str(tmp_path), str(tmp_path / "again")) for name, value in environ.items()}
    with terminal(SANDBOX, environ) as ours, terminal(SANDBOX, {**moved, SWITCH: "textual"}) as textuals:
        for _ in zip(tour(ours), tour(textuals), strict=True):
            settled(ours)
            shows(textuals, settled(ours))


@pytest.mark.full
@pytest.mark.parametrize("stop", [b"\x1a", signal.SIGTSTP])
def test_the_screen_is_right_after_a_redraw_and_a_suspension(environ: dict[str, str], stop: bytes | int) -> None:
    with terminal(SANDBOX, environ) as run:
        begin(run)
        before = settled(run)
        run.stream.feed(GARBAGE)
        assert cells(run) != before
        run.write("\x0c")
        shows(run, before)
        run.kill(stop) if isinstance(stop, int) else os.write(run.master, stop)
        run.until_stopped()
        settled(run)
        run.stream.feed(GARBAGE)
        run.kill(signal.SIGCONT)
        shows(run, before)
        run.press("f1")
        run.until("Keyboard:")


def test_the_switch_takes_textuals_own_driver() -> None:
    assert driver_class({}) is DiffDriver
    assert driver_class({SWITCH: "textual"}) is LinuxDriver

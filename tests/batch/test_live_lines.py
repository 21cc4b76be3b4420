"""The last lines of a terminal: what stands there after each change, on an emulated one."""

from types import SimpleNamespace

import pytest

from orgwizard.ui.batch import live_lines
from orgwizard.ui.batch.live_lines import LiveLines
from tests.batch.test_batch import Terminal
from tests.tui.emulator import Emulator

WIDTH, HEIGHT = 40, 12


class Screen(Terminal):
    """A terminal that is drawn."""

    def lines(self) -> list[str]:
        drawn = Emulator(WIDTH, HEIGHT)
        drawn.feed(self.getvalue())
        return [line.rstrip() for line in drawn.display if line.strip()]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    made = Screen()
    monkeypatch.setattr(live_lines, "sys", SimpleNamespace(stderr=made))  # pytest sets its own before each test
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("LINES", str(HEIGHT))
    monkeypatch.setenv("TERM", "xterm")
    return made


def test_lines_are_written_over(screen: Screen) -> None:
    live = LiveLines()
    live.show(["one 3", "two 9", "total"])
    live.show(["one 2", "two 10", "total"])
    assert screen.lines() == ["one 2", "two 10", "total"]
    live.show(["two 1", "total 1"])
    assert screen.lines() == ["two 1", "total 1"]


def test_what_has_not_changed_is_not_written_again(screen: Screen) -> None:
    live = LiveLines()
    live.show(["one", "two", "three"])
    before = len(screen.getvalue())
    live.show(["one", "two", "three"])
    assert len(screen.getvalue()) == before
    live.show(["one", "TWO", "three"])
    assert "one" not in screen.getvalue()[before:]


def test_what_ends_stands_above_and_is_not_written_over(screen: Screen) -> None:
    live = LiveLines()
    for ended in range(3):
        live.show([f"{name} under way" for name in ("one", "two", "three")[ended:]] + ["total"])
        live.clear()
        screen.write(f"{ended} ended\n")
    live.show(["done"])
    assert screen.lines() == ["0 ended", "1 ended", "2 ended", "done"]


def test_it_stays_whole_at_the_bottom_of_a_full_screen(screen: Screen) -> None:
    live = LiveLines()
    for ended in range(HEIGHT * 2):
        live.show([f"row {ended}", "total"])
        live.clear()
        screen.write(f"{ended} ended\n")
    live.show(["last", "total"])
    assert screen.lines()[-3:] == [f"{HEIGHT * 2 - 1} ended", "last", "total"]


@pytest.mark.parametrize("name", ["x" * 100, "\u6771" * 50, "e\u0301" * 60], ids=["long", "wide", "combining"])
def test_a_long_line_takes_one_line(screen: Screen, name: str) -> None:
    live = LiveLines()
    live.show([name, "total"])
    live.show([name, "total 2"])
    assert len(screen.lines()) == 2


def test_what_was_written_below_is_left_alone(screen: Screen) -> None:
    live = LiveLines()
    live.show(["one", "total"])
    screen.write("\nLeaving.\n")
    live.forget()
    live.show(["one", "total"])
    assert screen.lines() == ["one", "total", "Leaving.", "one", "total"]


@pytest.mark.parametrize("stream", [None, "pipe", "dumb"])
def test_without_a_terminal_that_can_do_it_nothing_is_written(monkeypatch: pytest.MonkeyPatch, stream: str) -> None:
    made = None if stream is None else Screen()
    monkeypatch.setattr(live_lines, "sys", SimpleNamespace(stderr=made))
    monkeypatch.setenv("TERM", "dumb" if stream == "dumb" else "xterm")
    if made and stream == "pipe":
        monkeypatch.setattr(made, "isatty", lambda: False)
    live = LiveLines()
    live.show(["one"])
    live.clear()
    assert not live.is_on
    assert made is None or made.getvalue() == ""


def test_there_is_always_room_for_the_total(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    for lines, most in ((1, 1), (HEIGHT, 6), (1000, live_lines.MOST_LINES)):
        monkeypatch.setenv("LINES", str(lines))
        assert LiveLines().most == most

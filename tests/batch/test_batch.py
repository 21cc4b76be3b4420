"""Creating without questions: what is printed where, and streams that do not take it."""

import errno
import io
import signal
import sys
from collections.abc import Iterator

import pytest

from orgwizard.application.runner import Engine
from orgwizard.domain.errors import BadInput, NotSent
from orgwizard.domain.events import Progress
from orgwizard.presentation.progress_text import ProgressText
from orgwizard.system import shutdown
from orgwizard.ui.batch import streams
from orgwizard.ui.batch.confirmation import confirm
from orgwizard.ui.batch.follower import tell_stage
from orgwizard.ui.batch.signals import leaving_on_signal


class Full(io.StringIO):
    """A stream on a full disk."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(capsys: pytest.CaptureFixture[str], *events: Progress) -> list[str]:
    telling = ProgressText()
    for event in events:
        tell_stage(telling, event)
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_countdown_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    events = [Progress("settle", "waiting", "asked in", left) for left in range(185, 0, -1)]
    lines = told(capsys, *events)
    assert [line.partition(" in ")[2] for line in lines] == ["3:00", "2:00", "1:00", "30 s", "20 s", "10 s"]


def test_a_clock_that_skips_seconds_skips_no_mark(capsys: pytest.CaptureFixture[str]) -> None:
    events = [Progress("settle", "waiting", "asked in", left) for left in (35, 28, 19, 12, 9, 45, 29)]
    lines = told(capsys, *events)
    assert [line.split()[-2] for line in lines] == ["30", "20", "10", "30"]


def test_tries_are_told_by_what_is_left_until_they_are_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    tries = [Progress("ready", "waiting", "HTTP 404", left % 3 + 1, None, left) for left in range(300, 200, -1)]
    assert told(capsys, *tries) == [
        "  ready  not ready: HTTP 404; giving up in 5:00",
        "  ready  not ready: HTTP 404; giving up in 4:00",
    ]


def test_an_answer_that_is_long_in_coming_is_told_of_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    events = [Progress("send", "waiting", f"for {spent} s", None, spent) for spent in range(1, 125)]
    assert [line.split()[-2] for line in told(capsys, *events)] == ["10", "20", "30", "60", "120"]


def test_the_same_words_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    same = Progress("ready", "waiting", "not yet")
    assert len(told(capsys, same, same, Progress("ready", "ok", "it answers"), same)) == 3


def test_results_go_to_stdout_and_the_rest_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams.write_stdout("result")
    streams.write_stderr("stage")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("result\n", "stage\n")


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [None, Full(), closed()])
def test_a_stream_that_takes_nothing_is_no_failure(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO | None) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    assert not streams.write_stdout("result")
    streams.write_stderr("stage")
    streams.flush()


@pytest.mark.parametrize("streams", [(None, None), (io.StringIO(), Terminal()), (Terminal(), io.StringIO())])
def test_without_a_terminal_nobody_can_confirm(
    monkeypatch: pytest.MonkeyPatch, streams: tuple[io.StringIO | None, io.StringIO | None]
) -> None:
    monkeypatch.setattr(sys, "stdin", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    with pytest.raises(BadInput, match="--yes"):
        confirm("the order", "create")


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "yes\n", "no\n", "created\n", "create it\n"])
def test_anything_but_create_creates_nothing(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(NotSent, match="confirm"):
        confirm("the order", "create")


@pytest.mark.parametrize("typed", ["create\n", " Create \n"])
def test_create_confirms(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", screen)
    confirm("the order", "create")
    assert screen.getvalue().startswith("the order\n")


@pytest.mark.parametrize("raised", [KeyboardInterrupt, NotSent], ids=["ctrl+c", "ctrl+d"])
def test_what_follows_a_question_without_an_answer_has_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, raised: type[BaseException]
) -> None:
    screen, keyboard = Terminal(), Terminal()
    if raised is KeyboardInterrupt:
        monkeypatch.setattr(keyboard, "readline", lambda: signal.default_int_handler(signal.SIGINT, None))
    monkeypatch.setattr(sys, "stdin", keyboard)
    monkeypatch.setattr(sys, "stderr", screen)
    with pytest.raises(raised):
        confirm("the order", "create")
    assert screen.getvalue().endswith("\n")


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    yield made
    made.close()


def test_signals_ask_to_leave_and_are_put_back(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(engine, "leave", lambda: asked.append("leave"))
    monkeypatch.setattr(engine, "give_up", lambda: asked.append("give up"))
    before = [signal.getsignal(number) for number in shutdown.ENDING]
    with leaving_on_signal(engine) as taking:
        signal.raise_signal(signal.SIGTERM)
        assert asked == ["leave"]
        signal.raise_signal(signal.SIGHUP)
        assert asked == ["leave", "leave"]
        signal.raise_signal(signal.SIGTERM)
        assert "give up" in asked
    assert taking.caught == [signal.SIGTERM, signal.SIGHUP, signal.SIGTERM]
    assert [signal.getsignal(number) for number in shutdown.ENDING] == before


@pytest.mark.parametrize("number", ["SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXCPU"])
def test_no_signal_that_would_end_the_program_loses_an_answer(engine: Engine, number: str) -> None:
    with leaving_on_signal(engine) as taking:
        signal.raise_signal(signal.Signals[number])
    assert taking.caught == [signal.Signals[number]]

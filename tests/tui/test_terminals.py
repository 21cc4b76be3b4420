"""The whole job on each kind of terminal and at each size, judged by what a person sees on an emulator of it."""

import re
import select
import termios
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from orgwizard.presentation.wizard.step_order import TITLES
from tests.servers import ROOT, Home
from tests.tui.terminal import Terminal, terminal
from tests.tui.test_pty import begin

HEADINGS = (*list(TITLES.values())[:-1], "Result")  # at the end of the last step
SANDBOX = ["--sandbox", "--sandbox-speed", "60"]
ESCAPE_SECONDS = 0.2
SPLIT_SECONDS = 0.15  # between the bytes of one key on a slow line
ROOMY = 23  # rows from which every step is whole
LABELS = {
    ("okta", 1): ("Provider", "Okta", "Datadog", "Parent org URL", "Before you start"),
    ("okta", 2): ("Connect with", "OAuth access token", "Service app with a private key", "API token"),
    ("okta", 3): ("Name", "Subdomain", "Website", "Edition"),
    ("okta", 4): ("First name", "Last name", "E-mail", "Login", "Password", "Recovery question", "More attributes"),
    ("okta", 6): ("Parent org", "API token", "Subdomain", "Not set", "Login", "Keys go to", "can't be deleted"),
    ("datadog", 1): ("Provider", "Okta", "Datadog", "US1", "US2-FED", "Other API URL", "Before you start"),
    ("datadog", 2): ("API key", "Application key"),
    ("datadog", 3): ("Name",),
    ("datadog", 4): ("Nothing to enter", "application key."),
    ("datadog", 6): ("Parent org", "API key", "Application key", "Name", "Keys go to", "can't be deleted"),
}
BUTTONS = {
    ("okta", 2): ("Next", "Back", "Reveal", "Save parent", "Help"),
    ("datadog", 2): ("Next", "Back", "Reveal", "Save parent", "Help"),
    ("okta", 4): ("Next", "Back", "Reveal", "Help"),
    ("okta", 6): ("Create", "Request", "Plan", "Back", "Help"),
    ("datadog", 6): ("Create", "Request", "Plan", "Back", "Help"),
    ("okta", 7): ("New child of the same parent", "Quit", "Help"),
    ("datadog", 7): ("New child of the same parent", "Quit", "Help"),
}
COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


@dataclass
class Journey:
    """A wizard on a terminal, walked through step by step, with a look at each."""

    run: Terminal
    provider: str
    look: Callable[["Journey", int], None] = lambda *_: None

    def to_administrator(self) -> None:
        """Walk from the start to the step of the administrator."""
        self.run.until("Create a new org")
        self.run.press("enter")
        self.step(1, self.site)
        self.step(2)
        self.step(3, lambda: self.type("Term Org"))
        self.run.until_step(4)
        self.administrator()

    def go(self) -> None:
        """Walk from the start to the end, and leave."""
        self.to_administrator()
        self.step(4)
        self.run.until_step(5)
        self.run.until("tested")
        self.step(5)
        self.step(6)
        self.run.until("type the word")
        self.run.write("create\r")
        self.run.until("The org was created and is ready.")
        self.run.rest()
        self.look(self, 7)
        self.run.press("ctrl+q")

    def step(self, number: int, answer: Callable[[], None] = lambda: None) -> None:
        self.run.until_step(number)
        answer()
        self.run.rest()
        self.look(self, number)
        self.run.press("ctrl+n")

    def type(self, text: str) -> None:
        self.run.write(text)
        self.run.until(text)

    def site(self) -> None:
        if self.provider == "datadog":
            self.run.press("down")
            self.run.until("US1")
        else:
            self.run.press("tab")
            self.run.write("\x15")
            self.type("acme.okta.com")

    def administrator(self) -> None:
        if self.provider == "okta":
            self.run.write("Ada\rLovelace\r")
            self.type("ada@example.com")


def whole(journey: Journey, number: int) -> None:
    """See the frame, the focus, and every label that belongs to the step."""
    run = journey.run
    rows = run.screen.splitlines()
    assert rows[0].startswith(f"  {HEADINGS[number - 1]}  "), rows[0]
    buttons = BUTTONS.get((journey.provider, number), ("Next", "Back", "Help"))
    assert [button for button in buttons if f"[ {button} ]" not in rows[-2]] == [], run.screen
    assert number == 7 or run.reversed_cells(), f"no focus to be seen:\n{run.screen}"
    assert "F1 help" in rows[-1], run.screen
    if len(rows) >= ROOMY:
        assert [label for label in LABELS.get((journey.provider, number), ()) if label not in run.screen] == []


def walked(environ: dict[str, str], provider: str, size: tuple[int, int]) -> Terminal:
    with terminal(SANDBOX, environ, size=size) as run:
        Journey(run, provider, whole).go()
        assert run.ended() == 0
        return run


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a login: folders of the test's own."""
    home = Home(tmp_path)
    return {**home.environ, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TERM": "xterm-256color"}


@pytest.mark.full
@pytest.mark.parametrize(
    ("term", "provider", "size"),
    [
        ("tmux", "okta", (80, 23)),
        ("vt100", "datadog", (120, 36)),
    ],
    ids=lambda value: "x".join(map(str, value)) if isinstance(value, tuple) else value,
)
def test_the_whole_job_on_other_terminals(
    environ: dict[str, str], term: str, provider: str, size: tuple[int, int]
) -> None:
    walked({**environ, "TERM": term}, provider, size)


@pytest.mark.full
def test_where_neither_colours_nor_letters_above_ascii_are_wanted_none_are_sent_and_all_is_seen_all_the_same(
    environ: dict[str, str],
) -> None:
    run = walked({**environ, "NO_COLOR": "1", "LANG": "en_US.ISO-8859-1"}, "datadog", (60, 18))
    assert not COLOUR.search(run.received)
    assert run.received.isascii()


@pytest.mark.full
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_theme_is_chosen_by_option_or_variable(environ: dict[str, str], theme: str) -> None:
    chosen = {"ORGWIZARD_THEME": theme} if theme == "dark" else {}
    options = [] if chosen else ["--theme", theme]
    with terminal([*SANDBOX, *options], {**environ, **chosen, "COLORTERM": "truecolor"}) as run:
        run.until("Create a new org")
        run.rest()
        assert run.background() == {"dark": "121212", "light": "ffffff"}[theme]
        run.press("ctrl+q")
        assert run.ended() == 130


@pytest.mark.full
def test_the_field_in_use_is_in_sight_on_a_small_terminal_and_while_the_size_changes(environ: dict[str, str]) -> None:
    seen: list[str] = []
    with terminal(SANDBOX, environ, size=(60, 18)) as run:
        Journey(run, "okta").to_administrator()
        for size in ((120, 36), (50, 12), (60, 18)):
            run.resize(*size)
            run.rest()
            if size == (50, 12):
                run.until("60x18")
            else:
                run.until("ada@example.com")
                run.until_focused()
        for _ in range(12):
            run.press("tab")
            run.rest()
            row = run.until_focused()[0][1]
            seen.append(run.screen.splitlines()[row])
    told = "\n".join(seen)
    labels = ("First name", "Last name", "E-mail", "Login", "Password", "Recovery question")
    assert [label for label in (*labels, "Add a row", "Next", "Back") if label not in told] == []


@pytest.mark.full
def test_an_arrow_that_a_slow_line_splits_is_an_arrow_and_no_escape(environ: dict[str, str]) -> None:
    with terminal(SANDBOX, environ) as run:
        begin(run)
        run.press("tab")
        run.write("\x15acme.okta.com\x1b")
        run.read(0.1)
        run.write("[D")
        run.write("x")
        run.until("acme.okta.coxm")


PASTES_OFF = b"\x1b[?2004l"
QUERY, RESPONSE = b"\x1b[5n", "\x1b[0n"


def answered(run: Terminal) -> None:
    """Wait for the question about an Escape, and answer it."""
    before = run.received.count(QUERY)
    while run.received.count(QUERY) == before:
        assert run.read(), run.screen
    run.write(RESPONSE)


@pytest.mark.full
def test_escape_acts_at_once_where_the_terminal_answers_at_once(environ: dict[str, str]) -> None:
    environ["ESCDELAY"] = "60000"  # nothing waits for that
    asked_after = []
    with terminal(["--sandbox"], environ) as run:
        run.until("Create a new org")
        run.press("enter")
        run.until_step(1)
        for _ in range(3):  # the best of some, on a busy machine
            run.press("ctrl+n")
            run.until_step(2)
            run.rest()
            began = time.monotonic()
            run.press("escape")
            answered(run)
            asked_after.append(time.monotonic() - began)
            run.until_step(1)
            run.rest()
    assert min(asked_after) < ESCAPE_SECONDS


@pytest.mark.full
def test_an_arrow_is_one_where_the_terminal_answers_slowly(environ: dict[str, str]) -> None:
    with terminal(["--sandbox"], environ) as run:
        run.until("Create a new org")
        run.press("enter")
        run.until_step(1)
        run.write("\x1b")
        for piece in "[B":
            time.sleep(SPLIT_SECONDS)
            run.write(piece)
        run.write(RESPONSE)
        run.until("Other API URL")  # of the second provider
        assert run.received.count(QUERY) == 1


@pytest.mark.full
def test_a_response_that_comes_late_is_not_left_to_the_shell(environ: dict[str, str]) -> None:
    with terminal(["--sandbox"], environ) as run, run.kept_open() as end:
        run.until("Create a new org")
        run.write("\x1b")
        while QUERY not in run.received:
            assert run.read(), run.screen
        run.press("ctrl+q")
        while PASTES_OFF not in run.received:  # with which it begins to give the terminal back
            assert run.read(), run.screen
        for _ in range(5):
            run.read()
        run.write(RESPONSE)
        assert run.ended() == 130
        tty.setraw(end, termios.TCSANOW)  # what has no line end counts too
        assert not select.select([end], [], [], 0)[0]


@pytest.mark.full
def test_escape_is_one_key_however_fast_the_next_one_comes(environ: dict[str, str]) -> None:
    with terminal(["--sandbox"], environ) as run:
        run.until("Create a new org")
        run.press("enter")
        run.until_step(1)
        run.press("ctrl+n")
        run.until_step(2)
        run.write("\x1b\x0e\x1b")
        run.until_step(1)
        run.rest()
        assert "^" not in run.screen

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

from orgwizard.presentation.step_order import TITLES
from tests.servers import ROOT, Home
from tests.tui.terminal import Terminal, terminal

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
    ("okta", 6): ("Parent org", "API token", "Subdomain", "Not set", "Login", "Keys go to", "cannot be deleted"),
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
    look: Callable[["Journey", int], None]
    name: str = "Term Org"

    def go(self) -> None:
        """Walk from the start to the end, and leave."""
        self.run.until("Create a new org")
        self.run.press("enter")
        self.step(1, self.site)
        self.step(2)
        self.run.until_step(3)
        self.step(3, lambda: self.type(self.name))
        self.step(4, self.administrator)
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
    assert "F1 keys" in rows[-1], run.screen
    if len(rows) >= ROOMY:
        assert [label for label in LABELS.get((journey.provider, number), ()) if label not in run.screen] == []


def walked(environ: dict[str, str], provider: str, size: tuple[int, int], *options: str, name: str = "") -> Terminal:
    with terminal([*SANDBOX, *options], environ, size=size) as run:
        Journey(run, provider, whole, name or "Term Org").go()
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
@pytest.mark.parametrize(
    ("locale", "options"),
    [({"LANG": "en_US.ISO-8859-1"}, ()), ({"LANG": "C.UTF-8"}, ("--ascii",))],
    ids=["latin-1", "ascii"],
)
def test_nothing_above_ascii_leaves_the_program_where_it_cannot_be_read(
    environ: dict[str, str], locale: dict[str, str], options: tuple[str, ...]
) -> None:
    run = walked({**environ, **locale}, "datadog", (80, 24), *options)
    assert run.received.isascii()


@pytest.mark.full
def test_without_colours_none_are_sent_and_the_focus_is_seen_all_the_same(environ: dict[str, str]) -> None:
    run = walked({**environ, "NO_COLOR": "1"}, "datadog", (60, 18))
    assert not COLOUR.search(run.received)


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
def test_every_field_is_reached_on_a_small_terminal_and_seen_when_it_is(environ: dict[str, str]) -> None:
    seen: list[str] = []

    def look(journey: Journey, number: int) -> None:
        if number != 4:
            return
        for _ in range(12):
            journey.run.press("tab")
            journey.run.rest()
            row = journey.run.until_focused()[0][1]
            seen.append(journey.run.screen.splitlines()[row])

    with terminal(SANDBOX, environ, size=(60, 18)) as run:
        Journey(run, "okta", look).go()
    told = "\n".join(seen)
    labels = ("First name", "Last name", "E-mail", "Login", "Password", "Recovery question")
    assert [label for label in (*labels, "Add a row", "Next", "Back") if label not in told] == []


@pytest.mark.full
def test_the_field_in_use_stays_in_sight_while_the_size_changes(environ: dict[str, str]) -> None:
    def look(journey: Journey, number: int) -> None:
        if number != 4:
            return
        for size in ((60, 18), (120, 36), (50, 12), (80, 24), (60, 18), (80, 23)):
            journey.run.resize(*size)
            journey.run.rest()
            if size == (50, 12):
                journey.run.until("60x18")
            else:
                journey.run.until("ada@example.com")
                journey.run.until_focused()

    with terminal(SANDBOX, environ, size=(80, 24)) as run:
        Journey(run, "okta", look).go()
        assert run.ended() == 0


@pytest.mark.full
def test_an_arrow_that_a_slow_line_splits_is_an_arrow_and_no_escape(environ: dict[str, str]) -> None:
    def look(journey: Journey, number: int) -> None:
        if number == 3:
            run = journey.run
            run.write("\x1b")
            run.read(0.1)
            run.write("[D")
            journey.run.write("x")
            run.until("Term Orxg")

    with terminal(SANDBOX, environ) as run:
        Journey(run, "datadog", look).go()
        assert run.ended() == 0


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

"""Asking and saying in lines: commands at every prompt, wrong input of every kind, nothing that drives a terminal."""

import pytest

from orgwizard.ui.plain.console import Back, Cleared, Console, begins_key
from orgwizard.ui.plain.terminal import EchoNotDisabled, Quit
from tests.plain.lines import Typed

ROWS = {"a": "First", "b": "Second"}
EVIL = "\x1b[2J\x1b]0;x\x07red\x9b1m \u202eesrever\r\nnext"


def test_lines_and_prompts_are_broken_between_words_at_the_terminals_width() -> None:
    terminal = Typed("x")
    terminal.width = 20
    words = "one two three four five six seven"
    Console(terminal).say(words)
    Console(terminal).ask(f"{words}:")
    assert terminal.text.splitlines() == [
        *("one two three four", "    five six seven"),
        *("one two three four", "    five six seven: x"),
    ]


def test_what_is_no_terminal_gets_whole_lines() -> None:
    terminal = Typed("x")
    words = "one two three four five six " * 20
    Console(terminal).say(words)
    Console(terminal).ask(words)
    assert terminal.text == f"{words}\n{words} x\n"


def test_what_drives_a_terminal_is_never_said() -> None:
    terminal = Typed("x")
    console = Console(terminal)
    console.say(EVIL)
    console.ask(EVIL)
    assert not set("\x1b\x07\x9b\u202e\r") & set(terminal.text)
    assert "red esrever next" in terminal.text


def test_ascii_only_says_nothing_else() -> None:
    terminal = Typed()
    Console(terminal, ascii_only=True).say("Zoë … 世界 ß")
    assert terminal.text == "Zoe . ?? ?\n"


def test_an_answer_is_returned_without_blanks_around_it() -> None:
    assert Console(Typed("  text with blanks ")).ask("Name:") == "text with blanks"
    assert Console(Typed("")).ask("Name:") == ""


@pytest.mark.parametrize("typed", ["::help", "::"])
def test_an_answer_may_begin_with_the_sign_of_commands(typed: str) -> None:
    assert Console(Typed(typed)).ask("Name:") == typed[1:]


@pytest.mark.parametrize("typed", [":help", ":h", ":HELP"])
def test_help_says_what_is_asked_and_the_commands_and_asks_again(typed: str) -> None:
    terminal = Typed(typed, "x")
    assert Console(terminal).ask("Name:", ("Shown on the sign-in page.",)) == "x"
    assert "Shown on the sign-in page.\nCommands: :help (" in terminal.text
    assert ":back (" in terminal.text
    assert ":clear (" not in terminal.text
    assert terminal.text.count("Name: ") == 2


def test_review_says_what_is_entered() -> None:
    terminal = Typed(":review", "x")
    console = Console(terminal)
    console.review = lambda: ["Name: Acme"]
    assert console.ask("Website:") == "x"
    assert "Name: Acme\nWebsite:" in terminal.text


def test_back_and_quit_and_the_end_of_input() -> None:
    with pytest.raises(Back):
        Console(Typed(":back")).ask("Name:")
    with pytest.raises(Quit) as left:
        Console(Typed(":quit")).ask("Name:")
    assert left.value.code == 130
    with pytest.raises(Quit):
        Console(Typed()).ask("Name:")


def test_clear_is_for_answers_only() -> None:
    with pytest.raises(Cleared):
        Console(Typed(":clear")).ask("Name:", clears=True)
    terminal = Typed(":clear", "x")
    assert Console(terminal).ask("Name:") == "x"
    assert "There is nothing to clear here" in terminal.text


@pytest.mark.parametrize("typed", [":nonsense-canary", ":"])
def test_a_command_that_is_none_is_never_repeated(typed: str) -> None:
    terminal = Typed(typed, "x")
    assert Console(terminal).ask_secret("Token:") == "x"
    assert "Unknown command" in terminal.text
    assert "canary" not in terminal.text


# ---- secrets ----


def test_a_secret_is_read_unseen_and_takes_commands() -> None:
    terminal = Typed(":help", "canary")
    assert Console(terminal).ask_secret("Token:", ("Made in the console.",)) == "canary"
    assert terminal.unseen == [":help", "canary"]
    assert "canary" not in terminal.text
    assert "Made in the console." in terminal.text


def test_where_the_echo_stays_a_secret_is_not_asked_for() -> None:
    terminal = Typed("canary", echo_stays=True)
    with pytest.raises(EchoNotDisabled):
        Console(terminal).ask_secret("Token:")
    assert terminal.left_over == ["canary"]


def test_of_several_lines_the_first_is_taken_and_that_is_said() -> None:
    terminal = Typed("canary", more=True)
    assert Console(terminal).ask_secret("Token:") == "canary"
    assert "only the first was used" in terminal.text


def test_of_several_pasted_lines_the_others_answer_nothing() -> None:
    terminal = Typed("first", "next", more=True)
    console = Console(terminal)
    assert console.ask("Name:") == "first"
    assert terminal.text == "Name: first\nYou entered several lines: only the first was used.\n"
    assert console.ask("Website:") == "next"
    assert terminal.text.endswith("Website: next\n")


PEM = ("-----BEGIN PRIVATE KEY-----", "MIIB", "-----END PRIVATE KEY-----")
JWK = ("{", '"kty": "EC",', '"d": "x"', "}")


@pytest.mark.parametrize("lines", [PEM, JWK, ('{"kty":"EC"}',), ("~/key.pem",), ("-----BEGIN X-----", "cut", "")])
def test_a_key_is_read_to_its_last_line(lines: tuple[str, ...]) -> None:
    terminal = Typed(*lines, "next answer")
    assert Console(terminal).ask_secret("Key:", key=True) == "\n".join(filter(None, lines))
    assert terminal.left_over == ["next answer"]


def test_what_begins_a_key() -> None:
    assert begins_key("-----BEGIN RSA PRIVATE KEY-----")
    assert begins_key("{")
    assert not begins_key("key.pem")
    assert not begins_key(" ".join(PEM))


# ---- choices ----


@pytest.mark.parametrize(
    ("typed", "key"), [("1", "a"), ("2", "b"), ("", "b"), ("first", "a"), ("SEC", "b"), ("b", "b"), ("One", "b")]
)
def test_a_row_is_chosen_by_its_number_by_its_name_or_by_enter(typed: str, key: str) -> None:
    terminal = Typed(typed)
    assert Console(terminal).choose("Which", {"a": "First", "b": "Second one"}, "b") == key
    assert terminal.text.startswith("Which: 1. First; 2. Second one (Enter for 2): ")


def test_many_rows_are_said_once_and_before_the_question() -> None:
    terminal = Typed("x", "5")
    assert Console(terminal).choose("Which", {key: f"Row {key}" for key in "abcde"}, "a") == "e"
    assert terminal.text.startswith("1. Row a\n2. Row b\n3. Row c\n4. Row d\n5. Row e\nWhich, 1 to 5 (Enter for 1): ")
    assert terminal.text.count("Row a") == 1


def test_a_name_that_fits_several_rows_is_told_with_them() -> None:
    terminal = Typed("access", "access t")
    rows = {"key": "Access key", "none": "Nothing", "token": "Access token"}
    assert Console(terminal).choose("Which", rows) == "token"
    assert "Several match: 1. Access key; 3. Access token.\n" in terminal.text


@pytest.mark.parametrize(
    ("typed", "key"),
    [("orgs", "orgs"), ("attempts", "orgs"), ("okta", ""), ("new", ""), ("create", "new"), ("same", "one"), ("c", "")],
)
def test_a_word_chooses_the_only_row_that_has_one_like_it_and_no_name_that_is_not_seen(typed: str, key: str) -> None:
    rows = {
        "new": "Create a new org",
        "one": "New child of acme.okta.com (same connection as First)",
        "two": "New child of corp.okta.com",
        "orgs": "Orgs and attempts",
    }
    terminal = Typed(typed, *([] if key else ["4"]))
    assert Console(terminal).choose("Next", rows) == (key or "orgs")
    assert ("Several match: " in terminal.text) is (not key)


@pytest.mark.parametrize("typed", ["0", "3", "-1", "x", "²", "१", pytest.param("9" * 5000, id="long")])
def test_what_is_no_number_of_a_row_is_asked_for_again(typed: str) -> None:
    terminal = Typed(typed, "1")
    assert Console(terminal).choose("Which", ROWS, "b") == "a"
    assert "Type a number from 1 to 2, or a name." in terminal.text


def test_without_a_default_enter_is_no_choice() -> None:
    terminal = Typed("", "2")
    assert Console(terminal).choose("Which", ROWS) == "b"
    assert "Enter for" not in terminal.text


@pytest.mark.parametrize(("typed", "agreed"), [("yes", True), ("Y", True), ("no", False), ("n", False), ("", False)])
def test_enter_never_agrees(typed: str, agreed: bool) -> None:
    assert Console(Typed(typed)).agrees("Send it?") is agreed


def test_what_is_neither_yes_nor_no_is_asked_for_again() -> None:
    terminal = Typed("perhaps", "yes")
    assert Console(terminal).agrees("Send it?")
    assert "Type yes or no" in terminal.text

"""Bytes of a terminal as keys: Escape before anything else, sequences in pieces, and what nobody knows."""

from pkgutil import resolve_name

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from orgwizard.presentation.wizard.paste_cleanup import meant
from orgwizard.ui.tui.terminal.key_parser import Keyboard, install
from tests.tui.textual_inside import XTermParser


def keys(*pieces: str) -> list[str]:
    """Return the keys, and other messages by their kind, that pieces make which arrive one after the other."""
    keyboard = Keyboard()
    found = [message for piece in pieces for message in keyboard.feed(piece)]
    return [message.key if isinstance(message, events.Key) else type(message).__name__ for message in found]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (("\x1b\x0e\x1bx",), ["escape", "ctrl+n", "escape", "x"]),
        (("\x1b", "\x0e"), ["escape", "ctrl+n"]),
        (("\x1b", "\t"), ["escape", "tab"]),
        (("\x1b\t",), ["escape", "tab"]),
        (("\x1b", "b"), ["escape", "b"]),
        (("\x1bb\x1bf\x1b\x7f",), ["ctrl+left", "ctrl+right", "ctrl+w"]),  # with Alt: a word back, on, away
        (("\x1b\x1b[A",), ["escape", "up"]),
        (("\x1b", "[", "A"), ["up"]),
        (("\x1b[", "A\x1bO", "P"), ["up", "f1"]),
        (("\x1b[1;5C",), ["ctrl+right"]),
        (("\x1b[97;5u",), ["ctrl+a"]),  # as kitty tells it
        (("\x1b[200~x\x1b[201~y",), ["Paste", "y"]),
        (("\x1b[?2026;1$y\x1b[I",), ["TerminalSupportsSynchronizedOutput", "AppFocus"]),
        (("\x1b[<0;3;4M",), ["MouseDown"]),
        (("a\x1b[99zb\x1bOzc",), ["a", "b", "c"]),  # known to nobody
        (("\x1b[[B\x1b[[Ex",), ["f2", "f5", "x"]),  # as the Linux console tells them
    ],
)
def test_what_is_sent_becomes_keys(pieces: tuple[str, ...], expected: list[str]) -> None:
    assert keys(*pieces) == expected


QUERY, RESPONSE = "\x1b[5n", "\x1b[0n"


@pytest.mark.parametrize(
    ("pieces", "expected", "asked"),
    [
        (("\x1b",), [], 1),  # it may be the beginning of an arrow
        (("\x1b", RESPONSE), ["escape"], 1),
        (("\x1b", "[", "A", RESPONSE), ["up"], 1),  # however long its bytes take, they come before the response
        (("\x1b", *RESPONSE), ["escape"], 1),  # whose own first byte asks nothing
        (("\x1b", RESPONSE, "\x1b", RESPONSE), ["escape", "escape"], 2),
        (("\x1b", "\x1b", RESPONSE), ["escape", "escape"], 1),
        (("\x1b[A", "\x1b\x0e", "x"), ["up", "escape", "ctrl+n", "x"], 0),
        (("\x1b[200~x\x1b", "[201~"), ["Paste"], 0),
    ],
)
def test_the_terminal_tells_whether_an_escape_is_one(pieces: tuple[str, ...], expected: list[str], asked: int) -> None:
    sent: list[str] = []
    keyboard = Keyboard(query=sent.append)
    found = [message for piece in pieces for message in keyboard.feed(piece)]
    assert [message.key if isinstance(message, events.Key) else type(message).__name__ for message in found] == expected
    assert sent == [QUERY] * asked


def test_a_response_that_never_came_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    keyboard = Keyboard(query=sent.append)
    for now, asked in ((100.0, 1), (101.0, 1), (103.0, 2)):
        monkeypatch.setattr("orgwizard.ui.tui.terminal.key_parser.time.monotonic", lambda now=now: now)
        list(keyboard.feed("\x1b"))
        assert len(sent) == asked


def pasted(*pieces: str) -> list[str]:
    """Return the texts of the pastes that pieces make, and the names of what else they make."""
    keyboard = Keyboard()
    found = [message for piece in pieces for message in keyboard.feed(piece)]
    return [message.text if isinstance(message, events.Paste) else getattr(message, "key", "?") for message in found]


@pytest.mark.parametrize("held", ["\x1b[0m\nsecond", "\x1b\x0e", "\x1b\a\x1b[200~", "\x1b[201", "\x1b", "\x1b[A\x1bOP"])
def test_nothing_in_a_paste_is_a_key(held: str) -> None:
    sent = f"a\x1b[200~x{held}y\x1b[201~b"
    whole = pasted(sent)
    assert (whole[0], len(whole), whole[2]) == ("a", 3, "b")
    assert "\x1b" not in whole[1]
    for cut in range(2, len(sent)):  # a piece that begins with the rest of "\x1b" would be a key Escape
        assert pasted(sent[:cut], sent[cut:]) == whole, cut
    assert pasted(*sent) == whole


@pytest.mark.parametrize(
    "sequence", ["\x1b[2J", "\x1b]0;pwn\a", "\x1b]0;pwn\x1b\\", "\x1bPq\x1b\\", "\x1bc", "\x1b(B", "\0"]
)
def test_of_a_sequence_in_a_paste_nothing_is_left_in_a_field(sequence: str) -> None:
    sent = f"\x1b[200~Ada{sequence}!\x1b[201~"
    for cut in range(8, len(sent)):
        (text,) = pasted(sent[:cut], sent[cut:])
        assert meant(text).text == "Ada!"


@given(st.text(alphabet="\x1b\x0e\t\r ab[OA1;~", max_size=12))
def test_no_bytes_type_a_circumflex(sent: str) -> None:
    assert "circumflex_accent" not in keys(sent + "\x00") or "[" in sent or "O" in sent


def test_textual_still_has_the_reader_that_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = "textual.drivers.linux_driver.XTermParser"
    monkeypatch.setattr(replaced, XTermParser)
    install()
    assert resolve_name(replaced.replace("driver.X", "driver:X")) is Keyboard

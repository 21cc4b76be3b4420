"""Lines as wide as the terminal: words, commands and addresses stay whole."""

import pytest

from orgwizard.cli import command_table
from orgwizard.presentation.line_fitting import COMMANDS, HANGING, fitted

WORDS = "If you are disconnected, orgwizard still stores the keys, whatever happens to this terminal."


def test_every_command_is_known_by_its_name() -> None:
    assert sorted(COMMANDS) == sorted(command.name for command in command_table.COMMANDS)


@pytest.mark.parametrize("columns", [1, 5, 20, 40, 79])
def test_a_sentence_is_broken_between_words(columns: int) -> None:
    lines = fitted(WORDS, columns)
    assert " ".join(" ".join(lines).split()) == WORDS
    assert all(len(line) <= columns or len(line.split()) == 1 for line in lines)


@pytest.mark.parametrize("columns", [0, len(WORDS)])
def test_what_fits_or_is_for_no_terminal_is_one_line(columns: int) -> None:
    assert fitted(WORDS, columns) == [WORDS]


@pytest.mark.parametrize("command", ["orgwizard resume a1 --sandbox", 'eval "$(orgwizard env my-child)"'])
def test_a_command_has_a_line_of_its_own(command: str) -> None:
    assert fitted(f"See: {command}", 12) == ["See:", f"{HANGING}{command}"]
    after = fitted(f"See: {command}. To create a second one, use --again.", 30)
    assert after[:2] == ["See:", f"{HANGING}{command}."]
    assert all(line.startswith(HANGING) and len(line) <= 34 for line in after[2:])


def test_an_address_is_not_broken() -> None:
    address = "https://a-child-of-a-long-name.okta-emea.com/a-path"
    assert any(address in line for line in fitted(f"The address is {address} for now", 20))

"""Secrets typed at every other question of the plain face: refused, not repeated, not kept, and nobody is asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orgwizard.desk import Desk
from orgwizard.plain.console import Console
from orgwizard.plain.ending import Interruption
from orgwizard.plain.wizard import Wizard
from orgwizard.values import Answer, Call
from tests.canaries import EACH, Ears, files_under, listening, traces
from tests.plain.lines import Typed
from tests.tui.bench import fronted

CREATED, REFUSED, LEFT = ("create", ""), ("create", ":quit"), (":quit",)
ENDS = {"created": ("My Child", CREATED), "refused": ("http-409", REFUSED), "left": ("My Child", LEFT)}


class Unechoed(Typed):
    """Keeps what the program writes, and not what was typed."""

    def read(self, prompt: str) -> str:
        with self.hidden():
            return super().read(prompt)


@pytest.fixture
def ears() -> Iterator[Ears]:
    yield from listening()


def lines(provider: str, name: str, secret: str) -> list[str]:
    """Return lines up to the review; before each right answer that is shown, the secret is typed."""
    if provider == "okta":
        begin = [secret, "1", secret, "acme.okta.com", secret, "1", "", secret, "no"]
        org = [secret, name, secret, "", secret, ""]
        people = [line for right in ("Ada", "Lovelace", "ada@example.com", "") for line in (secret, right)]
        people += ["", secret, "", "", f"title={secret}", f"{secret}=title", secret, ""]
    else:
        begin = [secret, "2", secret, "10", secret, "", "", "", secret, "no"]
        begin = [secret, "2", secret, "1", "", "", secret, "no"]
        org, people = [secret, name], [""]
    return [*begin, *org, *people, secret, "", secret]


@pytest.mark.parametrize(("name", "end"), ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("provider", ["okta", "datadog"])
@pytest.mark.parametrize("secret", EACH)
def test_a_secret_at_another_question_goes_nowhere(
    desk: Desk, ears: Ears, tmp_path: Path, provider: str, secret: str, name: str, end: tuple[str, ...]
) -> None:
    async def send(call: Call) -> Answer:
        ears.heard.append(call.url)
        return await desk.send(call)

    watched = replace(desk, send=send)
    terminal = Unechoed(*lines(provider, name, secret.replace("\n", " ")), *end)
    Wizard(Console(terminal), fronted(watched), None, Interruption(desk.engine, terminal)).run()
    assert terminal.left_over == [], terminal.text
    assert [line for line in terminal.text.splitlines() if traces(secret, line)] == []
    assert not traces(secret, files_under(tmp_path))
    assert not traces(secret, ears.text)

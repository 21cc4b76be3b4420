"""Secrets typed at every other question of the plain face: refused, not repeated, not kept, and nobody is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from orgwizard.application.service import Service
from orgwizard.domain.http import Call, Response
from orgwizard.ui.plain.app import Wizard
from orgwizard.ui.plain.console import Console
from orgwizard.ui.plain.steps.create import Interruption
from tests.canaries import EACH, Ears, files_under, listening, traces
from tests.keys import pem
from tests.plain.lines import Typed
from tests.tui.bench import fronted

OKTA, DATADOG = ("1", "acme.okta.com"), ("2", "1")
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
        org = [secret, "no", name, secret, "no", "", secret, "no", ""]
        people = [line for right in ("Ada", "Lovelace", "ada@example.com", "") for line in (secret, "no", right)]
        people += ["", secret, "no", "", f"title={secret}", "no", f"{secret}=title", "no", secret, ""]
    else:
        begin = [secret, "2", secret, "1", secret, "1", "", "", secret, "no"]
        org, people = [secret, "no", name], [""]
    return [*begin, *org, *people, secret, "", secret]


def gone_nowhere(service: Service, ears: Ears, secret: str, typed: Sequence[str]) -> Unechoed:
    """Walk with these lines, and find the secret in no word, no file below, no name that is asked for."""

    async def send(call: Call) -> Response:
        ears.heard.append(call.url)
        return await service.send(call)

    terminal = Unechoed(*typed)
    walk = Wizard(Console(terminal), fronted(replace(service, send=send)), None, Interruption(service.engine, terminal))
    walk.run()
    assert terminal.left_over == [], terminal.text
    assert [line for line in terminal.text.splitlines() if traces(secret, line)] == []
    assert not traces(secret, files_under(Path()))
    assert not traces(secret, ears.text)
    return terminal


@pytest.mark.parametrize(("name", "end"), ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("provider", ["okta", "datadog"])
@pytest.mark.parametrize("secret", EACH)
def test_a_secret_at_another_question_goes_nowhere(
    service: Service, ears: Ears, provider: str, secret: str, name: str, end: tuple[str, ...]
) -> None:
    gone_nowhere(service, ears, secret, [*lines(provider, name, secret.replace("\n", " ")), *end])


@pytest.mark.parametrize(
    "before",
    [
        pytest.param((*OKTA, "1"), id="okta token"),
        pytest.param((*OKTA, "2"), id="okta access token"),
        pytest.param((*OKTA, "3"), id="client id"),
        pytest.param((*OKTA, "3", "0oaclient"), id="private key"),
        pytest.param((*OKTA, "3", "0oaclient", pem("P-256")), id="passphrase"),
        pytest.param((*OKTA, "3", "0oaclient", pem("P-256"), ""), id="key id"),
        pytest.param((*DATADOG, "1"), id="api key"),
        pytest.param((*DATADOG, "1", "an-api-key"), id="application key"),
        pytest.param((*DATADOG, "2"), id="datadog access token"),
    ],
)
@pytest.mark.parametrize("secret", EACH)
def test_a_secret_at_another_credential_goes_nowhere(
    service: Service, ears: Ears, secret: str, before: tuple[str, ...]
) -> None:
    gone_nowhere(service, ears, secret, [*before, secret.replace("\n", " "), ":quit"])

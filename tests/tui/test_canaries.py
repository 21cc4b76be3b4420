"""Secrets typed into every other field of the wizard: refused, not repeated, not kept, and nobody is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Button

from orgwizard.application.service import Service
from orgwizard.domain.http import Call, Response
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.screens.connect import ConnectStep
from orgwizard.ui.tui.screens.done import DoneStep
from orgwizard.ui.tui.screens.review import ReviewStep
from orgwizard.ui.tui.screens.store import StoreStep
from orgwizard.ui.tui.widgets.answer_input import Entry
from orgwizard.ui.tui.widgets.dialogs import Ask
from orgwizard.ui.tui.widgets.field import Field
from tests.canaries import TYPED, Ears, files_under, listening, traces
from tests.tui.walk import Walk, walking

PEOPLE = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "login": "",
    "recovery_question": "",
}
ORG = {"name": "", "subdomain": "", "website": ""}


# Each provider with a secret and an end of its own.
WALKS = [("okta", "the body of a private key", "My Child"), ("datadog", "an Okta API token", "feature-off")]


@pytest.fixture
def ears() -> Iterator[Ears]:
    yield from listening()


def shown(walk: Walk, secret: str, *but: Entry) -> list[str]:
    """Return what shows the secret: texts, and fields other than those that it was typed into."""
    fields = [entry for entry in walk.screen.query(Entry) if entry not in but and not entry.secret]
    texts = [*walk.text().splitlines(), *(f"{entry.value} {entry.placeholder}" for entry in fields)]
    return [text for text in texts if traces(secret, text)]


async def declined(walk: Walk, secret: str, step: Screen[Any]) -> None:
    """Say no where the step asks whether to use the secret; nothing of it is in the question."""
    if isinstance(walk.screen, Ask):
        assert shown(walk, secret) == []
        await walk.press("enter")
        await walk.settled()
    assert walk.screen is step


async def refused(walk: Walk, secret: str, right: Mapping[str, str]) -> None:
    """Type the secret into one field of a step after the other, try to go on, and put the right answers in."""
    step, typed = walk.screen, [walk.entry(field) for field in right]
    for number, field in enumerate(right, 1):
        await walk.fill(field, secret)
        assert shown(walk, secret, *typed[:number]) == [], field
    await walk.press("ctrl+n")
    await walk.settled()
    await declined(walk, secret, step)
    assert shown(walk, secret, *typed) == []
    assert [field.id for field in step.query(Field) if field.id in right and not field.has_class("-wrong")] == []
    for field, answer in right.items():
        await walk.fill(field, answer)
    assert shown(walk, secret) == []


async def refused_rows(walk: Walk, secret: str) -> None:
    """Type the secret as an attribute's name, alone, twice and with a value, and as a value."""
    step = walk.screen
    for names in ((secret, ""), (secret, "value"), ("title", secret)):
        step.query_one(".add", Button).press()
        await walk.pilot.pause()
        entries = list(step.query(".row").last().query(Entry))
        for entry, text in zip(entries, names, strict=True):
            entry.value = text
        await walk.press("ctrl+n")
        await walk.settled()
        await declined(walk, secret, step)
        assert shown(walk, secret, *step.query(".row Entry").results(Entry)) == []
    while removing := list(step.query(".remove").results(Button)):
        removing[0].press()
        await walk.pilot.pause()


@pytest.mark.full
@pytest.mark.parametrize(("provider", "kind", "name"), WALKS)
async def test_a_secret_in_another_field_goes_nowhere(
    service: Service, ears: Ears, tmp_path: Path, provider: str, kind: str, name: str
) -> None:
    async def send(call: Call) -> Response:
        ears.heard.append(call.url)
        return await service.send(call)

    def clean() -> None:
        assert not traces(secret, files_under(tmp_path) + ears.text)

    secret = TYPED[kind].replace("\n", " ")
    async with walking(replace(service, send=send)) as walk:
        if provider == "okta":
            await walk.to_site()
            await refused(walk, secret, {"site": "acme.okta.com"})
        await walk.to_organization(provider)
        await refused(walk, secret, ORG | {"name": name} if provider == "okta" else {"name": name})
        await walk.press("ctrl+n")
        await walk.until(AdministratorStep)
        if provider == "okta":
            await refused(walk, secret, PEOPLE)
            await refused_rows(walk, secret)
        clean()
        await walk.press("ctrl+n")
        await walk.until(StoreStep)
        await walk.press("ctrl+n")
        await walk.until(ReviewStep)
        await walk.press("ctrl+n")
        await walk.write("create")
        await walk.press("enter")
        rights = provider == "datadog" and name == "feature-off"  # a matter of the keys' rights: back to the keys
        await walk.until(ConnectStep if rights else DoneStep)
        assert shown(walk, secret) == []
    clean()

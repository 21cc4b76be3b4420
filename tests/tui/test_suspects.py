"""What looks like a credential in an ordinary field: asked about on Next, with No as the default; a yes holds."""

from types import SimpleNamespace
from typing import Any

import pytest
from textual.events import Paste

from orgwizard.application.service import Service
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.presentation.wizard.form_state import FormState
from orgwizard.providers import PROVIDERS
from orgwizard.ui.tui.screens.administrator import AdministratorStep
from orgwizard.ui.tui.widgets.dialogs import Ask
from tests.canaries import CANARIES, traces
from tests.tui.test_safety import drawn
from tests.tui.walk import walking

SECRET = CANARIES["a Datadog API key"]


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(REDACTOR, "_allowed", set())


@pytest.mark.full
@pytest.mark.parametrize("yes", [True, False])
async def test_a_name_that_looks_like_a_key_is_used_only_after_a_yes(service: Service, yes: bool) -> None:
    async with walking(service) as walk:
        await walk.to_organization("datadog")
        step = walk.screen
        await walk.fill("name", SECRET)
        await walk.press("ctrl+n")
        await walk.settled()
        assert isinstance(walk.screen, Ask)
        assert not traces(SECRET, walk.text())
        assert "a Datadog API key" in " ".join(walk.text().split())
        await walk.press(*(("right", "enter") if yes else ("enter",)))
        if yes:
            await walk.until(AdministratorStep)
            assert walk.draft.section("organization")["name"] == SECRET
        else:
            await walk.settled()
            assert walk.screen is step
            assert step.focused is walk.entry("name")


async def test_a_secret_in_an_ordinary_field_is_not_shown_until_it_is_said_to_be_none(service: Service) -> None:
    async with walking(service, size=(120, 36)) as walk:
        await walk.organization("okta")
        for name in ("name", "subdomain", "website"):
            entry = walk.entry(name)
            entry.focus()
            walk.app.post_message(Paste(SECRET))
            await walk.settled()
            assert entry.value == SECRET
            assert entry.secret
            assert not traces(SECRET, drawn(walk.app))
        await walk.press("ctrl+q")
        await walk.settled()
        assert not traces(SECRET, drawn(walk.app))
        await walk.press("escape")
        walk.entry("name").focus()
        await walk.press("f2")
        assert SECRET in drawn(walk.app)
        await walk.fill("name", "Acme")
        await walk.settled()
        assert not walk.entry("name").secret
        assert "Acme" in drawn(walk.app)


ANSWERS: dict[str, dict[str, Any]] = {
    "organization": {"name": "A", "subdomain": "a-child"},
    "administrator": {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"},
}
FIELDS = [
    ("organization", "name", SECRET),
    ("administrator", "first_name", SECRET),
    ("administrator", "profile", {"title": SECRET}),
]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("section", "name", "value"), FIELDS, ids=[name for _, name, _ in FIELDS])
def test_a_yes_makes_a_value_ordinary_in_every_kind_of_field(section: str, name: str, value: Any, known: bool) -> None:
    session: Any = SimpleNamespace(
        refusals={}, another_draft_saved=False, bootstrap=SimpleNamespace(discovery=SimpleNamespace(environ={}))
    )
    if known:
        REDACTOR.learn(SECRET)
    sheet = FormState(session, section, getattr(PROVIDERS[0], section), {**ANSWERS[section], name: value})
    suspect = sheet.suspect()
    assert suspect
    assert not traces(SECRET, suspect.words + repr(suspect))
    assert ("secret of this run" in suspect.words) == known
    suspect.allow()
    assert sheet.wrong() == {}

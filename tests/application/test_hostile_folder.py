"""A vendor's file that somebody left in the current folder does not decide alone where credentials go."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.application.connection.discovery import Discovery
from orgwizard.application.runner import Engine
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation.wizard import step_order
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.storage.drafts import Drafts
from orgwizard.ui.plain.console import Console
from orgwizard.ui.plain.steps.site import SiteStep
from tests.plain.lines import Typed

SITE = "https://evil.okta.com"
TOKEN = "00canary-of-the-environment"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, *, token: bool = False, site: str = SITE, name: str = "okta.yaml") -> Path:
    lines = [
        "okta:",
        "  client:",
        *([f"    orgUrl: {site}"] if site else []),
        *(["    token: 00theirs"] if token else []),
    ]
    (folder / name).write_text("\n".join([*lines, ""]))
    return folder / name


def session(folder: Path, site: str = SITE, **environ: str) -> WizardSession:
    def no_desk() -> None:
        raise AssertionError("nothing needs the service")

    bootstrap = Bootstrap(Discovery(environ), Engine(), Drafts(folder), no_desk, sandbox=False, scenarios=())  # type: ignore[arg-type]
    draft = Draft("okta")
    draft.section("parent")["site"] = site
    return WizardSession(bootstrap, draft)


@pytest.mark.parametrize("name", ["okta.yaml", ".okta.yaml"])
def test_a_site_from_here_for_a_token_of_the_environment_is_confirmed(folder: Path, name: str) -> None:
    path = written(folder, name=name)
    found = session(folder, OKTA_CLIENT_TOKEN=TOKEN)
    assert str(path) in found.parent.question
    assert "evil.okta.com" in found.parent.question
    assert TOKEN not in found.parent.question
    assert not found.parent.agreed
    found.parent.agree()
    assert found.parent.agreed


def test_nor_does_a_token_that_is_typed_go_there_unasked(folder: Path) -> None:
    written(folder, token=True)
    found = session(folder)
    assert found.parent.agreed  # site and token are from one place
    found.draft.section("parent")["method"] = "api-token"
    found.draft.credentials["token"] = SecretStr(TOKEN)
    assert not found.parent.agreed


def test_a_token_from_here_for_a_site_from_elsewhere_is_confirmed(folder: Path) -> None:
    path = written(folder, token=True, site="")
    found = session(folder, "https://acme.okta.com", OKTA_CLIENT_ORGURL="https://acme.okta.com")
    assert not found.parent.agreed
    found.draft.section("parent")["method"] = "api-token"
    found.draft.credentials["token"] = Reference(file=str(path), key="okta.client.token")
    assert not found.parent.agreed


def test_without_a_file_here_nothing_is_asked(folder: Path) -> None:
    assert session(folder, "https://acme.okta.com", OKTA_CLIENT_TOKEN=TOKEN).parent.agreed


def test_a_site_that_the_user_typed_in_spite_of_the_file_is_asked_about_no_more(folder: Path) -> None:
    written(folder)
    assert session(folder, "https://acme.okta.com", OKTA_CLIENT_TOKEN=TOKEN).parent.agreed


def test_no_step_is_begun_with_unconfirmed_credentials(folder: Path) -> None:
    written(folder)
    found = session(folder, OKTA_CLIENT_TOKEN=TOKEN)
    found.draft.section("parent")["method"] = "api-token"
    assert step_order.first(found) == "site"


@pytest.mark.parametrize(("word", "agreed"), [("no", False), ("yes", True)])
def test_plain_lines_ask(folder: Path, word: str, agreed: bool) -> None:
    written(folder)
    found, terminal = session(folder, OKTA_CLIENT_TOKEN=TOKEN), Typed(word)
    assert SiteStep(Console(terminal), found).agreed() is agreed
    assert "evil.okta.com" in terminal.said
    assert TOKEN not in terminal.said

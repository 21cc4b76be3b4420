"""What stays readable after a wizard: everything that was made, and how to continue what was not sent."""

from pathlib import Path

import pytest

from orgwizard.domain.events import Result
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.org import Created
from orgwizard.presentation import farewell, line_fitting
from orgwizard.presentation.wizard.wizard_session import WizardSession
from tests.tui.bench import bench, fronted


@pytest.fixture
def session(tmp_path: Path) -> WizardSession:
    return WizardSession(fronted(bench(tmp_path)), Draft("okta"))


def made(name: str) -> Result:
    org = Created("00o1", name, f"https://{name}.okta.com")
    known = {"ready": True, "attempt": f"of-{name}", "org": org, "stored": {"file": "f"}, "profile": name}
    return Result("created", "okta", "https://acme.okta.com", name, options="--sandbox", **known)  # type: ignore[arg-type]


def test_all_that_was_made_in_a_run_is_told_and_the_draft_after_it_too(session: WizardSession) -> None:
    session.bootstrap.ended |= {result.attempt: result for result in map(made, ("first", "second"))}
    text = "\n".join(farewell.lines(session))
    assert text.index("is ready: first") < text.index("is ready: second") < text.index("To continue:")
    assert "orgwizard exec second --sandbox -- sh" in text
    assert text.endswith("To continue: orgwizard --sandbox")
    assert session.bootstrap.drafts.load() == session.draft


def test_after_a_result_there_is_no_draft_to_continue(session: WizardSession) -> None:
    session.run.result = made("first")
    assert farewell.continuing(session) == []


@pytest.mark.parametrize("change", [{"keeping": False}, {"another_saved": True}, {"draft": Draft()}])
def test_a_draft_that_is_not_saved_is_not_said_to_be(session: WizardSession, change: dict[str, object]) -> None:
    vars(session.drafts).update(change)
    assert farewell.lines(session) == []
    assert session.bootstrap.drafts.load() is None


def test_a_draft_that_could_not_be_saved_is_told_so(session: WizardSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Draft) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(session.bootstrap.drafts, "save", full)
    (line,) = farewell.continuing(session)
    assert "could not be saved" in line


@pytest.mark.parametrize("columns", [30, 40, 60])
def test_at_a_narrow_terminal_words_and_commands_stay_whole(session: WizardSession, columns: int) -> None:
    session.bootstrap.ended["of-first"] = made("first-org-with-a-long-name")
    lines = farewell.lines(session)
    fitted = [part for line in lines for part in line_fitting.fitted(line, columns)]
    assert " ".join(" ".join(fitted).split()) == " ".join(" ".join(lines).split())
    long = [part for part in fitted if len(part) > columns]
    assert all(part.startswith(f"{line_fitting.HANGING}orgwizard ") or len(part.split()) == 1 for part in long)
    assert [part for line in lines for part in line_fitting.fitted(line, 200)] == lines

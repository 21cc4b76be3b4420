"""The draft on disk: it comes back as it was, without secrets, and nothing in the file can break the start."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.domain.errors import LocalFailure
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation.wizard.form_state import FormState
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers import PROVIDERS
from orgwizard.storage.drafts import LARGEST_DRAFT, Drafts
from tests.examples import few

SECRET = "s3cr3t-canary"


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path / "state")


def typed() -> Draft:
    draft = Draft(provider="okta", store={"command": ["pass", "insert", "{name}"]})
    draft.section("parent").update({"site": "acme.okta.com", "method": "api-token"})
    draft.credentials["token"] = Reference(env="OKTA_CLIENT_TOKEN")
    draft.section("organization")["name"] = "Jürgens \ud83d Org"
    draft.section("administrator").update({"password": SecretStr(SECRET), "profile": {"title": "CTO"}})
    draft.provider = "datadog"
    draft.section("parent")["method"] = "keys"
    draft.credentials["api_key"] = SecretStr(SECRET)
    draft.section("organization")["name"] = "Other"
    draft.provider = "okta"
    return draft


def file_of(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "state" / "drafts").glob("*.json")
    return found


def ended(drafts: Drafts) -> None:
    """Have the run of a wizard end without having used its draft."""
    drafts.release()


def test_a_draft_comes_back_without_its_secrets(drafts: Drafts) -> None:
    drafts.save(typed())
    loaded = drafts.load()
    assert drafts.problems == {}
    expected = typed()
    del expected.section("administrator")["password"]
    expected.sections["datadog"]["credentials.keys"].clear()
    assert loaded == expected


def test_no_secret_is_in_the_file_and_nobody_else_can_read_it(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save(typed())
    path = file_of(tmp_path)
    assert SECRET.encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_draft_that_is_used_is_gone(drafts: Drafts) -> None:
    drafts.save(typed())
    drafts.remove()
    assert drafts.load() is None
    drafts.remove()


def test_each_living_wizard_has_a_draft_of_its_own(tmp_path: Path) -> None:
    first, second, third = (Drafts(tmp_path / "state") for _ in range(3))
    first.save(Draft(provider="okta"))
    assert second.load() is None
    second.save(Draft(provider="datadog"))
    assert third.load() is None
    second.remove()
    assert first.load() == Draft(provider="okta")
    assert third.load() is None
    ended(first)
    assert third.load() == Draft(provider="okta")
    assert second.load() is None
    third.remove()
    assert list((tmp_path / "state" / "drafts").iterdir()) == []


def test_the_newest_draft_that_is_free_is_offered(tmp_path: Path) -> None:
    wizards = [Drafts(tmp_path / "state") for _ in range(3)]
    for at, wizard in enumerate(wizards):
        wizard.save(Draft(provider="okta", store={"command": [str(at)]}))
        assert wizard._own is not None
        os.utime(wizard._own, (at, at))
    ended(wizards[0])
    ended(wizards[1])
    loaded = Drafts(tmp_path / "state").load()
    assert loaded is not None
    assert loaded.store == {"command": ["1"]}


def test_a_process_that_is_killed_leaves_its_draft_to_the_next(drafts: Drafts, tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from orgwizard.domain.forms.draft import Draft\n"
        "from orgwizard.storage.drafts import Drafts\n"
        "drafts = Drafts(pathlib.Path(sys.argv[1])); drafts.save(Draft('okta')); print('saved', flush=True)\n"
        "sys.stdin.read()"
    )
    line = [sys.executable, "-c", script, str(tmp_path / "state")]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"saved\n"
        assert drafts.load() is None
        other.kill()
        other.wait()
    assert drafts.load() == Draft("okta")


def test_the_one_draft_of_earlier_versions_is_taken_over(drafts: Drafts, tmp_path: Path) -> None:
    shared = tmp_path / "state" / "draft.json"
    shared.parent.mkdir(mode=0o700)
    shared.write_text(json.dumps(Draft("okta").as_json()))
    assert drafts.load() == Draft("okta")
    assert not shared.exists()
    assert file_of(tmp_path).exists()


def test_there_is_no_draft_at_first(drafts: Drafts) -> None:
    assert drafts.load() is None


def test_the_latest_draft_counts(drafts: Drafts) -> None:
    drafts.save(typed())
    drafts.save(Draft(provider="datadog"))
    assert drafts.load() == Draft(provider="datadog")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[" * 200_000,
        b"9" * 10_000,
        b"null",
        b"[]",
        b'"x"',
        b'{"sections": {"okta": 7}}',
        b'{"provider": "nobody"}',
    ],
    ids=["empty", "no-text", "cut", "deep", "long-number", "null", "list", "text", "none", "unknown"],
)
def test_a_broken_draft_is_set_aside_and_said(drafts: Drafts, tmp_path: Path, content: bytes) -> None:
    drafts.save(typed())
    path = file_of(tmp_path)
    path.write_bytes(content)
    assert drafts.load() is None
    aside = path.with_suffix(".unreadable")
    assert aside.read_bytes() == content
    assert str(aside) in drafts.problems[path]
    assert Drafts(tmp_path / "state").load() is None
    drafts.save(typed())
    assert file_of(tmp_path) != path


def test_a_draft_that_is_too_large_stays_where_it_is_and_is_said(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save(typed())
    path = file_of(tmp_path)
    path.write_bytes(b"x" * (LARGEST_DRAFT + 1))
    assert drafts.load() is None
    assert path in drafts.problems
    drafts.save(typed())
    assert path.stat().st_size > LARGEST_DRAFT


def test_a_draft_that_cannot_be_read_hides_no_older_one(drafts: Drafts, tmp_path: Path) -> None:
    (tmp_path / "state" / "drafts").mkdir(mode=0o700, parents=True)
    for at, (name, content) in enumerate((("old", json.dumps(Draft("okta").as_json())), ("new", "{"))):
        path = tmp_path / "state" / "drafts" / f"{name}.json"
        path.write_text(content)
        os.utime(path, (at, at))
    assert drafts.load() == Draft("okta")


def test_a_reference_edited_into_nonsense_is_left_out(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save(typed())
    path = file_of(tmp_path)
    path.write_text(path.read_text().replace('"OKTA_CLIENT_TOKEN"', "5"))
    loaded = drafts.load()
    assert loaded is not None
    assert loaded.site == "acme.okta.com"
    assert loaded.credentials == {}
    assert path in drafts.problems


def test_a_link_in_its_place_is_not_followed(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save(typed())
    path = file_of(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(json.dumps({"provider": "okta"}))
    path.unlink()
    path.symlink_to(elsewhere)
    assert drafts.load() is None
    drafts.save(typed())
    assert json.loads(elsewhere.read_text()) == {"provider": "okta"}


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in its place")
    with pytest.raises(LocalFailure):
        Drafts(tmp_path / "state").save(typed())
    assert Drafts(tmp_path / "state").load() is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.full
@few
@given(JSON, JSON)
def test_any_json_is_a_draft_that_can_be_written_again(sections: Any, reference: Any) -> None:
    odd = {"provider": 7, "sections": sections}
    draft = Draft.from_json(odd)
    assert Draft.from_json(json.loads(json.dumps(draft.as_json()))) == draft
    shaped = Draft.from_json({"sections": {"okta": {"organization": {"name": reference}}}})
    assert json.dumps(shaped.as_json())


NONSENSE: list[object] = [
    {"provider": 5, "sections": []},
    {"provider": "okta", "store": 7, "sections": {"okta": {"administrator": {"profile": "text"}}}},
    {"provider": "okta", "sections": {"okta": {"administrator": {"profile": {"title": 5}, "email": ["a"]}}}},
    {"provider": "okta", "sections": {"okta": {"organization": {"name": {"a": "b"}, "subdomain": None}}}},
    {"provider": "okta", "sections": {"okta": {"parent": {"site": 5, "method": {"a": "b"}}}}},
    {"provider": "okta", "sections": {"okta": {"credentials.api-token": {"token": {"reference": {"env": 5}}}}}},
    {"provider": "okta", "store": {"command": 5}, "sections": {"okta": {"store": {"command": {"a": "b"}}}}},
    {"provider": "okta", "store": "nowhere", "sections": {"okta": {"parent": {"site": "a b", "method": "none"}}}},
    {"provider": "okta", "sections": {"okta": {"administrator.rows": {"profile": "text"}}}},
    {"provider": "okta", "sections": {"okta": {"administrator.rows": {"profile": [["a"], 7]}}}},
    {"provider": "okta", "sections": {"okta": {"order": {"sent": {"a": "b"}}, "parent": {"confirmed": {"a": "b"}}}}},
    {"provider": "nobody", "sections": {"nobody": {"organization": {"name": "x"}}}},
]


@pytest.mark.parametrize("value", NONSENSE)
def test_a_draft_that_was_edited_into_nonsense_ends_no_step(value: object) -> None:
    draft = Draft.from_json(value)
    for provider in PROVIDERS:
        draft.provider = provider.key
        draft.section("parent").setdefault("method", next(iter(provider.methods)))
        method = draft.method if draft.method in provider.methods else next(iter(provider.methods))
        for name, model in provider.sections(method).items():
            service = SimpleNamespace(profiles=SimpleNamespace(all=lambda: ([], [])))
            bootstrap = cast("Any", SimpleNamespace(discovery=SimpleNamespace(environ={}), service=service))
            sheet = FormState(WizardSession(bootstrap, draft), name, model, draft.section(name))
            assert all(isinstance(answer, str | dict | Reference) for answer in sheet.typed.values())
            rows = {question.name for question in sheet.asked if question.rows}
            assert all(isinstance(sheet.typed.get(name, {}), dict) for name in rows)
            sheet.problems()


def test_rows_come_back_as_they_were_typed(drafts: Drafts) -> None:
    draft = Draft("okta")
    draft.section("administrator.rows")["profile"] = [["title", "CTO"], ["", "half"], ["title", "again"]]
    drafts.save(draft)
    assert drafts.load() == draft

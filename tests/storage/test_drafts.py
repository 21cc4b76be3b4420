"""The draft on disk: it comes back as it was, without secrets, and nothing in the file can break the start."""

import json
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import LocalFailure
from orgwizard.domain.redactor import REDACTOR
from orgwizard.domain.secret_reference import Reference
from orgwizard.presentation.form_state import FormState
from orgwizard.presentation.wizard_session import WizardSession
from orgwizard.providers import PROVIDERS
from orgwizard.storage.drafts import LARGEST_DRAFT, Drafts
from tests.canaries import CANARIES, traces
from tests.servers import ANSWER, PASSWORD

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
    (found,) = [path for path in (tmp_path / "state").iterdir() if path.is_file()]
    return found


def test_a_draft_comes_back_without_its_secrets(drafts: Drafts) -> None:
    drafts.save(typed())
    loaded = drafts.load()
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


def test_a_wizard_that_ends_leaves_what_another_saved_since(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save(typed())
    other = Drafts(file_of(tmp_path).parent)
    other.save(Draft(provider="datadog"))
    drafts.remove()
    assert other.load() == Draft(provider="datadog")
    other.remove()
    assert other.load() is None


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
        b"x" * (LARGEST_DRAFT + 1),
    ],
    ids=["empty", "no-text", "cut", "deep", "long-number", "large"],
)
def test_a_broken_file_is_no_draft(drafts: Drafts, tmp_path: Path, content: bytes) -> None:
    drafts.save(typed())
    file_of(tmp_path).write_bytes(content)
    assert drafts.load() is None


def test_a_reference_edited_into_nonsense_is_left_out(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save(typed())
    path = file_of(tmp_path)
    path.write_text(path.read_text().replace('"OKTA_CLIENT_TOKEN"', "5"))
    loaded = drafts.load()
    assert loaded is not None
    assert loaded.site == "acme.okta.com"
    assert loaded.credentials == {}


@pytest.mark.parametrize("content", ["null", "[]", "7", '"x"', '{"sections": []}', '{"sections": {"okta": 7}}'])
def test_an_odd_file_is_an_empty_draft(drafts: Drafts, tmp_path: Path, content: str) -> None:
    drafts.save(typed())
    file_of(tmp_path).write_text(content)
    assert drafts.load() == Draft()


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
            bootstrap = cast("Any", SimpleNamespace(discovery=SimpleNamespace(environ={})))
            sheet = FormState(WizardSession(bootstrap, draft), name, model, draft.section(name))
            assert all(isinstance(answer, str | dict | Reference) for answer in sheet.typed.values())
            rows = {question.name for question in sheet.asked if question.rows}
            assert all(isinstance(sheet.typed.get(name, {}), dict) for name in rows)
            sheet.problems()


def test_half_typed_rows_are_kept_and_misshapen_ones_are_not() -> None:
    kept = [["mobilePhone", ""], ["", "Countess"]]
    sections = {"okta": {"administrator.rows": {"profile": kept, "odd": [["a"], 5]}}}
    draft = Draft.from_json({"provider": "okta", "sections": sections})
    assert draft.section("administrator.rows") == {"profile": kept}


@pytest.mark.parametrize("secret", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize("place", [0, 1])
def test_half_typed_rows_with_a_secret_are_not_saved(secret: str, place: int) -> None:
    REDACTOR.learn(PASSWORD, ANSWER)
    row = ["title", ""]
    row[place] = secret
    draft = Draft("okta")
    draft.section("administrator.rows")["profile"] = [["city", "London"], row]
    assert not traces(secret, json.dumps(draft.as_json()))

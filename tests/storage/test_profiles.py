import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.domain.errors import BadInput, LocalFailure
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.storage.profiles import Org, Profile, Profiles

SECRET = "s3cr3t-canary"
CHILD = Profile(
    name="My Child",
    provider="datadog",
    site="datadoghq.eu",
    created=datetime(2026, 11, 22, 16, 4, 19, tzinfo=UTC),
    attempt="20261122-160419-3f9a",
    org=Org(id="abc", name="My Child ✓", url="https://app.datadoghq.eu"),
    details={"Billing": "parent"},
    secrets={
        "api_key": Reference(file="/keys/datadog-my-child.toml", key="api_key"),
        "application_key": Reference(command=("pass", "show", "x")),
    },
    parent={"api_key": Reference(file="~/.dogrc", key="Connection.apikey")},
    answers={"client_id": "0oa1"},
)


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path / "profiles")


def edited(profiles: Profiles, before: str, after: str) -> str:
    """Save a profile, replace a part of its file and return its name."""
    path = profiles.path(profiles.save(CHILD).name)
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    return path.stem


def test_a_profile_comes_back_as_it_was_saved(profiles: Profiles) -> None:
    saved = profiles.save(CHILD)
    assert saved == CHILD.model_copy(update={"name": "my-child"})
    assert profiles.load("my-child") == saved
    assert profiles.all() == ([saved], [])


def test_its_file_is_private_and_can_be_read_by_a_person(profiles: Profiles) -> None:
    path = profiles.path(profiles.save(CHILD).name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text().startswith("# A profile that orgwizard wrote. It holds no secrets")
    assert '[secrets.api_key]\nfile = "/keys/datadog-my-child.toml"\nkey = "api_key"\n' in path.read_text()


def test_an_older_file_without_the_parents_references_is_still_a_profile(profiles: Profiles) -> None:
    path = profiles.path(profiles.save(CHILD.model_copy(update={"parent": {}, "answers": {}})).name)
    path.write_text(path.read_text().replace("[parent]\n", "").replace("[answers]\n", ""))
    older = profiles.load(path.stem)
    assert (older.parent, older.answers, older.kind) == ({}, {}, "child")


def test_names_are_unique_and_plain(profiles: Profiles) -> None:
    wanted = [{"name": name, "attempt": str(at)} for at, name in enumerate(("A", "a", "../a", "日本", "日本"))]
    names = [profiles.save(CHILD.model_copy(update=update)).name for update in wanted]
    assert names == ["a", "a-2", "a-3", "datadog", "datadog-2"]
    assert [profile.name for profile in profiles.all()[0]] == sorted(names)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", "/etc/passwd", ".hidden", "a\0b", "a\nb"])
def test_a_name_that_leads_elsewhere_is_refused(profiles: Profiles, name: str) -> None:
    for use in (profiles.load, profiles.remove, profiles.path):
        with pytest.raises(BadInput, match="This is not a profile name"):
            use(name)


def test_a_missing_profile_is_named(profiles: Profiles) -> None:
    for use in (profiles.load, profiles.remove):
        with pytest.raises(BadInput, match="No profile is called acme"):
            use("acme")
    with pytest.raises(BadInput):
        profiles.load("x" * 1000)
    assert profiles.all() == ([], [])


@pytest.mark.parametrize("typed", ["my", "my-chld"])
def test_a_profile_is_removed_by_its_whole_name_alone(profiles: Profiles, typed: str) -> None:
    saved = profiles.save(CHILD)
    with pytest.raises(BadInput) as refused:
        profiles.remove(typed)
    assert f"Did you mean {saved.name}?" in refused.value.advice
    assert ("whole name" in refused.value.cause) == saved.name.startswith(typed)
    second = profiles.save(CHILD.model_copy(update={"name": "my-other"}))
    with pytest.raises(BadInput, match="whole name") as refused:
        profiles.remove("my")
    assert f"{saved.name}, {second.name}" in refused.value.advice
    assert len(profiles.all()[0]) == 2


def test_a_profile_is_removed(profiles: Profiles) -> None:
    profiles.remove(profiles.save(CHILD).name)
    assert profiles.all() == ([], [])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('provider = "datadog"', "", "provider: is missing"),
        ('provider = "datadog"', "provider = 5", "provider: "),
        ('kind = "child"', 'kind = "cousin"', "kind: "),
        ('kind = "child"', f'token = "{SECRET}"', "token: is not a known key"),
        ("created = 2026-11", "created = 2026-99", "not valid TOML"),
        ("created = 2026", "created = ", "not valid TOML"),
        ('url = "https', 'link = "https', "org.url: is missing"),
        ('[secrets.api_key]\nfile = "', f'[secrets]\nmine = "{SECRET}"\n[secrets.api_key]\nfile = "', "secrets.mine: "),
        ('key = "api_key"', 'env = "A"', "secrets.api_key: exactly one"),
        ("[org]", "[org", "not valid TOML"),
        ("created = 2026", f"x = {'9' * 5000}\ncreated = 2026", "not valid TOML"),
        ("[org]", "org = []\n[x]", "org: "),
    ],
)
def test_a_profile_edited_into_nonsense_is_told_by_file_and_key(
    profiles: Profiles, before: str, after: str, words: str
) -> None:
    name = edited(profiles, before, after)
    good = profiles.save(CHILD)
    with pytest.raises(BadInput) as caught:
        profiles.load(name)
    assert words in caught.value.cause
    assert str(profiles.path(name)) in caught.value.cause
    assert SECRET not in "".join(caught.value.lines())
    found, (problem,) = profiles.all()
    assert found == [good]
    assert (problem.file, problem.words) == (profiles.path(name), caught.value.cause)


def test_a_literal_secret_is_refused(profiles: Profiles) -> None:
    with pytest.raises(BadInput, match="literal secret is refused"):
        profiles.load(edited(profiles, "[secrets.api_key]", f'[secrets]\nmine = "{SECRET}"\n[secrets.api_key]'))


def test_odd_files_are_problems_and_never_errors(profiles: Profiles, tmp_path: Path) -> None:
    profiles.save(CHILD)
    (tmp_path / "elsewhere").write_text("")
    (profiles.folder / "link.toml").symlink_to(tmp_path / "elsewhere")
    (profiles.folder / "folder.toml").mkdir()
    (profiles.folder / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (profiles.folder / "huge.toml").write_bytes(b"#" * 2_000_000)
    (profiles.folder / "deep.toml").write_text("a = " + "[" * 5000)
    (profiles.folder / ".hidden.toml").write_text("")
    (profiles.folder / "notes.txt").write_text("")
    found, problems = profiles.all()
    assert [profile.name for profile in found] == ["my-child"]
    assert [problem.file.stem for problem in problems] == ["binary", "deep", "folder", "huge", "link"]


def test_a_folder_that_does_not_work_is_named(profiles: Profiles) -> None:
    profiles.folder.write_text("in the way")
    with pytest.raises(LocalFailure, match="not a folder"):
        profiles.save(CHILD)
    with pytest.raises(LocalFailure, match="could not be read"):
        profiles.all()


@given(text=st.text(), fact=st.text())
def test_any_text_of_a_service_can_be_saved(text: str, fact: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        profiles = Profiles(Path(place) / "profiles")
        org = Org(id="1", name=text, url="")
        saved = profiles.save(CHILD.model_copy(update={"name": text, "org": org, "details": {fact: fact}}))
        assert profiles.load(saved.name) == saved


def test_half_a_character_in_a_name_is_no_obstacle(profiles: Profiles) -> None:
    profiles.save(CHILD.model_copy(update={"org": Org(id="1", name="a\ud800", url="")}))
    assert profiles.load("my-child").org.name == "a?"


@given(data=st.binary())
def test_any_bytes_are_a_problem_and_never_an_error(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        profiles = Profiles(Path(place))
        (profiles.folder / "odd.toml").write_bytes(data)
        assert len(profiles.all()[1]) == 1

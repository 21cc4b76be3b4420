"""Histories of many orgs: what is open is found without reading the rest, and nothing that changed is overlooked."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orgwizard import cli
from orgwizard.domain.clock import Clock
from orgwizard.storage.attempts import reading as attempt_reading
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.profiles import FEW, Org, Profile, Profiles
from tests.attempts import new_attempt
from tests.batch.test_batch import Terminal
from tests.servers import Home

MANY = 60


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Make a journal of many attempts that ended well."""
    made = Journal(tmp_path / "attempts", Clock())
    with made.requested(new_attempt("okta", "https://acme.okta.com", "Org", mark="org")) as attempt:
        attempt.note("ended", result="ready")
    (first,) = made.folder.glob("*.jsonl")
    for number in range(1, MANY):
        copy = made.folder / f"20260101-0000{number:02}-abcd.jsonl"
        copy.write_bytes(first.read_bytes())
        copy.chmod(0o600)
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files of attempts that are read from now on."""
    paths: list[Path] = []
    record = attempt_reading.read_record

    def counted(path: Path, spool: Path | None) -> Record:
        paths.append(path)
        return record(path, spool)

    monkeypatch.setattr(attempt_reading, "read_record", counted)
    return paths


def path_of(journal: Journal, number: int) -> Path:
    (path,) = journal.folder.glob(f"20260101-0000{number:02}-*.jsonl")
    return path


def test_settled_attempts_are_read_once(journal: Journal, read: list[Path]) -> None:
    assert journal.open() == []
    assert len(read) == MANY
    read.clear()
    assert journal.open() == []
    assert read == []


def test_an_attempt_that_has_changed_is_read_again(journal: Journal, read: list[Path]) -> None:
    journal.open()
    read.clear()
    changed = path_of(journal, 7)
    with changed.open("a") as file:
        file.write('{"at": "2026-01-02T00:00:00+00:00", "event": "unknown", "message": "odd"}\n')
    assert [record.path for record in journal.open()] == [changed]
    assert read == [changed]


def test_an_attempt_of_which_a_response_lies_on_the_disk_is_read_again(journal: Journal, read: list[Path]) -> None:
    journal.open()
    read.clear()
    spool = journal.folder / "spool"
    spool.mkdir(mode=0o700)
    (spool / "20260101-000007-abcd.http").write_bytes(b"HTTP/1.1 201 Created\r\n\r\n{}")
    journal.open()
    assert read == [path_of(journal, 7)]


@pytest.mark.parametrize("kept", [b"", b"[]", b"nonsense", b"{" * 100_000, b'{"a": 1}'])
def test_what_was_remembered_and_is_now_nonsense_is_not_believed(journal: Journal, kept: bytes) -> None:
    journal.open()
    with path_of(journal, 7).open("a") as file:
        file.write('{"at": "2026-01-02T00:00:00+00:00", "event": "unknown", "message": "odd"}\n')
    (journal.folder / ".settled.json").write_bytes(kept)
    assert len(journal.open()) == 1


def test_the_newest_are_read_alone(journal: Journal, read: list[Path]) -> None:
    journal.open()
    read.clear()
    found = journal.overview(3)
    assert len(read) == 3
    assert (found.open, found.newest, found.total) == ([], journal.all()[:3], MANY)


def test_a_few_profiles_are_all_read_and_of_many_those_written_last(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "profiles")
    org = Org(id="1", name="Org", url="https://org.okta.com")
    one = Profile(name="org", provider="okta", site="https://a.okta.com", created=datetime.now(UTC), org=org)
    saved = [profiles.save(one.model_copy(update={"name": f"org-x{number:03}"})) for number in range(FEW)]
    assert profiles.latest(2) == profiles.all() == (saved, [])
    last = profiles.save(one.model_copy(update={"name": "a-last"}))
    later = time.time() + 60
    os.utime(profiles.path(last.name), (later, later))
    assert profiles.latest(1) == ([last], [])


def test_profiles_with_the_same_wanted_name_are_found(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "profiles")
    org = Org(id="1", name="Org", url="https://org.okta.com")
    one = Profile(name="org", provider="okta", site="https://a.okta.com", created=datetime.now(UTC), org=org)
    names = ["org", "org", "org-2x", "orgs", "or"]
    saved = [profiles.save(one.model_copy(update={"name": name, "attempt": str(at)})) for at, name in enumerate(names)]
    assert profiles.alike(one) == saved[:2]


def test_a_person_is_shown_the_newest_and_the_open_ones_and_a_pipe_gets_all(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "here")
    for name, value in home.environ.items():
        monkeypatch.setenv(name, value)
    place = home.home / "state" / "orgwizard" / "attempts"
    place.parent.mkdir(parents=True)
    with path_of(journal, 7).open("a") as file:
        file.write('{"at": "2026-01-02T00:00:00+00:00", "event": "unknown", "message": "odd"}\n')
    journal.folder.rename(place)

    def lines(*options: str, terminal: bool) -> list[str]:
        screen = Terminal()
        with monkeypatch.context() as patch:
            if terminal:
                patch.setattr("sys.stdout", screen)
            assert cli.main(("orgs", *options)) == 0
        return (screen.getvalue() if terminal else capsys.readouterr().out).splitlines()

    shown = lines(terminal=True)
    assert "20260101-000007-abcd" in "\n".join(shown)
    assert shown[-1].startswith("39 older attempts")
    assert sum(line.startswith("2026") for line in shown) == 21
    for everything in (lines(terminal=False), lines("--all", terminal=True)):
        assert sum(line.startswith("2026") for line in everything) == MANY

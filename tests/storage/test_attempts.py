import json
import os
import shlex
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import BadInput, Busy, Exit, LocalFailure, Repeated
from orgwizard.domain.http import Response
from orgwizard.domain.order_key import OrderKey
from orgwizard.storage.attempts.earlier import set_aside
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.writing import Attempt
from tests.attempts import new_attempt

SECRET = "s3cr3t-canary"
ORDER = ("okta", "https://acme.okta.com", "My Child")
ORG = {"id": "00o1", "name": "My Child", "url": "https://my-child.okta.com"}
# A wizard of its own: requests an order, says its id and waits to be ended.
OTHER_WIZARD = """
import sys
from pathlib import Path
from tests.attempts import new_attempt
from orgwizard.storage.attempts.journal import Journal
from orgwizard.domain.clock import Clock
attempt = Journal(Path(sys.argv[1]), Clock()).requested(new_attempt(*sys.argv[2:5]))
attempt.note("sending")
print(attempt.id, flush=True)
sys.stdin.read()
"""


class Ticking(Clock):
    """A clock on which a second passes at every look."""

    def __init__(self) -> None:
        self.seconds = 0

    def wall(self) -> datetime:
        self.seconds += 1
        return datetime(2026, 11, 22, 16, 4, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += int(seconds)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "attempts", Ticking())


def requested(
    journal: Journal,
    name: str = "My Child",
    *,
    mark: str = "my-child",
    key: OrderKey | None = None,
    known: Collection[str] = (),
) -> Attempt:
    store = {"command": ["pass"]}
    key = key or (OrderKey("okta", name, frozenset(("id 00o",))) if name != ORDER[2] else None)
    return journal.requested(
        new_attempt(
            *ORDER[:2], name, mark=mark, digest="abc", before={"known": ["a"]}, store=store, key=key, passed_over=known
        )
    )


def test_an_attempt_is_on_disk_before_anything_is_sent(journal: Journal) -> None:
    with requested(journal) as attempt:
        (record,) = journal.all()
    assert record.id == attempt.id
    assert (record.provider, record.site, record.name) == ORDER
    assert (record.mark, record.digest, record.before, record.store) == (
        "my-child",
        "abc",
        {"known": ["a"]},
        {"command": ["pass"]},
    )
    assert (record.state, record.running, record.pid) == ("requested", True, os.getpid())
    assert (record.org, record.stored, record.spool, record.settled) == (None, None, None, False)


def test_ids_sort_by_time_and_can_be_typed(journal: Journal) -> None:
    with requested(journal, "a") as first, requested(journal, "b") as second:
        assert first.id < second.id
        assert first.id.startswith("20261122-1604")
        assert len(first.id) == 20


def test_files_and_folders_are_private(journal: Journal) -> None:
    with requested(journal) as attempt:
        spool = attempt.spool().path
    for path in (attempt.path, spool, journal.folder / ".lock"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (journal.folder, spool.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_whole_way_is_remembered(journal: Journal) -> None:
    attempt = requested(journal)
    attempt.note("sending")
    attempt.note("waiting", seconds=12, reason="429 Too Many Requests")
    assert journal.get(attempt.id).state == "waiting"
    attempt.note("sending")
    room = attempt.spool()
    assert journal.get(attempt.id).state == "sending"
    room.write(RESPONSE)
    assert journal.get(attempt.id).state == "answered"
    attempt.note("answered", status=201, request_id="req-1", spool="")
    attempt.note("created", org=ORG)
    assert journal.get(attempt.id).spool is not None
    attempt.note("stored", stored={"file": "/keys/okta-my-child.toml"})
    attempt.unspool()
    attempt.note("profile", profile="my-child")
    attempt.note("ended", result="ready")
    attempt.close()
    record = journal.get(attempt.id)
    assert (record.status, record.request_id, record.org) == (201, "req-1", ORG)
    assert (record.stored, record.profile) == ({"file": "/keys/okta-my-child.toml"}, "my-child")
    assert (record.state, record.settled, record.running, record.spool) == ("ready", True, False, None)
    assert record.changed > record.started
    assert journal.open() == []


@pytest.mark.parametrize(
    ("event", "facts", "state", "is_open"),
    [
        ("waiting", {"seconds": 3, "reason": "429"}, "waiting", True),
        ("sending", {}, "sending", True),
        ("answered", {"status": 200, "request_id": ""}, "answered", True),
        ("created", {"org": ORG}, "created", True),
        ("stored", {"stored": {"screen": True}}, "stored", True),
        ("refused", {"code": "E0000001", "message": "No."}, "refused", False),
        ("not_sent", {"message": "No network."}, "not_sent", False),
        ("unknown", {"message": "Reset."}, "unknown", True),
        ("found", {"state": "absent", "org": {}}, "requested", True),
        ("ended", {"result": "later"}, "later", True),
        ("ended", {"result": "unknown"}, "unknown", True),
        ("ended", {"result": "exists"}, "exists", False),
        ("ended", {"result": "absent"}, "absent", False),
        ("anything", {"state": "ready", "id": "x", "path": "/", "running": True}, "unknown", True),
    ],
)
def test_each_event_leads_to_its_state(
    journal: Journal, event: str, facts: dict[str, Any], state: str, is_open: bool
) -> None:
    with requested(journal) as attempt:
        attempt.note(event, **facts)
    assert journal.get(attempt.id).state == state
    assert [record.id for record in journal.open()] == ([attempt.id] if is_open else [])


def test_words_of_a_failure_are_kept(journal: Journal) -> None:
    with requested(journal) as attempt:
        attempt.note("refused", code="E0000001", message="The name is taken.")
    record = journal.get(attempt.id)
    assert (record.code, record.message) == ("E0000001", "The name is taken.")


def test_what_a_look_found_is_kept(journal: Journal) -> None:
    with requested(journal) as attempt:
        attempt.note("unknown", message="Reset.")
        attempt.note("found", state="exists", words="It is there.", org=ORG)
    record = journal.get(attempt.id)
    assert (record.state, record.found, record.org) == ("unknown", "exists", ORG)


def test_orgs_of_other_attempts_are_those_that_the_service_told_of(journal: Journal) -> None:
    with requested(journal, "Mine") as mine:
        mine.note("created", org={"id": "1"})
    for name, other in (("Other", {"id": "2"}), ("Nameless", {"id": ""})):
        with requested(journal, name) as attempt:
            attempt.note("created", org=other)
    with requested(journal, "Unknown"):
        pass
    with requested(journal, "Found") as attempt:
        attempt.note("found", state="exists", org={"id": "3"})
    with journal.requested(new_attempt("datadog", ORDER[1], "Elsewhere")) as attempt:
        attempt.note("created", org={"id": "4"})
    assert journal.created(*ORDER[:2], apart_from=mine.id) == ["2"]


def test_what_is_known_of_the_keys_is_kept_and_older_records_lack_it(journal: Journal) -> None:
    with requested(journal) as attempt:
        attempt.note("created", org=ORG)
        record = journal.get(attempt.id)
        assert (record.keys, record.keys_shown, record.answer_shown) == (None, False, False)
        attempt.note("created", org=ORG, keys=["token"])
        attempt.note("shown", keys_shown=True)
        attempt.note("shown", answer_shown=True)
    record = journal.get(attempt.id)
    assert (record.keys, record.keys_shown, record.answer_shown) == (("token",), True, True)
    assert record.state == "created"


def test_a_second_sending_finds_nothing_of_the_first_answer(journal: Journal) -> None:
    with requested(journal) as attempt:
        attempt.spool().write(RESPONSE * 2)
        attempt.spool().close()
        assert attempt.spooled() is None


def test_a_body_that_an_older_version_kept_is_read(journal: Journal) -> None:
    with requested(journal) as attempt:
        path = attempt.spool().path.with_suffix(".body")
        path.write_bytes(b"{}")
        assert journal.get(attempt.id).spool == path
        assert attempt.spooled(201) == Response(201, {}, b"{}")
        attempt.unspool()
        assert not path.exists()


def test_a_response_larger_than_the_room_is_kept_whole(journal: Journal) -> None:
    with requested(journal) as attempt:
        room = attempt.spool()
        for _ in range(10):
            room.write(b"x" * 20_000)
        room.close()
        assert room.path.stat().st_size == 200_000


RESPONSE = b"HTTP/1.1 201 Created\r\nContent-Length: 12\r\n\r\nhalf a body."


def test_the_spool_holds_the_response_until_it_is_removed(journal: Journal) -> None:
    with requested(journal) as attempt:
        assert attempt.spooled() is None
        room = attempt.spool()
        assert (attempt.spooled(), journal.get(attempt.id).spool) == (None, None)
        room.write(RESPONSE[:-8])
        assert attempt.spooled() == Response(201, {"content-length": "12"}, b"half", complete=False)
        room.write(RESPONSE[-8:])
        room.close()
        assert journal.get(attempt.id).spool == room.path
        assert room.path.read_bytes() == RESPONSE
        assert attempt.spooled() == Response(201, {"content-length": "12"}, b"half a body.")
        attempt.unspool()
        attempt.unspool()
        assert attempt.spooled() is None


def test_a_secret_cannot_be_noted(journal: Journal) -> None:
    with requested(journal) as attempt:
        with pytest.raises(TypeError) as caught:
            attempt.note("created", token=SecretStr(SECRET))
        assert SECRET not in str(caught.value)
        assert SECRET.encode() not in attempt.path.read_bytes()


def test_newest_come_first_and_prefixes_are_enough(journal: Journal) -> None:
    ids = []
    for name in "abc":
        with requested(journal, name) as attempt:
            ids.append(attempt.id)
    assert [record.id for record in journal.all()] == ids[::-1]
    assert journal.get(ids[1][:-3]).id == ids[1]
    assert journal.get(ids[2]).name == "c"
    with pytest.raises(BadInput, match="Several attempts"):
        journal.get("2026")
    with pytest.raises(BadInput, match="No attempt starts with 1999"):
        journal.get("1999")


def test_an_empty_journal_is_no_failure_and_makes_no_folder(journal: Journal) -> None:
    assert journal.all() == journal.open() == []
    assert not journal.folder.exists()


def test_the_same_order_is_refused_while_the_first_is_under_way(journal: Journal) -> None:
    with requested(journal) as first:
        with pytest.raises(Busy, match=first.id) as caught:
            requested(journal)
        assert caught.value.exit_code == Exit.BUSY
        with requested(journal, key=OTHERS[1]), pytest.raises(Busy):
            requested(journal, key=OTHERS[1], known=journal.ids())


KEY = OrderKey("okta", "my-child", frozenset(("host acme.okta.com", "id 00oParent")))
SAME = OrderKey("okta", "my-child", frozenset(("host login.acme.com", "id 00oParent")))
OTHERS = (
    OrderKey("okta", "my-child", frozenset(("host beta.okta.com",))),
    OrderKey("okta", "my-child-2", KEY.parents),
    OrderKey("datadog", "my-child", KEY.parents),
)


@pytest.mark.parametrize(
    ("ended", "kind"),
    [("ready", "done"), ("exists", "done"), ("later", "open"), ("unknown", "open"), (None, "open")],
)
def test_an_attempt_stands_in_the_way_of_the_same_order(journal: Journal, ended: str | None, kind: str) -> None:
    with requested(journal, key=KEY) as attempt:
        attempt.note("sending")
        if ended:
            attempt.note("ended", result=ended)
    for key in (KEY, SAME):
        earlier = journal.earlier(key)
        assert earlier is not None
        assert (earlier.kind, earlier.record.id) == (kind, attempt.id)
        assert journal.earlier(key, passed_over=journal.ids()) is None
        with pytest.raises(Repeated) as caught:
            requested(journal, key=key)
        assert (caught.value.attempt, caught.value.kind) == (attempt.id, kind)
    assert [journal.earlier(key) for key in OTHERS] == [None] * len(OTHERS)
    requested(journal, key=KEY, known=journal.ids()).close()


@pytest.mark.parametrize("ended", ["refused", "not_sent", "absent"])
def test_an_attempt_that_created_nothing_stands_in_nobodys_way(journal: Journal, ended: str) -> None:
    with requested(journal, key=KEY) as attempt:
        attempt.note("ended", result=ended)
    assert journal.earlier(KEY) is None


def test_the_most_pressing_attempt_is_told_of(journal: Journal) -> None:
    with requested(journal, key=KEY) as done:
        done.note("ended", result="ready")
    with requested(journal, key=KEY, known=journal.ids()) as left:
        left.note("ended", result="unknown")
    earlier = journal.earlier(KEY)
    assert earlier is not None
    assert (earlier.kind, earlier.record.id) == ("open", left.id)


def test_where_a_parent_is_not_known_it_cannot_be_told_whether_the_order_is_the_same(journal: Journal) -> None:
    with requested(journal, key=OrderKey("okta", "my-child")) as attempt:
        attempt.note("ended", result="ready")
    earlier = journal.earlier(KEY)
    assert earlier is not None
    assert earlier.kind == "unclear"


def _torn(data: bytes) -> bytes:
    return data[30:]


def _zeros(data: bytes) -> bytes:
    return b"\0" * len(data)


def _zeros_at_the_end(data: bytes) -> bytes:
    first, _, rest = data.partition(b"\n")
    return first + b"\n" + b"\0" * len(rest)


def _empty(_: bytes) -> bytes:
    return b""


def _later_version(data: bytes) -> bytes:
    return data.replace(b'"event": "sending"', b'"event": "departed"').replace(b'"ready"', b'"archived"')


def _later_events(data: bytes) -> bytes:
    return data.replace(b'"event": "sending"', b'"event": "departed"').replace(b'"event": "ended"', b'"event": "over"')


def _bare(_: bytes) -> bytes:
    return b'{"at": "2026-11-28T12:44:32+00:00", "event": "requested"}\n'


def _of_another_provider(data: bytes) -> bytes:
    return data.replace(b'"provider": "okta"', b'"provider": "nimbus"')


def _garbage(_: bytes) -> bytes:
    return b"\xff\xfe{[nonsense\n]]"


def _with_bom(data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + data


@pytest.mark.parametrize(
    ("damage", "kinds"),
    [
        (_torn, {"done"}),
        (_zeros, {"unclear"}),
        (_zeros_at_the_end, {"open"}),
        (_empty, {"unclear"}),
        (_later_version, {"unclear"}),
        (_later_events, {"open"}),
        (_garbage, {"unclear"}),
        (_bare, {"unclear"}),
        (_of_another_provider, {"unclear"}),
        (_with_bom, {"done"}),
    ],
)
def test_a_damaged_record_hides_no_attempt(journal: Journal, damage: Callable[[bytes], bytes], kinds: set[str]) -> None:
    with requested(journal, key=KEY) as attempt:
        attempt.note("sending", provider="okta", site=ORDER[1], name=ORDER[2])
        attempt.note("ended", result="ready")
    attempt.path.write_bytes(damage(attempt.path.read_bytes()))
    earlier = journal.earlier(KEY)
    assert earlier is not None
    assert earlier.kind in kinds
    assert earlier.record.id == attempt.id
    assert journal.earlier(OTHERS[1]) is None  # the file's name tells that it is another order
    assert earlier.record.state not in ("requested", "waiting")  # which would be sent again without a look
    with pytest.raises(Repeated):
        requested(journal, key=KEY)


@pytest.mark.parametrize("damage", [_zeros, _empty, _garbage])
def test_a_damaged_record_without_marks_may_be_of_any_order(journal: Journal, damage: Callable[[bytes], bytes]) -> None:
    with requested(journal, key=KEY) as attempt:
        attempt.note("ended", result="ready")
    attempt.path.write_bytes(damage(b"x"))
    attempt.path.rename(attempt.path.with_name(f"{attempt.id}.jsonl"))
    for key in (KEY, *OTHERS):
        earlier = journal.earlier(key)
        assert earlier is not None
        assert earlier.kind == "unclear"


def test_records_of_a_version_without_marks_are_known_by_their_facts(journal: Journal) -> None:
    with requested(journal) as attempt:
        attempt.note("ended", result="ready")
    attempt.path.rename(attempt.path.with_name(f"{attempt.id}.jsonl"))
    earlier = journal.earlier(KEY)
    assert earlier is not None
    assert (earlier.kind, earlier.record.id) == ("done", attempt.id)
    assert journal.earlier(OTHERS[0]) is None


def test_another_process_at_work_is_seen_until_it_is_killed(journal: Journal) -> None:
    command = [sys.executable, "-c", OTHER_WIZARD, str(journal.folder), *ORDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other_id = other.stdout.readline().strip()
        record = journal.get(other_id)
        assert (record.state, record.running, record.pid) == ("sending", True, other.pid)
        with pytest.raises(Busy, match=other_id):
            requested(journal, mark="")
        with pytest.raises(Busy, match="working on it") as caught:
            journal.resume(record)
        assert "created" not in caught.value.meaning
        other.send_signal(signal.SIGKILL)
    (left,) = journal.open()
    assert (left.id, left.state, left.running) == (other_id, "sending", False)
    with journal.resume(left) as attempt:
        attempt.note("unknown", message="The wizard was ended.")
        resumed = journal.get(other_id)
    assert (resumed.state, resumed.running, resumed.pid) == ("unknown", True, os.getpid())
    assert resumed.started == left.started


@pytest.mark.full
def test_of_many_processes_with_the_same_order_one_is_let_through(journal: Journal) -> None:
    command = [sys.executable, "-c", OTHER_WIZARD, str(journal.folder), *ORDER]
    pipe = subprocess.PIPE
    others = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(6)]
    firsts = [next(iter(other.stdout or ()), "").strip() for other in others]
    complaints = [other.communicate()[1] for other in others]
    (attempt,) = journal.all()
    assert sorted(firsts) == [""] * 5 + [attempt.id]
    assert sum(f"attempt {attempt.id}" in words for words in complaints) == 5


def test_a_torn_last_line_costs_that_line_only(journal: Journal) -> None:
    with requested(journal) as attempt:
        attempt.note("sending")
        with attempt.path.open("ab") as file:
            file.write(b'{"at": "2026-11-22T16:0')
        assert journal.get(attempt.id).state == "sending"
        attempt.note("unknown", message="Reset.")
    assert journal.get(attempt.id).state == "unknown"


def test_however_much_of_the_file_survives_it_is_read(journal: Journal) -> None:
    with requested(journal) as attempt:
        attempt.note("sending")
        attempt.note("created", org=ORG)
        attempt.note("ended", result="ready")
    whole = attempt.path.read_bytes()
    first = whole.index(b"\n")
    for length in range(len(whole)):
        attempt.path.write_bytes(whole[:length])
        (record,) = journal.all()
        assert (record.state == "damaged") == (length < first)


def line(**facts: Any) -> bytes:
    return json.dumps({"at": "2026-11-22T16:04:19+00:00", "event": "requested", **facts}).encode() + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\xff\xfe",
        b"[]\n5\nnull\n",
        line(event="sending"),
        line(at="yesterday"),
        line(at="2026-11-22T16:04:19"),
        line(name=5),
        line() + line(event="created", org="My Child"),
        line() + line(event="ended"),
        line() + line(event="ended", result="fine"),
        pytest.param(b'{"at": ' + b"[" * 200_000, id="deep"),
        pytest.param(b"x" * 17 * 1024 * 1024, id="huge"),
    ],
)
def test_a_file_edited_into_nonsense_is_a_damaged_attempt(journal: Journal, content: bytes) -> None:
    with requested(journal) as attempt:
        pass
    odd = journal.folder / "20260101-000000-0000.jsonl"
    odd.write_bytes(content)
    damaged = journal.get("20260101")
    assert (damaged.state, damaged.path, damaged.running) == ("damaged", odd, False)
    assert [record.id for record in journal.open()] == [attempt.id]


def test_odd_things_in_the_folder_are_damaged_attempts(journal: Journal, tmp_path: Path) -> None:
    with requested(journal) as attempt:
        (tmp_path / "copy").write_bytes(attempt.path.read_bytes())
    (journal.folder / "link.jsonl").symlink_to(tmp_path / "copy")
    (journal.folder / "dangling.jsonl").symlink_to(tmp_path / "nowhere")
    (journal.folder / "folder.jsonl").mkdir()
    (journal.folder / "notes.txt").write_text("")
    states = {record.id: record.state for record in journal.all()}
    assert states == {attempt.id: "requested", "link": "damaged", "dangling": "damaged", "folder": "damaged"}


@given(
    data=st.binary()
    | st.lists(st.dictionaries(st.text(), st.text() | st.integers())).map(
        lambda x: b"".join(line(**fact) for fact in x)
    )
)
def test_no_content_of_a_file_is_an_error(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "odd.jsonl").write_bytes(data)
        (record,) = Journal(Path(place), Ticking()).all()
        assert record.id == "odd"


@given(text=st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_of_a_service_can_be_noted(text: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        journal = Journal(Path(place) / "attempts", Ticking())
        with journal.requested(new_attempt("okta", "site", text)) as attempt:
            attempt.note("created", org={"id": "1", "name": text, "url": text})
            assert attempt.path.read_bytes().isascii()
        record = journal.get(attempt.id)
        assert record.org is not None
        assert record.name == record.org["name"] == text.encode(errors="replace").decode()


def test_a_disk_that_fails_is_told_and_nothing_is_begun(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(LocalFailure, match="disk is full"):
            requested(journal)
    assert journal.all() == []
    with requested(journal) as attempt, monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(LocalFailure, match="disk is full"):
            attempt.note("sending")


def test_a_folder_that_does_not_work_is_told(journal: Journal) -> None:
    journal.folder.write_text("in the way")
    with pytest.raises(LocalFailure, match="not a folder"):
        requested(journal)
    with pytest.raises(LocalFailure, match="could not be read"):
        journal.all()


def test_names_that_a_command_took_before_it_failed_are_never_given_again(journal: Journal) -> None:
    with requested(journal) as attempt:
        attempt.note("given", given=["okta-a-token"])
        attempt.note("given", given=["okta-a-2-token"])
    assert journal.names_in_use() == {"okta-a-token", "okta-a-2-token"}


@pytest.mark.parametrize("events", [(), ("sending",)], ids=["only its first line is left", "it was being sent"])
def test_an_attempt_whose_journal_could_not_say_stored_is_known_by_its_key_file(
    tmp_path: Path, events: tuple[str, ...]
) -> None:
    files: dict[str, dict[str, str]] = {}
    journal = Journal(tmp_path / "attempts", Ticking(), lambda: files)
    with requested(journal) as attempt:
        for event in events:
            attempt.note(event)
    files[attempt.id] = {"file": "/keys/okta-a.toml", "id": "00o1", "org": "My Child", "url": "https://a.okta.com"}
    (record,) = journal.all()
    assert (record.state, record.stored) == ("stored", {"file": "/keys/okta-a.toml"})
    assert record.org == {"id": "00o1", "name": "My Child", "url": "https://a.okta.com"}


def test_a_name_written_down_before_a_command_is_given_it_stays_in_use_and_is_told_until_it_is_stored(
    journal: Journal,
) -> None:
    with journal.requested(new_attempt("okta", "https://a.okta.com", "A")) as attempt:
        attempt.note("created", org={"id": "1"}, keys=["token"])
        journal.note_giving(attempt.id, "okta-a-token")
        journal.note_giving("20200101-000000-0000", "of no attempt")
        (record,) = journal.all()
        assert (record.state, record.given_elsewhere) == ("created", ("okta-a-token",))
        attempt.note("stored", stored={"command": ["pass", "okta-a"], "names": ["okta-a-token"]})
        attempt.note("stored", stored={"file": "/moved.toml"})
    (record,) = journal.all()
    assert record.given_elsewhere == ()
    assert journal.names_in_use() == {"okta-a-token"}


@pytest.mark.parametrize("with_response", [False, True])
def test_a_record_that_cannot_be_read_says_how_it_is_set_aside(journal: Journal, with_response: bool) -> None:
    with requested(journal, key=KEY) as attempt:
        attempt.note("ended", result="ready")
    damaged = attempt.path.with_name(f"{attempt.id}.jsonl")
    attempt.path.rename(damaged)
    damaged.write_bytes(b"")
    spool = journal.folder / "spool" / f"{attempt.id}.http"
    if with_response:
        spool.parent.mkdir(mode=0o700, exist_ok=True)
        spool.write_bytes(b"HTTP/1.1 200 OK\r\n\r\n{}")
    earlier = journal.earlier(OTHERS[1])
    assert earlier is not None
    told = earlier.error()
    assert str(damaged) in told.cause
    assert (str(spool) in told.advice) is with_response
    command = told.advice.partition("set the record aside: ")[2]
    assert shlex.split(command) == ["mv", str(damaged), str(damaged.with_suffix(".unreadable"))]
    subprocess.run(shlex.split(command), check=True)
    assert journal.earlier(OTHERS[1]) is None
    assert spool.exists() is with_response


def test_only_a_record_that_cannot_be_read_is_set_aside(journal: Journal) -> None:
    with requested(journal, key=KEY) as attempt:
        attempt.note("ended", result="unknown")
    assert set_aside(journal.get(attempt.id)) == ""

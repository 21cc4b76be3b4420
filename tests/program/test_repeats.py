"""One org per order, from end to end: repeated commands, two programs at once, damaged records, other spellings."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orgwizard.domain import clock
from tests.hurried import hurried
from tests.servers import (
    DATADOG_CREATED,
    OKTA_CREATED,
    PATIENCE_SECONDS,
    DatadogServer,
    Ended,
    Home,
    OktaServer,
    Peer,
    Seen,
    Server,
    json_answer,
    serving,
)

CREATE = ("create", "--yes", "--json", "--plan")
CREATED = json_answer(200, DATADOG_CREATED)
OKTA_OK = json_answer(200, OKTA_CREATED)
SPEED = 100.0  # enough to let an Okta org settle in a moment
Run = Callable[..., Ended]


@pytest.fixture
def run(program: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in a hurry."""
    monkeypatch.setattr(clock, "Clock", hurried(SPEED))
    return program


def sent(server: Server) -> int:
    """Return how many create requests a vendor was sent."""
    return sum(request.method == "POST" for request in server.requests)


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def record_of(home: Home) -> Path:
    """Return the only record in the journal."""
    (path,) = home.home.rglob("attempts/*.jsonl")
    return path


# ---- the same command again ---------------------------------------------------------------------------


def test_a_repeated_order_gets_the_first_result_of_datadog(run: Run, home: Home) -> None:
    with serving(DatadogServer(CREATED)) as server:
        plan = home.datadog(server.url)
        first, again = run(*CREATE, plan), run(*CREATE, plan)
        assert (first.code, again.code) == (0, 0)
        assert again.json() == first.json()
        assert sent(server) == 1


def test_a_second_org_is_made_on_an_explicit_wish(run: Run, home: Home) -> None:
    with serving(DatadogServer(CREATED)) as server:
        plan = home.datadog(server.url)
        first, second = run(*CREATE, plan), run(*CREATE, plan, "--again")
        assert second.json()["attempt"] != first.json()["attempt"]
        assert sent(server) == 2


def test_other_values_of_the_same_order_are_told_and_not_used(run: Run, home: Home) -> None:
    with serving(OktaServer(OKTA_OK)) as server:
        plan = home.okta(server.url)
        first = run("create", "--plan", plan, "--yes", "--json")
        same = run("create", "--plan", plan, "--yes", "--json")
        other = run("create", "--plan", plan, "--yes", "--json", "--set", "organization.name=Other")
        assert (first.code, same.out, other.out) == (0, first.out, first.out)
        assert ("different values" in same.err, "different values" in other.err) == (False, True)
        assert sent(server) == 1


def test_without_json_the_first_org_is_named_again(run: Run, home: Home) -> None:
    with serving(DatadogServer(CREATED)) as server:
        plan = home.datadog(server.url)
        attempt = run(*CREATE, plan).json()["attempt"]
        again = run("create", "--yes", "--plan", plan)
        assert again.code == 0
        assert attempt in again.out
        assert sent(server) == 1


@pytest.mark.parametrize("name", ["my child", "MY CHILD", "My  Child"])
def test_another_spelling_is_the_same_order(run: Run, home: Home, name: str) -> None:
    with serving(DatadogServer(CREATED)) as server:
        first = run(*CREATE, home.datadog(server.url)).json()
        again = run(*CREATE, home.datadog(server.url, organization__name=json.dumps(name))).json()
        assert again["attempt"] == first["attempt"]
        assert sent(server) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Caf\u00e9", "Cafe\u0301"), ("Team-1", "Team\u20111"), ("Team-1", "Team\u20131")]
)
def test_composition_and_dashes_do_not_make_another_order(run: Run, home: Home, one: str, other: str) -> None:
    with serving(DatadogServer(CREATED)) as server:
        found = [
            run(*CREATE, home.datadog(server.url, organization__name=json.dumps(name))).json() for name in (one, other)
        ]
        assert found[0]["attempt"] == found[1]["attempt"]
        assert sent(server) == 1


def test_a_repeated_order_gets_the_first_result_of_okta(run: Run, home: Home) -> None:
    with serving(OktaServer(OKTA_OK)) as server:
        plan = home.okta(server.url)
        first, again = run(*CREATE, plan), run(*CREATE, plan)
        assert (first.code, again.code) == (0, 0)
        assert again.json() == first.json()
        assert sent(server) == 1


@pytest.mark.full
def test_okta_orgs_of_one_name_are_told_apart_by_their_subdomains(run: Run, home: Home) -> None:
    with serving(OktaServer(OKTA_OK)) as server:
        attempts = [
            run(*CREATE, home.okta(server.url, organization__name=name, organization__subdomain=subdomain)).json()[
                "attempt"
            ]
            for name, subdomain in (('"Team"', '"team-a"'), ('"Team"', '"team-b"'), ('"Crew"', '"team-a"'))
        ]
        assert attempts[0] == attempts[2] != attempts[1]
        assert sent(server) == 2


def test_the_same_name_below_another_parent_is_another_order(run: Run, home: Home) -> None:
    attempts = []
    for _ in range(2):
        with serving(DatadogServer(CREATED)) as server:  # a port of its own makes it a site of its own
            attempts.append(run(*CREATE, home.datadog(server.url)).json()["attempt"])
            assert sent(server) == 1
    assert attempts[0] != attempts[1]


def test_a_parent_that_only_the_check_shows_to_be_the_same_is_the_same(run: Run, home: Home) -> None:
    with serving(OktaServer(OKTA_OK)) as server:
        first = run(*CREATE, home.okta(server.url))
        again = run(*CREATE, home.okta(server.url.replace("127.0.0.1", "localhost")))
        assert (again.code, again.json(), sent(server)) == (0, first.json(), 1)


class Nameless(DatadogServer):
    """A parent whose ids no read tells."""

    def reply(self, seen: Seen) -> bytes:
        if seen.path in ("/api/v1/org", "/api/v2/org"):
            return json_answer(503, {"errors": ["later"]})
        return super().reply(seen)


@pytest.mark.parametrize(("kind", "posts", "code"), [(Nameless, 1, 5), (DatadogServer, 1, 0)])
def test_after_a_change_of_keys_an_order_is_the_same_or_cannot_be_told_apart(
    run: Run, home: Home, monkeypatch: pytest.MonkeyPatch, kind: type[DatadogServer], posts: int, code: int
) -> None:
    with serving(kind(CREATED)) as server:
        plan = home.datadog(server.url)
        first = run(*CREATE, plan)
        keys = ("rotated".ljust(32, "1"), "rotatedapp".ljust(40, "2"))
        monkeypatch.setattr(kind, "parent_keys", keys)
        monkeypatch.setenv("DD_API_KEY", keys[0])
        monkeypatch.setenv("DD_APP_KEY", keys[1])
        again = run(*CREATE, plan)
        assert (again.code, sent(server)) == (code, posts)
        assert again.json()["attempt"] == first.json()["attempt"]
        assert (run("create", "--again", *CREATE[1:], plan).code, sent(server)) == (0, 2)


def test_an_attempt_that_never_left_does_not_end_a_repeated_order(run: Run, home: Home) -> None:
    with serving(OktaServer(OKTA_OK)) as server:
        first = run(*CREATE, home.okta(server.url)).json()["attempt"]
        record = record_of(home)
        record.write_bytes(record.read_bytes().partition(b"\n")[0] + b"\n")  # as a kill before the request leaves it
        for file in home.home.rglob("keys/*.toml"):
            file.unlink()
        again = run(*CREATE, home.okta(server.url.replace("127.0.0.1", "localhost")))
        assert (again.code, again.json()["outcome"]) == (0, "created")
        assert again.json()["attempt"] != first
        assert sent(server) == 2


def test_a_record_that_lost_its_end_is_known_by_the_key_file_of_its_attempt(run: Run, home: Home) -> None:
    with serving(OktaServer(OKTA_OK)) as server:
        first = run(*CREATE, home.okta(server.url)).json()["attempt"]
        record = record_of(home)
        record.write_bytes(record.read_bytes().partition(b"\n")[0] + b"\n")
        again = run(*CREATE, home.okta(server.url)).json()
        assert (again["outcome"], again["attempt"]) == ("created", first)
        assert sent(server) == 1


# ---- two programs at once -----------------------------------------------------------------------------


@pytest.mark.full
def test_a_program_in_its_store_probe_does_not_send_what_another_sent_meanwhile(home: Home) -> None:
    probing, go = home.folder / "probing", home.folder / "go"
    slow = f"cat >/dev/null; touch '{probing}'; until [ -e '{go}' ]; do sleep 0.05; done"
    with serving(DatadogServer(CREATED)) as server:
        store = json.dumps(["sh", "-c", slow]).join(("{ command = ", " }"))
        with home.start(*CREATE, home.datadog(server.url, store=store)) as first:
            until(probing.exists)
            second = home.run(*CREATE, home.datadog(server.url))
            go.touch()
            out, err = first.communicate(timeout=PATIENCE_SECONDS)
        told = Ended(first.returncode, out, err)
        assert (told.code, second.code) == (0, 0), err
        assert told.json() == second.json()
        assert sent(server) == 1


def test_an_order_that_another_program_is_at_ends_with_7(home: Home, run: Run) -> None:
    asked, answer = threading.Event(), threading.Event()

    def create(peer: Peer) -> None:
        asked.set()
        assert answer.wait(PATIENCE_SECONDS)
        peer.send(CREATED)

    with serving(DatadogServer(create)) as server:
        plan = home.datadog(server.url)
        with home.start(*CREATE, plan) as first:
            try:
                assert asked.wait(PATIENCE_SECONDS)
                ends = [run(*CREATE, plan), run(*CREATE, plan, "--again")]
            finally:
                answer.set()
            out, _ = first.communicate(timeout=PATIENCE_SECONDS)
        assert [(end.code, end.json()["outcome"], end.json()["provider"]) for end in ends] == [(7, None, "datadog")] * 2
        assert first.returncode == 0
        assert run(*CREATE, plan).json() == json.loads(out)
        assert sent(server) == 1


# ---- records that are damaged -------------------------------------------------------------------------


def _later_version(data: bytes) -> bytes:
    return data.replace(b'"ready"', b'"archived"')


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "torn first line": (lambda data: data[40:], 0),
    "byte order mark": (lambda data: b"\xef\xbb\xbf" + data, 0),
    "zeros": (lambda data: b"\0" * len(data), 5),
    "empty": (lambda _: b"", 5),
    "later version": (_later_version, 5),
    "garbage": (lambda _: b"\xff\xfe{[\n]]", 5),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_keeps_its_order_from_being_sent(run: Run, home: Home, damage: str) -> None:
    change, code = DAMAGES[damage]
    with serving(DatadogServer(CREATED)) as server:
        plan = home.datadog(server.url)
        first = run(*CREATE, plan).json()
        record = record_of(home)
        record.write_bytes(change(record.read_bytes()))
        again = run(*CREATE, plan)
        assert (again.code, again.json()["attempt"], sent(server)) == (code, first["attempt"], 1)
        if code:
            assert again.json()["outcome"] == "unknown"
            assert record.name in again.json()["error"]["message"]
            hint = again.json()["error"]["hint"]
            assert "--again" in hint or record.with_suffix(".unreadable").name in hint
            assert "orgwizard orgs" in run("resume").err  # no open attempt, as far as can be read
        else:
            assert again.json() == first
        (listed,) = run("orgs", "--json").json()["orgs"]
        assert listed["attempt"] == first["attempt"]
        other: Any = home.datadog(server.url, organization__name='"Other"')
        assert run(*CREATE, other).json()["attempt"] != first["attempt"]
        assert sent(server) == 2


def test_a_record_of_a_version_without_fingerprints_is_known_by_its_facts(run: Run, home: Home) -> None:
    with serving(OktaServer(OKTA_OK)) as server:
        plan = home.okta(server.url)
        first = run(*CREATE, plan)
        record = record_of(home)
        record.rename(record.with_name(f"{first.json()['attempt']}.jsonl"))
        again = run(*CREATE, plan)
        assert (again.code, again.json(), sent(server)) == (0, first.json(), 1)
        assert run("resume", first.json()["attempt"][:15], "--json").json()["attempt"] == first.json()["attempt"]


# ---- options ------------------------------------------------------------------------------------------


def test_beginnings_of_options_are_refused(run: Run, home: Home) -> None:
    with serving(DatadogServer(CREATED)) as server:
        plan = home.datadog(server.url)
        run(*CREATE, plan)
        assert (run("create", "--plan", plan, "--a", "--y").code, sent(server)) == (2, 1)


# ---- another machine's orders -----------------------------------------------------------------------------


def test_a_name_that_the_parent_has_is_created_a_second_time_only_on_request(run: Run, home: Home) -> None:
    plan = home.datadog("datadoghq.eu", organization__name='"Existing Child"')
    ended = run(*CREATE, plan, "--sandbox")
    told = ended.json()
    assert (ended.code, told["outcome"], told["error"]["code"]) == (4, "not_created", "name_exists")
    assert [problem["field"] for problem in told["problems"]] == ["organization.name"]
    assert "--again" in told["error"]["hint"]
    assert not list(home.home.rglob("attempts/*.jsonl"))
    again = run(*CREATE, plan, "--sandbox", "--again")
    assert (again.code, again.json()["outcome"]) == (0, "created")


def test_a_table_with_a_name_that_the_parent_has_is_refused_whole(run: Run, home: Home) -> None:
    table = home.folder / "orgs.csv"
    table.write_text("name\nNew Child\nexisting  child\n")
    ended = run(*CREATE, home.datadog("datadoghq.eu"), "--table", str(table), "--sandbox")
    told = ended.json()
    assert (ended.code, told["outcome"]) == (2, "not_created")
    assert [problem["field"] for problem in told["problems"]] == ["row 3, organization.name"]
    assert not list(home.home.rglob("attempts/*.jsonl"))

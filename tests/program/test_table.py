"""`create --table` from end to end: refused whole, created in order, repeated, killed, and against a faulty service."""

import json
import random
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from orgwizard import cli
from orgwizard.application.creation import lookup
from orgwizard.cli import wiring
from orgwizard.domain import clock
from orgwizard.domain.clock import Clock
from orgwizard.sandbox.messages import Fault, Reply, Request, json_reply
from orgwizard.sandbox.router import World
from orgwizard.sandbox.transport import SandboxTransport
from tests.batch.test_batch import Terminal
from tests.hurried import hurried
from tests.servers import PASSWORD, Ended, Home, Peer, Seen, http, serving
from tests.tui.emulator import Emulator

SPEED = 1000.0
HEADER = "name,subdomain"
GOOD = [f"Org {number},org-{number}" for number in range(24)]
Run = Callable[..., Ended]


class Chaos(World):
    """A pretend internet in which create calls go wrong at random, as long as it is asked for."""

    def __init__(self, world_clock: Clock) -> None:
        super().__init__(world_clock, seed="chaos")
        self.random: random.Random | None = None

    def answer(self, request: Request) -> Reply:
        if self.random is None or request.method != "POST":
            return super().answer(request)
        choice = self.random.choice(["good"] * 4 + ["429", "500", "lost", "500 before", "reset before"])
        if choice == "429":
            self.requests.append(request)
            return json_reply(429, {"errorCode": "E0000047"}).under({"retry-after": "1"})
        if choice in ("500 before", "reset before"):
            self.requests.append(request)
            return json_reply(500, {"errorCode": "E0000009"}) if choice == "500 before" else Reply(fault=Fault.RESET)
        reply = super().answer(request)
        if choice == "good":
            return reply
        return json_reply(500, {"errorCode": "E0000009"}) if choice == "500" else Reply(fault=Fault.RESET)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Chaos:
    """Let all runs of a test speak to one pretend internet."""
    made = Chaos(Clock(SPEED))
    monkeypatch.setattr(wiring, "_sandbox_backend", lambda _: SandboxTransport(made))
    return made


@pytest.fixture
def run(
    home: Home,
    world: World,  # noqa: ARG001 - the sandbox of each run
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Create the orgs of a table in the sandbox, in this process."""
    for name, value in home.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clock, "Clock", hurried(SPEED))
    plan = home.okta("acme.okta.com", organization__name="", organization__subdomain="")

    def program(rows: list[str], *options: str, header: str = HEADER) -> Ended:
        table = home.folder / "orgs.csv"
        table.write_text("\n".join((header, *rows)))
        code = cli.main(("create", "--sandbox", "--plan", plan, "--table", str(table), *options))
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return program


def objects(ended: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.out.splitlines()]


def created_names(world: World) -> list[str]:
    return [str((request.json() or {}).get("name")) for request in world.requests if request.method == "POST"]


def orgs(world: World) -> Counter[str]:
    return Counter(org.name for org in world.okta.children)


# ---- the whole table is checked first -------------------------------------------------------------------


def test_a_table_with_mistakes_is_refused_whole_before_anything_is_sent(run: Run, home: Home, world: World) -> None:
    bad = [*GOOD[:20], f"{'x' * 101},long", "Twice,ORG-3".lower(), "Taken,taken", *GOOD[22:]]
    ended = run(bad, "--yes")
    assert ended.code == 2
    assert created_names(world) == []
    assert not list(home.home.rglob("attempts/*"))
    told = [line for line in ended.err.splitlines() if "orgs.csv" in line]
    assert [line.partition("orgs.csv: ")[2].partition(":")[0] for line in told] == [
        "row 22, organization.name",
        "row 23, organization.subdomain",
        "row 24, organization.subdomain",
    ]


@pytest.mark.full
def test_a_corrected_table_is_created_in_its_order_with_a_line_for_each(run: Run, world: World) -> None:
    ended = run(GOOD, "--yes", "--json")
    assert ended.code == 0
    assert created_names(world) == [row.partition(",")[0] for row in GOOD]
    told = {one["row"]: one for one in objects(ended)}
    assert sorted(told) == list(range(2, 26))
    assert all((one["outcome"], one["ready"], one["error"]) == ("created", True, None) for one in told.values())
    assert [told[row]["org"]["name"] for row in sorted(told)] == created_names(world)
    assert len({one["stored"]["file"] for one in told.values()}) == 24


def test_problems_of_the_plan_and_of_the_table_are_told_together(run: Run, home: Home, world: World) -> None:
    home.okta("acme.okta.com", store='"nowhere"', organization__name="", administrator__email='"x"')
    ended = run(["One,one", "Two,Two!"], "--yes", "--json")
    assert ended.code == 2
    (refused,) = objects(ended)  # a line, like those of rows
    assert (refused["outcome"], refused["org"]) == ("not_created", None)
    field_names = refused["error"]["message"]
    assert all(name in field_names for name in ("store:", "administrator.email:", "row 3, organization.subdomain:"))
    assert world.requests == []


@pytest.mark.parametrize(("options", "store"), [(("--again",), '"file"'), ((), '"screen"')], ids=["again", "screen"])
def test_what_does_not_go_with_a_table_is_refused(
    run: Run, home: Home, world: World, options: tuple[str, ...], store: str
) -> None:
    home.okta("acme.okta.com", store=store)
    assert run(["One,one"], "--yes", *options).code == 2
    assert world.requests == []


def test_a_parent_that_refuses_the_credentials_is_told_once(run: Run, world: World, monkeypatch: Any) -> None:
    monkeypatch.setenv("OKTA_CLIENT_TOKEN", "00wrong-token-canary-of-the-plan")
    ended = run(GOOD, "--yes", "--json")
    assert ended.code == 3
    assert ended.json()["outcome"] == "not_created"
    assert created_names(world) == []


def test_without_a_terminal_and_yes_nothing_is_created(run: Run, world: World) -> None:
    ended = run(GOOD[:2])
    assert ended.code == 2
    assert "--yes" in ended.err
    assert created_names(world) == []


@pytest.mark.parametrize(("typed", "created"), [("2\n", 2), ("3\n", 0), ("create\n", 0), ("", 0)])
def test_on_a_terminal_the_number_of_orgs_is_typed(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch, typed: str, created: int
) -> None:
    run(GOOD[:1], "--yes")
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", screen)
    ended = run(GOOD[:3])
    assert ended.code == (0 if created else 4)
    assert len(created_names(world)) == 1 + created
    assert "created earlier" in screen.getvalue()


def test_a_terminal_shows_each_org_under_way_and_the_total_and_at_the_end_the_total_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    ended = run(GOOD[:3], "--yes")
    assert len(ended.out.splitlines()) == 3
    after_review = screen.getvalue().rpartition("once.\n")[2]
    assert "2 of 3 done" in after_review
    assert "Org 2  waiting until ready" in after_review
    drawn = Emulator(80, 24)
    drawn.feed(after_review)
    assert [line.rstrip() for line in drawn.display if line.strip()] == ["3 created and ready."]


def test_the_total_of_a_second_run_says_what_was_there_already(run: Run) -> None:
    run(GOOD[:2], "--yes")
    assert run(GOOD[:3], "--yes").err.splitlines()[-1] == "1 created and ready, 2 already created and ready."
    assert run(GOOD[:3], "--yes").err.splitlines()[-1] == "3 already created and ready."


@pytest.mark.parametrize(
    ("typed", "rows"),
    [("\n", [2, 3, 5]), ("3\n", [3]), ("9\n1-3,5\n", [2, 3, 5]), ("4\n x\n-\n 3 - 9 \n", [3, 5])],
    ids=["all", "one", "two parts", "mistakes first"],
)
def test_the_wizard_lets_a_person_choose_rows(
    run: Run, home: Home, world: World, monkeypatch: pytest.MonkeyPatch, typed: str, rows: list[int]
) -> None:
    run([GOOD[2]], "--yes")
    (home.folder / "orgs.csv").write_text("\n".join((HEADER, *GOOD[:4])))  # row 4 was created before
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(f"{typed}{len(rows)}\n"))
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("orgwizard.system.terminal_caps.need_terminal", lambda **_: None)
    plan = str(home.folder / "plan.toml")
    assert cli.main(("--sandbox", "--plan", plan, "--table", str(home.folder / "orgs.csv"))) == 0
    assert created_names(world) == ["Org 2", *(f"Org {row - 2}" for row in rows)]


@pytest.mark.parametrize("typed", ["", "2\n2\n", "2\nno\n"], ids=["nothing", "another number", "no"])
def test_a_person_who_does_not_choose_or_confirm_creates_nothing(
    run: Run, home: Home, world: World, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    run([], "--dry-run")
    (home.folder / "orgs.csv").write_text("\n".join((HEADER, *GOOD[:4])))
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("orgwizard.system.terminal_caps.need_terminal", lambda **_: None)
    plan = str(home.folder / "plan.toml")
    assert cli.main(("--sandbox", "--plan", plan, "--table", str(home.folder / "orgs.csv"))) == 4
    assert created_names(world) == []


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_a_terminal_that_cannot_move_its_cursor_gets_lines(
    run: Run, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", term)
    run(GOOD[:1], "--yes")
    assert ("\x1b" in screen.getvalue()) == (term == "xterm")


def test_a_dry_run_prints_each_masked_request_and_needs_neither_secret_nor_network(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OKTA_CLIENT_TOKEN")
    ended = run(GOOD[:2], "--dry-run", "--json")
    assert ended.code == 0
    assert [one["request"]["body"]["subdomain"] for one in objects(ended)] == ["org-0", "org-1"]
    assert PASSWORD not in ended.out
    assert world.requests == []


def test_a_reference_in_a_column_is_read_for_its_row(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_PASSWORD", "First-passw0rd-canary")
    header = "name,subdomain,password"
    refused = run(["One,one,env:FIRST_PASSWORD", "Two,two,env:NOT_SET"], "--yes", header=header)
    assert refused.code == 2
    assert "row 3, administrator.password" in refused.err
    assert run(["One,one,env:FIRST_PASSWORD"], "--yes", header=header).code == 0
    (request,) = (request for request in world.requests if request.method == "POST")
    assert b"First-passw0rd-canary" in request.body


# ---- again ------------------------------------------------------------------------------------------------


def test_a_second_run_sends_nothing_and_prints_the_same_results(run: Run, world: World) -> None:
    first = objects(run(GOOD[:3], "--yes", "--json"))
    second = run(GOOD[:3], "--json")  # nothing is left to confirm
    assert second.code == 0
    assert objects(second) == sorted(first, key=lambda one: int(one["row"]))
    assert len(created_names(world)) == 3


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["words", "json"])
def test_rows_that_nobody_reads_are_told_on_stderr(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    with monkeypatch.context() as patch, Path("/dev/full").open("w") as full:
        patch.setattr(sys, "stdout", full)
        ended = run(GOOD[:2], "--yes", *options)
    assert (ended.code, ended.out, len(created_names(world))) == (0, "", 2)
    assert all(re.search(rf" ready +{name} ", ended.err) for name in created_names(world))
    assert "Traceback" not in ended.err


def test_a_table_that_is_complete_needs_no_service(run: Run, world: World) -> None:
    run(GOOD[:2], "--yes")
    sent = len(world.requests)
    ended = run(GOOD[:2])
    assert (ended.code, len(world.requests)) == (0, sent)
    assert "all rows are done" in ended.err
    assert not any(words in ended.err for words in ("to create (", "Keys go to", "can't be deleted"))


def test_rows_that_were_added_are_created_and_the_others_are_not(run: Run, world: World) -> None:
    run(GOOD[:2], "--yes")
    ended = run([GOOD[2], *GOOD[:2], GOOD[3]], "--yes")
    assert ended.code == 0
    assert len(ended.out.splitlines()) == 4
    assert created_names(world) == ["Org 0", "Org 1", "Org 2", "Org 3"]


def test_what_stopped_a_run_and_what_is_left_is_told(run: Run, world: World) -> None:
    rows = [GOOD[0], "server-error-not-created,nowhere", *GOOD[1:3]]
    ended = run(rows, "--yes", "--json")
    assert ended.code == 5
    assert [(one["row"], one["outcome"]) for one in objects(ended)][-2:] == [(4, "not_created"), (5, "not_created")]
    assert [one["error"]["code"] for one in objects(ended)[-2:]] == ["not_begun"] * 2
    assert "rows 4 to 5" in ended.err
    assert len(created_names(world)) == 2


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["One,one", "Two,two"], 0),
        (["rejected,r-1", "Two,two"], 3),
        (["refused,r-1", "Two,two"], 4),
        (["rejected,r-1", "never-ready,n-1"], 6),
        (["rejected,r-1", "Two,two", "server-error-not-created,s-1"], 5),
    ],
    ids=["ready", "refused", "never sent", "attention", "unknown"],
)
def test_it_ends_with_the_gravest_code_of_its_rows(run: Run, rows: list[str], code: int) -> None:
    assert run(rows, "--yes", "--keep-going").code == code


# ---- a service that fails at random --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.full) for seed in (1, 2))])
def test_against_a_faulty_service_there_is_no_twin_and_every_doubt_is_told(
    run: Run, world: Chaos, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    world.random = random.Random(seed)  # noqa: S311 - the same moments in every run
    rows = GOOD[:12]
    first = run(rows, "--yes", "--json", "--keep-going")
    assert max(orgs(world).values()) == 1
    for one, row in zip(sorted(objects(first), key=lambda one: int(one["row"])), rows, strict=True):
        there = orgs(world)[row.partition(",")[0]]
        assert one["outcome"] == "unknown" or there == (one["outcome"] == "created")
    world.random = None
    monkeypatch.setattr(lookup, "CERTAINLY_ABSENT_AFTER_SECONDS", -1e9)  # ten minutes later, by any clock
    second = run(rows, "--yes", "--json")
    assert {one["outcome"] for one in objects(second)} == {"created"}
    assert orgs(world) == {row.partition(",")[0]: 1 for row in rows}


# ---- left and killed --------------------------------------------------------------------------------------------


def test_a_signal_ends_it_at_a_safe_point_and_the_next_run_completes_it(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = world.answer

    def interrupting(request: Request) -> Reply:
        reply = answer(request)
        if request.method == "POST" and len(created_names(world)) == 3:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            time.sleep(0.2)
        return reply

    monkeypatch.setattr(world, "answer", interrupting)
    first = run(GOOD[:6], "--yes", "--json")
    assert first.code == 130
    assert len(created_names(world)) == 3
    told = {one["row"]: one["outcome"] for one in objects(first)}
    assert told == {2: "created", 3: "created", 4: "created", 5: "not_created", 6: "not_created", 7: "not_created"}
    monkeypatch.setattr(world, "answer", answer)
    assert run(GOOD[:6], "--yes").code == 0
    assert created_names(world) == [row.partition(",")[0] for row in GOOD[:6]]


def test_all_open_attempts_are_finished_at_once(
    run: Run, world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(
        ["server-error-not-created,s-1", "never-ready,n-1", GOOD[0], "bad-gateway-not-created,b-1"],
        "--yes",
        "--keep-going",
    )
    monkeypatch.setattr(lookup, "CERTAINLY_ABSENT_AFTER_SECONDS", -1e9)
    resume = ("resume", "--all", "--sandbox", "--json")
    code = cli.main(resume)
    told = objects(Ended(code, capsys.readouterr().out, ""))
    assert code == 6
    assert sorted(one["outcome"] for one in told) == ["created", "not_created", "not_created"]
    assert len(created_names(world)) == 4
    assert cli.main((*resume, "20")) == 2


def test_nothing_open_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(GOOD[:1], "--yes").code == 0
    assert cli.main(("resume", "--all", "--sandbox")) == 0
    assert capsys.readouterr().out == "No open attempts.\n"


KILLS = 3
FASTER = 50.0


class Served:
    """A pretend Datadog on a port, whose own clock can be set forward."""

    def __init__(self) -> None:
        self.world = World(Clock(FASTER), provider="datadog", seed="kills")
        self.later = timedelta()
        self._guard = threading.Lock()

    def __call__(self, peer: Peer) -> None:
        seen = peer.read()
        with self._guard:
            reply = self.world.answer(_request(seen))
        date = (datetime.now().astimezone() + self.later).strftime("%a, %d %b %Y %H:%M:%S %z")
        peer.send(http(reply.status, reply.body, {**reply.headers, "date": date}))


def _request(seen: Seen) -> Request:
    headers = {name.lower(): value for name, value in seen.headers}
    return Request(seen.method, httpx.URL(f"http://{seen.header('host')}{seen.target}"), headers, seen.body)


@pytest.mark.full
def test_killed_at_random_moments_and_run_again_it_creates_each_org_once(tmp_path: Path) -> None:
    home, vendor = Home(tmp_path, program=("tests.hurried", str(FASTER))), Served()
    moments = random.Random(1)  # noqa: S311 - the same moments in every run
    names = [f"Org {number}" for number in range(12)]
    table = home.folder / "orgs.csv"
    table.write_text("\n".join(("name", *names)))
    with serving(vendor) as server:
        plan = home.datadog(server.url, organization__name="")
        command = ("create", "--plan", plan, "--table", str(table), "--yes", "--json")
        for _ in range(KILLS):
            with home.start(*command, stdout=-3, stderr=-3) as program:  # to /dev/null
                before = len(server.requests)
                while program.poll() is None and len(server.requests) == before:
                    time.sleep(0.01)
                time.sleep(moments.uniform(0, 0.6))
                program.kill()
            vendor.later += timedelta(minutes=11)
        ended = home.run(*command)
        posts = [seen.json()["name"] for seen in server.requests if seen.method == "POST"]
    assert ended.code in (0, 6)  # keys of a response that a kill cut off are lost, and that is told
    assert sorted(posts) == sorted(names)
    assert Counter(org.name for org in vendor.world.datadog.children) == dict.fromkeys(names, 1)

"""The run of a table over real files and the pretended services: order, pace, overlap, what stops it, the next run."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from orgwizard.application.creation.creations import Creations
from orgwizard.application.runner import Engine
from orgwizard.application.service import Service
from orgwizard.application.tables.limits import StoreProbedOnce
from orgwizard.application.tables.run import Pause, RowEnd, RowProgress, TableEnd, TableEvent, TableRow, create_table
from orgwizard.domain.clock import Clock
from orgwizard.domain.events import Result
from orgwizard.domain.forms.draft import Draft
from orgwizard.network.transport import Transport
from orgwizard.providers import provider_of
from orgwizard.sandbox.datadog import creation as datadog_creation
from orgwizard.sandbox.messages import Request
from orgwizard.sandbox.okta import limits as okta_limits
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.sandbox.transport import SandboxTransport
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.drafts import Drafts
from orgwizard.storage.profiles import Profiles
from orgwizard.storage.stores.secret_stores import parse_store
from orgwizard.storage.stores.vault import Vault
from tests.application.test_plan import DATADOG, OKTA
from tests.attempts import new_attempt
from tests.plan_texts import parse as plan_of

PATIENCE_SECONDS = 60.0
SPEED = 1000.0
ENVIRON = {
    "OKTA_CLIENT_TOKEN": CREDENTIALS["okta.token"],
    "DD_API_KEY": CREDENTIALS["datadog.api_key"],
    "DD_APP_KEY": CREDENTIALS["datadog.application_key"],
}
DATADOG_PLAN = (
    DATADOG.replace('{ file = "~/keys.toml", key = "api_key" }', '{ env = "DD_API_KEY" }')
    .replace('{ keyring = "datadog/parent" }', '{ env = "DD_APP_KEY" }')
    .replace('{ command = ["pass", "insert", "-m", "{name}"] }', '"file"')
)


@pytest.fixture
def world() -> World:
    return World(Clock(SPEED), seed="table")


@pytest.fixture
def service(tmp_path: Path, world: World) -> Iterator[Service]:
    made = service_at(tmp_path, world)
    yield made
    made.engine.close()


def service_at(folder: Path, world: World) -> Service:
    clock = world.clock
    return Service(
        send=Transport(backend=SandboxTransport(world)).send,
        engine=Engine(),
        clock=clock,
        journal=Journal(folder / "state" / "attempts", clock),
        profiles=Profiles(folder / "config" / "profiles"),
        drafts=Drafts(folder / "state"),
        vault=Vault(folder / "data" / "keys"),
        environ=ENVIRON,
    )


def rows_of(service: Service, plan: str, names: Sequence[str]) -> list[TableRow]:
    draft = plan_of(plan)
    provider = provider_of(draft.provider)
    connected = service.reader.connection(provider, draft)
    rows = []
    for number, name in enumerate(names, start=2):
        row = Draft(draft.provider, draft.store, {draft.provider: dict(draft.sections[draft.provider])})
        answers = {"name": name} | ({"subdomain": f"{name}-{number}"} if draft.provider == "okta" else {})
        row.sections[draft.provider]["organization"] = answers
        rows.append(TableRow(number, service.reader.order_at(connected, provider, row)))
    return rows


class Run:
    """One run of a table and all that it told."""

    def __init__(
        self,
        service: Service,
        names: Sequence[str],
        *,
        plan: str = OKTA,
        keep_going: bool = False,
        watch: Callable[[TableEvent], None] = lambda _: None,
    ) -> None:
        draft = plan_of(plan)
        self.events: list[TableEvent] = []
        over = threading.Event()

        def tell(event: TableEvent) -> None:
            self.events.append(event)
            watch(event)
            if isinstance(event, TableEnd):
                over.set()

        store = StoreProbedOnce(service.vault, parse_store(draft.store))
        rows = rows_of(service, plan, names)
        begin = create_table(service, provider_of(draft.provider), rows, store, keep_going=keep_going)
        assert service.engine.create(begin, tell)
        assert over.wait(PATIENCE_SECONDS)
        assert service.engine.idle.wait(PATIENCE_SECONDS)

    @property
    def ends(self) -> dict[int, RowEnd]:
        return {event.number: event for event in self.events if isinstance(event, RowEnd)}

    @property
    def results(self) -> list[Result | None]:
        return [end.result for _, end in sorted(self.ends.items())]

    @property
    def outcomes(self) -> list[str]:
        return [result.outcome if result else "earlier" for result in self.results]

    @property
    def end(self) -> TableEnd:
        (end,) = (event for event in self.events if isinstance(event, TableEnd))
        return end

    @property
    def left(self) -> list[int]:
        return [row.number for row in self.end.left]


def creates(world: World) -> list[Request]:
    return [request for request in world.requests if request.method == "POST"]


def created_names(world: World) -> list[str]:
    return [str((request.json() or {}).get("name")) for request in creates(world)]


NAMES = [f"org-{number}" for number in range(6)]


def test_rows_are_created_in_the_order_of_the_table(service: Service, world: World) -> None:
    run = Run(service, NAMES)
    assert created_names(world) == NAMES
    assert all(result and result.ready and result.stored and result.profile for result in run.results)
    assert (run.left, run.end.why) == ([], "")


def test_an_org_settles_beside_the_requests_of_the_next_ones(tmp_path: Path) -> None:
    world = World(Clock(300), seed="overlap")
    service = service_at(tmp_path, world)
    run = Run(service, ["slow-ready", "two"])
    service.engine.close()
    told = [event for event in run.events if isinstance(event, RowEnd) or is_sending(event)]
    assert [isinstance(event, RowEnd) for event in told] == [False, False, True, True]
    assert run.outcomes == ["created"] * 2


def is_sending(event: TableEvent) -> bool:
    return isinstance(event, RowProgress) and (event.event.stage, event.event.state) == ("send", "started")


@pytest.mark.full
@pytest.mark.parametrize("plan", [OKTA, DATADOG_PLAN], ids=["okta", "datadog"])
def test_requests_keep_the_pace_that_the_last_response_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plan: str
) -> None:
    monkeypatch.setattr(okta_limits, "CREATES_PER_MINUTE", 1)
    monkeypatch.setattr(datadog_creation, "CREATES_PER_MINUTE", 1)
    world = World(Clock(10), seed="pace")  # six seconds a window: a busy machine is not slower
    service = service_at(tmp_path, world)
    run = Run(service, NAMES[:2], plan=plan)
    service.engine.close()
    assert len(creates(world)) == 2  # none was answered with 429
    assert run.outcomes == ["created"] * 2
    waits = [event.left_seconds for event in run.events if isinstance(event, Pause)]
    assert waits
    assert max(waits) <= 62


@pytest.mark.full
def test_twenty_five_orgs_take_little_more_than_the_pacing_and_one_settle_time(tmp_path: Path) -> None:
    world = World(Clock(20), seed="whole")  # the sandbox allows 10 requests a minute, as Okta does
    service = service_at(tmp_path, world)
    started = world.clock.now()
    run = Run(service, [f"org-{number}" for number in range(25)])
    took = world.clock.now() - started
    service.engine.close()
    assert run.outcomes == ["created"] * 25
    assert len(creates(world)) == 25  # none was answered with 429
    assert took < 3 * 62 + 30 + 30  # at most three windows, the settle time, and what the machine itself takes


def test_each_request_waits_until_the_one_before_is_stored(service: Service) -> None:
    stored: list[int] = []
    at_request: list[int] = []

    def watch(event: TableEvent) -> None:
        if is_sending(event):
            at_request.append(len(stored))
        if isinstance(event, RowProgress) and (event.event.stage, event.event.state) == ("keep", "ok"):
            stored.append(event.number)

    Run(service, NAMES, watch=watch)
    assert at_request == list(range(6))


def test_a_second_run_sends_nothing_and_tells_the_first_results(service: Service, world: World) -> None:
    Run(service, NAMES[:4])
    again = Run(service, NAMES[:4])
    assert len(creates(world)) == 4
    assert again.outcomes == ["earlier"] * 4
    assert [end.earlier.state for end in again.ends.values() if end.earlier] == ["ready"] * 4


def test_a_run_that_was_left_is_completed_by_the_next_one(service: Service, world: World) -> None:
    def leave(event: TableEvent) -> None:
        if isinstance(event, RowProgress) and event.number == 4 and event.event.stage == "send":
            service.engine.leave()

    first = Run(service, NAMES, watch=leave)
    assert first.outcomes == ["created"] * 3
    assert first.left == [5, 6, 7]
    assert first.end.why
    second = Run(service, NAMES)
    assert (second.left, len(creates(world)), created_names(world)) == ([], 6, NAMES)
    assert {record.state for record in service.journal.all()} == {"ready"}


@pytest.mark.parametrize("plan", [OKTA, DATADOG_PLAN], ids=["okta", "datadog"])
def test_it_stops_at_the_first_unknown_outcome(service: Service, world: World, plan: str) -> None:
    run = Run(service, ["one", "server-error-not-created", "three"], plan=plan)
    assert run.outcomes == ["created", "unknown"]
    assert run.left == [4]
    assert "row 3" in run.end.why
    assert len(creates(world)) == 2


def test_it_goes_on_after_an_unknown_outcome_on_request(service: Service) -> None:
    run = Run(service, ["one", "server-error-not-created", "three"], keep_going=True)
    assert run.outcomes == ["created", "unknown", "created"]
    assert run.left == []


def test_an_outcome_that_the_lookup_clears_up_does_not_stop_it(service: Service) -> None:
    run = Run(service, ["reset", "two"])
    assert run.outcomes == ["created", "created"]
    assert [bool(result and result.error) for result in run.results] == [True, False]


def test_it_stops_at_three_refusals_of_one_kind(service: Service) -> None:
    names = ["reserved", "one", "http-400", "rejected", "rejected", "rejected", "seven"]
    run = Run(service, names)
    assert run.outcomes == ["not_created", "created", *["not_created"] * 4]
    assert run.left == [8]
    assert "for the same reason" in run.end.why


def test_it_goes_on_after_any_number_of_refusals_on_request(service: Service) -> None:
    run = Run(service, ["rejected", "rejected", "rejected", "four"], keep_going=True)
    assert run.outcomes == [*["not_created"] * 3, "created"]


def test_a_row_that_was_refused_is_tried_again_by_the_next_run(service: Service, world: World) -> None:
    Run(service, ["rejected", "two"])
    Run(service, ["rejected", "two"])
    assert created_names(world) == ["rejected", "two", "rejected"]


def test_the_store_is_tried_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    probes: list[Any] = []
    probe = Vault.probe

    def counted(self: Vault, store: Any) -> str:
        probes.append(store)
        return probe(self, store)

    monkeypatch.setattr(Vault, "probe", counted)
    Run(service, NAMES[:4])
    assert len(probes) == 1


def test_a_row_at_which_another_program_is_does_not_stop_the_others(service: Service, world: World) -> None:
    rows = rows_of(service, OKTA, ["one"])
    key = provider_of("okta").order_key(rows[0].order.wanted, rows[0].order.connection.credentials, {})
    with service.journal.requested(new_attempt("okta", "https://acme.okta.com", "one", mark="one-2", key=key)):
        run = Run(service, ["one", "two"])
    assert run.outcomes == ["unknown", "created"]
    assert created_names(world) == ["two"]


def test_a_fault_of_ours_ends_its_row_as_unknown_and_the_others_end_well(
    service: Service, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = Creations.earlier

    def failing(self: Creations, provider: Any, wanted: Any, *rest: Any) -> Any:
        if wanted.name == "two":
            raise RuntimeError("a bug")
        return earlier(self, provider, wanted, *rest)

    monkeypatch.setattr(Creations, "earlier", failing)
    run = Run(service, ["one", "two", "three"])
    assert run.outcomes == ["created", "unknown"]
    assert run.left == [4]
    assert created_names(world) == ["one"]

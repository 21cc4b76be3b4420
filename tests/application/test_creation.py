"""The one flow, event by event, on a clock without waiting: nothing lost, nothing twice, nothing leaked."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
from pydantic import SecretStr

from orgwizard.application.creation import create_call, lookup, readiness
from orgwizard.application.creation.create_org import create_org
from orgwizard.domain.errors import (
    BadInput,
    Exit,
    LocalFailure,
    NeedsAttention,
    NoResponse,
    NotSent,
    Refused,
    Repeated,
    WizardError,
)
from orgwizard.domain.events import STORE, Event, KeysArrived, Progress, Result
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.http import Call, Conversation, Response
from orgwizard.domain.org import Created, Site
from orgwizard.domain.raw_response import written
from orgwizard.domain.secrets.masking import revealed
from orgwizard.presentation import text_report
from orgwizard.providers.contract import Provider
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.findings import Readiness
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.order import Order, OrgIdentity
from orgwizard.storage.attempts.earlier import EarlierAttempt
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.record import Record
from tests import fakes
from tests.fakes import Bench, FakeClock, Log, failed_store, full_disk, response
from tests.schemas import broken_rules

SECRETS = ("00parent-token", "Analytical1843", "c" * 32, "d" * 40, *fakes.OKTA_SECRETS.values())
RECEIVED = (*fakes.OKTA_SECRETS.values(), *fakes.DATADOG_SECRETS.values())
PAIRS = (("okta", Okta(), fakes.okta_order()), ("datadog", Datadog(), fakes.datadog_order()))
KEYS = {"outcome", "ready", "attempt", "provider", "site", "org", "stored", "error"}


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one wait that is not on the clock: what is in the socket after a stop is looked for a moment longer."""
    monkeypatch.setattr(create_call, "HANG_UP_GRACE_SECONDS", 0.02)


@dataclass(frozen=True)
class Seen:
    """All events of one creation, and how it ended."""

    events: tuple[Event, ...]
    result: Result

    def stages(self, stage: str) -> list[Progress]:
        return [event for event in self.events if isinstance(event, Progress) and event.stage == stage]


Watch = Callable[[Event], object]


async def run(
    bench: Bench, provider: Provider | None = None, order: Order | None = None, watch: Watch | None = None
) -> Seen:
    """Create with Datadog unless told otherwise, take all events, and hold the result against the contract."""
    events: list[Event] = []
    creating = create_org(provider or Datadog(), order or fakes.datadog_order(), bench.tools)
    async for event in creating:
        events.append(event)
        if watch:
            watch(event)
    result = events[-1]
    assert isinstance(result, Result)
    assert [event for event in events if isinstance(event, Result)] == [result]
    said = result.as_json()
    assert set(said) >= KEYS
    assert ("secrets" in said) == bool(result.secrets)
    shown = repr(events) + json.dumps(bench.attempt.facts) + str(result.error and result.error.lines())
    shown += json.dumps({key: value for key, value in said.items() if key != "secrets"})
    assert not [secret for secret in (*SECRETS, *RECEIVED) if secret in shown]
    return Seen(tuple(events), result)


def create(bench: Bench, provider: Provider, order: Order) -> AsyncGenerator[Event, None]:
    return cast("AsyncGenerator[Event, None]", create_org(provider, order, bench.tools))


@pytest.fixture
def bench() -> Bench:
    return Bench()


# ---- the order of events ---------------------------------------------------------------------------


async def test_the_order_of_events_at_okta(bench: Bench) -> None:
    seen = await run(bench, Okta(), fakes.okta_order())
    assert bench.log.lines == [
        "probe file",
        "requested",
        "sending",
        "POST",
        "spool",
        "answered",
        "created",
        "keep file",
        "stored",
        "unspool",
        "profile saved",
        "profile",
        "probe org",
        "ended ready",
    ]
    assert bench.vault.held == fakes.OKTA_SECRETS
    assert bench.attempt.closed
    assert seen.result.exit_code == Exit.READY
    assert seen.result.as_json()["stored"] == {"file": "okta-my-child"}
    assert (seen.result.outcome, seen.result.ready, seen.result.profile) == ("created", True, "my-profile")


async def test_the_order_of_events_at_datadog(bench: Bench) -> None:
    seen = await run(bench)
    assert bench.log.lines[:4] == ["probe file", "requested", "sending", "POST"]
    assert bench.log.after("POST")[:5] == ["spool", "answered", "created", "keep file", "stored"]
    assert bench.log.lines[-1] == "ended ready"
    assert bench.vault.held == fakes.DATADOG_SECRETS
    assert seen.result.exit_code == Exit.READY


async def test_the_journal_knows_the_order_without_its_secrets(bench: Bench) -> None:
    await run(bench, Okta(), fakes.okta_order())
    facts = dict(bench.journal.facts)
    assert len(facts.pop("digest")) == 64
    assert facts == {
        "approved": "",
        "provider": "okta",
        "site": "https://acme.okta.com",
        "name": "My Child",
        "mark": "my-child",
        "before": {
            "parent_id": "00oParent",
            "child_id": "",
            "ids": ["00oParent"],
            "known": ["00oParent"],
            "whole": True,
            "date": None,
            "domain": "acme.okta.com",
        },
        "store": "file",
        "via": {"method": "api-token", "credentials": {}},
    }
    assert bench.attempt.facts["created"]["org"]["id"] == "00oChild"
    assert bench.attempt.facts["created"]["keys"] == ["token"]


@pytest.mark.parametrize(
    ("changed", "same"),
    [({}, True), ({"password": SecretStr("Another1843")}, True), ({"last_name": "King"}, False)],
)
async def test_the_digest_is_of_the_masked_request(changed: dict[str, Any], same: bool) -> None:
    first, second = Bench(), Bench()
    order = fakes.okta_order()
    assert order.administrator is not None
    await run(first, Okta(), order)
    await run(second, Okta(), replace(order, administrator=order.administrator.model_copy(update=changed)))
    assert (first.journal.facts["digest"] == second.journal.facts["digest"]) is same


async def test_the_screen_is_told_of_the_keys_only_after_they_are_stored(bench: Bench) -> None:
    def watch(event: Event) -> None:
        if isinstance(event, Progress) and (event.stage, event.state) == ("keep", "ok"):
            told.append(set(bench.log.lines))

    told: list[set[str]] = []
    await run(bench, watch=watch)
    (before,) = told
    assert {"keep file", "stored", "unspool"} <= before


async def test_on_a_real_disk_each_line_is_there_before_its_step(tmp_path: Path, bench: Bench) -> None:
    journal = Journal(tmp_path / "attempts", bench.clock)

    async def look_and_answer() -> Response:
        (record,) = journal.all()
        states.append((record.state, record.running, record.spool))
        return response(201, fakes.OKTA_CREATED)

    class Looking(Okta):
        key: ClassVar[str] = "okta"

        def created(self, wanted: OrgIdentity, response: Response, domain: str = "") -> Created:
            (record,) = journal.all()
            assert record.spool is not None
            bodies.append((record.state, record.spool.read_bytes().partition(b"\r\n\r\n")[2]))
            return super().created(wanted, response, domain)

    states: list[Any] = []
    bodies: list[Any] = []
    bench.service.creates = [look_and_answer]
    events = create_org(Looking(), fakes.okta_order(), replace(bench.tools, journal=journal))
    *_, result = [event async for event in events]
    assert isinstance(result, Result)
    assert result.exit_code == Exit.READY
    assert states == [("sending", True, None)]
    assert bodies[0] == ("answered", json.dumps(fakes.OKTA_CREATED).encode())
    (record,) = journal.all()
    assert (record.state, record.running, record.spool) == ("ready", False, None)
    assert (record.stored, record.profile) == ({"file": "okta-my-child"}, "my-profile")


# ---- before the request ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault_at", "fault", "exit_code"),
    [
        ("probe file", LocalFailure("The folder cannot be used."), Exit.USAGE),
        ("requested", LocalFailure("It is being created by another orgwizard."), Exit.USAGE),
        ("sending", full_disk(), Exit.USAGE),
        ("requested", ValueError("a bug"), Exit.BUG),
        ("sending", ValueError("a bug"), Exit.BUG),
    ],
)
async def test_what_fails_before_the_request_creates_nothing(
    bench: Bench, fault_at: str, fault: Exception, exit_code: Exit
) -> None:
    bench.log.faults[fault_at] = fault
    seen = await run(bench)
    assert bench.service.posted == 0
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", exit_code)
    assert seen.result.error is not None
    assert seen.result.error.meaning.startswith("Nothing was")


async def test_a_check_that_is_refused_tries_no_store_and_writes_no_journal(bench: Bench) -> None:
    class Refusing(Datadog):
        def check(self, *_: Any) -> Any:
            raise Refused("no", field="credentials.api_key")
            yield ()

    seen = await run(bench, Refusing())
    assert bench.log.lines == []
    assert seen.result.exit_code == Exit.REFUSED


@pytest.mark.parametrize("fault", [NoResponse("silence"), NotSent("no route")])
async def test_a_check_without_an_answer_is_not_sent(bench: Bench, fault: WizardError) -> None:
    async def failing(_: Any) -> Response:
        raise fault

    tools = replace(bench.tools, send=failing)
    *_, result = [event async for event in create_org(Datadog(), fakes.datadog_order(), tools)]
    assert isinstance(result, Result)
    assert (result.outcome, result.exit_code) == ("not_created", Exit.NOT_SENT)
    assert bench.log.lines == []


def rival(kind: Any) -> EarlierAttempt:
    record = Record(id="20261122-155900-bbbb", path=Path("/x"), state="ready", started=fakes.START, changed=fakes.START)
    return EarlierAttempt(kind, record)


@pytest.mark.parametrize(("kind", "code"), [("running", Exit.BUSY), ("open", Exit.UNKNOWN), ("done", Exit.UNKNOWN)])
async def test_an_order_that_was_sent_before_is_not_sent_again(bench: Bench, kind: str, code: Exit) -> None:
    bench.journal.rival = rival(kind)
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code, bench.service.calls) == ("not_created", code, [])


async def test_an_order_that_another_program_sends_meanwhile_is_not_sent(bench: Bench) -> None:
    def begun_elsewhere(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == STORE:
            bench.journal.rival = rival("done")

    seen = await run(bench, watch=begun_elsewhere)
    assert isinstance(seen.result.error, Repeated)
    assert (seen.result.error.attempt, bench.service.posted) == ("20261122-155900-bbbb", 0)


async def test_what_the_check_tells_of_the_parent_is_part_of_the_order(bench: Bench) -> None:
    await run(bench, Okta(), fakes.okta_order())
    first, last = bench.journal.keys[0], bench.journal.keys[-1]
    assert first.parents < last.parents
    assert "id 00oParent" in last.parents


async def test_a_second_org_is_created_where_that_is_wanted(bench: Bench) -> None:
    bench.journal.rival = rival("done")
    bench.again = True
    assert (await run(bench)).result.outcome == "created"


async def test_a_fault_in_closing_the_journal_keeps_no_result_back(bench: Bench) -> None:
    bench.attempt.close = broken  # type: ignore[method-assign]
    assert (await run(bench)).result.outcome == "created"


@pytest.mark.parametrize("shown", [True, False])
async def test_keys_for_the_screen_come_before_the_wait_and_are_noted_once_they_were_shown(shown: bool) -> None:
    bench = Bench(store="screen")

    def face(event: Event) -> None:
        if isinstance(event, KeysArrived) and shown:
            bench.control.shown.set()

    seen = await run(bench, Okta(), fakes.okta_order(), face)
    kinds = [event.stage if isinstance(event, Progress) else type(event).__name__ for event in seen.events]
    arrived = next(event for event in seen.events if isinstance(event, KeysArrived))
    assert kinds.index("KeysArrived") < kinds.index("settle")
    assert arrived.result.secrets == seen.result.secrets
    assert ("shown" in bench.attempt.facts) is shown
    assert "stored" not in bench.attempt.facts


async def test_keys_that_no_store_took_arrive_too(bench: Bench) -> None:
    bench.log.faults = {"keep file": failed_store(), "keep fallback": failed_store()}
    seen = await run(bench)
    assert [event.result.secrets for event in seen.events if isinstance(event, KeysArrived)] == [seen.result.secrets]
    assert "shown" not in bench.attempt.facts


async def test_keys_that_are_stored_are_not_told(bench: Bench) -> None:
    assert not [event for event in (await run(bench)).events if isinstance(event, KeysArrived)]


def broken() -> None:
    raise OSError(5, "Input/output error")


async def test_leaving_before_the_request_sends_nothing(bench: Bench) -> None:
    bench.control.leave.set()
    seen = await run(bench)
    assert bench.service.posted == 0
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", Exit.NOT_SENT)


# ---- only a 429 and what never left are repeated ---------------------------------------------------


def at(clock: FakeClock, seconds: float) -> str:
    """Return the epoch second of a moment of the clock, as a header has it."""
    return str(int(clock.wall().timestamp() + seconds))


async def test_okta_names_an_absolute_time_to_come_back(bench: Bench) -> None:
    date = format_datetime(bench.clock.wall(), usegmt=True)
    busy = response(429, {"errorCode": "E0000047"}, X_Rate_Limit_Reset=at(bench.clock, 20), Date=date)
    bench.service.creates = [busy]
    seen = await run(bench, Okta(), fakes.okta_order())
    assert seen.result.exit_code == Exit.READY
    assert bench.service.posted == 2
    assert bench.attempt.facts["waiting"]["seconds"] == 21
    waits = [event.left_seconds for event in seen.stages("send") if event.left_seconds is not None]
    assert waits == list(range(21, 0, -1))
    assert bench.log.after("requested")[:5] == ["sending", "POST", "spool", "unspool", "waiting"]


async def test_datadog_names_seconds_from_now(bench: Bench) -> None:
    bench.service.creates = [response(429, {"errors": ["Rate limit"]}, X_RateLimit_Reset="7")]
    seen = await run(bench)
    assert seen.result.exit_code == Exit.READY
    assert bench.attempt.facts["waiting"]["seconds"] == 7
    assert bench.service.posted == 2


@pytest.mark.parametrize("headers", [{}, {"x-ratelimit-reset": "soon"}])
async def test_a_429_without_a_time_waits_a_little(bench: Bench, headers: dict[str, str]) -> None:
    bench.service.creates = [Response(429, headers, b"{}")]
    await run(bench)
    assert bench.attempt.facts["waiting"]["seconds"] == create_call.REPEAT_SECONDS


async def test_a_wait_that_is_too_long_is_a_refusal_at_once(bench: Bench) -> None:
    bench.service.creates = [response(429, {}, X_RateLimit_Reset="86400")]
    seen = await run(bench)
    assert (bench.service.posted, seen.result.exit_code, seen.result.outcome) == (1, Exit.REFUSED, "not_created")


async def test_a_429_every_time_is_given_up(bench: Bench) -> None:
    bench.service.creates = [response(429, {}, X_RateLimit_Reset="7") for _ in range(9)]
    seen = await run(bench)
    assert bench.service.posted == create_call.REPEATS + 1
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", Exit.REFUSED)
    assert bench.log.lines[-1] == "ended refused"
    assert bench.attempt.on_disk is None


async def test_bytes_that_are_no_response_are_named_where_they_may_hold_the_keys(bench: Bench) -> None:
    sent = bench.service.send

    async def bare(call: Call) -> Response:
        if not call.once:
            return await sent(call)
        assert call.sink is not None
        call.sink.sent()
        call.sink.write(json.dumps(fakes.DATADOG_CREATED).encode())
        raise NoResponse("The connection was closed.")

    bench.service.send = bare  # type: ignore[method-assign]
    seen = await run(bench)
    assert seen.result.outcome == "unknown"
    assert bench.attempt.on_disk is not None
    assert seen.result.spool in str(seen.result.error)


CREATED = {"okta": fakes.OKTA_CREATED, "datadog": fakes.DATADOG_CREATED}
HELD = {"okta": fakes.OKTA_SECRETS, "datadog": fakes.DATADOG_SECRETS}


@pytest.mark.parametrize("status", [302, 308, 400, 403, 409, 429, 500, 503])
@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
async def test_an_error_that_brings_the_org_with_its_keys_is_no_refusal_and_nothing_is_sent_again(
    bench: Bench, name: str, provider: Provider, order: Order, status: int
) -> None:
    bench.service.creates = [response(status, CREATED[name], Retry_After="7")]
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code, bench.service.posted) == ("created", Exit.ATTENTION, 1)
    assert bench.vault.held == HELD[name]
    assert bench.attempt.on_disk is not None


def parts_of(name: str) -> list[bytes]:
    """Return bodies that tell of a new org in part, or are broken, or hide it."""
    org = dict(CREATED[name])
    keyless = {member: value for member, value in org.items() if member in ("id", "org", "name", "subdomain")}
    idless = {member: value for member, value in org.items() if member not in ("id", "org")}
    text = json.dumps(org)
    nested = [json.dumps({"data": org}), json.dumps({"message": text}), '{"errors": ["busy"]}' + text]
    return [json.dumps(body).encode() for body in (keyless, idless)] + [body.encode() for body in nested]


@pytest.mark.parametrize("part", range(5), ids=["no keys", "no id", "nested", "quoted", "second object"])
@pytest.mark.parametrize("status", [400, 429, 500])
@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
async def test_an_error_with_parts_of_an_org_is_unknown_and_kept(
    bench: Bench, name: str, provider: Provider, order: Order, status: int, part: int
) -> None:
    bench.service.creates = [response(status, parts_of(name)[part], Retry_After="7")]
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code, bench.service.posted) == ("unknown", Exit.UNKNOWN, 1)
    assert bench.attempt.on_disk is not None
    assert seen.result.spool in str(seen.result.error)


async def test_an_error_that_repeats_our_own_keys_brings_none(bench: Bench) -> None:
    echo = {"errors": ["busy"], "api_key": {"key": "c" * 32}, "application_key": {"hash": "d" * 40}}
    bench.service.creates = [response(429, echo, Retry_After="7")]
    seen = await run(bench)
    assert (seen.result.exit_code, bench.service.posted) == (Exit.READY, 2)


@pytest.mark.parametrize("org_id", ["", "new-id"])
async def test_a_success_that_repeats_our_own_keys_brings_none(bench: Bench, org_id: str) -> None:
    echo = {"org": {"public_id": org_id}, "api_key": {"key": "c" * 32}, "application_key": {"hash": "d" * 40}}
    bench.service.creates = [response(200, echo)]
    seen = await run(bench)
    ended = ("created", Exit.ATTENTION) if org_id else ("unknown", Exit.UNKNOWN)
    assert (seen.result.outcome, seen.result.exit_code) == ended
    assert bench.vault.held == {}


@pytest.mark.parametrize(("said", "seconds"), [("9", 9), ("-9", 5), ("soon", 5), ("9" * 400, 5)])
@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
async def test_retry_after_is_waited_for(
    bench: Bench, name: str, provider: Provider, order: Order, said: str, seconds: int
) -> None:
    bench.service.creates = [response(429, {}, Retry_After=said)]
    seen = await run(bench, provider, order)
    assert (bench.attempt.facts["waiting"]["seconds"], seen.result.exit_code) == (seconds, Exit.READY), name


async def test_leaving_ends_the_wait_for_a_rate_limit(bench: Bench) -> None:
    bench.service.creates = [response(429, {}, X_RateLimit_Reset="500")]

    def watch(event: Event) -> None:
        if isinstance(event, Progress) and event.left_seconds == 490:
            bench.control.leave.set()

    seen = await run(bench, watch=watch)
    assert bench.service.posted == 1
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", Exit.REFUSED)
    assert bench.clock.now() < 1020


async def test_what_never_left_is_sent_again(bench: Bench) -> None:
    bench.service.creates = [NotSent("refused"), NotSent("refused")]
    seen = await run(bench)
    assert (bench.service.posted, seen.result.exit_code) == (3, Exit.READY)


async def test_what_never_leaves_is_given_up(bench: Bench) -> None:
    bench.service.creates = [NotSent("no route", code="ConnectError") for _ in range(9)]
    seen = await run(bench)
    assert bench.service.posted == create_call.REPEATS + 1
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", Exit.NOT_SENT)
    assert bench.log.lines[-2:] == ["not_sent", "ended not_sent"]


async def test_a_transport_that_cannot_begin_is_wrong_usage(bench: Bench) -> None:
    bench.service.creates = [BadInput("A proxy variable cannot be used.")]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", Exit.USAGE)


# ---- an unknown outcome ----------------------------------------------------------------------------

UNKNOWN: tuple[Any, ...] = (
    NoResponse("The request left, and the connection was reset.", code="ReadError"),
    response(500, {"errorCode": "E0000009"}),
    response(502, b"<html>Bad Gateway</html>"),
    response(503, {}),
    response(504, b""),
    response(408, {}),
    response(403, b" <html>Blocked by your network</html>"),
    response(201, b"created!"),
    response(200, b""),
    response(201, b"[]"),
    Response(201, {}, b'{"tok', complete=False),
)


@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
@pytest.mark.parametrize("reply", UNKNOWN)
async def test_an_unknown_outcome_is_looked_up_and_never_sent_again(
    bench: Bench, name: str, provider: Provider, order: Order, reply: Any
) -> None:
    bench.service.creates = [reply]
    seen = await run(bench, provider, order)
    assert bench.service.posted == 1
    assert (seen.result.outcome, seen.result.exit_code) == ("unknown", Exit.UNKNOWN), name
    assert bench.log.lines[-1] == "ended unknown"
    assert bench.attempt.facts["found"]["state"] == "absent"
    assert seen.result.error is not None
    assert "It may still appear" in seen.result.error.cause
    looks = [event for event in seen.stages("find") if event.state == "waiting" and event.left_seconds is None]
    assert len(looks) == len(lookup.LOOKS_AFTER_SECONDS)
    assert bench.clock.now() - 1000 == pytest.approx(lookup.LOOKS_AFTER_SECONDS[-1], abs=2)


@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
async def test_an_org_that_is_found_exists_and_its_keys_are_lost(
    bench: Bench, name: str, provider: Provider, order: Order
) -> None:
    bench.service.creates, bench.service.exists = [UNKNOWN[0]], True
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code, seen.result.ready) == ("created", Exit.ATTENTION, False), name
    assert isinstance(seen.result.error, NeedsAttention)
    assert "keys never arrived" in seen.result.error.cause
    assert seen.result.org is not None
    assert seen.result.org.id
    assert bench.log.lines[-1] == "ended exists"
    assert bench.service.posted == 1
    assert bench.clock.now() - 1000 < lookup.LOOKS_AFTER_SECONDS[1]  # one look was enough
    assert bench.vault.held == {}


async def test_an_answer_that_is_kept_is_not_called_lost(bench: Bench) -> None:
    bench.service.creates, bench.service.exists = [response(200, b"created: {{")], True
    seen = await run(bench)
    assert seen.result.error is not None
    assert "lost" not in seen.result.error.cause
    assert seen.result.spool in seen.result.error.cause
    assert bench.attempt.on_disk == b"created: {{"
    assert bench.log.lines[-1] != "ended exists"  # it stays open: there is something to take from the spool


async def test_a_list_that_cannot_be_read_is_unclear(bench: Bench) -> None:
    async def send(call: Any) -> Response:
        if bench.service.posted and call.url.endswith("/api/v2/org"):
            raise NoResponse("silence")
        return await bench.service.send(call)

    bench.service.creates = [UNKNOWN[0]]
    *_, result = [e async for e in create_org(Datadog(), fakes.datadog_order(), replace(bench.tools, send=send))]
    assert isinstance(result, Result)
    assert (result.outcome, result.exit_code) == ("unknown", Exit.UNKNOWN)
    assert bench.attempt.facts["found"]["state"] == "unclear"


async def test_leaving_ends_the_look_up(bench: Bench) -> None:
    bench.service.creates = [UNKNOWN[0]]

    def watch(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == "find":
            bench.control.leave.set()

    seen = await run(bench, watch=watch)
    assert (seen.result.exit_code, bench.log.lines[-1]) == (Exit.UNKNOWN, "ended unknown")
    assert seen.result.open
    assert bench.clock.now() < 1010


async def silence() -> Response:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_silent_service_is_waited_for_two_minutes(bench: Bench) -> None:
    bench.service.creates = [silence]
    seen = await run(bench)
    assert (seen.result.exit_code, bench.service.posted) == (Exit.UNKNOWN, 1)
    assert len(seen.stages("send")) > 100  # a second each: the user sees that it waits
    assert bench.attempt.facts["unknown"]["message"].endswith("within 120 seconds.")


async def test_giving_up_stops_the_wait_for_an_answer(bench: Bench) -> None:
    bench.service.creates = [silence]

    def watch(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == "send" and event.state == "waiting":
            bench.control.leave.set()
            bench.control.give_up.set()

    seen = await run(bench, watch=watch)
    assert (seen.result.outcome, seen.result.exit_code) == ("unknown", Exit.UNKNOWN)
    assert bench.clock.now() < 1010


async def test_leaving_alone_does_not_stop_the_wait_for_an_answer(bench: Bench) -> None:
    async def late() -> Response:
        bench.control.leave.set()
        await bench.clock.sleep(60)
        return response(200, fakes.DATADOG_CREATED)

    bench.service.creates = [late]
    seen = await run(bench)
    assert bench.vault.held == fakes.DATADOG_SECRETS
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.ATTENTION)
    assert bench.log.lines[-1] == "ended later"


async def test_a_process_that_was_stopped_finds_its_answer_in_the_socket(bench: Bench) -> None:
    async def stopped() -> Response:
        bench.clock.time += 10_000  # SIGSTOP, and SIGCONT hours later
        await bench.clock.sleep(0.5)
        return response(200, fakes.DATADOG_CREATED)

    bench.service.creates = [stopped]
    seen = await run(bench)
    assert seen.result.exit_code == Exit.READY
    assert bench.vault.held == fakes.DATADOG_SECRETS


async def test_giving_up_while_the_service_is_busy_sends_nothing_more(bench: Bench) -> None:
    bench.service.creates = [response(429, {}, X_RateLimit_Reset="7")]

    def watch(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == "send" and event.left_seconds:
            bench.control.give_up.set()

    seen = await run(bench, watch=watch)
    assert (seen.result.outcome, bench.service.posted) == ("not_created", 1)


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        (NotSent("Cancelled before connecting."), "not_created"),
        (Response(200, {}, json.dumps(fakes.DATADOG_CREATED).encode(), complete=False), "created"),
    ],
)
async def test_giving_up_takes_what_the_transport_knows_by_then(bench: Bench, known: Any, outcome: str) -> None:
    async def interrupted() -> Response:
        try:
            return await silence()
        except asyncio.CancelledError:
            if isinstance(known, Response):
                return known
            raise known from None

    bench.service.creates = [interrupted] * 5
    bench.control.give_up.set()
    seen = await run(bench)
    assert seen.result.outcome == outcome
    if outcome == "created":
        assert bench.vault.held == fakes.DATADOG_SECRETS


# ---- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422])
@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
async def test_a_refusal_creates_nothing(
    bench: Bench, name: str, provider: Provider, order: Order, status: int
) -> None:
    bench.service.creates = [response(status, {"errors": ["no"]}, X_Request_Id="req-1")]
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", Exit.REFUSED), name
    assert bench.service.posted == 1
    looked_up = ["unknown", "found"] if status == 409 else []  # of a name that was free at the check
    steps = [line for line in bench.log.after("POST") if line not in ("spool", "unspool")]
    assert steps == ["answered", *looked_up, "refused", "ended refused"]
    assert bench.attempt.on_disk is None
    assert not seen.result.spool
    assert seen.result.as_json()["error"]["request_id"] == "req-1"


async def test_a_refusal_names_the_field(bench: Bench) -> None:
    bench.service.creates = [response(400, {"errorCode": "E0000088", "errorId": "oae1"})]
    seen = await run(bench, Okta(), fakes.okta_order())
    error = seen.result.as_json()["error"]
    assert (error["code"], error["field"], error["request_id"]) == ("E0000088", "organization.subdomain", "oae1")


TAKEN = (
    ("okta", Okta(), fakes.okta_order(), response(400, {"errorCode": "E0000088"})),
    ("okta", Okta(), fakes.okta_order(), response(400, {"errorCode": "E0000171"})),
    ("datadog", Datadog(), fakes.datadog_order(), response(409, {"errors": ["exists"]})),
)


@pytest.mark.parametrize(("name", "provider", "order", "reply"), TAKEN)
async def test_a_name_that_is_taken_now_and_was_free_may_be_ours(
    bench: Bench, name: str, provider: Provider, order: Order, reply: Response
) -> None:
    bench.service.creates, bench.service.exists = [reply], True
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code, bench.service.posted) == ("created", Exit.ATTENTION, 1), name


@pytest.mark.parametrize(("name", "provider", "order", "reply"), TAKEN)
async def test_a_name_that_is_taken_is_refused_after_one_look(
    bench: Bench, name: str, provider: Provider, order: Order, reply: Response
) -> None:
    bench.service.creates = [reply]
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", Exit.REFUSED), name
    assert (bench.log.lines[-1], len(seen.stages("find"))) == ("ended refused", 2 + lookup.LOOKS_AFTER_SECONDS[0])


@pytest.mark.parametrize(("name", "provider", "order", "reply"), TAKEN)
async def test_a_name_that_is_taken_after_our_own_second_sending_is_unknown_until_it_is_found(
    bench: Bench, name: str, provider: Provider, order: Order, reply: Response
) -> None:
    bench.service.creates = [response(429, {}), reply]
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code) == ("unknown", Exit.UNKNOWN), name
    assert (bench.service.posted, seen.result.open) == (2, True)


async def test_a_sending_that_never_left_does_not_count(bench: Bench) -> None:
    bench.service.creates = [NotSent("refused"), TAKEN[0][3]]
    seen = await run(bench, Okta(), fakes.okta_order())
    assert (seen.result.outcome, bench.service.posted) == ("not_created", 2)


async def test_leaving_before_the_look_does_not_call_a_taken_name_not_created(bench: Bench) -> None:
    bench.service.creates = [TAKEN[0][3]]

    def watch(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == "find":
            bench.control.leave.set()

    seen = await run(bench, Okta(), fakes.okta_order(), watch)
    assert (seen.result.outcome, seen.result.exit_code) == ("unknown", Exit.UNKNOWN)


async def test_a_name_that_could_not_be_checked_is_refused_at_once(bench: Bench) -> None:
    async def send(call: Any) -> Response:
        unchecked = "well-known" in call.url and "my-child" in call.url
        return response(503, {}) if unchecked else await bench.service.send(call)

    bench.service.creates = [TAKEN[0][3]]
    *_, result = [e async for e in create_org(Okta(), fakes.okta_order(), replace(bench.tools, send=send))]
    assert isinstance(result, Result)
    assert (result.outcome, "found" in bench.log.lines) == ("not_created", False)


@pytest.mark.parametrize("status", [300, 302, 303, 304, 305, 399])
@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
async def test_a_redirect_that_may_follow_a_processed_request_is_looked_up(
    bench: Bench, name: str, provider: Provider, order: Order, exists: bool, status: int
) -> None:
    bench.service.creates = [response(status, b"", Location="https://elsewhere.example/done?key=s3cret#s3cret")]
    bench.service.exists = exists
    seen = await run(bench, provider, order)
    expected = ("created", Exit.ATTENTION) if exists else ("unknown", Exit.UNKNOWN)
    assert (seen.result.outcome, seen.result.exit_code) == expected, name
    assert bench.service.posted == 1
    assert "s3cret" not in repr(seen.events) + json.dumps(bench.attempt.facts)
    assert not [call for call in bench.service.calls if "elsewhere" in call.url]


NAMES_NO_ORG = (b"{}", b'{"org": {}}', b'{"org": {"public_id": ""}}', b'{"id": "00oParent"}', b'{"status": "queued"}')


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", [*NAMES_NO_ORG, b'{"org": {"public_id": "public-u-parent", "name": "Acme"}}'])
@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
async def test_a_success_that_names_no_new_org_is_looked_up(
    bench: Bench, name: str, provider: Provider, order: Order, status: int, body: bytes
) -> None:
    if name == "datadog" and body.startswith(b'{"id"'):
        body = b"{}"
    bench.service.creates = [Response(status, {}, body)]
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code) == ("unknown", Exit.UNKNOWN)
    assert "profile saved" not in bench.log.lines
    assert seen.result.spool


async def test_a_success_without_a_body_is_not_said_to_be_unreadable(bench: Bench) -> None:
    bench.service.creates = [Response(204)]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code, bench.service.posted) == ("unknown", Exit.UNKNOWN, 1)
    assert "HTTP 204), but without the org and its keys" in (seen.result.error or WizardError("")).cause


@pytest.mark.parametrize("body", [{"token": "00child-token-received"}, {"id": "00oNew"}])
async def test_keys_or_a_new_id_are_evidence(bench: Bench, body: dict[str, str]) -> None:
    bench.service.creates = [response(201, body)]
    seen = await run(bench, Okta(), fakes.okta_order())
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.ATTENTION)


async def test_keys_of_half_a_response_are_stored_though_it_names_no_org(bench: Bench) -> None:
    body = json.dumps({"api_key": fakes.DATADOG_CREATED["api_key"], "org": {}})[:-8]
    bench.service.creates = [Response(200, {}, body.encode(), complete=False)]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.ATTENTION)
    assert bench.vault.held == {"api_key": fakes.DATADOG_SECRETS["api_key"]}


async def test_the_sending_is_dated_by_the_services_own_clock(bench: Bench) -> None:
    dated = "Thu, 01 Jan 2026 00:00:00 GMT"

    async def send(call: Any) -> Response:
        return replace(await bench.service.send(call), headers={"date": dated})

    bench.service.creates = [response(429, {}), NoResponse("reset")]
    [_ async for _ in create_org(Datadog(), fakes.datadog_order(), replace(bench.tools, send=send))]
    assert bench.attempt.facts["sending"]["sent_at"] == 1767225600 + create_call.REPEAT_SECONDS


@pytest.mark.parametrize("status", [301, 307, 308])
async def test_a_redirect_is_a_refusal_and_goes_nowhere(bench: Bench, status: int) -> None:
    bench.service.creates = [response(status, b"", Location="https://elsewhere.example/api/v1/org")]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code) == ("not_created", Exit.REFUSED)
    assert "elsewhere.example" in (seen.result.error or WizardError("")).cause
    assert not [call for call in bench.service.calls if "elsewhere" in call.url]


@pytest.mark.parametrize("end", ["\n", "\r", "\x1b", "\0", "\u00e9", " "])
@pytest.mark.parametrize("vendor", ["okta", "datadog"])
async def test_a_key_that_no_request_can_carry_is_stored_and_not_tried(bench: Bench, vendor: str, end: str) -> None:
    value = f"00unsendable{end}"
    if vendor == "okta":
        bench.service.creates = [response(201, {**fakes.OKTA_CREATED, "token": value})]
        seen = await run(bench, Okta(), fakes.okta_order())
    else:
        bench.service.creates = [response(200, {**fakes.DATADOG_CREATED, "application_key": {"hash": value}})]
        seen = await run(bench)
    assert value in bench.vault.held.values()
    assert (seen.result.outcome, seen.result.ready, seen.result.exit_code) == ("created", False, Exit.ATTENTION)
    assert not seen.result.open  # no later look can prove more
    assert "cannot be sent" in (seen.result.error or WizardError("")).cause
    assert seen.stages("settle") == []
    assert bench.log.lines[-1] == "ended exists"
    assert "probe org" not in bench.log.lines


# ---- odd answers -----------------------------------------------------------------------------------

DATADOG_BODY = json.dumps(fakes.DATADOG_CREATED)
CUT_AT = DATADOG_BODY.index(', "user"')


@pytest.mark.parametrize(
    "body",
    [
        DATADOG_BODY[: CUT_AT + 1],
        DATADOG_BODY[: CUT_AT + 12],
        "\ufeff" + DATADOG_BODY,
        DATADOG_BODY + "\n",
        "created: " + DATADOG_BODY,
    ],
)
async def test_known_fields_of_an_odd_body_are_used(bench: Bench, body: str) -> None:
    bench.service.creates = [Response(200, {}, body.encode())]
    seen = await run(bench)
    assert seen.result.outcome == "created"
    assert bench.vault.held == fakes.DATADOG_SECRETS


async def test_a_missing_key_is_said_and_the_answer_kept(bench: Bench) -> None:
    body = {**fakes.DATADOG_CREATED, "application_key": {"name": "x"}}
    bench.service.creates = [response(200, body)]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.ATTENTION)
    assert bench.vault.held == {"api_key": fakes.DATADOG_SECRETS["api_key"]}
    assert bench.attempt.on_disk is not None
    assert "application key" in (seen.result.error or WizardError("")).cause
    assert seen.result.spool in (seen.result.error or WizardError("")).cause


@pytest.mark.parametrize(
    ("provider", "order", "body", "missing"),
    [
        (Okta(), fakes.okta_order(), {**fakes.OKTA_CREATED, "token": None}, ("API token",)),
        (Okta(), fakes.okta_order(), {**fakes.OKTA_CREATED, "id": 5}, ("org id",)),
        (Datadog(), fakes.datadog_order(), {**fakes.DATADOG_CREATED, "application_key": None}, ("application key",)),
        (Datadog(), fakes.datadog_order(), {**fakes.DATADOG_CREATED, "org": {}}, ("org id",)),
    ],
)
async def test_what_is_missing_is_in_the_headline(
    bench: Bench, provider: Provider, order: Order, body: dict[str, Any], missing: tuple[str, ...]
) -> None:
    bench.service.creates = [response(201, body)]
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.ATTENTION)
    assert seen.result.org is not None
    assert seen.result.org.missing == missing
    assert text_report.headline(seen.result).startswith(f"The org was created, but the {missing[0]} is missing")


async def test_half_a_response_is_in_the_headline(bench: Bench) -> None:
    bench.service.creates = [Response(200, {}, DATADOG_BODY[:-2].encode(), complete=False)]
    seen = await run(bench)
    assert text_report.headline(seen.result) == "The org was created, but the end of the response is missing."
    assert seen.result.exit_code == Exit.ATTENTION


@pytest.mark.parametrize(
    "body",
    [f"[{DATADOG_BODY}]".encode(), DATADOG_BODY.encode()[:-1] + b', "note": "\xff"}'],
    ids=["list", "not UTF-8"],
)
async def test_a_whole_response_that_is_not_valid_is_not_called_cut_off(bench: Bench, body: bytes) -> None:
    bench.service.creates = [Response(200, {}, body)]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.ATTENTION)
    assert seen.result.org is not None
    assert seen.result.org.missing == ()
    assert "cut off" not in " ".join(seen.result.remarks)
    assert seen.result.stored is not None


@pytest.mark.parametrize(
    ("name", "notices"),
    [("Somebody else", 1), ("  MY CHILD ", 0), ("", 0), (None, 0), ("x" * 5000, 1), ("\x1b[2J\u202eoops", 1)],
)
@pytest.mark.parametrize(("vendor", "provider", "order"), PAIRS)
async def test_an_org_of_another_name_than_ordered_is_told_and_ends_as_well(
    bench: Bench, vendor: str, provider: Provider, order: Order, name: str | None, notices: int
) -> None:
    named = {"name": name} if vendor == "okta" else {"org": {**fakes.DATADOG_CREATED["org"], "name": name}}
    bench.service.creates = [response(200, {**CREATED[vendor], **named})]
    seen = await run(bench, provider, order)
    assert (seen.result.outcome, seen.result.exit_code, seen.result.spool) == ("created", Exit.READY, "")
    told = seen.result.as_json()["remarks"]
    assert len(told) == notices
    for words in told:
        assert order.wanted.name in words
        assert all(part in words for part in (name or "").split() if part == "Somebody")
        assert words.isprintable()
        assert len(words) < 300
        assert words in "\n".join(text_report.result(seen.result))
        assert words in dict(text_report.facts(seen.result)).values()


async def test_a_subdomain_that_is_not_the_ordered_one_is_told(bench: Bench) -> None:
    bench.service.creates = [response(200, {**fakes.OKTA_CREATED, "subdomain": "another"})]
    seen = await run(bench, Okta(), fakes.okta_order())
    assert any('"another"' in words for words in seen.result.notices)
    assert (seen.result.outcome, bench.vault.held) == ("created", fakes.OKTA_SECRETS)


TWICE = {
    "at the top": DATADOG_BODY[:-1] + ', "api_key": {"key": "' + "f" * 32 + '"}}',
    "within": DATADOG_BODY.replace('"hash": ', '"hash": "' + "e" * 40 + '", "hash": '),
    "in a list": DATADOG_BODY[:-1] + ', "more": [{"a": {"b": 1, "b": 1}}]}',
    "by another spelling": DATADOG_BODY[:-1] + r', "\u0061pi_key": {"key": "' + "f" * 32 + '"}}',
}


@pytest.mark.parametrize("body", TWICE.values(), ids=TWICE)
async def test_a_response_with_a_member_twice_is_kept_and_remarked_on(bench: Bench, body: str) -> None:
    bench.service.creates = [Response(200, {}, body.encode())]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.ready, seen.result.exit_code) == ("created", True, Exit.ATTENTION)
    assert set(bench.vault.held) == {"api_key", "application_key"}
    assert bench.attempt.on_disk is not None
    assert body.encode() in bench.attempt.on_disk
    assert bench.attempt.facts["created"]["odd"]
    assert len(seen.result.remarks) == 1
    assert seen.result.spool in (seen.result.error or WizardError("")).cause


async def test_a_number_too_long_for_python_costs_no_key(bench: Bench) -> None:
    body = DATADOG_BODY[:-1] + f', "note": {"1" * 6000}}}'
    bench.service.creates = [Response(200, {}, body.encode())]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.READY)


@pytest.mark.parametrize("odd", [None, 7, ["x"], {"key": None}, "text"])
async def test_wrong_types_reject_nothing(bench: Bench, odd: Any) -> None:
    bench.service.creates = [response(200, {**fakes.DATADOG_CREATED, "api_key": odd, "user": odd, "more": odd})]
    seen = await run(bench)
    assert seen.result.outcome == "created"
    assert bench.vault.held == {"application_key": fakes.DATADOG_SECRETS["application_key"]}
    assert bench.attempt.on_disk is not None


async def test_keys_of_unexpected_length_are_stored_as_they_are(bench: Bench) -> None:
    bench.service.creates = [
        response(200, {**fakes.DATADOG_CREATED, "api_key": {"key": "k"}, "application_key": {"hash": "h" * 5000}})
    ]
    seen = await run(bench)
    assert seen.result.exit_code == Exit.READY
    assert bench.vault.held == {"api_key": "k", "application_key": "h" * 5000}


# ---- stores ----------------------------------------------------------------------------------------

FAULTS = (failed_store(), ValueError("secret"), OSError(28, "No space left"), UnicodeError("secret"))


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_store_that_fails_is_followed_by_the_fallback(bench: Bench, fault: Exception) -> None:
    bench.log.faults["keep file"] = fault
    seen = await run(bench)
    assert bench.fallback.held == fakes.DATADOG_SECRETS
    assert (seen.result.outcome, seen.result.exit_code, seen.result.ready) == ("created", Exit.ATTENTION, True)
    assert seen.result.as_json()["stored"] == {"fallback": "datadog-my-child"}
    assert seen.result.secrets == {}
    assert "store failed" in (seen.result.error or WizardError("")).cause
    assert bench.attempt.on_disk is None


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_no_store_takes_is_left_to_the_screen(bench: Bench, fault: Exception) -> None:
    bench.log.faults |= {"keep file": fault, "keep fallback": fault, "spool": full_disk()}
    seen = await run(bench)
    said = seen.result.as_json()
    assert said["secrets"] == fakes.DATADOG_SECRETS
    assert said["stored"] is None
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.ATTENTION)
    assert [event.result.secrets for event in seen.events if isinstance(event, KeysArrived)] == [seen.result.secrets]


async def test_what_fails_twice_alike_is_said_once(bench: Bench) -> None:
    bench.log.faults |= {"keep file": full_disk(), "keep fallback": full_disk()}
    bench.log.faults |= {"created": full_disk(), "profile": full_disk()}
    seen = await run(bench)
    remarks = seen.result.remarks
    assert len(remarks) == len(set(remarks))
    assert [remark.partition(":")[0] for remark in remarks] == [
        "The attempt's record could not be written",
        "A store failed",
    ]


async def test_with_every_store_failed_the_spool_stays(bench: Bench) -> None:
    bench.log.faults |= {"keep file": failed_store(), "keep fallback": failed_store()}
    seen = await run(bench)
    assert bench.attempt.on_disk == json.dumps(fakes.DATADOG_CREATED).encode()
    assert seen.result.spool
    assert seen.result.spool in (seen.result.error or WizardError("")).cause
    assert seen.result.unmoved


async def test_of_keys_in_a_saved_response_a_person_sees_all_and_a_log_nothing(bench: Bench) -> None:
    bench.log.faults |= {"keep file": failed_store(), "keep fallback": failed_store()}
    seen = await run(bench)
    assert revealed(seen.result.secrets) == fakes.DATADOG_SECRETS
    assert "secrets" not in seen.result.logged().as_json()


@pytest.mark.parametrize("fault", [failed_store(), FileNotFoundError()])
async def test_keys_whose_saved_response_cannot_be_read_are_printed(bench: Bench, fault: Exception) -> None:
    bench.log.faults |= {"keep file": failed_store(), "keep fallback": failed_store(), "spooled": fault}
    seen = await run(bench)
    assert seen.result.logged().as_json()["secrets"] == fakes.DATADOG_SECRETS
    assert not seen.result.spool


@pytest.mark.parametrize("fault", [full_disk(), ValueError("a bug")])
@pytest.mark.parametrize("fault_at", ["spool", "answered", "created", "stored", "unspool", "profile", "ended ready"])
async def test_a_full_disk_after_the_answer_stops_nothing(bench: Bench, fault_at: str, fault: Exception) -> None:
    bench.log.faults[fault_at] = fault
    seen = await run(bench)
    assert bench.vault.held == fakes.DATADOG_SECRETS
    assert (seen.result.outcome, seen.result.ready) == ("created", True)
    assert bench.service.posted == 1
    assert bench.attempt.closed
    if fault_at != "ended ready":
        assert seen.result.exit_code == Exit.ATTENTION


async def test_an_odd_answer_without_a_spool_is_shown(bench: Bench) -> None:
    bench.log.faults["spool"] = full_disk()
    bench.service.creates = [response(200, b"created, key " + b"a" * 32)]
    seen = await run(bench)
    assert seen.result.as_json()["secrets"] == {"answer": "created, key " + "a" * 32}
    assert "shown here" in (seen.result.error or WizardError("")).cause
    assert bench.attempt.facts["shown"] == {"answer_shown": True}


@pytest.mark.parametrize("fault", [full_disk(), ValueError("a bug")])
async def test_a_profile_that_cannot_be_saved_is_a_remark(bench: Bench, fault: Exception) -> None:
    bench.log.faults["profile saved"] = fault
    seen = await run(bench)
    assert bench.vault.held == fakes.DATADOG_SECRETS
    assert (seen.result.ready, seen.result.exit_code, seen.result.profile) == (True, Exit.ATTENTION, "")
    assert "profile was not saved" in (seen.result.error or WizardError("")).cause


@pytest.mark.parametrize(
    "reply",
    [
        response(200, fakes.DATADOG_CREATED),
        response(200, {**fakes.DATADOG_CREATED, "application_key": None}),
        response(200, b"not json " + b"a" * 32),
        response(500, b"oops"),
        response(400, {}),
        NoResponse("reset"),
    ],
)
async def test_with_the_screen_as_the_store_nothing_touches_the_disk(reply: Any) -> None:
    bench = Bench("screen")
    bench.service.creates = [reply]
    await run(bench)
    assert not {"spool", "keep file", "keep fallback"}.intersection(bench.log.lines)
    assert (bench.vault.held, bench.fallback.held) == ({}, {})


async def test_the_journal_knows_that_an_answer_held_no_keys(bench: Bench) -> None:
    bench.service.creates = [response(200, {"org": fakes.DATADOG_CREATED["org"]})]
    seen = await run(bench)
    assert bench.attempt.facts["created"]["keys"] == []
    assert (seen.result.ready, "shown" in bench.attempt.facts) == (False, False)


async def test_with_the_screen_as_the_store_the_result_has_the_secrets() -> None:
    seen = await run(Bench("screen"))
    said = seen.result.as_json()
    assert said["secrets"] == fakes.DATADOG_SECRETS
    assert (said["stored"], seen.result.exit_code) == ({"screen": "datadog-my-child"}, Exit.READY)


async def test_a_screen_that_fails_does_not_put_secrets_on_disk() -> None:
    bench = Bench("screen")
    bench.log.faults["keep screen"] = ValueError("a bug")
    seen = await run(bench)
    assert seen.result.as_json()["secrets"] == fakes.DATADOG_SECRETS
    assert bench.fallback.held == {}


async def test_with_the_screen_as_the_store_an_answer_that_is_not_understood_is_shown() -> None:
    bench = Bench("screen")
    bench.service.creates = [response(200, b"not json " + b"a" * 32)]
    seen = await run(bench)
    assert seen.result.as_json()["secrets"] == {"answer": "not json " + "a" * 32}
    assert seen.result.exit_code == Exit.UNKNOWN


# ---- faults of our own -----------------------------------------------------------------------------


class Buggy(Datadog):
    """Fails with a text that holds a secret, in the method it is told."""

    def __init__(self, where: str) -> None:
        self._where = where

    def _fail(self, where: str) -> None:
        if where == self._where:
            raise ValueError(fakes.DATADOG_SECRETS["api_key"])

    def created(self, wanted: OrgIdentity, response: Response, domain: str = "") -> Created:
        self._fail("created")
        return super().created(wanted, response, domain)

    def next_steps(self, created: Created) -> tuple[str, ...]:
        self._fail("next_steps")
        return super().next_steps(created)

    def refused(self, response: Response, credentials: Fields | None = None) -> Refused:
        self._fail("refused")
        return super().refused(response, credentials)

    def find(self, *arguments: Any) -> Any:
        self._fail("find")
        return super().find(*arguments)

    def ready(self, site: Site, created: Created) -> Conversation[Readiness]:
        self._fail("ready")
        return super().ready(site, created)


@pytest.mark.parametrize("where", ["created", "next_steps"])
async def test_a_bug_after_the_answer_loses_nothing(bench: Bench, where: str) -> None:
    seen = await run(bench, Buggy(where))
    assert seen.result.exit_code == Exit.BUG
    assert seen.result.outcome != "not_created"
    assert bench.attempt.on_disk == json.dumps(fakes.DATADOG_CREATED).encode()
    assert seen.result.spool in (seen.result.error or WizardError("")).cause
    assert bench.service.posted == 1


async def test_a_bug_after_the_answer_loses_nothing_on_the_screen_either() -> None:
    seen = await run(Bench("screen"), Buggy("created"))
    assert seen.result.as_json()["secrets"] == {"answer": json.dumps(fakes.DATADOG_CREATED)}


async def test_a_bug_while_probing_leaves_keys_and_outcome_alone(bench: Bench) -> None:
    seen = await run(bench, Buggy("ready"))
    assert bench.vault.held == fakes.DATADOG_SECRETS
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.BUG)
    assert (seen.result.error or WizardError("")).meaning == "The org was created."


@pytest.mark.parametrize(("where", "reply"), [("refused", response(400, {})), ("find", NoResponse("reset"))])
async def test_a_bug_elsewhere_is_told(bench: Bench, where: str, reply: Any) -> None:
    bench.service.creates = [reply]
    seen = await run(bench, Buggy(where))
    assert (seen.result.exit_code, bench.service.posted) == (Exit.BUG, 1)
    assert bench.attempt.closed


async def test_a_bug_while_the_request_is_on_its_way_leaves_the_outcome_unknown(bench: Bench) -> None:
    bench.service.creates = [RuntimeError("of the transport")]
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.exit_code, bench.service.posted) == ("unknown", Exit.BUG, 1)
    assert (seen.result.error or WizardError("")).meaning.startswith("It is not known")


@pytest.mark.parametrize("fault", [Refused("no"), BadInput("odd"), NotSent("gone"), LocalFailure("broken")])
async def test_no_failure_after_the_org_exists_says_that_nothing_was_created(bench: Bench, fault: WizardError) -> None:
    class Raising(Datadog):
        def ready(self, *_: Any) -> Any:
            raise fault

    seen = await run(bench, Raising())
    assert (seen.result.outcome, seen.result.exit_code) == ("created", Exit.ATTENTION)
    assert (seen.result.error or WizardError("")).meaning == "The org was created."


# ---- settling and being ready ----------------------------------------------------------------------


async def test_okta_settles_for_thirty_seconds_to_a_deadline(bench: Bench) -> None:
    seen = await run(bench, Okta(), fakes.okta_order())
    left = [event.left_seconds for event in seen.stages("settle") if event.left_seconds is not None]
    assert left == list(range(30, 0, -1))


async def test_a_slow_clock_skips_seconds_and_not_the_deadline(bench: Bench) -> None:
    def watch(event: Event) -> None:
        if isinstance(event, Progress) and event.left_seconds == 25:
            bench.clock.time += 20.5  # the process was stopped

    seen = await run(bench, Okta(), fakes.okta_order(), watch)
    left = [event.left_seconds for event in seen.stages("settle") if event.left_seconds is not None]
    assert left[:6] == [30, 29, 28, 27, 26, 25]
    assert left[6:] <= [5, 4, 3, 2, 1]
    assert bench.clock.now() <= 1032


async def test_the_new_org_is_asked_until_it_answers(bench: Bench) -> None:
    bench.service.ready_after = 5
    seen = await run(bench)
    assert seen.result.ready
    assert bench.log.lines.count("probe org") >= 5
    tries = [(e.left_seconds, e.deadline_seconds) for e in seen.stages("ready") if e.left_seconds]
    assert tries[:4] == [(3, 300), (2, 299), (1, 298), (3, 297)]


async def test_an_org_that_does_not_answer_is_created_and_not_ready(bench: Bench) -> None:
    bench.service.ready_after = 10_000
    seen = await run(bench)
    assert (seen.result.outcome, seen.result.ready, seen.result.exit_code) == ("created", False, Exit.ATTENTION)
    assert bench.clock.now() - 1000 == pytest.approx(readiness.READY_SECONDS, abs=5)
    assert bench.log.lines[-1] == "ended later"
    assert "resume" in (seen.result.error or WizardError("")).advice


@pytest.mark.parametrize("stage", ["settle", "ready"])
async def test_leaving_while_it_settles_or_is_asked(bench: Bench, stage: str) -> None:
    bench.service.ready_after = 10_000

    def watch(event: Event) -> None:
        if isinstance(event, Progress) and (event.stage, event.state) == (stage, "waiting"):
            bench.control.leave.set()

    seen = await run(bench, Okta(), fakes.okta_order(), watch)
    assert bench.vault.held == fakes.OKTA_SECRETS
    assert (seen.result.outcome, seen.result.ready, seen.result.exit_code) == ("created", False, Exit.ATTENTION)
    assert (bench.log.lines[-1], seen.result.open) == ("ended later", True)


# ---- who listens -----------------------------------------------------------------------------------


async def test_a_creation_goes_on_when_nobody_takes_its_events(bench: Bench) -> None:
    creating = create(bench, Datadog(), fakes.datadog_order())
    async for event in creating:
        if isinstance(event, Progress) and event.stage == "send":
            break
    await creating.aclose()
    assert bench.vault.held == fakes.DATADOG_SECRETS
    assert bench.log.lines[-1] == "ended ready"


async def test_a_creation_goes_on_when_its_consumer_is_cancelled(bench: Bench) -> None:
    async def consume() -> None:
        async for event in create_org(Datadog(), fakes.datadog_order(), bench.tools):
            if isinstance(event, Progress) and event.stage == "send":
                sending.set()

    sending = asyncio.Event()
    task = asyncio.ensure_future(consume())
    await sending.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.vault.held == fakes.DATADOG_SECRETS


@pytest.mark.parametrize("at_event", range(0, 24, 3))
async def test_a_consumer_that_fails_at_any_event_loses_nothing(bench: Bench, at_event: int) -> None:
    async def consume() -> None:
        seen = 0
        async for _ in creating:
            seen += 1
            if seen > at_event:
                raise ZeroDivisionError

    creating = create(bench, Okta(), fakes.okta_order())
    with pytest.raises(ZeroDivisionError):
        await consume()
    await creating.aclose()
    assert bench.vault.held == fakes.OKTA_SECRETS
    assert bench.service.posted == 1


# ---- results ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "exit_code"),
    [
        (Result("created", "okta", "s", "n", ready=True), 0),
        (Result("created", "okta", "s", "n"), 6),
        (Result("created", "okta", "s", "n", ready=True, error=NeedsAttention("x")), 6),
        (Result("not_created", "okta", "s", "n", error=Refused("x")), 3),
        (Result("not_created", "okta", "s", "n", error=NotSent("x")), 4),
        (Result("not_created", "okta", "s", "n", error=BadInput("x")), 2),
        (Result("unknown", "okta", "s", "n", error=NoResponse("x")), 5),
        (Result("unknown", "okta", "s", "n", error=WizardError("x")), 1),
    ],
)
def test_exit_codes_and_json(result: Result, exit_code: int) -> None:
    assert result.exit_code == exit_code
    said = json.loads(json.dumps(result.as_json()))
    assert set(said) >= KEYS
    assert (said["outcome"], said["ready"], said["stored"]) == (result.outcome, result.ready, None)
    assert said["org"] == {"id": None, "name": "n", "url": None}  # the one that was wanted
    assert broken_rules(said) == []
    assert (said["error"] is None) == (result.error is None)
    if said["error"]:
        assert set(said["error"]) >= {"code", "message", "hint", "request_id"}
        assert said["error"]["message"].split(".")[0] + "." == (result.error or WizardError("")).meaning


async def test_the_clock_of_these_tests_wakes_sleepers_in_order() -> None:
    async def slept(seconds: float) -> float:
        await clock.sleep(seconds)
        return clock.now()

    clock = FakeClock()
    assert tuple(await asyncio.gather(slept(30), slept(1))) == (1030.0, 1001.0)


def test_the_log_of_these_tests_writes_before_it_fails() -> None:
    log = Log(faults={"x": KeyError()})
    with pytest.raises(KeyError):
        log("x")
    assert log.lines == ["x"]


# ---- leaving ends every wait --------------------------------------------------------------------------


def hanging_at(bench: Bench, reads: Callable[[Call], bool]) -> Any:
    """Return a door that never answers some reads; whoever waits there wants to leave."""

    async def send(call: Call) -> Response:
        if not call.once and reads(call):
            bench.control.leave.set()
            await asyncio.Event().wait()
        return await bench.service.send(call)

    return send


@pytest.mark.parametrize(("name", "provider", "order"), PAIRS)
@pytest.mark.parametrize("at", ["check", "look-up", "probe"])
async def test_a_read_that_hangs_holds_nobody_who_leaves(
    bench: Bench, name: str, provider: Provider, order: Order, at: str
) -> None:
    hangs = at == "check"
    if at == "look-up":
        bench.service.creates = [NoResponse("silence")]
    tools = replace(bench.tools, send=hanging_at(bench, lambda _: hangs or bench.service.posted > 0))
    *_, result = [event async for event in create_org(provider, order, tools)]
    assert isinstance(result, Result)
    expected = {"check": "not_created", "look-up": "unknown", "probe": "created"}
    assert result.outcome == expected[at], name
    assert bench.service.posted == (0 if at == "check" else 1)
    assert bool(bench.vault.held) == (at == "probe")


async def test_a_store_that_hangs_holds_nobody_who_leaves(bench: Bench) -> None:
    def probe() -> str:
        bench.control.leave.set()
        held.wait(20)
        return ""

    held = threading.Event()
    bench.vault.probe = probe  # type: ignore[method-assign]
    try:
        seen = await run(bench)
    finally:
        held.set()
    assert (seen.result.outcome, bench.service.posted) == ("not_created", 0)


async def test_a_token_that_does_not_come_holds_nobody_who_leaves(bench: Bench) -> None:
    async def send(call: Call) -> Response:
        if call.once:  # the request itself has not left: its sink was not told so
            bench.control.leave.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise NotSent("left", code="left") from None
        return await bench.service.send(call)

    *_, result = [e async for e in create_org(Datadog(), fakes.datadog_order(), replace(bench.tools, send=send))]
    assert isinstance(result, Result)
    assert result.outcome == "not_created"
    assert bench.clock.time < 1010


async def test_a_success_that_has_begun_is_waited_for(bench: Bench) -> None:
    async def send(call: Call) -> Response:
        if call.once and call.sink is not None:
            reply = fakes.created(call)
            raw = written(reply.status, reply.headers, reply.body)
            call.sink.sent()
            call.sink.write(raw[: len(raw) // 20])
            await bench.clock.sleep(130)
            call.sink.write(raw[len(raw) // 20 :])
            return reply
        return await bench.service.send(call)

    *_, result = [e async for e in create_org(Datadog(), fakes.datadog_order(), replace(bench.tools, send=send))]
    assert isinstance(result, Result)
    assert result.outcome == "created"
    assert bench.vault.held == fakes.DATADOG_SECRETS
    assert bench.clock.time >= 1130


async def test_without_room_for_the_response_nothing_is_sent(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Any) -> Any:
        raise full_disk()

    monkeypatch.setattr(fakes.MemoryAttempt, "spool", full)
    seen = await run(bench)
    assert (seen.result.outcome, bench.service.posted) == ("not_created", 0)

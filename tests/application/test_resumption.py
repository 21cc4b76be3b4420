"""A run that is killed after any line of its journal is taken up again, and nothing is created twice or lost."""

import json
import re
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from orgwizard.application.runner import Engine
from orgwizard.application.service import Service
from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import Exit, LocalFailure, Repeated
from orgwizard.domain.events import Event, Result
from orgwizard.domain.forms.draft import Draft
from orgwizard.network.transport import Transport
from orgwizard.presentation import text_report
from orgwizard.presentation.attempts import attempt_text, next_commands
from orgwizard.presentation.json import json_report
from orgwizard.providers import provider_of
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.sandbox.transport import SandboxTransport
from orgwizard.storage.attempts.journal import Journal
from orgwizard.storage.attempts.reading import THIS_RUN
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.attempts.writing import Attempt
from orgwizard.storage.drafts import Drafts
from orgwizard.storage.profiles import Profiles
from orgwizard.storage.stores.vault import Vault
from orgwizard.system import file_lock
from orgwizard.ui.batch import commands
from tests.cuts import Cuts
from tests.plan_texts import parse

PLANS = {
    "okta": """
        provider = "okta"
        site = "acme.okta.com"
        [credentials]
        token = { env = "PARENT_TOKEN" }
        [organization]
        name = "Resumed"
        [administrator]
        first_name = "Ada"
        last_name = "Lovelace"
        email = "ada@example.com"
    """,
    "datadog": """
        provider = "datadog"
        site = "datadoghq.eu"
        [credentials]
        api_key = { env = "PARENT_API_KEY" }
        application_key = { env = "PARENT_APP_KEY" }
        [organization]
        name = "Resumed"
    """,
}
ENVIRON = {
    "PARENT_TOKEN": CREDENTIALS["okta.token"],
    "PARENT_API_KEY": CREDENTIALS["datadog.api_key"],
    "PARENT_APP_KEY": CREDENTIALS["datadog.application_key"],
}


@dataclass
class Office:
    """A service over one sandbox and one set of folders, for one provider."""

    service: Service
    world: World
    draft: Draft
    home: Path

    def create(self, store: Any = "file", *, again: bool = False) -> Result:
        provider = provider_of(self.draft.provider)
        order = self.service.reader.order(provider, self.draft)
        return self._ended(lambda tell: self.service.creations.create(provider, order, store, tell, again=again))

    def named(self, name: str) -> None:
        """Have the org called *name*, one of the sandbox's."""
        self.draft.section("organization")["name"] = name

    def resume(self) -> Result:
        return self._ended(lambda tell: self.service.creations.resume(self.record, tell))

    def _ended(self, begin: Callable[[Callable[[Event], None]], bool]) -> Result:
        result = ended(begin)
        assert self.service.engine.idle.wait(60)  # until then the journal does not know the end
        return result

    @property
    def record(self) -> Record:
        (record,) = self.service.journal.all()
        return record

    def killed_after(self, event: str) -> None:
        """Take the journal back to the line of *event*, as a kill would leave it."""
        lines = self.record.path.read_text().splitlines(keepends=True)
        last = next(at for at, line in enumerate(lines) if f'"event": "{event}"' in line)
        self.record.path.write_text("".join(lines[: last + 1]))

    def files_with_keys(self) -> list[str]:
        """Return which files hold a secret of the new org, by their folder and name."""
        files = [path for path in self.home.rglob("*") if path.is_file()]
        secret = [path for path in files if any(value in path.read_text() for value in self.world.secrets)]
        return sorted(str(path.relative_to(self.home)) for path in secret)

    def kept(self) -> set[str]:
        """Return the secrets in all key files."""
        files = (self.service.vault.folder).glob("*.toml")
        return {value for file in files for value in tomllib.loads(file.read_text()).values()}


def ended(begin: Callable[[Callable[[Event], None]], bool]) -> Result:
    """Run a flow and return its result."""
    results: list[Result] = []
    done = threading.Event()

    def tell(event: Event) -> None:
        if isinstance(event, Result):
            results.append(event)
            done.set()

    assert begin(tell)
    assert done.wait(60)
    return results[0]


@pytest.fixture(params=PLANS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    clock = Clock(speed=2000)
    world = World(clock)
    engine = Engine()
    service = Service(
        send=Transport(backend=SandboxTransport(world)).send,
        engine=engine,
        clock=clock,
        journal=Journal(tmp_path / "attempts", clock),
        profiles=Profiles(tmp_path / "profiles"),
        drafts=Drafts(tmp_path),
        vault=Vault(tmp_path / "keys"),
        environ=ENVIRON,
    )
    yield Office(service, world, parse(PLANS[request.param]), tmp_path)
    engine.close()


@pytest.fixture
def spool_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the answer on disk, as a kill before its removal does."""
    monkeypatch.setattr(Attempt, "unspool", lambda _: None)


def test_keys_that_every_store_refused_are_moved_once_one_works_though_the_org_is_ready(office: Office) -> None:
    folder = office.service.vault.folder
    folder.write_text("in the way of the fallback")
    result = office.create({"command": ["sh", "-c", "grep -q probe="]})  # takes a probe and refuses keys
    assert (result.outcome, result.ready, bool(result.spool)) == ("created", True, True)
    assert office.record in office.service.journal.open()
    assert result.open
    assert result.error is not None
    assert f"orgwizard resume {result.attempt}" in result.error.advice
    folder.unlink()
    again = office.resume()
    assert (again.outcome, again.ready, again.spool) == ("created", True, "")
    assert office.record.settled
    assert office.record.spool is None
    assert office.kept()
    assert office.files_with_keys() == [f"keys/{office.draft.provider}-resumed.toml"]


def test_a_response_that_was_left_over_is_removed_and_nobody_is_asked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Attempt, "unspool", lambda _: None)
        office.create()
    left = office.record
    assert (left.settled, left.left_over) == (True, True)
    tidy = office.service.records.without_leftover(left)
    assert (tidy.spool, tidy.state, tidy.told) == (None, "ready", left.told)
    assert office.service.records.without_leftover(tidy) is tidy


def test_a_response_that_is_odd_is_not_left_over(office: Office) -> None:
    office.create()
    record = office.record.model_copy(update={"spool": office.home / "spool"})
    assert record.left_over
    assert not record.model_copy(update={"odd": True}).left_over


@pytest.mark.usefixtures("spool_stays")
@pytest.mark.parametrize("event", ["sending", "answered", "created"])
def test_an_answer_that_was_only_spooled_is_stored_and_proven(office: Office, event: str) -> None:
    office.create()
    office.killed_after(event)
    for file in office.service.vault.folder.iterdir():
        file.unlink()

    result = office.resume()

    assert (result.outcome, result.ready, result.open, result.exit_code) == ("created", True, False, Exit.READY)
    assert office.kept() == office.world.secrets
    assert office.world.creates == 1
    assert office.record.state == "ready"


def test_whatever_a_kill_leaves_on_the_disk_the_keys_end_in_one_file_and_in_no_other(
    office: Office, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuts = Cuts(office.home, tmp_path_factory.mktemp("copies"))
    with monkeypatch.context() as watched:
        cuts.watch(watched)
        office.create()
    name = f"{office.draft.provider}-resumed.toml"
    found = []

    for copy in cuts.restored():
        record = next(iter(office.service.journal.all()), None)
        if record is None or record.state == "requested":
            continue
        found.append(record.state)
        had_keys = bool(office.files_with_keys())
        if not record.settled:
            office.resume()
        empty = {path.name for path in (office.home / "keys").glob("*") if not path.read_bytes()}
        expected = [f"keys/{name.replace('.', '-2.') if name in empty else name}"] if had_keys else []
        assert (copy, office.files_with_keys()) == (copy, expected)
        if had_keys or record.state != "answered":  # half an answer may name the org and hold no keys yet
            assert office.record.state == ("ready" if had_keys else "exists")
            assert len(office.service.profiles.all()[0]) == had_keys

    assert list(dict.fromkeys(found)) == ["sending", "answered", "created", "stored", "ready"]
    assert office.world.creates == 1


@pytest.mark.parametrize("event", ["stored", "profile"])
def test_an_interrupted_wait_is_finished_with_the_keys_of_the_store(office: Office, event: str) -> None:
    created = office.create()
    office.killed_after(event)

    result = office.resume()

    assert (result.ready, result.exit_code, result.stored) == (True, Exit.READY, created.stored)
    assert (result.stored_words, dict(result.sources)) == (created.stored_words, dict(created.sources))
    assert f"  Keys         {created.stored_words}" in text_report.result(result)
    assert (office.world.creates, office.record.state) == (1, "ready")


def test_a_request_that_may_have_left_is_looked_up_and_its_keys_are_said_to_be_lost(office: Office) -> None:
    office.create()
    office.killed_after("sending")

    result = office.resume()

    assert (result.outcome, result.exit_code) == ("created", Exit.ATTENTION)
    assert result.error is not None
    assert not result.open
    assert "keys never arrived" in result.error.cause
    assert (office.world.creates, office.record.state) == (1, "exists")


@pytest.mark.parametrize("office", ["datadog"], indirect=True)  # at Okta a subdomain is given once
def test_an_org_of_the_same_name_that_came_of_another_attempt_is_left_out(office: Office) -> None:
    first = office.create()
    office.killed_after("sending")
    record = office.record
    second = office.create(again=True)
    assert first.org
    assert second.org

    result = ended(lambda tell: office.service.creations.resume(record, tell))

    assert (result.outcome, result.exit_code, result.open) == ("created", Exit.ATTENTION, False)
    assert result.org
    assert (result.org.id, office.world.creates) == (first.org.id, 2)


@pytest.mark.parametrize("office", ["datadog"], indirect=True)  # Okta's look-up needs no credentials
def test_without_the_parents_keys_nothing_is_asked_and_it_is_said_which_are_needed(office: Office) -> None:
    office.create()
    office.killed_after("sending")
    asked = len(office.world.requests)
    service = replace(office.service, environ={})

    result = ended(lambda tell: service.creations.resume(office.record, tell))

    assert (result.outcome, result.exit_code, len(office.world.requests)) == ("unknown", Exit.UNKNOWN, asked)
    assert result.error is not None
    for name in ("PARENT_API_KEY", "API key", "Application key", "$DD_API_KEY and $DD_APP_KEY"):
        assert name in result.error.cause


@pytest.mark.parametrize("office", ["datadog"], indirect=True)
@pytest.mark.parametrize("wrong", ["PARENT_API_KEY", "PARENT_APP_KEY"])
def test_with_keys_that_are_refused_one_look_is_enough(office: Office, wrong: str) -> None:
    office.create()
    office.killed_after("sending")
    asked = len(office.world.requests)
    service = replace(office.service, environ={**ENVIRON, wrong: "wrong" + "0" * 27})

    result = ended(lambda tell: service.creations.resume(office.record, tell))

    assert (result.outcome, len(office.world.requests)) == ("unknown", asked + 1)


@pytest.mark.parametrize("office", ["okta"], indirect=True)
def test_what_no_look_up_ever_tells_is_left_to_a_person(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.create()
    office.killed_after("sending")
    monkeypatch.setattr("orgwizard.providers.okta.lookup.child_origin", lambda *_: "")

    result = ended(lambda tell: office.service.creations.resume(office.record, tell))

    assert (result.outcome, result.open) == ("unknown", True)
    assert result.error is not None
    assert result.error.advice == result.look_again
    assert "--again" in result.look_again
    assert "resume" not in result.look_again


@pytest.fixture
def of_ended_sandbox(office: Office) -> Office:
    """Have what the office created be of a sandbox that has ended."""
    journal = Journal(office.home / "attempts", office.service.clock, of_sandbox=True)
    office.service = replace(office.service, sandbox_values=CREDENTIALS, journal=journal)
    return office


def by_another_run(office: Office) -> None:
    path = office.record.path
    path.write_text(path.read_text().replace(f'"run": "{THIS_RUN}"', '"run": "another"'))


def test_an_attempt_that_another_run_of_the_sandbox_is_at_work_on_is_open(of_ended_sandbox: Office) -> None:
    office = of_ended_sandbox
    office.create()
    office.killed_after("sending")
    by_another_run(office)
    with file_lock.holding(office.record.path, 1, LocalFailure("It is held.")):
        record = office.record
        assert (record.running, record.sandbox_ended, record.settled) == (True, False, False)
        assert record in office.service.journal.open()
    assert office.record.settled


@pytest.mark.parametrize("event", ["sending", "stored", "profile"])
def test_nothing_is_left_to_do_about_an_org_of_a_sandbox_that_has_ended(of_ended_sandbox: Office, event: str) -> None:
    office = of_ended_sandbox
    office.create()
    office.killed_after(event)
    assert office.record in office.service.journal.open()  # the sandbox is still there
    by_another_run(office)

    record = office.record
    outcome, code = ("unknown", Exit.UNKNOWN) if event == "sending" else ("created", Exit.ATTENTION)
    assert record.settled
    assert "its sandbox has ended" in attempt_text.state(record)
    assert (json_report.stored_result(record)["outcome"], attempt_text.exit_code(record)) == (outcome, code)
    assert not any(word in command for command in next_commands.commands(record, "--sandbox") for word in ASKING)
    repeated = office.create()
    assert isinstance(repeated.error, Repeated)
    assert (repeated.error.kind, "may have" in repeated.error.cause) == ("done", event == "sending")
    assert office.world.creates == 1


ASKING = ("orgwizard resume", "orgwizard check", "orgwizard disable")  # what asks the org, or about it


@pytest.mark.usefixtures("spool_stays")
@pytest.mark.parametrize("event", ["answered", "created"])
def test_keys_that_a_sandbox_sent_are_stored_after_its_end_and_nobody_is_asked(
    of_ended_sandbox: Office, event: str
) -> None:
    office = of_ended_sandbox
    office.create()
    office.killed_after(event)
    for file in office.service.vault.folder.iterdir():
        file.unlink()
    by_another_run(office)
    asked = len(office.world.requests)

    result = office.resume()

    assert (result.outcome, result.ready, result.open, result.exit_code) == ("created", False, False, Exit.ATTENTION)
    assert office.kept() == office.world.secrets
    assert len(office.world.requests) == asked
    assert not any(word in step for step in result.next_steps for word in (*ASKING, "--replace"))


@pytest.mark.usefixtures("spool_stays")
@pytest.mark.parametrize("name", ["no-token", "half", "not-json"])
def test_an_odd_response_of_a_sandbox_that_has_ended_is_nothing_to_come_back_to(
    of_ended_sandbox: Office, name: str
) -> None:
    office = of_ended_sandbox
    office.named(name)
    office.create()
    office.killed_after("answered")
    by_another_run(office)
    if not office.record.settled:
        assert not office.resume().open
    assert office.record.settled
    assert office.record.spool is not None


def test_a_request_to_a_sandbox_that_has_ended_and_never_left_was_not_created(of_ended_sandbox: Office) -> None:
    office = of_ended_sandbox
    office.create()
    office.killed_after("requested")
    by_another_run(office)
    assert not office.record.settled
    assert office.resume().outcome == "not_created"


def test_a_file_that_may_hold_the_keys_is_named_and_keeps_an_attempt_open(office: Office) -> None:
    office.create()
    office.killed_after("sending")
    spool = office.home / "attempts" / "spool" / f"{office.record.id}.http"
    spool.parent.mkdir(exist_ok=True)
    spool.write_text(json.dumps({"id": "00oChild", "token": "00" + "t" * 40}))
    spool.chmod(0o600)
    result = office.resume()
    assert str(spool) in str(result.error)
    assert str(spool) in "\n".join(attempt_text.lines(office.record))
    assert spool.exists()


def dated(office: Office, seconds_ago: float) -> None:
    """Change when the request was sent, by the service's clock, in the attempt's record."""
    lines = [json.loads(line) for line in office.record.path.read_text().splitlines()]
    sent = next(line for line in lines if line["event"] == "sending")
    sent["sent_at"] = time.time() - seconds_ago
    lines[0]["at"] = "1970-01-01T00:00:00+00:00"  # by ours, it began long ago in any case
    office.record.path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


@pytest.mark.parametrize(("seconds_ago", "outcome"), [(0, "unknown"), (500, "unknown"), (700, "not_created")])
def test_an_org_is_absent_only_by_the_services_own_clock(office: Office, seconds_ago: float, outcome: str) -> None:
    office.named("reset-not-created")
    assert office.create().outcome == "unknown"
    office.killed_after("sending")
    dated(office, seconds_ago)

    result = office.resume()

    assert (result.outcome, office.world.creates) == (outcome, 1)
    assert office.record.state == ("unknown" if outcome == "unknown" else "absent")


def test_an_org_that_the_service_called_created_is_never_absent(office: Office) -> None:
    office.named("reset-not-created")
    office.create()
    office.killed_after("sending")
    dated(office, 700)
    spool = office.record.path.parent / "spool"
    spool.mkdir(mode=0o700, exist_ok=True)
    (spool / f"{office.record.id}.body").write_bytes(b"{}")

    assert office.resume().outcome == "unknown"


def test_a_record_that_does_not_say_when_it_was_sent_proves_no_absence(office: Office) -> None:
    office.named("reset-not-created")
    office.create()
    office.killed_after("sending")
    dated(office, 100_000)
    path = office.record.path
    path.write_text(re.sub(r', "sent_at": [0-9.]+', "", path.read_text()))

    assert office.resume().outcome == "unknown"


@pytest.mark.parametrize("office", ["datadog"], indirect=True)
def test_a_key_that_never_came_is_still_missing_later(office: Office) -> None:
    office.named("no-application-key")
    office.create()
    office.killed_after("profile")

    result = office.resume()

    assert (result.outcome, result.exit_code) == ("created", Exit.ATTENTION)
    assert "the application key is missing" in text_report.headline(result)


def test_a_request_that_never_left_is_settled_without_a_single_call(office: Office) -> None:
    office.create()
    office.killed_after("requested")
    before = len(office.world.requests)

    result = office.resume()

    assert (result.outcome, result.exit_code) == ("not_created", Exit.NOT_SENT)
    assert (len(office.world.requests), office.record.state) == (before, "not_sent")


@pytest.mark.parametrize("event", ["created", "profile"])
def test_an_org_whose_keys_were_only_shown_is_settled(office: Office, event: str) -> None:
    office.create(store="screen")
    office.killed_after(event)

    result = office.resume()

    assert (result.outcome, result.exit_code, result.open) == ("created", Exit.ATTENTION, False)
    assert result.error is not None
    assert "only shown on the screen" in result.error.cause
    assert "Sign in to the child org as its administrator and create new keys" in result.error.advice
    assert not office.kept()
    assert (office.record.state, office.service.journal.open()) == ("exists", [])
    assert attempt_text.exit_code(office.record) == Exit.ATTENTION


def test_an_org_whose_keys_no_store_took_is_settled(office: Office) -> None:
    office.create()
    office.killed_after("created")
    with office.service.journal.resume(office.record) as attempt:
        attempt.note("shown", keys_shown=True)

    result = office.resume()

    assert (result.outcome, result.exit_code, result.open) == ("created", Exit.ATTENTION, False)
    assert office.record.state == "exists"
    assert "they were only shown on the screen, because no store took them" in "".join(
        attempt_text.lines(office.record)
    )


def test_keys_that_were_given_to_a_command_are_told_of_and_nothing_is_left_to_do(office: Office) -> None:
    safe = office.home / "safe"
    office.create(store={"command": ["tee", "-a", str(safe)]})
    office.killed_after("profile")

    result = office.resume()

    assert (result.outcome, result.open, office.service.journal.open()) == ("created", False, [])
    if office.draft.provider == "datadog":  # Okta's address alone proves that the org is there
        assert result.error is not None
        assert (result.exit_code, result.error.advice) == (Exit.ATTENTION, "")
        assert "keys stored where they cannot be read back" in attempt_text.lines(office.record)[0]
    assert "given to the command tee" in "".join(attempt_text.lines(office.record))
    assert office.files_with_keys() == ["safe"]


def test_keys_in_a_store_that_cannot_be_read_now_leave_the_attempt_open(office: Office) -> None:
    stored = office.create().stored
    office.killed_after("profile")
    (file,) = office.service.vault.folder.glob("*.toml")
    away = file.rename(file.with_suffix(".away"))

    result = office.resume()

    assert (result.outcome, result.exit_code, result.stored) == ("created", Exit.ATTENTION, stored)
    assert any("no store" in remark for remark in result.remarks)
    if office.draft.provider == "datadog":  # Okta's address alone proves that the org is there
        assert result.open
        away.rename(file)
        assert office.resume().ready


def test_an_attempt_that_another_process_is_at_work_on_is_left_alone(office: Office) -> None:
    office.create()
    office.killed_after("stored")
    record = office.record
    with office.service.journal.resume(record), pytest.raises(Exception, match="Another orgwizard"):
        office.service.creations.resume(record, lambda _: None)


def test_a_further_creation_of_the_same_org_is_refused_with_the_open_attempt(office: Office) -> None:
    office.create()
    office.killed_after("sending")

    result = office.create()

    assert isinstance(result.error, Repeated)
    assert (result.error.attempt, result.error.kind) == (office.record.id, "open")
    assert office.world.creates == 1


@pytest.mark.parametrize("event", ["sending", "created", "stored"])
def test_a_repeated_command_takes_the_open_attempt_up_and_creates_no_twin(
    office: Office, event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    office.create()
    office.killed_after(event)

    code = commands.create(office.service, office.draft, yes=True, as_json=True)

    said = capsys.readouterr()
    assert json.loads(said.out)["attempt"] == office.record.id
    assert "nothing is sent twice" in said.err
    assert (code, office.world.creates) == (Exit.READY if event == "stored" else Exit.ATTENTION, 1)


@pytest.mark.parametrize("office", ["datadog"], indirect=True)  # which takes a name twice
def test_a_repeated_command_creates_where_the_open_attempt_never_did(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.create()
    office.killed_after("requested")
    code = commands.create(office.service, office.draft, yes=True, as_json=True)

    assert (code, office.world.creates) == (Exit.READY, 2)
    assert "That attempt created nothing" in capsys.readouterr().err


@pytest.mark.parametrize("office", ["datadog"], indirect=True)
def test_an_org_is_created_again_where_that_is_asked_for(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.create()
    office.killed_after("sending")
    code = commands.create(office.service, office.draft, yes=True, again=True, as_json=True)

    assert (code, office.world.creates) == (Exit.READY, 2)
    assert json.loads(capsys.readouterr().out)["attempt"] != office.service.journal.open()[-1].id


def test_a_profile_that_was_not_saved_yet_is_saved_when_the_attempt_is_taken_up(office: Office) -> None:
    stored = office.create().stored
    office.killed_after("stored")
    for file in office.service.profiles.folder.iterdir():
        file.unlink()

    result = office.resume()

    assert office.record.profile == result.profile
    profile = office.service.profiles.load(result.profile)
    assert stored is not None
    assert {reference.file for reference in profile.secrets.values()} == {stored["file"]}


OTHERS = {"okta": {"OKTA_CLIENT_ORGURL": "https://other.okta.com"}, "datadog": {"DD_SITE": "us5.datadoghq.com"}}
KEYS = {
    "okta": {"OKTA_CLIENT_TOKEN": CREDENTIALS["okta.token"]},
    "datadog": {"DD_API_KEY": CREDENTIALS["datadog.api_key"], "DD_APP_KEY": CREDENTIALS["datadog.application_key"]},
}


@pytest.mark.parametrize("office", ["datadog"], indirect=True)  # Okta's look-up sends no credentials
@pytest.mark.parametrize("recorded", [True, False])
def test_keys_that_are_for_another_site_now_are_not_sent(office: Office, recorded: bool) -> None:
    office.create()
    office.killed_after("sending")
    if not recorded:  # as where they were typed
        path = office.record.path
        path.write_text(path.read_text().replace("PARENT_API_KEY", "GONE_API_KEY").replace("PARENT_APP_KEY", "GONE"))
    key = office.draft.provider
    service = replace(office.service, environ={**ENVIRON, **KEYS[key], **OTHERS[key]})
    asked = len(office.world.requests)

    result = ended(lambda tell: service.creations.resume(office.record, tell))

    assert (result.outcome, len(office.world.requests)) == ("unknown", asked)


@pytest.mark.parametrize(
    ("site", "at_hand", "belongs"),
    [
        ("datadoghq.eu", {"DD_SITE": "datadoghq.eu"}, True),
        ("datadoghq.eu", {"DD_SITE": "datadoghq.com"}, False),
        ("datadoghq.eu", {}, True),
        ("http://127.0.0.1:9", {}, False),
        ("https://dd.example.com", {}, False),
        ("https://dd.example.com", {"DD_SITE": "datadoghq.com"}, False),
    ],
)
def test_what_is_at_hand_belongs_to_its_own_site(
    office: Office, site: str, at_hand: dict[str, str], belongs: bool
) -> None:
    assert (
        replace(office.service, environ=at_hand).creations.recovery.belongs_to(provider_of("datadog"), site) is belongs
    )


# ---- keys in the keyring of which the journal could not tell ----


@dataclass
class Ring:
    """A keyring in memory, which may be locked."""

    name: str = "test keyring"
    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    locked: bool = False

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise RuntimeError
        return self.entries.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setattr("keyring.get_keyring", lambda: ring)
    return ring


@pytest.mark.parametrize("event", ["sending", "answered", "created"])
def test_keys_in_the_keyring_are_found_though_no_journal_tells(office: Office, ring: Ring, event: str) -> None:
    created = office.create("keyring")
    office.killed_after(event)
    assert any("may be in the system keyring" in line for line in attempt_text.lines(office.record))

    result = office.resume()

    assert (result.outcome, result.ready, result.exit_code) == ("created", True, Exit.READY)
    assert (result.stored, dict(result.sources)) == (created.stored, dict(created.sources))
    assert (office.record.state, office.record.stored) == ("ready", created.stored)
    assert office.record.org is not None
    assert set(ring.entries.values()) == office.world.secrets
    assert office.world.creates == 1


@pytest.mark.parametrize("event", ["sending", "created"])
def test_a_keyring_that_cannot_be_asked_leaves_the_attempt_open(office: Office, ring: Ring, event: str) -> None:
    office.create("keyring")
    office.killed_after(event)
    ring.locked = True

    result = office.resume()

    assert (result.outcome, result.exit_code, result.open) == ("created", Exit.ATTENTION, True)
    assert result.error is not None
    assert "may be in the system keyring" in result.error.cause


@pytest.mark.usefixtures("ring")
def test_looking_at_attempts_does_not_ask_the_keyring(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.create("keyring")
    office.killed_after("created")
    monkeypatch.setattr("keyring.get_keyring", lambda: pytest.fail("asked"))
    assert office.record.may_be_in_keyring


# ---- keys that a command may have ----


def test_a_kill_between_two_keys_leaves_the_name_of_the_first_and_no_later_org_takes_it(office: Office) -> None:
    journal, safe = office.service.journal, office.home / "safe"
    vault = replace(office.service.vault, names_in_use=journal.names_in_use, giving=journal.note_giving)
    office.service = replace(office.service, vault=vault)
    office.create({"command": ["tee", "-a", str(safe), str(office.home / "{name}")]})
    assert office.record.given_elsewhere == ()  # it has them where it is known to have them
    names = office.record.given
    lines = office.record.path.read_text().splitlines(keepends=True)
    cut = next(at for at, line in enumerate(lines) if '"event": "given"' in line)
    office.record.path.write_text("".join(lines[: cut + 1]))
    assert names[0] in "".join(attempt_text.lines(office.record))
    assert journal.names_in_use() == {names[0]}

    result = office.resume()

    assert any(names[0] in remark for remark in result.remarks)
    assert (result.outcome, office.record.given) == ("created", (names[0],))


def test_an_org_that_only_the_look_up_knows_is_not_told_to_lack_keys_that_a_command_was_given(office: Office) -> None:
    office.service = replace(
        office.service, vault=replace(office.service.vault, giving=office.service.journal.note_giving)
    )
    office.create({"command": ["tee", "-a", str(office.home / "safe"), str(office.home / "{name}")]})
    lines = office.record.path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if any(f'"event": "{event}"' in line for event in ("requested", "sending", "given"))]
    office.record.path.write_text("".join(kept))
    given = ", ".join(office.record.given_elsewhere)

    result = office.resume()

    assert (result.outcome, result.exit_code) == ("created", Exit.ATTENTION)
    assert result.error is not None
    assert f"A command may have keys of this org, as {given}." in result.error.cause
    assert "never arrived" not in result.error.cause

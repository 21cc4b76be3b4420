"""Moving keys to another store, broken off at every change that it makes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard.application.keys.move_keys import MOVED, NOT_MOVED, move_keys, save_after_all
from orgwizard.application.service import Service
from orgwizard.domain.errors import BadInput, Busy, Exit, LocalFailure, NeedsAttention, NotSent
from orgwizard.domain.events import Result
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.storage.profiles import Org, Profile
from orgwizard.storage.stores.secret_stores import parse_store
from orgwizard.storage.stores.vault import KeyFacts, Vault
from orgwizard.system import private_files
from orgwizard.system.secret_reader import read
from orgwizard.system.subprocesses import Ended
from tests import store_tools
from tests.attempts import new_attempt
from tests.tui.bench import bench

KEYS = {"api_key": SecretStr("canary-api-key"), "application_key": SecretStr("canary-application-key")}
READABLE = ("file", "keyring", "pass", "vault", "op", "az:team-keys")


class Killed(BaseException):
    """The process ends here."""


@dataclass
class World:
    """Everything outside that keeps keys, and the change at which the process is killed."""

    kept: dict[str, str] = field(default_factory=dict)
    ring: dict[str, str] = field(default_factory=dict)
    kill_at: int = 0
    after: bool = False
    changes: int = 0
    name = "test keyring"

    def change(self, make: Callable[[], Any]) -> Any:
        """Make a change, or be killed before or after it."""
        self.changes += 1
        if self.changes == self.kill_at and not self.after:
            raise Killed
        made = make()
        if self.changes == self.kill_at:
            raise Killed
        return made

    def run(self, argv: Sequence[str], given: bytes = b"", **_: object) -> Ended:
        def played() -> Ended:
            try:
                return Ended(0, store_tools.PLAYED[argv[0]](self.kept, list(argv[1:]), given.decode()).encode(), "")
            except store_tools.Refused as refused:
                return Ended(refused.args[1], b"", refused.args[0])

        return self.change(played)  # type: ignore[no-any-return]

    def ask_keyring(self, question: Callable[[Any], Any], **_: object) -> Any:
        return question(self)

    def get_password(self, _: str, username: str) -> str | None:
        return self.ring.get(username)

    def set_password(self, _: str, username: str, password: str) -> None:
        self.change(lambda: self.ring.update({username: password}))

    def delete_password(self, _: str, username: str) -> None:
        self.change(lambda: self.ring.pop(username))

    def has(self, text: str, folder: Path) -> int:
        """Return in how many places a key is."""
        files = [path.read_text() for path in folder.glob("*.toml")]
        texts = [*files, *self.ring.values(), *(t for name, t in self.kept.items() if not name.startswith("deleted "))]
        return sum(text in one for one in texts)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    for module in ("storage.stores.preset_store", "system.secret_reader", "storage.stores.command_store"):
        monkeypatch.setattr(f"orgwizard.{module}.run", world.run)
    for module in ("storage.stores.key_removal", "system.secret_reader", "storage.stores.keyring_store"):
        monkeypatch.setattr(f"orgwizard.{module}.ask_keyring", world.ask_keyring)
    for name in ("write", "write_new", "append", "remove"):
        real = getattr(private_files, name)
        monkeypatch.setattr(private_files, name, lambda *a, real=real, **o: world.change(lambda: real(*a, **o)))
    return world


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = service_in(tmp_path / "orgwizard")
    yield made
    made.engine.close()


def service_in(folder: Path) -> Service:
    return bench(folder, vault=Vault(folder / "keys"))


def profile_in(service: Service, store: str) -> Profile:
    """Return the profile of an org whose keys are in a store, as a creation leaves it."""
    with service.journal.requested(new_attempt("datadog", "datadoghq.eu", "My Child", store=store)) as attempt:
        kept = service.vault.keep(parse_store(store), "datadog-my-child", KEYS, KeyFacts(attempt=attempt.id))
        attempt.note("created", org={"id": "1", "name": "My Child", "url": ""}, keys=sorted(KEYS))
        attempt.note("stored", stored=dict(kept.reference))
        attempt.note("ended", result="ready")
    profile = Profile(
        name="datadog-my-child",
        provider="datadog",
        site="datadoghq.eu",
        created=datetime(2026, 11, 28, tzinfo=UTC),
        attempt=attempt.id,
        org=Org(id="1", name="My Child", url=""),
        secrets=dict(kept.sources),
    )
    return service.profiles.save(profile)


def yes(_: str) -> bool:
    return True


def no(_: str) -> bool:
    return False


def read_all(service: Service) -> dict[str, SecretStr]:
    return {name: read(source) for name, source in service.profiles.load("datadog-my-child").secrets.items()}


@pytest.mark.parametrize("there", READABLE)
@pytest.mark.parametrize("before", READABLE)
def test_keys_are_moved_and_are_then_in_one_place(world: World, service: Service, before: str, there: str) -> None:
    profile = profile_in(service, before)
    moved = move_keys(service, "datadog-my", there, no)
    assert read_all(service) == KEYS
    assert (moved.kept is None) == (before == there)
    assert not moved.profile.former
    assert [world.has(key.get_secret_value(), service.vault.folder) for key in KEYS.values()] == [1, 1]
    if moved.kept:
        assert service.journal.get(profile.attempt).stored == moved.kept.reference
        assert service.journal.get(profile.attempt).state == "ready"
    assert move_keys(service, "datadog-my-child", there, no).kept is None  # it is done already


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("before", "there"), [("file", "pass"), ("pass", "file"), ("keyring", "az:team"), ("vault", "keyring")]
)
def test_a_move_that_is_killed_at_any_change_loses_nothing_and_can_be_repeated(
    world: World, tmp_path: Path, before: str, there: str, after: bool
) -> None:
    for at in count(1):
        service = service_in(tmp_path / f"run-{at}")
        world.kept.clear()
        world.ring.clear()
        world.kill_at = 0
        profile_in(service, before)
        world.changes, world.kill_at, world.after = 0, at, after
        try:
            move_keys(service, "datadog-my-child", there, no)
            break
        except Killed:
            world.kill_at = 0
        finally:
            service.engine.close()
        assert read_all(service) == KEYS
        assert move_keys(service, "datadog-my-child", there, no).profile.former == {}
        assert read_all(service) == KEYS
        assert [world.has(key.get_secret_value(), service.vault.folder) for key in KEYS.values()] == [1, 1]
    assert at > len(KEYS) * 4


@pytest.mark.parametrize("there", ["gh:acme/infra", {"command": ["age", "--encrypt", "--recipient", "{name}"]}])
def test_keys_that_could_not_be_read_back_are_moved_with_a_yes_only(world: World, service: Service, there: Any) -> None:
    profile_in(service, "file")
    with pytest.raises(NotSent) as caught:
        move_keys(service, "datadog-my-child", there, no)
    assert caught.value.meaning == NOT_MOVED
    assert read_all(service) == KEYS
    moved = move_keys(service, "datadog-my-child", there, yes)
    assert moved.profile.secrets == {}
    assert list(service.vault.folder.glob("*.toml")) == []
    assert world.changes


@pytest.mark.parametrize("there", ["screen", "nowhere", "az"])
def test_what_is_no_place_is_refused(world: World, service: Service, there: str) -> None:
    profile_in(service, "file")
    with pytest.raises(BadInput) as caught:
        move_keys(service, "datadog-my-child", there, yes)
    assert caught.value.meaning == NOT_MOVED
    assert read_all(service) == KEYS
    assert world.kept == {}


def test_a_store_that_fails_moves_nothing(world: World, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    profile_in(service, "file")
    monkeypatch.setitem(store_tools.PLAYED, "pass", lambda *_: store_tools.refuse("locked"))
    with pytest.raises(LocalFailure, match="locked") as caught:
        move_keys(service, "datadog-my-child", "pass", yes)
    assert caught.value.meaning == NOT_MOVED
    assert read_all(service) == KEYS
    assert world.kept == {}


def test_an_old_copy_that_cannot_be_removed_is_told_and_removed_by_a_repeat(
    world: World, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile_in(service, "pass")
    real = store_tools.PLAYED["pass"]
    with monkeypatch.context() as locked:
        locked.setitem(
            store_tools.PLAYED,
            "pass",
            lambda kept, argv, given: store_tools.refuse("locked") if argv[0] == "rm" else real(kept, argv, given),
        )
        with pytest.raises(NeedsAttention, match="still has") as caught:
            move_keys(service, "datadog-my-child", "file", no)
    assert (caught.value.meaning, caught.value.exit_code) == (MOVED, Exit.ATTENTION)
    assert read_all(service) == KEYS
    assert world.kept
    move_keys(service, "datadog-my-child", "file", no)
    assert world.kept == {}


def test_keys_of_a_file_that_is_not_ours_stay_there(world: World, service: Service, tmp_path: Path) -> None:
    profile = profile_in(service, "file")
    (tmp_path / "mine.toml").write_text('api_key = "canary-api-key"\n')
    mine = {"api_key": Reference(file=str(tmp_path / "mine.toml"), key="api_key")}
    service.profiles.replace(profile.model_copy(update={"secrets": mine}))
    moved = move_keys(service, "datadog-my-child", "pass", no)
    assert str(tmp_path / "mine.toml") in moved.remarks[0]
    assert (tmp_path / "mine.toml").exists()
    assert world.kept


def test_two_moves_at_once_do_not_meet(service: Service) -> None:
    profile_in(service, "file")
    with service.profiles.alone(), pytest.raises(Busy):
        move_keys(service, "datadog-my-child", "pass", no)


def test_keys_for_the_screen_only_can_be_saved_after_all(world: World, service: Service) -> None:
    profile = profile_in(service, "screen")
    assert profile.secrets == {}
    shown = Result(
        "created", "datadog", "datadoghq.eu", "My Child", attempt=profile.attempt, profile=profile.name, secrets=KEYS
    )
    saved = save_after_all(service, shown, "pass")
    assert saved.secrets == {}
    assert saved.stored == service.journal.get(profile.attempt).stored
    assert read_all(service) == KEYS
    assert len(world.kept) == len(KEYS)

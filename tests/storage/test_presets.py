"""The named stores, against programs that play their tools."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard.domain.errors import BadInput, LocalFailure, NeedsAttention
from orgwizard.storage.stores.preset_store import PresetStore, available, recognized
from orgwizard.storage.stores.secret_stores import parse_store
from orgwizard.storage.stores.store_presets import PRESETS
from orgwizard.storage.stores.stored_reference import can_be_read, place, sources
from orgwizard.storage.stores.vault import KeyFacts, PartlyStored, Vault
from orgwizard.system.secret_reader import read
from orgwizard.system.subprocesses import Ended
from tests import store_tools

KEYS = {"api_key": SecretStr("canary-api-key"), "application_key": SecretStr("canary$(id)'\"\\ é")}
OTHERS = {"api_key": SecretStr("canary-other"), "application_key": KEYS["application_key"]}
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
PLANS = (
    *("pass", "gopass", "op", "op:Team Keys", "vault", "vault:kv/team", "bao", "aws", "aws:eu-central-1"),
    *("gcloud", "gcloud:my-project", "az:team-keys", "gh:acme/infra"),
)


@dataclass
class Tools:
    """The tools, and what they keep.

    Calls with `broken` in an argument fail; the tool `gone` is not installed; `silent` says yes and does nothing.
    """

    kept: dict[str, str] = field(default_factory=dict)
    arguments: list[Sequence[str]] = field(default_factory=list)
    broken: str = ""
    gone: str = ""
    silent: str = ""

    def run(self, argv: Sequence[str], given: bytes = b"", **_: Any) -> Ended:
        """Play a tool as `subprocesses.run` would run it."""
        self.arguments.append(argv)
        if argv[0] == self.gone:
            raise LocalFailure(f"The command {argv[0]} was not found.")
        if argv[0] == self.silent:
            return Ended(0, b"", "")
        try:
            if self.broken and any(self.broken in word for word in argv):
                store_tools.refuse(given.decode(), 4)
            return Ended(0, store_tools.PLAYED[argv[0]](self.kept, list(argv[1:]), given.decode()).encode(), "")
        except store_tools.Refused as refused:
            return Ended(refused.args[1], b"", refused.args[0])

    @property
    def alive(self) -> list[str]:
        """Return the texts that are not in a recoverable state after their removal."""
        return [text for name, text in self.kept.items() if not name.startswith("deleted ")]


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Tools:
    tools = Tools()
    monkeypatch.setattr("orgwizard.storage.stores.preset_store.run", tools.run)
    monkeypatch.setattr("orgwizard.system.secret_reader.run", tools.run)
    return tools


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "keys", seconds=60)


@pytest.fixture
def identity(tmp_path: Path) -> str:
    (tmp_path / "identity.txt").write_text("AGE-SECRET-KEY-1")
    return f"age:{tmp_path}/identity.txt"


def preset_store(plan: str) -> PresetStore:
    store = parse_store(plan)
    assert isinstance(store, PresetStore)
    return store


@pytest.mark.parametrize("plan", [*PLANS, "age:/keys.txt", f"age:{RECIPIENT}"])
def test_a_named_store_is_written_to_a_plan_as_it_was_read(plan: str) -> None:
    store = preset_store(plan)
    assert parse_store(store.plan()) == store
    assert store.plan().startswith(plan)
    assert store.title


@pytest.mark.parametrize(
    "value",
    [
        *("pass:x", "az", "az:", "az:a", "az:a b", "gh", "gh:acme", "gh:-R/x", "age", "age:AGE-SECRET-KEY-1CANARY"),
        *("vault:-x", "vault:", "aws:mars", "gcloud:--x", "op:-x", "op:a/b"),
    ],
)
def test_a_place_that_is_missing_or_invalid_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(BadInput, match="store: ") as caught:
        parse_store(value)
    assert caught.value.field == "store"
    assert "CANARY" not in "".join(caught.value.lines())


def test_a_name_of_no_store_is_told_which_there_are() -> None:
    with pytest.raises(BadInput) as caught:
        parse_store("lastpass")
    assert all(preset.name in caught.value.advice for preset in PRESETS)


@pytest.mark.parametrize("plan", PLANS)
def test_keys_are_created_read_back_and_never_overwritten(tools: Tools, vault: Vault, plan: str) -> None:
    store = preset_store(plan)
    assert store.title in vault.probe(store)
    assert not tools.alive
    first = vault.keep(store, "datadog-a", KEYS, KeyFacts())
    again = vault.keep(store, "datadog-a", OTHERS, KeyFacts())
    assert tools.alive.count("canary-api-key") == 1
    assert "canary-other" in tools.alive
    if store.preset.read:
        assert {name: read(source) for name, source in first.sources.items()} == KEYS
        assert {name: read(source) for name, source in again.sources.items()} == OTHERS
    assert "canary" not in repr(tools.arguments)
    assert "canary" not in repr(first)
    assert first.words == place(json.loads(json.dumps(first.reference)))
    assert sources(first.reference, KEYS) == first.sources
    assert can_be_read(first.reference) == bool(store.preset.read)


@pytest.mark.parametrize("plan", [plan for plan in PLANS if not plan.startswith("gh")])
def test_what_a_run_created_before_it_was_cut_short_is_not_created_twice(tools: Tools, vault: Vault, plan: str) -> None:
    store = preset_store(plan)
    first = vault.keep(store, "datadog-a", {"api_key": KEYS["api_key"]}, KeyFacts())
    whole = vault.keep(store, "datadog-a", KEYS, KeyFacts())
    assert whole.reference["entries"]["api_key"] == first.reference["entries"]["api_key"]
    assert len(tools.alive) == len(KEYS)


@pytest.mark.parametrize("plan", PLANS)
def test_an_entry_can_be_removed_by_the_command_that_reads_it(tools: Tools, vault: Vault, plan: str) -> None:
    store = preset_store(plan)
    kept = vault.keep(store, "okta-a", {"token": KEYS["api_key"]}, KeyFacts())
    if store.preset.read:
        found = recognized(kept.sources["token"].command or ())
        assert found == (store, kept.reference["entries"]["token"])
    assert store.remove(vault, kept.reference["entries"]["token"])
    assert not tools.alive


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: f"{preset.name}-{'read' if preset.read else 'write'}")
def test_no_command_of_a_preset_could_hold_a_secret(preset: Any) -> None:
    assert not [word for word in (*preset.create, *preset.read, *preset.remove) if "secret}" in word]
    assert preset.read or preset.names or preset.suffix


def test_a_file_is_encrypted_to_an_identity_and_decrypted_with_it(tools: Tools, vault: Vault, identity: str) -> None:
    store = preset_store(identity)
    assert "returned a test entry" in vault.probe(store)
    assert list(vault.folder.iterdir()) == []
    first, again = (vault.keep(store, "datadog-a", keys, KeyFacts()) for keys in (KEYS, OTHERS))
    assert {name: read(source) for name, source in first.sources.items()} == KEYS
    assert {name: read(source) for name, source in again.sources.items()} == OTHERS
    assert "canary" not in "".join(path.read_text() for path in vault.folder.iterdir())
    assert store.remove(vault, first.reference["entries"]["api_key"])
    assert tools.arguments


def test_a_file_encrypted_to_a_recipient_cannot_be_read_back_here(tools: Tools, vault: Vault) -> None:
    store = preset_store(f"age:{RECIPIENT}")
    assert "cannot be read back" in vault.probe(store)
    kept = [vault.keep(store, "okta-a", {"token": SecretStr(text)}, KeyFacts()) for text in ("canary-1", "canary-2")]
    assert [Path(one.reference["entries"]["token"]).name for one in kept] == ["okta-a-token.age", "okta-a-2-token.age"]
    assert kept[0].sources == {}
    assert tools.arguments


def test_a_tool_that_is_not_installed_is_named(tools: Tools, vault: Vault) -> None:
    tools.gone = "pass"
    with pytest.raises(LocalFailure, match="pass was not found"):
        vault.probe(preset_store("pass"))


@pytest.mark.parametrize(
    ("store", "begins"), [("pass", "pass ended"), ("vault", "HashiCorp Vault (secret): vault ended")]
)
def test_a_tool_that_fails_is_named_once(tools: Tools, vault: Vault, store: str, begins: str) -> None:
    tools.broken = "probe"
    with pytest.raises(LocalFailure) as caught:
        vault.probe(preset_store(store))
    assert caught.value.cause.startswith(begins)


def test_those_tools_are_available_that_are_on_the_search_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_tools.install(tmp_path / "tools")
    (tmp_path / "tools" / "pass").unlink()
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    names = [preset.name for preset in available()]
    assert names == [tool for tool in store_tools.PLAYED if tool != "pass"]


def test_a_tool_that_refuses_the_second_key_tells_where_the_first_is(tools: Tools, vault: Vault) -> None:
    tools.broken = "application_key"
    with pytest.raises(PartlyStored, match="datadog-a-api_key") as caught:
        vault.keep(preset_store("vault"), "datadog-a", KEYS, KeyFacts())
    assert caught.value.names == ("orgwizard/datadog-a-api_key",)
    assert "canary" not in "".join(caught.value.lines())


def test_a_tool_that_forgets_is_noticed(tools: Tools, vault: Vault) -> None:
    tools.silent = "aws"
    with pytest.raises(LocalFailure, match="did not return"):
        vault.probe(preset_store("aws"))


def test_a_list_that_cannot_be_had_stops_what_might_overwrite(tools: Tools, vault: Vault) -> None:
    tools.broken = "list"
    with pytest.raises(NeedsAttention, match="exit code 4"):
        vault.keep(preset_store("gh:acme/infra"), "okta-a", {"token": KEYS["api_key"]}, KeyFacts())
    assert not [argv for argv in tools.arguments if "set" in argv]


@pytest.mark.full
@pytest.mark.parametrize("plan", {plan.partition(":")[0]: plan for plan in PLANS}.values())
def test_the_tools_are_fed_as_programs(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plan: str
) -> None:
    file = store_tools.install(tmp_path / "tools")
    monkeypatch.setenv("PATH", str(file.parent))
    monkeypatch.setenv("STORE_TOOLS", str(file))
    kept = vault.keep(preset_store(plan), "datadog-a", KEYS, KeyFacts())
    assert "canary-api-key" in json.loads(file.read_text()).values()
    assert {name: read(source) for name, source in kept.sources.items()} in ({}, KEYS)

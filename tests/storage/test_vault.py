import json
import os
import stat
import sys
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard.domain.errors import CREATED, BadInput, LocalFailure, NeedsAttention, NeedsConsent
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.storage.stores.command_store import CommandStore
from orgwizard.storage.stores.keyring_store import KeyringStore, keys_of_attempt
from orgwizard.storage.stores.secret_stores import FileStore, ScreenStore, attempts_with_keys, parse_store
from orgwizard.storage.stores.stored_reference import place
from orgwizard.storage.stores.vault import KeyFacts, PartlyStored, Store, Vault
from orgwizard.system.secret_reader import read

TOKEN = "00canary-token"
KEYS = {"api_key": SecretStr("canary-api-key"), "application_key": SecretStr("canary-app-key")}
FACTS = KeyFacts(org="My Child\n[evil]\x1b[2J", url="https://my-child.okta.com")
# Appends what it is given to the file named first, after the name given second.
RECORDER = """
import sys
with open(sys.argv[1], "a") as file:
    file.write(f"[{sys.argv[2]}]" + sys.stdin.read())
"""


@dataclass
class Ring:
    """A keyring in memory, which tests break."""

    name: str = "test keyring"
    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    forgets: bool = False

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.forgets:
            self.entries[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setattr("keyring.get_keyring", lambda: ring)
    return ring


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "keys", seconds=20)


def recorder(path: Path, name: str = "{name}") -> CommandStore:
    return CommandStore((sys.executable, "-c", RECORDER, str(path), name))


def failing(code: str) -> CommandStore:
    return CommandStore((sys.executable, "-c", f"import sys; given = sys.stdin.read(); {code}"))


@pytest.mark.parametrize("plan", ["file", "keyring", "screen", {"command": ["pass", "insert", "-m", "{name}"]}])
def test_a_store_is_written_to_a_plan_as_it_was_read(plan: Any) -> None:
    store = parse_store(plan)
    assert store.plan() == plan
    assert store.title
    assert parse_store(store.plan()) == store


@pytest.mark.parametrize(
    "value",
    [
        *("disk", "", None, 5, [], {}, {"file": "x"}, {"command": "pass"}, {"command": []}, {"command": [""]}),
        *({"command": [5]}, {"command": ["a\0"]}, {"command": ["pass"], "file": "x"}),
    ],
)
def test_anything_else_is_no_store(value: Any) -> None:
    with pytest.raises(BadInput, match="store: this is not a key store") as caught:
        parse_store(value)
    assert caught.value.field == "store"
    assert "keyring" in caught.value.advice


def test_a_file_store_is_tried_and_leaves_nothing(vault: Vault) -> None:
    assert str(vault.folder) in vault.probe(FileStore())
    assert list(vault.folder.iterdir()) == []


def test_a_file_store_that_does_not_work_says_why(vault: Vault) -> None:
    vault.folder.write_text("in the way")
    with pytest.raises(LocalFailure, match="not a folder"):
        vault.probe(FileStore())


def test_a_file_holds_the_secrets_and_tells_whose_they_are(vault: Vault) -> None:
    kept = vault.keep(FileStore(), "datadog-my-child", KEYS, FACTS)
    path = vault.folder / "datadog-my-child.toml"
    assert kept.reference == {"file": str(path)}
    assert str(path) in kept.words
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == (
        "# The keys of an org that orgwizard created.\n"
        "# org: My Child [evil]\n"
        "# url: https://my-child.okta.com\n"
        'api_key = "canary-api-key"\n'
        'application_key = "canary-app-key"\n'
    )
    assert {name: read(source) for name, source in kept.sources.items()} == KEYS


def test_a_file_is_never_overwritten(vault: Vault) -> None:
    paths = [
        vault.keep(FileStore(), "okta-a", {"token": SecretStr(f"{n}")}, KeyFacts()).reference["file"] for n in range(3)
    ]
    assert [Path(path).name for path in paths] == ["okta-a.toml", "okta-a-2.toml", "okta-a-3.toml"]
    assert [tomllib.loads(Path(path).read_text())["token"] for path in paths] == ["0", "1", "2"]


@pytest.mark.parametrize(
    "secret",
    [
        '"quoted" \\back',
        "line\nend",
        "é😀",
        pytest.param("x" * 10_000, id="long"),
        "\x1b[2J",
        " edges ",
        "\ttab\t",
        "a\u200bb\n",
    ],
)
def test_a_file_takes_secrets_of_any_shape(vault: Vault, secret: str) -> None:
    kept = vault.keep(FileStore(), "okta-a", {"token": SecretStr(secret)}, KeyFacts())
    assert read(kept.sources["token"]).get_secret_value() == secret


@pytest.mark.parametrize("store", [FileStore(), KeyringStore(), failing("pass")])
def test_a_secret_that_is_no_text_is_refused_by_name(vault: Vault, ring: Ring, store: Store) -> None:
    with pytest.raises(NeedsAttention, match="The token contains characters") as caught:
        vault.keep(store, "okta-a", {"token": SecretStr(f"{TOKEN}\ud800")}, KeyFacts())
    assert TOKEN not in repr(caught.value.__context__)
    assert not vault.folder.exists()
    assert ring.entries == {}


def test_a_disk_that_fails_while_keeping_says_that_the_org_exists(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NeedsAttention, match="disk is full") as caught:
        vault.keep(FileStore(), "okta-a", {"token": SecretStr(TOKEN)}, KeyFacts())
    assert caught.value.lines()[0] == CREATED
    assert list(vault.folder.iterdir()) == []


def test_a_keyring_is_tried_and_named(vault: Vault, ring: Ring) -> None:
    assert "(test keyring)" in vault.probe(KeyringStore())
    assert ring.entries == {}


class PlaintextKeyring(Ring):
    """A keyring of keyrings.alt, by its name."""

    file_path = "/home/me/keyring_pass.cfg"


class Chain(Ring):
    """A chain of keyrings, of which the first is used."""

    def __init__(self, *backends: Ring) -> None:
        super().__init__()
        self.backends = backends


@pytest.mark.parametrize("ring_of", [PlaintextKeyring, lambda: Chain(PlaintextKeyring(), Ring())], ids=["one", "chain"])
def test_a_keyring_of_plain_text_needs_a_yes(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, ring_of: Callable[[], Ring]
) -> None:
    ring = ring_of()
    monkeypatch.setattr("keyring.get_keyring", lambda: ring)
    with pytest.raises(NeedsConsent, match=r"PlaintextKeyring, /home/me/keyring_pass\.cfg") as caught:
        vault.probe(KeyringStore())
    agreed = parse_store(caught.value.store)
    assert agreed.plan() == caught.value.store
    assert "returned it" in vault.probe(agreed)


def test_a_chain_that_begins_with_another_keyring_needs_none(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.get_keyring", lambda: Chain(Ring(), PlaintextKeyring()))
    assert "returned it" in vault.probe(KeyringStore())


def test_a_keyring_that_forgets_is_noticed(vault: Vault, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    ring.forgets = True
    monkeypatch.setattr(ring, "delete_password", lambda *_: None)
    with pytest.raises(LocalFailure, match="did not return"):
        vault.probe(KeyringStore())
    with pytest.raises(NeedsAttention, match="no entry") as caught:
        vault.keep(KeyringStore(), "okta-a", {"token": SecretStr(TOKEN)}, KeyFacts())
    assert TOKEN not in str(caught.value)


def test_a_keyring_that_changes_what_it_is_given_is_noticed(
    vault: Vault, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "get_password", lambda _, name: ring.entries.get(("orgwizard", name), "")[:4] or None)
    with pytest.raises(NeedsAttention, match="not what was stored"):
        vault.keep(KeyringStore(), "okta-a", {"token": SecretStr(TOKEN)}, KeyFacts())


def test_a_keyring_holds_an_entry_per_secret_and_none_is_overwritten(vault: Vault, ring: Ring) -> None:
    first = vault.keep(KeyringStore(), "datadog-a", KEYS, KeyFacts())
    others = {"api_key": SecretStr("canary-other"), "application_key": KEYS["application_key"]}
    second = vault.keep(KeyringStore(), "datadog-a", others, KeyFacts())
    assert [first.reference["keyring"], second.reference["keyring"]] == ["orgwizard/datadog-a", "orgwizard/datadog-a-2"]
    assert second.words.endswith("as datadog-a-2/api_key, datadog-a-2/application_key")
    assert first.sources["api_key"] == Reference(keyring="orgwizard/datadog-a/api_key")
    assert ring.entries["orgwizard", "datadog-a-2/application_key"] == "canary-app-key"
    assert {name: read(source) for name, source in second.sources.items()} == others
    assert {name: read(source) for name, source in first.sources.items()} == KEYS


def test_entries_of_a_keyring_name_their_attempt_and_are_found_by_it(vault: Vault, ring: Ring) -> None:
    facts = KeyFacts(attempt="20261122-160419-3f9a")
    kept = vault.keep(KeyringStore(), "datadog-a", KEYS, facts)
    assert kept.reference["keyring"] == "orgwizard/datadog-a/20261122-160419-3f9a"
    assert {name: read(source) for name, source in kept.sources.items()} == KEYS
    labels = ("datadog-b", "datadog-a")
    assert keys_of_attempt(facts.attempt, labels, tuple(KEYS), seconds=20) == kept.reference
    assert keys_of_attempt("20261122-160419-0000", labels, tuple(KEYS), seconds=20) is None
    assert ring.entries


def test_a_keyring_that_a_run_filled_in_part_before_it_was_cut_short_is_filled_up(vault: Vault, ring: Ring) -> None:
    ring.entries["orgwizard", "datadog-a/api_key"] = KEYS["api_key"].get_secret_value()
    kept = vault.keep(KeyringStore(), "datadog-a", KEYS, KeyFacts())
    assert kept.reference["keyring"] == "orgwizard/datadog-a"
    assert len(ring.entries) == len(KEYS)


def test_a_keyring_that_hangs_after_its_probe_holds_nobody_up(
    vault: Vault, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(ring, "set_password", lambda *_: release.wait(60))
    try:
        with pytest.raises(NeedsAttention, match="did not answer within"):
            Vault(vault.folder, seconds=0.05).keep(KeyringStore(), "okta-a", {"token": SecretStr(TOKEN)}, KeyFacts())
    finally:
        release.set()


def test_a_command_is_tried_with_a_harmless_text(vault: Vault, tmp_path: Path) -> None:
    words = vault.probe(recorder(tmp_path / "taken"))
    assert "orgwizard-probe" in words
    assert "cannot read back" in words
    assert (tmp_path / "taken").read_text() == "[orgwizard-probe]a test value, not a secret"


def test_a_command_with_a_name_gets_each_secret_bare(vault: Vault, tmp_path: Path) -> None:
    store = recorder(tmp_path / "taken")
    kept = vault.keep(store, "datadog-a", KEYS, KeyFacts())
    assert (tmp_path / "taken").read_text() == (
        "[datadog-a-api_key]canary-api-key[datadog-a-application_key]canary-app-key"
    )
    assert kept.reference == {
        "command": [*store.argv[:-1], "datadog-a"],
        "names": ["datadog-a-api_key", "datadog-a-application_key"],
    }
    assert kept.sources == {}


@pytest.mark.parametrize(
    ("placeholder", "names"),
    [
        ("x/{name}", ["x/datadog-a-api_key", "x/datadog-a-application_key"]),
        ("{slug}", ["datadog-a-api-key", "datadog-a-application-key"]),
        ("{NAME_UPPER}", ["DATADOG_A_API_KEY", "DATADOG_A_APPLICATION_KEY"]),
    ],
)
def test_a_command_names_each_secret_as_its_placeholder_says(
    vault: Vault, tmp_path: Path, placeholder: str, names: list[str]
) -> None:
    vault.keep(recorder(tmp_path / "taken", placeholder), "datadog-a", KEYS, KeyFacts())
    taken = (tmp_path / "taken").read_text()
    assert taken == f"[{names[0]}]canary-api-key[{names[1]}]canary-app-key"


def test_a_command_with_a_name_is_given_no_name_twice(vault: Vault, tmp_path: Path) -> None:
    before = replace(vault, names_in_use=lambda: {"datadog-a-application_key", "datadog-a-2-api_key"})
    kept = before.keep(recorder(tmp_path / "taken"), "datadog-a", KEYS, KeyFacts())
    assert kept.reference["names"] == ["datadog-a-3-api_key", "datadog-a-3-application_key"]


@pytest.mark.parametrize("name", ["{name}", "fixed"])
def test_a_name_is_written_down_before_a_command_is_given_it(vault: Vault, tmp_path: Path, name: str) -> None:
    seen: list[tuple[str, str, bool]] = []
    taken = tmp_path / "taken"

    def giving(attempt: str, given: str) -> None:
        seen.append((attempt, given, taken.exists() and f"[{given}]" in taken.read_text()))

    replace(vault, giving=giving).keep(recorder(taken, name), "datadog-a", KEYS, KeyFacts(attempt="a1"))
    whole = [f"datadog-a-{key}" for key in KEYS] if name == "{name}" else ["datadog-a"]
    assert seen == [("a1", given, False) for given in whole]


def test_a_journal_that_is_full_keeps_no_key_from_its_command(vault: Vault, tmp_path: Path) -> None:
    def full(*_: str) -> None:
        raise LocalFailure("No space is left.")

    kept = replace(vault, giving=full).keep(recorder(tmp_path / "taken"), "datadog-a", KEYS, KeyFacts(attempt="a1"))
    assert len(kept.reference["names"]) == len(KEYS)


def test_a_command_that_fails_at_its_second_secret_tells_where_the_first_went(vault: Vault) -> None:
    store = CommandStore(
        (sys.executable, "-c", "import sys; sys.exit(sys.stdin.read().startswith('canary-app'))", "{name}")
    )
    with pytest.raises(PartlyStored, match="datadog-a-api_key") as caught:
        vault.keep(store, "datadog-a", KEYS, KeyFacts())
    assert caught.value.names == ("datadog-a-api_key",)


def test_a_command_without_a_name_gets_all_secrets_as_lines(vault: Vault, tmp_path: Path) -> None:
    store = recorder(tmp_path / "taken", "fixed")
    kept = vault.keep(store, "datadog-a", KEYS, KeyFacts())
    assert (tmp_path / "taken").read_text() == "[fixed]api_key=canary-api-key\napplication_key=canary-app-key\n"
    assert kept.reference == {"command": list(store.argv)}


@pytest.mark.parametrize("code", ["", "import os; os.read(0, 8)"])
def test_a_command_that_does_not_read_a_key_to_its_end_has_not_stored_it(vault: Vault, code: str) -> None:
    store = CommandStore((sys.executable, "-c", code))
    with pytest.raises(LocalFailure, match="without reading all"):
        vault.probe(store)
    with pytest.raises(NeedsAttention, match="without reading all") as caught:
        vault.keep(store, "datadog-a", KEYS, KeyFacts())
    assert "canary" not in str(caught.value)


def test_a_command_that_fails_its_probe_tells_its_complaint(vault: Vault) -> None:
    with pytest.raises(LocalFailure, match="exit code 1: first; no key ring"):
        vault.probe(failing("sys.exit('first\\nno key ring')"))
    with pytest.raises(LocalFailure, match="was not found"):
        vault.probe(CommandStore(("orgwizard-no-such-program",)))
    with pytest.raises(LocalFailure, match="took longer than"):
        Vault(vault.folder, seconds=0.2).probe(CommandStore(("sleep", "60")))


def test_a_command_that_repeats_the_secret_while_failing_is_not_quoted(vault: Vault) -> None:
    with pytest.raises(NeedsAttention, match="failed with exit code 1") as caught:
        vault.keep(failing("sys.exit(given)"), "okta-a", {"token": SecretStr(TOKEN)}, KeyFacts())
    assert TOKEN not in "".join(caught.value.lines())
    assert caught.value.lines()[0] == CREATED


def test_a_command_sees_no_credential_in_its_environment(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DD_API_KEY", TOKEN)
    monkeypatch.setenv("PARENT", TOKEN)
    code = f"import os; open({str(tmp_path / 'seen')!r}, 'w').write(str(dict(os.environ)))"
    Vault(vault.folder, seconds=20, without=["PARENT"]).probe(failing(code))
    assert TOKEN not in (tmp_path / "seen").read_text()


def test_the_screen_keeps_nothing_and_says_so(vault: Vault, tmp_path: Path) -> None:
    assert "lost" in vault.probe(ScreenStore())
    kept = vault.keep(ScreenStore(), "okta-a", {"token": SecretStr(TOKEN)}, FACTS)
    assert kept.reference == {"screen": True}
    assert kept.sources == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ({"file": "/k.toml"}, "in the file /k.toml, which only you can read"),
        ({"keyring": "orgwizard/okta-a"}, "in the system keyring, service orgwizard, as okta-a"),
        ({"command": ["pass", "a"], "names": ["a-b", "a-c"]}, "given to the command pass, as a-b, a-c"),
        ({"command": ["pass", "a"]}, "given to the command pass"),
        ({"screen": True}, "they were only shown on the screen"),
        ({"file": 5, "command": []}, '{"file": 5, "command": []}'),
        (["edited"], '["edited"]'),
    ],
)
def test_a_place_is_told_in_words(reference: Any, words: str) -> None:
    assert place(reference) == words


@pytest.mark.parametrize("store", [FileStore(), KeyringStore(), failing("pass")])
def test_what_was_kept_is_told_as_it_will_be_from_the_journal(vault: Vault, ring: Ring, store: Store) -> None:
    ring.entries.clear()
    kept = vault.keep(store, "okta-a", {"token": SecretStr(TOKEN)}, FACTS)
    assert kept.words == place(json.loads(json.dumps(kept.reference)))


@pytest.mark.parametrize("store", [FileStore(), KeyringStore(), failing("pass"), ScreenStore()])
def test_what_is_told_of_kept_secrets_holds_none(vault: Vault, ring: Ring, store: Store) -> None:
    kept = vault.keep(store, "datadog-a", KEYS, FACTS)
    assert "canary" not in repr(kept)
    assert "canary" not in str(kept.reference)
    assert isinstance(ring, Ring)


def test_a_whole_key_file_names_its_attempt_and_its_org(vault: Vault) -> None:
    facts = {"org": "My Child", "id": "00o1", "url": "https://my-child.okta.com", "attempt": "20261122-160419-3f9a"}
    kept = vault.keep(FileStore(), "okta-a", {"token": SecretStr(TOKEN)}, KeyFacts(**facts))
    (vault.folder / "torn.toml").write_text('# attempt: torn\ntoken = "00can')
    (vault.folder / "empty.toml").write_text("# attempt: empty\n")
    found = attempts_with_keys(vault.folder)
    assert found == {"20261122-160419-3f9a": {**facts, "file": kept.reference["file"]}}
    assert attempts_with_keys(vault.folder / "none") == {}


def test_a_keyring_that_answers_too_late_keeps_nothing(
    vault: Vault, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, gone = threading.Event(), threading.Event()
    store, delete = ring.set_password, ring.delete_password

    def slow(*entry: str) -> None:
        release.wait(60)
        store(*entry)

    def deleted(*entry: str) -> None:
        delete(*entry)
        gone.set()

    monkeypatch.setattr(ring, "set_password", slow)
    monkeypatch.setattr(ring, "delete_password", deleted)
    with pytest.raises(NeedsAttention, match="did not answer within"):
        Vault(vault.folder, seconds=0.5).keep(KeyringStore(), "okta-a", {"token": SecretStr(TOKEN)}, KeyFacts())
    release.set()
    assert gone.wait(20)
    assert ring.entries == {}


def test_the_readmes_template_gives_a_tool_a_line(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "tool"
    tool.write_text(f'#!/bin/sh\ncat > {tmp_path}/"$2"\n')
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    (line,) = (line for line in readme.splitlines() if "(cat; echo)" in line)
    vault.keep(parse_store(tomllib.loads(line)["store"]), "okta-a", {"token": SecretStr("canary")}, KeyFacts())
    assert (tmp_path / "okta-a-token").read_bytes() == b"canary\n"

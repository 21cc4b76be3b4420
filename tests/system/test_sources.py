import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.domain.errors import BadInput
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.system.secret_reader import read, remark
from tests.examples import few

SECRET = "s3cr3t-canary"


class Ring:
    """A keyring that knows one entry."""

    def get_password(self, service: str, username: str) -> str | None:
        return SECRET if (service, username) in {("okta", "acme/admin"), ("orgwizard", "acme")} else None


def secret_of(table: dict[str, Any], **environ: str) -> str:
    return read(Reference.parse(table), environ, seconds=20).get_secret_value()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"env": "OKTA_CLIENT_TOKEN"}, "from $OKTA_CLIENT_TOKEN"),
        ({"file": "~/token"}, "from the file ~/token"),
        ({"file": "keys.toml", "key": "api_key"}, "from api_key in the file keys.toml"),
        ({"command": ["pass", "show", "okta"]}, "from the command pass"),
        ({"keyring": "okta/acme/admin"}, "from the keyring entry okta/acme/admin"),
        ({"keyring": "acme"}, "from the keyring entry orgwizard/acme"),
    ],
)
def test_a_reference_is_described_and_written_as_it_was_read(table: dict[str, Any], words: str) -> None:
    reference = Reference.parse(table)
    assert reference.describe() == words
    assert reference.table() == table
    assert Reference.parse(reference) == reference


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (SECRET, "a literal secret is refused: write { env"),
        (12345, "not a reference"),
        (None, "not a reference"),
        ([SECRET], "not a reference"),
        ({}, "exactly one of"),
        ({"env": "A", "file": "b"}, "exactly one of"),
        ({"env": "A", "value": SECRET}, "value: is not a known key"),
        ({"token": SECRET}, "exactly one of"),
        ({"env": f"{SECRET} "}, "env: contains invalid characters"),
        ({"env": ""}, "env: "),
        ({"env": 5}, "env: "),
        ({"file": ["a"]}, "file: "),
        ({"file": "a\0b"}, "file: "),
        ({"env": "A", "key": "b"}, "key is only valid with file"),
        ({"command": []}, "command: names no program"),
        ({"command": SECRET}, "command: is written as a list"),
        ({"command": ["op", 5]}, "command.1: "),
        ({"keyring": ""}, "keyring: "),
    ],
)
def test_what_is_no_reference_is_refused_without_repeating_it(value: Any, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        Reference.parse(value, "credentials.token")
    assert words in caught.value.cause
    assert caught.value.cause.startswith("credentials.token: ")
    assert caught.value.field == "credentials.token"
    assert SECRET not in str(caught.value)


@pytest.mark.full
@few
@given(value=st.recursive(st.text() | st.integers() | st.none(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)))
def test_nothing_but_a_reference_is_ever_taken(value: Any) -> None:
    with pytest.raises(BadInput):
        Reference.parse(value)


def test_a_variable() -> None:
    assert secret_of({"env": "TOKEN"}, TOKEN=SECRET) == SECRET
    with pytest.raises(BadInput, match="variable TOKEN is not set"):
        secret_of({"env": "TOKEN"})
    with pytest.raises(BadInput, match=r"\$TOKEN is empty"):
        secret_of({"env": "TOKEN"}, TOKEN="")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_less_its_line_end(tmp_path: Path, ending: str) -> None:
    (tmp_path / "token").write_bytes(f"{SECRET}{ending}".encode())
    (tmp_path / "link").symlink_to(tmp_path / "token")
    assert secret_of({"file": str(tmp_path / "token")}) == SECRET
    assert secret_of({"file": str(tmp_path / "link")}) == SECRET


def test_a_file_named_from_here_or_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(SECRET)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert secret_of({"file": "token"}) == SECRET
    assert secret_of({"file": "~/token"}) == SECRET
    with pytest.raises(BadInput, match="no home folder"):
        secret_of({"file": "~no-such-user/token"})


def test_several_lines_and_an_editors_mark_are_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(b"\xef\xbb\xbf-----BEGIN-----\nabc\n-----END-----\n")
    assert secret_of({"file": str(tmp_path / "key.pem")}) == "-----BEGIN-----\nabc\n-----END-----"


def test_a_member_of_a_toml_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(f'# org: Child\napi_key = "{SECRET}"\nnumber = 5\n')
    assert secret_of({"file": str(path), "key": "api_key"}) == SECRET
    for key in ("number", "missing"):
        with pytest.raises(BadInput, match=f"no text under the key {key}"):
            secret_of({"file": str(path), "key": key})
    path.write_text(f'api_key = "{SECRET}')
    with pytest.raises(BadInput, match="not valid TOML") as caught:
        secret_of({"file": str(path), "key": "api_key"})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("okta.yaml", "okta:\n  client:\n    token: {}\n", "okta.client.token"),
        ("okta.yml", 'okta: {{client: {{token: "{}"}}}}\n', "okta.client.token"),
        (".dogrc", "[Connection]\nApiKey = {}\n", "Connection.apikey"),
        ("some.ini", "[a]\nb: {}\n", "a.b"),
        ("some.cfg", "[a]\nb = {}\n", "a.b"),
        ("some.toml", 'a.b = "{}"\n', "a.b"),
        ("some.toml", '"a.b" = "{}"\n', "a.b"),
        ("without-a-suffix", 'a = "{}"\n', "a"),
    ],
)
def test_a_member_is_found_by_its_dotted_key_in_the_language_of_the_files_name(
    tmp_path: Path, name: str, text: str, key: str
) -> None:
    path = tmp_path / name
    path.write_text(text.format(SECRET))
    assert secret_of({"file": str(path), "key": key}) == SECRET
    with pytest.raises(BadInput, match=r"no text under the key okta\.client\.$"):
        secret_of({"file": str(path), "key": "okta.client"})


@pytest.mark.parametrize(("name", "language"), [("x.yaml", "YAML"), (".xrc", "INI"), ("x", "TOML")])
def test_a_broken_file_is_named_by_its_language_without_its_text(tmp_path: Path, name: str, language: str) -> None:
    path = tmp_path / name
    path.write_text(f"[{SECRET}: {{")
    with pytest.raises(BadInput, match=f"not valid {language}") as caught:
        secret_of({"file": str(path), "key": "a"})
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def test_files_that_hold_no_secret(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "binary").write_bytes(b"\xfe\x00\xff" + SECRET.encode())
    (tmp_path / "huge").write_bytes(b"x" * 1_000_000)
    os.mkfifo(tmp_path / "pipe")
    for name, words in {
        "missing": "does not exist",
        "empty": "is empty",
        "binary": "did not return UTF-8 text",
        "huge": "larger than",
        "pipe": "not a file",
        "": "it is a folder",
    }.items():
        with pytest.raises(BadInput, match=words) as caught:
            secret_of({"file": str(tmp_path / name)})
        assert SECRET not in repr(caught.value.__context__)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_an_encoding_of_windows_editors(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    (tmp_path / "key").write_bytes(f"{mark}{SECRET}\r\n".encode(encoding))
    assert secret_of({"file": str(tmp_path / "key")}) == SECRET


def test_a_binary_key_is_told_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "key.der").write_bytes(b"\x30\x82\x04\xbe\x02\x01\x00")
    with pytest.raises(BadInput, match="DER") as caught:
        secret_of({"file": str(tmp_path / "key.der")})
    assert "PEM" in caught.value.advice


def test_a_file_that_others_can_read_is_remarked_on(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(SECRET)
    path.chmod(0o640)
    assert "chmod go-rwx" in remark(Reference(file=str(path)))
    path.chmod(0o600)
    assert remark(Reference(file=str(path))) == ""
    assert remark(Reference(file=str(tmp_path / "missing"))) == ""
    assert remark(Reference(env="TOKEN")) == ""


def test_a_command_less_one_line_end() -> None:
    assert secret_of({"command": python(f"print('{SECRET}\\n')")}) == f"{SECRET}\n"
    assert secret_of({"command": python(f"print({SECRET!r}, end='')")}) == SECRET


def test_a_command_runs_without_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    argv = [*python("import sys; print(sys.argv[1])"), "$HOME; touch x"]
    assert secret_of({"command": argv}) == "$HOME; touch x"
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_fails_tells_its_complaint_and_not_its_output() -> None:
    with pytest.raises(BadInput, match="exit code 1: not signed in") as caught:
        secret_of({"command": python(f"import sys; print({SECRET!r}); sys.exit('\\x1b[2Jnot signed in'[4:])")})
    assert SECRET not in str(caught.value)
    with pytest.raises(BadInput, match="was not found"):
        secret_of({"command": ["orgwizard-no-such-program"]})
    with pytest.raises(BadInput, match="is empty"):
        secret_of({"command": python("print()")})
    with pytest.raises(BadInput, match="took longer than"):
        read(Reference(command=("sleep", "60")), seconds=0.2)


def test_a_keyring_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.get_keyring", Ring)
    assert secret_of({"keyring": "okta/acme/admin"}) == SECRET
    assert secret_of({"keyring": "acme"}) == SECRET
    with pytest.raises(BadInput, match="no entry missing of the service okta"):
        secret_of({"keyring": "okta/missing"})


def test_a_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(read(Reference(env="TOKEN"), {"TOKEN": SECRET}))


def test_a_command_sees_no_variable_that_it_is_to_be_kept_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_OTHER_CREDENTIAL", "canary")
    command = Reference(command=tuple(python("import os; print(os.environ.get('MY_OTHER_CREDENTIAL', 'unseen'))")))
    assert read(command).get_secret_value() == "canary"
    assert read(command, without={"MY_OTHER_CREDENTIAL"}).get_secret_value() == "unseen"


def test_no_advice_is_given_about_the_mode_of_a_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert remark(Reference(file=str(tmp_path))) == ""

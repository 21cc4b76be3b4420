"""Values quoted for shells and files: whatever is in them comes out again, or is refused without being repeated."""

import configparser
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orgwizard.application.keys.value_formats import FORMATS, assignments, masks, table
from orgwizard.domain.errors import BadInput

HARD = [
    "plain-Value_1",
    "",
    " spaces at both ends ",
    'it\'s "quoted" `twice`',
    "$HOME ${HOME} $(id) $((1)) %{if} ${var.x} $${x} %PATH% !! ~ * ? [a] {b,c} #c ; & | < > \\",
    "back\\slash \\n \\\\ \\' \\\" \\",
    "line 1\nline 2\n\n  line 4\n",
    "tab\tbell\x07escape\x1b[31m return\r\n",
    "Stra\N{LATIN SMALL LETTER SHARP S}e \N{PINCHING HAND} \N{RIGHT SINGLE QUOTATION MARK} \N{LINE SEPARATOR}",
    "'",
    "''",
    "''''",
    "-n -e --",
    "EOF\nEOF_\nEOF",
    "a=b<<c",
]
# What an environment can hold: no NUL, no half characters; most of it of the characters that quoting is about.
VALUES = st.text(
    st.one_of(
        st.sampled_from("'\"`$\\{}()%!#\n\r\t =<>;&|*?~\u2018\u2019\u201a\u201b"),
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    ),
    max_size=40,
)


# ---- readers: what each format means, written down apart from what writes it ----


def read_sh(text: str) -> str:
    """Read `export A=...` of single-quoted and double-quoted pieces, of which the latter hold single quotes only."""
    pieces = re.fullmatch(r"export A=((?:'[^']*'|\"'\")+)\n", text, re.DOTALL)
    assert pieces
    return "".join(single or double for single, double in re.findall(r"'([^']*)'|\"(')\"", pieces[1], re.DOTALL))


def read_fish(text: str) -> str:
    body = re.fullmatch(r"set -gx A '((?:[^'\\]|\\[\\'])*)'\n", text, re.DOTALL)
    assert body
    return re.sub(r"\\(.)", r"\1", body[1], flags=re.DOTALL)


def read_powershell(text: str) -> str:
    quotes = "'\u2018\u2019\u201a\u201b"
    body = re.fullmatch(f"\\$env:A = '((?:[^{quotes}]|([{quotes}])\\2)*)'\n", text, re.DOTALL)
    assert body
    return re.sub(f"([{quotes}])\\1", r"\1", body[1])


def read_github(text: str) -> str:
    """Read as the runner does: lines, each `name=value` or `name<<delimiter` up to a line that is the delimiter."""
    first, *others = text.removesuffix("\n").split("\n")
    if "<<" not in first.partition("=")[0]:
        assert not others
        return first.removeprefix("A=")
    delimiter = first.removeprefix("A<<")
    assert others.index(delimiter) == len(others) - 1
    return "\n".join(others[:-1])


def read_hcl(text: str) -> str:
    body = re.fullmatch(r'A = "((?:[ -!#-\[\]-~]|\\["\\]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*)"\n', text)
    assert body
    assert not re.search(r"[$%]\{", body[1])
    return re.sub(r"\\(?:([\"\\])|u(.{4})|U(.{8}))", lambda m: m[1] or chr(int(m[2] or m[3], 16)), body[1])


READERS: Mapping[str, Callable[[str], str]] = {
    "sh": read_sh,
    "terraform": read_sh,
    "fish": read_fish,
    "powershell": read_powershell,
    "json": lambda text: str(json.loads(text)["A"]),
    "github": read_github,
    "tfvars": read_hcl,
}


def refused(make: Callable[[], str], value: str) -> BadInput | None:
    """Return the refusal of a value, which does not repeat it."""
    try:
        make()
    except BadInput as error:
        refusal = error
    else:
        return None
    assert len(value) < 4 or value not in "\n".join(refusal.lines())
    assert refusal.field == "format"
    return refusal


@pytest.mark.parametrize("name", READERS)
@given(value=VALUES)
def test_what_is_written_reads_the_same(name: str, value: str) -> None:
    if not refused(lambda: assignments(name, {"A": value}), value):
        assert READERS[name](assignments(name, {"A": value})) == value


@pytest.mark.parametrize("name", ["sh", "fish", "powershell", "json", "terraform"])
@given(value=VALUES)
def test_shells_and_json_hold_everything(name: str, value: str) -> None:
    assert assignments(name, {"A": value})


@given(value=VALUES)
def test_a_yaml_file_holds_everything(value: str) -> None:
    text = table("okta.yaml", {"okta.client": {"orgUrl": "https://a.example", "token": value}})
    assert yaml.safe_load(text) == {"okta": {"client": {"orgUrl": "https://a.example", "token": value}}}
    assert text.isascii()


@given(value=VALUES)
def test_an_ini_file_holds_a_value_or_it_is_refused(value: str) -> None:
    if refused(lambda: table(".dogrc", {"Connection": {"apikey": value}}), value):
        return
    parser = configparser.ConfigParser()  # with interpolation, as the tools have it
    parser.read_file(StringIO(table(".dogrc", {"Connection": {"apikey": value}})))
    assert parser["Connection"]["apikey"] == value


@given(value=VALUES)
def test_a_dotenv_file_reads_the_same_in_python(value: str) -> None:
    dotenv = pytest.importorskip("dotenv")
    if not refused(lambda: assignments("dotenv", {"A": value}), value):
        text = assignments("dotenv", {"A": value, "B": "last"})
        assert dict(dotenv.dotenv_values(stream=StringIO(text))) == {"A": value, "B": "last"}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("value", ["a\0b", "half \ud83d"])
def test_what_no_environment_holds_is_refused(name: str, value: str) -> None:
    assert refused(lambda: assignments(name, {"A": value}), value)


def test_a_name_is_never_code() -> None:
    for name in ("A;id", "A B", "", "1A", "A\n"):
        assert refused(lambda name=name: assignments("sh", {name: "x"}), "x")  # type: ignore[misc]


# ---- the programs themselves ----

DOTENV_HELD = [value for value in HARD if not refused(lambda v=value: assignments("dotenv", {"A": v}), value)]  # type: ignore[misc]
SHELLS = [name for name in ("bash", "dash", "zsh", "ksh", "busybox") if shutil.which(name)]
# What reads a file called "env": the format that it is in, and the command line before the script.
READ_IN = {
    **{shell: ("sh", [shell, "-c"], 'eval "$(cat env)"') for shell in SHELLS if shell != "busybox"},
    "busybox": ("sh", ["busybox", "sh", "-c"], 'eval "$(cat env)"'),
    "fish": ("fish", ["fish", "-c"], "cat env | source"),
    "pwsh": (
        "powershell",
        ["pwsh", "-NoProfile", "-Command"],
        "Invoke-Expression (Get-Content -Raw -Encoding utf8 env)",
    ),
}


def values_in(argv: list[str], script: str, folder: Path) -> list[str]:
    """Return the values of V0, V1 ... in the environment of a program that a script runs."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run([*argv, f"{script}\nenv -0"], cwd=folder, capture_output=True, timeout=120, env=environ)
    assert (done.returncode, done.stderr) == (0, b"")
    found = dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if "=" in entry)
    return [found.get(f"V{number}", "") for number in range(len(HARD))]


@pytest.mark.parametrize("program", [name for name, (_, argv, _) in READ_IN.items() if shutil.which(argv[0])])
def test_a_shell_evaluates_it(program: str, tmp_path: Path) -> None:
    name, argv, script = READ_IN[program]
    text = assignments(name, {f"V{number}": value for number, value in enumerate(HARD)})
    (tmp_path / "env").write_bytes(text.encode())
    assert values_in(argv, script, tmp_path) == HARD


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell != "busybox"])
def test_a_shell_sources_a_dotenv_file(shell: str, tmp_path: Path) -> None:
    assert len(DOTENV_HELD) > len(HARD) / 2
    text = assignments("dotenv", {f"V{number}": value for number, value in enumerate(DOTENV_HELD)})
    (tmp_path / ".env").write_bytes(text.encode())
    assert values_in([shell, "-c"], "set -a\n. ./.env", tmp_path)[: len(DOTENV_HELD)] == DOTENV_HELD


@pytest.mark.skipif(not shutil.which("terraform"), reason="Terraform is not installed")
@pytest.mark.full
def test_terraform_reads_its_variables(tmp_path: Path) -> None:
    held = {f"v{number}": value for number, value in enumerate(HARD)}
    declared = "".join(f'variable "{name}" {{}}\noutput "{name}" {{ value = var.{name} }}\n' for name in held)
    (tmp_path / "main.tf").write_text(declared)
    (tmp_path / "child.auto.tfvars").write_text(assignments("tfvars", held))
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"}
    for argv in (["init"], ["apply", "-auto-approve"], ["output", "-json"]):
        done = subprocess.run(
            ["terraform", *argv], cwd=tmp_path, capture_output=True, text=True, timeout=120, env=environ
        )
        assert done.returncode == 0, done.stderr
    assert {name: output["value"] for name, output in json.loads(done.stdout).items()} == held


# ---- GitHub's masks ----


def test_masks_name_the_secrets_alone() -> None:
    values = {"KEY": "a%b\nc", "SITE": "datadoghq.eu"}
    assert masks(values, ["KEY"]) == "::add-mask::a%25b%0Ac\n"
    assert assignments("github", values) == "KEY<<EOF\na%b\nc\nEOF\nSITE=datadoghq.eu\n"
    assert masks({"KEY": "x"}, ()) == ""

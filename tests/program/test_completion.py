"""Completion: what shells offer, in the real shell where it is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orgwizard.cli.commands.completion import SHELLS
from tests import servers
from tests.program.test_json import FAST, Program
from tests.servers import Home

ASK_BASH = """
{script}
COMP_WORDS=({words} "{last}"); COMP_CWORD={count}; COMP_LINE="{words} {last}"; COMP_POINT=${{#COMP_LINE}}
_shtab_orgwizard
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(program: Program, shell: str) -> None:
    ended = program("completion", shell)
    assert ended.code == 0
    for command in ("create", "profiles", "resume"):
        assert command in ended.out
    assert "--list profiles" in ended.out
    assert program("completion", shell, "--json").json()["script"]
    if shutil.which(shell) and shell in ("bash", "zsh"):
        subprocess.run([shell, "-n"], input=ended.out, text=True, check=True, timeout=60)


def test_another_shell_is_refused_with_those_that_are_known(program: Program) -> None:
    ended = program("completion", "cmd.exe", "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (2, "usage")


def test_names_are_those_of_profiles_and_attempts(program: Program, home: Home) -> None:
    assert program("completion", "--list", "profiles").out == ""
    said = program("create", "--plan", home.datadog("datadoghq.eu"), "--yes", "--json", *FAST).json()
    assert program("completion", "--list", "profiles", "--sandbox").out.split() == [said["profile"]]
    assert program("completion", "--list", "attempts", "--sandbox").out.split() == [said["attempt"]]
    assert program("completion", "--list", "attempts").out == ""


# What the program says where it is asked for names: as such, that is tested above.
NAMES = """#!/bin/sh
case "$*" in
"completion --list profiles") echo acme-eu ;;
"completion --list attempts") echo 20261128T050000-abcd ;;
*) exit 2 ;;
esac
"""


def installed(home: Home, script: str) -> Path:
    """Return a folder with a program in it, as a shell finds it."""
    program = home.folder / "bin" / "orgwizard"
    program.parent.mkdir()
    program.write_text(script)
    program.chmod(0o755)
    return program.parent


def offered(home: Home, path: Path, script: str, *words: str) -> list[str]:
    script = ASK_BASH.format(script=script, words=" ".join(words[:-1]), last=words[-1], count=len(words) - 1)
    environ = {**home.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(servers.ROOT)}
    done = subprocess.run(["bash", "-c", script], env=environ, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.full
@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("orgwizard", "ch"), "check"),
        (("orgwizard", "create", "--appr"), "--approved"),
        (("orgwizard", "schema", "res"), "result"),
        (("orgwizard", "profiles", "show", "acm"), "acme-eu"),
        (("orgwizard", "env", "acm"), "acme-eu"),
        (("orgwizard", "exec", "acm"), "acme-eu"),
        (("orgwizard", "check", "acm"), "acme-eu"),
        (("orgwizard", "move", "acm"), "acme-eu"),
        (("orgwizard", "move", "acme-eu", "--to", "gop"), "gopass"),
        (("orgwizard", "disable", "acm"), "acme-eu"),
        (("orgwizard", "snippet", "acm"), "acme-eu"),
        (("orgwizard", "snippet", "acme-eu", "ty"), "typescript"),
        (("orgwizard", "resume", "2026"), "20261128T050000-abcd"),
        (("orgwizard", "help", "exit"), "exit-codes"),
        (("orgwizard", "explain", "E0000088"), "E0000088"),
        (("orgwizard", "explain", "not_conf"), "not_confirmed"),
        (("orgwizard", "sandbox", "da"), "datadog"),
        (("orgwizard", "completion", "fi"), "fish"),
    ],
    ids=" ".join,
)
def test_bash_offers_commands_options_and_names(
    program: Program, home: Home, words: tuple[str, ...], expected: str
) -> None:
    assert offered(home, installed(home, NAMES), program("completion", "bash").out, *words) == [expected]


@pytest.mark.full
@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
def test_the_script_is_loaded_as_the_help_says_and_asks_the_program_for_names(home: Home) -> None:
    profiles = home.home / "config" / "orgwizard" / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "acme-eu.toml").write_text("")
    path = installed(home, f'#!/bin/sh\nexec {sys.executable} -m orgwizard "$@"\n')
    assert offered(home, path, 'eval "$(orgwizard completion bash)"', "orgwizard", "env", "acm") == ["acme-eu"]

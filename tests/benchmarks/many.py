"""Many orgs: a long table against the served sandbox, and what a long history costs each start.

Alone: python -m tests.benchmarks.many [ROWS [HISTORY]]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orgwizard.cli import wiring
from orgwizard.presentation.wizard.start_menu import StartMenu
from tests.servers import ROOT, Home

ROWS, HISTORY = 500, 2000
FEW_ROWS = 50  # what memory is compared with
SPEED = 2000.0
STARTS = 5
OKTA_TOKEN = "00benchmark-token-that-the-sandbox-takes-00"


@dataclass(frozen=True)
class Table:
    """What the creation of a table took."""

    rows: int
    seconds: float
    cpu_seconds: float
    kilobytes: int


def table(rows: int) -> Table:
    """Create the orgs of a table of *rows* rows at the served sandbox, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder, _sandbox() as url:
        home = _home(Path(folder))
        plan = home.okta(url, **_PLAN)
        orgs = home.folder / "orgs.csv"
        orgs.write_text("\n".join(("name,subdomain", *(f"Org {n},org-{n}" for n in range(rows)))))
        started = time.perf_counter()
        command = ("create", "--plan", plan, "--table", str(orgs), "--yes", "--json")
        program = home.start(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        assert program.returncode == 0, program.returncode
        return Table(rows, time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


# The sandbox on this machine serves parent and children alike, and an administrator needs no password.
_PLAN = {
    "organization__name": "",
    "organization__subdomain": "",
    "administrator__password": "",
    "administrator__recovery_question": "",
    "administrator__recovery_answer": "",
}


def _home(folder: Path) -> Home:
    return Home(folder, {"OKTA_CLIENT_TOKEN": OKTA_TOKEN}, ("tests.hurried", str(SPEED)))


@contextmanager
def _sandbox() -> Iterator[str]:
    """Serve the sandbox, sped up; gives its address."""
    command = [sys.executable, "-m", "orgwizard", "sandbox", "okta", "--sandbox-speed", str(SPEED)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as served:  # type: ignore[call-overload]
        try:
            yield served.stdout.readline().strip()
        finally:
            served.terminate()


def command_seconds(home: Home, *command: str) -> float:
    """Return the best processor time of several runs of a command, whatever else the machine is doing."""
    return min(_cpu_seconds(home.start(*command, stdout=subprocess.DEVNULL)) for _ in range(STARTS))


def start_seconds(home: Home) -> float:
    """Return the same for what the wizard's first screen needs."""
    alone = Home.__new__(Home)
    alone.folder, alone.environ, alone.program = home.folder, home.environ, ("tests.benchmarks.many", "start")
    return command_seconds(alone)


def _cpu_seconds(program: "subprocess.Popen[str]") -> float:
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    assert program.returncode == 0
    return usage.ru_utime + usage.ru_stime


def start() -> None:
    """Look for what the wizard's first screen offers."""
    StartMenu(wiring.bootstrap(Namespace(sandbox=False, sandbox_speed=1.0, ca_file=None)), None)


@contextmanager
def history(attempts: int) -> Iterator[Home]:
    """Give a home with that many attempts, profiles and key files, all ended well: copies of one of the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), {"OKTA_CLIENT_TOKEN": OKTA_TOKEN}, ("tests.hurried", str(SPEED)))
        if attempts:
            plan = home.okta("acme.okta.com", **{**_PLAN, "organization__name": '"Org"'})
            assert home.run("create", "--sandbox", "--plan", plan, "--yes").code == 0
            for kind in ("state", "config", "data"):
                shutil.move(home.home / kind / "orgwizard" / "sandbox", home.home / kind / "real")
                (home.home / kind / "orgwizard").rmdir()
                (home.home / kind / "real").rename(home.home / kind / "orgwizard")
            _multiply(home, attempts)
        yield home


def _multiply(home: Home, attempts: int) -> None:
    (attempt,) = home.home.rglob("attempts/*.jsonl")
    others = (*home.home.rglob("profiles/*.toml"), *home.home.rglob("keys/*.toml"))
    old, _, marks = attempt.name.partition(".")
    for number in range(attempts - 1):
        new = f"20260101-{number // 3600:02}{number // 60 % 60:02}{number % 60:02}-{number:04x}"
        for path in (attempt, *others):
            name = f"{new}.{marks}" if path == attempt else f"okta-org-x{number}.toml"
            copy = path.with_name(name)
            copy.write_text(re.sub(r"\bokta-org\b", f"okta-org-x{number}", path.read_text().replace(old, new)))
            copy.chmod(0o600)


def main() -> None:
    """Print everything."""
    rows, attempts = (int(text) for text in (*sys.argv[1:], str(ROWS), str(HISTORY))[:2])
    few, many = table(FEW_ROWS), table(rows)
    for run in (few, many):
        an_org, of_that = (seconds / run.rows * 1000 for seconds in (run.seconds, run.cpu_seconds))
        print(f"{run.rows} rows: {run.seconds:.1f} s, {an_org:.0f} ms an org, {of_that:.0f} ms of it at work")
    print(f"peak memory: {few.kilobytes / 1024:.0f} MB at {few.rows} rows, {many.kilobytes / 1024:.0f} MB at {rows}")
    with history(0) as empty, history(attempts) as long:
        for command in (("orgs", "--open"), ("orgs", "--json"), ("profiles", "list")):
            _tell(" ".join(command), command_seconds(empty, *command), command_seconds(long, *command))
        _tell("start of the wizard", start_seconds(empty), start_seconds(long))


def _tell(what: str, empty: float, long: float) -> None:
    print(f"{what}: {empty:.2f} s, with a long history {long:.2f} s ({long / empty:.2f} times)")


if __name__ == "__main__":
    start() if sys.argv[1:] == ["start"] else main()

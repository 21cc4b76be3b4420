"""Programs for a first call, and to create an org: their syntax, and what they do at the served sandbox."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from orgwizard.domain.clock import Clock
from orgwizard.sandbox.router import World
from orgwizard.sandbox.scenarios import CREDENTIALS
from tests import snippets, store_tools
from tests.servers import Home

SNIPPETS = {name: (language, text) for name, language, text in snippets.snippets()}
# What reads a program without running it.
CHECKS = {
    "curl": ("sh", "-n"),
    "python": (sys.executable, "-m", "py_compile"),
    "typescript": ("node", "--check"),
    "go": ("gofmt", "-d"),
    "ruby": ("ruby", "-c"),
    "rust": ("rustfmt", "--edition", "2021", "--check"),
    "terraform": ("terraform", "fmt", "-check"),
}
# Tools that are installed for a user are found through the real home folder.
TOOLS = {**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir}
PARSE_JAVA = """
import com.sun.source.util.JavacTask;
import javax.tools.*;

public class Parse {
  public static void main(String[] files) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    StandardJavaFileManager manager = compiler.getStandardFileManager(found, null, null);
    ((JavacTask) compiler.getTask(null, manager, found, null, null, manager.getJavaFileObjects(files))).parse();
    found.getDiagnostics().forEach(System.out::println);
  }
}
"""


def named(language: str) -> list[str]:
    return [name for name in SNIPPETS if SNIPPETS[name][0] == language]


# ---- as text ----


def test_they_are_those_that_were_looked_over() -> None:
    held = {path.name: path.read_text(encoding="utf-8") for path in snippets.FOLDER.glob("*.txt")}
    assert held == {name: text for name, (_, text) in SNIPPETS.items()}, "after looking: python -m tests.snippets"


@pytest.mark.parametrize("name", SNIPPETS)
def test_nothing_is_left_to_be_filled_in_and_nothing_is_secret(name: str) -> None:
    _, text = SNIPPETS[name]
    assert not {"PROFILE", "SERVER", "HOST", "PROTOCOL", "URL", "BODY", "ORG_ID", "PLACE", "MUTABLE"} & set(
        text.split("@")
    )
    assert not [secret for secret in CREDENTIALS.values() if secret in text]
    assert "first_call" not in name or "orgwizard exec my-child -- " in text
    arguments = [line for line in text.splitlines() if line.startswith(("curl ", "  --"))]  # which other users can see
    assert not [line for line in arguments if "_KEY" in line or "TOKEN" in line]
    assert all(len(line) <= 120 for line in text.splitlines())


SLOW = ("typescript", "terraform")
FOUND = [
    pytest.param(language, marks=pytest.mark.full if language in SLOW else ())
    for language, (tool, *_) in CHECKS.items()
    if shutil.which(tool)
]


@pytest.mark.parametrize("language", FOUND)
def test_their_syntax(language: str, tmp_path: Path) -> None:
    ending = "mjs" if language == "typescript" else snippets.ENDINGS[language]
    paths = [tmp_path / f"{name.partition('.')[0]}.{ending}" for name in named(language)]
    for path, name in zip(paths, named(language), strict=True):
        path.write_text(SNIPPETS[name][1], encoding="utf-8")
    for files in [paths] if language in ("python", "go", "rust") else [[path] for path in paths]:
        argv = [*CHECKS[language], *map(str, files)]
        done = subprocess.run(argv, env=TOOLS, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        assert language != "go" or not done.stdout, done.stdout  # gofmt says no more than a difference


@pytest.mark.full
@pytest.mark.parametrize("tool", [tool for tool in ("javac",) if shutil.which(tool)])
def test_java_parses(tool: str, tmp_path: Path) -> None:
    (tmp_path / "Parse.java").write_text(PARSE_JAVA)
    files = []
    for name in named("java"):
        kind = "CreateChildOrg" if "create" in name else "FirstCall"
        files.append(tmp_path / name / f"{kind}.java")
        files[-1].parent.mkdir()
        files[-1].write_text(SNIPPETS[name][1], encoding="utf-8")
    subprocess.run([tool, "-d", str(tmp_path), str(tmp_path / "Parse.java")], check=True, timeout=120)
    argv = ["java", "-cp", str(tmp_path), "Parse", *map(str, files)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "")


# ---- at the served sandbox ----


@pytest.fixture
def origin() -> Iterator[str]:
    pytest.importorskip("uvicorn")
    from orgwizard.sandbox import http_server

    with http_server.background(World(Clock(2000.0))) as served:
        yield served


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"  # Okta's client takes https only
    home.environ["NO_PROXY"] = "127.0.0.1"
    return home


def program(language: str, folder: Path, text: str) -> list[str]:
    """Write a program, and return the command that runs it."""
    path = folder / f"program.{snippets.ENDINGS[language]}"
    path.write_text(text, encoding="utf-8")
    return ["sh" if language == "curl" else sys.executable, str(path)]


CLIENTS = {"okta": "okta", "datadog": "datadog_api_client"}
RUN = [
    (provider, language)
    for provider in CLIENTS
    for language in ("curl", "python")
    if language == "curl" or find_spec(CLIENTS[provider])
]


# Each kind of store that can be read: what each tool takes and gives is tested beside the stores.
STORES = ("keyring", "age:{folder}/identity", "pass", "vault:team")
FIRST_CALLS = [
    *((provider, language, "file") for provider, language in RUN if language != "curl"),
    *((tuple(CLIENTS)[number % 2], "curl", store) for number, store in enumerate(STORES)),
]


@pytest.mark.full
@pytest.mark.parametrize(("provider", "language", "store"), FIRST_CALLS)
def test_create_then_the_first_call(home: Home, origin: str, provider: str, language: str, store: str) -> None:
    """Two commands from the store; the tools of the stores are stand-ins."""
    state = store_tools.install(home.folder / "bin")
    (home.folder / "identity").write_text("AGE-SECRET-KEY-1")
    home.environ |= {"PATH": f"{home.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "STORE_TOOLS": str(state)}
    home.environ |= {"PYTHON_KEYRING_BACKEND": "tests.rings.Working", "RING": str(home.folder / "ring.json")}
    chosen = f'"{store.format(folder=home.folder)}"'
    plan = home.okta(origin, store=chosen) if provider == "okta" else home.datadog(origin, store=chosen)
    created = home.run("create", "--plan", plan, "--yes", "--no-wait", "--json").json()
    assert ("file" in created["stored"]) is (store == "file"), created["remarks"]
    text = home.run("snippet", created["profile"], language).out
    ended = home.run("exec", created["profile"], "--", *program(language, home.folder, text))
    assert (ended.code, ended.err) == (0, "")
    assert created["org"]["id"] in ended.out
    assert "my-child" in ended.out or "My Child" in ended.out


@pytest.mark.full
@pytest.mark.parametrize(("provider", "language"), [*RUN, *([] if find_spec("okta") else [("okta", "python")])])
def test_the_create_request_keeps_its_response_in_a_private_file(
    home: Home, origin: str, provider: str, language: str
) -> None:
    plan = home.okta(origin) if provider == "okta" else home.datadog(origin)
    profile = home.run("create", "--plan", plan, "--yes", "--no-wait", "--json").json()["profile"]
    text = home.run("snippet", profile, language, "--create").out
    if provider == "okta":  # the parent's, as the snippet asks for
        environ = {"OKTA_CLIENT_ORGURL": origin, "OKTA_CLIENT_TOKEN": CREDENTIALS["okta.token"]}
    else:
        keys = {"DD_API_KEY": CREDENTIALS["datadog.api_key"], "DD_APP_KEY": CREDENTIALS["datadog.application_key"]}
        environ = {**keys, "DD_HOST": origin}
    argv = program(language, home.folder, text)
    for code in (0, 1):  # again: the file is there, so that nothing is sent
        done = subprocess.run(
            argv,
            env={**home.environ, **environ, "PATH": "/usr/bin:/bin"},
            cwd=home.folder,
            capture_output=True,
            text=True,
        )
        assert (done.returncode != 0) == bool(code), done.stderr
    kept = home.folder / "child-org.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert '"token"' in kept.read_text() or '"api_key"' in kept.read_text()

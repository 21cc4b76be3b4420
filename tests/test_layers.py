"""Imports run one way; this reads all of them, those inside functions and for type checkers too."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import orgwizard

PACKAGE = Path(orgwizard.__file__).parent

# Each of these knows at most what stands before it, and nothing of the network, the terminal or the user's folders.
BOTTOM = [
    "redactor",
    "text",
    "errors",
    "identity",
    "signing",
    "values",
    "http_times",
    "raw_response",
    "address",
    "clock",
    "private",
    "spool",
    "outside",
    "shapes",
    "members",
    "sources",
    "answers",
    "fields",
]


def module_name(path: Path, root: Path = PACKAGE) -> str:
    parts = [root.name, *path.relative_to(root).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST, module: str, known: set[str]) -> Iterator[str]:
    """Yield the full names of all modules that a syntax tree imports anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            submodules = [name for name in names if name in known]
            yield from submodules
            if len(submodules) < len(names):
                yield str(node.module)


def read_imports(root: Path) -> dict[str, set[str]]:
    paths = {module_name(path, root): path for path in sorted(root.rglob("*.py"))}
    return {
        name: set(imported(ast.parse(path.read_text(encoding="utf-8")), name, set(paths)))
        for name, path in paths.items()
    }


IMPORTS = read_imports(PACKAGE)
OURS = {name: {other for other in others if other in IMPORTS} for name, others in IMPORTS.items()}


def within(name: str, *tops: str) -> bool:
    """Return whether a module is one of *tops* or lies in it."""
    return any(name == top or name.startswith(f"{top}.") for top in tops)


def breaches(modules: tuple[str, ...], forbidden: tuple[str, ...], apart_from: tuple[str, ...] = ()) -> list[str]:
    assert all(f"orgwizard.{module}" in IMPORTS for module in modules)
    ours, theirs = [f"orgwizard.{m}" for m in modules], [f"orgwizard.{m}" for m in apart_from]
    return [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in sorted(others)
        if within(name, *(ours or ["orgwizard"])) and not within(name, *theirs) and within(other, *forbidden)
    ]


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, [] where none do."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        found = next((found for other in sorted(graph[name]) if (found := visit(other, [*path, name]))), [])
        done.add(name)
        return found

    return next((found for name in sorted(graph) if (found := visit(name, []))), [])


def test_the_reader_sees_imports_wherever_they_stand(tmp_path: Path) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "low.py").write_text("def late():\n    import httpx.models\n    from house import high\n")
    (package / "high.py").write_text("if TYPE_CHECKING:\n    from house.low import late, other\nfrom os import path\n")
    found = read_imports(package)
    assert found == {"house": set(), "house.low": {"httpx.models", "house.high"}, "house.high": {"house.low", "os"}}
    assert cycle({name: others & set(found) for name, others in found.items()}) == [
        "house.high",
        "house.low",
        "house.high",
    ]


def test_all_modules_are_read() -> None:
    assert {"orgwizard.cli", "orgwizard.providers.okta", "orgwizard.sandbox.world"} <= set(IMPORTS)
    assert all(f"orgwizard.{name}" in IMPORTS for name in BOTTOM)


def test_nothing_imports_in_a_circle() -> None:
    assert cycle(OURS) == []


@pytest.mark.parametrize(("height", "name"), enumerate(BOTTOM))
def test_the_bottom_knows_nothing_above_it(height: int, name: str) -> None:
    below = {f"orgwizard.{other}" for other in BOTTOM[:height]} | {"orgwizard"}
    assert OURS[f"orgwizard.{name}"] <= below


@pytest.mark.parametrize(
    "name",
    [
        *BOTTOM,
        "plan",
        "providers",
        "offers",
        "ports",
        "events",
        "conversation",
        "flow",
        "creation",
        "report",
        "journey",
    ],
)
def test_the_lower_half_knows_no_network_no_terminal_and_no_folders(name: str) -> None:
    assert breaches((name,), ("textual", "httpx", "platformdirs", "orgwizard.transport", "orgwizard.tui")) == []


def test_providers_know_what_is_below_them_and_no_sibling() -> None:
    known = [
        "redactor",
        "text",
        "errors",
        "identity",
        "signing",
        "values",
        "http_times",
        "address",
        "shapes",
        "sources",
        "answers",
        "fields",
    ]
    below = {f"orgwizard.{name}" for name in known}
    for name in (name for name in OURS if name.startswith("orgwizard.providers.")):
        family = {other for other in OURS if other.startswith(f"{name}_")}  # such as okta and okta_oauth
        assert OURS[name] <= {*below, "orgwizard.providers.base", *family}, name


def test_only_the_list_of_providers_knows_them_all() -> None:
    siblings = tuple(
        name
        for name in OURS
        if name.startswith("orgwizard.providers.") and not name.endswith((".base", "_oauth", "_fields"))
    )
    assert len(siblings) >= 2
    assert breaches((), siblings, apart_from=("providers",)) == []


FLOW = ["conversation", "creation", "flow", "resumption", "engine", "desk", "journey"]
FACES = ["batch", "plain", "tui"]


@pytest.mark.parametrize("name", [*FLOW, *FACES])
def test_faces_and_flow_never_touch_the_network_themselves(name: str) -> None:
    assert breaches((name,), ("httpx", "orgwizard.transport", "socket", "ssl", "urllib.request", "http.client")) == []


def test_only_the_transport_and_the_sandbox_import_httpx() -> None:
    assert breaches((), ("httpx",), apart_from=("transport", "tap", "sandbox", "cli")) == []


def test_cryptography_is_done_in_one_place_on_either_side() -> None:
    assert breaches((), ("joserfc",), apart_from=("signing", "sandbox.okta_oauth")) == []
    # The transport reads the issuer of a certificate that was refused.
    assert breaches((), ("cryptography",), apart_from=("signing", "transport", "sandbox.okta_oauth")) == []


def test_only_the_wizard_imports_textual() -> None:
    assert breaches((), ("textual", "rich"), apart_from=("tui",)) == []


def test_the_faces_know_nothing_of_each_other() -> None:
    for face in FACES:
        assert breaches((*FLOW, "signals", *FACES), (f"orgwizard.{face}",), apart_from=(face,)) == []


def test_only_the_command_line_knows_platformdirs() -> None:
    assert breaches((), ("platformdirs",), apart_from=("cli",)) == []


def test_the_sandbox_shares_no_rule_with_the_client() -> None:
    ours = tuple(f"orgwizard.{name}" for name in ("providers", "answers", "creation", "plan", "values", "sources"))
    assert breaches(("sandbox",), ours) == []


def test_nothing_but_the_command_line_brings_the_sandbox_in() -> None:
    assert breaches((), ("orgwizard.sandbox",), apart_from=("sandbox", "cli")) == []


def test_nothing_imports_the_command_line_but_the_way_in() -> None:
    assert breaches((), ("orgwizard.cli", "orgwizard.__main__"), apart_from=("__main__",)) == []


@pytest.mark.parametrize("module", ["orgwizard.cli", "orgwizard.errors"])
def test_version_and_help_need_nothing_that_is_slow_to_import(module: str) -> None:
    slow = {"textual", "httpx", "pydantic", "keyring", "platformdirs", "asyncio"}
    assert not slow & loaded_by(module)


def test_the_first_screen_needs_nothing_that_can_be_loaded_while_it_is_read() -> None:
    slow = {"httpx", "pydantic", "pydantic_core", "keyring", "joserfc", "cryptography", "yaml", "orgwizard.desk"}
    assert not slow & (loaded_by("orgwizard.tui.app") | loaded_by("orgwizard.front"))


def loaded_by(module: str) -> set[str]:
    """Return the modules that are loaded where one is imported."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    return loaded

"""Imports run one way; this reads all of them, those inside functions and for type checkers too."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import orgwizard

PACKAGE = Path(orgwizard.__file__).parent


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


@cache
def all_imports() -> dict[str, set[str]]:
    return read_imports(PACKAGE)


@cache
def own_imports() -> dict[str, set[str]]:
    known = all_imports()
    return {name: {other for other in others if other in known} for name, others in known.items()}


def within(name: str, *tops: str) -> bool:
    """Return whether a module is one of *tops* or lies in it."""
    return any(name == top or name.startswith(f"{top}.") for top in tops)


def breaches(modules: tuple[str, ...], forbidden: tuple[str, ...], apart_from: tuple[str, ...] = ()) -> list[str]:
    assert all(f"orgwizard.{module}" in all_imports() for module in modules)
    ours, theirs = [f"orgwizard.{m}" for m in modules], [f"orgwizard.{m}" for m in apart_from]
    return [
        f"{name} imports {other}"
        for name, others in all_imports().items()
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


# ---- the layers ----

# From the bottom to the top: each imports at most those before it, and itself.
LAYERS = ("domain", "providers", "system", "network", "storage", "application", "presentation", "ui", "cli")
# The order within the bottom layer: each knows at most what stands before it.
DOMAIN = [
    "forms.typed_text",
    "text.moment",
    "text.plural",
    "text.sentence",
    "secrets.secret_pieces",
    "secrets.encodings",
    "text.sanitize",
    "secrets.redactor",
    "errors",
    "error_codes",
    "json_result",
    "order_key",
    "secrets.key_text",
    "secrets.signing",
    "http",
    "secrets.masking",
    "org",
    "http_times",
    "raw_response",
    "address",
    "clock",
    "scenario",
    "control",
    "attempt_state",
    "secrets.credential_shapes",
    "secrets.stand_ins",
    "secrets.secret_reference",
    "forms.questions",
    "forms.draft",
    "forms.fields",
    "forms.field_questions",
    "forms.validation",
    "handoff",
    "events",
]
DOMAIN_GROUPS = ("text", "secrets", "forms")


def layer_of(module: str) -> str:
    """Return the layer of one of our modules, "" for the package and its way in."""
    return module.split(".")[1] if module.count(".") and module.split(".")[1] in LAYERS else ""


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_only_point_down(layer: str) -> None:
    above = tuple(f"orgwizard.{other}" for other in LAYERS[LAYERS.index(layer) + 1 :])
    assert breaches((layer,), above) == []


def test_every_module_stands_in_a_layer() -> None:
    apart = {"orgwizard", "orgwizard.__main__", *(name for name in own_imports() if within(name, "orgwizard.sandbox"))}
    assert {name for name in own_imports() if not layer_of(name)} == apart


def test_all_modules_are_read() -> None:
    assert {"orgwizard.cli", "orgwizard.providers.okta.provider", "orgwizard.sandbox.router"} <= set(all_imports())


def test_nothing_imports_in_a_circle() -> None:
    assert cycle(own_imports()) == []


@pytest.mark.parametrize("layer", ["storage", "application", "presentation"])
def test_the_groups_of_a_layer_do_not_import_each_other_in_a_circle(layer: str) -> None:
    def group(module: str) -> str:
        return ".".join(module.split(".")[:3]) if module.count(".") > 2 else module

    graph: dict[str, set[str]] = {}
    for name, others in own_imports().items():
        if name.startswith(f"orgwizard.{layer}."):
            theirs = {group(other) for other in others if other.startswith(f"orgwizard.{layer}.")}
            graph.setdefault(group(name), set()).update(theirs - {group(name)})
    assert cycle(graph) == []


def test_the_bottom_layer_is_known() -> None:
    modules = {name.removeprefix("orgwizard.domain.") for name in own_imports() if within(name, "orgwizard.domain")}
    assert modules - {"orgwizard.domain", *DOMAIN_GROUPS} == set(DOMAIN)


@pytest.mark.parametrize(("height", "name"), enumerate(DOMAIN))
def test_the_domain_has_an_order_of_its_own(height: int, name: str) -> None:
    below = {f"orgwizard.domain.{other}" for other in (*DOMAIN[:height], *DOMAIN_GROUPS)} | {
        "orgwizard",
        "orgwizard.domain",
    }
    assert own_imports()[f"orgwizard.domain.{name}"] <= below


IO = ("subprocess", "socket", "ssl", "keyring", "fcntl", "tempfile", "shutil", "httpx", "textual", "platformdirs")


def test_domain_and_providers_do_no_input_and_output() -> None:
    assert breaches(("domain", "providers"), IO) == []


# What every provider fulfils, and what all of them share: modules beside their folders.
SHARED = {path.stem for path in (PACKAGE / "providers").glob("[a-z]*.py")}


def test_a_provider_knows_the_domain_what_all_share_and_itself() -> None:
    shared = {f"orgwizard.providers.{name}" for name in SHARED}
    for name in (name for name in own_imports() if name.startswith("orgwizard.providers.") and name not in shared):
        own = ".".join(name.split(".")[:3])
        known = ("orgwizard.domain", *shared, own)
        imported = [other for other in own_imports()[name] if other != "orgwizard.providers"]
        assert [other for other in imported if not within(other, *known)] == []
    for name in shared:
        assert [other for other in own_imports()[name] if not within(other, "orgwizard.domain", *shared)] == []


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield all texts of a module but its docstrings."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if not isinstance(node, ast.Expr) and isinstance(child, ast.Constant) and isinstance(child.value, str):
                yield child.value


@pytest.mark.parametrize("layer", ["domain", "system", "network", "storage", "application", "presentation", "ui"])
def test_what_knows_a_vendor_lives_with_the_vendor(layer: str) -> None:
    vendor = re.compile(r"okta|datadog|\bdd[_-]|ssws", re.IGNORECASE)
    paths = (PACKAGE / layer).rglob("*.py")
    assert [
        (path.name, text) for path in paths for text in texts(ast.parse(path.read_text())) if vendor.search(text)
    ] == []


def test_only_the_list_of_providers_knows_them_all() -> None:
    packages = {name.split(".")[2] for name in own_imports() if name.startswith("orgwizard.providers.")} - SHARED
    assert len(packages) >= 2
    for package in packages:
        theirs = f"orgwizard.providers.{package}"
        knowing = [name for name, others in own_imports().items() if any(within(other, theirs) for other in others)]
        assert [name for name in knowing if not within(name, theirs)] == ["orgwizard.providers"]


# ---- who alone knows what ----


@pytest.mark.parametrize("name", ["domain", "providers", "application", "presentation", "ui"])
def test_faces_and_flow_never_touch_the_network_themselves(name: str) -> None:
    network = ("httpx", "orgwizard.network", "socket", "ssl", "urllib.request", "http.client")
    assert breaches((name,), network, apart_from=("domain.raw_response",)) == []  # which reads headers with http.client


def test_only_the_network_and_the_sandbox_import_httpx() -> None:
    assert breaches((), ("httpx",), apart_from=("network", "sandbox", "cli")) == []


def test_cryptography_is_done_in_one_place_on_either_side() -> None:
    ours, theirs = "domain.secrets.signing", "sandbox.okta.jwts"
    assert breaches((), ("joserfc",), apart_from=(ours, theirs)) == []
    # The network reads the issuer of a certificate that was refused.
    assert breaches((), ("cryptography",), apart_from=(ours, theirs, "network.tls")) == []


def test_only_the_wizard_imports_textual() -> None:
    assert breaches((), ("textual", "rich"), apart_from=("ui.tui",)) == []


def test_the_faces_know_nothing_of_each_other() -> None:
    for face in ("batch", "plain", "tui"):
        assert breaches((), (f"orgwizard.ui.{face}",), apart_from=(f"ui.{face}", "cli")) == []


def test_only_the_command_line_knows_platformdirs() -> None:
    assert breaches((), ("platformdirs",), apart_from=("cli",)) == []


def test_the_sandbox_shares_no_rule_with_the_client() -> None:
    above = tuple(f"orgwizard.{layer}" for layer in LAYERS[1:])
    rules = (
        "orgwizard.domain.forms.fields",
        "orgwizard.domain.forms.validation",
        "orgwizard.domain.forms.questions",
        "orgwizard.domain.http",
        "orgwizard.domain.secrets.masking",
    )
    assert breaches(("sandbox",), (*above, *rules)) == []


def test_nothing_but_the_command_line_brings_the_sandbox_in() -> None:
    assert breaches((), ("orgwizard.sandbox",), apart_from=("sandbox", "cli")) == []


def test_nothing_imports_the_command_line_but_the_way_in() -> None:
    assert breaches((), ("orgwizard.cli", "orgwizard.__main__"), apart_from=("cli", "__main__")) == []


# ---- what is loaded when ----


@pytest.mark.parametrize("module", ["orgwizard.cli", "orgwizard.domain.errors"])
def test_version_and_help_need_nothing_that_is_slow_to_import(module: str) -> None:
    slow = {"textual", "httpx", "pydantic", "keyring", "platformdirs", "asyncio", "traceback", "orgwizard.providers"}
    assert not slow & loaded_by(module)


def test_the_first_screen_needs_nothing_that_can_be_loaded_while_it_is_read() -> None:
    slow = {"httpx", "pydantic", "pydantic_core", "keyring", "joserfc", "cryptography", "yaml"}
    slow |= {"orgwizard.application.service"}
    assert not slow & (loaded_by("orgwizard.ui.tui.app") | loaded_by("orgwizard.application.bootstrap"))


def loaded_by(module: str) -> set[str]:
    """Return the modules that are loaded where one is imported."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    return loaded

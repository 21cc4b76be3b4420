"""Keys for the screen in a CI job: its service is told to hide them before they are printed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orgwizard import cli
from orgwizard.ui.batch.ci_masks import mask_lines
from tests.servers import Ended, Home

CI = {"GITHUB_ACTIONS": "true", "TF_BUILD": "True", "": ""}
BEGINS = {"GITHUB_ACTIONS": "::add-mask::", "TF_BUILD": "##vso[task.setsecret]"}


@pytest.mark.parametrize("variable", BEGINS)
def test_a_line_for_each_key_with_what_would_end_it_escaped(variable: str) -> None:
    lines = mask_lines({variable: CI[variable]}, ["plain", "100%\r\nmore"])
    percent = "%25" if variable == "GITHUB_ACTIONS" else "%AZP25"
    assert lines == f"{BEGINS[variable]}plain\n{BEGINS[variable]}100{percent}%0D%0Amore\n"


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}, {"GITLAB_CI": "true"}, {"GITHUB_ACTIONS": "false"}])
def test_a_service_without_such_lines_gets_none(environ: dict[str, str]) -> None:
    assert mask_lines(environ, ["secret"]) == ""


@pytest.fixture
def create(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Create an org of the sandbox in a job that *variable* tells of."""

    def run(variable: str, store: str, *options: str) -> Ended:
        home = Home(tmp_path, {variable: CI[variable]} if variable else {})
        for name, value in home.environ.items():
            monkeypatch.setenv(name, value)
        plan = home.datadog("datadoghq.eu", store=store)
        code = cli.main(["create", "--plan", plan, "--yes", "--sandbox", "--sandbox-speed", "2000", *options])
        return Ended(code, *capsys.readouterr())

    return run


@pytest.mark.parametrize("variable", CI)
def test_keys_for_the_screen_are_masked_before_they_are_printed(create: Callable[..., Ended], variable: str) -> None:
    lines = create(variable, '"screen"').out.splitlines()
    masked = [line.removeprefix(BEGINS[variable]) for line in lines if variable and line.startswith(BEGINS[variable])]
    assert len(masked) == (2 if variable else 0)
    for secret in masked:
        holding = [line for line in lines if secret in line]
        assert holding[0].startswith(BEGINS[variable])
        assert len(holding) == 2


def test_with_json_the_object_stays_alone_on_stdout(create: Callable[..., Ended]) -> None:
    ended = create("GITHUB_ACTIONS", '"screen"', "--json")
    secrets = json.loads(ended.out)["secrets"].values()
    assert len(secrets) == 2
    assert all(f"::add-mask::{secret}\n" in ended.err for secret in secrets)


def test_keys_in_a_store_need_no_mask(create: Callable[..., Ended]) -> None:
    ended = create("GITHUB_ACTIONS", '"file"')
    assert "::add-mask::" not in ended.out + ended.err

"""Plans from anywhere: pipes, values of the command line, saved connections; every problem at once, where it stands."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orgwizard.application.order_builder import connection, preview
from orgwizard.application.plans import plan_source
from orgwizard.application.plans.plan_file import Connect, load, plan_of
from orgwizard.application.plans.toml_positions import Position, positions
from orgwizard.application.profile_draft import draft_from
from orgwizard.domain.errors import BadFields, BadInput
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.masking import masked
from orgwizard.domain.secrets.redactor import MASK
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers import provider_of
from orgwizard.storage.profiles import Org, Profile, Profiles
from orgwizard.system import secret_reader
from tests.application.test_plan import DATADOG, OKTA, SECRET


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "plan.toml").write_text(DATADOG)
    return tmp_path / "plan.toml"


# ---- where it comes from -------------------------------------------------------------------------


def test_a_pipe_is_read_once_to_its_end() -> None:
    source, sink = os.pipe()
    os.write(sink, DATADOG.encode())
    os.close(sink)
    assert load(Path(f"/dev/fd/{source}")).draft() == plan_of(DATADOG).draft()
    os.close(source)


def test_a_fifo_waits_for_its_writer(tmp_path: Path) -> None:
    fifo = tmp_path / "plan"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_text(DATADOG))
    writer.start()
    assert load(fifo).draft().site == "datadoghq.eu"
    writer.join()


def test_what_never_ends_is_refused() -> None:
    with pytest.raises(BadInput, match="larger than"):
        load(Path("/dev/zero"))


# ---- values of the command line -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('organization.name="Other Child"', "Other Child"),
        ("organization.name=Other Child", "Other Child"),
        ("organization.name=2026", "2026"),
        ("organization.name=007", "007"),
        ("organization.name=true", "true"),
        ("organization.name=a = b", "a = b"),
        ("organization.name='it''", "'it''"),
        ('organization."name"=x', "x"),
    ],
)
def test_a_value_takes_the_place_of_the_plans(path: Path, given: str, name: str) -> None:
    draft = load(path, [given]).ready_draft()
    assert draft.section("organization") == {"name": name}
    assert draft.credentials["application_key"] == Reference(keyring="datadog/parent")


def test_values_are_lists_and_tables_too_and_the_last_one_counts(path: Path) -> None:
    given = ['credentials.api_key={ env = "A" }', "store=keyring", 'store={ command = ["cat"] }']
    draft = load(path, given).ready_draft()
    assert (draft.credentials["api_key"], draft.store) == (Reference(env="A"), {"command": ["cat"]})


@pytest.mark.parametrize("given", [SECRET, f"={SECRET}", f"a b={SECRET}", f"a..b={SECRET}", f"{SECRET}\nx=1"])
def test_what_is_no_key_and_value_is_refused_and_not_repeated(path: Path, given: str) -> None:
    with pytest.raises(BadInput) as caught:
        load(path, [given])
    assert caught.value.code == "usage"
    assert SECRET not in f"{caught.value.lines()} {caught.value!r}"


def test_a_problem_of_a_value_is_told_as_one_of_the_command_line(path: Path) -> None:
    with pytest.raises(BadFields) as caught:
        load(path, [f"organization.name={'x' * 33}", f"credentials.api_key={SECRET}"]).ready_draft()
    assert caught.value.places == {name: f"--set {name}" for name in ("organization.name", "credentials.api_key")}
    assert SECRET not in str(caught.value.lines())


def test_a_key_of_the_command_line_that_is_unknown_is_told_there_once_and_a_secret_in_its_place_is_not(
    path: Path,
) -> None:
    with pytest.raises(BadFields) as caught:
        load(path, ["organisation.name=x"]).ready_draft()
    assert caught.value.places == {"organisation": "--set organisation.name"}
    with pytest.raises(BadFields) as caught:
        load(path, ["organization.nam=x"]).ready_draft()
    assert [line for line in caught.value.lines() if line.startswith("--set organization.nam: Unknown.")]
    key = "00" + "Ab1" * 13 + "x"
    with pytest.raises(BadFields) as caught:
        load(path, [f"organization.{key}=x"]).ready_draft()
    assert key not in str(caught.value.lines())
    assert list(caught.value.places.values()) == ["--set organization.********"]


@pytest.mark.parametrize(
    ("given", "field", "meant"),
    [
        ("credentials.method=key", "credentials.method", "keys"),
        ("provider=datdog", "provider", "datadog"),
        ("store=keyrng", "store", "keyring"),
        ("site=datadog.eu", "site", "datadoghq.eu"),
        ("site=https://api.datadoghq.eu.example", "site", ""),
    ],
)
def test_what_was_most_likely_meant_is_told(path: Path, given: str, field: str, meant: str) -> None:
    with pytest.raises(BadFields) as caught:
        load(path, [given]).ready_draft()
    assert set(caught.value.problems) == {field}
    assert ("Did you mean" in caught.value.problems[field]) is bool(meant)
    assert f"Did you mean {meant}?" in caught.value.problems[field] or not meant


# ---- a saved connection ----------------------------------------------------------------------------

BY_PROFILE = 'profile = "acme"\n[organization]\nname = "My child org"\n'


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path / "profiles")


def saved(profiles: Profiles, name: str, **references: Reference) -> None:
    org, begun = Org(id="", name="Acme", url="https://app.datadoghq.eu"), datetime.now(UTC)
    profiles.save(
        Profile(
            name=name,
            provider="datadog",
            site="datadoghq.eu",
            method="keys",
            kind="parent",
            created=begun,
            org=org,
            parent=references,
        )
    )


def test_a_plan_names_its_org_and_parent_whoever_brings_them(profiles: Profiles) -> None:
    saved(profiles, "acme-eu")
    connect: Connect = lambda name: draft_from(profiles.find(name))  # noqa: E731
    assert plan_of(BY_PROFILE, connect).wanted == ("datadog", "datadoghq.eu", "My child org")
    assert plan_of(BY_PROFILE.replace("acme", "nobody"), connect).wanted == ("", "", "My child org")
    assert plan_of(OKTA).wanted == ("okta", "https://acme.okta.com", "My Child Org 1")
    assert plan_of("organization = 5").wanted == ("", "", "")


def planned(text: str, profiles: Profiles) -> Draft:
    return plan_of(text, lambda name: draft_from(profiles.find(name))).ready_draft()


def test_a_profile_stands_for_site_and_credentials(profiles: Profiles) -> None:
    saved(profiles, "acme-eu", api_key=Reference(env="A"), application_key=Reference(env="B"))
    draft = planned(BY_PROFILE, profiles)
    assert (draft.provider, draft.site, draft.method) == ("datadog", "datadoghq.eu", "keys")
    assert draft.credentials == {"api_key": Reference(env="A"), "application_key": Reference(env="B")}
    assert draft.section("organization") == {"name": "My child org"}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (BY_PROFILE, ["profile"]),
        (BY_PROFILE.replace('"acme"', "5"), ["profile"]),
        (BY_PROFILE.replace("acme", "nobody"), ["profile"]),
        (f'site = "datadoghq.com"\n{BY_PROFILE}', ["profile", "site"]),
        (f'provider = "okta"\n{BY_PROFILE}', ["profile", "provider"]),
        (f"{BY_PROFILE}[credentials]\n", ["credentials", "profile"]),
    ],
)
def test_what_a_profile_does_not_bring_or_brings_already(profiles: Profiles, text: str, fields: list[str]) -> None:
    saved(profiles, "acme")
    with pytest.raises(BadFields) as caught:
        planned(text, profiles)
    assert sorted(caught.value.problems) == fields


def test_a_beginning_of_several_profiles_is_none(profiles: Profiles) -> None:
    for name in ("acme-1", "acme-2"):
        saved(profiles, name)
    with pytest.raises(BadFields, match="Several profiles begin with acme"):
        planned(BY_PROFILE, profiles)


def test_a_plan_without_answers_lacks_them_all() -> None:
    with pytest.raises(BadFields) as caught:
        plan_of('provider = "datadog"\nsite = "nowhere.example"\n').ready_draft()
    lacking = {"site", "credentials.api_key", "credentials.application_key", "organization.name"}
    assert set(caught.value.problems) == lacking


# ---- every problem at once -------------------------------------------------------------------------

BAD = """provider = "okta"
site = "acme"

[credentials]
token = "literal"

[organization]
name = "x"
subdomian = "y"
store = "file"

[administrator]
first_name = 5
email = "nobody"
"""


def test_every_problem_is_told_at_once_and_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(BAD)
    with pytest.raises(BadFields) as caught:
        load(path).ready_draft()
    places = {name: place.removeprefix(f"{path}:") for name, place in caught.value.places.items()}
    assert places == {
        "site": "2:1",
        "credentials.token": "5:1",
        "organization.subdomian": "9:1",
        "organization.store": "10:1",
        "administrator.last_name": "12:1",
        "administrator.first_name": "13:1",
        "administrator.email": "14:1",
    }
    assert len(caught.value.lines()) == 8
    assert caught.value.lines()[1].startswith(f"{path}:2:1: site: ")
    assert "literal" not in str(caught.value.lines()).replace("a literal secret", "")


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        (f'{OKTA}store = "file"\n', "administrator.store", "It is below [administrator]. Move it above"),
        (f'{OKTA}subdomain = "x"\n', "administrator.subdomain", "It belongs below [organization]."),
        (f'subdomain = "x"\n{OKTA}', "subdomain", "It belongs below [organization]."),
        (OKTA.replace("[organization]", "[organisation]"), "organisation", "Did you mean organization?"),
        (OKTA.replace("first_name", "firstname"), "administrator.firstname", "Did you mean first_name?"),
        (OKTA.replace('"file"', '"safe"'), "store", 'Write "file"'),
        (OKTA.replace("https://acme.okta.com", "https://login.example.com"), "site", "add the line confirmed_host"),
    ],
)
def test_a_likely_slip_is_named(text: str, field: str, words: str) -> None:
    with pytest.raises(BadFields) as caught:
        plan_of(text).ready_draft()
    assert words in caught.value.problems[field]


def test_positions_are_those_of_keys_and_headers() -> None:
    text = (
        '# [no]\na = """\n[no]\nb = 1\n"""\nlist = [\n  "x = 1", # ]\n]\n'
        "[ one . two ]\n  c.d = { e = '[' }\n[[many]]\n\"q.r\" = 1\n"
    )
    assert positions(text) == {
        "a": Position(2, 1),
        "list": Position(6, 1),
        "one.two": Position(9, 1),
        "one.two.c.d": Position(10, 3),
        "many": Position(11, 1),
        "many.q.r": Position(12, 1),
    }


def test_settings_lie_over_a_copy() -> None:
    values = {"organization": {"name": "a"}, "site": "s"}
    assert plan_source.laid_over(values, [(("organization", "name"), "b"), (("x", "y"), "z")]) == {
        "organization": {"name": "b"},
        "site": "s",
        "x": {"y": "z"},
    }
    assert values == {"organization": {"name": "a"}, "site": "s"}


# ---- without and with secrets -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        DATADOG.replace('{ file = "~/keys.toml", key = "api_key" }', '{ command = ["touch", "ran"] }'),
        f'{OKTA}password = {{ env = "NOT_SET" }}\nrecovery_question = "q"\nrecovery_answer = {{ file = "/no" }}\n',
        OKTA.replace("api-token", "service-app").replace(
            'token = { env = "OKTA_CLIENT_TOKEN" }', 'client_id = "0oa"\nprivate_key = { file = "/no" }'
        ),
    ],
)
def test_a_preview_reads_no_secret_and_runs_no_command(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    draft = plan_of(text).ready_draft()
    provider = provider_of(draft.provider)
    call = provider.request(preview(provider, draft))
    assert MASK in str(masked(call.headers))
    assert not list(tmp_path.iterdir())


def test_a_preview_still_follows_the_rules_of_fields_that_go_together() -> None:
    with pytest.raises(BadFields) as caught:
        plan_of(f'{OKTA}recovery_question = "q"\n').ready_draft()
    assert list(caught.value.problems) == ["administrator.recovery_answer"]


def test_all_secrets_that_cannot_be_read_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B", "  ")
    text = f'provider = "datadog"\nsite = "EU1"\n[organization]\nname = "x"\n[credentials]\n{KEYS}'
    draft = plan_of(text).ready_draft()
    with pytest.raises(BadFields) as caught:
        connection(provider_of("datadog"), draft, secret_reader.read)
    assert "$A" in caught.value.problems["credentials.api_key"] or "A is not set" in str(caught.value)
    assert "$B contains only spaces" in caught.value.problems["credentials.application_key"]


KEYS = 'api_key = { env = "A" }\napplication_key = { env = "B" }\n'


def test_a_value_of_an_env_file_in_quotation_marks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", '"' + "a" * 32 + '"')
    monkeypatch.setenv("B", "b" * 40)
    text = f'provider = "datadog"\nsite = "EU1"\n[organization]\nname = "x"\n[credentials]\n{KEYS}'
    with pytest.raises(BadFields) as caught:
        connection(provider_of("datadog"), plan_of(text).ready_draft(), secret_reader.read)
    assert "from $A is wrong" in caught.value.problems["credentials.api_key"]
    assert "quotation marks" in caught.value.problems["credentials.api_key"]
    assert "aaaa" not in str(caught.value)


def test_a_scheme_before_a_credential_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "Bearer " + "a" * 32)
    monkeypatch.setenv("B", "b" * 40)
    text = f'provider = "datadog"\nsite = "EU1"\n[organization]\nname = "x"\n[credentials]\n{KEYS}'
    with pytest.raises(BadFields, match='Leave out "Bearer"'):
        connection(provider_of("datadog"), plan_of(text).ready_draft(), secret_reader.read)


def test_a_secret_that_is_not_there_is_told_where_its_reference_stands(path: Path) -> None:
    plan = load(path)
    with pytest.raises(BadFields) as caught, plan.telling_places():
        raise BadFields({"credentials.api_key": "The environment variable A is not set."})
    assert caught.value.places == {"credentials.api_key": f"{path}:7:1"}


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("name = \u201cMy Child\u201d", "typographic"),
        ("name = My Child", "Text goes in quotes"),
        ('name = "My Child', "Text goes in quotes"),
    ],
)
def test_a_line_that_is_no_toml_is_told_with_what_is_mostly_wrong(line: str, advice: str) -> None:
    with pytest.raises(BadInput) as caught:
        plan_of(f'provider = "okta"\n{line}\n')
    assert "line 2" in caught.value.cause
    assert advice in caught.value.advice

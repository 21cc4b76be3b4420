import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.application.order_builder import connection
from orgwizard.application.plans.plan_file import load, plan_of, unconfirmed
from orgwizard.application.plans.plan_source import LARGEST_PLAN
from orgwizard.application.plans.plan_writer import dump
from orgwizard.domain.errors import BadFields, BadInput, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.okta.provider import Okta
from orgwizard.system import secret_reader
from tests import keys
from tests.examples import few
from tests.plan_texts import parse, problems

SECRET = "s3cr3t-canary"

OKTA = """
provider = "okta"
site = "https://acme.okta.com"
store = "file"

[credentials]
method = "api-token"
token = { env = "OKTA_CLIENT_TOKEN" }

[organization]
name = "My Child Org 1"
subdomain = "my-child-org-1"

[administrator]
first_name = "Ada"
last_name = "Lovelace"
email = "ada@example.com"
login = "ada@example.com"
"""
DATADOG = """
provider = "datadog"
site = "datadoghq.eu"
store = { command = ["pass", "insert", "-m", "{name}"] }

[credentials]
api_key = { file = "~/keys.toml", key = "api_key" }
application_key = { keyring = "datadog/parent" }

[organization]
name = "My child org"
"""


def refused(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse(text)
    assert SECRET not in f"{caught.value.lines()} {caught.value!r}"
    return caught.value


# ---- good plans ----


def test_the_plan_of_the_documentation_is_read() -> None:
    draft = parse(OKTA)
    assert problems(draft) == {}
    assert (draft.provider, draft.site, draft.store, draft.method) == (
        "okta",
        "https://acme.okta.com",
        "file",
        "api-token",
    )
    assert draft.credentials == {"token": Reference(env="OKTA_CLIENT_TOKEN")}
    assert draft.section("organization") == {"name": "My Child Org 1", "subdomain": "my-child-org-1"}
    assert draft.section("administrator")["login"] == "ada@example.com"


def test_a_datadog_plan_needs_neither_method_nor_administrator() -> None:
    draft = parse(DATADOG)
    assert problems(draft) == {}
    assert draft.method == "keys"
    assert draft.store == {"command": ["pass", "insert", "-m", "{name}"]}
    assert draft.credentials["application_key"] == Reference(keyring="datadog/parent")


def test_an_okta_plan_may_leave_out_what_is_proposed() -> None:
    text = OKTA.replace('subdomain = "my-child-org-1"', "").replace('login = "ada@example.com"', "")
    assert problems(parse(text)) == {}


@pytest.mark.parametrize("given", ['"pro"', '{ type = "pro" }'])
def test_deprecated_fields_are_taken_in_both_forms(given: str) -> None:
    draft = parse(f'{DATADOG}billing = "parent_billing"\nsubscription = {given}\n')
    assert problems(draft) == {}
    assert parse(dump(draft)) == draft


@pytest.mark.parametrize(
    "text",
    [
        OKTA,
        DATADOG,
        OKTA + 'profile = { title = "CTO \\u2713", mobilePhone = "+1" }\npassword = { command = ["pass", "show"] }\n',
        OKTA.replace("api-token", "access-token").replace('"file"', '"screen"'),
    ],
)
def test_a_plan_that_is_written_and_read_again_is_the_same(text: str) -> None:
    draft = parse(text)
    assert parse(dump(draft)) == draft
    assert problems(parse(dump(draft))) == {}


def test_a_file_is_read_with_or_without_the_mark_of_an_editor(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(b"\xef\xbb\xbf" + OKTA.encode())
    assert load(path).draft() == parse(OKTA)
    path.write_bytes(OKTA.replace("\n", "\r\n").encode())
    assert load(path).draft() == parse(OKTA)


def test_a_plan_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text(OKTA)
    link = tmp_path / "plan.toml"
    link.symlink_to("real.toml")
    assert load(link).draft() == parse(OKTA)


WITHOUT_SITE = OKTA.replace('site = "https://acme.okta.com"', "")


def test_a_plan_without_a_site_is_for_a_person_to_complete() -> None:
    draft = parse(WITHOUT_SITE)
    assert draft.section("parent") == {"method": "api-token"}
    assert (draft.org_name, list(draft.credentials)) == ("My Child Org 1", ["token"])
    with pytest.raises(BadFields) as caught:
        plan_of(WITHOUT_SITE).ready_draft()
    assert caught.value.problems["site"] == "Required."


# ---- bad plans ----


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        (OKTA.replace('provider = "okta"', ""), "provider", "provider: Required."),
        (OKTA.replace('"okta"', "5"), "provider", "provider: Text in quotes is expected"),
        (OKTA.replace('"okta"', '"auth0"'), "provider", 'Unknown provider: auth0. Known: "okta", "datadog"'),
        (OKTA.replace('"https://acme.okta.com"', "[1]"), "site", "site: Text in quotes is expected"),
        (f'color = "red"\n{OKTA}', "color", "color: Unknown. Known here: administrator, confirmed_host, credentials"),
        (f"{OKTA}\n[child]\nname = 1\n", "child", "child: Unknown."),
        (f"{DATADOG}\n[administrator]\nfirst_name = 'Ada'\n", "administrator", "administrator: Unknown."),
        (f'provider = "okta"\nsite = "a.okta.com"\ncredentials = "{SECRET}"', "credentials", "A table is expected"),
        (OKTA.replace("[organization]", "[[organization]]"), "organization", "A table is expected: [organization]."),
        (OKTA.replace('"api-token"', '"keys"'), "credentials.method", "one of: api-token, access-token"),
        (OKTA.replace('"api-token"', '["api-token"]'), "credentials.method", "one of: api-token, access-token"),
        (OKTA.replace('"api-token"', "{}"), "credentials.method", "one of: api-token, access-token"),
        (OKTA.replace('{ env = "OKTA_CLIENT_TOKEN" }', "5"), "credentials.token", "not a reference to a secret"),
        (OKTA.replace('"OKTA_CLIENT_TOKEN"', f'"{SECRET}"'), "credentials.token", "env: contains invalid characters"),
        (OKTA.replace("env =", "variable ="), "credentials.token", "exactly one of env, file, command, keyring"),
        (OKTA.replace("token =", f'tokn = "{SECRET}"\ntoken ='), "credentials.tokn", "Unknown. Known here: token."),
        (OKTA.replace('"My Child Org 1"', "5"), "organization.name", "organization.name: Text in quotes is expected"),
        (OKTA.replace("subdomain", "domain"), "organization.domain", "Known here: name, subdomain, website, edition."),
        (OKTA.replace('"Ada"', '{ env = "X" }'), "administrator.first_name", "Text in quotes is expected"),
        (f"{OKTA}profile = 'CTO'\n", "administrator.profile", "A table of names and values is expected"),
        (OKTA.replace("subdomain =", "edition = 'X'\nsubdomain ="), "organization.edition", "It must be 'SKU'."),
        (f"{DATADOG}billing = 'mine'\n", "organization.billing", "It must be 'parent_billing'."),
        (f"{OKTA}profile = ['CTO']\n", "administrator.profile", "A table of names and values is expected"),
        (f"{OKTA}profile = {{ title = 5 }}\n", "administrator.profile", "title: text in quotes is expected"),
        (f'{OKTA}profile = {{ email = "a@b.cd" }}\n', "administrator.profile", "use the field"),
        (f"{OKTA}age = 1\n", "administrator.age", "Unknown. Known here: first_name"),
        (f'{DATADOG}subscription = {{ type = "gold" }}\n', "organization.subscription", "'trial', 'free' or 'pro'"),
        (f'{DATADOG}billing = {{ kind = "x" }}\n', "organization.billing", "It must be 'parent_billing'."),
        ("provider = ", "", "it is not valid TOML: Invalid value (at end of document)."),
        (f'provider = "{SECRET}', "", "it is not valid TOML"),
        ("a = " + "[" * 5000, "", "it cannot be parsed"),
        ("a = " + "9" * 5000, "", "it cannot be parsed"),
        ("", "provider", "provider: Required."),
    ],
)
def test_a_bad_plan_is_refused_with_the_name_of_the_field(text: str, field: str, words: str) -> None:
    error = refused(text)
    assert error.field == field
    assert words in error.cause


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (OKTA.replace('{ env = "OKTA_CLIENT_TOKEN" }', f'"{SECRET}"'), "credentials.token"),
        (f'{OKTA}password = "{SECRET}"\n', "administrator.password"),
        (f'{OKTA}recovery_question = "q"\nrecovery_answer = "{SECRET}"\n', "administrator.recovery_answer"),
        (DATADOG.replace('{ file = "~/keys.toml", key = "api_key" }', f'"{SECRET}"'), "credentials.api_key"),
        (DATADOG.replace('{ keyring = "datadog/parent" }', f'"{SECRET}"'), "credentials.application_key"),
        (OKTA.replace('{ env = "OKTA_CLIENT_TOKEN" }', f'{{ value = "{SECRET}" }}'), "credentials.token"),
        (OKTA.replace('{ env = "OKTA_CLIENT_TOKEN" }', f'["{SECRET}"]'), "credentials.token"),
    ],
)
def test_a_literal_secret_is_refused_and_never_repeated(text: str, field: str) -> None:
    assert text not in (OKTA, DATADOG)
    assert refused(text).field == field


def test_all_odd_answers_are_named_at_once() -> None:
    with pytest.raises(BadFields) as caught:
        parse(f"{OKTA.replace('subdomain', 'domain')}age = 1\nprofile = 5\n")
    assert list(caught.value.problems) == ["organization.domain", "administrator.age", "administrator.profile"]


NO_HOST, MEANT = "This is not a host name or URL. Example: acme.okta.com.", "Did you mean acme.okta.com?"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OKTA.replace("acme.okta.com", "acme"), {"site": f"{NO_HOST} {MEANT}"}),
        (OKTA.replace("https:", "http:"), {"site": f"http:// is unencrypted. Use https://. {MEANT}"}),
        (OKTA.replace("https://acme.okta.com", "http://127.0.0.1:8080"), {}),
        (OKTA.replace("My Child Org 1", "x" * 101), {"organization.name": "1 character too long (at most 100)."}),
        (OKTA.replace('"Ada"', '" "'), {"administrator.first_name": "Required."}),
        (OKTA.replace('token = { env = "OKTA_CLIENT_TOKEN" }', ""), {"credentials.token": "Required."}),
        (DATADOG.replace("My child org", "x" * 33), {"organization.name": "1 character too long (at most 32)."}),
    ],
)
def test_what_a_person_can_correct_is_kept_and_told_per_field(text: str, told: dict[str, str]) -> None:
    assert problems(parse(text)) == told


def test_an_unknown_datadog_site_is_told_with_the_known_ones() -> None:
    words = problems(parse(DATADOG.replace("datadoghq.eu", "datadoghq.fr")))["site"]
    assert words.startswith("There is no Datadog site datadoghq.fr. Known: datadoghq.com, us3.datadoghq.com, ")


def test_a_missing_file_a_folder_and_other_bytes_are_refused_by_their_path(tmp_path: Path) -> None:
    missing, latin, large = tmp_path / "missing.toml", tmp_path / "latin.toml", tmp_path / "large.toml"
    latin.write_bytes(f'a = "{SECRET}\xe4"'.encode("latin-1"))
    large.write_text("#" * (LARGEST_PLAN + 1))
    for path, words in (
        (missing, f"The plan {missing} does not exist."),
        (tmp_path, str(tmp_path)),
        (latin, f"The plan {latin} is not UTF-8 text."),
        (large, f"{large} could not be read: it is larger than"),
    ):
        with pytest.raises(BadInput) as caught:
            load(path)
        assert words in caught.value.cause
        assert caught.value.exit_code == 2
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("provider", "it is not valid TOML"),
        (OKTA.replace("[organization]", "[organisation]"), "organisation: Unknown."),
        (OKTA.replace('{ env = "OKTA_CLIENT_TOKEN" }', f'"{SECRET}"'), "credentials.token: a literal secret"),
        (OKTA.replace('"Ada"', "1"), "administrator.first_name: Text in quotes"),
    ],
)
def test_a_refusal_names_the_file_and_the_field(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        load(path).draft()
    assert f"The plan {path}: {words}" in caught.value.cause
    assert SECRET not in caught.value.cause


@few
@given(st.text() | st.sampled_from(OKTA.splitlines()).map(lambda line: OKTA.replace(line, line[: len(line) // 2])))
def test_no_text_breaks_the_reading_of_a_plan(text: str) -> None:
    try:
        draft = parse(text)
    except BadInput:
        return
    assert isinstance(problems(draft), dict)


# ---- writing plans ----


def test_a_typed_secret_is_written_as_its_official_variable() -> None:
    draft = parse(OKTA)
    draft.credentials["token"] = SecretStr(SECRET)
    draft.section("administrator")["password"] = SecretStr(SECRET)
    draft.section("administrator")["recovery_answer"] = SecretStr("")
    text = dump(draft)
    assert SECRET not in text
    again = parse(text)
    assert again.credentials["token"] == Reference(env="OKTA_CLIENT_TOKEN")
    assert again.section("administrator")["password"] == Reference(env="OKTA_PASSWORD")
    assert "recovery_answer" not in again.section("administrator")


@pytest.mark.parametrize("name", ["api_key", "application_key"])
def test_datadogs_keys_are_written_as_their_official_variables(name: str) -> None:
    draft = parse(DATADOG)
    draft.credentials[name] = SecretStr(SECRET)
    text = dump(draft)
    assert SECRET not in text
    assert parse(text).credentials[name] == Reference(env={"api_key": "DD_API_KEY"}.get(name, "DD_APP_KEY"))


def test_a_draft_is_written_before_a_method_was_chosen() -> None:
    draft = Draft("okta")
    draft.section("parent")["site"] = "acme.okta.com"
    draft.section("organization")["name"] = "Child"
    again = parse(dump(draft))
    assert (again.site, again.method, again.section("organization")) == (
        "acme.okta.com",
        "api-token",
        {"name": "Child"},
    )


def test_the_answers_of_other_methods_and_providers_are_left_out() -> None:
    draft = parse(OKTA)
    draft.section("credentials.access-token")["token"] = Reference(env="LEFT_OUT")
    draft.sections["datadog"] = {"organization": {"name": "Left out"}}
    draft.section("administrator")["rows"] = [["left", "out"]]
    assert "left" not in dump(draft).lower()


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(st.sampled_from(["name", "subdomain", "website"]), texts), texts)
def test_any_text_survives_the_plan_file(answers: dict[str, Any], site: str) -> None:
    draft = Draft("okta")
    draft.section("parent").update({"site": site, "method": "access-token"})
    draft.section("organization").update(answers)
    again = parse(dump(draft))
    assert again.site == site
    assert again.section("organization") == {name: text for name, text in answers.items() if text}


# ---- keys of several lines ----


def service_app(text: str) -> Draft:
    draft = Draft(provider="okta")
    draft.section("parent").update({"site": "acme.okta.com", "method": "service-app"})
    draft.credentials.update({"client_id": "0oa1", "private_key": SecretStr(text)})
    return draft


def test_a_key_in_a_plan_is_a_reference_and_the_client_id_is_not() -> None:
    draft = parse(
        'provider = "okta"\nsite = "acme.okta.com"\n[credentials]\nmethod = "service-app"\n'
        'client_id = "0oa1"\nprivate_key = { file = "key.pem" }\nkey_id = "k"\n'
    )
    assert draft.credentials == {"client_id": "0oa1", "private_key": Reference(file="key.pem"), "key_id": "k"}


def test_a_typed_path_is_written_as_the_file_and_a_typed_key_as_its_official_variable() -> None:
    written = tomllib.loads(dump(service_app("~/key.pem")))["credentials"]
    assert written == {"method": "service-app", "client_id": "0oa1", "private_key": {"file": "~/key.pem"}}
    written = tomllib.loads(dump(service_app(keys.pem("P-256"))))["credentials"]
    assert written["private_key"] == {"env": "OKTA_CLIENT_PRIVATEKEY"}


@pytest.mark.parametrize("given", ["typed", "variable", "path in a variable"])
def test_a_key_is_read_from_where_it_is_when_the_connection_is_made(tmp_path: Path, given: str) -> None:
    file = tmp_path / "key.pem"
    file.write_text(keys.pem("P-256"))
    draft = service_app(str(file))
    values = {"variable": keys.pem("P-256"), "path in a variable": str(file)}
    if given in values:
        draft.credentials["private_key"] = Reference(env="KEY")
    found = connection(Okta(), draft, lambda reference: secret_reader.read(reference, {"KEY": values.get(given, "")}))
    assert found.credentials.private_key.get_secret_value().strip() == keys.pem("P-256").strip()  # type: ignore[attr-defined]
    key = {"file": str(file)} if given == "typed" else {"env": "KEY"}
    assert found.sources == {"client_id": "0oa1", "private_key": key}


def test_a_file_that_holds_no_key_is_a_problem_of_the_field_and_no_further_path(tmp_path: Path) -> None:
    file, other = tmp_path / "list", tmp_path / "key.pem"
    file.write_text(str(other))
    other.write_text(keys.pem("P-256"))
    with pytest.raises(BadFields) as caught:
        connection(Okta(), service_app(str(file)), secret_reader.read)
    assert caught.value.problems == {"credentials.private_key": "Not a PEM or JWK key. Truncated?"}


def test_a_path_without_a_file_is_a_problem_of_the_field(tmp_path: Path) -> None:
    with pytest.raises(BadFields) as caught:
        connection(Okta(), service_app(str(tmp_path / "none.pem")), secret_reader.read)
    assert list(caught.value.problems) == ["credentials.private_key"]
    assert "does not exist" in caught.value.cause


@pytest.mark.parametrize("canary", ["00" + "aB3-_" * 8, "xK3bP9qLm2Zt7Rv1Yw8cQd5eF0", "0123456789abcdef" * 2])
@pytest.mark.parametrize(
    "credentials",
    [
        'token = "{0}"',
        'token = {{ env = "{0}" }}',
        'token = {{ file = "{0}" }}',
        'token = {{ file = "/etc/passwd", key = "{0}" }}',
        'token = {{ command = ["{0}"] }}',
        'token = {{ keyring = "{0}" }}',
        'token = {{ "{0}" = "x" }}',
        '"{0}" = "x"',
        "token = {0}",
    ],
)
def test_a_secret_in_the_wrong_place_of_a_plan_is_refused_and_never_repeated(canary: str, credentials: str) -> None:
    text = 'provider = "okta"\nsite = "acme.okta.com"\n[credentials]\n' + credentials.format(canary)
    with pytest.raises(WizardError) as caught:
        parse(text)
    assert canary not in f"{caught.value.lines()} {caught.value.field} {getattr(caught.value, 'problems', '')}"


CUSTOM = OKTA.replace("https://acme.okta.com", "https://login.acme.com")


@pytest.mark.parametrize("host", ["login.acme.com", "https://login.acme.com", " Login.Acme.com "])
def test_a_host_that_is_not_the_vendors_is_confirmed_by_the_plan(host: str) -> None:
    assert list(unconfirmed(parse(CUSTOM))) == ["site"]
    draft = parse(f'confirmed_host = "{host}"\n{CUSTOM}')
    assert unconfirmed(draft) == {}
    assert 'confirmed_host = "login.acme.com"' in dump(draft)


@pytest.mark.parametrize("host", ["acme.okta.com", "login.acme.com.evil.com", "", "0123456789abcdef" * 2])
def test_a_confirmation_of_another_host_is_refused(host: str) -> None:
    with pytest.raises(BadFields) as caught:
        parse(f'confirmed_host = "{host}"\n{CUSTOM}')
    assert list(caught.value.problems) == ["confirmed_host"]
    assert "0123456789abcdef" not in caught.value.cause


@pytest.mark.parametrize("site", ["https://acme.okta.com", "http://127.0.0.1:8080"])
def test_the_vendors_hosts_and_this_machine_need_no_confirmation(site: str) -> None:
    assert unconfirmed(parse(OKTA.replace("https://acme.okta.com", site))) == {}

"""What the user already has: variables and files of the official tools, whose values are never shown."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from orgwizard.application.connection.suggestions import Suggestions
from orgwizard.application.order_builder import connection
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields, HeaderSecret, Text, env_names
from orgwizard.domain.forms.questions import Question, Suggestion
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.datadog.fields import Keys
from orgwizard.providers.datadog.provider import Datadog
from orgwizard.providers.okta.fields import AccessToken, ApiToken
from orgwizard.providers.okta.provider import Okta
from orgwizard.system.secret_reader import read

SECRET = "s3cr3t-canary"
(TOKEN,) = questions(ApiToken)
(ACCESS,) = questions(AccessToken)
API_KEY, APPLICATION_KEY = questions(Keys)
DOGRC = f"[Connection]\napikey = {SECRET}%1\nappkey = {SECRET}-app\napi_host = https://api.datadoghq.eu\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, and beside it an empty working folder."""
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    (home / ".okta").mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(home))
    return home


def okta_yaml(path: Path, **members: str) -> Path:
    rows = "".join(f"    {name}: {value}\n" for name, value in members.items())
    return written(path, f"okta:\n  client:\n{rows}")


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def okta(**environ: str) -> Suggestions:
    return Suggestions(Okta(), environ)


def datadog(**environ: str) -> Suggestions:
    return Suggestions(Datadog(), environ)


def source(offer: Suggestion | None) -> str:
    assert offer is not None
    assert SECRET not in repr(offer)
    return offer.source


# ---- variables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "question", "name"),
    [
        ({"OKTA_CLIENT_TOKEN": SECRET, "OKTA_API_TOKEN": SECRET}, TOKEN, "OKTA_CLIENT_TOKEN"),
        ({"OKTA_CLIENT_TOKEN": "", "OKTA_API_TOKEN": SECRET}, TOKEN, "OKTA_API_TOKEN"),
        ({"OKTA_CLIENT_TOKEN": SECRET, "OKTA_CLIENT_AUTHORIZATIONMODE": "SSWS"}, TOKEN, "OKTA_CLIENT_TOKEN"),
        ({"OKTA_CLIENT_TOKEN": SECRET, "OKTA_CLIENT_AUTHORIZATIONMODE": "SSWS"}, ACCESS, None),
        ({"OKTA_CLIENT_TOKEN": SECRET, "OKTA_CLIENT_AUTHORIZATIONMODE": "Bearer"}, ACCESS, "OKTA_CLIENT_TOKEN"),
        ({"OKTA_CLIENT_TOKEN": SECRET, "OKTA_CLIENT_AUTHORIZATIONMODE": "Bearer"}, TOKEN, None),
        ({"OKTA_CLIENT_TOKEN": SECRET, "OKTA_CLIENT_AUTHORIZATIONMODE": "nonsense"}, TOKEN, "OKTA_CLIENT_TOKEN"),
        ({"OKTA_CLIENT_TOKEN": SECRET}, ACCESS, None),
        ({"OKTA_ACCESS_TOKEN": SECRET}, ACCESS, "OKTA_ACCESS_TOKEN"),
        ({"OKTA_ACCESS_TOKEN": SECRET}, TOKEN, None),
        ({"DD_API_KEY": SECRET, "DATADOG_API_KEY": SECRET}, API_KEY, "DD_API_KEY"),
        ({"DATADOG_API_KEY": SECRET}, API_KEY, "DATADOG_API_KEY"),
        ({"DATADOG_APP_KEY": SECRET}, APPLICATION_KEY, "DATADOG_APP_KEY"),
        ({"DD_API_KEY": SECRET}, APPLICATION_KEY, None),
    ],
)
def test_variables_are_offered_by_name(
    home: Path, environ: Mapping[str, str], question: Question, name: str | None
) -> None:
    assert home
    provider = Datadog() if question in questions(Keys) else Okta()
    offer = Suggestions(provider, environ).credential(question)
    assert (offer and offer.typed) == (Reference(env=name) if name else None)
    assert offer is None or source(offer) == f"from ${name}"


@pytest.mark.parametrize(
    ("offers", "site", "words"),
    [
        (okta(OKTA_CLIENT_ORGURL="https://acme.okta.com"), "https://acme.okta.com", "from $OKTA_CLIENT_ORGURL"),
        (
            okta(OKTA_ORG_NAME="acme", OKTA_BASE_URL="oktapreview.com"),
            "acme.oktapreview.com",
            "from $OKTA_ORG_NAME and $OKTA_BASE_URL",
        ),
        (
            okta(OKTA_ORG_NAME="x", OKTA_BASE_URL="okta.com", OKTA_CLIENT_ORGURL="https://acme.okta.com"),
            "https://acme.okta.com",
            "from $OKTA_CLIENT_ORGURL",
        ),
        (datadog(DD_SITE="us5.datadoghq.com", DD_HOST="https://x.example"), "us5.datadoghq.com", "from $DD_SITE"),
        (datadog(DD_HOST="https://api.datadoghq.eu/"), "https://api.datadoghq.eu/", "from $DD_HOST"),
        (datadog(DATADOG_HOST="https://app.datadoghq.com"), "https://app.datadoghq.com", "from $DATADOG_HOST"),
    ],
)
def test_the_site_is_offered(home: Path, offers: Suggestions, site: str, words: str) -> None:
    assert home
    offer = offers.site()
    assert offer is not None
    assert (offer.typed, offer.source) == (site, words)


@pytest.mark.parametrize("offers", [okta(), okta(OKTA_BASE_URL="okta.com"), datadog()])
def test_half_a_site_is_none(home: Path, offers: Suggestions) -> None:
    assert home
    assert offers.site() is None


# ---- files ------------------------------------------------------------------------------------------


def test_the_sdks_file_is_offered_by_key_and_read_when_used(home: Path) -> None:
    okta_yaml(home / ".okta/okta.yaml", orgUrl="https://acme.okta.com", token=SECRET)
    offer = okta().credential(TOKEN)
    assert offer is not None
    assert offer.typed == Reference(file="~/.okta/okta.yaml", key="okta.client.token")
    assert source(offer) == "from okta.client.token in the file ~/.okta/okta.yaml"
    assert source(okta().site()) == "from okta.client.orgUrl in the file ~/.okta/okta.yaml"
    assert read(offer.typed).get_secret_value() == SECRET
    okta_yaml(home / ".okta/okta.yaml", token="another")
    assert read(offer.typed).get_secret_value() == "another"


def test_a_variable_goes_before_a_file_and_the_projects_file_before_that_of_the_home(home: Path) -> None:
    okta_yaml(home / ".okta/okta.yaml", orgUrl="https://home.okta.com", token=SECRET)
    hidden = okta_yaml(home.parent / "here" / ".okta.yaml", token=SECRET)
    assert source(okta(OKTA_API_TOKEN=SECRET).credential(TOKEN)) == "from $OKTA_API_TOKEN"
    assert source(okta().credential(TOKEN)) == f"from okta.client.token in the file {hidden}"
    plain = okta_yaml(home.parent / "here" / "okta.yaml", token=SECRET)
    assert source(okta().credential(TOKEN)) == f"from okta.client.token in the file {plain}"
    site = okta().site()
    assert site is not None
    assert site.typed == "https://home.okta.com"


def test_a_file_from_here_is_named_from_anywhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    okta_yaml(Path("okta.yaml"), token=SECRET)
    offer = okta().credential(TOKEN)
    monkeypatch.chdir(home)
    assert offer is not None
    assert read(offer.typed).get_secret_value() == SECRET


def test_the_mode_in_a_file_tells_what_its_token_is_for(home: Path) -> None:
    okta_yaml(home / ".okta/okta.yaml", token=SECRET, authorizationMode="Bearer")
    assert okta().credential(TOKEN) is None
    assert source(okta().credential(ACCESS)) == "from okta.client.token in the file ~/.okta/okta.yaml"
    assert okta(OKTA_CLIENT_AUTHORIZATIONMODE="SSWS").credential(ACCESS) is None


def test_the_older_ini_file_is_offered_too(home: Path) -> None:
    written(home / ".dogrc", DOGRC)
    api_key, application_key = (datadog().credential(question) for question in (API_KEY, APPLICATION_KEY))
    assert source(api_key) == "from Connection.apikey in the file ~/.dogrc"
    assert source(datadog().site()) == "from Connection.api_host in the file ~/.dogrc"
    assert api_key is not None
    assert application_key is not None
    assert read(api_key.typed).get_secret_value() == f"{SECRET}%1"
    assert read(application_key.typed).get_secret_value() == f"{SECRET}-app"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "okta:",
        "okta: []",
        "okta: {client: }",
        "okta: {client: {token: }}",
        "okta: {client: {token: 5}}",
        "- okta",
        "okta: {client: [token]}",
    ],
)
def test_a_file_without_a_token_offers_none(home: Path, text: str) -> None:
    written(home / ".okta/okta.yaml", text)
    assert okta().credential(TOKEN) is None
    assert okta().method() == ""


@pytest.mark.parametrize(
    "content",
    [
        b"okta: [unclosed s3cr3t-canary",
        b"\xff\xfe\x00s3cr3t-canary",
        b"s3cr3t-canary",
        b"okta: !!python/object/apply:os.system ['s3cr3t-canary']",
        b"okta: 2001-99-99",
        b"? {}\n: 1",
        b"[" * 100_000,
        b"a: *nowhere",
    ],
)
def test_a_broken_file_is_a_remark_without_its_text(home: Path, content: bytes) -> None:
    (home / ".okta/okta.yaml").write_bytes(content)
    assert okta().credential(TOKEN) is None
    assert okta().site() is None
    assert okta().remarks() == ["The file ~/.okta/okta.yaml is not valid YAML: it was ignored."]


@pytest.mark.parametrize("text", ["apikey = x", "[Connection\n", "[Connection]\napikey = 1\napikey = 2"])
def test_a_broken_ini_file_is_a_remark(home: Path, text: str) -> None:
    written(home / ".dogrc", text)
    assert datadog().remarks() == ["The file ~/.dogrc is not valid INI: it was ignored."]


def test_a_file_that_cannot_be_read_is_a_remark(home: Path) -> None:
    (home / ".dogrc").mkdir()
    (remark,) = datadog().remarks()
    assert "it is a folder. The file was ignored." in remark
    assert datadog().credential(API_KEY) is None


def test_a_file_that_others_can_read_is_a_remark_where_it_holds_a_secret(home: Path) -> None:
    path = written(home / ".dogrc", DOGRC)
    assert datadog().remarks() == []
    path.chmod(0o644)
    assert datadog().remarks() == [f"Other users can read ~/.dogrc. Run: chmod go-rwx {path}"]
    written(path, "[Connection]\napi_host = x\n").chmod(0o644)
    assert datadog().remarks() == []


# ---- the method -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offers", "method"),
    [
        (okta(), ""),
        (okta(OKTA_CLIENT_TOKEN=SECRET), "api-token"),
        (okta(OKTA_CLIENT_TOKEN=SECRET, OKTA_CLIENT_AUTHORIZATIONMODE="Bearer"), "access-token"),
        (okta(OKTA_CLIENT_AUTHORIZATIONMODE="Bearer"), ""),
        (okta(OKTA_ACCESS_TOKEN=SECRET), "access-token"),
        (okta(OKTA_ACCESS_TOKEN=SECRET, OKTA_API_TOKEN=SECRET), "api-token"),
        (okta(OKTA_ACCESS_TOKEN=SECRET, OKTA_API_TOKEN=SECRET, OKTA_CLIENT_AUTHORIZATIONMODE="bearer"), "access-token"),
        (datadog(DD_API_KEY=SECRET), ""),
        (datadog(DD_API_KEY=SECRET, DATADOG_APP_KEY=SECRET), "keys"),
    ],
)
def test_the_method_is_the_one_that_what_is_there_is_enough_for(home: Path, offers: Suggestions, method: str) -> None:
    assert home
    assert offers.method() == method


class App(Fields):
    client: Text = Field(title="Client", json_schema_extra=env_names("NIMBUS_CLIENT", keys=("client",)))
    key: HeaderSecret = Field(title="Key", json_schema_extra=env_names(keys=("app.key", "app.older")))


class Nimbus(Okta):
    """A provider whose fields alone say what it is offered."""

    key = "nimbus"
    methods: ClassVar[Mapping[str, type[Fields]]] = {"app": App}
    files: ClassVar[tuple[str, ...]] = ("~/nimbus.toml",)


def test_a_further_provider_says_it_on_its_fields(home: Path) -> None:
    written(home / "nimbus.toml", f'client = "c-1"\n[app]\nolder = "{SECRET}"\n')
    offers = Suggestions(Nimbus(), {})
    client, key = (offers.credential(question) for question in questions(App))
    assert client == Suggestion("c-1", "from client in the file ~/nimbus.toml")
    assert key == Suggestion(
        Reference(file="~/nimbus.toml", key="app.older"), "from app.older in the file ~/nimbus.toml"
    )
    assert offers.method() == "app"


def test_what_is_offered_makes_a_connection(home: Path) -> None:
    okta_yaml(home / ".okta/okta.yaml", orgUrl="https://acme.okta.com", token=SECRET)
    draft, offers = Draft("okta"), okta()
    site, token = offers.site(), offers.credential(TOKEN)
    assert site is not None
    assert token is not None
    draft.section("parent").update({"site": site.typed, "method": offers.method()})
    draft.credentials["token"] = token.typed
    made = connection(Okta(), draft, lambda reference: read(reference, os.environ))
    assert made.site.key == "https://acme.okta.com"
    assert made.sources == {"token": {"file": "~/.okta/okta.yaml", "key": "okta.client.token"}}

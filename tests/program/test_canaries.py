"""Secrets in every other field, and repeated by every kind of response: found nowhere but where they belong."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from orgwizard import cli
from orgwizard.application import runner
from orgwizard.domain import clock
from orgwizard.sandbox.transport import SandboxTransport
from tests import servers
from tests.canaries import CANARIES, Ears, left_in, listening, traces
from tests.hurried import hurried
from tests.servers import (
    ANSWER,
    DATADOG_CREATED,
    GIVEN,
    OKTA_CREATED,
    PASSWORD,
    RECEIVED,
    DatadogServer,
    Ended,
    Home,
    OktaServer,
    Peer,
    Seen,
    http,
    json_answer,
    serving,
)

SPEED = 2000.0


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    """Hear names that are looked up, programs' arguments, and what is asked of the sandbox."""
    for heard in listening():
        real = SandboxTransport.handle_async_request

        async def handle(
            self: SandboxTransport, request: httpx.Request, heard: Ears = heard, real: Any = real
        ) -> httpx.Response:
            heard.heard.append(str(request.url))
            response: httpx.Response = await real(self, request)
            return response

        monkeypatch.setattr(SandboxTransport, "handle_async_request", handle)
        yield heard


Program = Callable[..., Ended]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Program]:
    """Run the command line in this process, in a hurry."""
    engines: list[runner.Engine] = []

    class Remembered(runner.Engine):
        def __init__(self) -> None:
            super().__init__()
            engines.append(self)

    monkeypatch.setattr(clock, "Clock", hurried(SPEED))
    monkeypatch.setattr(runner, "Engine", Remembered)
    monkeypatch.chdir(tmp_path)

    def run(home: Home, *argv: str) -> Ended:
        with monkeypatch.context() as patch:
            for name, value in home.environ.items():
                patch.setenv(name, value)
            code = cli.main(argv)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    yield run
    for one in engines:
        one.close()


# ---- typed into every other field of a plan --------------------------------------------------------------

REFERENCES = {"{{ env = {} }}", "{{ file = {} }}", "{{ keyring = {} }}"}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "okta": {
        **dict.fromkeys(("provider", "site", "confirmed_host", "profile", "store", "credentials.method"), "{}"),
        **dict.fromkeys(("organization.name", "organization.subdomain", "organization.website"), "{}"),
        **dict.fromkeys(("administrator.first_name", "administrator.last_name", "administrator.email"), "{}"),
        **dict.fromkeys(("administrator.login", "administrator.recovery_question"), "{}"),
        "administrator.profile": "{{ title = {} }}",
        "organization.{}": '"the name of a field"',
        "credentials.token": "{{ env = {} }}",
        "administrator.password": "{{ file = {} }}",
        "administrator.recovery_answer": "{{ keyring = {} }}",
    },
    "datadog": {
        **dict.fromkeys(("site", "store", "organization.name"), "{}"),
        "credentials.api_key": "{{ env = {} }}",
        "credentials.application_key": "{{ file = {} }}",
    },
}
# What looks like nothing is known by its value, once the plan's secrets were read: in what is asked about the org.
KNOWN_BY_VALUE = (PASSWORD, ANSWER)
TEXTS = {name for name in FIELDS["okta"] if name.startswith(("organization.", "administrator."))} - {"organization.{}"}


def in_another_field() -> Iterator[Any]:
    """Yield provider, field and secret: of each field a third of the secrets by turns, the others with `-m full`."""
    for provider, names in FIELDS.items():
        for at, (name, form) in enumerate(names.items()):
            readable = provider == "okta" and name in TEXTS and form not in REFERENCES
            for number, secret in enumerate(CANARIES.values()):
                if readable or secret not in KNOWN_BY_VALUE:
                    yield pytest.param(provider, name, secret, marks=() if number % 3 == at % 3 else pytest.mark.full)


@pytest.mark.parametrize(("provider", "name", "secret"), in_another_field())
def test_a_secret_in_another_field_of_a_plan_goes_nowhere(
    tmp_path: Path, program: Program, ears: Ears, provider: str, name: str, secret: str
) -> None:
    home = Home(tmp_path / "home")
    literal = json.dumps(secret)
    line = {name.format(literal): FIELDS[provider][name].format(literal)}
    plan = home.okta("https://acme.okta.com", **line) if provider == "okta" else home.datadog("datadoghq.eu", **line)
    for command in (("check",), ("create", "--yes", "--json"), ("create", "--dry-run")):
        ended = program(home, *command, "--plan", plan, "--sandbox", "--sandbox-speed", str(SPEED))
        assert ended.code == 2, ended
        assert not traces(secret, ended.out + ended.err), (command, ended)
    assert not traces(secret, left_in(home))
    assert not traces(secret, ears.text)


# ---- repeated by every kind of response --------------------------------------------------------------------


def plain(text: str) -> str:
    return text


def percent(text: str) -> str:
    return quote(text, safe="")


def based(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


FORMS: tuple[Callable[[str], str], ...] = (plain, percent, based, escaped)


def secrets_of(seen: Seen) -> list[str]:
    """Return every secret that came with a request."""
    return [secret for secret in (*GIVEN, *RECEIVED) if secret in f"{seen.headers}{seen.body!r}"]


Echo = Callable[["Echoing", str], bytes]


def error(status: int, **members: str) -> Echo:
    return lambda _, said: json_answer(status, {name: text.format(said) for name, text in members.items()})


def refusal(_: "Echoing", said: str) -> bytes:
    causes = [{"errorSummary": f"name: {said}"}]
    return json_answer(400, {"errorSummary": said, "errorCauses": causes, "errors": [said]})


def headers(_: "Echoing", said: str) -> bytes:
    names = ("X_Okta_Request_Id", "X_Request_Id", "WWW_Authenticate", "Retry_After", "Date")
    return json_answer(400, {"errorCode": "E0000001", "errors": ["no"]}, **dict.fromkeys(names, said))


def redirected(status: int) -> Echo:
    return lambda echoing, said: http(status, b"", {"Location": f"{echoing.url}/?key={quote(said)}"})


def web_page(_: "Echoing", said: str) -> bytes:
    return http(502, f"<html>Bad gateway for {said}</html>".encode(), {"Content-Type": "text/html"})


def named(echoing: "Echoing", said: str) -> bytes:
    """Say that the org was created, and call everything but its keys after the secrets."""
    org = {"public_id": servers.CHILD_ID, "name": said, "created": said, "description": said}
    links = {"organization": {"href": f"{echoing.url}/{quote(said)}"}}
    okta = {**OKTA_CREATED, "name": said, "status": said, "edition": said, "settings": said, "_links": links}
    datadog = {**DATADOG_CREATED, "org": org, "user": {"handle": said, "title": said}, "note": said}
    return json_answer(echoing.success, okta if echoing.is_okta else datadog)


ECHOES: Mapping[str, Echo] = {
    "the text of a refusal": refusal,
    "the code of an error": error(400, errorCode="{}", errorSummary="no", errors="{}"),
    "the id of an error": error(401, errorCode="E0000011", errorId="{}", errorLink="{}", error="{}"),
    "headers": headers,
    "the address of a redirect": redirected(307),
    "the address of a redirect after processing": redirected(303),
    "the page of a gateway": web_page,
    "an error that repeats the request": error(500, errorCode="E0000009", errorSummary="{}", errors="{}"),
    "the name of the new org": named,
}


class Echoing:
    """A vendor that answers the create call, or every read of one kind, with the secrets that came with the request."""

    def __init__(self, provider: str, echo: Echo, form: Callable[[str], str], *, reads: bool) -> None:
        self.is_okta = provider == "okta"
        self.success = 201 if self.is_okta else 200
        self.received = RECEIVED[:1] if self.is_okta else RECEIVED[1:]
        self.url = ""
        self.create_path = (OktaServer if self.is_okta else DatadogServer).create_path
        self._vendor = (OktaServer if self.is_okta else DatadogServer)(b"")
        self._echo, self._form, self._reads = echo, form, reads

    def __call__(self, peer: Peer) -> None:
        seen = peer.read()
        creates = (seen.method, seen.path) == ("POST", self.create_path)
        secrets = secrets_of(seen) + list(self.received if self._echo is named else ())
        if creates or (self._reads and secrets):
            said = self._echo(self, " ".join(map(self._form, secrets)))
            peer.send(said.replace(b"\\\\u", b"\\u"))  # escaped once: as JSON, not as text in JSON
        else:
            peer.send(self._vendor.reply(seen))


def repeated() -> Iterator[Any]:
    """Yield every kind of response, by turns of one provider, and two in other spellings."""
    for number, (name, echo) in enumerate(ECHOES.items()):
        provider = ("okta", "datadog")[number % 2]
        yield pytest.param(provider, echo, plain, id=f"{provider}, {name}")
    for form in FORMS[1:]:
        yield pytest.param("okta", refusal, form, id=f"{form.__name__}, the text of a refusal")
    yield pytest.param("datadog", named, escaped, id="escaped, the name of the new org")


@pytest.mark.full
@pytest.mark.parametrize(("provider", "echo", "form"), repeated())
def test_what_a_service_repeats_goes_nowhere(
    tmp_path: Path, program: Program, ears: Ears, provider: str, echo: Echo, form: Callable[[str], str]
) -> None:
    for reads in (False, True):
        echoing = Echoing(provider, echo, form, reads=reads)
        with serving(echoing) as server:
            echoing.url = server.url
            home = Home(tmp_path / f"reads-{reads}")
            plan = home.okta(server.url) if provider == "okta" else home.datadog(server.url)
            said = [program(home, "check", "--plan", plan), program(home, "check", "--plan", plan, "--json")]
            said.append(program(home, "create", "--plan", plan, "--yes", *(["--json"] if reads else [])))
            said.append(program(home, "create", "--plan", plan, "--yes", "--json"))  # what the journal says of it
            said += [program(home, "orgs"), program(home, "orgs", "--json"), program(home, "profiles", "list")]
            said += [program(home, "resume", "--json")]
        shown = "\n".join(ended.out + ended.err for ended in said)
        everywhere = "\n".join((shown, left_in(home), ears.text))
        found = [line for line in everywhere.splitlines() for s in (*GIVEN, *echoing.received) if traces(s, line)]
        assert found == []
        assert not any(ended.code == 1 for ended in said), shown

"""The questions of a model in lines: limits in the prompt, errors at the field, defaults by Enter, back and clear."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, SecretStr

from orgwizard.application.service import Service
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.fields import Fields, Secret, Text
from orgwizard.domain.forms.questions import Question
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation.wizard.form_state import FormState, connection_form
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers.datadog.fields import DatadogOrganization
from orgwizard.providers.okta.administrator_fields import OktaAdministrator
from orgwizard.providers.okta.fields import OktaOrganization
from orgwizard.ui.plain.console import Back, Console
from orgwizard.ui.plain.prompts import fill
from tests.keys import pem
from tests.plain.lines import Typed
from tests.tui.bench import fronted

ADMIN = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"}


def asked(
    service: Service, model: type[Fields], *typed: str, section: str = "organization", refused: str = "", **answers: Any
) -> tuple[dict[str, Any], Typed]:
    """Fill a sheet whose answers so far are given; return the answers and the terminal."""
    session = WizardSession(fronted(service), Draft("okta"))
    live = session.draft.section(section)
    live.update(answers)
    if refused:
        session.refusals[f"{section}.name"] = refused
    terminal = Typed(*typed)
    fill(Console(terminal), FormState(session, section, model, live), lambda: None)
    assert terminal.left_over == []
    return live, terminal


def test_limits_examples_and_proposals_are_in_the_prompt(service: Service) -> None:
    live, terminal = asked(service, OktaOrganization, "My Child Org 1", "", "")
    assert live == {"name": "My Child Org 1"}
    assert "Name (required, at most 100 characters, for example My Child Org 1):" in terminal.said
    assert "Subdomain (at most 57 characters, Enter for my-child-org-1):" in terminal.said
    assert "Website (optional, Enter leaves it empty):" in terminal.said


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Required."),
        ("x" * 33, "1 character too long (at most 32)."),
        ("a\ufffdb", "Invisible character at position 2"),
    ],
)
def test_an_error_is_said_at_once_and_asked_again(service: Service, typed: str, words: str) -> None:
    live, terminal = asked(service, DatadogOrganization, typed, "Fine")
    assert live == {"name": "Fine"}
    assert terminal.text.count("Name (required") == 2
    assert words in terminal.said


def test_a_wrong_answer_leaves_the_one_from_before(service: Service) -> None:
    live, terminal = asked(service, DatadogOrganization, "x" * 33, "", name="Before")
    assert live == {"name": "Before"}
    assert "Enter keeps Before" in terminal.said


def test_what_is_wrong_with_an_answer_of_a_plan_is_said_before_it_is_asked_for(service: Service) -> None:
    live, terminal = asked(service, DatadogOrganization, "", "Short", name="x" * 40)
    assert live == {"name": "Short"}
    assert terminal.text.startswith("Name: 8 characters too long (at most 32).\n")
    assert terminal.text.count("8 characters too long (at most 32).") == 2


def test_what_the_service_refused_is_said_and_may_be_tried_again(service: Service) -> None:
    live, terminal = asked(service, DatadogOrganization, "", name="Taken", refused="It is taken.")
    assert live == {"name": "Taken"}
    assert terminal.text.startswith("Name: It is taken.\n")


def test_back_goes_a_question_back_and_loses_nothing(service: Service) -> None:
    live, terminal = asked(service, OktaOrganization, "One", ":back", "", "sub", ":back", "other", "")
    assert live == {"name": "One", "subdomain": "other"}
    assert "Enter keeps One" in terminal.said
    with pytest.raises(Back):
        asked(service, OktaOrganization, ":back")


def test_clear_brings_the_proposal_back_and_takes_what_is_optional_away(service: Service) -> None:
    given = {"name": "One", "subdomain": "typed", "website": "https://x.example"}
    live, _ = asked(service, OktaOrganization, "", ":clear", ":clear", **given)
    assert live == {"name": "One"}
    _, terminal = asked(service, DatadogOrganization, ":clear", "Again", name="One")
    assert "Required." in terminal.said


def test_an_answer_that_begins_with_the_sign_is_taken(service: Service) -> None:
    live, _ = asked(service, DatadogOrganization, "::One")
    assert live == {"name": ":One"}


def test_help_is_that_of_the_field(service: Service) -> None:
    _, terminal = asked(service, DatadogOrganization, ":help", "One")
    assert "Shown in the list of orgs. May repeat, but duplicates are confusing." in terminal.said
    assert "For example My child org." in terminal.said


def test_an_answer_to_no_question_is_left_out_and_that_is_said(service: Service) -> None:
    live, terminal = asked(service, DatadogOrganization, "One", colour="green")
    assert live == {"name": "One"}
    assert "colour was left out: Unknown." in terminal.said


# ---- secrets and tables ----


def administrator(service: Service, *typed: str, **answers: Any) -> tuple[dict[str, Any], Typed]:
    return asked(service, OktaAdministrator, "", "", "", "", *typed, section="administrator", **ADMIN, **answers)


def test_a_password_keeps_its_blanks(service: Service) -> None:
    live, terminal = administrator(service, " canary password ", "", "")
    assert live["password"].get_secret_value() == " canary password "
    assert "17 characters entered." in terminal.said


def test_secrets_are_never_repeated_and_their_length_is_said(service: Service) -> None:
    live, terminal = administrator(service, "canary-password", "Which bird?", "", "canary-answer", "")
    assert live["password"].get_secret_value() == "canary-password"
    assert live["recovery_answer"].get_secret_value() == "canary-answer"
    assert "if left empty, chosen at first sign-in" in terminal.said
    assert "15 characters entered." in terminal.said
    assert "Required, because there is a recovery question." in terminal.said
    assert "canary" not in terminal.said


def test_a_password_is_compared_with_the_default_policy(service: Service) -> None:
    _, terminal = administrator(service, "Lovely7", "", "")
    assert "1 more character." in terminal.said
    _, terminal = administrator(service, "Engine-of-1843", "", "")
    assert "Meets Okta's default policy." in terminal.said


def test_a_secret_that_was_given_is_kept_by_enter_and_taken_away_by_clear(service: Service) -> None:
    live, terminal = administrator(service, "", "", "", password=SecretStr("canary"))
    assert live["password"] == SecretStr("canary")
    assert "Enter keeps the entered one" in terminal.said
    live, _ = administrator(service, ":clear", "", "", password=SecretStr("canary"))
    assert "password" not in live


def test_rows_are_asked_for_one_by_one(service: Service) -> None:
    typed = ("title=Countess", "mobilePhone", "countryCode=too long", "mobilePhone = +44 1", "title=", "")
    live, terminal = administrator(service, "", "", *typed)
    assert live["profile"] == {"mobilePhone": "+44 1"}
    assert "Enter it as name=value." in terminal.said
    assert "countryCode: 6 characters too long" in terminal.said
    assert "so far title = Countess; mobilePhone = +44 1; Enter" in terminal.said


class Choosy(Fields):
    """Fields with choices, as a further provider may have them."""

    region: Text | None = Field(default=None, title="Region")
    code: Secret | None = Field(default=None, title="Code")


def test_fields_with_choices_are_numbered(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked_questions(self: FormState) -> list[Question]:
        (first, *_) = original.fget(self)
        return [replace(first, choices=("east", "west"))]

    original: Any = FormState.asked
    monkeypatch.setattr(FormState, "asked", property(asked_questions))
    live, terminal = asked(service, Choosy, "4", "2")
    assert live == {"region": "west"}
    assert "Region: 1. east; 2. west; 3. none of these" in terminal.said
    live, _ = asked(service, Choosy, "3", region="west")
    assert live == {}


# ---- credentials ----


def connecting(service: Service, method: str, *typed: str, **settings: Any) -> tuple[dict[str, Any], Typed]:
    session = WizardSession(fronted(service), Draft("okta" if method != "keys" else "datadog"))
    session.draft.section("parent")["method"] = method
    terminal = Typed(*typed, **settings)
    sheet = connection_form(session)
    fill(Console(terminal), sheet, lambda: None)
    return session.draft.credentials, terminal


@pytest.fixture
def real(service: Service) -> Service:
    environ = {"OKTA_CLIENT_TOKEN": "canary-token", "OKTA_CLIENT_CLIENTID": "0oa1", "DD_API_KEY": "canary-key"}
    return replace(service, sandbox_values={}, environ=environ)


def test_what_is_there_is_named_without_its_value_and_taken_by_enter(real: Service) -> None:
    typed, terminal = connecting(real, "api-token", "")
    assert typed == {"token": Reference(env="OKTA_CLIENT_TOKEN")}
    prompt = "API token (required, hidden while you type, Enter for the one from $OKTA_CLIENT_TOKEN):"
    assert prompt in terminal.said
    assert "canary" not in terminal.said


def test_what_is_typed_goes_before_what_is_there_and_clear_brings_that_back(real: Service) -> None:
    assert connecting(real, "api-token", "typed")[0] == {"token": SecretStr("typed")}
    session = WizardSession(fronted(real), Draft("okta"))
    session.draft.section("parent")["method"] = "api-token"
    session.draft.credentials["token"] = SecretStr("typed")
    fill(Console(Typed(":clear")), connection_form(session), lambda: None)
    assert session.draft.credentials == {"token": Reference(env="OKTA_CLIENT_TOKEN")}


def test_a_variable_that_is_not_set_is_said_at_once_and_not_offered(real: Service) -> None:
    draft = Draft("okta")
    draft.section("parent")["method"] = "api-token"
    draft.credentials["token"] = Reference(env="NOT_SET")
    terminal = Typed("", "typed")
    fill(Console(terminal), connection_form(WizardSession(fronted(real), draft)), lambda: None)
    assert draft.credentials == {"token": SecretStr("typed")}
    assert terminal.said.count("The variable NOT_SET is not set.") == 2
    assert "Enter for the one from $NOT_SET" not in terminal.said


def test_a_key_that_looks_like_another_is_remarked_on(real: Service) -> None:
    _, terminal = connecting(real, "keys", "0" * 40, "1" * 40)
    assert "API key: this looks like a Datadog application key." in terminal.said


def test_a_private_key_is_pasted_in_lines_or_named_by_its_file(real: Service, tmp_path: Path) -> None:
    key = pem("P-256")
    typed, terminal = connecting(real, "service-app", "", *key.splitlines(), "", "")
    assert typed["client_id"] == "0oa1"
    assert typed["private_key"].get_secret_value().split() == key.split()
    assert "Client ID (required, Enter for 0oa1 from $OKTA_CLIENT_CLIENTID):" in terminal.said
    path = tmp_path / "key.pem"
    path.write_text(key)
    typed, _ = connecting(real, "service-app", "", str(path), "", "")
    assert typed["private_key"] == Reference(file=str(path))


def test_where_the_echo_stays_secrets_are_refused_and_offers_are_not(real: Service) -> None:
    typed, terminal = connecting(real, "api-token", "canary-typed", "", echo_stays=True)
    assert typed == {"token": Reference(env="OKTA_CLIENT_TOKEN")}
    assert "do not type a secret here" in terminal.said
    assert "Ignored: the input was visible" in terminal.said
    typed, _ = connecting(real, "service-app", "", "-----BEGIN", "key.pem", "", "", echo_stays=True)
    assert typed["private_key"] == Reference(file="key.pem")


@pytest.mark.parametrize("name", ["Q1=Growth", "ORG_NAME=x", '"Quoted"', "export A=b"])
def test_a_typed_name_is_taken_as_it_is(service: Service, name: str) -> None:
    live, _ = asked(service, DatadogOrganization, name)
    assert live == {"name": name}

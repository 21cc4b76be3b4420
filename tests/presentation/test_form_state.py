"""What a check proved of a field is told for the value that was checked, and only for that field."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.presentation.wizard.form_state import ACCEPTED, AVAILABLE, FormState, connection_form
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers.findings import Finding, Preflight, State
from tests.tui.bench import bench, fronted


@pytest.mark.parametrize(("state", "word"), [("ok", ACCEPTED), ("unproven", "")])
def test_credentials_are_marked_as_accepted_until_they_change(tmp_path: Path, state: State, word: str) -> None:
    service = bench(tmp_path)
    draft = Draft("okta")
    draft.section("parent").update({"site": "acme.okta.com", "method": "api-token"})
    draft.credentials["token"] = SecretStr("00token-of-the-parent")
    session = WizardSession(fronted(service), draft)
    sheet = connection_form(session)
    assert sheet.proof("token") == ""
    found = (Finding("Credentials", state, "read the parent"),)
    session.parent.connected(service.reader.connection(session.provider, draft), Preflight("Acme", findings=found))
    assert sheet.proof("token") == word
    session.disconnect()
    assert sheet.proof("token") == ""
    service.engine.close()


@pytest.mark.parametrize(("provider", "field"), [("okta", "subdomain"), ("datadog", "name")])
def test_a_free_name_is_marked_at_what_makes_the_org_unique(tmp_path: Path, provider: str, field: str) -> None:
    service = bench(tmp_path)
    session = WizardSession(fronted(service), Draft(provider))
    model = session.provider.organization
    sheet = FormState(session, "organization", model, {"name": "My Child Org"})
    assert not any(map(sheet.proof, model.model_fields))
    session.name_finding = Finding("Name", "ok", "looks available: nothing at https://my-child-org.okta.com")
    assert [name for name in model.model_fields if sheet.proof(name)] == [field]
    assert sheet.proof(field) == AVAILABLE
    assert sheet.notice(field) == "Looks available: nothing at https://my-child-org.okta.com"
    session.name_finding = Finding("Name", "warning", "a child org of this name exists")
    assert not sheet.proof(field)
    assert [name for name in model.model_fields if sheet.warns(name)] == [field]
    service.engine.close()


def test_in_the_sandbox_a_variable_that_is_not_set_stands_for_its_own_value(tmp_path: Path) -> None:
    service = bench(tmp_path)
    draft = Draft("okta")
    draft.section("parent").update({"site": "acme.okta.com", "method": "api-token"})
    draft.credentials["token"] = Reference(env="NOT_SET_HERE")
    session = WizardSession(fronted(service), draft)
    assert connection_form(session).problems() == {}
    session.bootstrap.sandbox = False
    draft.credentials["token"] = Reference(env="NOT_SET_HERE")
    assert set(connection_form(session).problems()) == {"token"}
    service.engine.close()

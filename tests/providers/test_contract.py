"""What holds for every provider in `PROVIDERS`, whatever its service."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from pydantic import SecretStr

from orgwizard.application.order_builder import connection, draft_problems, order
from orgwizard.domain.errors import BadInput, NoResponse, NotSent, Refused, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.forms.questions import Question
from orgwizard.domain.forms.validation import problems
from orgwizard.domain.http import Call, Conversation, Grant, Reply, Response, Scheme
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.masking import masked, revealed
from orgwizard.domain.secrets.redactor import MASK
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers import PROVIDERS, provider_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Preflight
from orgwizard.providers.order import Connection, Order
from tests.examples import few

T = TypeVar("T")
SECRET = "s3cr3t-canary"
KEY = json.dumps({**ECKey.generate_key("P-256").as_dict(private=True), "kid": SECRET})
ANSWERS = {
    "client_id": "0oaclient",
    "name": "Child",
    "subdomain": "child",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "login": "ada@example.com",
    "recovery_question": "Which telescope?",
}


class Case(NamedTuple):
    """A provider with one of its credential methods."""

    provider: Provider
    method: str

    def draft(self) -> Draft:
        draft = Draft(self.provider.key)
        site = self.provider.site_example
        draft.section("parent").update({"site": site, "method": self.method})
        for name, model in self.provider.sections(self.method).items():
            section = draft.credentials if name == "credentials" else draft.section(name)
            for question in questions(model):
                if question.secret:
                    section[question.name] = secret_for(question)
                elif question.name in ANSWERS:
                    section[question.name] = ANSWERS[question.name]
        return draft

    def order(self) -> Order:
        return order(self.provider, self.draft(), unread)


def secret_for(question: Question) -> SecretStr:
    return SecretStr(KEY if question.file else f"{SECRET}-{question.name}")


def first_secret(case: "Case") -> Question:
    return next(question for question in questions(case.provider.methods[case.method]) if question.secret)


def unread(reference: Reference) -> SecretStr:
    raise AssertionError(reference)


CASES = [Case(provider, method) for provider in PROVIDERS for method in provider.methods]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.provider.key}-{case.method}")
each_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)


def talk(conversation: Conversation[T], reply: Any, calls: list[Call] | None = None) -> T:
    """Answer every call with *reply*, or with what it returns for the call, and return the result."""
    try:
        asked = next(conversation)
        while True:
            if calls is not None:
                calls.extend(asked)
            asked = conversation.send(tuple(reply(call) if callable(reply) else reply for call in asked))
    except StopIteration as end:
        result: T = end.value
        return result


def checked(case: Case, wanted: Order, reply: Any, calls: list[Call] | None = None) -> Preflight | WizardError:
    """Return what a check found, or what it raised."""
    try:
        return talk(case.provider.check(wanted.connection, wanted.organization), reply, calls)
    except WizardError as error:
        return error


def models(provider: Provider) -> dict[str, list[type[Fields]]]:
    found: dict[str, list[type[Fields]]] = {"credentials": list(provider.methods.values())}
    found["organization"] = [provider.organization]
    return found | ({"administrator": [provider.administrator]} if provider.administrator else {})


def is_field(provider: Provider, field: str) -> bool:
    section, _, name = field.partition(".")
    return field in ("", "site") or any(name in model.model_fields for model in models(provider).get(section, []))


# ---- fields ----


def test_providers_are_found_by_their_key() -> None:
    assert [provider_of(provider.key) for provider in PROVIDERS] == list(PROVIDERS)
    assert len({provider.key for provider in PROVIDERS}) == len(PROVIDERS)
    with pytest.raises(BadInput) as caught:
        provider_of("auth0")
    assert caught.value.cause == 'Unknown provider: auth0. Known: "okta", "datadog".'


@each_provider
def test_every_field_has_a_title_and_every_secret_a_type_that_hides_it(provider: Provider) -> None:
    for model in [model for group in models(provider).values() for model in group]:
        for question in questions(model):
            assert question.title != question.name
            assert model.model_config.get("frozen")
            assert question.secret or question.name not in ("token", "password", "recovery_answer", "api_key")
            assert model.model_fields[question.name].alias is None


@each_provider
def test_what_a_person_must_know_before_is_said(provider: Provider) -> None:
    assert provider.title
    assert provider.needs
    assert provider.irreversible.endswith(".")
    assert provider.administrator or provider.administrator_note
    assert provider.site(provider.site_example).question == ""


@each_case
def test_a_draft_without_answers_names_every_field_that_is_needed(case: Case) -> None:
    draft = Draft(case.provider.key)
    draft.section("parent")["method"] = case.method
    needed = {"site"} | {
        f"{name}.{question.name}"
        for name, model in case.provider.sections(case.method).items()
        for question in questions(model)
        if question.required and not question.follows
    }
    assert set(draft_problems(case.provider, draft)) == needed


@each_provider
def test_an_unknown_method_is_a_problem_and_a_refusal(provider: Provider) -> None:
    draft = Draft(provider.key)
    draft.section("parent").update({"site": provider.site_example, "method": "telepathy"})
    assert list(draft_problems(provider, draft)) == ["credentials.method"]
    with pytest.raises(BadInput):
        connection(provider, draft, unread)


@each_case
def test_references_are_read_when_the_order_is_built_and_not_before(case: Case) -> None:
    draft = case.draft()
    asked = first_secret(case)
    draft.credentials[asked.name] = Reference(env="ELSEWHERE")
    assert draft_problems(case.provider, draft) == {}
    there = {"ELSEWHERE": secret_for(asked)}
    built = connection(case.provider, draft, lambda reference: there[str(reference.env)])
    assert getattr(built.credentials, asked.name) == there["ELSEWHERE"]


@each_case
def test_a_secret_that_cannot_be_read_is_a_problem_of_its_field(case: Case) -> None:
    def broken(reference: Reference) -> SecretStr:
        raise BadInput(f"The secret {reference.describe()} is empty.")

    draft = case.draft()
    name = first_secret(case).name
    draft.credentials[name] = Reference(env="ELSEWHERE")
    with pytest.raises(BadInput) as caught:
        order(case.provider, draft, broken)
    assert caught.value.field == f"credentials.{name}"
    assert "from $ELSEWHERE" in caught.value.cause


any_text = st.text(st.characters(exclude_categories=[]))


@each_case
@few
@given(text=any_text | any_text.map(lambda text: text * 60))
def test_no_text_in_any_field_breaks_the_rules_or_is_repeated_where_it_is_secret(case: Case, text: str) -> None:
    for model in case.provider.sections(case.method).values():
        for question in questions(model):
            typed: Any = SecretStr(text + SECRET) if question.secret else {text: text} if question.rows else text
            found = problems(model, {question.name: typed})
            assert SECRET not in str(found)
            assert set(found) <= set(model.model_fields)


# ---- requests ----


@each_case
def test_creating_is_one_post_to_the_chosen_site_that_is_sent_once(case: Case) -> None:
    wanted = case.order()
    call = case.provider.request(wanted)
    assert (call.method, call.once) == ("POST", True)
    assert call.origin == wanted.connection.site.url
    assert call.headers["Content-Type"] == "application/json"
    assert call.headers["Accept"] == "application/json"


@each_case
def test_the_preview_is_the_request_with_its_secrets_masked(case: Case) -> None:
    call = case.provider.request(case.order())
    token = SecretStr(f"{SECRET}-{next(iter(case.provider.methods[case.method].model_fields))}")
    headers = {n: Scheme(leaf.name, token) if isinstance(leaf, Grant) else leaf for n, leaf in call.headers.items()}
    assert masked(headers) == masked(call.headers)
    for part in (headers, call.body):
        shown, sent = json.dumps(masked(part)), json.dumps(revealed(part))
        assert SECRET not in shown
        for question in (q for m in case.provider.sections(case.method).values() for q in questions(m)):
            sent = sent.replace(f'{SECRET}-{question.name}"', f'{MASK}"')
        assert shown == sent


@each_case
@pytest.mark.parametrize("status", [200, 403, 404, 500])
def test_checking_only_reads_and_sends_credentials_to_the_chosen_site_only(case: Case, status: int) -> None:
    wanted = case.order()
    calls: list[Call] = []
    checked(case, wanted, Response(status, {}, b'{"id": "x"}'), calls)
    assert calls
    assert {(call.method, call.body, call.once) for call in calls} == {("GET", None, False)}
    for call in calls:
        assert call.origin == wanted.connection.site.url or SECRET not in str(revealed(call.headers))


@each_case
@pytest.mark.parametrize("failure", [NotSent("No way."), NoResponse("Silence.")])
def test_a_network_that_fails_during_the_check_is_told_as_it_is(case: Case, failure: NotSent | NoResponse) -> None:
    wanted = case.order()
    with pytest.raises(type(failure)) as caught:
        talk(case.provider.check(wanted.connection, wanted.organization), failure)
    assert caught.value is failure


@each_case
@pytest.mark.parametrize("failure", [NotSent("No way."), NoResponse("Silence.")])
def test_a_network_that_fails_afterwards_is_no_answer_yet(case: Case, failure: NotSent | NoResponse) -> None:
    wanted = case.order()
    assert talk(case.provider.find(wanted.wanted, wanted.connection.credentials, {}), failure).state == "unclear"
    created = Created("x", "Child", "https://child.okta.com", {name: SecretStr("k") for name in secret_names(case)})
    assert not talk(case.provider.ready(wanted.connection.site, created), failure).ready


def secret_names(case: Case) -> list[str]:
    return list(case.provider.secret_titles)


# ---- answers of every kind ----

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("https://[x"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = re.findall(
    r"\w+",
    "id name subdomain token _links organization href public_id org api_key key application_key hash user handle data "
    "included attributes type created_at orgs errors detail title errorCode errorSummary errorCauses errorId status",
)
bodies = st.recursive(
    junk,
    lambda inner: st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=8) | st.lists(inner, max_size=2),
    max_leaves=25,
)
numbers = st.sampled_from(["nan", "inf", "-inf", "-1", "0", "1e400", "1e308", "9" * 400, "", "x", "1.5", "\u0661"])
DATES = """
Mon, 01 Jan 2026 00:00:00 GMT
Mon, 01 Jan 2026 00:00:00 -0000
Mon, 01 Jan 0001 00:00:00 -0000
Mon, 01 Jan 0001 00:00:00 +2359
Fri, 31 Dec 9999 23:59:59 -2359
Mon, 31 Feb 2026 00:00:00 GMT
Mon, 01 Jan 2026 00:00:00 +999999999999999999999
"""
answers = st.builds(
    Response,
    st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 405, 409, 429, 500, 503]),
    st.fixed_dictionaries(
        {},
        optional={
            "x-rate-limit-reset": numbers | st.text(),
            "x-ratelimit-reset": numbers | st.text(),
            "x-ratelimit-name": st.text(),
            "x-okta-request-id": st.text(),
            "date": st.sampled_from(DATES.splitlines()) | st.text(),
        },
    ),
    bodies.map(lambda value: json.dumps(value).encode()) | st.binary(),
    st.booleans(),
)
replies: st.SearchStrategy[Reply] = answers | st.builds(NotSent, st.text()) | st.builds(NoResponse, st.text())


@each_case
@few
@given(response=answers, domain=st.sampled_from(["", "acme.okta.com", "login.acme.example", "https://["]))
def test_no_answer_to_the_create_call_breaks_its_reading(case: Case, response: Response, domain: str) -> None:
    wanted = case.order()
    created = case.provider.created(wanted.wanted, response, domain)
    assert isinstance(created.id + created.url, str)
    assert created.name
    assert set(created.secrets) <= set(case.provider.secret_titles)
    assert all(secret.get_secret_value() for secret in created.secrets.values())
    assert all(isinstance(value, str) and value for value in created.details.values())
    assert bool(created.remarks) is (set(created.secrets) < set(case.provider.secret_titles) or not created.id)
    assert all(isinstance(step, str) for step in case.provider.next_steps(created))
    for has_password in (True, False, None):
        access = case.provider.access(created, has_password=has_password)
        assert all(isinstance(words, str) and words for words in access.values())


@each_case
@few
@given(response=answers)
def test_no_refusal_breaks_its_reading_and_each_names_a_real_field(case: Case, response: Response) -> None:
    refused = case.provider.refused(response)
    assert isinstance(refused, Refused)
    assert refused.cause
    assert refused.code
    assert is_field(case.provider, refused.field)
    assert case.provider.is_refusal(response) in (True, False)


@each_provider
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 429])
def test_every_refusal_says_what_to_do(provider: Provider, status: int) -> None:
    refused = provider.refused(Response(status))
    assert provider.is_refusal(Response(status))
    assert refused.exit_code == 3
    assert refused.cause.endswith(".")
    assert refused.advice.endswith(".")
    assert refused.code == f"HTTP {status}"


@each_provider
@pytest.mark.parametrize("status", [408, 460, 499, 500, 502, 503, 504])
def test_what_may_have_created_something_is_no_refusal(provider: Provider, status: int) -> None:
    assert not provider.is_refusal(Response(status))


@each_provider
@pytest.mark.parametrize(("status", "proves"), [(403, False), (404, False), (429, True)])
@pytest.mark.parametrize("body", [b"<html>Blocked</html>", b" <html>", b"Blocked", b"\0\1", b'"Blocked"'])
def test_what_is_not_the_services_json_is_no_refusal(
    provider: Provider, status: int, proves: bool, body: bytes
) -> None:
    assert provider.is_refusal(Response(status, {}, body)) is proves


@each_provider
@pytest.mark.parametrize("body", [b"", b'{"errors": []}', b'\xef\xbb\xbf {"errors', b"[]"])
def test_a_refusal_in_json_or_without_a_body_is_one(provider: Provider, body: bytes) -> None:
    assert provider.is_refusal(Response(403, {}, body))


@each_provider
@given(response=answers, now=st.floats(0, 1e11))
def test_a_wait_is_a_finite_time_or_not_said(provider: Provider, response: Response, now: float) -> None:
    wait = provider.wait_after(response, now)
    assert wait is None or 1.0 <= wait < float("inf")


@each_case
@few
@given(data=st.data())
def test_no_replies_break_a_check(case: Case, data: st.DataObject) -> None:
    wanted = case.order()
    found = checked(case, wanted, lambda _: data.draw(replies))
    if isinstance(found, WizardError):
        assert isinstance(found, (Refused, NotSent, NoResponse))
        assert is_field(case.provider, found.field)
        return
    assert found.parent
    assert json.loads(json.dumps(found.before)) == found.before


@each_case
def test_a_look_up_that_is_not_answered_is_unclear(case: Case) -> None:
    wanted = case.order()
    found = talk(
        case.provider.find(wanted.wanted, wanted.connection.credentials, {"listed": True, "ids": []}), Response(503)
    )
    assert found.state == "unclear"


befores = st.just({"listed": True, "ids": []}) | st.dictionaries(
    st.sampled_from(["domain", "parent_id", "child_id"]), st.text()
)


@each_case
@few
@given(reply=replies, before=befores)
def test_no_reply_breaks_a_look_up(case: Case, reply: Reply, before: Mapping[str, Any]) -> None:
    wanted = case.order()
    found = talk(case.provider.find(wanted.wanted, wanted.connection.credentials, before), reply)
    assert found.state in ("exists", "absent", "unclear")
    assert found.words.endswith(".")
    assert all(isinstance(value, str) for value in found.org.values())


@each_case
@few
@given(data=st.data())
def test_no_reply_breaks_the_question_whether_the_org_is_ready(case: Case, data: st.DataObject) -> None:
    wanted = case.order()
    names = data.draw(st.sets(st.sampled_from(secret_names(case))))
    urls = st.sampled_from(["", "https://child.okta.com"])
    created = Created(data.draw(st.text()), "Child", data.draw(urls), {name: SecretStr(SECRET) for name in names})
    calls: list[Call] = []
    seen = talk(case.provider.ready(wanted.connection.site, created), lambda _: data.draw(replies), calls)
    assert seen.words
    assert all(call.method == "GET" for call in calls)


@each_case
def test_a_parents_credentials_are_never_sent_to_its_child(case: Case) -> None:
    wanted = case.order()
    created = Created("x", "Child", "https://child.okta.com", {name: SecretStr("new") for name in secret_names(case)})
    calls: list[Call] = []
    talk(case.provider.ready(wanted.connection.site, created), Response(200, {}, b'{"id": "x", "status": "ok"}'), calls)
    assert calls
    assert SECRET not in str([revealed(call.headers) for call in calls])


def test_the_order_knows_name_and_subdomain_where_there_is_one() -> None:
    assert [
        (case.order().wanted.name, case.order().wanted.subdomain) for case in CASES if case.provider.key == "datadog"
    ] == [("Child", "")] * 2
    okta = next(case for case in CASES if case.provider.key == "okta").order()
    assert (okta.wanted.name, okta.wanted.subdomain) == ("Child", "child")
    assert isinstance(replace(okta.connection), Connection)

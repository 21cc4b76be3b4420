import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orgwizard.application.order_builder import order
from orgwizard.domain.errors import BadInput, NoResponse, NotSent, Refused
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import LOOKS_SECRET, Fields
from orgwizard.domain.forms.questions import Value
from orgwizard.domain.forms.validation import filled, problems, validated
from orgwizard.domain.http import Call, Conversation, Reply, Response
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.masking import revealed
from orgwizard.providers.findings import Finding, LookupResult, Preflight, Readiness
from orgwizard.providers.okta.administrator_fields import OktaAdministrator
from orgwizard.providers.okta.corrections import BASE_DOMAINS
from orgwizard.providers.okta.fields import AccessToken, ApiToken, OktaOrganization
from orgwizard.providers.okta.profile_attributes import PROFILE_LIMITS
from orgwizard.providers.okta.provider import Okta
from orgwizard.providers.order import Order

T = TypeVar("T")
SECRET = "00s3cr3t-canary"
OKTA = Okta()
PARENT = "https://acme.okta.com"
NO_WEBSITE = "Not a web address."
CHILD = "https://my-child-org-1.okta.com"
WELL_KNOWN = "/.well-known/okta-organization"
ORG = {"name": "My Child Org 1", "subdomain": "my-child-org-1"}
ADMIN = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "login": "ada@example.com"}


def wanted(
    site: str = PARENT,
    method: str = "api-token",
    organization: Mapping[str, Value] = ORG,
    administrator: Mapping[str, Value] = ADMIN,
) -> Order:
    draft = Draft("okta")
    draft.section("parent").update({"site": site, "method": method})
    draft.credentials["token"] = SecretStr(SECRET)
    draft.section("organization").update(organization)
    draft.section("administrator").update(administrator)
    return order(OKTA, draft, lambda _: SecretStr(""))


def response(status: int, body: Any = None, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, body if isinstance(body, bytes) else json.dumps(body).encode())


def talk(conversation: Conversation[T], replies: Mapping[str, Reply]) -> T:
    """Answer each call by its URL; an unexpected call fails, and so does a reply that nobody asked for."""
    left = dict(replies)
    try:
        calls = next(conversation)
        while True:
            calls = conversation.send(tuple(left.pop(call.url) for call in calls))
    except StopIteration as end:
        assert not left
        result: T = end.value
        return result


def error(code: str, *causes: str, summary: str = "Summary.") -> dict[str, Any]:
    rows = [{"errorSummary": cause} for cause in causes]
    return {"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oae1", "errorCauses": rows}


# ---- fields -----------------------------------------------------------------------------------


def told(model: type[Fields], good: Mapping[str, Value], **typed: Value) -> str:
    """Return what is wrong with the one field that was typed, "" where nothing is wrong with anything."""
    found = problems(model, {**good, **typed})
    assert set(found) <= set(typed)
    return next(iter(found.values()), "")


LABEL = "Use a-z, 0-9 and inner hyphens."
WIDE = "Okta doesn't allow emoji or rare characters (position {})."
NO_EMAIL = "Not an e-mail address."


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("name", "x", ""),
        ("name", "x" * 100, ""),
        ("name", "日" * 100, ""),
        ("name", "x" * 101, "1 character too long (at most 100)."),
        ("name", "x" * 135, "35 characters too long (at most 100)."),
        ("name", "", "Required."),
        ("name", "\uffe6", ""),
        ("name", "Child \U0001f600", WIDE.format(7)),
        ("name", "\U00010000", WIDE.format(1)),
        ("name", "a\u200bb", "Invisible character at position 2 (zero width space). Delete it or type the text again."),
        ("subdomain", "x", ""),
        ("subdomain", "0-9", ""),
        ("subdomain", "x" * 57, ""),
        ("subdomain", "x" * 58, "1 character too long (at most 57)."),
        ("subdomain", "", "Required."),
        ("subdomain", "My-Child", LABEL),
        ("subdomain", "my child", LABEL),
        ("subdomain", "my_child", LABEL),
        ("subdomain", "my.child", LABEL),
        ("subdomain", "-child", LABEL),
        ("subdomain", "child-", LABEL),
        ("subdomain", "müller", LABEL),
        ("subdomain", "child\u0661", LABEL),
        ("subdomain", "child-admin", "It can't end in -admin, which Okta reserves."),
        ("subdomain", "admin", ""),
        ("subdomain", "child-admin-2", ""),
        ("website", "", ""),
        ("website", "https://user:password@example.com/", "Remove everything up to the @."),
        ("website", "https://www.example.com", ""),
        ("website", "HTTP://example.com/a?b=c:d", ""),
        ("website", "www.example.com", ""),
        ("website", "www.example.com:8080/path", ""),
        ("website", "x" * 5000, NO_WEBSITE),
        ("website", "none", "Leave it empty for none."),
        ("website", "-", "Leave it empty for none."),
        ("website", "ada@example.com", "This is an e-mail address, not a website."),
        ("website", "javascript:alert(1)", NO_WEBSITE),
        ("website", "ftp://example.com", NO_WEBSITE),
        ("website", "mailto:ada@example.com", "This is an e-mail address, not a website."),
        ("website", "https://www.example .com", NO_WEBSITE),
        ("website", "a\u0007", "Invisible character at position 2 (U+0007). Delete it or type the text again."),
        ("edition", "SKU", ""),
        ("edition", "FREE", "It must be 'SKU'."),
        ("region", "eu", "Unknown. Known here: name, subdomain, website, edition."),
    ],
)
def test_limits_of_the_organization(name: str, text: str, words: str) -> None:
    assert told(OktaOrganization, ORG, **{name: text}) == words


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("first_name", "", "Required."),
        ("first_name", "x" * 50, ""),
        ("first_name", "x" * 51, "1 character too long (at most 50)."),
        ("last_name", "x" * 50, ""),
        ("last_name", "x" * 51, "1 character too long (at most 50)."),
        ("last_name", "\u202eada", "Invisible character at position 1 (right-to-left override)."),
        ("email", "", "Required."),
        ("email", "a@b.c", NO_EMAIL),
        ("email", "a@b.", NO_EMAIL),
        ("email", "a@b.de", ""),
        ("email", "x" * 88 + "@example.com", ""),
        ("email", "x" * 89 + "@example.com", "1 character too long (at most 100)."),
        ("email", "ada.o'hara+x_{1}@mail.example.co.uk", ""),
        ("email", "jürgen@müller.example", ""),
        ("email", "ada@example." + "x" * 20, ""),
        ("email", "ada@example." + "x" * 21, NO_EMAIL),
        ("email", "ada@example", NO_EMAIL),
        ("email", "ada.example.com", NO_EMAIL),
        ("email", ".ada@example.com", NO_EMAIL),
        ("email", "ada.@example.com", NO_EMAIL),
        ("email", "a..da@example.com", NO_EMAIL),
        ("email", "ada@-example.com", NO_EMAIL),
        ("email", "ada@example-.com", NO_EMAIL),
        ("email", "ada@@example.com", NO_EMAIL),
        ("email", "ada lovelace@example.com", NO_EMAIL),
        ("email", "Ada <ada@example.com>", NO_EMAIL),
        ("email", "\U0001f600@example.com", WIDE.format(1)),
        ("login", "abcde", ""),
        ("login", "abcd", "1 character too short (at least 5)."),
        ("login", "x" * 100, ""),
        ("login", "x" * 101, "1 character too long (at most 100)."),
        ("recovery_question", "", ""),
    ],
)
def test_limits_of_the_administrator(name: str, text: str, words: str) -> None:
    assert told(OktaAdministrator, ADMIN, **{name: text}).startswith(words)
    assert bool(told(OktaAdministrator, ADMIN, **{name: text})) is bool(words)


@pytest.mark.parametrize(
    ("question", "reply", "problem"),
    [
        ("", "", {}),
        ("q", "a", {}),
        ("q" * 100, "a" * 100, {}),
        ("q" * 101, "a", {"recovery_question": "1 character too long (at most 100)."}),
        ("q", "a" * 101, {"recovery_answer": "1 character too long (at most 100)."}),
        ("q", "", {"recovery_answer": "Required, because there is a recovery question."}),
        ("q", "  ", {"recovery_answer": "Required, because there is a recovery question."}),
        ("", "a", {"recovery_answer": "Enter the recovery question too, or leave this empty."}),
    ],
)
def test_recovery_question_and_answer_come_in_pairs(question: str, reply: str, problem: dict[str, str]) -> None:
    typed = {**ADMIN, "recovery_question": question, "recovery_answer": SecretStr(reply)}
    assert problems(OktaAdministrator, typed) == problem


def test_a_question_without_any_answer_needs_one() -> None:
    found = problems(OktaAdministrator, {**ADMIN, "recovery_question": "q"})
    assert found == {"recovery_answer": "Required, because there is a recovery question."}


LIMITS = {
    "secondEmail": 100,
    "mobilePhone": 100,
    "primaryPhone": 100,
    "streetAddress": 1024,
    "city": 128,
    "state": 128,
    "zipCode": 50,
    "countryCode": 2,
    "postalAddress": 4096,
}


@pytest.mark.parametrize(("name", "longest"), LIMITS.items())
def test_limits_of_the_profile_attributes(name: str, longest: int) -> None:
    assert told(OktaAdministrator, ADMIN, profile={name: "x" * longest}) == ""
    words = told(OktaAdministrator, ADMIN, profile={name: "x" * (longest + 1)})
    assert words == f"{name}: 1 character too long (at most {longest})."


def test_no_other_attribute_has_a_limit_of_its_own() -> None:
    assert {name: longest for name, longest in PROFILE_LIMITS.items() if longest} == LIMITS


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({}, ""),
        ({"title": "x" * 9999, "costCenter": "1", "my_own_attribute": "\U0001f600"}, ""),
        ({"": "x"}, '"" is not an attribute name: letters, digits and underscores only.'),
        ({"mobile phone": "1"}, '"mobile phone" is not an attribute name: letters, digits and underscores only.'),
        ({"1st": "1"}, '"1st" is not an attribute name: letters, digits and underscores only.'),
        ({"email": "a@b.de"}, 'email: use the field "E-mail" above.'),
        ({"firstName": "A"}, 'firstName: use the field "First name" above.'),
        ({"lastName": "A"}, 'lastName: use the field "Last name" above.'),
        ({"login": "A"}, 'login: use the field "Login" above.'),
        ({"title": "a\u200b"}, "title: invisible character at position 2 (zero width space)."),
        ({"mobilephone": "1"}, "mobilephone: did you mean mobilePhone?"),
        ({"Login": "a"}, "Login: did you mean login?"),
        ({"employeeNumber": 42}, 'employeeNumber: text in quotes is expected, such as "example".'),
        ({"badge": 42, "remote": True, "share": 0.5, "teams": ["a", "b"]}, ""),
        ({"share": float("nan")}, "share: this number cannot be sent."),
        ({"teams": ["a", "b\u200b"]}, "teams: invisible character at position 2 (zero width space)."),
        ({"teams": ["a", "00" + "Ab1" * 13 + "x"]}, LOOKS_SECRET),
    ],
)
def test_rules_of_the_profile_attributes(rows: dict[str, str], words: str) -> None:
    assert told(OktaAdministrator, ADMIN, profile=rows) == words


def test_values_of_attributes_keep_their_types_on_the_wire_and_known_ones_are_texts() -> None:
    typed = {"badge": "42", "remote": "true", "teams": '["a", "b"]', "title": "true", "zipCode": "042", "code": '"7"'}
    rows = {name: OktaAdministrator.row_value("profile", name, text) for name, text in typed.items()}
    assert rows == {**typed, "badge": 42, "remote": True, "teams": ["a", "b"], "code": "7"}
    body = OKTA.request(wanted(administrator={**ADMIN, "profile": rows})).body
    assert isinstance(body, dict)
    assert rows.items() <= body["admin"]["profile"].items()


@pytest.mark.parametrize("model", [ApiToken, AccessToken])
@pytest.mark.parametrize(
    ("token", "fine"),
    [(SECRET, True), ("", False), ("a b", False), ("a\n", False), ("tökén", False), ("a\x00", False)],
)
def test_a_token_must_fit_into_a_header(model: type[Fields], token: str, fine: bool) -> None:
    found = problems(model, {"token": SecretStr(token)})
    assert (found == {}) is fine
    assert set(found) <= {"token"}
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    ("name", "subdomain"),
    [
        ("My Child Org 1", "my-child-org-1"),
        ("Müller & Söhne", "muller-sohne"),
        ("Child Admin", "child"),
        ("Child Admin Admin", "child"),
        ("x" * 60, "x" * 57),
        ("日本", None),
        ("", None),
    ],
)
def test_the_subdomain_is_proposed_from_the_name(name: str, subdomain: str | None) -> None:
    assert filled(OktaOrganization, {"name": name}).get("subdomain") == subdomain


def test_proposals_hold_until_they_are_edited() -> None:
    assert filled(OktaOrganization, {"name": "New", "subdomain": "old"})["subdomain"] == "old"
    assert filled(OktaAdministrator, {"email": " a@b.de "})["login"] == "a@b.de"
    assert filled(OktaAdministrator, {"email": "a@b.de", "login": "ada-l"})["login"] == "ada-l"


@given(st.text(st.characters(exclude_categories=[]), max_size=120))
def test_a_proposed_subdomain_is_never_wrong(name: str) -> None:
    assert problems(OktaOrganization, {"name": name}).get("subdomain", "Required.") == "Required."


any_text = st.text(st.characters(exclude_categories=[])) | st.text(max_size=120)
organizations = st.fixed_dictionaries(
    {}, optional={name: any_text | st.sampled_from(["x", "x-y"]) for name in OktaOrganization.model_fields}
)
administrators = st.fixed_dictionaries(
    {"first_name": any_text, "last_name": any_text, "email": st.emails() | any_text},
    optional={
        "login": any_text,
        "password": any_text.map(SecretStr),
        "recovery_question": any_text,
        "recovery_answer": any_text.map(SecretStr),
        "profile": st.dictionaries(st.sampled_from(["title", "city", "login"]) | any_text, any_text, max_size=2),
    },
)


@given(st.tuples(st.just(OktaOrganization), organizations) | st.tuples(st.just(OktaAdministrator), administrators))
def test_answers_are_valid_exactly_where_no_problem_is_told(given: tuple[type[Fields], dict[str, Value]]) -> None:
    model, typed = given
    found = problems(model, typed)
    assert set(found) <= set(model.model_fields)
    if found:
        with pytest.raises(ValueError, match="validation error"):
            validated(model, typed)
        return
    made = validated(model, typed).model_dump()
    assert len(str(made.get("name", ""))) <= 100
    assert re.fullmatch("[a-z0-9-]{1,57}", str(made.get("subdomain", "x")))


def test_the_questions_are_read_off_the_models() -> None:
    asked = {q.name: q for model in (ApiToken, OktaOrganization, OktaAdministrator) for q in questions(model)}
    assert [name for name, q in asked.items() if q.secret] == ["token", "password", "recovery_answer"]
    assert [name for name, q in asked.items() if not q.asked] == ["edition"]
    assert asked["edition"].constant == "SKU"
    assert [name for name, q in asked.items() if q.rows] == ["profile"]
    assert [name for name, q in asked.items() if not q.required] == [
        "website",
        "edition",
        "password",
        "recovery_question",
        "recovery_answer",
        "profile",
    ]
    assert asked["token"].env == ("OKTA_CLIENT_TOKEN", "OKTA_API_TOKEN")
    assert [q.env for q in questions(AccessToken)] == [("OKTA_ACCESS_TOKEN", "OKTA_CLIENT_TOKEN")]
    assert asked["password"].blank == "chosen at first sign-in"
    assert {name: q.longest for name, q in asked.items() if q.longest} == {
        "name": 100,
        "subdomain": 57,
        "first_name": 50,
        "last_name": 50,
        "email": 100,
        "login": 100,
        "recovery_question": 100,
        "recovery_answer": 100,
    }


# ---- the site -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["acme.okta.com", " https://ACME.okta.com/ ", "https://acme.okta.com/app/x?y#z", "acme.okta.com:443", PARENT],
)
def test_a_known_site_is_taken_without_a_word(typed: str) -> None:
    site = OKTA.site(typed)
    assert (site.url, site.key, site.title, site.notice, site.question) == (PARENT, PARENT, "acme.okta.com", "", "")


@pytest.mark.parametrize("base", ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"])
def test_an_admin_host_becomes_the_plain_one_and_that_is_said(base: str) -> None:
    assert base in BASE_DOMAINS
    assert OKTA.site(f"acme.{base}").question == ""
    site = OKTA.site(f"https://Acme-Admin.{base}/admin/dashboard")
    assert site.url == f"https://acme.{base}"
    assert site.notice == f"acme-admin.{base} is the Admin Console; acme.{base} is used."


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("acme.okta.com:8443", "https://acme.okta.com:8443"),
        ("acme-admin.okta.com:8443", "https://acme.okta.com:8443"),
        ("acme.okta.com:", PARENT),
    ],
)
def test_a_port_is_kept(typed: str, url: str) -> None:
    site = OKTA.site(typed)
    assert (site.url, site.question) == (url, "")


@pytest.mark.parametrize(
    "typed", ["login.acme.example", "https://okta.com.evil.example", "evilokta.com", "acme.okta.com.evil.com"]
)
def test_a_custom_domain_needs_a_yes_first(typed: str) -> None:
    host = typed.removeprefix("https://")
    question = f"{host} is not an okta.com address. Send your credentials there anyway?"
    assert OKTA.site(typed).question == question
    assert OKTA.site(typed).url == f"https://{host}"


@pytest.mark.parametrize("typed", ["http://127.0.0.1:8080", "http://localhost:8080/", "https://localhost"])
def test_a_service_on_this_machine_needs_no_question(typed: str) -> None:
    assert OKTA.site(typed).question == ""
    assert OKTA.site(typed).url == typed.rstrip("/")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "acme",
        "{yourOktaDomain}",
        "https://{yourOktaDomain}",
        "https://https://acme.okta.com",
        "https://acme.okta.comhttps://acme.okta.com",
        "acme.okta.com.com",
        "https://acme.okta.com.com:8443",
        "okta.com",
        "https://okta-gov.com/",
        "http://acme.okta.com",
        f"https://ada:{SECRET}@acme.okta.com",
    ],
)
def test_what_is_no_org_url_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        OKTA.site(typed)
    assert caught.value.cause.endswith(".")
    assert SECRET not in caught.value.cause


# ---- the request ----------------------------------------------------------------------------------


def test_the_smallest_request_is_the_documented_one() -> None:
    call = OKTA.request(wanted())
    assert (call.method, call.url, call.once) == ("POST", f"{PARENT}/api/v1/orgs", True)
    assert revealed(call.headers) == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Authorization": f"SSWS {SECRET}",
    }
    assert revealed(call.body) == {
        "subdomain": "my-child-org-1",
        "name": "My Child Org 1",
        "edition": "SKU",
        "admin": {
            "profile": {
                "firstName": "Ada",
                "lastName": "Lovelace",
                "email": "ada@example.com",
                "login": "ada@example.com",
            }
        },
    }


def test_the_largest_request_is_the_documented_one() -> None:
    administrator: dict[str, Value] = {
        **ADMIN,
        "login": "ada-l",
        "password": SecretStr(" tlpWENT2m "),
        "recovery_question": "Who was a major player?",
        "recovery_answer": SecretStr("Annie Oakley"),
        "profile": {"mobilePhone": "+1-555-415-1337", "favourite_colour": "blue"},
    }
    call = OKTA.request(wanted(organization={**ORG, "website": "https://example.com"}, administrator=administrator))
    assert revealed(call.body) == {
        "subdomain": "my-child-org-1",
        "name": "My Child Org 1",
        "website": "https://example.com",
        "edition": "SKU",
        "admin": {
            "profile": {
                "firstName": "Ada",
                "lastName": "Lovelace",
                "email": "ada@example.com",
                "login": "ada-l",
                "mobilePhone": "+1-555-415-1337",
                "favourite_colour": "blue",
            },
            "credentials": {
                "password": {"value": " tlpWENT2m "},
                "recovery_question": {"question": "Who was a major player?", "answer": "Annie Oakley"},
            },
        },
    }


@pytest.mark.parametrize(
    ("given", "members"),
    [
        ({"password": SecretStr("x")}, ["password"]),
        ({"recovery_question": "q", "recovery_answer": SecretStr("a")}, ["recovery_question"]),
    ],
)
def test_only_the_credentials_that_were_given_are_sent(given: dict[str, Value], members: list[str]) -> None:
    body = revealed(OKTA.request(wanted(administrator={**ADMIN, **given})).body)
    assert list(body["admin"]["credentials"]) == members


def test_an_access_token_is_a_bearer() -> None:
    headers = revealed(OKTA.request(wanted(method="access-token")).headers)
    assert headers["Authorization"] == f"Bearer {SECRET}"


# ---- the answer -----------------------------------------------------------------------------------

CREATED: dict[str, Any] = {
    "id": "00o1n8sbwArJ7OQRw406",
    "subdomain": "my-child-org-1",
    "name": "My Child Org 1",
    "website": "http://www.examplecorp.com",
    "status": "ACTIVE",
    "edition": "SKU",
    "expiresAt": None,
    "created": "2024-08-27T15:42:52.000Z",
    "licensing": {"apps": []},
    "settings": {"app": {"errorRedirectUrl": None}},
    "token": SECRET,
    "tokenType": "SSWS",
    "_links": {
        "administrator": {"href": f"{CHILD}/api/v1/users/00u1n8sheI1WBQlDV406"},
        "organization": {"href": f"{CHILD}/api/v1/orgs/my-child-org-1"},
    },
}


def created(site: str = PARENT, domain: str = "acme.okta.com", **changed: Any) -> Created:
    body = {name: value for name, value in {**CREATED, **changed}.items() if value != "absent"}
    return OKTA.created(wanted(site).wanted, response(201, body), domain)


def test_the_documented_answer_is_read() -> None:
    found = created()
    assert (found.id, found.name, found.url) == ("00o1n8sbwArJ7OQRw406", "My Child Org 1", CHILD)
    assert found.secrets == {"token": SecretStr(SECRET)}
    assert found.remarks == ()
    assert found.details == {
        "subdomain": "my-child-org-1",
        "status": "ACTIVE",
        "administrator": "ada@example.com",
        "administrator_url": "https://my-child-org-1-admin.okta.com",
    }


def test_what_to_do_next_names_the_administrator_and_the_console() -> None:
    assert "30 days" in " ".join(OKTA.next_steps(created()))
    access = OKTA.access(created(), has_password=True)
    assert "ada@example.com signs in at https://my-child-org-1-admin.okta.com with the password" in access["Admin"]
    assert "30 days" in access["Key expires"]


@pytest.mark.parametrize(("password", "known"), [("Correct-Horse-9", True), (None, False)])
def test_how_the_administrator_gets_in_follows_the_order(password: str | None, known: bool) -> None:
    order = wanted()
    assert order.administrator
    administrator = order.administrator.model_copy(update={"password": SecretStr(password) if password else None})
    assert replace(order, administrator=administrator).wanted.has_password is known
    words = {OKTA.access(created(), has_password=has)["Admin"] for has in (True, False, None)}
    assert len(words) == 3


@pytest.mark.parametrize("token", ["absent", None, "", 5, ["x"]])
def test_an_answer_without_a_token_is_kept_with_a_remark(token: Any) -> None:
    found = created(token=token)
    assert found.secrets == {}
    assert found.remarks == ("Okta returned no token. Sign in to the child org and create one.",)
    assert "token" not in " ".join(OKTA.next_steps(found))
    assert list(OKTA.access(found, has_password=None)) == ["Admin"]
    assert found.id


@pytest.mark.parametrize("id_", ["absent", None, 5])
def test_an_answer_without_an_id_is_kept_with_a_remark(id_: Any) -> None:
    assert created(id=id_).remarks == ("Okta returned no org id.",)
    assert created(id=id_).secrets == {"token": SecretStr(SECRET)}


def test_what_the_answer_does_not_echo_is_taken_from_the_order() -> None:
    found = created(name="absent", subdomain="absent", _links="absent")
    assert (found.name, found.url) == ("My Child Org 1", CHILD)


def links(*hrefs: Any) -> dict[str, Any]:
    return {f"link{number}": {"href": href} for number, href in enumerate(hrefs)}


EVIL = "https://my-child-org-1.evil.example/api/v1/orgs/x"


@pytest.mark.parametrize(
    ("parent", "domain", "given", "url"),
    [
        (PARENT, "acme.okta.com", links(EVIL, f"{CHILD}/api"), CHILD),
        (PARENT, "acme.okta.com", links(EVIL), CHILD),
        (PARENT, "acme.okta.com", links("https://my-child-org-1.oktapreview.com/x"), CHILD),
        (PARENT, "acme.okta.com", links("http://my-child-org-1.okta.com/x"), CHILD),
        (PARENT, "acme.okta.com", links("https://other.okta.com/x"), CHILD),
        (PARENT, "acme.okta.com", links("https://my-child-org-1.okta.com@evil.example/x"), CHILD),
        (PARENT, "acme.okta.com", links("https://my-child-org-1.okta.com:99/x"), CHILD),
        (PARENT, "acme.okta.com", links("https://[broken", None, 5, ["x"]), CHILD),
        (PARENT, "acme.okta.com", {"a": None, "b": "x", "c": []}, CHILD),
        (PARENT, "acme.okta.com", [], CHILD),
        (PARENT, "", {}, CHILD),
        ("https://acme.oktapreview.com", "", {}, "https://my-child-org-1.oktapreview.com"),
        ("https://acme.okta.com:8443", "", {}, CHILD),
        ("https://login.acme.example", "acme.okta-emea.com", {}, "https://my-child-org-1.okta-emea.com"),
        ("https://login.acme.example", "login.acme.example", links(f"{CHILD}/x"), CHILD),
        ("https://login.acme.example", "login.acme.example", links(EVIL), ""),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", links(EVIL), "http://127.0.0.1:8080"),
    ],
)
def test_the_childs_address_is_trusted_under_the_parents_domain_only(
    parent: str, domain: str, given: Any, url: str
) -> None:
    assert created(parent, domain, _links=given).url == url


@pytest.mark.parametrize("echoed", ["evil.example/x", "evil.example#", "x@evil.example", "UPPER", "a b", "", 5])
def test_no_subdomain_from_an_answer_leads_elsewhere(echoed: Any) -> None:
    found = created(subdomain=echoed, _links=links(EVIL))
    assert found.url == CHILD
    assert found.details["subdomain"] == "my-child-org-1"


# ---- refusals -----------------------------------------------------------------------------------

REFUSALS = [
    (400, "E0000003", "", "could not read the request"),
    (400, "E0000088", "organization.subdomain", "subdomain is taken"),
    (400, "E0000089", "organization.name", "rejected the name"),
    (400, "E0000170", "organization.subdomain", "reserved word"),
    (400, "E0000171", "organization.subdomain", "locked by another request"),
    (400, "E0000172", "organization.subdomain", "too long"),
    (400, "E0000120", "organization.subdomain", "taken by another org"),
    (400, "E0000019", "", "Accept header"),
    (400, "E0000021", "", "Content-Type header"),
    (401, "E0000011", "credentials.token", "token is not valid"),
    (401, "E0000004", "credentials.token", "Okta rejected the credentials"),
    (401, "E0000015", "", "not enabled for the parent org"),
    (403, "E0000006", "credentials.token", "These credentials are not permitted to create child orgs"),
    (403, "E0000005", "credentials.token", "Okta rejected the session"),
    (403, "E0000080", "administrator.password", "password policy"),
    (405, "E0000022", "", "does not offer Org Creator"),
    (429, "E0000047", "", "rate limit"),
    (503, "E0000010", "", "read-only mode"),
]


def test_what_okta_says_in_the_same_words_is_not_said_twice() -> None:
    said = error("E0000170", summary="The subdomain is a reserved word")
    assert OKTA.refused(response(400, said)).cause == "The subdomain is a reserved word."


@pytest.mark.parametrize(("status", "code", "field", "words"), REFUSALS)
def test_each_error_code_names_its_field_or_cause(status: int, code: str, field: str, words: str) -> None:
    said = response(status, error(code, summary="What Okta said."), x_okta_request_id="req-1")
    refused = OKTA.refused(said)
    assert OKTA.is_refusal(said)
    assert (refused.code, refused.field, refused.request_id) == (code, field, "req-1")
    assert words in refused.cause
    assert refused.cause.endswith(' Okta says: "What Okta said."')
    assert refused.advice


@pytest.mark.parametrize(
    ("causes", "field"),
    [
        (["subdomain: The field is too long"], "organization.subdomain"),
        (["name: The field cannot be left blank"], "organization.name"),
        (["firstName: too long"], "administrator.first_name"),
        (["lastName: too long"], "administrator.last_name"),
        (["email: Does not match required pattern"], "administrator.email"),
        (["login: Username must be in the form of an email address"], "administrator.login"),
        (["password: Password requirements were not met."], "administrator.password"),
        (["recovery_question.answer: too short"], "administrator.recovery_answer"),
        (["question: too long"], "administrator.recovery_question"),
        (["website: bad"], "organization.website"),
        (["profile.mobilePhone: bad"], "administrator.profile"),
        (["secondEmail: bad"], "administrator.profile"),
        (["admin.profile.firstName: bad"], "administrator.first_name"),
        (["admin.credentials.password.value: bad login"], "administrator.password"),
        (["admin.credentials.recovery_question.question: bad answer"], "administrator.recovery_question"),
        (["An org with this subdomain exists already"], "organization.subdomain"),
        (["Password requirements were not met. Requirements: no parts of your login."], "administrator.password"),
        (["Something else", "website: bad"], "organization.website"),
        (["Something else"], ""),
        ([], ""),
    ],
)
def test_a_general_validation_error_goes_to_the_field_in_its_causes(causes: list[str], field: str) -> None:
    refused = OKTA.refused(response(400, error("E0000001", *causes)))
    assert refused.field == field
    said = "; ".join(causes) or "Summary."
    assert refused.cause == f'Okta rejected a value. Okta says: "{said}"{"" if said.endswith(".") else "."}'


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Okta refused with HTTP 400."),
        (401, "The token is not valid."),
        (403, "These credentials are not permitted to create child orgs."),
        (404, "Okta does not recognize this address."),
        (405, "The parent org does not offer Org Creator."),
        (418, "Okta refused with HTTP 418."),
        (429, "Okta's rate limit is exceeded (normally 10 orgs a minute)."),
    ],
)
@pytest.mark.parametrize("body", [b"<html><body>No</body></html>", b"", b'{"errorCode": null, "errorCauses": [1]}'])
def test_an_error_without_a_code_is_told_by_its_status(status: int, words: str, body: bytes) -> None:
    refused = OKTA.refused(response(status, body))
    assert refused.cause == words
    assert refused.code == f"HTTP {status}"


def test_the_id_for_okta_support_is_that_of_the_error_where_no_header_has_one() -> None:
    assert OKTA.refused(response(400, error("E0000088"))).request_id == "oae1"


def test_an_unknown_code_is_told_by_its_status_and_kept() -> None:
    refused = OKTA.refused(response(403, error("E0009999")))
    assert (refused.code, refused.field) == ("E0009999", "credentials.token")


@pytest.mark.parametrize("code", ["E0000009", ""])
def test_an_error_of_okta_itself_is_no_refusal(code: str) -> None:
    assert not OKTA.is_refusal(response(500, error(code)))
    assert not OKTA.is_refusal(response(503, error(code)))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x_rate_limit_reset": "1767225630", "date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 31),
        ({"x_rate_limit_reset": "1767225600", "date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 1),
        ({"x_rate_limit_reset": "1767225000", "date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 1),
        ({"x_rate_limit_reset": "1767225630"}, 21),
        ({"x_rate_limit_reset": "1767225630", "date": "yesterday"}, 21),
        ({"x_rate_limit_reset": "1767225630", "date": "Mon, 01 Jan 2026 00:00:00 +" + "9" * 20}, 21),
        ({"x_rate_limit_reset": "soon"}, None),
        ({"x_rate_limit_reset": "nan"}, None),
        ({"x_rate_limit_reset": "inf"}, None),
        ({"retry_after": "7"}, 7),
        ({"retry_after": "40", "x_rate_limit_reset": "1767225630", "date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 40),
        ({"retry_after": "Thu, 01 Jan 2026 00:01:00 GMT", "date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 60),
        ({}, None),
    ],
)
def test_the_reset_is_an_absolute_time_by_oktas_own_clock(headers: dict[str, str], wait: float | None) -> None:
    assert OKTA.wait_after(response(429, b"", **headers), now=1767225610) == wait


# ---- the check ------------------------------------------------------------------------------------

METADATA = {"id": "00oparent", "pipeline": "idx", "_links": {"organization": {"href": PARENT}}}
SETTINGS = {"id": "00oparent", "companyName": "Acme", "subdomain": "acme", "status": "ACTIVE"}
ME = {"id": "00uada", "status": "ACTIVE", "profile": {"login": "ada@acme.example", "email": None}}
HTML = Response(404, {"content-type": "text/html"}, b"<html>Page not found</html>")


def checked(site: str = PARENT, /, **replies: Reply) -> Preflight:
    """Run a check; `known`, `settings`, `child` and `me` replace the replies of a healthy parent and a free name."""
    child = f"https://my-child-org-1.{'.'.join(site.split('.')[-2:]) if 'okta' in site else 'okta.com'}"
    by_url = {
        f"{site}{WELL_KNOWN}": replies.get("known", response(200, METADATA)),
        f"{site}/api/v1/org": replies.get("settings", response(200, SETTINGS)),
        f"{child}{WELL_KNOWN}": replies.get("child", HTML),
        f"{site}/api/v1/users/me": replies.get("me", response(200, ME)),
    }
    order = wanted(site)
    return talk(OKTA.check(order.connection, order.organization), by_url)


def states(found: Preflight) -> dict[str, str]:
    return {finding.stage: finding.state for finding in found.findings}


def test_a_healthy_parent_is_named_and_the_name_is_probably_free() -> None:
    found = checked()
    assert (found.parent, found.domain) == ("Acme", "acme.okta.com")
    assert states(found) == {"Credentials": "ok", "Right to create": "unproven", "Name": "ok"}
    assert found.findings[-1].words == f"looks available: nothing at {CHILD}"
    assert found.before == {
        "parent_id": "00oparent",
        "child_id": "",
        "ids": ["00oparent"],
        "known": ["00oparent"],
        "whole": True,
        "date": None,
        "domain": "acme.okta.com",
    }


def test_credentials_go_to_the_parent_and_not_to_the_wanted_address() -> None:
    order = wanted()
    calls = next(OKTA.check(order.connection, order.organization))
    assert [(call.url, "Authorization" in call.headers) for call in calls] == [
        (f"{PARENT}{WELL_KNOWN}", False),
        (f"{PARENT}/api/v1/org", True),
        (f"{PARENT}/api/v1/users/me", True),
        (f"{CHILD}{WELL_KNOWN}", False),
    ]


def test_without_an_organization_only_the_parent_is_asked() -> None:
    replies: dict[str, Reply] = {
        f"{PARENT}{WELL_KNOWN}": response(200, METADATA),
        f"{PARENT}/api/v1/org": response(200, SETTINGS),
        f"{PARENT}/api/v1/users/me": response(200, ME),
    }
    found = talk(OKTA.check(wanted().connection), replies)
    assert states(found) == {"Credentials": "ok", "Right to create": "unproven"}


def test_a_taken_subdomain_is_refused_at_its_field() -> None:
    with pytest.raises(Refused) as caught:
        checked(child=response(200, {"id": "00oother"}))
    assert caught.value.field == "organization.subdomain"
    assert caught.value.cause == f"The subdomain is taken: an org answers at {CHILD}."


@pytest.mark.parametrize(
    "child",
    [response(200, b"<html></html>"), response(429), response(500), NotSent("No such name."), NoResponse("Silence.")],
)
def test_whatever_else_answers_at_the_wanted_address_is_told_as_not_checked(child: Reply) -> None:
    found = checked(child=child)
    assert (states(found)["Name"], found.before["whole"]) == ("unproven", False)
    assert "could not check" in found.findings[-1].words


def test_a_parent_on_a_custom_domain_gives_away_its_okta_domain() -> None:
    metadata = {**METADATA, "_links": {"organization": {"href": PARENT}, "alternate": {"href": "https://x.example"}}}
    found = checked("https://login.acme.example", known=response(200, metadata))
    assert found.domain == "acme.okta.com"
    assert states(found)["Name"] == "ok"
    assert found.findings[0].words == "accepted by login.acme.example (acme.okta.com), as ada@acme.example"


@pytest.mark.parametrize("href", ["https://evil.example", "https://[broken", None, 5, "http://acme.okta.com"])
def test_a_custom_domain_that_does_not_tell_leaves_the_name_unproven(href: Any) -> None:
    site = "https://login.acme.example"
    order = wanted(site)
    replies = {
        f"{site}{WELL_KNOWN}": response(200, {"id": "x", "_links": {"organization": {"href": href}}}),
        f"{site}/api/v1/org": response(200, SETTINGS),
        f"{site}/api/v1/users/me": response(403, error("E0000006")),
    }
    found = talk(OKTA.check(order.connection, order.organization), replies)
    assert states(found)["Name"] == "unproven"
    assert found.domain == "login.acme.example"


@pytest.mark.parametrize(
    ("replies", "state", "words"),
    [
        (
            {"settings": response(403, error("E0000006")), "me": response(200, {"id": "00u"})},
            "ok",
            "though they may not",
        ),
        (
            {"settings": response(403, error("E0000006")), "me": response(403, error("E0000006"))},
            "unproven",
            "recognized by",
        ),
        ({"settings": response(403, error("E0000006")), "me": response(200, b"<html>")}, "unproven", "recognized by"),
        ({"settings": response(404, error("E0000007"))}, "unproven", "could not be tested (HTTP 404)"),
        ({"settings": response(405, error("E0000022"))}, "unproven", "could not be tested (HTTP 405)"),
        ({"settings": response(429, error("E0000047"))}, "unproven", "could not be tested (HTTP 429)"),
        ({"settings": response(200, b"<html>Sign in</html>")}, "unproven", "not verified"),
        (
            {"settings": response(403, error("E0000006")), "me": response(200, ME)},
            "ok",
            "as ada@acme.example, though they may not",
        ),
        ({"settings": response(403, error("E0000006")), "me": NoResponse("Silence.")}, "unproven", "recognized by"),
        ({}, "ok", "accepted by acme.okta.com, as ada@acme.example"),
        ({"me": response(200, {"id": "00u", "profile": None})}, "ok", "accepted by acme.okta.com"),
        ({"me": response(401, error("E0000011"))}, "ok", "accepted by acme.okta.com"),
        ({"me": response(403, error("E0000006"))}, "ok", "accepted by acme.okta.com"),
        ({"me": HTML}, "ok", "accepted by acme.okta.com"),
        ({"me": NotSent("No.")}, "ok", "accepted by acme.okta.com"),
        ({"known": response(429)}, "ok", "accepted by acme.okta.com"),
        ({"known": NoResponse("Silence.")}, "ok", "accepted by acme.okta.com"),
    ],
)
def test_what_a_check_says_of_the_credentials(replies: dict[str, Reply], state: str, words: str) -> None:
    found = checked(**replies)
    assert (found.findings[0].stage, found.findings[0].state) == ("Credentials", state)
    assert words in found.findings[0].words


NONSENSE = (b'{"valid": NaN, "orgs": NaN, "id": NaN}', b'{"id": 5, "profile": 7}', b'{"errors": 7}', b"[]", b"")


@pytest.mark.parametrize("body", NONSENSE)
def test_a_success_that_says_nothing_verifies_nothing(body: bytes) -> None:
    nonsense = response(200, body)
    seen = checked(settings=nonsense, me=nonsense).findings[0]
    assert (seen.state, "not verified" in seen.words) == ("unproven", True)
    assert checked(settings=response(403, error("E0000006")), me=nonsense).findings[0].state == "unproven"
    for org in (NEW, Created("", "Child", CHILD, NEW.secrets)):
        tried = ready(org, known=response(200, {"id": "00onew"}), settings=nonsense)
        assert (tried.ready, tried.may_change) == (False, True)
    state = talk(OKTA.aftercare.key_state(wanted().connection.site, NEW), {f"{CHILD}/api/v1/org": nonsense})
    assert state.state == "unclear"


@pytest.mark.parametrize(
    ("replies", "code", "field"),
    [
        ({"settings": response(401, error("E0000011"))}, "E0000011", "credentials.token"),
        ({"settings": response(401, b"<html>")}, "HTTP 401", "credentials.token"),
        ({"settings": response(403, error("E0000006")), "me": response(401, error("E0000011"))}, "E0000011", ""),
        ({"known": HTML, "settings": HTML}, "HTTP 404", "site"),
        ({"known": response(200, b"<html>"), "settings": response(200, b"<html>")}, "HTTP 200", "site"),
        ({"known": response(403, b"<html>"), "settings": response(403, b"<html>")}, "HTTP 403", "site"),
        ({"known": response(302, b""), "settings": response(302, b"")}, "HTTP 302", "site"),
        ({"settings": response(400, error("E0000019"))}, "E0000019", ""),
    ],
)
def test_a_check_that_proves_the_contrary_is_refused(replies: dict[str, Reply], code: str, field: str) -> None:
    with pytest.raises(Refused) as caught:
        checked(**replies)
    assert caught.value.code == code
    assert caught.value.field.startswith(field)


def test_a_parent_that_is_unwell_is_told_as_never_sent() -> None:
    with pytest.raises(NotSent) as caught:
        checked(settings=response(503, b"<html>Bad gateway</html>", x_okta_request_id="req-1"))
    assert (caught.value.code, caught.value.request_id) == ("HTTP 503", "req-1")


@pytest.mark.parametrize(
    ("settings_", "name"),
    [
        ({"subdomain": "acme"}, "acme"),
        ({"companyName": None, "subdomain": 5, "id": "x"}, "acme.okta.com"),
    ],
)
def test_a_parent_without_a_name_goes_by_another(settings_: dict[str, Any], name: str) -> None:
    assert checked(settings=response(200, settings_)).parent == name


# ---- an unknown outcome -----------------------------------------------------------------------------

BEFORE = {"parent_id": "00oparent", "child_id": "", "domain": "acme.okta.com", "whole": True}


def found(reply: Reply, before: Mapping[str, Any] = BEFORE) -> LookupResult:
    order = wanted()
    return talk(OKTA.find(order.wanted, None, before), {f"{CHILD}{WELL_KNOWN}": reply})


def test_an_org_that_answers_now_and_did_not_before_exists() -> None:
    seen = found(response(200, {"id": "00onew"}))
    assert seen.state == "exists"
    assert (seen.org["id"], seen.org["url"]) == ("00onew", CHILD)


@pytest.mark.parametrize(
    ("reply", "before", "state"),
    [
        (response(200, {"id": "00oold"}), {**BEFORE, "child_id": "00oold"}, "unclear"),
        (response(200, {"id": "00oparent"}), BEFORE, "unclear"),
        (response(200, {"id": "00onew"}), {**BEFORE, "whole": False}, "unclear"),
        (response(200, {"id": "00onew"}), {**BEFORE, "ours": ["00onew"]}, "unclear"),
        (HTML, {**BEFORE, "whole": False}, "unclear"),
        (response(200, {"id": None}), BEFORE, "unclear"),
        (response(200, {"id": 5}), BEFORE, "unclear"),
        (response(200, b"<html>"), BEFORE, "unclear"),
        (HTML, BEFORE, "absent"),
        (response(429), BEFORE, "unclear"),
        (response(503), BEFORE, "unclear"),
        (NotSent("No."), BEFORE, "unclear"),
        (NoResponse("No."), BEFORE, "unclear"),
    ],
)
def test_what_else_a_look_up_can_see(reply: Reply, before: dict[str, str], state: str) -> None:
    assert found(reply, before).state == state


def test_a_parent_whose_okta_domain_is_unknown_cannot_be_looked_up() -> None:
    order = wanted("https://login.acme.example")
    assert talk(OKTA.find(order.wanted, None, {}), {}).state == "unclear"


@pytest.mark.parametrize("site", ["https://login.acme.example", "http://127.0.0.1:8080"])
def test_where_no_look_up_ever_tells_a_person_is_told_where_to_look_and_how_to_go_on(site: str) -> None:
    seen = talk(OKTA.find(wanted(site).wanted, None, {}), {})
    assert not seen.may_change
    assert site.partition("://")[2] in seen.advice
    assert "--again" in seen.advice


def test_behind_a_custom_domain_the_child_is_looked_for_at_the_okta_domain_from_before() -> None:
    order = wanted("https://login.acme.example")
    seen = talk(OKTA.find(order.wanted, None, BEFORE), {f"{CHILD}{WELL_KNOWN}": response(200, {"id": "00onew"})})
    assert (seen.state, seen.advice) == ("exists", "")


# ---- ready ----------------------------------------------------------------------------------------

NEW = Created("00onew", "Child", CHILD, {"token": SecretStr("00new")})


def ready(org: Created = NEW, site: str = PARENT, **replies: Reply) -> Readiness:
    paths = {"known": WELL_KNOWN, "settings": "/api/v1/org"}
    given = {f"{org.url}{paths[name]}": reply for name, reply in replies.items()}
    return talk(OKTA.ready(wanted(site).connection.site, org), given)


def test_a_child_is_ready_when_it_takes_its_own_token() -> None:
    assert ready(known=response(200, {"id": "00onew"}), settings=response(200, {"id": "00onew"})).ready


def test_the_child_is_asked_with_its_own_token_only() -> None:
    conversation = OKTA.ready(wanted().connection.site, NEW)
    assert "Authorization" not in next(conversation)[0].headers
    (call,) = conversation.send((response(200, {"id": "00onew"}),))
    assert isinstance(call, Call)
    assert revealed(call.headers)["Authorization"] == "SSWS 00new"


@pytest.mark.parametrize(
    "known",
    [
        HTML,
        response(200, {"id": "00oother"}),
        response(200, {"id": None}),
        response(200, b"<html>"),
        response(503),
        NotSent("No such name."),
        NoResponse("Silence."),
    ],
)
def test_a_childs_address_that_does_not_serve_it_yet_gets_no_token(known: Reply) -> None:
    assert not ready(known=known).ready


@pytest.mark.parametrize(
    "settings_",
    [
        response(401, error("E0000011")),
        response(403),
        HTML,
        response(500),
        response(200, b"<html>"),
        response(200, {"id": "00oother"}),
        NotSent("No."),
        NoResponse("No."),
    ],
)
def test_early_failures_of_the_token_mean_not_yet(settings_: Reply) -> None:
    assert not ready(known=response(200, {"id": "00onew"}), settings=settings_).ready


def test_a_child_without_a_token_is_ready_when_its_address_answers() -> None:
    assert ready(Created("00onew", "Child", CHILD), known=response(200, {"id": "00onew"})).ready


def test_a_child_without_an_address_is_never_ready() -> None:
    assert not ready(Created("00onew", "Child", "", {"token": SecretStr("x")})).ready


def test_a_test_service_on_this_machine_serves_parent_and_child_alike() -> None:
    site = "http://127.0.0.1:8080"
    org = Created("00onew", "Child", site, {"token": SecretStr("00new")})
    assert ready(org, site, settings=response(200, {"id": "00oparent"})).ready
    assert not ready(org, site, settings=response(401)).ready


def test_okta_asks_to_wait_thirty_seconds() -> None:
    assert OKTA.settle_seconds == 30


# ---- is the name free? ----------------------------------------------------------------------------


def name_free(site: str, domain: str, replies: Mapping[str, Reply]) -> Finding:
    order = wanted(site)
    return talk(OKTA.name_free(order.connection, Preflight("Acme", domain=domain), order.organization), replies)


@pytest.mark.parametrize("site", [PARENT, "https://login.acme.example"])
def test_the_name_is_asked_for_under_the_parents_okta_domain(site: str) -> None:
    found = name_free(site, "acme.okta.com", {f"{CHILD}{WELL_KNOWN}": HTML})
    assert (found.state, found.words) == ("ok", f"looks available: nothing at {CHILD}")


def test_a_name_that_answers_is_certainly_taken() -> None:
    with pytest.raises(Refused) as caught:
        name_free(PARENT, "acme.okta.com", {f"{CHILD}{WELL_KNOWN}": response(200, {"id": "00other"})})
    assert caught.value.field == "organization.subdomain"


def test_a_name_whose_address_is_not_known_costs_no_call() -> None:
    assert name_free("https://login.acme.example", "", {}).state == "unproven"

"""What a credential looks like, by its shape alone."""

import pytest
from pydantic import SecretStr

from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.questions import Question
from orgwizard.domain.secrets import credential_shapes
from orgwizard.domain.secrets.credential_shapes import shape
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.datadog import shapes as datadog_shapes
from orgwizard.providers.datadog.fields import Keys
from orgwizard.providers.okta import shapes as okta_shapes
from orgwizard.providers.okta.fields import AccessToken, ApiToken

OKTA_TOKEN, TOKEN_ID = "00" + "aB3_-xyz" * 5, "00T1a2b3c4d5e6f7g8h9"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"
UUID = "1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
PEM = "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n"
(TOKEN,), (ACCESS,), (API_KEY, APPLICATION_KEY) = questions(ApiToken), questions(AccessToken), questions(Keys)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OKTA_TOKEN, okta_shapes.TOKEN),
        (TOKEN_ID, okta_shapes.ID),
        ("0oa1a2b3c4d5e6f7g8h9", okta_shapes.ID),
        (JWT, credential_shapes.JWT),
        (PEM, credential_shapes.PRIVATE_KEY),
        (UUID, credential_shapes.KEY_ID),
        (UUID.upper(), credential_shapes.KEY_ID),
        ("a1" * 16, datadog_shapes.API_KEY),
        ("a1" * 20, datadog_shapes.APPLICATION_KEY),
        ("a1" * 18, ""),
        ("g1" * 16, ""),
        ("", ""),
        ("eyJust-text", ""),
    ],
)
def test_shapes(text: str, words: str) -> None:
    assert shape(text) == words


@pytest.mark.parametrize(
    ("question", "text", "seen"),
    [
        (API_KEY, "a1" * 20, datadog_shapes.APPLICATION_KEY),
        (APPLICATION_KEY, "a1" * 16, datadog_shapes.API_KEY),
        (API_KEY, UUID, credential_shapes.KEY_ID),
        (APPLICATION_KEY, OKTA_TOKEN, okta_shapes.TOKEN),
        (TOKEN, f" {JWT}\n", credential_shapes.JWT),
        (TOKEN, TOKEN_ID, okta_shapes.ID),
        (TOKEN, "a1" * 16, datadog_shapes.API_KEY),
        (ACCESS, OKTA_TOKEN, okta_shapes.TOKEN),
    ],
)
def test_what_is_mixed_up_is_named_and_not_repeated(question: Question, text: str, seen: str) -> None:
    hint = question.hint(SecretStr(text))
    assert hint == f"{question.title}: this looks like {seen}."
    assert text.strip() not in hint


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        (API_KEY, SecretStr("a1" * 16)),
        (APPLICATION_KEY, SecretStr("a1" * 20)),
        (TOKEN, SecretStr(OKTA_TOKEN)),
        (ACCESS, SecretStr(JWT)),
        (TOKEN, SecretStr("something new")),
        (TOKEN, Reference(env="X")),
        (TOKEN, None),
    ],
)
def test_nothing_is_said_of_what_may_be_right(question: Question, typed: object) -> None:
    assert question.hint(typed) == ""

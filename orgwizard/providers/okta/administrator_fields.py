"""The fields of the first administrator of a child org.

Sources: Okta's OpenAPI document 2026.06, developer.okta.com and help.okta.com.
"""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    StrictBool,
    StrictFloat,
    StrictInt,
    ValidationInfo,
    field_validator,
)

from orgwizard.domain.forms.fields import Fields, Secret, Text, wrong
from orgwizard.domain.forms.questions import Value
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.providers.okta import corrections, password_policy, profile_attributes
from orgwizard.providers.okta.characters import three_bytes_at_most

# RFC 5322 3.2.3 (dot-atom) before the @; a top-level domain of 2 to 20 characters (help.okta.com).
_EMAIL = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@([^\W_]([\w-]*[^\W_])?\.)+[^\W\d_][\w-]{0,18}[^\W_]"
)


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text) or any(character.isdigit() and not character.isascii() for character in text):
        raise wrong("Not an e-mail address.")
    return text


Attribute = str | StrictBool | StrictInt | StrictFloat | list[str]


class OktaAdministrator(Fields):
    """The first super admin of the child org."""

    follows: ClassVar[Mapping[str, str]] = {"login": "email"}
    remembered: ClassVar[tuple[str, ...]] = ("first_name", "last_name", "email")
    needs: ClassVar[Mapping[str, str]] = {"recovery_answer": "recovery_question"}

    first_name: Text = Field(title="First name", examples=["Ada"], min_length=1, max_length=50)
    last_name: Text = Field(title="Last name", examples=["Lovelace"], min_length=1, max_length=50)
    email: Annotated[Text, AfterValidator(three_bytes_at_most), AfterValidator(_email)] = Field(
        title="E-mail", examples=["ada@example.com"], max_length=100
    )
    login: Text = Field(
        title="Login",
        description="Sign-in name. Same as the e-mail until you change it.",
        min_length=5,
        max_length=100,
    )
    password: Secret | None = Field(
        default=None,
        title="Password",
        description="Blank: chosen at first sign-in. At least 8 characters with a-z, A-Z and 0-9, not the login.",
        json_schema_extra={"blank": "chosen at first sign-in"},
    )
    recovery_question: Text | None = Field(
        default=None,
        title="Recovery question",
        description="Asked if the password is forgotten.",
        examples=["Which was your first telescope?"],
        min_length=1,
        max_length=100,
    )
    recovery_answer: Secret | None = Field(
        default=None,
        title="Recovery answer",
        description="Required with a recovery question. Not case-sensitive.",
        min_length=1,
        max_length=100,
        validate_default=True,
    )
    profile: dict[str, Attribute] = Field(
        default_factory=dict,
        title="More attributes",
        description='Okta user profile attributes. In custom ones, true, 42 and ["a"] keep their types.',
        examples=["mobilePhone"],
    )

    @classmethod
    def proposals(cls, typed: Mapping[str, Value]) -> dict[str, str]:
        """Propose the e-mail as the login."""
        email = str(typed.get("email") or "").strip()
        return {"login": email} if email and not REDACTOR.is_secret(email) else {}

    @classmethod
    def correction(cls, name: str, text: str) -> str:
        """Return the address that was copied with something around it; nothing of what may be a secret."""
        return corrections.email(text) if name == "email" and not REDACTOR.is_secret(text) else ""

    @classmethod
    def objection(cls, name: str, typed: Mapping[str, Value]) -> str:
        """Return what a password lacks by Okta's default policy; no rule, for a child may have another one."""
        password = typed.get("password")
        if name != "password" or not isinstance(password, SecretStr):
            return ""
        lacking = password_policy.shortcomings(password.get_secret_value(), str(typed.get("login") or ""))
        return f"Okta asks for {', '.join(lacking)}." if lacking else ""

    @classmethod
    def notice(cls, name: str, typed: Mapping[str, Value]) -> str:
        """Return also that a password lacks nothing."""
        meets = name == "password" and isinstance(typed.get("password"), SecretStr)
        return cls.objection(name, typed) or ("Meets Okta's default policy." if meets else "")

    @field_validator("recovery_answer")
    @classmethod
    def _with_its_question(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        question = info.data.get("recovery_question")
        if question and value is None:
            raise wrong("Required, because there is a recovery question.")
        if value is not None and "recovery_question" in info.data and not question:
            raise wrong("Enter the recovery question too, or leave this empty.")
        return value

    @field_validator("profile")
    @classmethod
    def _within_the_schema(cls, rows: dict[str, Attribute]) -> dict[str, Attribute]:
        for name, value in rows.items():
            if words := profile_attributes.problem(name, value):
                raise wrong(words)
        return rows

    @classmethod
    def row_value(cls, field: str, name: str, text: str) -> Value:
        """Return the value of an attribute: a custom one has the type that its text looks like."""
        del field
        return profile_attributes.value_of(name, text)

"""Datadog's fields: the parent's keys and the child org.

Sources: the OpenAPI documents of Datadog's official clients and docs.datadoghq.com.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from orgwizard.domain.forms.fields import Fields, HeaderSecret, Text, env_names, without_scheme
from orgwizard.providers.datadog import shapes


class Keys(Fields):
    """The parent's API key and the application key of the person who becomes the child's admin."""

    method_title: ClassVar[str] = "API key and application key"

    api_key: HeaderSecret = Field(
        title="API key",
        description="From the parent org: Organization Settings > API Keys.",
        json_schema_extra=env_names("DD_API_KEY", "DATADOG_API_KEY", keys=("Connection.apikey",), shape=shapes.API_KEY),
    )
    application_key: HeaderSecret = Field(
        title="Application key",
        description="Its owner needs the Org Management permission: Organization Settings > Application Keys.",
        json_schema_extra=env_names(
            "DD_APP_KEY",
            "DATADOG_APP_KEY",
            keys=("Connection.appkey",),
            shape=shapes.APPLICATION_KEY,
        ),
    )


class AccessToken(Fields):
    """A personal or service access token of the parent: `Authorization: Bearer {token}`.

    An API key beside it is sent only if it is entered: Terraform's provider sends a token instead of the keys, too.
    """

    token: Annotated[HeaderSecret, without_scheme("Bearer")] = Field(
        title="Access token",
        description="ddpat_ or ddsat_, with the scope org_management. Datadog does not document creating orgs with it.",
        # Sources of the order: Terraform's provider, then pup, Datadog's command line.
        json_schema_extra=env_names(
            "DD_BEARER_TOKEN",
            "DATADOG_BEARER_TOKEN",
            "DD_ACCESS_TOKEN",
            "DD_PAT",
            "DD_SAT",
            shape=shapes.TOKEN,
        ),
    )
    api_key: HeaderSecret | None = Field(
        default=None,
        title="API key",
        description="Sent with the token, if entered.",
        json_schema_extra=env_names(shape=shapes.API_KEY),
    )


def _type_of(value: object) -> object:
    """Take the API's own form too: { type = "pro" }."""
    return value["type"] if isinstance(value, dict) and set(value) == {"type"} else value


class DatadogOrganization(Fields):
    """The child org; `billing` and `subscription` are deprecated and sent only if a plan gives them."""

    unasked: ClassVar[frozenset[str]] = frozenset({"billing", "subscription"})

    name: Text = Field(
        title="Name",
        description="Shown in the list of orgs. May repeat, but duplicates are confusing.",
        examples=["My child org"],
        min_length=1,
        max_length=32,
    )
    billing: Annotated[Literal["parent_billing"] | None, BeforeValidator(_type_of)] = Field(
        default=None, title="Billing", description="Deprecated by Datadog."
    )
    subscription: Annotated[Literal["trial", "free", "pro"] | None, BeforeValidator(_type_of)] = Field(
        default=None, title="Subscription", description="Deprecated by Datadog."
    )


METHODS: Mapping[str, type[Fields]] = {"keys": Keys, "token": AccessToken}

"""What is typed nearly right, and what is made of it: one table for every face."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Typed:
    """A value typed into a field of a provider: the one that is offered for it, or words that are said of it.

    Without either it is taken as it is, and without a question; `url` is then the site that it means. `asked` says that
    the user is asked before credentials are sent there.
    """

    provider: str
    field: str
    text: str
    meant: str = ""
    says: str = ""
    url: str = ""
    asked: bool = False

    @property
    def is_site(self) -> bool:
        return self.field == "site"

    def __str__(self) -> str:
        return f"{self.provider} {self.field} {self.text}"


def _okta(text: str, meant: str = "", **more: object) -> Typed:
    return Typed("okta", "site", text, meant, **more)  # type: ignore[arg-type]


def _datadog(text: str, meant: str = "", **more: object) -> Typed:
    return Typed("datadog", "site", text, meant, **more)  # type: ignore[arg-type]


def _org(field: str, text: str, meant: str = "", says: str = "") -> Typed:
    return Typed("okta", f"organization.{field}", text, meant, says)


ACME, EU, US5 = "https://acme.okta.com", "https://api.datadoghq.eu", "https://api.us5.datadoghq.com"
TYPED = (
    # ---- the parent's URL at Okta ----
    _okta("acme", "acme.okta.com"),
    _okta("https://acme", "acme.okta.com"),
    _okta("acme.okta", "acme.okta.com", asked=True),
    _okta("acme.otka.com", "acme.okta.com", asked=True),
    _okta("https://acme.okta.co/login", "acme.okta.com", asked=True),
    _okta("acme.oktapreveiw.com", "acme.oktapreview.com", asked=True),
    _okta("http://acme.okta.com", "acme.okta.com"),
    _okta("https//acme.okta.com", "acme.okta.com"),
    _okta("<https://acme.okta.com>", "acme.okta.com"),
    _okta("ada@example.com", says="e-mail"),
    _okta("okta.com", says="not the address of an org"),
    _okta("ACME.OKTA.COM", url=ACME),
    _okta("acme.okta.com.", url=ACME),
    _okta("https://acme.okta.com:443/login/login.htm?fromURI=%2F#top", url=ACME),
    _okta("https://acme-admin.okta.com/admin/dashboard", url=ACME),
    _okta("Acme-Admin.okta-emea.com.", url="https://acme.okta-emea.com"),
    _okta("acme.oktapreview.com", url="https://acme.oktapreview.com"),
    _okta("login.acme.example", url="https://login.acme.example", asked=True),
    _okta("acme.okta.com.evil.com", url="https://acme.okta.com.evil.com", asked=True),
    _okta("datadoghq.eu", says="That is Datadog."),
    _okta("https://app.datadoghq.com/organization-settings/", says="That is Datadog."),
    _okta("us5.datadoghq.com", says="That is Datadog."),
    _okta("ddog-gov.com", says="That is Datadog."),
    _okta("EU1", says="That is Datadog."),
    # ---- the site at Datadog ----
    _datadog("EU", url=EU),
    _datadog("eu1", url=EU),
    _datadog("US5", url=US5),
    _datadog("us-5", url=US5),
    _datadog("DATADOGHQ.EU", url=EU),
    _datadog("datadoghq.com.", url="https://api.datadoghq.com"),
    _datadog("https://app.datadoghq.eu/", url=EU),
    _datadog("https://app.datadoghq.eu/organization-settings/api-keys?id=1", url=EU),
    _datadog("https://api.datadoghq.eu:443/api/v1", url=EU),
    _datadog("US1_FED", url="https://api.ddog-gov.com"),
    _datadog("datadog.eu", "datadoghq.eu"),
    _datadog("app.datadog.com", "datadoghq.com"),
    _datadog("datadoghq.co", "datadoghq.com"),
    _datadog("eu.datadoghq.com", "datadoghq.eu"),
    _datadog("http-intake.logs.datadoghq.eu", "datadoghq.eu"),
    _datadog("http://app.datadoghq.eu", "datadoghq.eu"),
    _datadog("US9", says="Known: US1"),
    _datadog("us9.datadoghq.com", says="no Datadog site"),
    _datadog("ada@example.com", says="e-mail"),
    _datadog("acme.okta.com", says="That is Okta."),
    _datadog("https://acme-admin.oktapreview.com/", says="That is Okta."),
    # ---- the child org at Okta ----
    _org("subdomain", "MyChild", "my-child"),
    _org("subdomain", "My Child", "my-child"),
    _org("subdomain", "foo.okta.com", "foo"),
    _org("subdomain", "https://Foo-admin.okta-emea.com/app?x", "foo"),
    _org("subdomain", "foo.oktapreview.com.", "foo"),
    _org("subdomain", "my-child"),
    _org("website", "www.example.com", "https://www.example.com"),
    _org("website", "https//www.example.com/a", "https://www.example.com/a"),
    _org("website", "none", says="Leave it empty"),
    _org("website", "-", says="Leave it empty"),
    _org("website", "ada@example.com", says="e-mail"),
    _org("website", "mailto:ada@example.com", says="e-mail"),
    _org("website", "https://ada@example.com/", says="up to the @"),
    _org("website", "example", says="Not a web address"),
    _org("website", "https://", says="Not a web address"),
    _org("website", "ftp://example.com", says="Not a web address"),
    _org("website", "http://www.example.com"),
    Typed("okta", "administrator.email", "Ada <ada@example.com>", "ada@example.com"),
    Typed("okta", "administrator.email", "ada@example,com", "ada@example.com"),
    Typed("okta", "administrator.email", "ada", says="Not an e-mail address"),
    Typed("okta", "administrator.email", "a@b", says="Not an e-mail address"),
)
ROWS = [pytest.param(row, id=str(row)) for row in TYPED]

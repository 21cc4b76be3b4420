"""Okta's fields: three ways to connect, and the child org.

Sources: Okta's OpenAPI document 2026.06, developer.okta.com and help.okta.com.
"""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationInfo,
)

from orgwizard.domain.forms.fields import (
    Fields,
    HeaderSecret,
    Text,
    env_names,
    file_or_env,
    refuse_no_value,
    without_scheme,
    wrong,
)
from orgwizard.domain.forms.questions import Value, secret_text
from orgwizard.domain.secrets import credential_shapes
from orgwizard.domain.secrets.key_text import BadKey, EncryptedKey, is_key
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.secrets.signing import read_key
from orgwizard.domain.text.sanitize import slug
from orgwizard.providers.okta import corrections, shapes
from orgwizard.providers.okta.characters import three_bytes_at_most


class ApiToken(Fields):
    """An API token of the parent: `Authorization: SSWS {token}`."""

    scheme: ClassVar[str] = "SSWS"
    token: Annotated[HeaderSecret, without_scheme(scheme)] = Field(
        title="API token",
        description="A super admin creates it under Security > API > Tokens.",
        json_schema_extra=env_names(
            "OKTA_CLIENT_TOKEN", "OKTA_API_TOKEN", keys=("okta.client.token",), shape=shapes.TOKEN
        ),
    )


class AccessToken(Fields):
    """An OAuth access token of the parent: `Authorization: Bearer {token}`."""

    scheme: ClassVar[str] = "Bearer"
    token: Annotated[HeaderSecret, without_scheme(scheme)] = Field(
        title="OAuth access token",
        description="From the org authorization server; scope okta.orgs.manage.",
        json_schema_extra=env_names(
            "OKTA_ACCESS_TOKEN", "OKTA_CLIENT_TOKEN", keys=("okta.client.token",), shape=credential_shapes.JWT
        ),
    )


def _usable(secret: SecretStr) -> SecretStr:
    try:
        if not is_key(secret.get_secret_value()):
            refuse_no_value(secret)
        read_key(secret.get_secret_value())
    except EncryptedKey:
        return secret  # whether it can be used is known with its passphrase
    except BadKey as bad:
        words = str(bad)
    else:
        return secret
    raise wrong(words)


def _opens(passphrase: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    """Require the passphrase of an encrypted key, and refuse one that does not open it."""
    if passphrase:
        refuse_no_value(passphrase)
    key = info.data.get("private_key")
    if not isinstance(key, SecretStr):
        return passphrase
    try:
        read_key(key.get_secret_value(), passphrase.get_secret_value() if passphrase else "")
    except EncryptedKey:
        words = "Required: the private key is encrypted."
    except BadKey as bad:
        words = str(bad) if passphrase else ""
    else:
        return passphrase
    if words:
        raise wrong(words)
    return passphrase


class ServiceApp(Fields):
    """An API services app of the parent: OAuth 2.0 client credentials with private_key_jwt."""

    method_title: ClassVar[str] = "Service app with a private key"

    client_id: Text = Field(
        title="Client ID",
        description="From your API Services app: Applications > (app) > General.",
        examples=["0oa1a2b3c4d5e6f7g8h9"],
        json_schema_extra=env_names("OKTA_CLIENT_CLIENTID", "OKTA_API_CLIENT_ID", keys=("okta.client.clientId",)),
    )
    private_key: Annotated[SecretStr, AfterValidator(_usable)] = Field(
        title="Private key",
        description="The key registered with the app, as PEM or JWK, or the path of its file.",
        json_schema_extra=file_or_env(
            "OKTA_CLIENT_PRIVATEKEY", "OKTA_API_PRIVATE_KEY", keys=("okta.client.privateKey",)
        ),
    )
    passphrase: Annotated[SecretStr | None, AfterValidator(_opens)] = Field(
        default=None,
        validate_default=True,
        title="Passphrase of the key",
        description="Only for encrypted keys.",
    )
    key_id: Text | None = Field(
        default=None,
        title="Key ID",
        description="Only for PEM keys of apps with several keys.",
        json_schema_extra=env_names("OKTA_API_PRIVATE_KEY_ID", keys=("okta.client.kid", "okta.client.privateKeyId")),
    )

    @classmethod
    def makes_sense(cls, name: str, typed: Mapping[str, Value]) -> bool:
        """Return whether the typed key is encrypted, or is without its id; a file is not read for that."""
        key = secret_text(typed.get("private_key"))
        if key is None or name not in ("passphrase", "key_id"):
            return True
        return "ENCRYPTED" in key if name == "passphrase" else not key.lstrip().startswith("{")


LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def _one_label(text: str) -> str:
    if text.endswith("-admin"):
        raise wrong("It can't end in -admin, which Okta reserves.")
    if not LABEL.fullmatch(text):
        raise wrong("Use a-z, 0-9 and inner hyphens.")  # what was typed may be a secret: no form of it is repeated
    return text


# A scheme, apart from a host with its port.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?!\d+(/|$))")


_NO_WEBSITE = frozenset(("-", "--", "none", "n/a", "na", "no", "null"))
_PART = r"[^\W_]([\w-]*[^\W_])?"  # of a host name, in any script
_HOST = re.compile(rf"(localhost|\[[0-9a-f:.]+\]|{_PART}(\.{_PART})+\.?)(:\d+)?", re.IGNORECASE)


def _web_address(text: str) -> str:
    """Take an http or https URL with a host; Okta documents no format, so that a bare host is taken, too."""
    scheme = _SCHEME.match(text)
    kind, rest = (scheme[1].lower(), text[scheme.end() :].removeprefix("//")) if scheme else ("", text)
    _, at, host = re.split(r"[/?#]", rest)[0].rpartition("@")
    if text.lower() in _NO_WEBSITE:
        raise wrong("Leave it empty for none.")
    if at and kind in ("", "mailto"):
        raise wrong("This is an e-mail address, not a website.")
    if at:
        raise wrong("Remove everything up to the @.")
    if kind not in ("", "http", "https") or not _HOST.fullmatch(host) or any(map(str.isspace, text)):
        raise wrong("Not a web address.")
    return text


class OktaOrganization(Fields):
    """The child org."""

    follows: ClassVar[Mapping[str, str]] = {"subdomain": "name"}

    name: Annotated[Text, AfterValidator(three_bytes_at_most)] = Field(
        title="Name",
        description="Shown on the sign-in page. Must be unique.",
        examples=["My Child Org 1"],
        min_length=1,
        max_length=100,
    )
    subdomain: Annotated[Text, AfterValidator(_one_label)] = Field(
        title="Subdomain",
        description="First part of the child's address. Must be unique. Only Okta Support can change it later.",
        examples=["my-child-org-1"],
        min_length=1,
        max_length=57,
    )
    website: Annotated[Text, AfterValidator(_web_address)] | None = Field(
        default=None,
        title="Website",
        description="The organization's website.",
        examples=["https://www.example.com"],
    )
    edition: Literal["SKU"] = Field(default="SKU", title="Edition", description="Okta's API accepts no other value.")

    @classmethod
    def proposals(cls, typed: Mapping[str, Value]) -> dict[str, str]:
        """Propose the subdomain from the name."""
        name = str(typed.get("name") or "")
        proposed = "" if REDACTOR.is_secret(name) else re.sub(r"(-admin)+$", "", slug(name))
        return {"subdomain": proposed} if proposed else {}

    @classmethod
    def notice(cls, name: str, typed: Mapping[str, Value]) -> str:
        """Return that a website without a scheme is sent like that."""
        website = str(typed.get("website") or "")
        bare = name == "website" and website and not _SCHEME.match(website)
        return "Sent without https://." if bare else ""

    @classmethod
    def correction(cls, name: str, text: str) -> str:
        """Return the subdomain or website that was most likely meant; nothing of what may be a secret."""
        correct = {"subdomain": corrections.subdomain, "website": corrections.website}.get(name)
        return correct(text) if correct and text and not REDACTOR.is_secret(text) else ""


METHODS: Mapping[str, type[Fields]] = {
    "api-token": ApiToken,
    "access-token": AccessToken,
    "service-app": ServiceApp,
}

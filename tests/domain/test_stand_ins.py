"""What stands in the place of a secret is known and never sent; a real value is never taken for one."""

import pytest
from pydantic import SecretStr

from orgwizard.domain.forms.validation import problems
from orgwizard.domain.secrets.stand_ins import stand_in
from orgwizard.providers.datadog.fields import AccessToken, Keys
from orgwizard.providers.okta.administrator_fields import OktaAdministrator
from orgwizard.providers.okta.fields import ApiToken, ServiceApp
from orgwizard.sandbox.scenarios import CREDENTIALS
from tests import keys

UUID = "1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
ANYWHERE = [
    ("op://vault/okta/token", "1Password", '"op", "read"'),
    ("  op://vault/okta/token ", "1Password", '"op", "read"'),
    ("ENC[AES256_GCM,data:canary,type:str]", "encrypted", "decrypt"),
    ("ENC(canary)", "encrypted", "decrypt"),
    ("{cipher}canary", "encrypted", "decrypt"),
    ("vault:v1:canary", "encrypted", "decrypt"),
    ("$ANSIBLE_VAULT;1.1;AES256\n3635", "encrypted", "decrypt"),
    ("!vault |\n  $ANSIBLE_VAULT;1.1;AES256", "encrypted", "decrypt"),
    ("-----BEGIN PGP MESSAGE-----\nhQ", "encrypted", "decrypt"),
    ("-----BEGIN AGE ENCRYPTED FILE-----\nhQ", "encrypted", "decrypt"),
    ("vault:secret/data/okta#token", "Vault", '"vault", "kv", "get"'),
    ("vault://secret/okta", "Vault", '"vault", "kv", "get"'),
    ("ref+vault://secret/okta#/token", "another tool", "command"),
    ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:okta", "AWS", '"aws"'),
    ("arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/okta", "AWS", '"aws"'),
    ("{{resolve:secretsmanager:okta}}", "AWS", '"aws"'),
    ("projects/acme/secrets/okta/versions/latest", "Google Cloud", '"gcloud"'),
    ("@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/okta)", "Azure", '"az"'),
    ("https://x.vault.azure.net/secrets/okta", "Azure", '"az"'),
    ("file:///run/secrets/okta", "another tool", "command"),
    ("keychain://okta", "another tool", "command"),
    ("${OKTA_TOKEN}", "placeholder", '{ env = "NAME" }'),
    ("${OKTA_TOKEN:-none}", "placeholder", '{ env = "NAME" }'),
    ("${{ secrets.OKTA_TOKEN }}", "placeholder", '{ env = "NAME" }'),
    ("$(pass show okta)", "placeholder", "command"),
    ("`pass show okta`", "placeholder", "command"),
    ("{{ okta_token }}", "placeholder", '{ env = "NAME" }'),
    ("$env:OKTA_TOKEN", "placeholder", '{ env = "NAME" }'),
    ('"canary-value"', "quotation marks", "remove"),
    (" 'canary-value' ", "quotation marks", "remove"),
    ("canary\r", "carriage return", "remove"),
]
CREDENTIAL = [
    ("$OKTA_TOKEN", "placeholder", '{ env = "NAME" }'),
    ("%OKTA_TOKEN%", "placeholder", '{ env = "NAME" }'),
    ("<your-token>", "placeholder", '{ env = "NAME" }'),
    ("[REDACTED]", "placeholder", '{ env = "NAME" }'),
    ("YOUR_API_KEY", "placeholder", '{ env = "NAME" }'),
    ("changeme", "placeholder", '{ env = "NAME" }'),
    ("********", "masked", "copy"),
    ("********1a2b", "masked", "copy"),
    ("00ab••••••••", "masked", "copy"),
    ("xxxxxxxxxxxxxxxx", "masked", "copy"),
    (UUID, "a key ID", "only once"),
    ("00T1a2b3c4d5e6f7g8h9", "an Okta ID", "only once"),
]
FIELDS = [(ApiToken, "token"), (AccessToken, "token"), (Keys, "api_key"), (Keys, "application_key")]


@pytest.mark.parametrize(("text", "what", "how"), ANYWHERE + CREDENTIAL)
@pytest.mark.parametrize(("model", "field"), FIELDS, ids=["okta", "token", "api key", "application key"])
def test_no_stand_in_is_sent_as_a_credential(model: type[ApiToken], field: str, text: str, what: str, how: str) -> None:
    told = problems(model, {field: SecretStr(text)})[field]
    assert what in told
    assert how in told
    assert "canary" not in told


@pytest.mark.parametrize(("text", "what", "how"), ANYWHERE)
@pytest.mark.parametrize(
    ("model", "field"), [(OktaAdministrator, "password"), (ServiceApp, "passphrase")], ids=["password", "passphrase"]
)
def test_no_stand_in_is_a_password(model: type[ApiToken], field: str, text: str, what: str, how: str) -> None:
    assert what in problems(model, {field: SecretStr(text)})[field]
    assert how


@pytest.mark.parametrize("text", [text for text, _, _ in CREDENTIAL])
def test_a_password_may_be_odd(text: str) -> None:
    assert stand_in(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        *(value for name, value in CREDENTIALS.items() if name not in ("okta.client_id", "okta.private_key")),
        "replacement-token",
        "a1" * 16,
        f"ddapp_{'Ab3d' * 8}xY",
        f"ddpat_{'Ab3' * 8}",
        "00" + "aB3_-xyz" * 5,
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
        "an-outage-key",
        "wrong",
    ],
)
def test_a_value_is_never_taken_for_a_stand_in(text: str) -> None:
    assert stand_in(text, credential=True) == ""


@pytest.mark.parametrize("kind", ["2048", "P-256"])
def test_no_key_is_taken_for_a_stand_in(kind: str) -> None:
    typed = {"client_id": "0oaclient", "private_key": SecretStr(keys.pem(kind))}
    assert problems(ServiceApp, typed) == {}

"""Secret stores known by name. To add one, add an entry to `PRESETS`.

In the templates, `{entry}` is the name of a secret in the store and `{place}` is what a plan writes after the colon,
as in `store = "az:team-keys"`. Secrets are passed on standard input, never as an argument.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Words = tuple[str, ...]


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders filled in, once each: a value that holds braces stays as it is."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)


@dataclass(frozen=True)
class Naming:
    """How a store names its entries: `prefix`, then the label; each `forbidden` character becomes `instead`."""

    prefix: str = "orgwizard/"
    forbidden: str = r"[^A-Za-z0-9_-]"
    instead: str = "-"
    upper: bool = False

    def entry(self, label: str) -> str:
        """Return the store's name for a label such as "okta-my-child-token"."""
        return self.prefix + re.sub(self.forbidden, self.instead, label.upper() if self.upper else label)


@dataclass(frozen=True)
class Place:
    """What stands after the colon, all of it matching `pattern`; with a `default`, or `optional`, it may be missing."""

    title: str
    example: str
    pattern: str
    default: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Preset:
    """One store: the commands that create, read and remove an entry; the first word is its program.

    `create` is given the exact bytes of the secret, or `payload`, a template of a JSON document in which `{secret}`
    stands for it. An empty `read` or `remove` means that the tool cannot do it. `names` lists what is in the store, an
    entry a line, and is required where `create` would overwrite an entry that `read` cannot see. `with_place` is
    added to each command if there is a place. With a `suffix`, `create` prints what is kept in a private file
    with that ending, and `{entry}` is the path of that file.
    """

    name: str
    title: str
    create: Words
    read: Words = ()
    remove: Words = ()
    names: Words = ()
    payload: Mapping[str, object] | None = None
    naming: Naming = Naming()
    place: Place | None = None
    with_place: Words = ()
    suffix: str = ""

    @property
    def program(self) -> str:
        """Return the program to look for on the search path."""
        return self.create[0]


_FLAT = Naming(prefix="orgwizard-")
_AGE_RECIPIENT = Place("Recipient", "age1...", r"age1[0-9a-z]{20,}|ssh-(?:rsa|ed25519) [A-Za-z0-9+/=]+(?: .*)?")
_AGE_IDENTITY = Place("Identity file", "/home/me/.config/age/keys.txt", r"/.+")


def _vault(name: str, title: str) -> Preset:
    """Return the kv-v2 store of HashiCorp Vault or its fork; -cas=0 refuses a name that exists."""
    return Preset(
        name,
        title,
        create=(name, "kv", "put", "-mount={place}", "-cas=0", "{entry}", "value=-"),
        read=(name, "kv", "get", "-mount={place}", "-field=value", "{entry}"),
        remove=(name, "kv", "metadata", "delete", "-mount={place}", "{entry}"),
        place=Place("kv v2 mount", "secret", r"[A-Za-z0-9_][A-Za-z0-9_./-]*", default="secret"),
    )


PRESETS = (
    Preset(  # without a terminal, `insert` overwrites without asking
        "pass",
        "pass",
        create=("pass", "insert", "--multiline", "{entry}"),
        read=("pass", "show", "{entry}"),
        remove=("pass", "rm", "--force", "{entry}"),
        names=("pass", "find", "{entry}"),
    ),
    Preset(  # with a pipe, `insert` refuses a name that exists
        "gopass",
        "gopass",
        create=("gopass", "insert", "{entry}"),
        read=("gopass", "show", "--password", "{entry}"),
        remove=("gopass", "rm", "--force", "{entry}"),
    ),
    Preset(
        "op",
        "1Password",
        create=("op", "item", "create", "--vault={place}", "-"),
        payload={
            "title": "{entry}",
            "category": "API_CREDENTIAL",
            "fields": [{"id": "credential", "type": "CONCEALED", "label": "credential", "value": "{secret}"}],
        },
        read=("op", "read", "--no-newline", "op://{place}/{entry}/credential"),
        remove=("op", "item", "delete", "--vault={place}", "{entry}"),
        naming=_FLAT,
        place=Place("1Password vault", "Private", r"[A-Za-z0-9_][A-Za-z0-9_. -]*", default="Private"),
    ),
    _vault("vault", "HashiCorp Vault"),
    _vault("bao", "OpenBao"),
    Preset(  # it reads --cli-input-json twice, which a pipe cannot be
        "aws",
        "AWS Secrets Manager",
        create=(
            *("aws", "secretsmanager", "create-secret", "--name", "{entry}"),
            *("--secret-string", "file:///dev/stdin", "--output", "text"),
        ),
        read=(
            *("aws", "secretsmanager", "get-secret-value", "--secret-id", "{entry}"),
            *("--query", "SecretString", "--output", "text"),
        ),
        remove=("aws", "secretsmanager", "delete-secret", "--secret-id", "{entry}", "--force-delete-without-recovery"),
        place=Place("AWS region", "eu-central-1", r"[a-z]{2}(?:-[a-z]+)+-\d", optional=True),
        with_place=("--region", "{place}"),
    ),
    Preset(
        "gcloud",
        "Google Secret Manager",
        create=("gcloud", "secrets", "create", "{entry}", "--data-file=-", "--replication-policy=automatic"),
        read=("gcloud", "secrets", "versions", "access", "latest", "--secret={entry}"),
        remove=("gcloud", "secrets", "delete", "{entry}", "--quiet"),
        naming=_FLAT,
        place=Place("Google Cloud project", "my-project", r"[a-z][a-z0-9.:-]*", optional=True),
        with_place=("--project={place}",),
    ),
    Preset(
        "az",
        "Azure Key Vault",
        create=(
            *("az", "keyvault", "secret", "set", "--vault-name", "{place}", "--name", "{entry}"),
            *("--file", "/dev/stdin", "--encoding", "utf-8", "--output", "none"),
        ),
        read=(
            *("az", "keyvault", "secret", "show", "--vault-name", "{place}", "--name", "{entry}"),
            *("--query", "value", "--output", "tsv"),
        ),
        remove=("az", "keyvault", "secret", "delete", "--vault-name", "{place}", "--name", "{entry}"),
        naming=Naming(prefix="orgwizard-", forbidden=r"[^A-Za-z0-9-]"),
        place=Place("Key vault", "team-keys", r"[A-Za-z][A-Za-z0-9-]{2,23}"),
    ),
    Preset(
        "gh",
        "GitHub Actions secrets",
        create=("gh", "secret", "set", "{entry}", "--repo", "{place}"),
        remove=("gh", "secret", "delete", "{entry}", "--repo", "{place}"),
        names=("gh", "secret", "list", "--repo", "{place}"),
        naming=Naming(prefix="", forbidden=r"[^A-Z0-9_]", instead="_", upper=True),
        place=Place("Repository", "owner/repository", r"(?:[\w.-]+/)?[A-Za-z0-9][\w-]*/[\w.-]+"),
    ),
    Preset(
        "age",
        "A file encrypted with age",
        create=("age", "--encrypt", "--identity", "{place}"),
        read=("age", "--decrypt", "--identity", "{place}", "{entry}"),
        naming=Naming(prefix=""),
        place=_AGE_IDENTITY,
        suffix=".age",
    ),
    Preset(  # whoever has the identity can decrypt it, and that need not be here
        "age",
        "A file encrypted with age",
        create=("age", "--encrypt", "--recipient", "{place}"),
        naming=Naming(prefix=""),
        place=_AGE_RECIPIENT,
        suffix=".age",
    ),
)

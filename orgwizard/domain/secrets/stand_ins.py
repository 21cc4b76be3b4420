"""Text that only stands for a secret: references of other tools, ciphertext, placeholders; what it is and what to give.

Nothing of the text is ever repeated. Sources: the documentation of each tool on how it writes its references.
"""

import re
from collections.abc import Mapping

from orgwizard.domain.secrets import credential_shapes

# A quoted value, and one of a file with Windows line ends, differ from the value itself.
_RAW: Mapping[str, str] = {
    "blank": r"\s+",
    "followed by a carriage return (Windows line end): remove it": r".*\r",
    "in quotation marks, which some env files keep: remove them": r"\s*([\"']).+\1\s*",
}
# What tools would have turned into a value before use.
_STAND_INS: Mapping[str, str] = {
    'a 1Password reference, not the value behind it. In a plan: { command = ["op", "read", "op://..."] }': r"op://.*",
    "an encrypted value: decrypt it first, for example in a plan with { command = [...] }": (
        r"ENC[\[(].*[\])]|\{cipher\}.*|vault:v\d+:.*|!vault\b.*|\$ANSIBLE_VAULT;.*|age-encryption\.org/.*"
        r"|-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)-----.*"
    ),
    'a reference to Vault. In a plan: { command = ["vault", "kv", "get", "-field=NAME", "PATH"] }': (
        r"(?:hashi)?vault:.+|(?:bao|openbao):.+"
    ),
    'a reference to AWS. In a plan: { command = ["aws", "secretsmanager", "get-secret-value", ...] }': (
        r"arn:aws[\w-]*:(?:secretsmanager|ssm):.+|\{\{resolve:.*\}\}|(?:aws)?(?:ssm|sm)://.+"
    ),
    'a reference to Google Cloud. In a plan: { command = ["gcloud", "secrets", "versions", "access", ...] }': (
        r"projects/[^/]+/secrets/.+|gcp?sm://.+"
    ),
    'a reference to Azure Key Vault. In a plan: { command = ["az", "keyvault", "secret", "show", ...] }': (
        r"@Microsoft\.KeyVault\(.*\)|https://[\w-]+\.vault\.azure\.net/.*"
    ),
    "a reference of another tool. In a plan: { command = [...] } prints the value": r"(?:ref\+|secretref\+)?[a-z]+://.+",
    'a placeholder that was not filled in. In a plan: { env = "NAME" } or { command = [...] }': (
        r"\$\{.*\}|\$\(.*\)|\{\{.*\}\}|`.*`|\$\(?env:\w+\)?"
    ),
}
# Of a credential of the vendors, but not of a password, this can be said as well.
_NO_CREDENTIALS: Mapping[str, str] = {
    'a placeholder that was not filled in. In a plan: { env = "NAME" } or { command = [...] }': (
        r"\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|<[^<>]*>|\[[^\[\]]*\]"
        r"|(?i:your[_ -].*|change[_-]?me|replaceme|replace[_ -](?:me|with).*|insert[_ -].*|todo)"
    ),
    "a masked value: copy the full one": r"[*•.…]{3,}.{0,6}|.{0,6}[*•…]{3,}.{0,6}|[xX]{6,}",
}


def stand_in(text: str, *, credential: bool = False) -> str:
    """Say what *text* is if it only stands for a secret, or is one with something around it; else "".

    *credential* says that it should be a key or token of a vendor, which is told from more than a password is.
    """
    if words := _first(_RAW, text) or _first(_STAND_INS, text.strip()):
        return words
    if not credential:
        return ""
    shape = credential_shapes.shape(text.strip())
    if credential_shapes.is_id(shape):
        return f"{shape}. The value is shown only once, when the key is created"
    return _first(_NO_CREDENTIALS, text.strip())


def _first(table: Mapping[str, str], text: str) -> str:
    return next((words for words, seen in table.items() if re.fullmatch(seen, text, re.DOTALL)), "")

"""What can be pasted into a field, and what becomes of it: the table of the README, which the tests run."""

from dataclasses import dataclass

from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.questions import Question
from orgwizard.providers import provider_of

KEY = "abcd1234" * 4
TOKEN = "00aBcD-1234"
PEM = ("-----BEGIN PRIVATE KEY-----", "MIIBVQ", "-----END PRIVATE KEY-----")
JOINED = " ".join(PEM)


@dataclass(frozen=True)
class Row:
    """One paste into a field, the answer that it becomes, and what is said of the rest ("" for nothing)."""

    field: str
    paste: str
    becomes: str
    said: str = ""


ROWS = (
    Row("name", "My Child Org", "My Child Org"),
    Row("name", "\n\nMy Child Org\r\n", "My Child Org"),
    Row("name", "  My Child Org\t", "My Child Org", "Removed: spaces."),
    Row("name", "\ufeffMy\u200b Child Org", "My Child Org", "Removed: invisible characters."),
    Row("name", '"My Child Org"', "My Child Org", "Removed: quotation marks."),
    Row("name", "\u201cMy Child Org\u201d", "My Child Org", "Removed: quotation marks."),
    Row("name", "ORG_NAME=My Child Org", "My Child Org", "Removed: ORG_NAME."),
    Row("name", "Sales = Marketing", "Sales = Marketing"),
    Row("name", 'The "Best" Org', 'The "Best" Org'),
    Row("name", "One\nTwo\nThree", "One", "The paste had 3 lines: only the first was used."),
    Row("name", "\n \n", "", "Ignored: the paste contained only invisible characters."),
    Row("api_key", f"{KEY}\n", KEY),
    Row("api_key", f"DD_API_KEY={KEY}", KEY, "Removed: DD_API_KEY."),
    Row("api_key", f"export DD_API_KEY='{KEY}'", KEY, "Removed: DD_API_KEY, quotation marks."),
    Row("api_key", f"export DD_API_KEY={KEY}; # the parent's", KEY, "Removed: DD_API_KEY."),
    Row("api_key", f'$env:DD_API_KEY = "{KEY}"', KEY, "Removed: DD_API_KEY, quotation marks."),
    Row("api_key", f"apikey = {KEY}", KEY, "Removed: apikey."),
    Row("api_key", f"  '{KEY}' ", KEY, "Removed: spaces, quotation marks."),
    Row("api_key", f"\u200b{KEY}", KEY, "Removed: invisible characters."),
    Row("api_key", f"{KEY}\n{KEY}", "", "Ignored: this field takes one line, you pasted 2."),
    Row(
        "api_key",
        f"DD_SITE=datadoghq.eu\nDD_API_KEY={KEY}\nDD_APP_KEY=x",
        KEY,
        "Of 3 pasted lines, the matching one was used.",
    ),
    Row("token", "MFRGGZDFMZTWQ===", "MFRGGZDFMZTWQ==="),
    Row("token", f"    token: {TOKEN}", TOKEN, "Removed: spaces, token."),
    Row("token", f"Authorization: SSWS {TOKEN}", f"SSWS {TOKEN}", "Removed: Authorization."),
    Row("token", f"-H 'Authorization: SSWS {TOKEN}' \\", f"SSWS {TOKEN}", "Removed: -H, Authorization."),
    Row("api_key", f"DD-API-KEY: {KEY}", KEY, "Removed: DD-API-KEY."),
    Row("application_key", f'--header "DD-APPLICATION-KEY: {KEY}"', KEY, "Removed: --header, DD-APPLICATION-KEY."),
    Row("application_key", f"DD-API-KEY: {KEY}", f"DD-API-KEY: {KEY}"),
    Row("name", "Authorization: Us", "Authorization: Us"),
    Row("password", " two words ", " two words "),
    Row("password", "A='b'", "A='b'"),
    Row("password", "one\ntwo", "", "Ignored: this field takes one line, you pasted 2."),
    Row("private_key", "\n".join(PEM) + "\n", JOINED),
    Row("private_key", 'KEY="' + "\n".join(PEM) + '"', JOINED, "Removed: KEY, quotation marks."),
    Row("private_key", "~/.okta/key.pem\n", "~/.okta/key.pem"),
)


def question(field: str) -> Question:
    """Return the first question of that name at any provider."""
    models = [
        *(model for key in ("okta", "datadog") for model in provider_of(key).methods.values()),
        *provider_of("okta").sections("api-token").values(),
    ]
    return next(q for model in models for q in questions(model) if q.name == field)


def table() -> str:
    """Return the rows as a table of the README."""
    rows = (f"| {question(r.field).title} | {_code(r.paste)} | {_code(r.becomes)} | {r.said} |\n" for r in ROWS)
    return "| field | what is pasted | what goes in | what is said |\n|---|---|---|---|\n" + "".join(rows)


def _code(text: str) -> str:
    """Return a text as code, with what cannot be seen written as Python does."""
    shown = text.encode("unicode_escape").decode().replace("|", "\\|").replace(KEY, "abcd1234...")
    return f"`{shown}`" if shown else "nothing"
